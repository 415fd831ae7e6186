import Machine
import Steps

/// A convolution with windows of 3 x 3 and many channels, by Winograd's transforms: 36 products of matrices
///
///     tiles [tiles, channels] x weights [channels, outputs]
///
/// for each block of tiles, a quarter of the multiplications. The weights are transformed once a run. Where there are
/// few blocks, pieces are panels of outputs (WinogradPanels). A number of the result is made of sums over the channels
/// alone, in order, so that it has the same bits in any batch and on any number of threads.
final class WinogradConvolution {
    private let step: ConvolutionStep
    private let tiles: WinogradTiles
    private let weights: WinogradWeights
    private let code: GemmTileCode?
    /// Where there are few blocks.
    private let panels: WinogradPanels?
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
        weights = WinogradWeights(step: step)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        panels = WinogradPanels(step, tiles, code)
        (channels, outputs) = (WinogradTiles.padded(step.channels), WinogradTiles.padded(step.outputs))
        memory = ScratchLanes(
            pieces: step.groups * tiles.blocks, bytes: WinogradMemory.bytes(tiles, channels, outputs))
        let operations = 2 * 36 * Double(tiles.blockTiles) * Double(channels) * Double(outputs)
        grain = Int(Swift.max(1, Swift.min(1e6, WinogradConvolution.pieceOperations / operations)))
    }

    /// Transformed weights [groups, 36, panels, channels, panel].
    private var weightMatrix: Int { weights.matrix(outputs: outputs) }
    private var weightCount: Int { step.groups * Winograd.count * weightMatrix }
    private var weightBytes: Int { wholeLines(weightCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { panels?.scratchBytes ?? weightBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        if let panels {
            panels.run(input, weight, result, scratch)
            return
        }
        let transformed = scratch.assumingMemoryBound(to: Float.self)
        transformWeights(weight, to: transformed)
        memory.run(step.groups * tiles.blocks, grain: grain, scratch + weightBytes) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let (block, group) = unit.quotientAndRemainder(dividingBy: step.groups)
                compute(
                    block, group, input, transformed + group * weightCount / step.groups, result,
                    memory.assumingMemoryBound(to: Float.self))
            }
        }
    }

    /// Weights are read once, and written once for all blocks.
    private func transformWeights(_ weight: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        let panel = WinogradTiles.panel
        let panels = outputs / panel
        inPieces(step.groups * panels, grain: Swift.max(1, (1 << 7) / step.channels)) { range in
            let work = ThreadScratch.pieces.memory(WinogradWeights.workCount * MemoryLayout<Float>.size)
                .assumingMemoryBound(to: Float.self)
            for place in range {
                let (group, number) = place.quotientAndRemainder(dividingBy: panels)
                weights.transform(
                    weight + group * step.outputs * step.outputStride, from: number * panel,
                    to: target + (group * Winograd.count * weightMatrix + number * panel * step.channels),
                    matrix: weightMatrix, work)
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
        let panel = WinogradTiles.panel
        var product = WinogradProduct(
            transformed, channels: channels, weights, depth: step.channels, to: products, outputs: outputs,
            count: count, code)
        for matrix in 0..<Winograd.count {
            for first in stride(from: 0, to: outputs, by: panel) {
                product.run(
                    tiles: matrix * inputMatrix, weights: matrix * weightMatrix + first * step.channels,
                    result: matrix * outputMatrix + first)
            }
        }
    }
}
