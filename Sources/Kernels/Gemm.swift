/// A matrix product with everything decided in advance: C [batch, m, n] = op(A) op(B), matrices row-major and dense.
///
/// Large products are cut by their size, never by the number of threads, and each piece is one single-threaded OpenBLAS call.
public final class Gemm {
    private let dtype: DType
    private let m: Int
    private let n: Int
    private let k: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let offsetsA: [Int]
    private let offsetsB: [Int]

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
    }

    public func run(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer) {
        guard m > 0, n > 0, let blas = BLAS.routines else { return }
        let size = dtype.size
        for index in 0..<offsetsA.count {
            let c = c + index * m * n * size
            if k == 0 {
                c.initializeMemory(as: UInt8.self, repeating: 0, count: m * n * size)
                continue
            }
            let (a, b) = (a + offsetsA[index] * size, b + offsetsB[index] * size)
            let (opA, opB) = (transposeA ? BLAS.transposed : BLAS.plain, transposeB ? BLAS.transposed : BLAS.plain)
            if dtype == .float32 {
                blas.sgemm(
                    BLAS.rowMajor, opA, opB, Int32(m), Int32(n), Int32(k), 1, a, Int32(transposeA ? m : k), b,
                    Int32(transposeB ? k : n), 0, c, Int32(n))
            } else {
                blas.dgemm(
                    BLAS.rowMajor, opA, opB, Int32(m), Int32(n), Int32(k), 1, a, Int32(transposeA ? m : k), b,
                    Int32(transposeB ? k : n), 0, c, Int32(n))
            }
        }
    }
}
