import Machine
import Steps

/// A convolution with windows of 3 x 3 and many channels, by Winograd's transforms: 36 products of matrices
///
///     tiles [tiles, channels] x weights [channels, outputs]
///
/// for each block of tiles, a quarter of the multiplications. The weights are transformed once a run. A number of the
/// result is made of sums over the channels alone, in order, so that it has the same bits in any batch and on any
/// number of threads.
final class WinogradConvolution {
    private typealias Tile = GemmTile<Float>

    private let step: ConvolutionStep
    private let tiles: WinogradTiles
    private let code: GemmTileCode?
    /// Channels and outputs of a group, filled up.
    private let channels: Int
    private let outputs: Int
    private let memory: ScratchLanes
    private let grain: Int

    /// Operations that are worth a piece.
    private static let pieceOperations = 2e6

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.count == 2, step.layout.strides[3] == 1 || step.axes[1].input == 1,
            step.axes.allSatisfy({
                $0.taps == 3 && $0.stride == 1 && $0.dilation == 1 && $0.inputDilation == 1 && abs($0.low) < 1 << 30
            }),
            let tiles = WinogradTiles(
                input: (step.axes[0].input, step.axes[1].input),
                result: (step.axes[0].positions, step.axes[1].positions), low: (step.axes[0].low, step.axes[1].low),
                images: step.images, channels: step.channels, outputs: step.outputs)
        else { return nil }
        (self.step, self.tiles) = (step, tiles)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        (channels, outputs) = (WinogradTiles.padded(step.channels), WinogradTiles.padded(step.outputs))
        memory = ScratchLanes(
            pieces: step.groups * tiles.blocks, bytes: WinogradMemory.bytes(tiles, channels, outputs))
        let operations = 2 * 36 * Double(tiles.blockTiles) * Double(channels) * Double(outputs)
        grain = Int(Swift.max(1, Swift.min(1e6, WinogradConvolution.pieceOperations / operations)))
    }

    /// Transformed weights [groups, 36, panels, channels, panel].
    private var weightCount: Int { step.groups * Winograd.count * step.channels * outputs }
    private var weightBytes: Int { wholeLines(weightCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { weightBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let weights = scratch.assumingMemoryBound(to: Float.self)
        transformWeights(weight, to: weights)
        memory.run(step.groups * tiles.blocks, grain: grain, scratch + weightBytes) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let (block, group) = unit.quotientAndRemainder(dividingBy: step.groups)
                compute(
                    block, group, input, weights + group * weightCount / step.groups, result,
                    memory.assumingMemoryBound(to: Float.self))
            }
        }
    }

    /// G w G^T, eight outputs of a channel at a time.
    private func transformWeights(_ weight: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        typealias Vector = Winograd.Vector
        let (panel, eights) = (WinogradTiles.panel, outputs / Vector.scalarCount)
        let matrix = step.channels * outputs
        inPieces(step.groups * eights, grain: Swift.max(1, (1 << 11) / step.channels)) { range in
            let base = ThreadScratch.pieces.memory(27 * 32).assumingMemoryBound(to: Float.self)
            let (taps, half) = (base, base + 9 * 8)
            for place in range {
                let (group, eight) = place.quotientAndRemainder(dividingBy: eights)
                let first = eight * Vector.scalarCount
                let there = Swift.max(0, Swift.min(Vector.scalarCount, step.outputs - first))
                let source = weight + (group * step.outputs + first) * step.outputStride
                for number in 0..<9 * 8 { taps[number] = 0 }
                for channel in 0..<step.channels {
                    for lane in 0..<there {
                        let window = source + (lane * step.outputStride + channel * step.channelStride)
                        for tap in 0..<9 { taps[tap * 8 + lane] = window[tap] }
                    }
                    for j in 0..<3 {
                        let made = Winograd.weight(
                            (
                                Winograd.load(taps + j * 8), Winograd.load(taps + (3 + j) * 8),
                                Winograd.load(taps + (6 + j) * 8)
                            ))
                        Winograd.store(made, half + j * 8, 24)
                    }
                    let line =
                        target + group * Winograd.count * matrix + first / panel * step.channels * panel
                        + channel * panel + first % panel
                    for i in 0..<Winograd.reach {
                        let row = half + i * 24
                        let made = Winograd.weight(
                            (Winograd.load(row), Winograd.load(row + 8), Winograd.load(row + 16)))
                        Winograd.store(made, line + i * 6 * matrix, matrix)
                    }
                }
            }
        }
    }

    /// One block of tiles of one group.
    private func compute(
        _ number: Int, _ group: Int, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
        _ result: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
    ) {
        let (images, rows) = tiles.block(number)
        let tilesOfImage = rows.count * tiles.columns
        let count = images.count * tilesOfImage
        let parts = WinogradMemory(memory, tiles, channels, outputs)
        let (transformed, products) = (parts.input, parts.output)
        let (inputMatrix, outputMatrix) = (parts.inputMatrix, parts.outputMatrix)
        let (read, made, work) = (parts.read, parts.made, parts.work)
        let (lanes, half) = (WinogradTiles.lanes, Winograd.Vector.scalarCount)
        let strides = step.layout.strides
        for number in 0..<tiles.readCount { read[number] = 0 }
        for image in images {
            let first = transformed + (image - images.lowerBound) * tilesOfImage * channels
            for channel in stride(from: 0, to: step.channels, by: lanes) {
                tiles.layInput(
                    input + (image * strides[0] + (group * step.channels + channel) * strides[1]), planes: strides[1],
                    line: strides[2], channels: Swift.min(lanes, step.channels - channel), rows, to: read)
                for lane in stride(from: 0, to: lanes, by: half) {
                    tiles.transformInput(
                        read + lane, rows, to: first + (channel + lane), tile: channels, matrix: inputMatrix, work)
                }
            }
        }
        multiply(transformed, inputMatrix, weights, products, outputMatrix, count)
        let plane = tiles.result.height * tiles.result.width
        for image in images {
            let first = products + (image - images.lowerBound) * tilesOfImage * outputs
            for output in stride(from: 0, to: step.outputs, by: lanes) {
                for lane in stride(from: 0, to: lanes, by: half) {
                    tiles.transformOutput(
                        first + (output + lane), tile: outputs, matrix: outputMatrix, rows, to: made + lane, work)
                }
                tiles.store(
                    made, rows, channels: Swift.min(lanes, step.outputs - output),
                    to: result + ((image * step.groups + group) * step.outputs + output) * plane)
            }
        }
    }

    /// products [count, outputs] = transformed [count, channels] x weights [channels, outputs], 36 times.
    private func multiply(
        _ transformed: UnsafePointer<Float>, _ inputMatrix: Int, _ weights: UnsafePointer<Float>,
        _ products: UnsafeMutablePointer<Float>, _ outputMatrix: Int, _ count: Int
    ) {
        let (size, panel) = (MemoryLayout<Float>.size, WinogradTiles.panel)
        var operands = TileOperands(
            x: transformed, y: weights, result: products, xRows: TileRowOffsets(bytes: channels * size), xStep: size,
            yStep: panel * size, resultRow: outputs * size, depth: step.channels, accumulates: 0)
        for matrix in 0..<Winograd.count {
            for first in stride(from: 0, to: outputs, by: panel) {
                operands.y = UnsafeRawPointer(weights + (matrix * outputs + first) * step.channels)
                var row = 0
                while row < count {
                    let (height, times) = Tile.next(count - row, sharesLast: true)
                    operands.count = times
                    operands.x = UnsafeRawPointer(transformed + (matrix * inputMatrix + row * channels))
                    operands.result = UnsafeMutableRawPointer(
                        products + (matrix * outputMatrix + row * outputs + first))
                    operands.xAdvance = height * channels * size
                    operands.resultAdvance = height * outputs * size
                    Tile.run(&operands, height: height, width: .full, code)
                    row += height * times
                }
            }
        }
    }
}
