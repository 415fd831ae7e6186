import Steps
import Machine

/// A matrix product with everything decided in advance: C [batch, m, n] = op(A) op(B), matrices row-major and dense.
///
/// Each element of C is one chain of fused multiply-adds from the first to the last of its k terms, or, where these are
/// more than a chain of 8,192, a sum by twos of such chains (GemmSegments.swift). So no cut, no tile and no number of
/// threads shows in a bit of it, nor do the rows and columns around it; products with a vector, which are read rather
/// than computed, have sums of their own (GemmVector.swift).
public final class Gemm {
    private enum Kind<Scalar: GemmScalar> {
        case matrices(GemmPlan<Scalar>)
        /// Of a matrix, which is `a` or `b`, and a vector.
        case vector(GemmVector<Scalar>, matrixIsA: Bool)
        case lines(GemmLines<Scalar>, matrixIsA: Bool)
        /// Of the segments, and of the last one.
        indirect case segments(GemmSegments, Kind, last: Kind)

        init(_ shape: GemmShape, compiles: Bool) {
            let isVector = shape.n == 1 && !shape.transposeA || shape.m == 1 && shape.transposeB
            if let segments = GemmSegments(depth: shape.k, chains: isVector ? GemmVector<Scalar>.chains : 1) {
                var (whole, last) = (shape, shape)
                (whole.k, last.k) = (segments.wholeDepth, segments.lastDepth)
                self = .segments(segments, Kind(whole, compiles: compiles), last: Kind(last, compiles: compiles))
            } else if shape.n == 1 && !shape.transposeA {
                self = .vector(GemmVector(lines: shape.m, length: shape.k, stride: shape.lineA), matrixIsA: true)
            } else if shape.m == 1 && shape.transposeB {
                self = .vector(GemmVector(lines: shape.n, length: shape.k, stride: shape.lineB), matrixIsA: false)
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
        dtype: DType, m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool, batchOffsetsA: [Int],
        batchOffsetsB: [Int], compiles: Bool = true
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

    /// The memory that `run` needs for the sums of a deep product's segments; mostly none.
    public var scratchBytes: Int {
        var segments: GemmSegments?
        switch kind {
        case .float32(.segments(let cut, _, last: _)): segments = cut
        case .float64(.segments(let cut, _, last: _)): segments = cut
        default: break
        }
        return segments.map { $0.waiting * resultCount * dtype.size } ?? 0
    }

    /// - Parameter scratch: `scratchBytes`, aligned to an element; may be nil if that is 0.
    public func run(
        _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer? = nil
    ) {
        switch kind {
        case .float32(let kind): run(kind, a, b, c, scratch ?? c)
        case .float64(let kind): run(kind, a, b, c, scratch ?? c)
        }
    }

    private func run<Scalar>(
        _ kind: Kind<Scalar>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let (a, b) = (a.assumingMemoryBound(to: Scalar.self), b.assumingMemoryBound(to: Scalar.self))
        let (c, scratch) = (c.assumingMemoryBound(to: Scalar.self), scratch.assumingMemoryBound(to: Scalar.self))
        switch kind {
        case .matrices where offsetsA.count > 1:
            // Large ones are cut by themselves.
            inPieces(offsetsA.count, grain: grain) { part in
                for product in part {
                    run(kind, a + offsetsA[product], b + offsetsB[product], c + product * resultCount, scratch)
                }
            }
        default:
            for product in offsetsA.indices {
                run(kind, a + offsetsA[product], b + offsetsB[product], c + product * resultCount, scratch)
            }
        }
    }

    /// One product.
    private func run<Scalar>(
        _ kind: Kind<Scalar>, _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        switch kind {
        case .matrices(let plan):
            plan.run(a, b, c)
        case .vector(let plan, let matrixIsA):
            plan.run(matrixIsA ? a : b, matrixIsA ? b : a, c)
        case .lines(let plan, let matrixIsA):
            inPieces(plan.columns, grain: plan.grain) { part in plan.run(matrixIsA ? a : b, matrixIsA ? b : a, c, part)
            }
        case .segments(let segments, let whole, let last):
            let (stepA, stepB) = (shape.transposeA ? shape.m : 1, shape.transposeB ? 1 : shape.n)
            segments.run(c, elements: resultCount, scratch) { segment, first, part in
                run(segment == segments.count - 1 ? last : whole, a + first * stepA, b + first * stepB, part, scratch)
            }
        }
    }
}
