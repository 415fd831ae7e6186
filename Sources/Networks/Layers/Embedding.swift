import Engine

/// A table of rows, [num_embeddings, embedding_dim], from which whole numbers pick.
public class RowTable: TableLayer {
    private let length: Double?
    private let order: Double

    fileprivate static let rows = [
        Parameter("num_embeddings", .integer, "rows of the table"),
        Parameter("embedding_dim", .integer, "the width of a row"),
    ]
    fileprivate static let padding = Parameter(
        "padding_idx", .optional(.integer), Value.none, "a row that starts as zeros and gets no gradient")
    fileprivate static let norms = [
        Parameter(
            "max_norm", .optional(.number), Value.none,
            "rows that are picked and longer than this are scaled in place, in each forward pass"),
        Parameter("norm_type", .real, .real(2), "the order of that norm"),
        Parameter(
            "scale_grad_by_freq", .flag, .flag(false),
            "whether the gradient of a row is divided by how often it is picked"),
    ]
    fileprivate static let sparse = Parameter(
        "sparse", .flag, .flag(false), "taken as PyTorch takes it; gradients are dense")

    fileprivate init(_ given: Arguments, calls function: String) throws(Failure) {
        let (rows, width) = (try given.positive("num_embeddings"), try given.positive("embedding_dim"))
        var arguments = given
        length = given.optionalReal("max_norm")
        order = try given.real("norm_type")
        let padding = given.optionalInteger("padding_idx")
        if let padding {
            guard (-rows..<rows).contains(padding) else {
                throw .argument(
                    operation: given.signature.name, "padding_idx must be one of \(rows) rows, but is \(padding)")
            }
            if padding < 0 { arguments = try given.replacing("padding_idx", .integer(Int64(padding + rows))) }
        }
        let dtype = try given.floats()
        try Tensor.checkType([rows, width], dtype)
        try super.init(arguments, calls: function)
        var weight = try Generator.standard().draw(.normal, dtype, [rows, width], 0, 1)
        if let padding {
            let place = Double(padding < 0 ? padding + rows : padding)
            let others = try Tensor.arange(0, Double(rows), 1, .int64).applying(.notEqual, place).cast(dtype)
            weight = try weight * others.reshape([rows, 1])
        }
        try setParameter("weight", weight)
    }

    override func run(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor] {
        if let length, let weight = parameter("weight"), let picks = inputs.first.flatMap({ $0 }) {
            // Written at once and not at the end of the pass: the rows that are picked are the new ones.
            try ThreadState.withGrad(false) { () throws(Failure) in
                try weight.assign(weight.renormalized(picks, length, order))
            }
        }
        return try super.run(inputs, options)
    }
}

public final class Embedding: RowTable, Registered {
    public static let signature = Signature(
        "Embedding", rows + [padding] + norms + [sparse, .dtype],
        """
        Rows of a table picked by whole numbers: [...] -> [..., embedding_dim].

        weight [num_embeddings, embedding_dim] starts in N(0, 1).
        """)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, calls: "embedding") }

    public override var summary: String {
        shown(
            ["num_embeddings", "embedding_dim", "padding_idx=?", "max_norm=?", "norm_type=?"]
                + ["scale_grad_by_freq=?", "sparse=?"])
    }
}

public final class EmbeddingBag: RowTable, Registered {
    public static let signature = Signature(
        "EmbeddingBag",
        rows + norms + [
            Parameter("mode", .choice(["sum", "mean", "max"]), .text("mean"), "how the rows of a bag become one"),
            sparse,
            Parameter(
                "include_last_offset", .flag, .flag(false), "whether the last offset is the end of the last bag"),
            Parameter(
                "padding_idx", .optional(.integer), Value.none,
                "a row that starts as zeros, does not count and gets no gradient"),
            .dtype,
        ],
        inputs: [Input("input"), Input("offsets", optional: true), Input("per_sample_weights", optional: true)],
        """
        Sums, means or maxima of the rows that bags of whole numbers name: [bags, picks], or [picks] with offsets \
        [bags] -> [bags, embedding_dim].

        weight [num_embeddings, embedding_dim] starts in N(0, 1). per_sample_weights multiply the rows of a sum.
        """)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, calls: "embedding_bag") }

    public override var summary: String {
        shown(
            ["num_embeddings", "embedding_dim", "max_norm=?", "norm_type=?", "scale_grad_by_freq=?", "mode="]
                + ["padding_idx=?"])
    }
}
