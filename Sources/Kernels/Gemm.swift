/// A matrix product with everything decided in advance: C [batch, m, n] = op(A) op(B), matrices row-major and dense.
///
/// Large products are cut by their size, never by the number of threads, and each piece is one single-threaded call of OpenBLAS or oneDNN. The cut goes through the
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
    /// Whether C is one row or one column: then one operand is read once and nothing is packed.
    private let isVector: Bool
    /// The other library's routine, where it is faster for strips of this size.
    private let oneDNN: OneDNN.Routine?

    /// Operations that are worth a piece: about 100 µs. Each strip packs the operand that is not cut anew, and narrower ones would feel that.
    private static let pieceOperations = 12_000_000
    /// Of a matrix and a vector, which takes its time for reading: about 10 µs.
    private static let vectorPieceOperations = 300_000
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
        isVector = m == 1 || n == 1
        cutsRows = isVector ? n == 1 : 2 * m >= n
        let side = cutsRows ? m : n
        // In doubles, which do not overflow; float64 takes twice as long.
        let operations = 2 * Double(m) * Double(n) * Double(k) * Double(dtype.size / 4)
        let pieceOperations = Double(isVector ? Gemm.vectorPieceOperations : Gemm.pieceOperations)
        let worthwhile = Swift.min(operations / pieceOperations, 4096)
        let possible = side >= Gemm.leastWidth ? Swift.max(2, (side + Gemm.leastWidth / 2) / Gemm.leastWidth) : 1
        var strips = 1
        // Powers of two, which any usual number of threads shares evenly.
        while 2 * strips <= possible, Double(2 * strips) <= worthwhile { strips *= 2 }
        width = ((side + strips - 1) / strips + 15) & ~15
        self.strips = side == 0 ? 0 : (side - 1) / width + 1
        let isFaster = dtype == .float32 && OneDNN.isFaster(m: cutsRows ? Swift.min(m, width) : m, n: cutsRows ? n : Swift.min(n, width), k: k)
        oneDNN = isFaster ? OneDNN.routine : nil
        grain = strips > 1 ? 1 : Swift.max(1, Int(pieceOperations / Swift.max(operations, 1)))
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
        if isVector {
            timesVector(blas, left, right, target, rows, columns)
            return
        }
        if let oneDNN,
            oneDNN(
                transposeA: transposeA, transposeB: transposeB, m: rows, n: columns, k: k, left, lda: transposeA ? m : k, right,
                ldb: transposeB ? k : n, target, ldc: n)
        {
            return
        }
        let (opA, opB) = (transposeA ? BLAS.transposed : BLAS.plain, transposeB ? BLAS.transposed : BLAS.plain)
        let (lda, ldb) = (Int32(transposeA ? m : k), Int32(transposeB ? k : n))
        if dtype == .float32 {
            blas.sgemm(BLAS.rowMajor, opA, opB, Int32(rows), Int32(columns), Int32(k), 1, left, lda, right, ldb, 0, target, Int32(n))
        } else {
            blas.dgemm(BLAS.rowMajor, opA, opB, Int32(rows), Int32(columns), Int32(k), 1, left, lda, right, ldb, 0, target, Int32(n))
        }
    }
    private func timesVector(
        _ blas: BLAS.Routines, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ rows: Int, _ columns: Int
    ) {
        // A matrix that is stored as `lines` lines of `length` neighbouring elements; all of one extent is k.
        let (matrix, vector) = cutsRows ? (left, right) : (right, left)
        let count = cutsRows ? rows : columns
        let isByLines = cutsRows ? !transposeA : transposeB
        let stride = Int32(isByLines ? k : cutsRows ? m : n)
        let (lines, length) = isByLines ? (Int32(count), Int32(k)) : (Int32(k), Int32(count))
        let operation = isByLines ? BLAS.plain : BLAS.transposed
        if dtype == .float32 {
            blas.sgemv(BLAS.rowMajor, operation, lines, length, 1, matrix, stride, vector, 1, 0, target, 1)
        } else {
            blas.dgemv(BLAS.rowMajor, operation, lines, length, 1, matrix, stride, vector, 1, 0, target, 1)
        }
    }
}
