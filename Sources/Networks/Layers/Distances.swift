import Engine

/// Angles and distances of two tensors' vectors.
enum Distances {
    private static let pair = [Input("x1"), Input("x2")]

    static let kinds: [Kind] = [
        Kind(
            Signature(
                "CosineSimilarity",
                [
                    Parameter("dim", .integer, .integer(1), "the axis of the vectors"),
                    Parameter("eps", .real, .real(1e-8), "the smallest length that counts"),
                ], inputs: pair,
                "x1 . x2 / (|x1| |x2|) of the vectors along an axis; the two broadcast."),
            calls: "cosine_similarity", shown: []),
        Kind(
            Signature(
                "PairwiseDistance",
                [
                    Parameter("p", .real, .real(2), "the norm's order"),
                    Parameter("eps", .real, .real(1e-6), "what is added to each difference"),
                    Parameter("keepdim", .flag, .flag(false), "whether the axis stays, with extent 1"),
                ], inputs: pair,
                "The p-norm of x1 - x2 + eps along the last axis; the two broadcast."),
            calls: "pairwise_distance", shown: []),
    ]
}
