import CVectors

/// Where registers hold few numbers of a result, a product read from where its operands lie waits for memory: low tiles take six numbers of a step from a line of
/// sixteen, and go to a page for each step. There both operands are packed and read block by block:
///
///     x: a block of rows by some steps, in the second-level cache ──┐
///     y: a panel of columns by as many steps, in the first-level ───┴──► tile after tile down the block, then the next panel
///
/// With registers for 14 rows of 32 the tiles of `GemmPlan` alone come as close to the processor's limit, and save the copy.
struct GemmBlocks<Scalar: GemmScalar> {
    private typealias Tile = GemmTile<Scalar>

    /// The rows of a block but the last; a piece of work for one thread.
    let rows: Int

    /// Steps of a panel: with these, one of 16 numbers or 8 takes 25 KB.
    static var maximalDepth: Int { 400 }
    private static var maximalBytes: Int { 300 << 10 }
    /// Operations that are worth a piece: about 50 µs.
    private static var pieceOperations: Double { 4e6 }
    private static var minimalRows: Int { 24 }
    private static var pieces: Int { 8 }

    /// Whether both operands are read often enough to be packed.
    static func pays(rows: Int, columns: Int, depth: Int) -> Bool {
        SHIM_VECTOR_BYTES == 32 && rows >= 48 && columns >= 64 && depth >= 32
    }

    /// - Parameter depth: the most steps of a block.
    init(rows: Int, columns: Int, depth: Int) {
        let size = MemoryLayout<Scalar>.size
        let most = Swift.max(1, GemmBlocks.maximalBytes / (depth * size))
        let operations = 2 * Double(rows) * Double(columns) * Double(depth) * Double(size / 4)
        let worth = Swift.min(GemmBlocks.pieces, rows / GemmBlocks.minimalRows, Int(Swift.min(operations / GemmBlocks.pieceOperations, 1e6)))
        let count = Swift.max((rows + most - 1) / most, worth, 1)
        let height = Tile.maximalHeight
        self.rows = ((rows + count - 1) / count + height - 1) / height * height
    }

    /// A block of x as tiles read it, in memory of the calling thread.
    struct Packed {
        fileprivate let numbers: UnsafeMutablePointer<Scalar>
        /// From one row of a tile to the next, and from one step to the next.
        fileprivate let row: Int
        let xStep: Int
        fileprivate let tile: Int

        /// The first number of a row that begins a tile. Lower tiles, at the end of a block, lie in the place of a whole one.
        func tile(at row: Int) -> UnsafePointer<Scalar> {
            let (place, inside) = row.quotientAndRemainder(dividingBy: Tile.maximalHeight)
            return UnsafePointer(numbers + place * tile + inside * self.row)
        }

        var rowOffsets: TileRowOffsets { TileRowOffsets(bytes: row * MemoryLayout<Scalar>.size) }
    }

    /// Packs `count` rows, at most `rows`, of `depth` steps, and leaves memory for the sums of a tile at `aside`.
    /// - Parameters:
    ///   - x: The first number of the first row.
    ///   - xRow: From one row to the next; `xStep`: from one step to the next. One of them is 1.
    func pack(_ x: UnsafePointer<Scalar>, xRow: Int, xStep: Int, count: Int, depth: Int) -> (block: Packed, aside: UnsafeMutablePointer<Scalar>) {
        let height = Tile.maximalHeight
        // Rows of a power of two would meet in the cache.
        let line = depth + 64 / MemoryLayout<Scalar>.size
        let aside = ThreadScratch.tile.memory((height * Tile.Width.full.columns + (rows + height) * line) * MemoryLayout<Scalar>.size)
            .assumingMemoryBound(to: Scalar.self)
        let numbers = aside + height * Tile.Width.full.columns
        if xStep == 1 {
            for row in 0..<count { (numbers + row * line).update(from: x + row * xRow, count: depth) }
            return (Packed(numbers: numbers, row: line, xStep: 1, tile: height * line), aside)
        }
        // Step by step, so that x is read through.
        for step in 0..<depth {
            var (row, source, target) = (0, x + step * xStep, numbers + step * height)
            while row + height <= count {
                copyShort(source, target, height)
                row += height
                source += height
                target += height * depth
            }
            copyShort(source, target, count - row)
        }
        return (Packed(numbers: numbers, row: 1, xStep: height, tile: height * depth), aside)
    }
}
