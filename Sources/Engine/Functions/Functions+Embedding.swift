/// Rows of a table picked by whole numbers.
extension Functions {
    private static let picks = Parameter("input", .tensor, "Whole numbers, the places of rows.")
    private static let table = Parameter("weight", .tensor, "The table, [rows, width].")
    private static let padding = Parameter(
        "padding_idx", .optional(.integer), Value.none, "A row that gets no gradient, and does not count in a bag.")
    private static let byFrequency = Parameter(
        "scale_grad_by_freq", .flag, .flag(false), "Whether the gradient of a row is divided by how often it is picked."
    )

    static let embedding: [Function] = [
        Function("embedding", [picks, table, padding, byFrequency], "Rows of a table: [..., width].") {
            a throws(Failure) in
            try a.tensor("input").embedded(in: a.tensor("weight"), a.embeddingRule())
        },
        Function(
            "embedding_renorm",
            [
                table, Parameter("indices", .tensor, "Whole numbers, the places of rows."),
                Parameter("max_norm", .real, "The length that rows may have."),
                Parameter("norm_type", .real, .real(2), "The order of the norm."),
            ],
            "The table with those of the rows scaled that are picked and longer than max_norm. Floats."
        ) { a throws(Failure) in
            try a.tensor("weight").renormalized(a.tensor("indices"), a.real("max_norm"), a.real("norm_type"))
        },
        Function(
            "embedding_bag",
            [
                picks, table,
                Parameter(
                    "offsets", .optional(.tensor), Value.none,
                    "Where each bag begins in a vector of places; the first is 0. None: each row of the input is one."),
                Parameter(
                    "mode", .choice(Tensor.BagReduction.allCases.map(\.rawValue)), .text("mean"),
                    "How the rows of a bag become one."),
                Parameter(
                    "per_sample_weights", .optional(.tensor), Value.none,
                    "What multiplies the rows of a sum, of the input's shape."),
                padding, byFrequency,
                Parameter(
                    "include_last_offset", .flag, .flag(false), "Whether the last offset is the end of the last bag."),
            ],
            "Sums, means or maxima of the rows that bags of places name: [bags, width]. An empty bag gives 0."
        ) { a throws(Failure) in
            var offsets = a.optionalTensor("offsets")
            if try a.flag("include_last_offset"), let given = offsets {
                guard given.shape.count == 1, given.count > 0 else {
                    throw .shape(
                        operation: "embedding_bag",
                        "offsets with the end of the last bag are expected, but their shape is \(given.shape.text)")
                }
                offsets = try given.slice(0, start: 0, stop: given.count - 1, step: 1)
            }
            return try a.tensor("input").embeddingBag(
                in: a.tensor("weight"), offsets: offsets, Tensor.BagReduction(rawValue: a.text("mode")) ?? .mean,
                weights: a.optionalTensor("per_sample_weights"), a.embeddingRule())
        },
    ]
}

extension Arguments {
    fileprivate func embeddingRule() throws(Failure) -> Tensor.EmbeddingRule {
        Tensor.EmbeddingRule(
            padding: optionalInteger("padding_idx"), dividesByFrequency: try flag("scale_grad_by_freq"))
    }
}
