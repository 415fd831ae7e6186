import Engine

/// Weighted means of values, by how well keys answer to queries: layers without maps of their own.
public class KerasPlainAttention: KerasLayer {
    private let dropout: Double

    fileprivate override init(_ arguments: Arguments) throws(Failure) {
        dropout = try arguments.real("dropout")
        guard (0..<1).contains(dropout) else {
            throw .argument(operation: arguments.signature.name, "dropout is from 0 to below 1, but is \(dropout)")
        }
        try super.init(arguments)
    }

    /// [N, queries, keys]
    fileprivate func scores(_ query: Tensor, _ key: Tensor) throws(Failure) -> Tensor {
        throw .internal(operation: className, "it has no scores")
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 5)
        guard let query = given[0], let value = given[1] else {
            throw .internal(operation: className, "query and value are expected")
        }
        let key = given[2] ?? value
        guard query.shape.count == 3, key.shape.count == 3, value.shape.count == 3, key.shape[1] == value.shape[1],
            query.shape[0] == value.shape[0], key.shape[0] == value.shape[0], query.shape[2] == key.shape[2]
        else {
            throw .shape(
                operation: className,
                "query [N, T, C], value [N, S, D] and key [N, S, C] are expected, but they are \(query.shape), "
                    + "\(value.shape) and \(key.shape)")
        }
        var scores = try scores(query, key)
        let isCausal = try options?.flag("use_causal_mask") ?? false
        var mask = try given[4].map { (mask) throws(Failure) in
            try KerasAttention.checked(mask, [value.shape[0], value.shape[1]], "value_mask", className).unsqueeze(1)
        }
        if isCausal {
            let causal = try KerasAttention.causal(query.shape[1], value.shape[1])
            if let before = mask { mask = try Tensor.apply(.logicalAnd, before, causal) } else { mask = causal }
        }
        if let mask {
            // Keras' largest negative number, which leaves a row without any key a mean of all.
            let least = scores.dtype == .float16 ? 65504.0 : 1e9
            scores = try Tensor.choose(mask, scores, scores - least)
        }
        var weights = try scores.softmax(2)
        if isTraining, dropout > 0 { weights = try weights.dropout(dropout, operation: className) }
        var output = try weights.matmul(value)
        if let mask = given[3] {
            let rows = try KerasAttention.checked(
                mask, [query.shape[0], query.shape[1]], "query_mask", className)
            output = try Tensor.choose(rows.unsqueeze(2), output, Tensor.full([], 0, output.dtype))
        }
        return [output] + (try options?.flag("return_attention_scores") ?? false ? [weights] : [])
    }

    fileprivate static let dropoutOf = Parameter(
        "dropout", .real, .real(0), "the share of the weights that become 0 in training")
    fileprivate static let inputs = [
        Input("query"), Input("value"), Input("key", optional: true), Input("query_mask", optional: true),
        Input("value_mask", optional: true),
    ]
    fileprivate static let text =
        """
        query [N, T, C], value [N, S, D], key [N, S, C] (None: the value) -> [N, T, D], and the weights [N, T, S] with \
        return_attention_scores. value_mask [N, S] (bool) says which keys count, query_mask [N, T] which results; the \
        others are 0. With use_causal_mask, query i sees keys 0 to i.
        """
}

public final class KerasDotAttention: KerasPlainAttention, Registered {
    public static let signature = Signature(
        "keras.Attention",
        parameters([
            Parameter("use_scale", .flag, .flag(false), "whether a parameter multiplies the scores"),
            Parameter(
                "score_mode", .choice(["dot", "concat"]), .text("dot"),
                "'dot': q k; 'concat': a parameter times the sum of tanh(q + k)"), dropoutOf, .seed,
        ]), inputs: inputs, options: KerasAttention.options, outputs: ["output", "weights"],
        "softmax(Q K^T) V. Luong et al. 2015.\n\n" + text
            + "\n\nscale [] with use_scale; concat_score_weight [] with score_mode='concat'.")

    private let isConcat: Bool

    public override init(_ arguments: Arguments) throws(Failure) {
        isConcat = try arguments.text("score_mode") == "concat"
        try super.init(arguments)
    }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        if try arguments.flag("use_scale") { try setParameter("scale", filled([], "ones"), frozen: !isTrainable) }
        if isConcat { try setParameter("concat_score_weight", filled([], "ones"), frozen: !isTrainable) }
    }

    override func scores(_ query: Tensor, _ key: Tensor) throws(Failure) -> Tensor {
        let scale = parameter("scale")
        guard isConcat else {
            let products = try query.matmul(key.transpose(1, 2))
            if let scale { return try products * scale }
            return products
        }
        var sums = try query.unsqueeze(2) + key.unsqueeze(1)
        if let scale { sums = try sums * scale }
        return try sums.applying(.tanh).sum([3]) * made("concat_score_weight")
    }
}

public final class KerasAdditiveAttention: KerasPlainAttention, Registered {
    public static let signature = Signature(
        "keras.AdditiveAttention",
        parameters([
            Parameter("use_scale", .flag, .flag(true), "whether a parameter multiplies each feature"), dropoutOf,
        ]), inputs: inputs, options: KerasAttention.options, outputs: ["output", "weights"],
        "softmax(sum of scale tanh(q + k)) V. Bahdanau et al. 2015.\n\n" + text + "\n\nscale [C] with use_scale.")

    private let usesScale: Bool

    public override init(_ arguments: Arguments) throws(Failure) {
        usesScale = try arguments.flag("use_scale")
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { usesScale }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        guard usesScale else { return }
        try setParameter("scale", filled([known(only(shapes), -1)], "glorot_uniform"), frozen: !isTrainable)
    }

    override func scores(_ query: Tensor, _ key: Tensor) throws(Failure) -> Tensor {
        var sums = try (query.unsqueeze(2) + key.unsqueeze(1)).applying(.tanh)
        if usesScale { sums = try sums * made("scale") }
        return try sums.sum([3])
    }
}

/// What attention layers share.
enum KerasAttention {
    static let options = [
        Parameter("return_attention_scores", .flag, .flag(false), "whether the weights come out too"),
        Parameter("use_causal_mask", .flag, .flag(false), "whether query i sees keys 0 to i alone"),
    ]

    static let kinds = [
        Kind(KerasDotAttention.self), Kind(KerasAdditiveAttention.self), Kind(KerasMultiHeadAttention.self),
        Kind(KerasGroupedAttention.self),
    ]

    /// Which keys each query sees: [1, queries, keys].
    static func causal(_ queries: Int, _ keys: Int) throws(Failure) -> Tensor {
        try distances(queries, keys).applying(.greaterEqual, 0)
    }

    static func sliding(_ queries: Int, _ keys: Int, _ window: Int) throws(Failure) -> Tensor {
        try distances(queries, keys).applying(.absolute).applying(.less, Double(window))
    }

    private static func distances(_ queries: Int, _ keys: Int) throws(Failure) -> Tensor {
        let rows = try Tensor.arange(whole: 0, Int64(queries), 1, .int64).reshape([1, queries, 1])
        return try rows - Tensor.arange(whole: 0, Int64(keys), 1, .int64).reshape([1, 1, keys])
    }

    static func checked(_ mask: Tensor, _ shape: Shape, _ what: String, _ name: String) throws(Failure) -> Tensor {
        guard mask.shape == shape else {
            throw .shape(operation: name, "a \(what) \(shape) is expected, but it is \(mask.shape)")
        }
        return try mask.cast(.bool)
    }
}

/// Attention in heads, between EinsumDense layers.
public class KerasHeadedAttention: KerasLayer {
    /// Heads of queries, and of keys and values; widths of a head of keys and of values.
    fileprivate let (heads, keyHeads, keyWidth, valueWidth): (Int, Int, Int, Int)
    private let dropout: Double
    private let window: Int?
    private let usesGate: Bool
    private let usesBias: Bool
    /// The output's last extents; nil for the query's.
    private let outputShape: [Int]?
    private let attentionAxes: [Int]?

    fileprivate init(
        _ arguments: Arguments, heads: Int, keyHeads: Int, keyWidth: Int, valueWidth: Int, outputShape: [Int]?,
        attentionAxes: [Int]?
    ) throws(Failure) {
        (self.heads, self.keyHeads, self.keyWidth, self.valueWidth) = (heads, keyHeads, keyWidth, valueWidth)
        (self.outputShape, self.attentionAxes) = (outputShape, attentionAxes)
        dropout = try arguments.real("dropout")
        window = arguments.optionalInteger("sliding_window")
        (usesGate, usesBias) = (try arguments.flag("use_gate"), try arguments.flag("use_bias"))
        guard (0..<1).contains(dropout) else {
            throw .argument(operation: arguments.signature.name, "dropout is from 0 to below 1, but is \(dropout)")
        }
        if let window, window <= 0 {
            throw .argument(operation: arguments.signature.name, "sliding_window is above 0, but is \(window)")
        }
        for extent in outputShape ?? [] where extent <= 0 || extent > KerasLayer.most {
            throw .argument(
                operation: arguments.signature.name, "output_shape has extents above 0, but \(extent) is given")
        }
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    /// Query, value, key: whatever else comes in says nothing of the parameters.
    override func shapes(of inputs: [Tensor?]) throws(Failure) -> [KerasShape] {
        try super.shapes(of: Array(inputs.prefix(3)))
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let query = try only(shapes)
        let value = shapes.count > 1 ? shapes[1] : query
        let key = shapes.count > 2 ? shapes[2] : value
        guard query.count >= 2, value.count == query.count, key.count == query.count,
            query.count + 3 <= KerasHeadedAttention.letters.count / 2
        else {
            throw .shape(
                operation: className,
                "query, value and key of as many axes, three at least, are expected, but they have "
                    + "\(query.count + 1), \(value.count + 1) and \(key.count + 1)")
        }
        try add("query_dense", query, [heads, keyWidth], summed: 1)
        try add("key_dense", key, [keyHeads, keyWidth], summed: 1)
        if usesGate { try add("gate_dense", query, [heads, valueWidth], summed: 1, activation: "sigmoid") }
        try add("value_dense", value, [keyHeads, valueWidth], summed: 1)
        let attended = query.dropLast() + [heads, valueWidth]
        let outputs: [Int]
        if let outputShape { outputs = outputShape } else { outputs = [try known(query, -1)] }
        try add("output_dense", Array(attended), outputs, summed: 2)
    }

    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

    /// An EinsumDense over the last `summed` axes of an input, to axes of `extents`.
    private func add(
        _ name: String, _ input: KerasShape, _ extents: [Int], summed: Int, activation: String? = nil
    ) throws(Failure) {
        let letters = KerasHeadedAttention.letters
        let free = input.count + 1 - summed
        let all = String(letters[..<(free + summed)])
        let inner = String(letters[free..<(free + summed)])
        let outer = String(letters[(free + summed)..<(free + summed + extents.count)])
        let equation = "\(all),\(inner)\(outer)->\(String(letters[..<free]))\(outer)"
        let shape = [Value](repeating: .none, count: free - 1) + extents.map { .integer(Int64($0)) }
        var words = [Value.text(equation).literal, Value.list(shape).literal]
        if let activation { words.append("activation=\(Value.text(activation).literal)") }
        if usesBias { words.append("bias_axes=\(Value.text(outer).literal)") }
        for word in [
            "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer", "kernel_constraint",
            "bias_constraint", "trainable",
        ] {
            if let value = constructorValue(word), value != .none { words.append("\(word)=\(value.literal)") }
        }
        let known = Value.list(input.map { $0.map { .integer(Int64($0)) } ?? .none })
        words.append("input_shape=\(known.literal)")
        try add(name, "keras.EinsumDense(\(words.joined(separator: ", ")))", dtype)
    }

    // MARK: Forward

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 7)
        guard let query = given[0], let value = given[1] else {
            throw .internal(operation: className, "query and value are expected")
        }
        let key = given[2] ?? value
        let isCausal = try options?.flag("use_causal_mask") ?? false
        let givesScores = try options?.flag("return_attention_scores") ?? false
        let mask = try mask(query, value, Array(given[3...6]), isCausal)
        var places = try Places(query.shape.count, attentionAxes, className)
        places.queryShape = query.shape
        let q = try places.inHeads(run("query_dense", query))
        let k = try places.inHeads(run("key_dense", key))
        let v = try places.inHeads(run("value_dense", value))
        guard k.shape.dropLast() == v.shape.dropLast(),
            q.shape.prefix(places.batchCount) == k.shape.prefix(places.batchCount)
        else {
            throw .shape(
                operation: className,
                "query, key and value do not fit each other: \(query.shape), \(key.shape), \(value.shape)")
        }
        let allowed = try mask.map { (mask) throws(Failure) in
            try places.forHeads(mask, queries: q.shape[q.shape.count - 2], keys: k.shape[k.shape.count - 2])
        }
        let scale = 1 / Double(keyWidth).squareRoot()
        var output: Tensor
        var shown: Tensor?
        if !givesScores, dropout == 0, query.shape.count == 3 {
            // A row without any key is a mean of all, as in TensorFlow, and says nothing of queries and keys.
            let seeing = try allowed.map { (allowed) throws(Failure) in
                try q * allowed.reduce(.any, [-1], keepdims: true).cast(q.dtype)
            }
            let added = try allowed.map { (allowed) throws(Failure) in
                try Tensor.choose(allowed, Tensor.full([], 0, q.dtype), Tensor.full([], -1e30, q.dtype))
            }
            output = try (seeing ?? q).attention(
                k, v, Tensor.AttentionRule(mask: added, scale: scale, sharesHeads: keyHeads != heads))
        } else {
            let (k, v) = keyHeads == heads ? (k, v) : (try repeated(k), try repeated(v))
            let scores = try (q * scale).matmul(k.transpose(k.shape.count - 2, k.shape.count - 1))
            let weights = try KerasSoftmax.softmax(scores, allowed, [-1])
            shown = weights
            output = try (isTraining && dropout > 0 ? weights.dropout(dropout, operation: className) : weights).matmul(
                v)
        }
        output = try places.outOfHeads(output)
        if usesGate { output = try output * run("gate_dense", query) }
        let result = try run("output_dense", output)
        guard givesScores, let shown else { return [result] }
        return [result, try places.spread(shown, query.shape, value.shape)]
    }

    private func repeated(_ x: Tensor) throws(Failure) -> Tensor {
        try x.repeatInterleave(heads / keyHeads, x.shape.count - 3)
    }

    /// Which keys each query sees, from all masks: [N, T, S] or what broadcasts to it.
    private func mask(_ query: Tensor, _ value: Tensor, _ given: [Tensor?], _ isCausal: Bool) throws(Failure)
        -> Tensor?
    {
        var all: Tensor?
        func also(_ mask: Tensor) throws(Failure) {
            if let before = all { all = try Tensor.apply(.logicalAnd, before, mask) } else { all = mask }
        }
        if let mask = given[0] {
            try also(KerasAttention.checked(mask, Array(query.shape.prefix(2)), "query_mask", className).unsqueeze(2))
        }
        for (mask, what) in [(given[1], "value_mask"), (given[2], "key_mask")] {
            guard let mask else { continue }
            try also(KerasAttention.checked(mask, Array(value.shape.prefix(2)), what, className).unsqueeze(1))
        }
        if isCausal { try also(KerasAttention.causal(query.shape[1], value.shape[1])) }
        if let window { try also(KerasAttention.sliding(query.shape[1], value.shape[1], window)) }
        if let mask = given[3] { try also(mask.cast(.bool)) }
        return all
    }

    /// Where the axes go between layers' data [N, ..., heads, width] and heads' [batch, heads, steps, width].
    private struct Places {
        let rank: Int
        let attended: [Int]
        let batch: [Int]
        var queryShape: Shape = []
        var batchCount: Int { batch.count }

        init(_ rank: Int, _ given: [Int]?, _ name: String) throws(Failure) {
            self.rank = rank
            attended = try (given ?? Array(1..<(rank - 1))).map { (axis) throws(Failure) in
                let place = axis < 0 ? rank + axis : axis
                guard place > 0, place < rank - 1 else {
                    throw .argument(
                        operation: name, "attention_axes are between batch and features, but one is \(axis)")
                }
                return place
            }
            batch = (0..<(rank - 1)).filter { [attended] in !attended.contains($0) }
        }

        func inHeads(_ x: Tensor) throws(Failure) -> Tensor {
            let moved = try x.permute(batch + [rank - 1] + attended + [rank])
            let steps = attended.reduce(1) { $0 * x.shape[$1] }
            return try moved.reshape(batch.map { x.shape[$0] } + [x.shape[rank - 1], steps, x.shape[rank]])
        }

        func outOfHeads(_ y: Tensor) throws(Failure) -> Tensor {
            let apart = try y.reshape(
                Array(y.shape.prefix(batch.count + 1)) + attended.map { queryShape[$0] } + [y.shape[y.shape.count - 1]])
            // Where each axis of the layers' data stands now.
            let order = (0..<(rank - 1)).map { axis in
                batch.firstIndex(of: axis) ?? batch.count + 1 + (attended.firstIndex(of: axis) ?? 0)
            }
            return try apart.permute(order + [batch.count, apart.shape.count - 1])
        }

        /// A mask [batch, attended queries, attended keys] (or with heads in it) over [batch, heads, queries, keys].
        func forHeads(_ mask: Tensor, queries: Int, keys: Int) throws(Failure) -> Tensor {
            let own = attended.count * 2
            guard mask.shape.count >= own else { return mask }
            var head = Array(mask.shape.dropLast(own))
            while head.count < batch.count + 1 { head.append(1) }
            let tail = Array(mask.shape.suffix(own))
            let extents = [tail.prefix(attended.count).reduce(1, *), tail.suffix(attended.count).reduce(1, *)]
            return try mask.reshape(head + extents)
        }

        /// Weights [batch, heads, queries, keys] with the attended axes apart.
        func spread(_ weights: Tensor, _ query: Shape, _ value: Shape) throws(Failure) -> Tensor {
            try weights.reshape(
                Array(weights.shape.dropLast(2)) + attended.map { query[$0] } + attended.map { value[$0] })
        }
    }

    // MARK: Arguments

    fileprivate static let rest =
        [
            Parameter(
                "sliding_window", .optional(.integer), Value.none, "keys as near as this alone are seen; None: all"),
            Parameter("flash_attention", .optional(.flag), Value.none, "taken as Keras takes it; nothing changes"),
            .initializer("kernel", "glorot_uniform"), .initializer("bias", "zeros"),
        ] + Parameter.penalties(["kernel", "bias", "activity"]) + Parameter.constraints(["kernel", "bias"]) + [
            Parameter("use_gate", .flag, .flag(false), "whether the heads' results are multiplied by a sigmoid"), .seed,
        ]
    fileprivate static let dropoutOf = Parameter(
        "dropout", .real, .real(0), "the share of the weights that become 0 in training")
    fileprivate static let bias = Parameter("use_bias", .flag, .flag(true), "whether the maps have biases")
    fileprivate static let inputs = [
        Input("query"), Input("value"), Input("key", optional: true), Input("query_mask", optional: true),
        Input("value_mask", optional: true), Input("key_mask", optional: true), Input("attention_mask", optional: true),
    ]
    fileprivate static let masks =
        """
        Masks are bool: query_mask [N, T], value_mask and key_mask [N, S], attention_mask [N, T, S]; True where a key \
        is seen.
        """
}

public final class KerasMultiHeadAttention: KerasHeadedAttention, Registered {
    public static let signature = Signature(
        "keras.MultiHeadAttention",
        parameters(
            [
                Parameter("num_heads", .integer, "how many heads there are"),
                Parameter("key_dim", .integer, "the width of a head of queries and keys"),
                Parameter("value_dim", .optional(.integer), Value.none, "that of values; None: key_dim"), dropoutOf,
                bias,
                Parameter(
                    "output_shape", .optional(.integers), Value.none, "the output's last extents; None: the query's"),
                Parameter(
                    "attention_axes", .optional(.integers), Value.none,
                    "the axes that are attended over; None: all between batch and features"),
            ] + rest), inputs: inputs, options: KerasAttention.options, outputs: ["output", "weights"],
        """
        softmax(Q K^T / sqrt(key_dim)) V in each head, between maps. Vaswani et al. 2017.

        query [N, T, C], value [N, S, D], key [N, S, E] (None: the value) -> [N, T, C], and the weights \
        [N, heads, T, S] with return_attention_scores. \(masks)

        Its children query_dense, key_dense, value_dense and output_dense, which the first input makes, have the \
        parameters: [C, heads, key_dim] and the like.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (heads, width) = (try arguments.counted("num_heads"), try arguments.counted("key_dim"))
        let value = try arguments.optionalInteger("value_dim") == nil ? width : arguments.counted("value_dim")
        let axes = arguments.optionalIntegers("attention_axes")
        try super.init(
            arguments, heads: heads, keyHeads: heads, keyWidth: width, valueWidth: value,
            outputShape: arguments.optionalIntegers("output_shape").flatMap { $0.isEmpty ? nil : $0 },
            attentionAxes: axes.flatMap { $0.isEmpty ? nil : $0 })
    }
}

public final class KerasGroupedAttention: KerasHeadedAttention, Registered {
    public static let signature = Signature(
        "keras.GroupQueryAttention",
        parameters(
            [
                Parameter("head_dim", .integer, "the width of a head"),
                Parameter("num_query_heads", .integer, "how many heads of queries there are"),
                Parameter(
                    "num_key_value_heads", .integer, "how many of keys and values: each serves several of queries"),
                dropoutOf, bias,
            ] + rest), inputs: inputs, options: KerasAttention.options, outputs: ["output", "weights"],
        """
        MultiHeadAttention whose heads of keys and values serve several heads of queries. Ainslie et al. 2023.

        query [N, T, C], value [N, S, D], key [N, S, E] (None: the value) -> [N, T, C], and the weights \
        [N, heads, T, S] with return_attention_scores. \(masks)

        Its children query_dense, key_dense, value_dense and output_dense, which the first input makes, have the \
        parameters.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (width, heads) = (try arguments.counted("head_dim"), try arguments.counted("num_query_heads"))
        let keyHeads = try arguments.counted("num_key_value_heads")
        guard heads % keyHeads == 0 else {
            throw .argument(
                operation: "keras.GroupQueryAttention",
                "num_key_value_heads divides num_query_heads, but they are \(keyHeads) and \(heads)")
        }
        try super.init(
            arguments, heads: heads, keyHeads: keyHeads, keyWidth: width, valueWidth: width, outputShape: nil,
            attentionAxes: nil)
    }
}
