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
            "linear_cross_entropy",
            [
                Parameter("input", .tensor, "[..., width], floats."),
                Parameter("linear_weight", .tensor, "[classes, width]; with axes between, of more targets."),
                Parameter("target", .tensor, "As of cross_entropy."),
                Parameter("linear_bias", .optional(.tensor), Value.none, "[classes], with the same axes."),
                weight, reduction, ignored,
                Parameter(
                    "label_smoothing", .real, .real(0), "The share of each target that goes to all classes alike."),
            ],
            "cross_entropy of linear(input, linear_weight, linear_bias)."
        ) { a throws(Failure) in
            let (x, matrix, bias) = (
                try a.tensor("input"), try a.tensor("linear_weight"), a.optionalTensor("linear_bias")
            )
            guard matrix.shape.count >= 2, !x.shape.isEmpty else {
                throw .shape(
                    operation: "linear_cross_entropy",
                    "input [..., width] and linear_weight [classes, ..., width] are expected, but they are "
                        + "\(x.shape.text) and \(matrix.shape.text)")
            }
            let outputs = Array(matrix.shape.dropLast())
            let rows = try matrix.reshape([outputs.elementCount, matrix.shape.last!])
            let flatBias = try bias.map { (bias) throws(Failure) in try bias.reshape([outputs.elementCount]) }
            let scores = try x.linear(rows, flatBias).reshape(x.shape.dropLast() + outputs)
            return try .crossEntropy(logits: scores, a.tensor("target"), a.lossReduction(), rule: a.classRule())
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
            "ctc_loss",
            [
                Parameter(
                    "log_probs", .tensor, "Logarithms of probabilities, [steps, n, classes] or [steps, classes]."),
                Parameter(
                    "targets", .tensor,
                    "Labels, whole numbers: [n, most], [most] of one example, or [all] of all behind each other, whose "
                        + "lengths are then computed at once."),
                Parameter("input_lengths", .tensor, "How many steps each example has: [n], whole numbers."),
                Parameter("target_lengths", .tensor, "How many labels each example has: [n], whole numbers."),
                Parameter("blank", .integer, .integer(0), "The class that is no label."), reduction,
                Parameter(
                    "zero_infinity", .flag, .flag(false), "0 for labels that there is no time for, not infinity."),
            ],
            """
            -log of the probability of all ways to spell the labels in the steps, with blanks between. The mean is of \
            losses divided by numbers of labels (Graves and others 2006).
            """
        ) { a throws(Failure) in
            try .connectionistTemporal(
                a.tensor("log_probs"), a.tensor("targets"), inputLengths: a.tensor("input_lengths"),
                targetLengths: a.tensor("target_lengths"), blank: a.integer("blank"), a.lossReduction(),
                zeroInfinity: a.flag("zero_infinity"))
        },
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
