/// Losses of predictions against targets.
extension Functions {
    private static let prediction = Parameter("input", .tensor, "Predictions, floats.")
    private static let target = Parameter("target", .tensor, "Targets; they take the predictions' dtype.")
    private static let reduction = Parameter(
        "reduction", .choice(["none", "mean", "sum"]), .text("mean"),
        "'none': the loss of each element or row; 'mean' and 'sum': over them.")

    private static func loss(
        _ name: String, _ documentation: String,
        _ function: @escaping (Tensor, Tensor, LossReduction) throws(Failure) -> Tensor
    ) -> Function {
        Function(name, [prediction, target, reduction], documentation) { a throws(Failure) in
            try function(a.tensor("input"), a.tensor("target"), a.lossReduction())
        }
    }

    static let losses: [Function] = [
        loss("mse_loss", "(input - target)^2 of each element; equal shapes.") { x, y, reduction throws(Failure) in
            try .meanSquaredError(x, y, reduction)
        },
        loss(
            "binary_cross_entropy",
            "-(t log p + (1 - t) log(1 - p)) of probabilities in [0, 1], logarithms kept above -100; equal shapes."
        ) {
            x, y, reduction throws(Failure) in try .binaryCrossEntropy(probabilities: x, y, reduction)
        },
        loss(
            "binary_cross_entropy_with_logits",
            "binary_cross_entropy of sigmoid(input), without overflow; equal shapes."
        ) {
            x, y, reduction throws(Failure) in try .binaryCrossEntropy(logits: x, y, reduction)
        },
        Function(
            "cross_entropy",
            [
                prediction,
                Parameter("target", .tensor, "Class indices [n] (integers), or probabilities [n, classes] (floats)."),
                reduction,
                Parameter("from_logits", .flag, .flag(true), "Whether `input` is logits; else it is probabilities."),
            ],
            """
            -log softmax(input)[target] of each row [n, classes], or of probabilities, whose logarithms are kept \
            above -100; for targets that are probabilities, -sum t log softmax(input). One row may come without its \
            axis.
            """
        ) { a throws(Failure) in
            let (x, y, reduction) = (try a.tensor("input"), try a.tensor("target"), try a.lossReduction())
            return try a.flag("from_logits")
                ? .crossEntropy(logits: x, y, reduction) : .crossEntropy(probabilities: x, y, reduction)
        },
    ]
}

extension Arguments {
    fileprivate func lossReduction() throws(Failure) -> LossReduction {
        LossReduction(rawValue: try text("reduction")) ?? .mean
    }
}
