/// A matrix product with everything decided in advance: C [batch, m, n] = op(A) op(B), matrices row-major and dense.
///
/// Each element of C is one chain of fused multiply-adds from the first to the last of its k terms. So no cut, no tile and no number of threads shows in a bit of it, nor do
/// the rows and columns around it; products with a vector, which are read rather than computed, have sums of their own (GemmVector.swift).
public final class Gemm {
    private enum Kind<Scalar: GemmScalar> {
        case matrices(GemmPlan<Scalar>)
        /// Of a matrix, which is `a` or `b`, and a vector.
        case vector(GemmVector<Scalar>, matrixIsA: Bool)
        case lines(GemmLines<Scalar>, matrixIsA: Bool)

        init(_ shape: GemmShape, compiles: Bool) {
            if shape.n == 1 && !shape.transposeA {
                self = .vector(GemmVector(lines: shape.m, length: shape.k), matrixIsA: true)
            } else if shape.m == 1 && shape.transposeB {
                self = .vector(GemmVector(lines: shape.n, length: shape.k), matrixIsA: false)
            } else if shape.n == 1 {
                self = .lines(GemmLines(columns: shape.m, depth: shape.k), matrixIsA: true)
            } else if shape.m == 1 {
                self = .lines(GemmLines(columns: shape.n, depth: shape.k), matrixIsA: false)
            } else {
                self = .matrices(GemmPlan(shape, compiles: compiles))
            }
        }
    }

    private enum Typed {
        case float32(Kind<Float>)
        case float64(Kind<Double>)
    }

    let dtype: DType
    public let shape: GemmShape
    private let kind: Typed
    private let resultCount: Int
    /// Products of a batch that are worth a piece.
    private let grain: Int
    let offsetsA: [Int]
    let offsetsB: [Int]
    let compiles: Bool

    /// - Parameters:
    ///   - transposeA: A is stored k x m instead of m x k.
    ///   - transposeB: B is stored n x k instead of k x n.
    ///   - batchOffsetsA: Where each product's A starts, in elements; as many as `batchOffsetsB`.
    ///   - compiles: Whether its tiles may be machine code made here, to the same bits.
    public init(
        dtype: DType, m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool, batchOffsetsA: [Int], batchOffsetsB: [Int], compiles: Bool = true
    ) {
        offsetsA = batchOffsetsA
        offsetsB = batchOffsetsB
        self.dtype = dtype
        self.compiles = compiles
        shape = GemmShape(m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
        kind = dtype == .float32 ? .float32(Kind(shape, compiles: compiles)) : .float64(Kind(shape, compiles: compiles))
        resultCount = m * n
        let operations = 2 * Double(m) * Double(n) * Double(k) * Double(dtype.size / 4)
        grain = Int(Swift.min(Swift.max(1, 1e6 / Swift.max(operations, 1)), 1e6))
    }

    public func run(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer) {
        switch kind {
        case .float32(let kind): run(kind, a, b, c)
        case .float64(let kind): run(kind, a, b, c)
        }
    }

    private func run<Scalar>(_ kind: Kind<Scalar>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer) {
        let (a, b) = (a.assumingMemoryBound(to: Scalar.self), b.assumingMemoryBound(to: Scalar.self))
        let c = c.assumingMemoryBound(to: Scalar.self)
        switch kind {
        case .matrices(let plan):
            if offsetsA.count == 1 {
                plan.run(a + offsetsA[0], b + offsetsB[0], c)
                return
            }
            // Large ones are cut by themselves.
            inPieces(offsetsA.count, grain: grain) { part in
                for product in part { plan.run(a + offsetsA[product], b + offsetsB[product], c + product * resultCount) }
            }
        case .vector(let plan, let matrixIsA):
            for product in offsetsA.indices {
                let (first, second) = (a + offsetsA[product], b + offsetsB[product])
                plan.run(matrixIsA ? first : second, matrixIsA ? second : first, c + product * resultCount)
            }
        case .lines(let plan, let matrixIsA):
            for product in offsetsA.indices {
                let (first, second) = (a + offsetsA[product], b + offsetsB[product])
                inPieces(plan.columns, grain: plan.grain) { part in
                    plan.run(matrixIsA ? first : second, matrixIsA ? second : first, c + product * resultCount, part)
                }
            }
        }
    }
}
