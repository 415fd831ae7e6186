import Machine
import CVectors

/// Columns of a product's result whose operand is packed, and multiplied, together.
struct GemmPanel<Scalar: GemmScalar> {
    private typealias Tile = GemmTile<Scalar>

    var first: Int
    /// As many as `width` holds, or fewer.
    var count: Int
    var width: GemmTile<Scalar>.Width

    @inline(__always) var isWhole: Bool { count == width.columns }

    /// Panels for `columns` columns from `first` on: full ones, and for the rest what takes the least time.
    static func cover(_ columns: Range<Int>) -> [GemmPanel] {
        var panels: [GemmPanel] = []
        var column = columns.lowerBound
        while column < columns.upperBound {
            let left = columns.upperBound - column
            let width: Tile.Width
            if Tile.isWide && left <= Tile.Width.quarter.columns {
                width = .quarter
            } else if left <= Tile.Width.vector.columns
                || Tile.isWide && left <= Tile.Width.vector.columns + Tile.Width.quarter.columns
            {
                width = .vector
            } else if !Tile.isWide && left > Tile.Width.full.columns && left <= Tile.Width.triple.columns {
                width = .triple
            } else {
                width = .full
            }
            let count = Swift.min(left, width.columns)
            panels.append(GemmPanel(first: column, count: count, width: width))
            column += count
        }
        return panels
    }
}

/// The operand whose elements are multiplied as vectors: `depth` rows of columns, stored by rows or transposed.
struct GemmColumns<Scalar: GemmScalar> {
    var base: UnsafePointer<Scalar>
    /// From one row to the next, or, transposed, from one column to the next.
    var stride: Int
    var isTransposed: Bool

    @inline(__always) func address(_ step: Int, _ column: Int) -> UnsafePointer<Scalar> {
        isTransposed ? base + column * stride + step : base + step * stride + column
    }

    /// Writes a panel's rows `steps` one after the other; what stands in columns that the panel lacks does not matter.
    func pack(_ panel: GemmPanel<Scalar>, _ steps: Range<Int>, to target: UnsafeMutablePointer<Scalar>) {
        let source = address(steps.lowerBound, panel.first)
        if isTransposed {
            packTransposed(source, panel, steps.count, target)
        } else {
            for step in 0..<steps.count {
                copyShort(source + step * stride, target + step * panel.width.columns, panel.count)
            }
        }
    }

    private func packTransposed(
        _ source: UnsafePointer<Scalar>, _ panel: GemmPanel<Scalar>, _ steps: Int,
        _ target: UnsafeMutablePointer<Scalar>
    ) {
        typealias Block = Scalar.Block
        let (rowBytes, width) = (stride * MemoryLayout<Scalar>.size, panel.width.columns)
        let side = Swift.min(Block.side, width)
        let whole = width < Block.minimalRows ? 0 : steps / Block.side * Block.side
        for column in Swift.stride(from: 0, to: panel.count, by: side) {
            let rows = Swift.min(side, panel.count - column)
            let (from, to) = (source + column * stride, target + column)
            for step in Swift.stride(from: 0, to: whole, by: Block.side) {
                transposeBlock(
                    UnsafeRawPointer(from + step), rowBytes, rows: rows, UnsafeMutableRawPointer(to + step * width),
                    width * MemoryLayout<Scalar>.size, Block.self)
            }
            transposeElements(
                from + whole, rowBytes, rows, steps - whole, to + whole * width, width * MemoryLayout<Scalar>.size,
                Scalar.self)
        }
    }
}

/// Copies a few numbers by vectors of 32 or 16 bytes, the last of which may overlap the one before.
@inline(__always)
func copyShort<Scalar: GemmScalar>(
    _ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int
) {
    @inline(__always) func copy<Vector: SIMD>(by _: Vector.Type) where Vector.Scalar == Scalar {
        @inline(__always) func copyVector(_ place: Int) {
            let vector = UnsafeRawPointer(source + place).loadUnaligned(as: Vector.self)
            UnsafeMutableRawPointer(target + place).storeBytes(of: vector, as: Vector.self)
        }
        let last = count &- Vector.scalarCount
        var place = 0
        while place < last {
            copyVector(place)
            place &+= Vector.scalarCount
        }
        copyVector(last)
    }
    if count >= Scalar.Half.scalarCount {
        copy(by: Scalar.Half.self)
    } else if count >= Scalar.Quarter.scalarCount {
        copy(by: Scalar.Quarter.self)
    } else {
        for place in 0..<count { target[place] = source[place] }
    }
}

/// Panels that are packed at the same time, one after the other in the same memory.
struct GemmBand<Scalar: GemmScalar> {
    let panels: [GemmPanel<Scalar>]
    /// How many of them, from the first on, are of two vectors and whole.
    let fullPanels: Int
    /// Of the panels that are packed.
    let packedColumns: Int
    private let packsAll: Bool

    private static var rowsTogether: Int { 4 }

    init(panels: [GemmPanel<Scalar>], packsAll: Bool) {
        self.panels = panels
        fullPanels = panels.prefix { $0.width == .full && $0.isWhole }.count
        self.packsAll = packsAll
        packedColumns = panels.reduce(0) { $0 + (packsAll || !$1.isWhole ? $1.width.columns : 0) }
    }

    /// - Parameter together: Whether all threads are to pack.
    func pack(_ y: GemmColumns<Scalar>, _ steps: Range<Int>, to target: UnsafeMutablePointer<Scalar>, together: Bool) {
        if packedColumns == 0 { return }
        if y.isTransposed {
            inPieces(
                panels.count,
                grain: !together
                    ? panels.count
                    : Swift.max(1, (1 << 14) / Swift.max(1, steps.count * GemmTile<Scalar>.Width.full.columns))
            ) { part in
                for place in part {
                    let before = panels[..<place].reduce(0) { $0 + $1.width.columns }
                    y.pack(panels[place], steps, to: target + before * steps.count)
                }
            }
        } else if !packsAll {
            // The last one at most.
            if let last = panels.last { y.pack(last, steps, to: target) }
        } else {
            inPieces(steps.count, grain: !together ? steps.count : Swift.max(1, (1 << 15) / packedColumns)) { part in
                // A few rows are read through together, so that several lines in order are written to a panel.
                for first in stride(from: part.lowerBound, to: part.upperBound, by: GemmBand.rowsTogether) {
                    let count = Swift.min(GemmBand.rowsTogether, part.upperBound - first)
                    // The next rows are far away, where no processor looks by itself.
                    let ahead = Swift.min(GemmBand.rowsTogether, steps.count - first - count) * y.stride
                    var start = target
                    for panel in panels {
                        let width = panel.width.columns
                        var (source, place) = (y.address(steps.lowerBound + first, panel.first), start + first * width)
                        for _ in 0..<count {
                            shim_prefetch(source + ahead)
                            shim_prefetch(source + (ahead + panel.count - 1))
                            copyShort(source, place, panel.count)
                            source += y.stride
                            place += width
                        }
                        start += steps.count * width
                    }
                }
            }
        }
    }
}
