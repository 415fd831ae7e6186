/// Losses of predictions for each of a number of classes.
extension Functions {
    private static let scores = Parameter("input", .tensor, "[n, classes, ...] or [classes], floats.")
    private static let fewScores = Parameter("input", .tensor, "[n, classes] or [classes], floats.")
    private static let labels = Parameter(
        "target", .tensor, "The class of each example, whole numbers: [n, ...] or [].")
    private static let weight = Parameter(
        "weight", .optional(.tensor), Value.none, "What each class counts for, [classes], in the mean too.")
    private static let ignored = Parameter(
        "ignore_index", .integer, .integer(-100), "Labels of this value count for nothing.")

    static let classLosses: [Function] = [
        Function(
            "cross_entropy",
            [
                scores,
                Parameter(
                    "target", .tensor,
                    "Class indices [n, ...] (integers), or probabilities of the input's shape (floats)."
                ),
                reduction,
                Parameter("from_logits", .flag, .flag(true), "Whether `input` is logits; else it is probabilities."),
                weight, ignored,
                Parameter(
                    "label_smoothing", .real, .real(0), "The share of each target that goes to all classes alike."),
            ],
            """
            -log softmax(input)[target] of each row, or of probabilities [n, classes], whose logarithms are kept \
            above -100; for targets that are probabilities, -sum t log softmax(input). One row may come without its \
            axis. weight, ignore_index and label_smoothing are for logits.
            """
        ) { a throws(Failure) in
            let (x, y, reduction) = (try a.tensor("input"), try a.tensor("target"), try a.lossReduction())
            let rule = try a.classRule()
            if try a.flag("from_logits") { return try .crossEntropy(logits: x, y, reduction, rule: rule) }
            guard rule.weight == nil, rule.smoothing == 0, rule.ignored == -100 else {
                throw .argument(
                    operation: "cross_entropy",
                    "logits are expected beside weight, ignore_index or label_smoothing, but found probabilities")
            }
            return try .crossEntropy(probabilities: x, y, reduction)
        },
        Function(
            "nll_loss", [scores, labels, reduction, weight, ignored],
            "-input[target] of logarithms of probabilities; the mean is weighted. One row may come without its axis."
        ) { a throws(Failure) in
            try .negativeLogLikelihood(a.tensor("input"), a.tensor("target"), a.lossReduction(), rule: a.classRule())
        },
        Function(
            "multi_margin_loss",
            [
                fewScores, labels, reduction, Parameter("p", .integer, .integer(1), "The exponent, 1 or 2."),
                Parameter("margin", .real, .real(1), "How much larger the label's score is to be."),
                Parameter("weight", .optional(.tensor), Value.none, "What each class counts for, [classes]."),
            ],
            "The mean over classes i other than the target of max(0, margin - input[target] + input[i])^p."
        ) { a throws(Failure) in
            try .multiMargin(
                a.tensor("input"), a.tensor("target"), p: a.integer("p"), margin: a.real("margin"),
                weight: a.optionalTensor("weight"), a.lossReduction())
        },
        Function(
            "multilabel_margin_loss",
            [
                fewScores,
                Parameter(
                    "target", .tensor, "The labels of each example, whole numbers before the first negative one."),
                reduction,
            ],
            """
            The sum over labels j and classes i that are no labels of max(0, 1 - input[j] + input[i]), over the number \
            of classes.
            """
        ) { a throws(Failure) in try .multiLabelMargin(a.tensor("input"), a.tensor("target"), a.lossReduction()) },
        Function(
            "multilabel_soft_margin_loss",
            [
                Parameter("input", .tensor, "Logits, [..., classes]."),
                Parameter("target", .tensor, "0 or 1, of the input's shape."), reduction,
                Parameter("weight", .optional(.tensor), Value.none, "What each class counts for."),
            ],
            "The mean over the classes of binary_cross_entropy_with_logits."
        ) { a throws(Failure) in
            try .multiLabelSoftMargin(
                a.tensor("input"), a.tensor("target"), weight: a.optionalTensor("weight"), a.lossReduction())
        },
    ]
}

extension Arguments {
    fileprivate func classRule() throws(Failure) -> Tensor.ClassRule {
        Tensor.ClassRule(
            weight: optionalTensor("weight"), ignored: optionalInteger("ignore_index"),
            smoothing: optionalReal("label_smoothing") ?? 0)
    }
}
