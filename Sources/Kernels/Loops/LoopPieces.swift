import Steps

/// How a loop is cut for the threads: by its size and cost alone, so that sums have the same order on any number of
/// threads.
struct LoopPieces {
    private(set) var count: Int
    /// Whether several pieces contribute to one result, each with accumulators of its own.
    private(set) var isPartial = false
    /// Sets of accumulators, each of the result's size.
    private(set) var slices = 0
    /// Accumulators in all; 0 where a reduction is finished row by row.
    private(set) var accumulatorCount = 0
    /// Whether each row has a result of its own, which is stored when the row ends.
    private(set) var finishesRows = false

    private let rows: Int
    private let columns: Int
    private let pieceRows: Int
    private let pieceColumns: Int
    private let piecesAcross: Int

    /// Picoseconds of work that are worth a piece: waking a thread costs a fifth of it.
    private static let pieceCost = 25_000_000
    /// Reading or writing four bytes.
    private static let streamCost = 80

    init(
        _ compute: DType, _ layout: LoopLayout, _ values: LoopValues, _ instructions: [LoopInstruction],
        storesRows: Bool
    ) {
        rows = layout.rows
        columns = layout.columns
        let inputs = values.sources.count
        var cost = LoopPieces.streamCost * (inputs + 2)
        for (place, instruction) in instructions.enumerated() where !values.isNumber[inputs + place] {
            cost += instruction.opcode.cost
        }
        if compute != .float32 { cost *= 3 }
        let grain = Swift.max(1024, LoopPieces.pieceCost / cost)
        let isReduction = layout.resultCount > 0
        let keepsFirst = layout.isReduced.first == false
        let keepsColumns = layout.isReduced.last == false
        let total = rows * columns

        // Pieces of whole blocks.
        var (height, width) = (rows, columns)
        if total > 2 * grain {
            if isReduction, keepsFirst, rows > 1 {
                // Each index of the first axis has results of its own.
                let share = rows / layout.outer[0]
                height = share * Swift.max(1, grain / Swift.max(1, share * columns))
            } else if isReduction, keepsColumns, rows > 1, columns >= 1024 {
                // Each column has a result of its own.
                width = Swift.max(512, (grain / rows + 511) & ~511)
            } else {
                let least = Swift.max(grain, 8 * layout.resultCount)
                if columns >= 2 * least {
                    height = 1
                    width = (least + values.blockElements - 1) / values.blockElements * values.blockElements
                } else {
                    height = Swift.max(1, least / columns)
                    height = Swift.max(values.blockRows, height / values.blockRows * values.blockRows)
                }
            }
        }
        pieceRows = Swift.max(1, height)
        pieceColumns = Swift.max(1, width)
        piecesAcross = columns == 0 ? 0 : (columns - 1) / pieceColumns + 1
        count = rows == 0 ? 0 : ((rows - 1) / pieceRows + 1) * piecesAcross
        guard isReduction else { return }

        let ownsRows = layout.isReduced.dropLast().allSatisfy { !$0 } && !keepsColumns
        finishesRows = storesRows && ownsRows && piecesAcross <= 1 && total > 0
        let isDisjoint =
            count <= 1 || (piecesAcross == 1 && keepsFirst && rows > 1) || (pieceRows == rows && keepsColumns)
        isPartial = !isDisjoint
        slices = isPartial ? count : 1
        accumulatorCount = finishesRows ? 0 : slices * layout.resultCount
    }

    /// Rows of a piece, if pieces are whole rows.
    var rowsOfWholePieces: Int? { piecesAcross == 1 ? pieceRows : nil }

    subscript(piece: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (down, across) = piece.quotientAndRemainder(dividingBy: piecesAcross)
        return (
            down * pieceRows..<Swift.min(rows, (down + 1) * pieceRows),
            across * pieceColumns..<Swift.min(columns, (across + 1) * pieceColumns)
        )
    }
}
