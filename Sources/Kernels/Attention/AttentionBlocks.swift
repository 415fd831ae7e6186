import Steps

/// How attention is cut into blocks of queries and keys, and the products of such blocks.
///
/// The scores of a block stay in the second-level cache from the product that makes them to the product that reads
/// them. Blocks follow from the widths alone. Each sum is a chain of fused multiply-adds in the order of keys, or of
/// queries, so the bits depend on neither the cut nor on threads.
struct AttentionBlocks<Scalar: AttentionScalar> {
    typealias Tile = GemmTile<Scalar>

    let extents: AttentionExtents
    /// Keys of a block. A multiple of a panel.
    let keys: Int
    /// Queries of a block.
    let queries: Int
    /// From one row of scores to the next: not a power of two, whose columns would meet in a few sets of a cache.
    let scoreRow: Int
    private let code: GemmTileCode?

    static var panel: Int { Tile.Width.full.columns }
    /// What scores take of a row where there are two blocks of them.
    static var leastColumns: Int { 144 }
    private static var size: Int { MemoryLayout<Scalar>.size }

    /// - Parameter blockBytes: What the scores of a block and rows of `columns` beside them may take.
    init(_ extents: AttentionExtents, blockBytes: Int, columns: Int, compiles: Bool) {
        self.extents = extents
        keys = extents.width + extents.out > 256 ? 64 : 128
        scoreRow = keys + 64 / Self.size
        let rows = blockBytes / ((scoreRow + columns) * Self.size)
        let height = Tile.maximalHeight
        queries = Swift.max(4 * height, Swift.min(rows, 192) / height * height)
        code = compiles ? GemmTileCode.of(elementBytes: Self.size) : nil
    }

    static func padded(_ columns: Int) -> Int { (columns + panel - 1) / panel * panel }

    /// How many keys of a block from `firstKey` on some row sees, if `lastQuery` is the row's query.
    @inline(__always)
    func seen(_ lastQuery: Int, _ firstKey: Int, _ count: Int) -> Int {
        extents.isCausal ? Swift.min(count, lastQuery - firstKey + 1) : count
    }

    /// Writes rows `rows` of a matrix as panels of its columns, one after the other; `transposed`: of the transpose,
    /// whose columns these rows are.
    func pack(
        _ matrix: AttentionMatrix<Scalar>, _ rows: Range<Int>, columns: Int, transposed: Bool,
        to target: UnsafeMutablePointer<Scalar>
    ) {
        let source = GemmColumns(base: matrix.row(rows.lowerBound), stride: matrix.stride, isTransposed: transposed)
        let (steps, count) = transposed ? (columns, rows.count) : (rows.count, columns)
        var place = target
        for first in stride(from: 0, to: count, by: Self.panel) {
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

/// Matrices of all heads in memory.
struct AttentionMatrices<Scalar> {
    private let base: UnsafePointer<Scalar>
    private let offsets: [Int]
    private let stride: Int

    init(_ operand: AttentionOperand, _ slots: UnsafePointer<UnsafeMutableRawPointer>) {
        base = UnsafePointer(slots[operand.slot].assumingMemoryBound(to: Scalar.self))
        (offsets, stride) = (operand.offsets, operand.row)
    }

    @inline(__always)
    func matrix(_ head: Int) -> AttentionMatrix<Scalar> { AttentionMatrix(base: base + offsets[head], stride: stride) }
}

/// The matrix of one head: rows of neighbouring elements.
struct AttentionMatrix<Scalar> {
    fileprivate let base: UnsafePointer<Scalar>
    /// From one row to the next.
    let stride: Int

    @inline(__always)
    func row(_ row: Int) -> UnsafePointer<Scalar> { base + row * stride }

    /// Asks for a row of the next block, which no processor expects while this one is worked on.
    @inline(__always)
    func fetch(_ row: Int, columns: Int) { fetchAhead(base + row * stride, columns) }
}

/// Memory of a piece, from which parts are taken that begin at cache lines; without memory they are only counted.
struct AttentionMemory<Scalar> {
    private let base: UnsafeMutableRawPointer?
    private(set) var bytes = 0

    init(_ base: UnsafeMutableRawPointer? = nil) { self.base = base }

    /// With a line to spare, as vectors go beyond the end.
    mutating func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
        let start = (base ?? AttentionMemory.nowhere) + bytes
        bytes += (count * MemoryLayout<Scalar>.size + 127) & ~63
        return start.assumingMemoryBound(to: Scalar.self)
    }

    private static var nowhere: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: 64)! }
}
