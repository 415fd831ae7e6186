/// Where the tiles of a convolution lie, and in which blocks they are worked on: some rows of tiles of an image, or
/// some whole images. A block's transformed tiles are matrices [tiles, channels], 36 of them.
struct WinogradTiles {
    /// Extents of an image of the input, and of the result.
    let input: (height: Int, width: Int)
    let result: (height: Int, width: Int)
    /// Zeros before the input.
    let low: (height: Int, width: Int)
    /// Tiles below each other, and side by side.
    let rows: Int
    let columns: Int
    let images: Int
    /// Rows of tiles of a block, and images.
    let blockRows: Int
    let blockImages: Int

    /// Channels that are laid side by side at a time.
    static let lanes = 16
    /// What a block's transformed tiles take, about: the second-level cache and what comes along fast enough behind.
    private static let blockBytes = 640 << 10
    private static let mostBytes = 8 << 20

    /// A column of a product's tiles has this many numbers; operands are filled up to it with zeros.
    static var panel: Int { GemmTile<Float>.Width.full.columns }
    static func padded(_ channels: Int) -> Int { (channels + panel - 1) / panel * panel }

    /// Matrices that are a power of two apart would meet in the same sets of a cache.
    static func matrix(_ tiles: Int, _ channels: Int) -> Int { tiles * channels + 16 }

    /// Nil where the direct way takes less time, or nearly. All of it follows from the layer, not from how many images
    /// there are.
    init?(
        input: (height: Int, width: Int), result: (height: Int, width: Int), low: (height: Int, width: Int),
        images: Int, channels: Int, outputs: Int
    ) {
        let side = Winograd.side
        guard channels >= 16, outputs >= 16, channels <= GemmSegments.chain, outputs <= GemmSegments.chain,
            result.height >= side, result.width >= side
        else { return nil }
        (self.input, self.result, self.low, self.images) = (input, result, low, images)
        (rows, columns) = ((result.height + side - 1) / side, (result.width + side - 1) / side)
        let (c, k) = (Double(WinogradTiles.padded(channels)), Double(WinogradTiles.padded(outputs)))
        let cost = Double(rows) * Double(columns) * Double(Winograd.count) * (c * k + 12 * (c + k))
        let direct = 9 * Double(channels) * Double(outputs) * Double(result.height) * Double(result.width)
        let tileBytes =
            Winograd.count * (WinogradTiles.padded(channels) + WinogradTiles.padded(outputs)) * MemoryLayout<Float>.size
        guard cost < 0.85 * direct, columns * tileBytes <= WinogradTiles.mostBytes else { return nil }
        let most = Swift.max(24, WinogradTiles.blockBytes / tileBytes)
        if rows * columns <= most {
            (blockRows, blockImages) = (rows, Swift.max(1, Swift.min(images, most / (rows * columns))))
        } else {
            (blockRows, blockImages) = (evenShare(of: rows, most: Swift.max(1, most / columns)), 1)
        }
    }

    private var blocksOfImage: Int { (rows + blockRows - 1) / blockRows }
    var blocks: Int { blockImages > 1 ? (images + blockImages - 1) / blockImages : images * blocksOfImage }
    /// Of a block, at most.
    var blockTiles: Int { blockRows * columns * blockImages }
    var tiles: Int { images * rows * columns }
    /// Lines of an image's part of a block, with the zeros around them, and how long they are: of what tiles read, and
    /// of what they make.
    var readLines: Int { blockRows * Winograd.side + 2 }
    var readWidth: Int { columns * Winograd.side + 2 }
    private var madeLines: Int { blockRows * Winograd.side }
    private var madeWidth: Int { columns * Winograd.side }
    /// Numbers of both, with channels side by side.
    var readCount: Int { WinogradTiles.lanes * readLines * readWidth }
    var madeCount: Int { WinogradTiles.lanes * madeLines * madeWidth }

    /// The images of a block, and the rows of tiles of each.
    func block(_ number: Int) -> (images: Range<Int>, rows: Range<Int>) {
        if blockImages > 1 {
            return (number * blockImages..<Swift.min(images, (number + 1) * blockImages), 0..<rows)
        }
        let (image, part) = number.quotientAndRemainder(dividingBy: blocksOfImage)
        return (image..<image + 1, part * blockRows..<Swift.min(rows, (part + 1) * blockRows))
    }

    // MARK: Transforms

    /// Puts some channels of an image, at most `lanes`, side by side: the lines that `rows` of tiles read. `planes`:
    /// from channel to channel, `line`: from line to line, in numbers. `target` has zeros where nothing is put.
    func layInput(
        _ source: UnsafePointer<Float>, planes: Int, line: Int, channels: Int, _ rows: Range<Int>,
        to target: UnsafeMutablePointer<Float>
    ) {
        let first = rows.lowerBound * Winograd.side - low.height
        let lines = Swift.max(0, first)..<Swift.min(input.height, first + rows.count * Winograd.side + 2)
        let places = Swift.max(0, -low.width)..<Swift.min(input.width, readWidth - low.width)
        guard lines.lowerBound < lines.upperBound, places.lowerBound < places.upperBound else { return }
        for number in lines {
            spreadChannels(
                source + (number * line + places.lowerBound), planes: planes, channels, places.count,
                to: target + ((number - first) * readWidth + places.lowerBound + low.width) * WinogradTiles.lanes,
                WinogradTiles.lanes)
        }
    }

    /// The same for a cotangent, whose lines follow each other.
    func layCotangent(
        _ source: UnsafePointer<Float>, planes: Int, channels: Int, _ rows: Range<Int>,
        to target: UnsafeMutablePointer<Float>
    ) {
        for (number, line) in resultLines(rows).enumerated() {
            spreadChannels(
                source + line * result.width, planes: planes, channels, result.width,
                to: target + number * madeWidth * WinogradTiles.lanes, WinogradTiles.lanes)
        }
    }

    /// Puts what tiles have made, with channels side by side, where it belongs in their planes.
    func store(
        _ source: UnsafePointer<Float>, _ rows: Range<Int>, channels: Int, to target: UnsafeMutablePointer<Float>
    ) {
        for (number, line) in resultLines(rows).enumerated() {
            gatherChannels(
                source + number * madeWidth * WinogradTiles.lanes, WinogradTiles.lanes, channels, result.width,
                to: target + line * result.width, planes: result.height * result.width)
        }
    }

    /// The lines of the result that some rows of tiles make.
    private func resultLines(_ rows: Range<Int>) -> Range<Int> {
        rows.lowerBound * Winograd.side..<Swift.min(result.height, rows.upperBound * Winograd.side)
    }

    // MARK: Transforms

    /// B^T d B of the tiles in `rows`, of some channels. `target`: the first tile's numbers; from tile to tile are
    /// `tile` numbers, from matrix to matrix `matrix`.
    func transformInput(
        _ lines: UnsafePointer<Float>, _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>, tile: Int,
        matrix: Int, _ memory: UnsafeMutablePointer<Float>
    ) {
        let row = readWidth * WinogradTiles.lanes
        forEachTile(rows, readWidth) { source, number in
            for j in 0..<Winograd.reach {
                Winograd.store(
                    Winograd.input(Winograd.six(lines + (source + j * WinogradTiles.lanes), row)), memory + j * 8, 48)
            }
            let place = target + number * tile
            for i in 0..<Winograd.reach {
                Winograd.store(Winograd.input(Winograd.six(memory + i * 48, 8)), place + i * 6 * matrix, matrix)
            }
        }
    }

    /// A g A^T of the tiles in `rows`.
    func transformCotangent(
        _ lines: UnsafePointer<Float>, _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>, tile: Int,
        matrix: Int, _ memory: UnsafeMutablePointer<Float>
    ) {
        let row = madeWidth * WinogradTiles.lanes
        forEachTile(rows, madeWidth) { source, number in
            for j in 0..<Winograd.side {
                Winograd.store(
                    Winograd.cotangent(Winograd.four(lines + (source + j * WinogradTiles.lanes), row)), memory + j * 8,
                    32)
            }
            let place = target + number * tile
            for i in 0..<Winograd.reach {
                Winograd.store(Winograd.cotangent(Winograd.four(memory + i * 32, 8)), place + i * 6 * matrix, matrix)
            }
        }
    }

    /// A^T m A of the tiles in `rows`.
    func transformOutput(
        _ source: UnsafePointer<Float>, tile: Int, matrix: Int, _ rows: Range<Int>,
        to lines: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
    ) {
        let row = madeWidth * WinogradTiles.lanes
        forEachTile(rows, madeWidth) { target, number in
            let place = source + number * tile
            for j in 0..<Winograd.reach {
                Winograd.store(Winograd.output(Winograd.six(place + j * matrix, 6 * matrix)), memory + j * 8, 48)
            }
            for i in 0..<Winograd.side {
                Winograd.store(
                    Winograd.output(Winograd.six(memory + i * 48, 8)), lines + (target + i * row), WinogradTiles.lanes)
            }
        }
    }

    /// Numbers that a transform works in.
    static let workCount = Winograd.count * Winograd.Vector.scalarCount

    /// Calls `body` with where each tile begins in lines of that width, and its number.
    @inline(__always)
    private func forEachTile(_ rows: Range<Int>, _ width: Int, _ body: (Int, Int) -> Void) {
        for row in 0..<rows.count {
            for column in 0..<columns {
                body((row * width + column) * Winograd.side * WinogradTiles.lanes, row * columns + column)
            }
        }
    }
}

/// The memory in which a block is worked on.
struct WinogradMemory {
    /// Numbers of a matrix [tiles, channels], and of one [tiles, outputs].
    let inputMatrix: Int
    let outputMatrix: Int
    /// 36 of each: transformed tiles of the input, and those on the result's side.
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Lines that tiles read and lines that they make, with channels side by side; and a transform in progress.
    let read: UnsafeMutablePointer<Float>
    let made: UnsafeMutablePointer<Float>
    let work: UnsafeMutablePointer<Float>

    /// `channels` and `outputs` are filled up (`WinogradTiles.padded`).
    init(_ memory: UnsafeMutablePointer<Float>, _ tiles: WinogradTiles, _ channels: Int, _ outputs: Int) {
        (inputMatrix, outputMatrix) = (
            WinogradTiles.matrix(tiles.blockTiles, channels), WinogradTiles.matrix(tiles.blockTiles, outputs)
        )
        input = memory
        output = input + Winograd.count * inputMatrix
        read = output + Winograd.count * outputMatrix
        made = read + tiles.readCount
        work = made + tiles.madeCount
    }

    static func bytes(_ tiles: WinogradTiles, _ channels: Int, _ outputs: Int) -> Int {
        let matrices =
            WinogradTiles.matrix(tiles.blockTiles, channels) + WinogradTiles.matrix(tiles.blockTiles, outputs)
        return (Winograd.count * matrices + tiles.readCount + tiles.madeCount + WinogradTiles.workCount)
            * MemoryLayout<Float>.size
    }
}
