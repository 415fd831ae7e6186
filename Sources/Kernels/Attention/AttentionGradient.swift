import Machine
import Steps

extension AttentionGradientStep: KernelStep {
    public func kernel(compiles: Bool) -> ReadyKernel {
        dtype == .float32
            ? ReadyKernel(AttentionGradients<Float>(self, compiles: compiles), self)
            : ReadyKernel(AttentionGradients<Double>(self, compiles: compiles), self)
    }
}

/// The gradients of attention. A block of keys meets one block of queries after the other: the scores are computed
/// again, and with the sums of the forward pass they are weights at once. Keys and values collect their gradients in
/// the second-level cache, queries theirs in memory. Where there are many keys, chunks of them run beside each other
/// and have gradients of the queries of their own, which are added in order.
private struct AttentionGradients<Scalar: AttentionScalar>: TypedKernel, @unchecked Sendable {
    private typealias Blocks = AttentionBlocks<Scalar>

    private let blocks: AttentionBlocks<Scalar>
    private let width: Int
    private let out: Int
    private let heads: Int
    /// Keys of a chunk, and how many chunks there are.
    private let chunk: Int
    private let chunks: Int
    private let memory: ScratchLanes

    /// Keys that are worth a piece of their own, and the most chunks: each has a gradient of the queries.
    private static var leastChunk: Int { 2048 }
    private static var mostChunks: Int { 4 }

    /// What a piece works in.
    private struct Lane {
        // Of a block of keys.
        let keys: UnsafeMutablePointer<Scalar>  // panels
        let transposedKeys: UnsafeMutablePointer<Scalar>  // panels of the transpose
        let transposedValues: UnsafeMutablePointer<Scalar>
        let keyGradients: UnsafeMutablePointer<Scalar>  // [keys, width]
        let valueGradients: UnsafeMutablePointer<Scalar>  // [keys, out]
        // Of a block of queries.
        let queries: UnsafeMutablePointer<Scalar>  // panels
        let cotangents: UnsafeMutablePointer<Scalar>  // panels
        let queryGradients: UnsafeMutablePointer<Scalar>  // [queries, width]
        // Of both.
        let weights: UnsafeMutablePointer<Scalar>  // [queries, keys]
        let scoreGradients: UnsafeMutablePointer<Scalar>  // [queries, keys]

        init(_ memory: inout PieceMemory<Scalar>, _ blocks: AttentionBlocks<Scalar>) {
            let extents = blocks.extents
            let (width, out) = (PanelProducts<Scalar>.padded(extents.width), PanelProducts<Scalar>.padded(extents.out))
            keys = memory.take(blocks.keys * width)
            transposedKeys = memory.take(extents.width * blocks.keys)
            transposedValues = memory.take(extents.out * blocks.keys)
            keyGradients = memory.take(blocks.keys * width)
            valueGradients = memory.take(blocks.keys * out)
            queries = memory.take(blocks.queries * width)
            cotangents = memory.take(blocks.queries * out)
            queryGradients = memory.take(blocks.queries * width)
            weights = memory.take(blocks.queries * blocks.scoreRow)
            scoreGradients = memory.take(blocks.queries * blocks.scoreRow)
        }
    }

    init(_ step: AttentionGradientStep, compiles: Bool) {
        let extents = step.extents
        (width, out) = (PanelProducts<Scalar>.padded(extents.width), PanelProducts<Scalar>.padded(extents.out))
        heads = step.queries.offsets.count
        blocks = AttentionBlocks(
            extents, blockBytes: 160 << 10, columns: AttentionBlocks<Scalar>.leastColumns + 2 * width + out,
            compiles: compiles)
        let most = Swift.max(
            AttentionGradients.leastChunk,
            (extents.keys + AttentionGradients.mostChunks - 1) / AttentionGradients.mostChunks)
        chunk = (most + blocks.keys - 1) / blocks.keys * blocks.keys
        chunks = Swift.max(1, (extents.keys + chunk - 1) / chunk)
        var counted = PieceMemory<Scalar>()
        _ = Lane(&counted, blocks)
        memory = ScratchLanes(pieces: heads * chunks, bytes: counted.bytes)
    }

    var scratchBytes: Int { memory.bytes + sumBytes }

    /// The queries' gradients of all chunks but the first: [chunks - 1, heads, queries, width].
    private var sumBytes: Int {
        wholeLines((chunks - 1) * heads * blocks.extents.queries * blocks.extents.width * MemoryLayout<Scalar>.size)
    }

    func run(
        _ step: AttentionGradientStep, _ slots: UnsafePointer<UnsafeMutableRawPointer>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let extents = blocks.extents
        let operands = Operands(
            queries: .init(step.queries, slots), keys: .init(step.keys, slots), values: .init(step.values, slots),
            cotangent: .init(step.cotangent, slots), logSums: .init(step.logSums, slots),
            products: .init(step.products, slots))
        let result = slots[step.result].assumingMemoryBound(to: Scalar.self)
        let queryCount = extents.queries * extents.width
        let resultCount = queryCount + extents.keys * (extents.width + extents.out)
        let sums = scratch?.assumingMemoryBound(to: Scalar.self)
        memory.run(heads * chunks, grain: 1, scratch.map { $0 + sumBytes }) { pieces, base in
            for piece in pieces {
                let (head, place) = (piece / chunks, piece % chunks)
                var memory = PieceMemory<Scalar>(base)
                let own = result + head * resultCount
                let queries = place == 0 ? own : (sums ?? own) + ((place - 1) * heads + head) * queryCount
                let keys = place * chunk..<Swift.min((place + 1) * chunk, extents.keys)
                run(operands, head, keys, queries, own + queryCount, Lane(&memory, blocks))
            }
        }
        guard chunks > 1, let sums, !Interruption.isStopping() else { return }
        inPieces(heads * extents.queries, grain: Swift.max(1, (1 << 14) / Swift.max(1, extents.width))) { rows in
            for row in rows {
                let target =
                    result + row / extents.queries * resultCount + row % extents.queries * extents.width
                for place in 1..<chunks {
                    let source = sums + ((place - 1) * heads * extents.queries + row) * extents.width
                    for column in 0..<extents.width { target[column] += source[column] }
                }
            }
        }
    }

    private struct Operands {
        let queries: AttentionMatrices<Scalar>
        let keys: AttentionMatrices<Scalar>
        let values: AttentionMatrices<Scalar>
        let cotangent: AttentionMatrices<Scalar>
        let logSums: AttentionMatrices<Scalar>
        let products: AttentionMatrices<Scalar>
    }

    /// What some keys of a head give. `queryGradients` [queries, width] is theirs; `gradients` are those of all keys of
    /// the head, [keys, width], and of all values, [keys, out].
    private func run(
        _ operands: Operands, _ head: Int, _ range: Range<Int>, _ queryGradients: UnsafeMutablePointer<Scalar>,
        _ gradients: UnsafeMutablePointer<Scalar>, _ lane: Lane
    ) {
        let extents = blocks.extents
        let (keys, values) = (operands.keys.matrix(head), operands.values.matrix(head))
        // The queries that see none of these keys.
        let blind =
            extents.isCausal ? Swift.min(range.lowerBound, extents.queries) : range.isEmpty ? extents.queries : 0
        queryGradients.update(repeating: 0, count: blind * extents.width)
        for key in stride(from: range.lowerBound, to: range.upperBound, by: blocks.keys) {
            if Interruption.isStopping() { return }
            let some = key..<Swift.min(key + blocks.keys, range.upperBound)
            blocks.products.pack(
                keys.row(some.lowerBound), rows: some.count, stride: keys.stride, columns: extents.width,
                transposed: false, to: lane.keys)
            blocks.products.pack(
                keys.row(some.lowerBound), rows: some.count, stride: keys.stride, columns: extents.width,
                transposed: true, to: lane.transposedKeys)
            blocks.products.pack(
                values.row(some.lowerBound), rows: some.count, stride: values.stride, columns: extents.out,
                transposed: true, to: lane.transposedValues)
            lane.keyGradients.update(repeating: 0, count: some.count * width)
            lane.valueGradients.update(repeating: 0, count: some.count * out)
            for query in stride(from: extents.isCausal ? key : 0, to: extents.queries, by: blocks.queries) {
                run(
                    operands, head, query..<Swift.min(query + blocks.queries, extents.queries), some, queryGradients,
                    lane, isFirst: key == range.lowerBound)
            }
            for place in 0..<some.count {
                let row = key + place
                (gradients + row * extents.width).update(
                    from: lane.keyGradients + place * width, count: extents.width)
                (gradients + extents.keys * extents.width + row * extents.out).update(
                    from: lane.valueGradients + place * out, count: extents.out)
            }
        }
    }

    /// A block of queries and a block of keys. `isFirst`: these queries have no gradient yet.
    private func run(
        _ operands: Operands, _ head: Int, _ rows: Range<Int>, _ keys: Range<Int>,
        _ queryGradients: UnsafeMutablePointer<Scalar>, _ lane: Lane, isFirst: Bool
    ) {
        let (extents, panel, line) = (blocks.extents, Blocks.panel, blocks.scoreRow)
        let (queries, cotangent) = (operands.queries.matrix(head), operands.cotangent.matrix(head))
        let (logSums, products) = (operands.logSums.matrix(head), operands.products.matrix(head))
        func seen(_ row: Int) -> Int { blocks.seen(rows.lowerBound + row, keys.lowerBound, keys.count) }
        func panels(_ tile: Range<Int>) -> Int { (seen(tile.upperBound - 1) + panel - 1) / panel }

        // Scores, and the gradient of the weights.
        blocks.products.multiply(
            0..<rows.count, .init(base: queries.row(rows.lowerBound), row: queries.stride, step: 1),
            lane.transposedKeys, steps: extents.width, lane.weights, resultRow: line, accumulates: false
        ) { (panels($0), 0..<extents.width) }
        blocks.products.multiply(
            0..<rows.count, .init(base: cotangent.row(rows.lowerBound), row: cotangent.stride, step: 1),
            lane.transposedValues, steps: extents.out, lane.scoreGradients, resultRow: line, accumulates: false
        ) { (panels($0), 0..<extents.out) }
        for row in 0..<rows.count {
            let next = rows.upperBound + row
            if next < extents.queries {
                queries.fetch(next, columns: extents.width)
                cotangent.fetch(next, columns: extents.out)
                fetchAhead(queryGradients + next * extents.width, extents.width)
            }
            Scalar.gradients(
                lane.weights + row * line, lane.scoreGradients + row * line, seen(row),
                minus: logSums.row(rows.lowerBound + row)[0], product: products.row(rows.lowerBound + row)[0],
                zerosTo: keys.count)
        }

        // Values get weights^T cotangent, keys get (gradient of scores)^T queries: only from queries that see them.
        func first(_ tile: Range<Int>) -> Int {
            extents.isCausal ? Swift.max(0, keys.lowerBound + tile.lowerBound - rows.lowerBound) : 0
        }
        func steps(_ tile: Range<Int>) -> Range<Int> { Swift.min(first(tile), rows.count)..<rows.count }
        blocks.products.pack(
            cotangent.row(rows.lowerBound), rows: rows.count, stride: cotangent.stride, columns: extents.out,
            transposed: false, to: lane.cotangents)
        blocks.products.multiply(
            0..<keys.count, .init(base: lane.weights, row: 1, step: line), lane.cotangents, steps: rows.count,
            lane.valueGradients, resultRow: out, accumulates: true
        ) { (out / panel, steps($0)) }
        blocks.products.pack(
            queries.row(rows.lowerBound), rows: rows.count, stride: queries.stride, columns: extents.width,
            transposed: false, to: lane.queries)
        blocks.products.multiply(
            0..<keys.count, .init(base: lane.scoreGradients, row: 1, step: line), lane.queries, steps: rows.count,
            lane.keyGradients, resultRow: width, accumulates: true
        ) { (width / panel, steps($0)) }

        // Queries get (gradient of scores) keys.
        let target = queryGradients + rows.lowerBound * extents.width
        let sums = width == extents.width ? target : lane.queryGradients
        if sums != target, !isFirst {
            for row in 0..<rows.count {
                (sums + row * width).update(from: target + row * extents.width, count: extents.width)
            }
        }
        blocks.products.multiply(
            0..<rows.count, .init(base: lane.scoreGradients, row: line, step: 1), lane.keys, steps: keys.count, sums,
            resultRow: width, accumulates: !isFirst
        ) { tile in (width / panel, 0..<seen(tile.upperBound - 1)) }
        if sums != target {
            for row in 0..<rows.count {
                (target + row * extents.width).update(from: sums + row * width, count: extents.width)
            }
        }
    }
}
