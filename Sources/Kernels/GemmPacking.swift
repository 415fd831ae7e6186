import CVectors

/// Columns of a product's result whose operand is packed, and multiplied, together.
struct GemmPanel<Scalar: GemmScalar> {
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
            let width: GemmTile<Scalar>.Width
            let (vector, quarter) = (GemmTile<Scalar>.Width.vector, GemmTile<Scalar>.Width.quarter)
            if left <= quarter.columns {
                width = .quarter
            } else if left <= vector.columns || left <= vector.columns + quarter.columns && vector.cost + quarter.cost < GemmTile<Scalar>.Width.full.cost {
                width = .vector
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
            for step in 0..<steps.count { copyShort(source + step * stride, target + step * panel.width.columns, panel.count) }
        }
    }

    private func packTransposed(_ source: UnsafePointer<Scalar>, _ panel: GemmPanel<Scalar>, _ steps: Int, _ target: UnsafeMutablePointer<Scalar>) {
        typealias Block = Scalar.Block
        let (rowBytes, width) = (stride * MemoryLayout<Scalar>.size, panel.width.columns)
        let side = Swift.min(Block.side, width)
        let whole = width < Block.minimalRows ? 0 : steps / Block.side * Block.side
        for column in Swift.stride(from: 0, to: panel.count, by: side) {
            let rows = Swift.min(side, panel.count - column)
            let (from, to) = (source + column * stride, target + column)
            for step in Swift.stride(from: 0, to: whole, by: Block.side) {
                transposeBlock(
                    UnsafeRawPointer(from + step), rowBytes, rows: rows, UnsafeMutableRawPointer(to + step * width), width * MemoryLayout<Scalar>.size, Block.self)
            }
            transposeElements(from + whole, rowBytes, rows, steps - whole, to + whole * width, width * MemoryLayout<Scalar>.size, Scalar.self)
        }
    }
}

/// Copies a few numbers by vectors of 16 bytes, the last of which may overlap the one before.
@inline(__always)
func copyShort<Scalar: GemmScalar>(_ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int) {
    @inline(__always) func copyQuarter(_ place: Int) {
        let vector = UnsafeRawPointer(source + place).loadUnaligned(as: Scalar.Quarter.self)
        UnsafeMutableRawPointer(target + place).storeBytes(of: vector, as: Scalar.Quarter.self)
    }
    let quarter = Scalar.Quarter.scalarCount
    if count < quarter {
        for place in 0..<count { target[place] = source[place] }
        return
    }
    for place in stride(from: 0, to: count &- quarter, by: quarter) { copyQuarter(place) }
    copyQuarter(count &- quarter)
}

/// Panels that are packed at the same time, one after the other in the same memory.
struct GemmBand<Scalar: GemmScalar> {
    let panels: [GemmPanel<Scalar>]
    /// How many of them, from the first on, are of two vectors and whole.
    let fullPanels: Int
    /// Of the panels that are packed.
    let packedColumns: Int
    private let packsAll: Bool

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
            inPieces(panels.count, grain: !together ? panels.count : Swift.max(1, (1 << 14) / Swift.max(1, steps.count * GemmTile<Scalar>.Width.full.columns))) { part in
                for place in part {
                    let before = panels[..<place].reduce(0) { $0 + $1.width.columns }
                    y.pack(panels[place], steps, to: target + before * steps.count)
                }
            }
        } else if !packsAll {
            // The last one at most.
            if let last = panels.last { y.pack(last, steps, to: target) }
        } else {
            // Row by row, so that each is read through.
            inPieces(steps.count, grain: !together ? steps.count : Swift.max(1, (1 << 15) / packedColumns)) { part in
                for step in part {
                    let ahead = Swift.min(6, steps.count - 1 - step) * y.stride
                    var start = target
                    for panel in panels {
                        let source = y.address(steps.lowerBound + step, panel.first)
                        // The next rows are far away, where no processor looks by itself.
                        for line in stride(from: 0, to: panel.count, by: 64 / MemoryLayout<Scalar>.size) { shim_prefetch(source + ahead + line) }
                        copyShort(source, start + step * panel.width.columns, panel.count)
                        start += steps.count * panel.width.columns
                    }
                }
            }
        }
    }
}
