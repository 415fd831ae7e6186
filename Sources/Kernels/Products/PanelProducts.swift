/// Products of rows with an operand that is packed once and read often: tiles over panels of two vectors, without a
/// plan. Each result is one chain of fused multiply-adds in the order of the steps, as in `Gemm`.
struct PanelProducts<Scalar: GemmScalar>: Sendable {
    typealias Tile = GemmTile<Scalar>

    private let code: GemmTileCode?

    static var panel: Int { Tile.Width.full.columns }
    private static var size: Int { MemoryLayout<Scalar>.size }

    init(compiles: Bool) { code = compiles ? GemmTileCode.of(elementBytes: Self.size) : nil }

    /// What panels of so many columns hold of a row.
    static func padded(_ columns: Int) -> Int { (columns + panel - 1) / panel * panel }

    /// Writes `rows` rows of a matrix, `stride` from one to the next, as panels of its columns, one panel after the
    /// other; `transposed`: of the transpose, whose columns these rows are.
    func pack(
        _ matrix: UnsafePointer<Scalar>, rows: Int, stride: Int, columns: Int, transposed: Bool,
        to target: UnsafeMutablePointer<Scalar>
    ) {
        let source = GemmColumns(base: matrix, stride: stride, isTransposed: transposed)
        let (steps, count) = transposed ? (columns, rows) : (rows, columns)
        var place = target
        for first in Swift.stride(from: 0, to: count, by: Self.panel) {
            source.pack(
                GemmPanel(first: first, count: Swift.min(Self.panel, count - first), width: .full), 0..<steps,
                to: place)
            place += steps * Self.panel
        }
    }

    /// The operand that is read number by number.
    struct Numbers {
        var base: UnsafePointer<Scalar>
        /// From one row of the result to the next, and from one step to the next; one of the two is 1.
        var row: Int
        var step: Int
    }

    /// Rows of a result, [rows, panels of columns], from panels of `steps` steps each. `part` says, for the rows of a
    /// tile, how many panels are wanted and over which steps.
    @inline(__always)
    func multiply(
        _ rows: Range<Int>, _ x: Numbers, _ panels: UnsafePointer<Scalar>, steps: Int,
        _ result: UnsafeMutablePointer<Scalar>, resultRow: Int, accumulates: Bool,
        _ part: (Range<Int>) -> (panels: Int, steps: Range<Int>)
    ) {
        let size = Self.size
        var operands = TileOperands(
            x: x.base, y: panels, result: result, xRows: TileRowOffsets(bytes: x.row * size), xStep: x.step * size,
            yStep: Self.panel * size, resultRow: resultRow * size, depth: 0, accumulates: accumulates ? 1 : 0,
            yAdvance: steps * Self.panel * size, resultAdvance: Self.panel * size)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let height = Tile.next(rows.upperBound - row, sharesLast: true).height
            let wanted = part(row..<row + height)
            if wanted.panels > 0, !wanted.steps.isEmpty {
                operands.x = UnsafeRawPointer(x.base + (row * x.row + wanted.steps.lowerBound * x.step))
                operands.y = UnsafeRawPointer(panels + wanted.steps.lowerBound * Self.panel)
                operands.result = UnsafeMutableRawPointer(result + row * resultRow)
                (operands.depth, operands.count) = (wanted.steps.count, wanted.panels)
                Tile.run(&operands, height: height, width: .full, code)
            }
            row += height
        }
    }
}
