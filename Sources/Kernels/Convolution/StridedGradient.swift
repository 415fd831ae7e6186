import CVectors
import Machine
import Steps

/// The gradient of the weights of a convolution under a stride, image by image, some channels at a time:
///
///     sums [channels x taps, outputs] += columns [channels x taps, positions] x cotangents [positions, outputs]
///
/// As a convolution its images are the layer's channels, its channels the layer's images, its dilation the layer's
/// stride, and its window is the whole cotangent, which meets the input at as many places as the layer has taps.
///
/// Images are shared out over lanes, which make sums beside each other. Their number follows from that of the images,
/// so that no bit depends on the number of threads.
final class StridedGradient {
    private typealias Tile = GemmTile<Float>

    private let step: ConvolutionStep
    private let columns: StridedColumns
    private let code: GemmTileCode?
    private let outputs: Int
    private let lanes: Int
    private let blockChannels: Int
    private let memory: ScratchLanes

    private static let columnBytes = 128 << 10
    private static let leastPositions = 48
    private static let mostPositions = 1024

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.allSatisfy({ $0.stride > 0 && $0.inputDilation == 1 }),
            let columns = StridedColumns(
                step,
                stride: { axis in
                    StridedColumns.Axis(
                        input: axis.input, taps: axis.positions, positions: axis.taps, stride: axis.dilation,
                        low: axis.low, dilation: axis.stride)
                })
        else { return nil }
        let positions = columns.lines.positions * columns.places.positions
        guard step.outputs >= 8, positions >= StridedGradient.leastPositions,
            positions <= StridedGradient.mostPositions,
            step.channels <= GemmSegments.chain * GemmSegments.mostLanes / positions
        else { return nil }
        (self.step, self.columns) = (step, columns)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        outputs = WinogradTiles.padded(step.outputs)
        lanes = GemmSegments.lanes(terms: step.channels * positions, units: step.channels)
        let rowBytes = columns.taps * positions * MemoryLayout<Float>.size
        blockChannels = Swift.max(1, Swift.min(step.images, StridedGradient.columnBytes / rowBytes))
        let count =
            blockChannels * columns.taps * positions + positions * outputs + columns.workCount(columns.lines.positions)
        memory = ScratchLanes(pieces: step.groups * lanes, bytes: count * MemoryLayout<Float>.size)
    }

    /// Sums of a lane [channels x taps, outputs].
    private var sumCount: Int { step.images * columns.taps * outputs }
    private var sumBytes: Int { wholeLines(step.groups * lanes * sumCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { sumBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ cotangent: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let sums = scratch.assumingMemoryBound(to: Float.self)
        let (lines, strides) = (columns.lines.positions, step.layout.strides)
        let positions = lines * columns.places.positions
        memory.run(step.groups * lanes, grain: 1, scratch + sumBytes) { range, memory in
            let turned = memory.assumingMemoryBound(to: Float.self)
            let work = turned + positions * outputs
            let gathered = work + columns.workCount(lines)
            for unit in range {
                let (group, lane) = unit.quotientAndRemainder(dividingBy: lanes)
                let images = lane * step.channels / lanes..<(lane + 1) * step.channels / lanes
                for image in images {
                    if Interruption.isStopping() { return }
                    turn(
                        cotangent + (group * step.outputs * step.outputStride + image * step.channelStride), positions,
                        to: turned)
                    let source = input + (group * step.channels + image) * strides[1]
                    for channel in stride(from: 0, to: step.images, by: blockChannels) {
                        let channels = Swift.min(blockChannels, step.images - channel)
                        columns.gather(
                            source + channel * strides[0], planes: strides[0], channels: channels, 0..<lines,
                            to: gathered, work)
                        multiply(
                            gathered, channels * columns.taps, turned, positions,
                            sums + (unit * sumCount + channel * columns.taps * outputs),
                            accumulates: image > images.lowerBound)
                    }
                }
            }
        }
        store(sums, result)
    }

    /// A cotangent's outputs, side by side.
    private func turn(_ source: UnsafePointer<Float>, _ positions: Int, to target: UnsafeMutablePointer<Float>) {
        let (size, eight) = (MemoryLayout<Float>.size, Winograd.Vector.scalarCount)
        for output in stride(from: 0, to: step.outputs, by: eight) {
            let from = source + output * step.outputStride
            let last = Swift.min(eight, step.outputs - output) - 1
            var place = 0
            while true {
                shim_transpose_8x8(
                    from + place, step.outputStride * size, last, target + (place * outputs + output), outputs * size)
                if place == positions - eight { break }
                place = Swift.min(place + eight, positions - eight)
            }
        }
        let whole = (step.outputs + eight - 1) / eight * eight
        for place in 0..<positions {
            for output in whole..<outputs { target[place * outputs + output] = 0 }
        }
    }

    /// sums [rows, outputs] += columns [rows, depth] x turned [depth, outputs].
    private func multiply(
        _ columns: UnsafePointer<Float>, _ rows: Int, _ turned: UnsafePointer<Float>, _ depth: Int,
        _ sums: UnsafeMutablePointer<Float>, accumulates: Bool
    ) {
        let (size, panel) = (MemoryLayout<Float>.size, WinogradTiles.panel)
        var operands = TileOperands(
            x: columns, y: turned, result: sums, xRows: TileRowOffsets(bytes: depth * size), xStep: size,
            yStep: outputs * size, resultRow: outputs * size, depth: depth, accumulates: accumulates ? 1 : 0)
        for first in stride(from: 0, to: outputs, by: panel) {
            operands.y = UnsafeRawPointer(turned + first)
            var row = 0
            while row < rows {
                let (height, times) = Tile.next(rows - row, sharesLast: true)
                operands.count = times
                operands.x = UnsafeRawPointer(columns + row * depth)
                operands.result = UnsafeMutableRawPointer(sums + (row * outputs + first))
                operands.xAdvance = height * depth * size
                operands.resultAdvance = height * outputs * size
                Tile.run(&operands, height: height, width: .full, code)
                row += height * times
            }
        }
    }

    /// The lanes' sums in order, put where they belong.
    private func store(_ sums: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>) {
        let taps = columns.taps
        inPieces(step.groups * step.images, grain: Swift.max(1, (1 << 14) / (taps * outputs))) { range in
            for place in range {
                let (channel, group) = place.quotientAndRemainder(dividingBy: step.groups)
                for tap in 0..<taps {
                    let source = sums + (group * lanes * sumCount + (channel * taps + tap) * outputs)
                    let target = result + place * step.outputs * taps + tap
                    for output in 0..<step.outputs {
                        var sum = source[output]
                        for lane in 1..<Swift.max(1, lanes) { sum += source[lane * sumCount + output] }
                        target[output * taps] = sum
                    }
                }
            }
        }
    }
}
