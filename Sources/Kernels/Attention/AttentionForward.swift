import Machine
import Steps

extension AttentionStep: KernelStep {
    public func kernel(compiles: Bool) -> ReadyKernel {
        dtype == .float32
            ? ReadyKernel(AttentionSums<Float>(self, compiles: compiles), self)
            : ReadyKernel(AttentionSums<Double>(self, compiles: compiles), self)
    }
}

/// softmax(Q K^T) V without the matrix of scores: a block of keys after the other, with a running maximum and sum for
/// each query (Milakov and Gimelshein 2018, Dao et al. 2022).
private struct AttentionSums<Scalar: AttentionScalar>: TypedKernel, @unchecked Sendable {
    private typealias Blocks = AttentionBlocks<Scalar>

    private let blocks: AttentionBlocks<Scalar>
    private let out: Int
    private let piecesOfHead: Int
    private let memory: ScratchLanes
    var scratchBytes: Int { memory.bytes }

    /// What a piece works in.
    private struct Lane {
        let keys: UnsafeMutablePointer<Scalar>  // panels of their transpose
        let values: UnsafeMutablePointer<Scalar>  // panels
        let scores: UnsafeMutablePointer<Scalar>  // [queries, keys]
        let sums: UnsafeMutablePointer<Scalar>  // [queries, out], of values
        let largest: UnsafeMutablePointer<Scalar>  // [queries], of scores
        let totals: UnsafeMutablePointer<Scalar>  // [queries], of exponentials
        let factors: UnsafeMutablePointer<Scalar>  // [queries]

        init(_ memory: inout PieceMemory<Scalar>, _ blocks: AttentionBlocks<Scalar>) {
            let out = PanelProducts<Scalar>.padded(blocks.extents.out)
            keys = memory.take(blocks.extents.width * blocks.keys)
            values = memory.take(blocks.keys * out)
            scores = memory.take(blocks.queries * blocks.scoreRow)
            sums = memory.take(blocks.queries * out)
            (largest, totals) = (memory.take(blocks.queries), memory.take(blocks.queries))
            factors = memory.take(blocks.queries)
        }
    }

    init(_ step: AttentionStep, compiles: Bool) {
        out = PanelProducts<Scalar>.padded(step.extents.out)
        blocks = AttentionBlocks(step.extents, blockBytes: 160 << 10, columns: out, compiles: compiles)
        piecesOfHead = (step.extents.queries + blocks.queries - 1) / blocks.queries
        var counted = PieceMemory<Scalar>()
        _ = Lane(&counted, blocks)
        memory = ScratchLanes(pieces: step.queries.offsets.count * piecesOfHead, bytes: counted.bytes)
    }

    func run(
        _ step: AttentionStep, _ slots: UnsafePointer<UnsafeMutableRawPointer>, _ scratch: UnsafeMutableRawPointer?
    ) {
        let extents = step.extents
        let queries = AttentionMatrices<Scalar>(step.queries, slots)
        let keys = AttentionMatrices<Scalar>(step.keys, slots)
        let values = AttentionMatrices<Scalar>(step.values, slots)
        let result = slots[step.result].assumingMemoryBound(to: Scalar.self)
        memory.run(step.queries.offsets.count * piecesOfHead, grain: 1, scratch) { pieces, base in
            for piece in pieces {
                // Where late queries see more keys, they come first.
                let (head, place) = (piece / piecesOfHead, piecesOfHead - 1 - piece % piecesOfHead)
                let range = place * blocks.queries..<Swift.min((place + 1) * blocks.queries, extents.queries)
                var memory = PieceMemory<Scalar>(base)
                attend(
                    range, queries.matrix(head), keys.matrix(head), values.matrix(head),
                    result + head * extents.queries * (extents.out + 1), Lane(&memory, blocks))
            }
        }
    }

    /// One block of queries. `result`: the head's.
    private func attend(
        _ range: Range<Int>, _ queries: AttentionMatrix<Scalar>, _ keys: AttentionMatrix<Scalar>,
        _ values: AttentionMatrix<Scalar>, _ result: UnsafeMutablePointer<Scalar>, _ lane: Lane
    ) {
        let (extents, panel) = (blocks.extents, Blocks.panel)
        for row in 0..<range.count { (lane.largest[row], lane.totals[row]) = (-.infinity, 0) }
        let end = extents.isCausal ? Swift.min(extents.keys, range.upperBound) : extents.keys
        for key in stride(from: 0, to: end, by: blocks.keys) {
            if Interruption.isStopping() { return }
            let some = key..<Swift.min(key + blocks.keys, end)
            blocks.products.pack(
                keys.row(some.lowerBound), rows: some.count, stride: keys.stride, columns: extents.width,
                transposed: true, to: lane.keys)
            blocks.products.pack(
                values.row(some.lowerBound), rows: some.count, stride: values.stride, columns: extents.out,
                transposed: false, to: lane.values)
            // The rows that see some of these keys.
            let rows = (extents.isCausal ? Swift.max(0, key - range.lowerBound) : 0)..<range.count
            func seen(_ row: Int) -> Int { blocks.seen(range.lowerBound + row, key, some.count) }
            blocks.products.multiply(
                rows, .init(base: queries.row(range.lowerBound), row: queries.stride, step: 1), lane.keys,
                steps: extents.width, lane.scores, resultRow: blocks.scoreRow, accumulates: false
            ) { tile in ((seen(tile.upperBound - 1) + panel - 1) / panel, 0..<extents.width) }
            for row in rows {
                let next = some.upperBound + row - rows.lowerBound
                if next < end {
                    keys.fetch(next, columns: extents.width)
                    values.fetch(next, columns: extents.out)
                }
                exponentials(row, seen(row), some.count, lane, isFirst: key == 0)
            }
            blocks.products.multiply(
                rows, .init(base: lane.scores, row: blocks.scoreRow, step: 1), lane.values, steps: some.count,
                lane.sums, resultRow: out, accumulates: key > 0
            ) { tile in (out / panel, 0..<seen(tile.upperBound - 1)) }
        }
        for row in 0..<range.count {
            let (query, factor) = (range.lowerBound + row, 1 / lane.totals[row])
            let (line, target) = (lane.sums + row * out, result + query * extents.out)
            for column in 0..<extents.out { target[column] = line[column] * factor }
            result[extents.queries * extents.out + query] = shift(lane.largest[row]) + Scalar.log(lane.totals[row])
        }
    }

    /// What is taken from scores: their largest, but for one that is infinite, so that there is no difference of
    /// infinities.
    private func shift(_ largest: Scalar) -> Scalar { largest.magnitude < .infinity ? largest : 0 }

    /// Turns a row of scores into exponentials. What the row has summed so far is scaled to the new maximum.
    private func exponentials(_ row: Int, _ seen: Int, _ count: Int, _ lane: Lane, isFirst: Bool) {
        let line = lane.scores + row * blocks.scoreRow
        let before = lane.largest[row]
        let now = Swift.max(before, Scalar.largest(line, seen))
        let sum = Scalar.exponentials(line, seen, minus: shift(now), zerosTo: count)
        if before == now {
            lane.totals[row] += sum
            return
        }
        let factor = before == -.infinity ? 0 : Scalar.exponential(before - now)
        lane.largest[row] = now
        lane.totals[row] = lane.totals[row] * factor + sum
        if !isFirst { Scalar.scale(lane.sums + row * out, out, by: factor) }
    }
}
