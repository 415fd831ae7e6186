import Glibc
import Machine
import Steps

/// Discrete Fourier transforms of one length, X[k] = sum over j of x[j] exp(-2 pi i j k / n), along an axis of an array
/// of complex numbers, [outer, n, inner, 2].
///
/// Stockham's passes, one for each factor of n, which leave the numbers in order (Van Loan 1992, Computational
/// Frameworks for the Fast Fourier Transform, 1.7). Where n has a large prime factor, a convolution of a length that
/// has none (Bluestein 1970). Each lane of a vector has a line of the array, so what a line gives does not depend on
/// how many there are.
public final class FourierTransform: @unchecked Sendable {
    private let dtype: DType
    private let lines: Int
    private let n: Int
    private let inner: Int
    private let isInverse: Bool
    private let isWide: Bool
    private let work: ScratchLanes
    private let grain: Int
    private let float: FourierPasses<Float>?
    private let double: FourierPasses<Double>?

    /// nil where there is no memory for the roots of unity. `isInverse`: with exp(2 pi i j k / n), not scaled.
    public init?(_ dtype: DType, outer: Int, n: Int, inner: Int, isInverse: Bool) {
        (self.dtype, self.n, self.inner, self.isInverse) = (dtype, n, inner, isInverse)
        lines = outer * inner
        // One line in a wide vector would be one eighth of the work that is done.
        isWide = lines > 2
        let bytes: Int
        if dtype == .float32 {
            guard let passes = FourierPasses<Float>(n) else { return nil }
            (float, double, bytes) = (passes, nil, passes.cells * (isWide ? 32 : 8))
        } else {
            guard let passes = FourierPasses<Double>(n) else { return nil }
            (float, double, bytes) = (nil, passes, passes.cells * (isWide ? 32 : 16))
        }
        let width = isWide ? (dtype == .float32 ? 8 : 4) : 2
        let blocks = (lines + width - 1) / width
        grain = Swift.max(1, AxisKernels.pieceElements / Swift.max(1, n * width * 4))
        work = ScratchLanes(pieces: (blocks + grain - 1) / grain, bytes: bytes)
    }

    /// The memory that `run` works in.
    public var scratchBytes: Int { work.bytes }

    public func run(_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ scratch: UnsafeMutableRawPointer?) {
        if let float {
            if isWide {
                run(float, SIMD8<Float>.self, x, y, scratch)
            } else {
                run(float, SIMD2<Float>.self, x, y, scratch)
            }
        } else if let double {
            if isWide {
                run(double, SIMD4<Double>.self, x, y, scratch)
            } else {
                run(double, SIMD2<Double>.self, x, y, scratch)
            }
        }
    }

    @inline(__always)
    private func run<V: SIMD>(
        _ passes: FourierPasses<V.Scalar>, _ lane: V.Type, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ scratch: UnsafeMutableRawPointer?
    ) where V.Scalar: BinaryFloatingPoint {
        let (x, y) = (x.assumingMemoryBound(to: V.Scalar.self), y.assumingMemoryBound(to: V.Scalar.self))
        let width = V.scalarCount
        // The inverse is the transform with real and imaginary part exchanged, before and after.
        let (real, imaginary) = isInverse ? (1, 0) : (0, 1)
        work.run((lines + width - 1) / width, grain: grain, scratch) { part, memory in
            let cells = memory.assumingMemoryBound(to: V.self)
            let scalars = memory.assumingMemoryBound(to: V.Scalar.self)
            for block in part {
                let first = block * width
                for place in 0..<width {
                    let line = Swift.min(first + place, lines - 1)
                    let source = x + ((line / inner) * n * inner + line % inner) * 2
                    for j in 0..<n {
                        scalars[j * width + place] = source[j * inner * 2 + real]
                        scalars[(n + j) * width + place] = source[j * inner * 2 + imaginary]
                    }
                }
                let found = passes.transform(cells) - cells
                for place in 0..<Swift.min(width, lines - first) {
                    let line = first + place
                    let target = y + ((line / inner) * n * inner + line % inner) * 2
                    for k in 0..<n {
                        target[k * inner * 2 + real] = scalars[(found + k) * width + place]
                        target[k * inner * 2 + imaginary] = scalars[(found + n + k) * width + place]
                    }
                }
            }
        }
    }
}
