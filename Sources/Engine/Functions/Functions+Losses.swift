/// Losses of predictions against targets, element by element, and of distances.
extension Functions {
    static let prediction = Parameter("input", .tensor, "Predictions, floats.")
    static let target = Parameter("target", .tensor, "Targets; they take the predictions' dtype.")
    static let reduction = Parameter(
        "reduction", .choice(["none", "mean", "sum"]), .text("mean"),
        "'none': the loss of each element or row; 'mean' and 'sum': over them.")
    private static let weight = Parameter(
        "weight", .optional(.tensor), Value.none, "What each element counts for; it broadcasts to their shape.")
    private static let meanWeight = Parameter(
        "weight", .optional(.tensor), Value.none, "What each element counts for, in the mean too.")
    private static let margin = Parameter("margin", .real, .real(0), "The distance that is wanted.")
    private static let signs = Parameter("target", .tensor, "1 or -1 for each.")

    private static func loss(
        _ name: String, _ parameters: [Parameter] = [], _ documentation: String,
        _ function: @escaping (Tensor, Tensor, LossReduction, Arguments) throws(Failure) -> Tensor
    ) -> Function {
        Function(name, [prediction, target, reduction] + parameters, documentation) { a throws(Failure) in
            try function(a.tensor("input"), a.tensor("target"), a.lossReduction(), a)
        }
    }

    static let losses: [Function] = [
        loss("mse_loss", [meanWeight], "(input - target)^2 of each element; equal shapes.") {
            x, y, reduction, a throws(Failure) in
            guard let weight = a.optionalTensor("weight") else { return try .meanSquaredError(x, y, reduction) }
            return try .meanSquaredError(x, y, weight: weight, reduction)
        },
        loss("l1_loss", [meanWeight], "|input - target| of each element; equal shapes.") {
            x, y, reduction, a throws(Failure) in
            try .absoluteError(x, y, weight: a.optionalTensor("weight"), reduction)
        },
        loss(
            "smooth_l1_loss", [Parameter("beta", .real, .real(1), "Where the square ends; from 0 on.")],
            "d^2 / (2 beta) where d = |input - target| is below beta, else d - beta / 2; equal shapes (Girshick 2015)."
        ) { x, y, reduction, a throws(Failure) in try .smoothAbsoluteError(x, y, beta: a.real("beta"), reduction) },
        loss(
            "huber_loss",
            [
                Parameter("delta", .real, .real(1), "Where the square ends; above 0."),
                Parameter(
                    "weight", .optional(.tensor), Value.none,
                    "What each element is multiplied by; the mean is over their number."),
            ],
            """
            d^2 / 2 where d = |input - target| is at most delta, else delta (d - delta / 2); equal shapes (Huber 1964).
            """
        ) { x, y, reduction, a throws(Failure) in
            try .huber(x, y, delta: a.real("delta"), weight: a.optionalTensor("weight"), reduction)
        },
        loss(
            "binary_cross_entropy", [weight],
            "-(t log p + (1 - t) log(1 - p)) of probabilities in [0, 1], logarithms kept above -100; equal shapes."
        ) { x, y, reduction, a throws(Failure) in
            guard let weight = a.optionalTensor("weight") else {
                return try .binaryCrossEntropy(probabilities: x, y, reduction)
            }
            return try .binaryCrossEntropy(probabilities: x, y, weight: weight, reduction)
        },
        loss(
            "binary_cross_entropy_with_logits",
            [
                weight,
                Parameter(
                    "pos_weight", .optional(.tensor), Value.none,
                    "What targets of 1 count for; it broadcasts to the shape."),
            ],
            "binary_cross_entropy of sigmoid(input), without overflow; equal shapes."
        ) { x, y, reduction, a throws(Failure) in
            let (weight, ofOnes) = (a.optionalTensor("weight"), a.optionalTensor("pos_weight"))
            guard weight != nil || ofOnes != nil else { return try .binaryCrossEntropy(logits: x, y, reduction) }
            return try .binaryCrossEntropy(logits: x, y, weight: weight, ofOnes: ofOnes, reduction)
        },
        Function(
            "kl_div",
            [
                Parameter("input", .tensor, "Logarithms of probabilities."), target,
                Parameter(
                    "reduction", .choice(["none", "mean", "sum", "batchmean"]), .text("mean"),
                    "As other losses have it; 'batchmean': the sum over the extent of axis 0."),
                Parameter("log_target", .flag, .flag(false), "Whether the targets are logarithms too."),
            ],
            "t (log t - input) of each element, 0 where t is (Kullback and Leibler 1951); the two broadcast."
        ) { a throws(Failure) in
            let (x, y, isLog) = (try a.tensor("input"), try a.tensor("target"), try a.flag("log_target"))
            guard try a.text("reduction") == "batchmean" else {
                return try .divergence(x, y, isLog: isLog, a.lossReduction())
            }
            let sum = try Tensor.divergence(x, y, isLog: isLog, .sum)
            guard let n = x.shape.first else { return sum }
            return try sum.applying(.divide, Double(n))
        },
        loss(
            "poisson_nll_loss",
            [
                Parameter("log_input", .flag, .flag(true), "Whether the input is logarithms of rates, not rates."),
                Parameter("full", .flag, .flag(false), "Whether Stirling's approximation of log t! is added."),
                Parameter("eps", .real, .real(1e-8), "What is added to rates before their logarithm."),
            ],
            "exp(input) - t input, or of rates input - t log(input + eps); the two broadcast."
        ) { x, y, reduction, a throws(Failure) in
            try .poissonLikelihood(
                x, y, isLog: a.flag("log_input"), isFull: a.flag("full"), eps: a.real("eps"), reduction)
        },
        loss(
            "gaussian_nll_loss",
            [
                Parameter(
                    "var", .operand,
                    "Variances: of each element, or of all of the last axis, which may then be missing, or a number."),
                Parameter("full", .flag, .flag(false), "Whether log(2 pi) / 2 is added."),
                Parameter("eps", .real, .real(1e-6), "What variances are at least."),
            ],
            "(log var + (input - target)^2 / var) / 2 of each element (Nix and Weigend 1994)."
        ) { x, y, reduction, a throws(Failure) in
            guard x.dtype.isFloat else { return try .gaussianLikelihood(x, y, variance: y, reduction) }
            return try .gaussianLikelihood(
                x, y, variance: a.operand("var").beside(x, "gaussian_nll_loss"), isFull: a.flag("full"),
                eps: a.real("eps"), reduction)
        },
        loss("soft_margin_loss", [], "log(1 + exp(-target input)) for targets of 1 and -1; the two broadcast.") {
            x, y, reduction, _ throws(Failure) in try .softMargin(x, y, reduction)
        },
        loss(
            "hinge_embedding_loss", [Parameter("margin", .real, .real(1), "The distance that is wanted.")],
            "input for targets of 1, max(0, margin - input) for targets of -1; the two broadcast."
        ) { x, y, reduction, a throws(Failure) in try .hingeEmbedding(x, y, margin: a.real("margin"), reduction) },
        Function(
            "margin_ranking_loss",
            [
                Parameter("input1", .tensor, "Floats."), Parameter("input2", .tensor, "Floats."), signs, reduction,
                margin,
            ],
            "max(0, margin - target (input1 - input2)); the three broadcast."
        ) { a throws(Failure) in
            try .marginRanking(
                a.tensor("input1"), a.tensor("input2"), a.tensor("target"), margin: a.real("margin"), a.lossReduction())
        },
        Function(
            "cosine_embedding_loss",
            [
                Parameter("input1", .tensor, "[n, width] or [width], floats."),
                Parameter("input2", .tensor, "The same."), signs, reduction, margin,
            ],
            "1 - cos for targets of 1, max(0, cos - margin) for targets of -1, with the cosine of the rows' angle."
        ) { a throws(Failure) in
            try .cosineEmbedding(
                a.tensor("input1"), a.tensor("input2"), a.tensor("target"), margin: a.real("margin"), a.lossReduction())
        },
        Function(
            "triplet_margin_loss",
            [
                Parameter("anchor", .tensor, "[..., width], floats."),
                Parameter("positive", .tensor, "What is to be near."),
                Parameter("negative", .tensor, "What is to be far."), reduction,
                Parameter("margin", .real, .real(1), "How much farther, above 0."),
                Parameter("p", .real, .real(2), "The order of the norm."),
                Parameter("eps", .real, .real(1e-6), "What is added to differences."),
                Parameter(
                    "swap", .flag, .flag(false), "Whether positive and negative count where they are nearer."),
            ],
            "max(0, margin + |anchor - positive| - |anchor - negative|) over the last axis (Balntas et al. 2016)."
        ) { a throws(Failure) in
            try .tripletMargin(
                a.tensor("anchor"), a.tensor("positive"), a.tensor("negative"), margin: a.real("margin"),
                p: a.real("p"), eps: a.real("eps"), swaps: a.flag("swap"), a.lossReduction())
        },
    ]
}

extension Arguments {
    func lossReduction() throws(Failure) -> LossReduction {
        LossReduction(rawValue: try text("reduction")) ?? .mean
    }
}
