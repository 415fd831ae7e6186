import Machine
import Steps

/// A convolution by Winograd's transforms of one image or a few: there are too few blocks of tiles to share out, and
/// weights take as long as tiles. So a piece is a panel of outputs: it transforms the panel's weights, which stay in
/// the cache, and multiplies the tiles of all blocks with them. The tiles are transformed before, once for all panels.
/// Each number is made by the same operations as with blocks.
struct WinogradPanels {
    private let step: ConvolutionStep
    private let tiles: WinogradTiles
    private let weights: WinogradWeights
    private let code: GemmTileCode?
    /// Channels of a group, filled up.
    private let channels: Int
    private let panels: Int
    private let reading: ScratchLanes
    private let making: ScratchLanes
    private let readingGrain: Int
    private let makingGrain: Int

    /// Fewer blocks than this are not shared out.
    private static let fewBlocks = 4
    /// What is worth a piece, about 10 µs: tiles of some channels, and operations, of which transforming weights costs
    /// as many as this number of tiles.
    private static let pieceTiles = 100
    private static let pieceOperations = 6e5
    private static let weightTiles = 6

    /// Nil where blocks are the way. All of it follows from the problem's size.
    init?(_ step: ConvolutionStep, _ tiles: WinogradTiles, _ code: GemmTileCode?) {
        guard step.groups * tiles.blocks < WinogradPanels.fewBlocks else { return nil }
        (self.step, self.tiles, self.code) = (step, tiles, code)
        weights = WinogradWeights(step: step)
        channels = WinogradTiles.padded(step.channels)
        panels = WinogradTiles.padded(step.outputs) / WinogradTiles.panel
        let size = MemoryLayout<Float>.size
        reading = ScratchLanes(
            pieces: step.groups * tiles.blocks * channels / WinogradTiles.lanes,
            bytes: (tiles.readCount + WinogradTiles.workCount) * size)
        let (matrix, products) = (weights.matrix(outputs: WinogradTiles.panel), WinogradPanels.products(tiles))
        making = ScratchLanes(
            pieces: step.groups * panels,
            bytes: (Winograd.count * (matrix + products) + tiles.madeCount + WinogradTiles.workCount
                + WinogradWeights.workCount) * size)
        readingGrain = Swift.max(1, WinogradPanels.pieceTiles / Swift.max(1, tiles.blockTiles))
        let operations =
            2 * Double(Winograd.count * WinogradTiles.panel) * Double(step.channels)
            * Double(tiles.tiles + WinogradPanels.weightTiles)
        makingGrain = Int(Swift.max(1, Swift.min(1e6, WinogradPanels.pieceOperations / operations)))
    }

    /// From one of the 36 matrices of a panel's products to the next, and of a group's tiles.
    private static func products(_ tiles: WinogradTiles) -> Int {
        WinogradTiles.matrix(tiles.tiles, WinogradTiles.panel)
    }
    private var inputMatrix: Int { WinogradTiles.matrix(tiles.tiles, channels) }
    private var inputBytes: Int {
        wholeLines(step.groups * Winograd.count * inputMatrix * MemoryLayout<Float>.size)
    }

    var scratchBytes: Int { inputBytes + Swift.max(reading.bytes, making.bytes) }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let transformed = scratch.assumingMemoryBound(to: Float.self)
        let parts = channels / WinogradTiles.lanes
        reading.run(step.groups * tiles.blocks * parts, grain: readingGrain, scratch + inputBytes) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let (place, part) = unit.quotientAndRemainder(dividingBy: parts)
                let (block, group) = place.quotientAndRemainder(dividingBy: step.groups)
                read(block, group, part * WinogradTiles.lanes, input, to: transformed, memory)
            }
        }
        making.run(step.groups * panels, grain: makingGrain, scratch + inputBytes) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let (group, panel) = unit.quotientAndRemainder(dividingBy: panels)
                make(group, panel * WinogradTiles.panel, transformed, weight, result, memory)
            }
        }
    }

    /// Transforms the tiles of a block and of some channels.
    private func read(
        _ number: Int, _ group: Int, _ channel: Int, _ input: UnsafePointer<Float>,
        to transformed: UnsafeMutablePointer<Float>, _ memory: UnsafeMutableRawPointer
    ) {
        let lines = memory.assumingMemoryBound(to: Float.self)
        let work = lines + tiles.readCount
        let (lanes, strides) = (WinogradTiles.lanes, step.layout.strides)
        let (images, rows) = tiles.block(number)
        let count = Swift.max(0, Swift.min(lanes, step.channels - channel))
        guard count > 0 else { return }
        for number in 0..<tiles.readCount { lines[number] = 0 }
        for image in images {
            tiles.layInput(
                input + (image * strides[0] + (group * step.channels + channel) * strides[1]), planes: strides[1],
                line: strides[2], channels: count, rows, to: lines)
            let place =
                transformed + (group * Winograd.count * inputMatrix + firstTile(image, rows) * channels + channel)
            for lane in stride(from: 0, to: lanes, by: Winograd.Vector.scalarCount) {
                tiles.transformInput(lines + lane, rows, to: place + lane, tile: channels, matrix: inputMatrix, work)
            }
        }
    }

    /// Makes a panel of outputs, from `first` on.
    private func make(
        _ group: Int, _ first: Int, _ transformed: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
        _ result: UnsafeMutablePointer<Float>, _ memory: UnsafeMutableRawPointer
    ) {
        let (lanes, panel, half) = (WinogradTiles.lanes, WinogradTiles.panel, Winograd.Vector.scalarCount)
        let (weightMatrix, outputMatrix) = (weights.matrix(outputs: panel), WinogradPanels.products(tiles))
        let matrices = memory.assumingMemoryBound(to: Float.self)
        let products = matrices + Winograd.count * weightMatrix
        let made = products + Winograd.count * outputMatrix
        let work = made + tiles.madeCount
        weights.transform(
            weight + group * step.outputs * step.outputStride, from: first, to: matrices, matrix: weightMatrix,
            work + WinogradTiles.workCount)
        var product = WinogradProduct(
            transformed + group * Winograd.count * inputMatrix, channels: channels, matrices, depth: step.channels,
            to: products, outputs: panel, count: tiles.tiles, code)
        for matrix in 0..<Winograd.count {
            product.run(tiles: matrix * inputMatrix, weights: matrix * weightMatrix, result: matrix * outputMatrix)
        }
        let plane = tiles.result.height * tiles.result.width
        for number in 0..<tiles.blocks {
            let (images, rows) = tiles.block(number)
            for image in images {
                let place = products + firstTile(image, rows) * panel
                for output in stride(from: 0, to: Swift.min(panel, step.outputs - first), by: lanes) {
                    for lane in stride(from: 0, to: lanes, by: half) {
                        tiles.transformOutput(
                            place + (output + lane), tile: panel, matrix: outputMatrix, rows, to: made + lane, work)
                    }
                    tiles.store(
                        made, rows, channels: Swift.min(lanes, step.outputs - first - output),
                        to: result + ((image * step.groups + group) * step.outputs + first + output) * plane)
                }
            }
        }
    }

    private func firstTile(_ image: Int, _ rows: Range<Int>) -> Int {
        (image * tiles.rows + rows.lowerBound) * tiles.columns
    }
}

/// One of the 36 products of a panel: [count, outputs] = tiles [count, channels] x weights [depth, panel].
struct WinogradProduct {
    private typealias Tile = GemmTile<Float>

    private var operands: TileOperands
    private let channels: Int
    private let outputs: Int
    private let count: Int
    private let code: GemmTileCode?

    private let tiles: UnsafePointer<Float>
    private let weights: UnsafePointer<Float>
    private let result: UnsafeMutablePointer<Float>

    /// `channels`, `outputs`: from one tile to the next, on either side.
    init(
        _ tiles: UnsafePointer<Float>, channels: Int, _ weights: UnsafePointer<Float>, depth: Int,
        to result: UnsafeMutablePointer<Float>, outputs: Int, count: Int, _ code: GemmTileCode?
    ) {
        (self.tiles, self.weights, self.result) = (tiles, weights, result)
        (self.channels, self.outputs, self.count, self.code) = (channels, outputs, count, code)
        let size = MemoryLayout<Float>.size
        operands = TileOperands(
            x: tiles, y: weights, result: result, xRows: TileRowOffsets(bytes: channels * size), xStep: size,
            yStep: WinogradTiles.panel * size, resultRow: outputs * size, depth: depth, accumulates: 0)
    }

    /// Of the matrices that begin that many numbers behind the first ones.
    @inline(__always)
    mutating func run(tiles: Int, weights: Int, result: Int) {
        let size = MemoryLayout<Float>.size
        let (tiles, weights, result) = (self.tiles + tiles, self.weights + weights, self.result + result)
        operands.y = UnsafeRawPointer(weights)
        var row = 0
        while row < count {
            let (height, times) = Tile.next(count - row, sharesLast: true)
            operands.count = times
            operands.x = UnsafeRawPointer(tiles + row * channels)
            operands.result = UnsafeMutableRawPointer(result + row * outputs)
            operands.xAdvance = height * channels * size
            operands.resultAdvance = height * outputs * size
            Tile.run(&operands, height: height, width: .full, code)
            row += height * times
        }
    }
}
