import Steps

/// Where the tiles of a convolution along one axis lie, and in which blocks they are worked on.
///
/// A window is cut into parts of four taps. With dilation d, position p meets elements p, p + d, ... of the padded
/// input: positions of one remainder modulo d are a convolution of their own. Tile number t of remainder r makes the
/// positions r + d (4 t + 0 ... 3). All d of a number lie side by side, so tiles count as t d + r, and part g of the
/// window meets what tile number (t + g) d + r has read. Thus each element is transformed once, whatever the window.
struct WinogradLine {
    let input: Int
    let positions: Int
    let low: Int
    let dilation: Int
    /// Parts of the window, and its taps.
    let parts: Int
    let taps: Int
    /// Channels and outputs of a group, filled up.
    let channels: Int
    let outputs: Int
    /// Tile numbers of an image, and of a block.
    let numbers: Int
    let blockNumbers: Int

    /// Tiles of a block, about.
    private static let usualTiles = 64
    private static let mostBytes = 8 << 20
    private static let leastPositions = 32

    /// Nil where the direct way takes less time, or nearly. All of it follows from the layer, not from how many images
    /// there are.
    init?(input: Int, positions: Int, low: Int, dilation: Int, taps: Int, channels: Int, outputs: Int) {
        let side = Winograd.side
        guard channels >= 16, outputs >= 16, positions >= WinogradLine.leastPositions, taps > 1, taps <= 1024,
            dilation <= 1 << 16, channels <= GemmSegments.chain / taps, outputs <= GemmSegments.chain,
            abs(low) < 1 << 30
        else { return nil }
        (self.input, self.positions, self.low) = (input, positions, low)
        (self.dilation, self.taps) = (dilation, taps)
        parts = (taps + Winograd.lineTaps - 1) / Winograd.lineTaps
        (self.channels, self.outputs) = (WinogradTiles.padded(channels), WinogradTiles.padded(outputs))
        numbers = ((positions + dilation - 1) / dilation + side - 1) / side
        let most = Swift.max(Swift.min(numbers, parts + 1), WinogradLine.usualTiles / dilation)
        blockNumbers = evenShare(of: numbers, most: most)
        let (c, k) = (Double(self.channels), Double(self.outputs))
        // Tiles are transformed once more where a block ends.
        let again = Double(parts - 1) / Double(blockNumbers)
        let cost =
            Double(numbers * dilation * Winograd.lineCount) * (Double(parts) * c * k + 12 * (c * (1 + again) + k))
        let direct = Double(taps) * Double(channels) * Double(outputs) * Double(positions)
        guard cost < 0.85 * direct, count <= WinogradLine.mostBytes / MemoryLayout<Float>.size else { return nil }
    }

    /// Blocks of an image.
    var blocks: Int { (numbers + blockNumbers - 1) / blockNumbers }
    /// Tile numbers of a block.
    func block(_ number: Int) -> Range<Int> {
        number * blockNumbers..<Swift.min(numbers, (number + 1) * blockNumbers)
    }

    // MARK: Memory

    /// Tiles that a block reads, and that it makes, at most.
    private var readTiles: Int { (blockNumbers + parts - 1) * dilation }
    private var madeTiles: Int { blockNumbers * dilation }
    /// Numbers of one of the seven matrices.
    var inputMatrix: Int { WinogradTiles.matrix(readTiles, channels) }
    var outputMatrix: Int { WinogradTiles.matrix(madeTiles, outputs) }
    /// Elements that tiles read, and that they make, with channels side by side.
    private var readCount: Int { (readTiles * Winograd.side + 3 * dilation) * channels }
    private var madeCount: Int { madeTiles * Winograd.side * outputs }
    /// Numbers of all that a block is worked on in.
    var count: Int { Winograd.lineCount * (inputMatrix + outputMatrix) + readCount + madeCount }

    /// A block's parts of that memory: seven transformed matrices of either side, elements read and made.
    struct Memory {
        let input: UnsafeMutablePointer<Float>
        let output: UnsafeMutablePointer<Float>
        let read: UnsafeMutablePointer<Float>
        let made: UnsafeMutablePointer<Float>
    }

    func memory(_ base: UnsafeMutablePointer<Float>) -> Memory {
        let output = base + Winograd.lineCount * inputMatrix
        let read = output + Winograd.lineCount * outputMatrix
        return Memory(input: base, output: output, read: read, made: read + readCount)
    }

    // MARK: Channels side by side

    /// Lays out what a block reads of the input, and transforms it. `count`: the channels that there are, `planes`
    /// apart.
    func readInput(
        _ source: UnsafePointer<Float>, planes: Int, count: Int, _ block: Range<Int>, _ memory: Memory
    ) {
        let (side, width) = (Winograd.side, channels)
        let tiles = (block.count + parts - 1) * dilation
        let elements = tiles * side + 3 * dilation
        let first = block.lowerBound * side * dilation - low
        let there = Swift.min(elements, Swift.max(0, -first))..<Swift.max(0, Swift.min(elements, input - first))
        if there.isEmpty {
            clear(memory.read, elements * width)
        } else {
            clear(memory.read, there.lowerBound * width)
            clear(memory.read + there.upperBound * width, (elements - there.upperBound) * width)
            spread(
                source + (first + there.lowerBound), planes: planes, count, there.count,
                to: memory.read + there.lowerBound * width, width)
        }
        let step = dilation * width
        for place in 0..<tiles {
            let (number, remainder) = place.quotientAndRemainder(dividingBy: dilation)
            let from = memory.read + (number * side * dilation + remainder) * width
            let to = memory.input + place * width
            for channel in stride(from: 0, to: width, by: Winograd.Vector.scalarCount) {
                Winograd.store(Winograd.lineInput(Winograd.seven(from + channel, step)), to + channel, inputMatrix)
            }
        }
    }

    /// The same for a cotangent on the result's side, whose line has as many elements as there are positions.
    func readCotangent(
        _ source: UnsafePointer<Float>, planes: Int, count: Int, _ block: Range<Int>, _ memory: Memory
    ) {
        let (side, width) = (Winograd.side, outputs)
        let (tiles, first) = (block.count * dilation, block.lowerBound * side * dilation)
        let there = Swift.min(tiles * side, positions - first)
        spread(source + first, planes: planes, count, there, to: memory.made, width)
        clear(memory.made + there * width, (tiles * side - there) * width)
        forEachMade(block) { place, line in
            let (from, to) = (memory.made + line * width, memory.output + place * width)
            for output in stride(from: 0, to: width, by: Winograd.Vector.scalarCount) {
                Winograd.store(
                    Winograd.lineCotangent(Winograd.four(from + output, dilation * width)), to + output, outputMatrix)
            }
        }
    }

    /// Transforms the products back, and puts them where they belong, in planes of `positions`.
    func writeOutput(_ memory: Memory, _ block: Range<Int>, count: Int, to target: UnsafeMutablePointer<Float>) {
        let (side, width) = (Winograd.side, outputs)
        forEachMade(block) { place, line in
            let (from, to) = (memory.output + place * width, memory.made + line * width)
            for output in stride(from: 0, to: width, by: Winograd.Vector.scalarCount) {
                Winograd.store(
                    Winograd.lineOutput(Winograd.seven(from + output, outputMatrix)), to + output, dilation * width)
            }
        }
        let first = block.lowerBound * side * dilation
        gatherChannels(
            memory.made, width, count, Swift.min(block.count * side * dilation, positions - first), to: target + first,
            planes: positions)
    }

    /// Calls `body` with the place of each tile that a block makes, and where its first element lies.
    @inline(__always)
    private func forEachMade(_ block: Range<Int>, _ body: (Int, Int) -> Void) {
        for number in 0..<block.count {
            for remainder in 0..<dilation {
                body(number * dilation + remainder, number * Winograd.side * dilation + remainder)
            }
        }
    }

    @inline(__always)
    private func clear(_ target: UnsafeMutablePointer<Float>, _ count: Int) {
        for place in 0..<Swift.max(0, count) { target[place] = 0 }
    }

    /// `length` elements of each channel, put side by side in lines of `width`. What has no channel becomes any of
    /// them, or stays what it was: weights are 0 there.
    @inline(__always)
    private func spread(
        _ source: UnsafePointer<Float>, planes: Int, _ channels: Int, _ length: Int,
        to target: UnsafeMutablePointer<Float>, _ width: Int
    ) {
        let eight = Winograd.Vector.scalarCount
        let whole = (channels + eight - 1) / eight * eight
        if whole < width {
            for place in 0..<length { clear(target + (place * width + whole), width - whole) }
        }
        if length < eight {
            for place in 0..<length { clear(target + place * width, width) }
        }
        spreadChannels(source, planes: planes, channels, length, to: target, width)
    }
}
