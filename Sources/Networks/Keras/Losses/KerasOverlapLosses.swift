import Engine

/// Keras's losses of regions and of embeddings.
enum KerasOverlapLosses {
    private static let axes = Parameter(
        "axis", .optional(.integers), Value.none, "the axes of a region; None: all, and one loss for the batch")

    /// Target and prediction, and the sum over a region.
    private static func region(
        _ arguments: Arguments, _ x: Tensor, _ t: Tensor
    ) throws(Failure) -> (target: Tensor, sum: (Tensor) throws(Failure) -> Tensor) {
        let t = try KerasLoss.target(t, like: x)
        try KerasLoss.checkSame(x, t, arguments)
        let axes = arguments.value("axis") == Value.none ? nil : try arguments.integers("axis")
        return (t, { (y) throws(Failure) in try y.sum(axes) })
    }

    static let kinds = [
        KerasLoss.kind(
            "Dice", takes: [axes], reductionAt: 0,
            "1 - 2 sum t p / (sum t + sum p + 1e-7): 1 less Dice's coefficient. Milletari et al. 2016."
        ) { (arguments, x, t) throws(Failure) in
            let (t, sum) = try region(arguments, x, t)
            let shared = try sum(t * x) * 2
            return KerasLoss.Values(try 1 - shared / (sum(t) + sum(x) + KerasLoss.epsilon))
        },
        KerasLoss.kind(
            "Tversky",
            takes: [
                Parameter("alpha", .real, .real(0.5), "the weight of targets that are missed"),
                Parameter("beta", .real, .real(0.5), "the weight of predictions that are wrong"), axes,
            ], reductionAt: 2,
            """
            1 - s / (s + alpha sum t (1 - p) + beta sum (1 - t) p + 1e-7), s = sum t p. Salehi et al. 2017.
            """
        ) { (arguments, x, t) throws(Failure) in
            let (t, sum) = try region(arguments, x, t)
            let shared = try sum(t * x)
            let missed = try sum((1 - x) * t) * arguments.real("alpha")
            let wrong = try sum(x * (1 - t)) * arguments.real("beta")
            return KerasLoss.Values(try 1 - shared / (shared + missed + wrong + KerasLoss.epsilon))
        },
        KerasLoss.kind(
            "Circle",
            takes: [
                Parameter("gamma", .real, .real(80), "the scale"),
                Parameter("margin", .real, .real(0.4), "the distance that is wanted"),
                Parameter(
                    "remove_diagonal", .flag, .flag(true), "whether an example is no positive one of itself"),
            ],
            """
            Circle loss of normalised embeddings [n, width] with labels [n]: softplus of the sum of the logarithms of \
            sums of exponentials over the positive and over the negative pairs. Sun et al. 2020.
            """
        ) { (arguments, x, t) throws(Failure) in try circle(arguments, x, t) },
    ]

    private static func circle(_ arguments: Arguments, _ x: Tensor, _ t: Tensor) throws(Failure) -> KerasLoss.Values {
        let n = x.shape.first ?? 0
        guard x.shape.count == 2, t.count == n else {
            throw .shape(
                operation: arguments.signature.name,
                "embeddings [n, width] and labels [n] are expected, but they are \(x.shape.description) and "
                    + t.shape.description)
        }
        let (gamma, margin) = (try arguments.real("gamma"), try arguments.real("margin"))
        let labels = try t.cast(.int64).reshape([n, 1])
        let isEqual = try Tensor.apply(.equal, labels, labels.transpose(0, 1))
        let isNegative = try isEqual.applying(.logicalNot)
        var isPositive = isEqual
        if try arguments.flag("remove_diagonal") {
            let isOther = try Tensor.eye(n, n, .bool).applying(.logicalNot)
            isPositive = try Tensor.apply(.logicalAnd, isPositive, isOther)
        }
        let distances = try (1 - x.matmul(x.transpose(0, 1))).applying(.relu)
        // exp of this is 0, and no infinity comes into derivatives.
        let nothing = try Tensor.full([], -1e30, x.dtype)
        func part(_ mask: Tensor, _ weights: Tensor, _ offsets: Tensor, sign: Double) throws(Failure) -> Tensor {
            let weights = try (weights * mask.cast(x.dtype)).applying(.relu)
            let terms = try weights * offsets * (sign * gamma)
            return try Tensor.choose(mask, terms, nothing).reduce(.logSumExp, [1])
        }
        let positive = try part(isPositive, distances + margin, margin - distances, sign: -1)
        let negative = try part(isNegative, (1 + margin) - distances, (1 - margin) - distances, sign: 1)
        let losses = try (positive + negative).applying(.softplus)
        return KerasLoss.Values(losses, counts: try losses.detach().applying(.greater, 0))
    }
}
