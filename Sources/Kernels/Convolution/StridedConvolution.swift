import Machine
import Steps

/// A convolution under a stride as products of matrices, image by image, some lines and some channels at a time:
///
///     result [outputs, positions] = weight [outputs, channels x taps] x columns [channels x taps, positions]
///
/// A number of the result is one chain over channels and taps in order.
final class StridedConvolution {
    private struct Shape: Hashable {
        var lines: Int
        var channels: Int
    }

    private let step: ConvolutionStep
    private let columns: StridedColumns
    private let plans: [Shape: GemmPlan<Float>]
    /// Lines of positions of a block, and channels that are gathered at a time.
    private let blockLines: Int
    private let blockChannels: Int
    private let memory: ScratchLanes
    private let grain: Int

    private static let columnBytes = 160 << 10
    private static let mostPositions = 1024
    private static let leastPositions = 64
    /// Operations that are worth a piece.
    private static let pieceOperations = 1e6

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, let columns = StridedColumns(step, stride: { $0 }), step.outputs > 1,
            step.channelStride == columns.taps, step.channels <= GemmSegments.chain / columns.taps,
            columns.lines.positions * columns.places.positions >= StridedConvolution.leastPositions,
            columns.places.positions <= StridedConvolution.mostPositions
        else { return nil }
        (self.step, self.columns) = (step, columns)
        let width = columns.places.positions
        blockLines = evenShare(
            of:
                columns.lines.positions, most: Swift.max(1, StridedConvolution.mostPositions / width))
        let rowBytes = columns.taps * blockLines * width * MemoryLayout<Float>.size
        blockChannels = evenShare(
            of:
                step.channels, most: Swift.max(1, StridedConvolution.columnBytes / rowBytes))
        let positions = columns.lines.positions * width
        var plans: [Shape: GemmPlan<Float>] = [:]
        for lines in Set([blockLines, (columns.lines.positions - 1) % blockLines + 1]) {
            for channels in Set([blockChannels, (step.channels - 1) % blockChannels + 1]) {
                plans[Shape(lines: lines, channels: channels)] = GemmPlan(
                    GemmShape(
                        m: step.outputs, n: lines * width, k: channels * columns.taps, transposeA: false,
                        transposeB: false, lineA: step.outputStride),
                    compiles: compiles, resultRow: positions)
            }
        }
        self.plans = plans
        let count = blockChannels * columns.taps * blockLines * width + columns.workCount(blockLines)
        memory = ScratchLanes(
            pieces: step.images * step.groups * ((columns.lines.positions + blockLines - 1) / blockLines),
            bytes: count * MemoryLayout<Float>.size)
        let operations = 2 * Double(step.outputs * blockLines * width) * Double(step.channels * columns.taps)
        grain = Int(Swift.max(1, Swift.min(1e6, StridedConvolution.pieceOperations / operations)))
    }

    var scratchBytes: Int { memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let (width, lines) = (columns.places.positions, columns.lines.positions)
        let (blocks, strides) = ((lines + blockLines - 1) / blockLines, step.layout.strides)
        memory.run(step.images * step.groups * blocks, grain: grain, scratch) { range, memory in
            let work = memory.assumingMemoryBound(to: Float.self)
            let gathered = work + columns.workCount(blockLines)
            for unit in range {
                if Interruption.isStopping() { return }
                let (place, block) = unit.quotientAndRemainder(dividingBy: blocks)
                let (image, group) = place.quotientAndRemainder(dividingBy: step.groups)
                let rows = block * blockLines..<Swift.min(lines, (block + 1) * blockLines)
                let source = input + (image * strides[0] + group * step.channels * strides[1])
                let weights = weight + group * step.outputs * step.outputStride
                let target = result + (place * step.outputs * lines + rows.lowerBound) * width
                for channel in stride(from: 0, to: step.channels, by: blockChannels) {
                    let channels = Swift.min(blockChannels, step.channels - channel)
                    columns.gather(
                        source + channel * strides[1], planes: strides[1], channels: channels, rows, to: gathered, work)
                    plans[Shape(lines: rows.count, channels: channels)]?.run(
                        weights + channel * columns.taps, gathered, target, accumulates: channel > 0)
                }
            }
        }
    }
}
