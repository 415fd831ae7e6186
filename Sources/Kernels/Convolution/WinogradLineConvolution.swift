import Machine
import Steps

/// A convolution along one axis with many channels, by Winograd's transforms: seven products of matrices
///
///     tiles [tiles, parts x channels] x weights [parts x channels, outputs]
///
/// for each block of tiles. A number of the result is made of sums over the parts of the window and the channels alone,
/// in order, so that it has the same bits in any batch and on any number of threads.
final class WinogradLineConvolution {
    private typealias Tile = GemmTile<Float>

    private let step: ConvolutionStep
    private let line: WinogradLine
    private let code: GemmTileCode?
    private let memory: ScratchLanes
    private let grain: Int

    /// Operations that are worth a piece.
    private static let pieceOperations = 2e6

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.count == 1, let axis = step.axes.first,
            step.layout.strides[2] == 1 || axis.input == 1, axis.stride == 1, axis.inputDilation == 1,
            let line = WinogradLine(
                input: axis.input, positions: axis.positions, low: axis.low, dilation: axis.dilation, taps: axis.taps,
                channels: step.channels, outputs: step.outputs)
        else { return nil }
        (self.step, self.line) = (step, line)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        memory = ScratchLanes(
            pieces: step.images * step.groups * line.blocks, bytes: line.count * MemoryLayout<Float>.size)
        let operations =
            2 * Double(Winograd.lineCount * line.blockNumbers * line.dilation * line.parts) * Double(line.channels)
            * Double(line.outputs)
        grain = Int(Swift.max(1, Swift.min(1e6, WinogradLineConvolution.pieceOperations / operations)))
    }

    /// Terms of a product.
    private var depth: Int { line.parts * line.channels }
    /// Transformed weights [groups, 7, panels, parts, channels, panel].
    private var weightCount: Int { step.groups * Winograd.lineCount * depth * line.outputs }
    private var weightBytes: Int { wholeLines(weightCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { weightBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let weights = scratch.assumingMemoryBound(to: Float.self)
        transformWeights(weight, to: weights)
        memory.run(step.images * step.groups * line.blocks, grain: grain, scratch + weightBytes) { range, memory in
            let memory = line.memory(memory.assumingMemoryBound(to: Float.self))
            for unit in range {
                if Interruption.isStopping() { return }
                let (place, number) = unit.quotientAndRemainder(dividingBy: line.blocks)
                let (image, group) = place.quotientAndRemainder(dividingBy: step.groups)
                let (block, strides) = (line.block(number), step.layout.strides)
                line.readInput(
                    input + (image * strides[0] + group * step.channels * strides[1]), planes: strides[1],
                    count: step.channels, block, memory)
                multiply(memory, weights + group * weightCount / step.groups, block.count * line.dilation)
                line.writeOutput(
                    memory, block, count: step.outputs,
                    to: result + (image * step.groups + group) * step.outputs * line.positions)
            }
        }
    }

    /// G w of each part of the window, eight outputs of a channel at a time.
    private func transformWeights(_ weight: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        typealias Vector = Winograd.Vector
        let (panel, eights) = (WinogradTiles.panel, line.outputs / Vector.scalarCount)
        let (matrix, factors) = (depth * line.outputs, Winograd.lineWeights)
        inPieces(step.groups * eights, grain: Swift.max(1, (1 << 12) / (step.channels * line.taps))) { range in
            for place in range {
                let (group, eight) = place.quotientAndRemainder(dividingBy: eights)
                let first = eight * Vector.scalarCount
                let there = Swift.max(0, Swift.min(Vector.scalarCount, step.outputs - first))
                let source = weight + (group * step.outputs + first) * step.outputStride
                let column =
                    target + group * Winograd.lineCount * matrix + first / panel * depth * panel + first % panel
                for part in 0..<line.parts {
                    for channel in 0..<line.channels {
                        var taps = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
                        if channel < step.channels {
                            let tap = part * Winograd.lineTaps
                            let windows = source + (channel * step.channelStride + tap)
                            taps.0 = vector(windows, there)
                            if tap + 1 < line.taps { taps.1 = vector(windows + 1, there) }
                            if tap + 2 < line.taps { taps.2 = vector(windows + 2, there) }
                            if tap + 3 < line.taps { taps.3 = vector(windows + 3, there) }
                        }
                        let row = column + (part * line.channels + channel) * panel
                        for number in 0..<Winograd.lineCount {
                            let factor = number * Winograd.lineTaps
                            var sum = Vector(repeating: factors[factor]) * taps.0
                            sum = sum.addingProduct(Vector(repeating: factors[factor + 1]), taps.1)
                            sum = sum.addingProduct(Vector(repeating: factors[factor + 2]), taps.2)
                            sum = sum.addingProduct(Vector(repeating: factors[factor + 3]), taps.3)
                            Winograd.store(sum, row + number * matrix)
                        }
                    }
                }
            }
        }
    }

    /// A weight of each of `count` outputs, and zeros.
    @inline(__always)
    private func vector(_ source: UnsafePointer<Float>, _ count: Int) -> Winograd.Vector {
        var vector = Winograd.Vector.zero
        for lane in 0..<count { vector[lane] = source[lane * step.outputStride] }
        return vector
    }

    /// products [count, outputs] = tiles [count, parts x channels] x weights [parts x channels, outputs], seven times.
    /// Without dilation the parts of a tile lie behind each other.
    private func multiply(_ memory: WinogradLine.Memory, _ weights: UnsafePointer<Float>, _ count: Int) {
        let (size, panel) = (MemoryLayout<Float>.size, WinogradTiles.panel)
        let (channels, outputs) = (line.channels, line.outputs)
        let parts = line.dilation == 1 ? 1 : line.parts
        let terms = depth / parts
        var operands = TileOperands(
            x: memory.input, y: weights, result: memory.output, xRows: TileRowOffsets(bytes: channels * size),
            xStep: size, yStep: panel * size, resultRow: outputs * size, depth: terms, accumulates: 0)
        for matrix in 0..<Winograd.lineCount {
            for first in stride(from: 0, to: outputs, by: panel) {
                for part in 0..<parts {
                    operands.accumulates = part > 0 ? 1 : 0
                    operands.y = UnsafeRawPointer(weights + ((matrix * outputs + first) * depth + part * terms * panel))
                    let tiles = memory.input + (matrix * line.inputMatrix + part * line.dilation * channels)
                    let target = memory.output + (matrix * line.outputMatrix + first)
                    var row = 0
                    while row < count {
                        let (height, times) = Tile.next(count - row, sharesLast: true)
                        operands.count = times
                        operands.x = UnsafeRawPointer(tiles + row * channels)
                        operands.result = UnsafeMutableRawPointer(target + row * outputs)
                        operands.xAdvance = height * channels * size
                        operands.resultAdvance = height * outputs * size
                        Tile.run(&operands, height: height, width: .full, code)
                        row += height * times
                    }
                }
            }
        }
    }
}
