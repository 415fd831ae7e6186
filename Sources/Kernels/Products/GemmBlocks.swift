import Machine
import CVectors

/// Where registers hold few numbers of a result, a product read from where its operands lie waits for memory: low tiles
/// take six numbers of a step from a line of sixteen, and go to a page for each step. There operands are packed and
/// read block by block:
///
///     y: a band of columns by some steps, in the second-level cache; a panel of it in the first-level ──┐
///     x: a block of rows by as many steps, in the second-level cache ───────────────────────────────────┴──► tile
///     after tile down the block, then the next panel
///
/// x is packed once, by all threads together, unless its rows can be read as well from where they lie; a thread that
/// takes a band packs the band itself, into memory of its own. With registers for 14 rows of 32 the tiles of `GemmPlan`
/// alone come as close to the processor's limit, and save the copy.
///
/// Tried without gain on a Zen 3: panels of 250 to 280 and of 520 steps where x is packed, of 400 where it is not;
/// bands of one or two panels, and of 512 KB to 2 MB; x packed four steps at a time; operands exchanged where rows are
/// few; asking ahead for the next tile's part of the result, or for the next band's columns, which drive out what is in
/// use; pages of 2 MB.
struct GemmBlocks<Scalar: GemmScalar> {
    private typealias Tile = GemmTile<Scalar>

    /// From one row of x to the next, and from one step to the next; one of them is 1.
    private let xRow: Int
    private let xStep: Int
    private let isDirect: Bool
    /// The most steps that are summed before a result is stored.
    let depth: Int
    /// The rows of x that are packed at once, and how many of their steps: all, or some blocks of the depth.
    let packedRows: Int
    let packedDepth: Int
    /// The rows of a piece of work, and those of a block.
    private let pieceRows: Int
    let blockRows: Int
    let bands: Int

    /// Steps of a panel: one of 16 numbers or 8 takes 25 KB of the first-level cache. Where x is not packed, results
    /// that are stored once count for more.
    private static var maximalPackedDepth: Int { 400 }
    private static var maximalDirectDepth: Int { 800 }
    private static var maximalPackedRows: Int { 1020 }
    /// What is packed of x at once, for all threads, in the third-level cache; one block of the depth if band after
    /// band finds that in the second-level cache.
    private static var maximalPackedBytes: Int { 4 << 20 }
    private static var secondLevelBytes: Int { 448 << 10 }
    private static var maximalBlockBytes: Int { 160 << 10 }
    private static var maximalBandBytes: Int { 256 << 10 }
    /// Operations that are worth a piece: about 50 µs.
    private static var pieceOperations: Double { 4e6 }
    private static var pieces: Double { 8 }
    private static var minimalBandPanels: Int { 2 }
    private static var minimalPieceRows: Int { 96 }

    /// Whether x is read from where it lies: its rows are, and not so that they meet in the same few sets of a cache.
    static func isDirect(xRow: Int, xStep: Int) -> Bool { xStep == 1 && xRow * MemoryLayout<Scalar>.size % 512 != 0 }

    /// Whether this pays: what is packed must be read often. Operands both of whose steps are short are read as well
    /// from the first-level cache, some steps at a time.
    static func pays(rows: Int, columns: Int, depth: Int, xRow: Int, xStep: Int) -> Bool {
        guard !Tile.isWide, rows >= 48 else { return false }
        if isDirect(xRow: xRow, xStep: xStep) { return columns > Tile.Width.vector.columns }
        return columns >= 64 && depth >= 32 && (xStep == 1 || rows + columns > 300)
    }

    init(rows: Int, columns: Int, depth: Int, xRow: Int, xStep: Int) {
        let (size, height, width) = (MemoryLayout<Scalar>.size, Tile.maximalHeight, Tile.Width.full.columns)
        (self.xRow, self.xStep) = (xRow, xStep)
        isDirect = GemmBlocks.isDirect(xRow: xRow, xStep: xStep)
        let most = isDirect ? GemmBlocks.maximalDirectDepth : GemmBlocks.maximalPackedDepth
        let depths = (depth + most - 1) / most
        self.depth = (depth + depths - 1) / depths
        packedRows = isDirect ? rows : Swift.min(rows, GemmBlocks.maximalPackedRows)
        let blockBytes = GemmBlocks.wholeTiles(packedRows) * GemmBlocks.line(self.depth) * size
        let staysNear = blockBytes <= GemmBlocks.secondLevelBytes
        packedDepth =
            isDirect
            ? depth : staysNear ? self.depth : Swift.max(1, GemmBlocks.maximalPackedBytes / blockBytes) * self.depth

        let operations =
            2 * Double(packedRows) * Double(columns) * Double(Swift.min(depth, packedDepth)) * Double(size / 4)
        let pieces = Int(Swift.min(GemmBlocks.pieces, operations / GemmBlocks.pieceOperations))
        let panels = (columns + width - 1) / width
        let widest = Swift.max(GemmBlocks.minimalBandPanels, GemmBlocks.maximalBandBytes / (self.depth * width * size))
        bands = Swift.max((panels + widest - 1) / widest, Swift.min(pieces, panels / GemmBlocks.minimalBandPanels), 1)
        let cuts = Swift.max(1, Swift.min((pieces + bands - 1) / bands, packedRows / GemmBlocks.minimalPieceRows))
        pieceRows = GemmBlocks.wholeTiles((packedRows + cuts - 1) / cuts)
        let mostRows = Swift.max(height, GemmBlocks.maximalBlockBytes / (self.depth * size))
        let blocks = (pieceRows + mostRows - 1) / mostRows
        blockRows = GemmBlocks.wholeTiles((pieceRows + blocks - 1) / blocks)
    }

    private static func wholeTiles(_ rows: Int) -> Int {
        (rows + Tile.maximalHeight - 1) / Tile.maximalHeight * Tile.maximalHeight
    }

    /// Calls `body` with the rows of each piece, of `rows` rows, and its band, on the engine's threads.
    func forEachPiece(rows: Int, _ body: (Range<Int>, Int) -> Void) {
        let cuts = (rows + pieceRows - 1) / pieceRows
        inPieces(bands * cuts, grain: 1) { pieces in
            for piece in pieces {
                let (band, cut) = piece.quotientAndRemainder(dividingBy: cuts)
                body(cut * pieceRows..<Swift.min((cut + 1) * pieceRows, rows), band)
            }
        }
    }

    // MARK: x

    /// Rows of x as tiles read them; distances in elements.
    struct Rows {
        fileprivate(set) var numbers: UnsafePointer<Scalar>
        /// From one row of a tile to the next, from one step to the next, and from tile to tile. Lower tiles, at the
        /// end, lie in the place of a whole one.
        fileprivate(set) var row: Int
        fileprivate(set) var step: Int
        fileprivate(set) var tile: Int
    }

    /// A packed row, where its steps lie side by side: rows of a power of two would meet in the cache.
    private static func line(_ depth: Int) -> Int { depth + 64 / MemoryLayout<Scalar>.size }

    /// Elements that `rows` rows take when they are packed, of one block of the depth, or of as many as are packed at
    /// once.
    func packedCount(rows: Int) -> Int { isDirect ? 0 : GemmBlocks.wholeTiles(rows) * GemmBlocks.line(depth) }
    func packedCount(rows: Int, steps: Int) -> Int { packedCount(rows: rows) * ((steps + depth - 1) / depth) }

    /// Rows of x as they lie at `x`, its first number, or, if they are to be packed, as `pack` has put them to
    /// `packed`.
    func rows(_ x: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>, steps: Int) -> Rows {
        let height = Tile.maximalHeight
        if isDirect { return Rows(numbers: x, row: xRow, step: 1, tile: height * xRow) }
        if xStep == 1 {
            return Rows(numbers: packed, row: GemmBlocks.line(depth), step: 1, tile: height * GemmBlocks.line(depth))
        }
        return Rows(numbers: packed, row: 1, step: height, tile: height * steps)
    }

    /// Packs rows of x, if they are to be.
    /// - Parameters:
    ///   - x: The first number of the first row.
    ///   - together: Whether all threads are to pack.
    func pack(
        _ x: UnsafePointer<Scalar>, count: Int, steps: Int, to target: UnsafeMutablePointer<Scalar>, together: Bool
    ) {
        if isDirect { return }
        if xStep == 1 {
            let line = GemmBlocks.line(depth)
            inPieces(count, grain: together ? Swift.max(1, (1 << 14) / steps) : count) { part in
                for row in part { (target + row * line).update(from: x + row * xRow, count: steps) }
            }
            return
        }
        let height = Tile.maximalHeight
        // Step by step, so that x is read through.
        inPieces(steps, grain: together ? Swift.max(1, (1 << 14) / count) : steps) { part in
            for step in part {
                var (row, source, place) = (0, x + step * xStep, target + step * height)
                while row + height <= count {
                    // Lines that are written have to come first, too, and so many at a time are more than a processor
                    // looks for by itself.
                    shim_prefetch(place + 16 * height)
                    copyShort(source, place, height)
                    row += height
                    source += height
                    place += height * steps
                }
                copyShort(source, place, count - row)
            }
        }
    }
}
