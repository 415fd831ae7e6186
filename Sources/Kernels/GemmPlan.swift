/// How one matrix product is computed: which operand is read as vectors, and in which blocks.
///
/// The result is made tile by tile (GemmTile.swift). A tile reads one operand, x, a number at a time and the other, y, as vectors, so y is wanted by rows: where it is not, it is
/// packed, panel by panel (GemmPacking.swift), or the two change places and the transposed result is computed, whichever costs less. Bands of columns and blocks of the depth
/// keep what is packed in the second-level cache; threads pack it together, then share the rows.
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
    private let bands: [GemmBand<Scalar>]
    private let depthBlock: Int
    /// Rows of the result that are worth a piece.
    private let pieceRows: Int

    /// What is packed at once.
    private static var bandBytes: Int { 512 << 10 }
    /// Operations that are worth a piece: about 10 µs.
    private static var pieceOperations: Double { 1e6 }
    /// Rows this far apart lie in the same few sets of the first-level cache.
    private static var aliasingBytes: Int { 4096 }

    init(m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool) {
        let plain = Orientation(rows: m, columns: n, depth: k, yIsTransposed: transposeB, isSwapped: false)
        let swapped = Orientation(rows: n, columns: m, depth: k, yIsTransposed: !transposeA, isSwapped: true)
        let chosen = swapped.cost < plain.cost ? swapped : plain
        rows = chosen.rows
        depth = k
        swaps = chosen.isSwapped
        yIsTransposed = chosen.yIsTransposed
        (xRow, xStep) = swaps ? (transposeB ? (k, 1) : (1, n)) : (transposeA ? (1, m) : (k, 1))
        yStride = swaps ? (transposeA ? m : k) : (transposeB ? k : n)
        resultRow = n
        depthBlock = chosen.depthBlock

        let size = MemoryLayout<Scalar>.size
        let packsAll = yIsTransposed || (yStride * size) % GemmPlan.aliasingBytes == 0
        self.packsAll = packsAll
        let panels = Panel.cover(0..<chosen.columns)
        copiesX = xStep == 1 && xRow * size % GemmPlan.aliasingBytes == 0 && panels.count > 2
        let widest = Swift.max(2, GemmPlan.bandBytes / (depthBlock * Tile.Width.full.columns * size))
        let count = (panels.count + widest - 1) / widest
        bands = (0..<count).map { band in
            GemmBand(panels: Array(panels[band * panels.count / count..<(band + 1) * panels.count / count]), packsAll: packsAll)
        }
        let rowOperations = 2 * Double(depthBlock) * Double(chosen.columns) / Double(Swift.max(1, count)) * Double(size / 4)
        let tiles = Int(Swift.min(GemmPlan.pieceOperations / Swift.max(1, rowOperations * Double(Tile.maximalHeight)), 1e6))
        pieceRows = Swift.max(1, tiles) * Tile.maximalHeight
    }

    /// One of the two ways to see a product, and the time it would take, in multiplications of vectors.
    private struct Orientation {
        var rows: Int
        var columns: Int
        var depth: Int
        var yIsTransposed: Bool
        var isSwapped: Bool

        /// Steps that are summed before the result is stored: as many as still leave a few panels to a band.
        var depthBlock: Int {
            let most = isSwapped ? 1024 : 512
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
        let y = GemmColumns(base: swaps ? a : b, stride: yStride, isTransposed: yIsTransposed)
        for band in bands {
            let packed = ThreadScratch.packed.memory(depthBlock * band.packedColumns * MemoryLayout<Scalar>.size).assumingMemoryBound(to: Scalar.self)
            var step = 0
            repeat {
                let steps = step..<Swift.min(step + depthBlock, depth)
                band.pack(y, steps, to: packed)
                inPieces(rows, grain: pieceRows) { range in multiply(x, y, c, band, range, steps, packed) }
                step = steps.upperBound
            } while step < depth
        }
    }

    private func multiply(
        _ x: UnsafePointer<Scalar>, _ y: GemmColumns<Scalar>, _ c: UnsafeMutablePointer<Scalar>, _ band: GemmBand<Scalar>, _ range: Range<Int>,
        _ steps: Range<Int>, _ packed: UnsafePointer<Scalar>
    ) {
        let aside = ThreadScratch.tile.memory(Tile.maximalHeight * (Tile.Width.full.columns + depthBlock + 16) * MemoryLayout<Scalar>.size)
            .assumingMemoryBound(to: Scalar.self)
        let copied = aside + Tile.maximalHeight * Tile.Width.full.columns
        var row = range.lowerBound
        while row < range.upperBound {
            let height = Tile.height(range.upperBound - row)
            var operands = TileOperands(
                x: x + row * xRow + steps.lowerBound * xStep, xRow: xRow, xStep: xStep, y: packed, yStep: 0, depth: steps.count, result: aside, resultRow: 0,
                accumulates: steps.lowerBound > 0)
            if copiesX {
                operands.xRow = depthBlock + 16
                for line in 0..<height { (copied + line * operands.xRow).update(from: operands.x + line * xRow, count: steps.count) }
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
                if swaps || !panel.isWhole {
                    runAside(&operands, c, panel, row, height, aside)
                } else {
                    (operands.result, operands.resultRow) = (c + row * resultRow + panel.first, resultRow)
                    GemmTile.run(operands, height: height, width: panel.width)
                }
            }
            row += height
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
