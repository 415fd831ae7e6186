import Machine

/// op(A) op(B) of m x k and k x n.
public struct GemmShape: Sendable {
    public var m: Int
    public var n: Int
    public var k: Int
    public var transposeA: Bool
    public var transposeB: Bool
    /// From one row to the next of A, of B, as they are stored.
    public var lineA: Int
    public var lineB: Int

    /// - Parameters:
    ///   - lineA: nil where A is dense.
    ///   - lineB: nil where B is dense.
    public init(
        m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool, lineA: Int? = nil, lineB: Int? = nil
    ) {
        (self.m, self.n, self.k, self.transposeA, self.transposeB) = (m, n, k, transposeA, transposeB)
        (self.lineA, self.lineB) = (lineA ?? (transposeA ? m : k), lineB ?? (transposeB ? k : n))
    }
}

/// How one matrix product is computed: which operand is read as vectors, and in which blocks.
///
/// The result is made tile by tile (GemmTile.swift). A tile reads one operand, x, a number at a time and the other, y,
/// as vectors, so y is wanted by rows: where it is not, it is packed, panel by panel (GemmPacking.swift), or the two
/// change places and the transposed result is computed, whichever costs less. Bands of columns and blocks of the depth
/// keep what is packed in the second-level cache; threads pack it together, then share the rows. Large products for
/// narrow registers are cut otherwise (GemmBlocks.swift).
final class GemmPlan<Scalar: GemmScalar> {
    private typealias Panel = GemmPanel<Scalar>
    private typealias Tile = GemmTile<Scalar>

    private let rows: Int
    private let depth: Int
    private let swaps: Bool
    private let xRow: Int
    private let xStep: Int
    private let yStride: Int
    private let yIsTransposed: Bool
    private let resultRow: Int
    private let packsAll: Bool
    private let copiesX: Bool
    /// How a large product is cut; nil where bands and rows are enough.
    private let blocks: GemmBlocks<Scalar>?
    private let bands: [GemmBand<Scalar>]
    private let depthBlock: Int
    /// Rows of the result that are worth a piece.
    private let pieceRows: Int
    /// The tiles as machine code, where there are such, and those of a last panel that is not whole.
    private let code: GemmTileCode?
    private let lastCode: GemmTileCode?

    /// What is packed at once.
    private static var bandBytes: Int { 512 << 10 }
    /// What both operands may take of the first-level cache.
    private static var firstLevelBytes: Int { 32 << 10 }
    /// What is packed at once for strips.
    private static var maximalPackedBytes: Int { 4 << 20 }
    /// Beyond it a result is made so slowly that storing it costs nothing beside, and narrow registers would read the
    /// packed operand too often.
    private static var maximalStripDepth: Int { Tile.isWide ? 1024 : 512 }
    /// Operations that are worth a piece: about 10 µs.
    private static var pieceOperations: Double { 1e6 }

    /// A plan that computes rows of the result in any portions; nil where that would take longer than the other way.
    static func byStrips(_ shape: GemmShape, compiles: Bool = true) -> GemmPlan? {
        let (plain, swapped) = (Orientation(shape, isSwapped: false), Orientation(shape, isSwapped: true))
        let packsY = shape.transposeB || aliases(shape.n) || plain.isBlocked(byStrips: true)
        let packedBytes = packsY ? shape.n * shape.k * MemoryLayout<Scalar>.size : 0
        guard plain.cost <= 1.05 * swapped.cost, shape.k <= maximalStripDepth, shape.m >= 2 * Tile.maximalHeight,
            packedBytes <= maximalPackedBytes
        else { return nil }
        return GemmPlan(shape, byStrips: true, compiles: compiles)
    }

    /// Whether rows of this many elements lie in the same few sets of the first-level cache.
    private static func aliases(_ count: Int) -> Bool { count * MemoryLayout<Scalar>.size % 4096 == 0 }

    /// - Parameter resultRow: From one row of the result to the next; nil where it is dense.
    init(_ shape: GemmShape, byStrips: Bool = false, compiles: Bool = true, resultRow: Int? = nil) {
        let (m, n, k, transposeA, transposeB) = (shape.m, shape.n, shape.k, shape.transposeA, shape.transposeB)
        let (plain, swapped) = (Orientation(shape, isSwapped: false), Orientation(shape, isSwapped: true))
        let chosen = !byStrips && swapped.cost < plain.cost ? swapped : plain
        rows = chosen.rows
        depth = k
        swaps = chosen.isSwapped
        yIsTransposed = chosen.yIsTransposed
        (xRow, xStep) = (chosen.xRow, chosen.xStep)
        yStride = swaps ? shape.lineA : shape.lineB
        self.resultRow = resultRow ?? n
        let size = MemoryLayout<Scalar>.size
        code = compiles ? GemmTileCode.of(elementBytes: size) : nil
        blocks =
            chosen.isBlocked(byStrips: byStrips)
            ? GemmBlocks(rows: chosen.rows, columns: chosen.columns, depth: k, xRow: xRow, xStep: xStep) : nil
        depthBlock = blocks?.depth ?? (byStrips && !chosen.isShort ? Swift.max(1, k) : chosen.depthBlock)
        let packsAll = blocks != nil || yIsTransposed || GemmPlan.aliases(yStride)
        self.packsAll = packsAll
        let panels = Panel.cover(0..<chosen.columns)
        let (last, vector) = (panels.last?.count ?? 0, Tile.Width.vector.columns)
        lastCode =
            code == nil || last % vector == 0
            ? code : GemmTileCode.of(elementBytes: size, lastBytes: last % vector * size)
        copiesX = xStep == 1 && GemmPlan.aliases(xRow) && panels.count > 2
        let widest = Swift.max(2, GemmPlan.bandBytes / (depthBlock * Tile.Width.full.columns * size))
        let count = panels.isEmpty ? 0 : byStrips ? 1 : blocks?.bands ?? (panels.count + widest - 1) / widest
        bands = (0..<count).map { band in
            GemmBand(
                panels: Array(panels[band * panels.count / count..<(band + 1) * panels.count / count]),
                packsAll: packsAll)
        }
        let rowOperations =
            2 * Double(depthBlock) * Double(chosen.columns) / Double(Swift.max(1, count)) * Double(size / 4)
        let tiles = Int(
            Swift.min(GemmPlan.pieceOperations / Swift.max(1, rowOperations * Double(Tile.maximalHeight)), 1e6))
        pieceRows = Swift.max(1, tiles) * Tile.maximalHeight
    }

    /// One of the two ways to see a product, and the time it would take, in multiplications of vectors.
    private struct Orientation {
        var rows: Int
        var columns: Int
        var depth: Int
        var xRow: Int
        var xStep: Int
        var yIsTransposed: Bool
        var isSwapped: Bool

        init(_ shape: GemmShape, isSwapped: Bool) {
            (rows, columns) = isSwapped ? (shape.n, shape.m) : (shape.m, shape.n)
            depth = shape.k
            let lies = isSwapped ? shape.transposeB : !shape.transposeA
            let line = isSwapped ? shape.lineB : shape.lineA
            (xRow, xStep) = lies ? (line, 1) : (1, line)
            yIsTransposed = isSwapped ? !shape.transposeA : shape.transposeB
            self.isSwapped = isSwapped
        }

        /// In strips rows of x stay where they lie: there are too few at a time to pack them.
        func isBlocked(byStrips: Bool) -> Bool {
            if byStrips && xStep == 1 && !GemmBlocks<Scalar>.isDirect(xRow: xRow, xStep: xStep) { return false }
            return GemmBlocks<Scalar>.pays(rows: rows, columns: columns, depth: depth, xRow: xRow, xStep: xStep)
        }

        /// Whether low tiles would go through the lines of an x that lies step by step again and again, so that what is
        /// summed at a time should be in the first-level cache.
        var isShort: Bool { !Tile.isWide && !isSwapped && xStep != 1 }

        /// Steps that are summed before the result is stored: as many as that cache holds, or as still leave a few
        /// panels to a band.
        var depthBlock: Int {
            let most =
                isShort
                ? Swift.max(32, GemmPlan.firstLevelBytes / (Swift.max(1, rows + columns) * MemoryLayout<Scalar>.size))
                : isSwapped ? 1024 : 512
            let blocks = Swift.max(1, (depth + most - 1) / most)
            return Swift.max(1, (depth + blocks - 1) / blocks)
        }

        var cost: Double {
            let multiplications =
                Double(rows) * Double(depth) * Panel.cover(0..<columns).reduce(0) { $0 + $1.width.cost }
            let packing = Double(columns) * Double(depth) * (!yIsTransposed ? 0.1 : Tile.isWide ? 0.4 : 1)
            let copying =
                isBlocked(byStrips: false) && !GemmBlocks<Scalar>.isDirect(xRow: xRow, xStep: xStep)
                ? 0.5 * Double(rows) * Double(depth) : 0
            let stores = Double((depth + depthBlock - 1) / depthBlock * 2 - 1)
            return multiplications + packing + copying + (isSwapped ? 1.5 * stores * Double(rows) * Double(columns) : 0)
        }
    }

    /// - Parameter accumulates: Whether the sums go on from what `c` holds.
    func run(
        _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>,
        accumulates: Bool = false
    ) {
        guard rows > 0 else { return }
        let x = swaps ? b : a
        let y = columns(swaps ? a : b)
        if let blocks { return run(blocks, x, y, c, accumulates) }
        for band in bands {
            let packed = ThreadScratch.packed.memory(depthBlock * band.packedColumns * MemoryLayout<Scalar>.size)
                .assumingMemoryBound(to: Scalar.self)
            var step = 0
            repeat {
                let steps = step..<Swift.min(step + depthBlock, depth)
                let goesOn = accumulates || step > 0
                band.pack(y, steps, to: packed, together: true)
                inPieces(rows, grain: pieceRows) { range in
                    multiply(x, y, c, band, range, steps, packed, steps, accumulates: goesOn)
                }
                step = steps.upperBound
            } while step < depth
        }
    }

    private func run(
        _ blocks: GemmBlocks<Scalar>, _ x: UnsafePointer<Scalar>, _ y: GemmColumns<Scalar>,
        _ c: UnsafeMutablePointer<Scalar>, _ accumulates: Bool
    ) {
        let size = MemoryLayout<Scalar>.size
        for first in stride(from: 0, to: rows, by: blocks.packedRows) {
            let count = Swift.min(blocks.packedRows, rows - first)
            let target = c + first * (swaps ? 1 : resultRow)
            for step in stride(from: 0, to: depth, by: blocks.packedDepth) {
                let steps = step..<Swift.min(step + blocks.packedDepth, depth)
                let packedCount = blocks.packedCount(rows: count)
                let memory = ThreadScratch.packed.memory(blocks.packedCount(rows: count, steps: steps.count) * size)
                    .assumingMemoryBound(to: Scalar.self)
                forEachBlock(steps) { steps, block in
                    blocks.pack(
                        x + first * xRow + steps.lowerBound * xStep, count: count, steps: steps.count,
                        to: memory + block * packedCount, together: true)
                }
                // One thread takes a band through all blocks of the depth, so that the results between them stay in its
                // cache.
                blocks.forEachPiece(rows: count) { piece, place in
                    let band = bands[place]
                    let panels = ThreadScratch.panels.memory(depthBlock * band.packedColumns * size)
                        .assumingMemoryBound(to: Scalar.self)
                    forEachBlock(steps) { steps, block in
                        band.pack(y, steps, to: panels, together: false)
                        let rows = blocks.rows(
                            x + first * xRow + steps.lowerBound * xStep, packed: memory + block * packedCount,
                            steps: steps.count)
                        for row in stride(from: piece.lowerBound, to: piece.upperBound, by: blocks.blockRows) {
                            multiply(
                                rows, row..<Swift.min(row + blocks.blockRows, piece.upperBound), target, band, steps,
                                panels, steps, accumulates: accumulates || steps.lowerBound > 0)
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` with each block of some steps, and its place among them.
    @inline(__always)
    private func forEachBlock(_ steps: Range<Int>, _ body: (Range<Int>, Int) -> Void) {
        for step in stride(from: steps.lowerBound, to: steps.upperBound, by: depthBlock) {
            body(step..<Swift.min(step + depthBlock, steps.upperBound), (step - steps.lowerBound) / depthBlock)
        }
    }

    // MARK: Strips

    /// Elements that `pack` writes.
    var packedCount: Int { bands.reduce(0) { $0 + $1.packedColumns } * depth }

    /// Packs all of y, for `computeRows`.
    func pack(_ b: UnsafePointer<Scalar>, to packed: UnsafeMutablePointer<Scalar>) {
        for band in bands { band.pack(columns(b), 0..<depth, to: packed, together: true) }
    }

    /// Some rows of the result, on this thread; row 0 would lie at `c`.
    func computeRows(
        _ range: Range<Int>, _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ packed: UnsafePointer<Scalar>,
        _ c: UnsafeMutablePointer<Scalar>
    ) {
        for band in bands {
            guard let blocks else {
                var step = 0
                repeat {
                    let steps = step..<Swift.min(step + depthBlock, depth)
                    multiply(a, columns(b), c, band, range, steps, packed, 0..<depth, accumulates: step > 0)
                    step = steps.upperBound
                } while step < depth
                continue
            }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: blocks.blockRows) {
                let count = Swift.min(blocks.blockRows, range.upperBound - first)
                let memory = asideMemory(more: blocks.packedCount(rows: count)) + GemmPlan.asideCount
                forEachBlock(0..<depth) { steps, _ in
                    let x = a + first * xRow + steps.lowerBound * xStep
                    blocks.pack(x, count: count, steps: steps.count, to: memory, together: false)
                    multiply(
                        blocks.rows(x, packed: memory, steps: steps.count), 0..<count, c + first * resultRow, band,
                        steps, packed, 0..<depth, accumulates: steps.lowerBound > 0)
                }
            }
        }
    }

    private func columns(_ base: UnsafePointer<Scalar>) -> GemmColumns<Scalar> {
        GemmColumns(base: base, stride: yStride, isTransposed: yIsTransposed)
    }

    /// Rows of the result by a band of columns, of which `packed` holds the steps `packedSteps`, as far as they are
    /// packed.
    private func multiply(
        _ x: UnsafePointer<Scalar>, _ y: GemmColumns<Scalar>, _ c: UnsafeMutablePointer<Scalar>,
        _ band: GemmBand<Scalar>, _ range: Range<Int>,
        _ steps: Range<Int>, _ packed: UnsafePointer<Scalar>, _ packedSteps: Range<Int>, accumulates: Bool
    ) {
        let size = MemoryLayout<Scalar>.size
        let aside = asideMemory(more: Tile.maximalHeight * (depthBlock + 16))
        let copied = aside + GemmPlan.asideCount
        var operands = TileOperands(
            x: copied, y: packed, result: aside,
            xRows: TileRowOffsets(bytes: (copiesX ? depthBlock + 16 : xRow) * size), xStep: xStep * size, yStep: 0,
            resultRow: 0,
            depth: steps.count, accumulates: accumulates ? 1 : 0)
        let (before, fullPanels) = (steps.lowerBound - packedSteps.lowerBound, swaps ? 0 : band.fullPanels)
        var row = range.lowerBound
        while row < range.upperBound {
            if Interruption.isStopping() { return }
            let height = Tile.next(range.upperBound - row, sharesLast: true).height
            let lines = x + row * xRow + steps.lowerBound * xStep
            if copiesX {
                for line in 0..<height {
                    (copied + line * (depthBlock + 16)).update(from: lines + line * xRow, count: steps.count)
                }
            } else {
                operands.x = UnsafeRawPointer(lines)
            }
            var (next, place) = (packed, 0)
            while place < band.panels.count {
                let panel = band.panels[place]
                let width = panel.width.columns
                // Whole panels of the full width in one go.
                operands.count = place < fullPanels ? fullPanels : 1
                if packsAll || !panel.isWhole {
                    (operands.y, operands.yStep, operands.yAdvance) = (
                        UnsafeRawPointer(next + before * width), width * size, packedSteps.count * width * size
                    )
                    next += operands.count * packedSteps.count * width
                } else {
                    (operands.y, operands.yStep, operands.yAdvance) = (
                        UnsafeRawPointer(y.address(steps.lowerBound, panel.first)), yStride * size, width * size
                    )
                }
                if isStoredAside(panel) {
                    runAside(&operands, c, panel, row, height, aside)
                } else {
                    operands.resultAdvance = width * size
                    run(&operands, c, panel, row, height)
                }
                place += operands.count
            }
            row += height
        }
    }

    /// A block of the rows by a band of columns, of which `packed` holds the steps `packedSteps`; row 0 lies at `c`.
    private func multiply(
        _ rows: GemmBlocks<Scalar>.Rows, _ block: Range<Int>, _ c: UnsafeMutablePointer<Scalar>,
        _ band: GemmBand<Scalar>, _ steps: Range<Int>,
        _ packed: UnsafePointer<Scalar>, _ packedSteps: Range<Int>, accumulates: Bool
    ) {
        let size = MemoryLayout<Scalar>.size
        let aside = asideMemory(more: 0)
        var operands = TileOperands(
            x: rows.numbers, y: packed, result: aside, xRows: TileRowOffsets(bytes: rows.row * size),
            xStep: rows.step * size, yStep: 0, resultRow: 0,
            depth: steps.count, accumulates: accumulates ? 1 : 0, xAdvance: rows.tile * size,
            resultAdvance: Tile.maximalHeight * resultRow * size)
        var next = packed
        for panel in band.panels {
            if Interruption.isStopping() { return }
            let width = panel.width.columns
            (operands.y, operands.yStep) = (
                UnsafeRawPointer(next + (steps.lowerBound - packedSteps.lowerBound) * width), width * size
            )
            next += packedSteps.count * width
            operands.x = UnsafeRawPointer(rows.numbers + block.lowerBound / Tile.maximalHeight * rows.tile)
            var row = block.lowerBound
            while row < block.upperBound {
                let (height, count) = Tile.next(block.upperBound - row, sharesLast: rows.step == 1)
                operands.count = count
                if isStoredAside(panel) {
                    operands.count = Swift.min(count, GemmPlan.tilesAside)
                    runAside(&operands, c, panel, row, height, aside)
                } else {
                    run(&operands, c, panel, row, height)
                }
                row += height * operands.count
                operands.x +=
                    height == Tile.maximalHeight ? operands.xAdvance * operands.count : height * rows.row * size
            }
        }
    }

    /// This thread's memory for the sums of some tiles, `asideCount` elements, and as many more as asked for.
    private func asideMemory(more: Int) -> UnsafeMutablePointer<Scalar> {
        ThreadScratch.tile.memory((GemmPlan.asideCount + more) * MemoryLayout<Scalar>.size).assumingMemoryBound(
            to: Scalar.self)
    }

    private static var asideCount: Int { tilesAside * Tile.maximalHeight * Tile.Width.triple.columns }
    private static var tilesAside: Int { 16 }

    /// Whether a panel's tiles cannot be stored as they are: those of a transposed result, or with fewer columns than
    /// their vectors, unless they are machine code made for that.
    @inline(__always)
    private func isStoredAside(_ panel: Panel) -> Bool { swaps || !panel.isWhole && lastCode == nil }

    /// Computes tiles right into the result, the first of them at `row` and `panel`.
    @inline(__always)
    private func run(
        _ operands: inout TileOperands, _ c: UnsafeMutablePointer<Scalar>, _ panel: Panel, _ row: Int, _ height: Int
    ) {
        (operands.result, operands.resultRow) = (
            UnsafeMutableRawPointer(c + row * resultRow + panel.first), resultRow * MemoryLayout<Scalar>.size
        )
        Tile.run(&operands, height: height, width: panel.width, panel.isWhole ? code : lastCode)
    }

    /// Computes tiles that are stored aside first.
    private func runAside(
        _ operands: inout TileOperands, _ c: UnsafeMutablePointer<Scalar>, _ panel: Panel, _ row: Int, _ height: Int,
        _ aside: UnsafeMutablePointer<Scalar>
    ) {
        let (width, lines) = (panel.width.columns, height * operands.count)
        (operands.result, operands.resultRow) = (UnsafeMutableRawPointer(aside), width * MemoryLayout<Scalar>.size)
        let (advance, resultBytes) = (operands.resultAdvance, resultRow * MemoryLayout<Scalar>.size)
        operands.resultAdvance = height * operands.resultRow
        let target = swaps ? c + row + panel.first * resultRow : c + row * resultRow + panel.first
        if operands.accumulates != 0 {
            if swaps {
                transpose(
                    target, rowBytes: resultBytes, rows: panel.count, columns: lines, aside,
                    rowBytes: operands.resultRow, Scalar.self)
            } else {
                for line in 0..<lines { copyShort(target + line * resultRow, aside + line * width, panel.count) }
            }
        }
        Tile.run(&operands, height: height, width: panel.width, code)
        operands.resultAdvance = advance
        if swaps {
            transpose(
                aside, rowBytes: operands.resultRow, rows: lines, columns: panel.count, target, rowBytes: resultBytes,
                Scalar.self)
        } else {
            for line in 0..<lines { copyShort(aside + line * width, target + line * resultRow, panel.count) }
        }
    }
}
