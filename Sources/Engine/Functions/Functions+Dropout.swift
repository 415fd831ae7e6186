/// Dropout in its kinds. The draws come from the default generator (manual_seed).
extension Functions {
    private static let p = Parameter("p", .real, .real(0.5), "The probability of being dropped, from 0 to 1.")

    private static func dropping(
        _ name: String, training: Bool, _ documentation: String,
        _ function: @escaping (Tensor, Double) throws(Failure) -> Tensor
    ) -> Function {
        let isTraining = Parameter("training", .flag, .flag(training), "False: the input comes back as it is.")
        return Function(name, [Parameter("input", .tensor, "Floats."), p, isTraining], documentation) {
            a throws(Failure) in
            let (input, p) = (try a.tensor("input"), try a.real("p"))
            try Tensor.checkDropout(p, name)
            return try a.flag("training") ? function(input, p) : Tensor(result: input.node().ofFloats(name))
        }
    }

    private static let divided = "and what is kept is divided by 1 - p. Floats, whose dtype stays."
    private static let together = "Whole channels are 0 together with probability p, \(divided)"

    static let dropouts: [Function] = [
        dropping(
            "dropout", training: true,
            "Each element is 0 with probability p (Srivastava et al. 2014), \(divided)"
        ) { x, p throws(Failure) in try x.dropout(p, operation: "dropout") },
        dropping("dropout1d", training: true, "[n, channels, length], or without n. \(together)") {
            x, p throws(Failure) in try x.channelDropout(p, rank: 3, operation: "dropout1d")
        },
        dropping("dropout2d", training: true, "[n, channels, ...]. \(together)") {
            x, p throws(Failure) in try x.channelDropout(p, operation: "dropout2d")
        },
        dropping("dropout3d", training: true, "[n, channels, depth, height, width], or without n. \(together)") {
            x, p throws(Failure) in try x.channelDropout(p, rank: 5, operation: "dropout3d")
        },
        dropping(
            "alpha_dropout", training: false,
            """
            Each element becomes SELU's limit with probability p; all is scaled so that mean and variance stay \
            (Klambauer et al. 2017). Floats, whose dtype stays.
            """
        ) { x, p throws(Failure) in try x.dropout(p, .alpha, operation: "alpha_dropout") },
        dropping(
            "feature_alpha_dropout", training: false,
            "alpha_dropout of whole channels together, [n, channels, ...]. Floats, whose dtype stays."
        ) { x, p throws(Failure) in try x.channelDropout(p, .alpha, operation: "feature_alpha_dropout") },
    ]
}
