/// A matrix product with everything decided in advance: C [batch, m, n] = op(A) op(B), matrices row-major and dense.
///
/// Large products are cut by their size, never by the number of threads, and each piece is one single-threaded OpenBLAS call. The cut goes through the
/// rows or the columns of C, never through k, so that each element is still one sum.
public final class Gemm {
    private let dtype: DType
    private let m: Int
    private let n: Int
    private let k: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let offsetsA: [Int]
    private let offsetsB: [Int]
    /// Into how many strips each product is cut, and how wide they are: rows or columns of C.
    private let strips: Int
    private let width: Int
    private let cutsRows: Bool
    /// Strips, or whole small products, that make a piece.
    private let grain: Int

    /// Operations that are worth a piece: about 100 µs. Each strip packs the operand that is not cut anew, and narrower ones would feel that.
    private static let pieceOperations = 12_000_000
    private static let leastWidth = 128

    /// - Parameters:
    ///   - transposeA: A is stored k x m instead of m x k.
    ///   - transposeB: B is stored n x k instead of k x n.
    ///   - batchOffsetsA: Where each product's A starts, in elements; as many as `batchOffsetsB`.
    public init(
        dtype: DType, m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool, batchOffsetsA: [Int], batchOffsetsB: [Int]
    ) {
        self.dtype = dtype
        self.m = m
        self.n = n
        self.k = k
        self.transposeA = transposeA
        self.transposeB = transposeB
        offsetsA = batchOffsetsA
        offsetsB = batchOffsetsB
        // The operand that belongs to the shorter side is packed anew for each strip. OpenBLAS likes strips of rows better, all else being equal.
        cutsRows = 2 * m >= n
        let side = cutsRows ? m : n
        // In doubles, which do not overflow; float64 takes twice as long.
        let operations = 2 * Double(m) * Double(n) * Double(k) * Double(dtype.size / 4)
        let worthwhile = Swift.min(operations / Double(Gemm.pieceOperations), 4096)
        let possible = side >= Gemm.leastWidth ? Swift.max(2, (side + Gemm.leastWidth / 2) / Gemm.leastWidth) : 1
        var strips = 1
        // Powers of two, which any usual number of threads shares evenly.
        while 2 * strips <= possible, Double(2 * strips) <= worthwhile { strips *= 2 }
        width = ((side + strips - 1) / strips + 15) & ~15
        self.strips = side == 0 ? 0 : (side - 1) / width + 1
        grain = strips > 1 ? 1 : Swift.max(1, Int(Double(Gemm.pieceOperations) / Swift.max(operations, 1)))
    }

    public func run(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer) {
        guard m > 0, n > 0, let blas = BLAS.routines else { return }
        if strips == 1, offsetsA.count == 1 {
            strip(blas, a, b, c, 0)
        } else {
            inPieces(offsetsA.count * strips, grain: grain) { part in
                for index in part { strip(blas, a, b, c, index) }
            }
        }
    }

    /// Strip number `index`, counted through all products.
    private func strip(
        _ blas: BLAS.Routines, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer, _ index: Int
    ) {
        let (product, strip) = strips == 1 ? (index, 0) : index.quotientAndRemainder(dividingBy: strips)
        let first = strip * width
        let row = cutsRows ? first : 0
        let column = cutsRows ? 0 : first
        let rows = cutsRows ? Swift.min(width, m - first) : m
        let columns = cutsRows ? n : Swift.min(width, n - first)
        let size = dtype.size
        let target = c + (product * m * n + row * n + column) * size
        if k == 0 {
            for line in 0..<rows { (target + line * n * size).initializeMemory(as: UInt8.self, repeating: 0, count: columns * size) }
            return
        }
        let left = a + (offsetsA[product] + (transposeA ? row : row * k)) * size
        let right = b + (offsetsB[product] + (transposeB ? column * k : column)) * size
        let (opA, opB) = (transposeA ? BLAS.transposed : BLAS.plain, transposeB ? BLAS.transposed : BLAS.plain)
        let (lda, ldb) = (Int32(transposeA ? m : k), Int32(transposeB ? k : n))
        if dtype == .float32 {
            blas.sgemm(BLAS.rowMajor, opA, opB, Int32(rows), Int32(columns), Int32(k), 1, left, lda, right, ldb, 0, target, Int32(n))
        } else {
            blas.dgemm(BLAS.rowMajor, opA, opB, Int32(rows), Int32(columns), Int32(k), 1, left, lda, right, ldb, 0, target, Int32(n))
        }
    }
}
