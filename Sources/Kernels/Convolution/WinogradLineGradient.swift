import Machine
import Steps

/// The gradient of the weights of a convolution along one axis, by Winograd's transforms: for each part of the window
/// seven products of matrices
///
///     cotangents [outputs, tiles] x tiles [tiles, channels]
///
/// As a convolution its images are the layer's channels, its channels the layer's images, its stride the layer's
/// dilation, and its window is the whole cotangent, which meets the input at as many places as the layer has taps.
///
/// Tiles are shared out over lanes, which make sums beside each other. Their number follows from that of the tiles, so
/// that no bit depends on the number of threads.
final class WinogradLineGradient {
    private typealias Tile = GemmTile<Float>

    private let step: ConvolutionStep
    private let line: WinogradLine
    private let code: GemmTileCode?
    private let lanes: Int
    private let memory: ScratchLanes

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.count == 1, let axis = step.axes.first,
            step.layout.strides[2] == 1 || axis.input == 1, axis.dilation == 1, axis.inputDilation == 1,
            let line = WinogradLine(
                input: axis.input, positions: axis.taps, low: axis.low, dilation: axis.stride, taps: axis.positions,
                channels: step.images, outputs: step.outputs)
        else { return nil }
        (self.step, self.line) = (step, line)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        lanes = GemmSegments.lanes(
            terms: step.channels * line.numbers * line.dilation, units: step.channels * line.blocks)
        memory = ScratchLanes(pieces: step.groups * lanes, bytes: line.count * MemoryLayout<Float>.size)
    }

    /// Sums of a lane [7, outputs, parts, channels].
    private var row: Int { line.parts * line.channels }
    private var sumCount: Int { Winograd.lineCount * step.outputs * row }
    private var sumBytes: Int { wholeLines(step.groups * lanes * sumCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { sumBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ cotangent: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let sums = scratch.assumingMemoryBound(to: Float.self)
        let (all, strides) = (step.channels * line.blocks, step.layout.strides)
        memory.run(step.groups * lanes, grain: 1, scratch + sumBytes) { range, memory in
            let memory = line.memory(memory.assumingMemoryBound(to: Float.self))
            for unit in range {
                let (group, lane) = unit.quotientAndRemainder(dividingBy: lanes)
                let numbers = lane * all / lanes..<(lane + 1) * all / lanes
                for number in numbers {
                    if Interruption.isStopping() { return }
                    let (image, place) = number.quotientAndRemainder(dividingBy: line.blocks)
                    let block = line.block(place)
                    line.readInput(
                        input + (group * step.channels + image) * strides[1], planes: strides[0], count: step.images,
                        block, memory)
                    line.readCotangent(
                        cotangent + (group * step.outputs * step.outputStride + image * step.channelStride),
                        planes: step.outputStride, count: step.outputs, block, memory)
                    multiply(
                        memory, sums + unit * sumCount, block.count * line.dilation,
                        accumulates: number > numbers.lowerBound)
                }
            }
        }
        store(sums, result)
    }

    /// sums [outputs, parts x channels] += cotangents^T [outputs, count] x tiles [count, parts x channels], seven
    /// times.
    private func multiply(
        _ memory: WinogradLine.Memory, _ sums: UnsafeMutablePointer<Float>, _ count: Int, accumulates: Bool
    ) {
        let (size, panel) = (MemoryLayout<Float>.size, WinogradTiles.panel)
        let (channels, outputs) = (line.channels, line.outputs)
        var operands = TileOperands(
            x: memory.output, y: memory.input, result: sums, xRows: TileRowOffsets(bytes: size),
            xStep: outputs * size, yStep: channels * size, resultRow: self.row * size, depth: count,
            accumulates: accumulates ? 1 : 0)
        for matrix in 0..<Winograd.lineCount {
            for part in 0..<line.parts {
                for first in stride(from: 0, to: channels, by: panel) {
                    operands.y = UnsafeRawPointer(
                        memory.input + (matrix * line.inputMatrix + part * line.dilation * channels + first))
                    var row = 0
                    while row < step.outputs {
                        let (height, times) = Tile.next(step.outputs - row, sharesLast: true)
                        operands.count = times
                        operands.x = UnsafeRawPointer(memory.output + (matrix * line.outputMatrix + row))
                        operands.result = UnsafeMutableRawPointer(
                            sums + ((matrix * step.outputs + row) * self.row + part * channels + first))
                        operands.xAdvance = height * size
                        operands.resultAdvance = height * self.row * size
                        Tile.run(&operands, height: height, width: .full, code)
                        row += height * times
                    }
                }
            }
        }
    }

    /// G^T u of the lanes' sums, eight channels of an output at a time.
    private func store(_ sums: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>) {
        typealias Vector = Winograd.Vector
        let (matrix, factors, width) = (step.outputs * row, Winograd.lineWeights, Winograd.lineTaps)
        inPieces(step.groups * step.outputs, grain: Swift.max(1, (1 << 13) / row)) { range in
            for place in range {
                let (group, output) = place.quotientAndRemainder(dividingBy: step.outputs)
                for part in 0..<line.parts {
                    for first in stride(from: 0, to: step.images, by: Vector.scalarCount) {
                        let source = sums + (group * lanes * sumCount + output * row + part * line.channels + first)
                        var taps = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
                        for number in 0..<Winograd.lineCount {
                            var sum = Winograd.load(source + number * matrix)
                            for lane in 1..<Swift.max(1, lanes) {
                                sum += Winograd.load(source + (lane * sumCount + number * matrix))
                            }
                            let factor = number * width
                            taps.0 = taps.0.addingProduct(Vector(repeating: factors[factor]), sum)
                            taps.1 = taps.1.addingProduct(Vector(repeating: factors[factor + 1]), sum)
                            taps.2 = taps.2.addingProduct(Vector(repeating: factors[factor + 2]), sum)
                            taps.3 = taps.3.addingProduct(Vector(repeating: factors[factor + 3]), sum)
                        }
                        let tap = part * width
                        for lane in 0..<Swift.min(Vector.scalarCount, step.images - first) {
                            let window =
                                result
                                + (((first + lane) * step.groups + group) * step.outputs + output) * line.taps + tap
                            window[0] = taps.0[lane]
                            if tap + 1 < line.taps { window[1] = taps.1[lane] }
                            if tap + 2 < line.taps { window[2] = taps.2[lane] }
                            if tap + 3 < line.taps { window[3] = taps.3[lane] }
                        }
                    }
                }
            }
        }
    }
}
