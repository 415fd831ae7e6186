/// op(A) op(B) of m x k and k x n.
public struct GemmShape: Sendable {
    public var m: Int
    public var n: Int
    public var k: Int
    public var transposeA: Bool
    public var transposeB: Bool
}

/// How one matrix product is computed: which operand is read as vectors, and in which blocks.
///
/// The result is made tile by tile (GemmTile.swift). A tile reads one operand, x, a number at a time and the other, y, as vectors, so y is wanted by rows: where it is not, it is
/// packed, panel by panel (GemmPacking.swift), or the two change places and the transposed result is computed, whichever costs less. Bands of columns and blocks of the depth
/// keep what is packed in the second-level cache; threads pack it together, then share the rows. Large products for narrow registers pack x as well (GemmBlocks.swift).
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
    /// How x is packed too; nil where it is read from where it lies.
    private let blocks: GemmBlocks<Scalar>?
    private let bands: [GemmBand<Scalar>]
    private let depthBlock: Int
    /// Rows of the result that are worth a piece.
    private let pieceRows: Int

    /// What is packed at once, and where x is packed too.
    private static var bandBytes: Int { 512 << 10 }
    private static var blockedBandBytes: Int { 2 << 20 }
    /// What is packed at once for strips.
    private static var maximalPackedBytes: Int { 4 << 20 }
    private static var maximalStripDepth: Int { 1024 }
    /// Operations that are worth a piece: about 10 µs.
    private static var pieceOperations: Double { 1e6 }

    /// A plan that computes rows of the result in any portions; nil where that would take longer than the other way.
    static func byStrips(_ shape: GemmShape) -> GemmPlan? {
        let (plain, swapped) = (Orientation(shape, isSwapped: false), Orientation(shape, isSwapped: true))
        let packsY = shape.transposeB || aliases(shape.n) || packsStrips(shape, plain)
        let packedBytes = packsY ? shape.n * shape.k * MemoryLayout<Scalar>.size : 0
        guard plain.cost <= 1.05 * swapped.cost, shape.k <= maximalStripDepth, shape.m >= 2 * Tile.maximalHeight, packedBytes <= maximalPackedBytes else { return nil }
        return GemmPlan(shape, byStrips: true)
    }

    /// Whether strips pack x: those of rows that lie one after the other are read as well from where they lie.
    private static func packsStrips(_ shape: GemmShape, _ orientation: Orientation) -> Bool { shape.transposeA && orientation.packsBoth }

    /// Whether rows of this many elements lie in the same few sets of the first-level cache.
    private static func aliases(_ count: Int) -> Bool { count * MemoryLayout<Scalar>.size % 4096 == 0 }

    init(_ shape: GemmShape, byStrips: Bool = false) {
        let (m, n, k, transposeA, transposeB) = (shape.m, shape.n, shape.k, shape.transposeA, shape.transposeB)
        let (plain, swapped) = (Orientation(shape, isSwapped: false), Orientation(shape, isSwapped: true))
        let chosen = !byStrips && swapped.cost < plain.cost ? swapped : plain
        rows = chosen.rows
        depth = k
        swaps = chosen.isSwapped
        yIsTransposed = chosen.yIsTransposed
        (xRow, xStep) = swaps ? (transposeB ? (k, 1) : (1, n)) : (transposeA ? (1, m) : (k, 1))
        yStride = swaps ? (transposeA ? m : k) : (transposeB ? k : n)
        resultRow = n
        let packsBoth = byStrips ? GemmPlan.packsStrips(shape, chosen) : chosen.packsBoth
        depthBlock = byStrips && !packsBoth ? Swift.max(1, k) : chosen.depthBlock

        let size = MemoryLayout<Scalar>.size
        blocks = packsBoth ? GemmBlocks(rows: chosen.rows, columns: chosen.columns, depth: depthBlock) : nil
        let packsAll = blocks != nil || yIsTransposed || GemmPlan.aliases(yStride)
        self.packsAll = packsAll
        let panels = Panel.cover(0..<chosen.columns)
        copiesX = xStep == 1 && GemmPlan.aliases(xRow) && panels.count > 2
        let widest = byStrips ? panels.count : Swift.max(2, (blocks == nil ? GemmPlan.bandBytes : GemmPlan.blockedBandBytes) / (depthBlock * Tile.Width.full.columns * size))
        let count = widest == 0 ? 0 : (panels.count + widest - 1) / widest
        bands = (0..<count).map { band in
            GemmBand(panels: Array(panels[band * panels.count / count..<(band + 1) * panels.count / count]), packsAll: packsAll)
        }
        let rowOperations = 2 * Double(depthBlock) * Double(chosen.columns) / Double(Swift.max(1, count)) * Double(size / 4)
        let tiles = Int(Swift.min(GemmPlan.pieceOperations / Swift.max(1, rowOperations * Double(Tile.maximalHeight)), 1e6))
        pieceRows = blocks?.rows ?? Swift.max(1, tiles) * Tile.maximalHeight
    }

    /// One of the two ways to see a product, and the time it would take, in multiplications of vectors.
    private struct Orientation {
        var rows: Int
        var columns: Int
        var depth: Int
        var yIsTransposed: Bool
        var isSwapped: Bool

        init(_ shape: GemmShape, isSwapped: Bool) {
            (rows, columns) = isSwapped ? (shape.n, shape.m) : (shape.m, shape.n)
            depth = shape.k
            yIsTransposed = isSwapped ? !shape.transposeA : shape.transposeB
            self.isSwapped = isSwapped
        }

        var packsBoth: Bool { GemmBlocks<Scalar>.pays(rows: rows, columns: columns, depth: depth) }

        /// Steps that are summed before the result is stored: as many as still leave a few panels to a band.
        var depthBlock: Int {
            let most = packsBoth ? GemmBlocks<Scalar>.maximalDepth : isSwapped ? 1024 : 512
            let blocks = Swift.max(1, (depth + most - 1) / most)
            return Swift.max(1, (depth + blocks - 1) / blocks)
        }

        var cost: Double {
            let multiplications = Double(rows) * Double(depth) * Panel.cover(0..<columns).reduce(0) { $0 + $1.width.cost }
            let packing = Double(columns) * Double(depth) * (yIsTransposed ? 0.4 : 0.1)
            let stores = Double((depth + depthBlock - 1) / depthBlock * 2 - 1)
            return multiplications + packing + (isSwapped ? 1.5 * stores * Double(rows) * Double(columns) : 0)
        }
    }

    func run(_ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>) {
        guard rows > 0 else { return }
        let x = swaps ? b : a
        let y = columns(swaps ? a : b)
        for band in bands {
            let packed = ThreadScratch.packed.memory(depthBlock * band.packedColumns * MemoryLayout<Scalar>.size).assumingMemoryBound(to: Scalar.self)
            var step = 0
            repeat {
                let steps = step..<Swift.min(step + depthBlock, depth)
                band.pack(y, steps, to: packed)
                if let blocks {
                    inPieces(rows, grain: pieceRows) { range in multiply(blocks, x, c, band, range, steps, packed, steps) }
                } else {
                    inPieces(rows, grain: pieceRows) { range in multiply(x, y, c, band, range, steps, packed) }
                }
                step = steps.upperBound
            } while step < depth
        }
    }

    // MARK: Strips

    /// Elements that `pack` writes.
    var packedCount: Int { bands.reduce(0) { $0 + $1.packedColumns } * depth }

    /// Packs all of y, for `computeRows`.
    func pack(_ b: UnsafePointer<Scalar>, to packed: UnsafeMutablePointer<Scalar>) {
        for band in bands { band.pack(columns(b), 0..<depth, to: packed) }
    }

    /// Some rows of the result, on this thread; row 0 would lie at `c`.
    func computeRows(
        _ range: Range<Int>, _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ packed: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>
    ) {
        for band in bands {
            guard let blocks else {
                multiply(a, columns(b), c, band, range, 0..<depth, packed)
                continue
            }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: blocks.rows) {
                let block = first..<Swift.min(first + blocks.rows, range.upperBound)
                for step in stride(from: 0, to: depth, by: depthBlock) {
                    multiply(blocks, a, c, band, block, step..<Swift.min(step + depthBlock, depth), packed, 0..<depth)
                }
            }
        }
    }

    private func columns(_ base: UnsafePointer<Scalar>) -> GemmColumns<Scalar> {
        GemmColumns(base: base, stride: yStride, isTransposed: yIsTransposed)
    }

    private func multiply(
        _ x: UnsafePointer<Scalar>, _ y: GemmColumns<Scalar>, _ c: UnsafeMutablePointer<Scalar>, _ band: GemmBand<Scalar>, _ range: Range<Int>,
        _ steps: Range<Int>, _ packed: UnsafePointer<Scalar>
    ) {
        let aside = ThreadScratch.tile.memory(Tile.maximalHeight * (Tile.Width.full.columns + depthBlock + 16) * MemoryLayout<Scalar>.size)
            .assumingMemoryBound(to: Scalar.self)
        let rowOffsets = TileRowOffsets(bytes: (copiesX ? depthBlock + 16 : xRow) * MemoryLayout<Scalar>.size)
        let copied = aside + Tile.maximalHeight * Tile.Width.full.columns
        var row = range.lowerBound
        while row < range.upperBound {
            let height = Tile.height(range.upperBound - row)
            var operands = TileOperands(
                x: x + row * xRow + steps.lowerBound * xStep, xRows: rowOffsets, xStep: xStep, y: packed, yStep: 0, depth: steps.count, result: aside, resultRow: 0,
                accumulates: steps.lowerBound > 0)
            if copiesX {
                for line in 0..<height { (copied + line * (depthBlock + 16)).update(from: operands.x + line * xRow, count: steps.count) }
                operands.x = UnsafePointer(copied)
            }
            var next = packed
            for panel in band.panels {
                if packsAll || !panel.isWhole {
                    (operands.y, operands.yStep) = (next, panel.width.columns)
                    next += steps.count * panel.width.columns
                } else {
                    (operands.y, operands.yStep) = (y.address(steps.lowerBound, panel.first), yStride)
                }
                run(&operands, c, panel, row, height, aside)
            }
            row += height
        }
    }

    /// A block of rows, packed, by a band of columns, of which `packed` holds the steps `packedSteps`.
    private func multiply(
        _ blocks: GemmBlocks<Scalar>, _ x: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>, _ band: GemmBand<Scalar>, _ range: Range<Int>,
        _ steps: Range<Int>, _ packed: UnsafePointer<Scalar>, _ packedSteps: Range<Int>
    ) {
        let (block, aside) = blocks.pack(
            x + range.lowerBound * xRow + steps.lowerBound * xStep, xRow: xRow, xStep: xStep, count: range.count, depth: steps.count)
        var operands = TileOperands(
            x: x, xRows: block.rowOffsets, xStep: block.xStep, y: packed, yStep: 0, depth: steps.count, result: aside, resultRow: 0,
            accumulates: steps.lowerBound > 0)
        var next = packed
        for panel in band.panels {
            let width = panel.width.columns
            (operands.y, operands.yStep) = (next + (steps.lowerBound - packedSteps.lowerBound) * width, width)
            next += packedSteps.count * width
            var row = range.lowerBound
            while row < range.upperBound {
                let height = Tile.height(range.upperBound - row)
                operands.x = block.tile(at: row - range.lowerBound)
                run(&operands, c, panel, row, height, aside)
                row += height
            }
        }
    }

    @inline(__always)
    private func run(
        _ operands: inout TileOperands<Scalar>, _ c: UnsafeMutablePointer<Scalar>, _ panel: Panel, _ row: Int, _ height: Int, _ aside: UnsafeMutablePointer<Scalar>
    ) {
        if swaps || !panel.isWhole {
            runAside(&operands, c, panel, row, height, aside)
        } else {
            (operands.result, operands.resultRow) = (c + row * resultRow + panel.first, resultRow)
            GemmTile.run(operands, height: height, width: panel.width)
        }
    }

    /// Computes a tile that cannot be stored as it is: of a panel with fewer columns than its vectors, or of a transposed result.
    private func runAside(
        _ operands: inout TileOperands<Scalar>, _ c: UnsafeMutablePointer<Scalar>, _ panel: Panel, _ row: Int, _ height: Int, _ aside: UnsafeMutablePointer<Scalar>
    ) {
        let width = panel.width.columns
        (operands.result, operands.resultRow) = (aside, width)
        let (rowStride, columnStride) = swaps ? (1, resultRow) : (resultRow, 1)
        let target = c + row * rowStride + panel.first * columnStride
        if operands.accumulates {
            for line in 0..<height {
                for column in 0..<panel.count { aside[line * width + column] = target[line * rowStride + column * columnStride] }
            }
        }
        GemmTile.run(operands, height: height, width: panel.width)
        if swaps {
            for column in 0..<panel.count {
                for line in 0..<height { target[line + column * columnStride] = aside[line * width + column] }
            }
        } else {
            for line in 0..<height {
                for column in 0..<panel.count { target[line * rowStride + column] = aside[line * width + column] }
            }
        }
    }
}
