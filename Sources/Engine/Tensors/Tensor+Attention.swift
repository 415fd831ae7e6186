import Steps

/// Scaled dot-product attention. Vaswani et al. 2017.
extension Tensor {
    /// Which scores count.
    public struct AttentionRule {
        /// Bool: where a query may see a key. Floats: what is added to the scores.
        public var mask: Tensor?
        /// Query i sees keys 0 ... i.
        public var isCausal: Bool
        /// Dropout's p of the weights.
        public var dropout: Double
        /// What multiplies the products; nil: 1 / sqrt(width).
        public var scale: Double?
        /// Whether a head of keys and values serves several heads of queries in a row.
        public var sharesHeads: Bool

        public init(
            mask: Tensor? = nil, isCausal: Bool = false, dropout: Double = 0, scale: Double? = nil,
            sharesHeads: Bool = false
        ) {
            (self.mask, self.isCausal, self.dropout) = (mask, isCausal, dropout)
            (self.scale, self.sharesHeads) = (scale, sharesHeads)
        }
    }

    /// softmax(Q K^T scale + mask) V with this as Q: [..., queries, width], [..., keys, width] and [..., keys, out] ->
    /// [..., queries, out]. A query that sees no key gives 0.
    ///
    /// Without mask and dropout it is a step of its own (`FusedAttention`). Else large scores are computed for a block
    /// of queries at a time. Derivatives compute scores again, so that memory grows with the sequence and not with its
    /// square.
    public func attention(_ key: Tensor, _ value: Tensor, _ rule: AttentionRule = AttentionRule()) throws(Failure)
        -> Tensor
    {
        let name = Attention.name
        let (q, k, v) = (try taken(by: name).node(), try key.taken(by: name).node(), try value.taken(by: name).node())
        let dtype = Node.common(q, k, v)
        // Scores and their softmax are float32 where the operands have 16 bits.
        let attention = try Attention(q.wide(), k.wide(), v.wide(), rule)
        let blocks = attention.blocks
        let draws = try attention.draws(blocks)
        let whole = attention.whole
        let isDifferentiated = ThreadState.current.isGradEnabled && whole.nodes.contains { $0.requiresGrad }
        guard isDifferentiated, blocks.count > 1 || attention.isFused else {
            guard let fused = try attention.fused(whole) else {
                return try Tensor(result: attention.output(attention.attended(whole, blocks, draws)).cast(dtype))
            }
            return try Tensor(result: attention.output(fused.result).cast(dtype))
        }
        return try Tensor(result: attention.output(BlockedAttention(attention, blocks, draws).apply()).cast(dtype))
    }
}

/// What is attended, checked.
struct Attention {
    fileprivate static let name = "scaled_dot_product_attention"
    /// So many scores at a time; the queries of a block are at least 16.
    private static let mostScores = 1 << 21
    /// From so many queries on attention is one step.
    private static let fewestQueries = 8

    /// What a block is computed from. Where a head of keys serves several of queries, these are an axis of their own.
    struct Operands {
        var queries: Node  // [..., rows, width] or [..., heads, group, rows, width], times the scale
        var keys: Node  // [..., keys, width]
        var values: Node  // [..., keys, out]
        var mask: Node?  // broadcasts to [..., rows, keys]

        var nodes: [Node] { [queries, keys, values] + (mask.map { [$0] } ?? []) }

        /// The same with others in the place of `nodes`.
        func replacing(_ nodes: [Node]) -> Operands {
            Operands(queries: nodes[0], keys: nodes[1], values: nodes[2], mask: nodes.count > 3 ? nodes[3] : mask)
        }
    }

    let whole: Operands
    private let isCausal: Bool
    private let dropout: Double
    private let isShared: Bool
    private let scores: Shape  // [..., queries, keys]
    private let outputShape: Shape

    init(_ query: Node, _ key: Node, _ value: Node, _ rule: Tensor.AttentionRule) throws(Failure) {
        let name = Attention.name
        for (what, node) in [("query", query), ("key", key), ("value", value)] {
            guard try node.ofFloats(name).shape.count >= 2 else {
                throw .shape(
                    operation: name, "a \(what) of two axes at least is expected, but it is \(node.shape.text)")
            }
        }
        guard rule.mask == nil || !rule.isCausal else {
            throw .argument(operation: name, "attn_mask or is_causal is expected, but found both")
        }
        try Tensor.checkDropout(rule.dropout, name)
        (isCausal, dropout, isShared) = (rule.isCausal, rule.dropout, rule.sharesHeads)
        let (q, k, v) = (query.shape, key.shape, value.shape)
        let (queries, width, keys) = (q[q.count - 2], q[q.count - 1], k[k.count - 2])
        var leading = Array(q.dropLast(2))
        if isShared {
            let heads = q.count < 3 || k.count < 3 ? 0 : k[k.count - 3]
            guard heads > 0, v.count >= 3, v[v.count - 3] == heads, q[q.count - 3] % heads == 0 else {
                throw .shape(
                    operation: name,
                    """
                    heads of the query that are a multiple of those of key and value are expected for enable_gqa, but \
                    the shapes are \(q.text), \(k.text) and \(v.text)
                    """)
            }
            leading[leading.count - 1] = heads
        }
        guard k[k.count - 1] == width, v[v.count - 2] == keys,
            let pairs = broadcastShape(leading, Array(k.dropLast(2))),
            var common = broadcastShape(pairs, Array(v.dropLast(2)))
        else {
            throw .shape(
                operation: name,
                """
                a query [..., queries, width], a key [..., keys, width] and a value [..., keys, out] are expected, but \
                they are \(q.text), \(k.text) and \(v.text)
                """)
        }
        var products = pairs
        if isShared {
            products[products.count - 1] = q[q.count - 3]
            common[common.count - 1] = q[q.count - 3]
        }
        scores = products + [queries, keys]
        outputShape = common + [queries, v[v.count - 1]]
        let dtype = Node.common(query, key, value)
        var scaled = try query.cast(dtype)
        scaled = try scaled * Node.scalar(rule.scale ?? 1 / Double(max(width, 1)).squareRoot(), like: scaled)
        if isShared {
            let heads = k[k.count - 3]
            scaled = try scaled.reshape(q.dropLast(3) + [heads, q[q.count - 3] / heads, queries, width])
        }
        whole = Operands(
            queries: scaled, keys: try key.cast(dtype), values: try value.cast(dtype),
            mask: try Attention.mask(rule.mask, scores, dtype, heads: isShared ? k[k.count - 3] : nil))
    }

    /// The mask in a form that broadcasts to the scores; with `heads` the query's heads become groups of them.
    private static func mask(_ mask: Tensor?, _ scores: Shape, _ dtype: DType, heads: Int?) throws(Failure) -> Node? {
        guard var node = try mask?.node() else { return nil }
        guard node.dtype == .bool || node.dtype.isFloat else {
            throw .dtype(operation: name, "attn_mask must be bool or floats, but is \(node.dtype.name)")
        }
        guard broadcastShape(node.shape, scores) == scores else {
            throw .shape(
                operation: name,
                "an attn_mask that broadcasts to \(scores.text) is expected, but it is \(node.shape.text)")
        }
        if node.dtype.isFloat { node = try node.cast(dtype) }
        // Both axes of the scores are there, so that blocks can be cut.
        if node.shape.count < 2 {
            node = try node.reshape([Int](repeating: 1, count: 2 - node.shape.count) + node.shape)
        }
        guard let heads, node.shape.count >= 3 else { return node }
        let place = node.shape.count - 3
        let groups = node.shape[place] == 1 ? [1, 1] : [heads, node.shape[place] / heads]
        return try node.reshape(node.shape[..<place] + groups + node.shape[(place + 1)...])
    }

    /// The queries that are computed together.
    var blocks: [Range<Int>] {
        let queries = scores[scores.count - 2]
        let each = Swift.max(scores.elementCount / Swift.max(queries, 1), 1)
        let rows = Swift.max(Attention.mostScores / each, 16)
        guard queries > rows else { return [0..<queries] }
        return stride(from: 0, to: queries, by: rows).map { $0..<Swift.min($0 + rows, queries) }
    }

    /// Whether one step computes it all. A few queries are products with a vector, which have no use for blocks.
    var isFused: Bool {
        Pass.attention.isEnabled && whole.mask == nil && dropout == 0 && !isShared
            && scores[scores.count - 2] >= Attention.fewestQueries
            && FusedAttention.takes(whole.queries, whole.keys, whole.values)
    }

    /// The result of that step, if there is one.
    func fused(_ operands: Operands) throws(Failure) -> (result: Node, logSums: Node)? {
        guard isFused else { return nil }
        let (queries, keys, values) = (operands.queries, operands.keys, operands.values)
        let packed = try FusedAttention(isCausal: isCausal).record([queries, keys, values])
        return try FusedAttention.parts(packed, of: queries, values)
    }

    /// The gradients of queries, keys and values, from what `fused` has given for them.
    func gradients(_ operands: [Node], _ result: Node, _ logSums: Node, _ cotangent: Node) throws(Failure) -> [Node] {
        let products = try (result * cotangent).sum([result.shape.count - 1], keepdims: true)
        let packed = try FusedAttentionGradient(isCausal: isCausal).record(operands + [cotangent, logSums, products])
        return try FusedAttentionGradient.parts(packed, of: operands)
    }

    /// A number for each weight of each block, if some are to be dropped.
    func draws(_ blocks: [Range<Int>]) throws(Failure) -> [Node?] {
        guard dropout > 0, dropout < 1 else { return blocks.map { _ in nil } }
        var heads = Array(scores.dropLast(2))
        if isShared { heads.replaceSubrange((heads.count - 1)..., with: whole.queries.shape.dropLast(2).suffix(2)) }
        var found: [Node?] = []
        for block in blocks {
            let shape = heads + [block.count, seenKeys(block)]
            found.append(try Generator.standard().draw(.uniform, whole.queries.dtype, shape, 0, 1).node())
        }
        return found
    }

    /// The result in the caller's shape.
    func output(_ result: Node) throws(Failure) -> Node { try result.reshape(outputShape) }

    /// The results of all blocks.
    func attended(_ operands: Operands, _ blocks: [Range<Int>], _ draws: [Node?]) throws(Failure) -> Node {
        var results: [Node] = []
        for (block, draw) in zip(blocks, draws) {
            results.append(try attended(part(operands, block), block, draw))
        }
        return results.count == 1 ? results[0] : try Concatenate(axis: results[0].shape.count - 2).record(results)
    }

    /// How many keys, from the first, some of a block's queries see.
    private func seenKeys(_ block: Range<Int>) -> Int {
        let keys = scores[scores.count - 1]
        return isCausal ? Swift.min(block.upperBound, keys) : keys
    }

    /// What belongs to a block.
    func part(_ operands: Operands, _ block: Range<Int>) throws(Failure) -> Operands {
        func rows(_ node: Node, _ start: Int, _ count: Int) throws(Failure) -> Node {
            try node.part(node.shape.count - 2, start, count)
        }
        var part = operands
        part.queries = try rows(operands.queries, block.lowerBound, block.count)
        part.keys = try rows(operands.keys, 0, seenKeys(block))
        part.values = try rows(operands.values, 0, seenKeys(block))
        if let mask = operands.mask, mask.shape[mask.shape.count - 2] != 1 {
            part.mask = try rows(mask, block.lowerBound, block.count)
        }
        return part
    }

    /// The result of a block, from its part of the operands.
    func attended(_ operands: Operands, _ block: Range<Int>, _ draw: Node?) throws(Failure) -> Node {
        var scores = try product(operands.queries, operands.keys, transposed: true)
        let axis = scores.shape.count - 1
        let none = try Node.scalar(-.infinity, like: scores)
        if isCausal {
            let rows = try Arange(
                start: Double(block.lowerBound), step: 1, count: block.count, dtype: .int64
            ).record([]).reshape([block.count, 1])
            let columns = try Arange(start: 0, step: 1, count: scores.shape[axis], dtype: .int64).record([])
            scores = try Node.select(rows.greaterEqual(columns), scores, none)
        }
        var weights: Node
        if let mask = operands.mask, scores.shape[axis] > 0 {
            scores = try mask.dtype == .bool ? Node.select(mask, scores, none) : scores + mask
            // Where nothing is seen a softmax is NaN.
            let isBlind = try scores.detached().extremum([axis], keepdims: true, isMaximum: true).equal(none)
            let zero = try Node.scalar(0, like: scores)
            weights = try Node.select(isBlind, zero, Node.select(isBlind, zero, scores).softmax(axis))
        } else {
            weights = try scores.softmax(axis)
        }
        if dropout == 1 { weights = try weights * Node.scalar(0, like: weights) }
        if let draw { weights = try weights * draw.scaleOfKept(dropout) }
        return try product(weights, operands.values, transposed: false)
    }

    /// Products with keys or values. Groups of heads that share them are rows of one product.
    private func product(_ a: Node, _ b: Node, transposed: Bool) throws(Failure) -> Node {
        guard isShared else { return try a.timesMatrix(b, transposed: transposed) }
        let (rank, shape) = (a.shape.count, a.shape)
        let merged = try a.reshape(shape[..<(rank - 3)] + [shape[rank - 3] * shape[rank - 2], shape[rank - 1]])
        let product = try merged.timesMatrix(b, transposed: transposed)
        let last = product.shape.count - 1
        return try product.reshape(
            product.shape[..<(last - 1)] + [shape[rank - 3], shape[rank - 2], product.shape[last]])
    }
}
