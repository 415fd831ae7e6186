import Machine
import Steps

/// A convolution with few outputs: depthwise, a sum over windows, or all channels into one. A group's planes are laid
/// out with the zeros around them, and, for a stride, with the elements of each remainder side by side. Then
/// neighbouring positions read neighbouring elements, and each element of the result is a chain of fused multiply-adds
/// in registers.
final class PlaneConvolution<Scalar: GemmScalar> {
    private typealias Vector = Scalar.Whole

    private let step: ConvolutionStep
    private let axes: [ConvolutionStep.Axis]
    private let strides: [Int]
    /// Extents of a plane with its zeros; of the last axis what one remainder has.
    private let planes: Int
    private let lines: Int
    private let width: Int
    private let planeCount: Int
    /// Elements of a group's planes.
    private let groupCount: Int
    /// Where each tap lies from the first position.
    private let offsets: [Int]
    private let memory: ScratchLanes
    private let grain: Int

    /// Operations that are worth a piece.
    private static var pieceOperations: Double { 4e5 }
    /// Elements that a block of positions may read too many.
    private static var slack: Int { 2 * Vector.scalarCount }

    /// Whether this is the way: taps are few beside positions, and outputs few.
    static func fits(_ step: ConvolutionStep) -> Bool {
        let (taps, positions) = (step.axes.reduce(1) { $0 * $1.taps }, step.axes.reduce(1) { $0 * $1.positions })
        // Zeros between elements are multiplied too.
        let spread = step.axes.reduce(1.0) { $0 * Double($1.inputDilation) }
        let (mostOutputs, mostSpread) = step.channels == 1 ? (4, 64.0) : (1, 1.0)
        guard step.outputs <= mostOutputs, taps <= 1024, taps <= 4 * positions, spread <= mostSpread,
            step.channels == 1 || step.channelStride == taps && step.channels <= GemmSegments.chain / taps
        else { return false }
        return step.axes.allSatisfy { $0.dilation <= 64 && $0.stride <= 64 }
            && step.axes.reduce(Double(step.channels)) { $0 * Double($1.reach + 64) } <= 1e8
    }

    init(_ step: ConvolutionStep) {
        self.step = step
        (axes, strides) = step.threeAxes
        (planes, lines) = (axes[0].reach, axes[1].reach)
        width = (axes[2].reach + axes[2].stride - 1) / axes[2].stride
        planeCount = planes * lines * width * axes[2].stride
        var offsets: [Int] = []
        for plane in 0..<axes[0].taps {
            for line in 0..<axes[1].taps {
                for tap in 0..<axes[2].taps {
                    let (number, remainder) = (tap * axes[2].dilation).quotientAndRemainder(dividingBy: axes[2].stride)
                    offsets.append(
                        ((remainder * planes + plane * axes[0].dilation) * lines + line * axes[1].dilation) * width
                            + number)
                }
            }
        }
        let planeCount = planeCount
        self.offsets = (0..<step.channels).flatMap { channel in offsets.map { channel * planeCount + $0 } }
        groupCount = step.channels * planeCount
        memory = ScratchLanes(
            pieces: step.images * step.groups,
            bytes: (groupCount + PlaneConvolution.slack + Vector.scalarCount * 2) * MemoryLayout<Scalar>.size)
        let operations = 2 * Double(axes.reduce(step.outputs) { $0 * $1.positions }) * Double(self.offsets.count)
        grain = Int(Swift.max(1, PlaneConvolution.pieceOperations / Swift.max(1, operations + Double(groupCount))))
    }

    var scratchBytes: Int { memory.bytes }

    func run(
        _ input: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let positions = axes.reduce(1) { $0 * $1.positions }
        memory.run(step.images * step.groups, grain: grain, scratch) { range, memory in
            let plane = memory.assumingMemoryBound(to: Scalar.self)
            for place in range {
                if Interruption.isStopping() { return }
                let (image, group) = place.quotientAndRemainder(dividingBy: step.groups)
                for element in 0..<groupCount + PlaneConvolution.slack { plane[element] = 0 }
                for channel in 0..<step.channels {
                    let source = image * step.layout.strides[0]
                    lay(
                        input + source + (group * step.channels + channel) * step.layout.strides[1],
                        plane + channel * planeCount)
                }
                for output in group * step.outputs..<(group + 1) * step.outputs {
                    sum(
                        plane, weight + output * step.outputStride,
                        result + (image * step.groups * step.outputs + output) * positions,
                        plane + groupCount + PlaneConvolution.slack)
                }
            }
        }
    }

    /// Puts a plane's elements among the zeros around and between them.
    private func lay(_ input: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>) {
        let (first, second, third) = (axes[0], axes[1], axes[2])
        for plane in first.elements {
            for line in second.elements {
                let source = input + (plane * strides[0] + line * strides[1])
                let row =
                    target
                    + ((plane * first.inputDilation + first.low) * lines + line * second.inputDilation + second.low)
                    * width
                let elements = third.elements
                if third.stride == 1, third.inputDilation == 1, strides[2] == 1 {
                    copyShort(
                        source + elements.lowerBound, row + (elements.lowerBound + third.low), elements.count)
                    continue
                }
                for element in elements {
                    let (number, remainder) = (element * third.inputDilation + third.low).quotientAndRemainder(
                        dividingBy: third.stride)
                    row[remainder * planes * lines * width + number] = source[element * strides[2]]
                }
            }
        }
    }

    /// The windows' sums.
    private func sum(
        _ plane: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ aside: UnsafeMutablePointer<Scalar>
    ) {
        let count = axes[2].positions
        var target = result
        for first in 0..<axes[0].positions {
            for second in 0..<axes[1].positions {
                let row = plane + (first * axes[0].stride * lines + second * axes[1].stride) * width
                var position = 0
                while position < count {
                    let left = count - position
                    if left > Vector.scalarCount {
                        sum(row + position, weight, left, TwoVectors<Vector>.self, target + position, aside)
                        position += TwoVectors<Vector>.count
                    } else {
                        sum(row + position, weight, left, OneVector<Vector>.self, target + position, aside)
                        position += OneVector<Vector>.count
                    }
                }
                target += count
            }
        }
    }

    @inline(__always)
    private func sum<Columns: TileColumns>(
        _ source: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ left: Int, _: Columns.Type,
        _ target: UnsafeMutablePointer<Scalar>, _ aside: UnsafeMutablePointer<Scalar>
    ) where Columns.Vector == Vector {
        var sums = Columns()
        offsets.withUnsafeBufferPointer { offsets in
            for tap in 0..<offsets.count {
                sums.add(Vector(repeating: weight[tap]), times: Columns(loading: source + offsets[tap]))
            }
        }
        if left >= Columns.count {
            sums.store(target)
        } else {
            sums.store(aside)
            copyShort(aside, target, left)
        }
    }
}

extension ConvolutionStep.Axis {
    /// Elements from the first that the first position reads to the last that the last one reads.
    fileprivate var reach: Int { (positions - 1) * stride + (taps - 1) * dilation + 1 }

    /// The elements of the input that lie in there.
    fileprivate var elements: Range<Int> {
        let first = low >= 0 ? 0 : (inputDilation - 1 - low) / inputDilation
        let last = reach - 1 - low
        let end = last < 0 ? 0 : Swift.min(input, last / inputDilation + 1)
        return first..<Swift.max(first, end)
    }
}

extension ConvolutionStep {
    /// Three spatial axes, of which those that the step lacks have one element, and their strides in the input.
    var threeAxes: (axes: [Axis], strides: [Int]) {
        let missing = 3 - axes.count
        return (
            [Axis](repeating: Axis(input: 1, taps: 1, positions: 1), count: missing) + axes,
            [Int](repeating: 0, count: missing) + layout.strides.dropFirst(2)
        )
    }
}
