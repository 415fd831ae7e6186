/// Derivatives through discrete values: estimators that take those of a smooth value in their place.
extension Functions {
    static let discrete: [Function] = [
        Function(
            "straight_through",
            [
                Parameter("hard", .tensor, "The values."),
                Parameter("soft", .tensor, "Floats of that shape, whose derivatives count."),
            ],
            """
            The values of `hard` with the derivatives of `soft`, of equal shapes: the straight-through estimator \
            (Bengio et al. 2013), in the dtype of `soft`.
            """
        ) { a throws(Failure) in try straightThrough(a.tensor("hard"), a.tensor("soft")) },
        Function(
            "gumbel_softmax",
            [
                Parameter("logits", .tensor, "Unnormalised logarithms of probabilities."),
                Parameter("tau", .operand, .real(1), "The temperature, above 0, a number or a tensor that broadcasts."),
                Parameter(
                    "hard", .flag, .flag(false),
                    "One-hot samples, exactly, with the derivatives of the soft ones (straight_through)."), .lastAxis,
            ],
            """
            Samples from the Gumbel-softmax distribution (Jang et al. 2017, Maddison et al. 2017): softmax((logits + \
            g) / tau) along dim, with Gumbel's numbers g. For tau to 0 the samples become one-hot, of class k with \
            probability softmax(logits)[k], and the variance of derivatives grows. \(ofFloats)
            """
        ) { a throws(Failure) in
            let (logits, tau, axis) = (try a.tensor("logits"), try a.operand("tau"), try a.integer("dim"))
            if case .number(let number) = tau, !(number.asReal > 0) {
                throw .argument(operation: "gumbel_softmax", "tau above 0 is expected, but found \(number.literal)")
            }
            let noise = try Generator.standard().draw(
                .gumbel, logits.dtype.isFloat ? logits.dtype : .standard, logits.shape, 0, 1)
            let soft = try Operand.apply(.divide, .tensor(logits + noise), tau, "gumbel_softmax").softmax(axis)
            guard try a.flag("hard") else { return soft }
            let zeros = try Tensor.full(soft.shape, 0, soft.dtype)
            let picked = try soft.reduce(.argMaximum, [axis], keepdims: true)
            return try straightThrough(zeros.scatter(axis, picked, .full([], 1, soft.dtype), accumulates: false), soft)
        },
    ]

    /// hard + (soft - soft): the difference is exactly 0.
    private static func straightThrough(_ hard: Tensor, _ soft: Tensor) throws(Failure) -> Tensor {
        guard hard.shape == soft.shape else {
            throw .shape(
                operation: "straight_through",
                "hard and soft of equal shapes are expected, but they are \(hard.shape.text) and \(soft.shape.text)")
        }
        guard soft.dtype.isFloat else {
            throw .dtype(operation: "straight_through", "soft must be of a floating dtype, but is \(soft.dtype.name)")
        }
        return try hard.detach().cast(soft.dtype) + (soft - soft.detach())
    }
}
