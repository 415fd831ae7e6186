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
        }
    ]
}
