import Machine
import Steps

/// A convolution with everything decided in advance, by its shape alone.
public final class Convolution {
    private enum Way<Scalar: GemmScalar> {
        /// There is nothing to sum.
        case zeros
        case planes(PlaneConvolution<Scalar>)
        case planeGradient(PlaneGradient<Scalar>)
        case columns(ColumnConvolution<Scalar>)

        init(_ step: ConvolutionStep, compiles: Bool) {
            let phases = ConvolutionPhase.all(step.axes)
            if step.count == 0 || step.depth == 0 || phases.isEmpty || step.axes.contains(where: { $0.input == 0 }) {
                self = .zeros
            } else if PlaneConvolution<Scalar>.fits(step) {
                self = .planes(PlaneConvolution(step))
            } else if PlaneGradient<Scalar>.fits(step) {
                self = .planeGradient(PlaneGradient(step))
            } else {
                self = .columns(ColumnConvolution(step, phases, compiles: compiles))
            }
        }

        var scratchBytes: Int {
            switch self {
            case .zeros: 0
            case .planes(let way): way.scratchBytes
            case .planeGradient(let way): way.scratchBytes
            case .columns(let way): way.scratchBytes
            }
        }
    }

    private enum Typed {
        case float32(Way<Float>)
        case float64(Way<Double>)
        /// Of windows of 3 x 3 and many channels, in float32.
        case winograd(WinogradConvolution)
        case winogradGradient(WinogradGradient)
        /// Along one axis.
        case winogradLine(WinogradLineConvolution)
        case winogradLineGradient(WinogradLineGradient)
        /// Under a stride, the gradient of its weights, and the gradient of its input.
        case strided(StridedConvolution)
        case stridedGradient(StridedGradient)
        case spread(SpreadConvolution)
        /// Of a window of one element: a product for each image and group.
        case product(Gemm)
    }

    private let step: ConvolutionStep
    private let way: Typed

    /// Positions of an image from which on its product is made by itself.
    private static let manyPositions = 64

    public init(_ step: ConvolutionStep, compiles: Bool) {
        self.step = step
        if Convolution.isPointwise(step) {
            let places = (0..<step.images).flatMap { image in (0..<step.groups).map { (image, $0) } }
            let strides = step.layout.strides
            way = .product(
                Gemm(
                    dtype: step.dtype, m: step.outputs, n: step.axes.reduce(1) { $0 * $1.positions }, k: step.channels,
                    transposeA: false, transposeB: false,
                    batchOffsetsA: places.map { $0.1 * step.outputs * step.outputStride },
                    batchOffsetsB: places.map { $0.0 * strides[0] + $0.1 * step.channels * strides[1] },
                    compiles: compiles))
        } else if let winograd = WinogradConvolution(step, compiles: compiles) {
            way = .winograd(winograd)
        } else if let winograd = WinogradGradient(step, compiles: compiles) {
            way = .winogradGradient(winograd)
        } else if let winograd = WinogradLineConvolution(step, compiles: compiles) {
            way = .winogradLine(winograd)
        } else if let winograd = WinogradLineGradient(step, compiles: compiles) {
            way = .winogradLineGradient(winograd)
        } else if let spread = SpreadConvolution(step, compiles: compiles) {
            way = .spread(spread)
        } else if let strided = StridedConvolution(step, compiles: compiles) {
            way = .strided(strided)
        } else if let strided = StridedGradient(step, compiles: compiles) {
            way = .stridedGradient(strided)
        } else {
            way =
                step.dtype == .float32
                ? .float32(Way(step, compiles: compiles)) : .float64(Way(step, compiles: compiles))
        }
    }

    private static func isPointwise(_ step: ConvolutionStep) -> Bool {
        let positions = step.axes.reduce(1) { $0 * $1.positions }
        guard positions >= manyPositions, step.channels > 1, step.outputs > 1, step.count > 0 else { return false }
        var dense = 1
        for (axis, stride) in zip(step.axes, step.layout.strides.dropFirst(2)).reversed() {
            guard axis.taps == 1, axis.stride == 1, axis.low == 0, axis.inputDilation == 1,
                axis.input == axis.positions, stride == dense || axis.input == 1
            else { return false }
            dense *= axis.input
        }
        return step.layout.strides[1] == dense && step.outputStride == step.channels && step.channelStride == 1
    }

    public var scratchBytes: Int {
        switch way {
        case .float32(let way): way.scratchBytes
        case .float64(let way): way.scratchBytes
        case .winograd(let way): way.scratchBytes
        case .winogradGradient(let way): way.scratchBytes
        case .winogradLine(let way): way.scratchBytes
        case .winogradLineGradient(let way): way.scratchBytes
        case .strided(let way): way.scratchBytes
        case .stridedGradient(let way): way.scratchBytes
        case .spread(let way): way.scratchBytes
        case .product(let product): product.scratchBytes
        }
    }

    /// - Parameter scratch: `scratchBytes`, aligned to a cache line; may be nil if that is 0.
    public func run(
        _ input: UnsafeRawPointer, _ weight: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer?
    ) {
        let size = step.dtype.size
        let (input, weight) = (input + step.layout.offset * size, weight + step.weightOffset * size)
        switch way {
        case .float32(let way): run(way, input, weight, result, scratch)
        case .float64(let way): run(way, input, weight, result, scratch)
        case .winograd(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .winogradGradient(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .winogradLine(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .winogradLineGradient(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .strided(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .stridedGradient(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .spread(let way): way.run(floats(input), floats(weight), floats(result), scratch)
        case .product(let product): product.run(weight, input, result, scratch: scratch)
        }
    }

    private func floats(_ numbers: UnsafeRawPointer) -> UnsafePointer<Float> {
        numbers.assumingMemoryBound(to: Float.self)
    }

    private func floats(_ numbers: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
        numbers.assumingMemoryBound(to: Float.self)
    }

    private func run<Scalar>(
        _ way: Way<Scalar>, _ input: UnsafeRawPointer, _ weight: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let (input, weight) = (input.assumingMemoryBound(to: Scalar.self), weight.assumingMemoryBound(to: Scalar.self))
        let result = result.assumingMemoryBound(to: Scalar.self)
        switch way {
        case .zeros:
            for place in 0..<step.count { result[place] = 0 }
        case .planes(let way): way.run(input, weight, result, scratch)
        case .planeGradient(let way): way.run(input, weight, result, scratch)
        case .columns(let way): way.run(input, weight, result, scratch)
        }
    }
}
