/// Attention, as torch.nn.functional has it.
extension Functions {
    static let attention: [Function] = [
        Function(
            "scaled_dot_product_attention",
            [
                Parameter("query", .tensor, "[..., queries, width], floats."),
                Parameter("key", .tensor, "[..., keys, width]."), Parameter("value", .tensor, "[..., keys, out]."),
                Parameter(
                    "attn_mask", .optional(.tensor), Value.none,
                    "Bool: where a query sees a key; floats: what is added. It broadcasts to [..., queries, keys]."),
                Parameter("dropout_p", .real, .real(0), "The probability of a weight to be dropped."),
                Parameter("is_causal", .flag, .flag(false), "Whether query i sees keys 0 ... i alone."),
                Parameter(
                    "scale", .optional(.real), Value.none, keyword: true,
                    "What multiplies the products; None: 1 / sqrt(width)."),
                Parameter(
                    "enable_gqa", .flag, .flag(false), keyword: true,
                    "Whether each head of key and value, axis -3, serves several heads of the query in a row."),
            ],
            """
            softmax(query key^T scale + attn_mask) value: [..., queries, out] (Vaswani et al. 2017). A query that sees \
            no key gives 0. Many scores are computed for some queries at a time, and again for derivatives, so that \
            memory grows with the sequence and not with its square; but a dropout's draws are kept.
            """
        ) { a throws(Failure) in
            let rule = Tensor.AttentionRule(
                mask: a.optionalTensor("attn_mask"), isCausal: try a.flag("is_causal"),
                dropout: try a.real("dropout_p"),
                scale: a.optionalReal("scale"), sharesHeads: try a.flag("enable_gqa"))
            return try a.tensor("query").attention(a.tensor("key"), a.tensor("value"), rule)
        },
        Function(
            "multi_head_attention_forward", multiHeadParameters, outputs: ["output", "weights"],
            """
            Attention with num_heads heads between linear maps (Vaswani et al. 2017), as MultiheadAttention has it: \
            the output [steps, n, embed] and, with need_weights, the weights [n, steps, keys], or of each head \
            [n, heads, steps, keys]. Axis n may be missing throughout.
            """
        ) { a throws(Failure) in
            let query = try a.tensor("query")
            let (embed, heads) = (try a.integer("embed_dim_to_check"), try a.integer("num_heads"))
            let name = "multi_head_attention_forward"
            guard query.shape.last == embed else {
                throw .shape(
                    operation: name, "a query of width \(embed) is expected, but it is \(query.shape.text)")
            }
            let p = try a.real("dropout_p")
            try Tensor.checkDropout(p, name)
            var weights = Tensor.AttentionWeights(output: try a.tensor("out_proj_weight"))
            weights.outputBias = a.optionalTensor("out_proj_bias")
            if try a.flag("use_separate_proj_weight") {
                weights.query = a.optionalTensor("q_proj_weight")
                weights.key = a.optionalTensor("k_proj_weight")
                weights.value = a.optionalTensor("v_proj_weight")
            } else {
                weights.packed = a.optionalTensor("in_proj_weight")
            }
            weights.bias = a.optionalTensor("in_proj_bias")
            (weights.keyBias, weights.valueBias) = (a.optionalTensor("bias_k"), a.optionalTensor("bias_v"))
            var rule = Tensor.HeadsRule(heads: heads)
            (rule.mask, rule.padding) = (a.optionalTensor("attn_mask"), a.optionalTensor("key_padding_mask"))
            rule.isCausal = try a.flag("is_causal")
            rule.dropout = try a.flag("training") ? p : 0
            rule.addsZero = try a.flag("add_zero_attn")
            (rule.needsWeights, rule.averagesWeights) = (
                try a.flag("need_weights"), try a.flag("average_attn_weights")
            )
            (rule.staticKey, rule.staticValue) = (a.optionalTensor("static_k"), a.optionalTensor("static_v"))
            let found = try query.multiHeadAttention(a.tensor("key"), a.tensor("value"), weights, rule, name)
            return [found.output] + (found.weights.map { [$0] } ?? [])
        },
    ]

    private static func optional(_ name: String, _ documentation: String) -> Parameter {
        Parameter(name, .optional(.tensor), Value.none, documentation)
    }

    private static let multiHeadParameters = [
        Parameter("query", .tensor, "[steps, n, embed], floats."), Parameter("key", .tensor, "[keys, n, width]."),
        Parameter("value", .tensor, "[keys, n, width]."),
        Parameter("embed_dim_to_check", .integer, "embed, the width of the query."),
        Parameter("num_heads", .integer, "How many heads there are; they divide embed."),
        Parameter("in_proj_weight", .optional(.tensor), "The maps of query, key and value, [3 embed, embed], or None."),
        Parameter("in_proj_bias", .optional(.tensor), "Their biases, [3 embed], or None."),
        Parameter("bias_k", .optional(.tensor), "One more key, [1, 1, embed], or None."),
        Parameter("bias_v", .optional(.tensor), "One more value, [1, 1, embed], or None."),
        Parameter("add_zero_attn", .flag, "Whether one more key and value of zeros are there."),
        Parameter("dropout_p", .real, "The probability of a weight to be dropped, in training."),
        Parameter("out_proj_weight", .tensor, "The map of what the heads give, [embed, embed]."),
        Parameter("out_proj_bias", .optional(.tensor), "Its bias, [embed], or None."),
        Parameter("training", .flag, .flag(true), "Whether weights are dropped."),
        optional("key_padding_mask", "[n, keys]: True where nobody looks, or floats that are added."),
        Parameter("need_weights", .flag, .flag(true), "Whether the weights are a second result."),
        optional("attn_mask", "[steps, keys] or [n heads, steps, keys], alike."),
        Parameter(
            "use_separate_proj_weight", .flag, .flag(false), "Whether the three maps stand in arguments of their own."),
        optional("q_proj_weight", "The map of the query, [embed, embed]."),
        optional("k_proj_weight", "The map of the key, [embed, width]."),
        optional("v_proj_weight", "The map of the value, [embed, width]."),
        optional("static_k", "Keys in the place of those computed: [n heads, keys, embed / heads]."),
        optional("static_v", "Values in the place of those computed."),
        Parameter("average_attn_weights", .flag, .flag(true), "Whether the weights are the mean of all heads."),
        Parameter("is_causal", .flag, .flag(false), "Whether attn_mask is the causal one, and need not be read."),
    ]
}
