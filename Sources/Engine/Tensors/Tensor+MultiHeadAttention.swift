import Steps

/// Attention with several heads between linear maps. Vaswani et al. 2017; the rules are those of
/// torch.nn.functional.multi_head_attention_forward.
extension Tensor {
    /// The linear maps around the heads.
    public struct AttentionWeights {
        /// Of query, key and value on each other, [3 embed, embed]; nil where each has its own.
        public var packed: Tensor?
        /// Of query, key and value: [embed, width of each].
        public var query: Tensor?
        public var key: Tensor?
        public var value: Tensor?
        /// Of all three, [3 embed].
        public var bias: Tensor?
        /// One more key and one more value for every query: [1, 1, embed].
        public var keyBias: Tensor?
        public var valueBias: Tensor?
        /// [embed, embed] and [embed]
        public var output: Tensor
        public var outputBias: Tensor?

        public init(output: Tensor) { self.output = output }
    }

    /// How the heads attend.
    public struct HeadsRule {
        public var heads: Int
        /// [queries, keys] or [n heads, queries, keys]. Bool: where a query must not see a key. Floats: what is added.
        public var mask: Tensor?
        /// [n, keys] or [keys], alike: keys that nobody sees.
        public var padding: Tensor?
        /// The mask is the causal one; where nothing else is asked for, it need not be read.
        public var isCausal = false
        public var dropout = 0.0
        /// One more key and value of zeros for every query.
        public var addsZero = false
        /// Whether the weights are handed out.
        public var needsWeights = false
        /// As the mean of all heads, [n, queries, keys], not one for each, [n, heads, queries, keys].
        public var averagesWeights = true
        /// Whether inputs are [n, steps, width], not [steps, n, width].
        public var isBatchFirst = false
        /// Projected keys and values in the place of others: [n heads, keys, width of a head].
        public var staticKey: Tensor?
        public var staticValue: Tensor?

        public init(heads: Int) { self.heads = heads }
    }

    /// Attention with this as the queries: [steps, n, embed], or [steps, embed] for one example.
    public func multiHeadAttention(
        _ key: Tensor, _ value: Tensor, _ weights: AttentionWeights, _ rule: HeadsRule, _ name: String
    ) throws(Failure) -> (output: Tensor, weights: Tensor?) {
        try HeadedAttention(self, key, value, weights, rule, name).attended()
    }
}

/// One call, checked.
private struct HeadedAttention {
    private let name: String
    private let rule: Tensor.HeadsRule
    private let weights: Tensor.AttentionWeights
    /// [steps, n, width] or, with batch first, [n, steps, width]
    private let query: Tensor
    private let key: Tensor
    private let value: Tensor
    private let isBatched: Bool
    private let isSelf: Bool
    private let embed: Int
    private let batch: Int
    private let queries: Int
    private let keys: Int

    init(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ weights: Tensor.AttentionWeights, _ rule: Tensor.HeadsRule,
        _ name: String
    ) throws(Failure) {
        (self.weights, self.rule, self.name) = (weights, rule, name)
        isBatched = query.shape.count == 3
        guard isBatched || query.shape.count == 2, key.shape.count == query.shape.count,
            value.shape.count == query.shape.count
        else {
            throw .shape(
                operation: name,
                "query, key and value with three axes each, or two for one example, are expected, but they are "
                    + "\(query.shape.text), \(key.shape.text) and \(value.shape.text)")
        }
        // The example's axis, which one example has not.
        let axis = rule.isBatchFirst ? 0 : 1
        func batched(_ x: Tensor) throws(Failure) -> Tensor { query.shape.count == 3 ? x : try x.unsqueeze(axis) }
        isSelf = query === key && key === value
        self.query = try batched(query)
        self.key = isSelf ? self.query : try batched(key)
        self.value = isSelf ? self.query : key === value ? self.key : try batched(value)
        (batch, queries, keys) = (self.query.shape[axis], self.query.shape[1 - axis], self.key.shape[1 - axis])
        embed = self.query.shape[2]
        guard rule.heads > 0, embed % rule.heads == 0 else {
            throw .argument(
                operation: name, "a width that \(rule.heads.counted("head")) divide is expected, but it is \(embed)")
        }
        guard self.key.shape[axis] == batch, self.value.shape[axis] == batch, self.value.shape[1 - axis] == keys else {
            throw .shape(
                operation: name,
                "key and value with as many steps as each other and as many examples as the query are expected, but "
                    + "the shapes are \(query.shape.text), \(key.shape.text) and \(value.shape.text)")
        }
        guard weights.packed?.shape ?? [3 * embed, embed] == [3 * embed, embed] else {
            throw .shape(
                operation: name,
                "a query as wide as the weights \(weights.packed?.shape.text ?? "") say is expected, but it is "
                    + "\(query.shape.text)")
        }
        guard !rule.isCausal || rule.mask != nil else {
            throw .argument(operation: name, "an attn_mask is expected beside is_causal, which only says what it is")
        }
    }

    /// [n, heads, steps, width of a head]
    private func inHeads(_ x: Tensor) throws(Failure) -> Tensor {
        let shape = x.shape
        let split = try x.reshape([shape[0], shape[1], rule.heads, embed / rule.heads])
        return try split.permute(rule.isBatchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3])
    }

    /// Query, key and value behind their linear maps, in heads.
    private func projected() throws(Failure) -> [Tensor] {
        var parts: [Tensor]
        if let packed = weights.packed, isSelf {
            parts = try query.linear(packed, weights.bias).node().parts(2, 3).map(Tensor.init)
        } else {
            let own = try weights.packed?.chunk(3, 0) ?? [weights.query, weights.key, weights.value].compactMap { $0 }
            guard own.count == 3 else {
                throw .argument(operation: name, "weights of query, key and value are expected, but some are missing")
            }
            let biases = try weights.bias?.chunk(3, 0)
            parts = []
            for (place, x) in [query, key, value].enumerated() {
                parts.append(try x.linear(own[place], biases?[place]))
            }
        }
        for (place, bias) in [(1, weights.keyBias), (2, weights.valueBias)] {
            guard let bias else { continue }
            guard bias.shape == [1, 1, embed] || bias.shape == [embed] else {
                throw .shape(
                    operation: name, "biases of [1, 1, \(embed)] are expected, but one is \(bias.shape.text)")
            }
            let row = try bias.expand(rule.isBatchFirst ? [batch, 1, embed] : [1, batch, embed])
            parts[place] = try Tensor.concatenate([parts[place], row], rule.isBatchFirst ? 1 : 0)
        }
        var heads = try parts.map { (part) throws(Failure) in try inHeads(part) }
        for (place, given) in [(1, rule.staticKey), (2, rule.staticValue)] {
            guard let given else { continue }
            guard given.shape.count == 3, given.shape[0] == batch * rule.heads, given.shape[2] == embed / rule.heads
            else {
                throw .shape(
                    operation: name,
                    "static_k and static_v [\(batch * rule.heads), keys, \(embed / rule.heads)] are expected, but one "
                        + "is \(given.shape.text)")
            }
            heads[place] = try given.reshape([batch, rule.heads, given.shape[1], given.shape[2]])
        }
        if rule.addsZero {
            let zeros = try Tensor.full([batch, rule.heads, 1, embed / rule.heads], 0, query.dtype)
            for place in 1...2 { heads[place] = try Tensor.concatenate([heads[place], zeros], 2) }
        }
        return heads
    }

    /// What is added to the scores: nil, or what broadcasts to [n, heads, queries, keys].
    private func mask(_ total: Int, _ dtype: DType) throws(Failure) -> Tensor? {
        var mask = rule.mask
        // The attention has a causal rule of its own.
        if rule.isCausal, rule.padding == nil, !rule.needsWeights, total == keys, keys == queries { mask = nil }
        var sum = try mask.map { (mask) throws(Failure) in try added(mask, "attn_mask", dtype) }
        if let found = sum {
            let own = [queries, total - extra]
            if found.shape == [batch * rule.heads] + own {
                sum = try found.reshape([batch, rule.heads] + own)
            } else if found.shape != own {
                throw .shape(
                    operation: name,
                    "an attn_mask \(own.text) or \(([batch * rule.heads] + own).text) is expected, but it is "
                        + "\(found.shape.text)")
            }
        }
        if let padding = rule.padding {
            let own = [batch, total - extra]
            let found = try added(padding, "key_padding_mask", dtype)
            guard found.shape == own || !isBatched && found.shape == [total - extra] else {
                throw .shape(
                    operation: name, "a key_padding_mask \(own.text) is expected, but it is \(found.shape.text)")
            }
            let row = try found.reshape([batch, 1, 1, total - extra])
            sum = try sum.map { (sum) throws(Failure) in try sum + row } ?? row
        }
        // What was added to the keys is seen by all.
        guard let sum, extra > 0 else { return sum }
        return try sum.pad([(0, extra)], .constant)
    }

    /// How many keys were added to those given.
    private var extra: Int { (weights.keyBias == nil ? 0 : 1) + (rule.addsZero ? 1 : 0) }

    /// A mask as numbers: minus infinity where it says True.
    private func added(_ mask: Tensor, _ what: String, _ dtype: DType) throws(Failure) -> Tensor {
        if mask.dtype.isFloat { return try mask.cast(dtype) }
        guard mask.dtype == .bool else {
            throw .dtype(operation: name, "\(what) must be bool or floats, but is \(mask.dtype.name)")
        }
        return try Tensor.choose(mask, Tensor.full([], -.infinity, dtype), Tensor.full([], 0, dtype))
    }

    func attended() throws(Failure) -> (output: Tensor, weights: Tensor?) {
        let heads = try projected()
        let total = heads[1].shape[2]
        let mask = try mask(total, heads[0].dtype)
        let result: Tensor
        var shown: Tensor?
        if rule.needsWeights {
            var scores = try (heads[0] * (1 / Double(embed / rule.heads).squareRoot())).matmul(heads[1].transpose(2, 3))
            if let mask { scores = try scores + mask }
            var found = try scores.softmax(3)
            if rule.dropout > 0 { found = try found.dropout(rule.dropout, operation: name) }
            result = try found.matmul(heads[2])
            if rule.averagesWeights { found = try found.mean([1]) }
            shown = isBatched ? found : try found.squeeze([0])
        } else {
            result = try heads[0].attention(
                heads[1], heads[2],
                Tensor.AttentionRule(
                    mask: mask, isCausal: mask == nil && rule.isCausal, dropout: rule.dropout))
        }
        let joined = try result.permute(rule.isBatchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3])
        let flat = try joined.reshape(Array(query.shape.dropLast()) + [embed])
        let output = try flat.linear(weights.output, weights.outputBias)
        return (isBatched ? output : try output.squeeze([rule.isBatchFirst ? 0 : 1]), shown)
    }
}
