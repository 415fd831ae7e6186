import Steps

/// How attention is cut into blocks of queries and keys.
///
/// The scores of a block stay in the second-level cache from the product that makes them to the product that reads
/// them. Blocks follow from the widths alone. Each sum is a chain of fused multiply-adds in the order of keys, or of
/// queries, so the bits depend on neither the cut nor on threads.
struct AttentionBlocks<Scalar: AttentionScalar> {
    private typealias Tile = GemmTile<Scalar>

    let extents: AttentionExtents
    /// Keys of a block. A multiple of a panel.
    let keys: Int
    /// Queries of a block.
    let queries: Int
    /// From one row of scores to the next: not a power of two, whose columns would meet in a few sets of a cache.
    let scoreRow: Int
    let products: PanelProducts<Scalar>

    static var panel: Int { PanelProducts<Scalar>.panel }
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
        products = PanelProducts(compiles: compiles)
    }

    /// How many keys of a block from `firstKey` on some row sees, if `lastQuery` is the row's query.
    @inline(__always)
    func seen(_ lastQuery: Int, _ firstKey: Int, _ count: Int) -> Int {
        extents.isCausal ? Swift.min(count, lastQuery - firstKey + 1) : count
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
    let base: UnsafePointer<Scalar>
    /// From one row to the next.
    let stride: Int

    @inline(__always)
    func row(_ row: Int) -> UnsafePointer<Scalar> { base + row * stride }

    /// Asks for a row of the next block, which no processor expects while this one is worked on.
    @inline(__always)
    func fetch(_ row: Int, columns: Int) { fetchAhead(base + row * stride, columns) }
}
