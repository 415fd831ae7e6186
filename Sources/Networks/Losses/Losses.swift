import Engine

/// Losses: modules of a prediction and a target, or of what is compared. Trainer and evaluation take them like any
/// other module. Their arguments that are tensors are buffers.
enum Losses {
    private static let classWeight = Parameter(
        "weight", .optional(.tensor), Value.none, "what each class counts for, [classes], in the mean too")
    private static let weight = Parameter(
        "weight", .optional(.tensor), Value.none, "what each element counts for; it broadcasts to their shape")
    private static let ignored = Parameter(
        "ignore_index", .integer, .integer(-100), "labels of this value count for nothing")

    private static func margin(_ initial: Double, _ documentation: String) -> Parameter {
        Parameter("margin", .real, .real(initial), documentation)
    }

    /// As PyTorch prints losses, without arguments.
    private static func loss(
        _ name: String, _ function: String, _ parameters: [Parameter], inputs: [String] = ["input", "target"],
        hasClasses: Bool = false, _ documentation: String
    ) -> Kind {
        Kind(
            Signature(name, parameters, inputs: inputs.map { Input($0) }, documentation), calls: function, shown: [],
            hasClasses: hasClasses)
    }

    private static let twoAndSigns = ["input1", "input2", "target"]

    static let kinds: [Kind] = [
        loss("MSELoss", "mse_loss", [.reduction], "(input - target)^2 of each element; equal shapes."),
        loss("L1Loss", "l1_loss", [.reduction], "|input - target| of each element; equal shapes."),
        loss(
            "SmoothL1Loss", "smooth_l1_loss",
            [.reduction, Parameter("beta", .real, .real(1), "where the square ends; from 0 on")],
            "d^2 / (2 beta) where d = |input - target| is below beta, else d - beta / 2; equal shapes. Girshick 2015."),
        loss(
            "HuberLoss", "huber_loss",
            [.reduction, Parameter("delta", .real, .real(1), "where the square ends; above 0")],
            """
            d^2 / 2 where d = |input - target| is at most delta, else delta (d - delta / 2); equal shapes. Huber 1964.
            """),
        loss(
            "BCELoss", "binary_cross_entropy", [weight, .reduction],
            """
            Binary cross-entropy -(t log p + (1 - t) log(1 - p)) of probabilities p in [0, 1]; equal shapes.

            Logarithms are kept above -100, so that the loss is finite.
            """),
        loss(
            "BCEWithLogitsLoss", "binary_cross_entropy_with_logits",
            [
                weight, .reduction,
                Parameter(
                    "pos_weight", .optional(.tensor), Value.none,
                    "what targets of 1 count for; it broadcasts to the shape"),
            ],
            "Binary cross-entropy of sigmoid(input), for any finite input, without overflow; equal shapes."),
        loss(
            "CrossEntropyLoss", "cross_entropy",
            [
                classWeight, ignored, .reduction,
                Parameter(
                    "label_smoothing", .real, .real(0), "the share of each target that goes to all classes alike"),
                Parameter("from_logits", .flag, .flag(true), "False: the input has probabilities already"),
            ], hasClasses: true,
            """
            Cross-entropy of softmax(input) [n, classes, ...] (or [classes]) with class indices [n, ...] or \
            probabilities [n, classes, ...].

            A class index outside [0, classes) is an error when the loss is computed. Where the input has \
            probabilities, logarithms are kept above -100, and weight, ignore_index and label_smoothing are not there.
            """),
        loss(
            "NLLLoss", "nll_loss", [classWeight, ignored, .reduction], hasClasses: true,
            """
            -input[target] of logarithms of probabilities [n, classes, ...] (or [classes]) with class indices \
            [n, ...]; the mean is weighted.
            """),
        loss(
            "CTCLoss", "ctc_loss",
            [
                Parameter("blank", .integer, .integer(0), "the class that is no label"), .reduction,
                Parameter(
                    "zero_infinity", .flag, .flag(false), "0 for labels that there is no time for, not infinity"),
            ], inputs: ["log_probs", "targets", "input_lengths", "target_lengths"],
            """
            -log of the probability of all ways to spell labels in the steps of a sequence, with blanks between and \
            labels held; the mean is of losses divided by numbers of labels. Graves and others 2006.

            log_probs: logarithms of probabilities, [steps, n, classes] or [steps, classes]; targets: [n, most], or \
            [all] of all examples behind each other; lengths: [n].
            """),
        loss(
            "KLDivLoss", "kl_div",
            [
                Parameter(
                    "reduction", .choice(["none", "mean", "sum", "batchmean"]), .text("mean"),
                    "as other losses have it; 'batchmean': the sum over the extent of axis 0"),
                Parameter("log_target", .flag, .flag(false), "whether the targets are logarithms too"),
            ],
            """
            t (log t - input) of each element of logarithms of probabilities, 0 where t is 0; the two broadcast. \
            Kullback and Leibler 1951.
            """),
        loss(
            "PoissonNLLLoss", "poisson_nll_loss",
            [
                Parameter("log_input", .flag, .flag(true), "whether the input is logarithms of rates, not rates"),
                Parameter("full", .flag, .flag(false), "whether Stirling's approximation of log t! is added"),
                Parameter("eps", .real, .real(1e-8), "what is added to rates before their logarithm"), .reduction,
            ],
            "exp(input) - t input, or of rates input - t log(input + eps); the two broadcast."),
        loss(
            "GaussianNLLLoss", "gaussian_nll_loss",
            [
                Parameter("full", .flag, .flag(false), "whether log(2 pi) / 2 is added"),
                Parameter("eps", .real, .real(1e-6), "what variances are at least"), .reduction,
            ], inputs: ["input", "target", "var"],
            """
            (log var + (input - target)^2 / var) / 2 of each element, with variances of each, or of all of the last \
            axis. Nix and Weigend 1994.
            """),
        loss(
            "SoftMarginLoss", "soft_margin_loss", [.reduction],
            "log(1 + exp(-target input)) for targets of 1 and -1; the two broadcast."),
        loss(
            "HingeEmbeddingLoss", "hinge_embedding_loss", [margin(1, "the distance that is wanted"), .reduction],
            "input for targets of 1, max(0, margin - input) for targets of -1; the two broadcast."),
        loss(
            "MultiMarginLoss", "multi_margin_loss",
            [
                Parameter("p", .integer, .integer(1), "the exponent, 1 or 2"),
                margin(1, "how much larger the label's score is to be"), classWeight, .reduction,
            ], hasClasses: true,
            """
            The mean over classes i other than the target of max(0, margin - input[target] + input[i])^p, \
            input [n, classes] or [classes], target [n] or [].
            """),
        loss(
            "MultiLabelMarginLoss", "multilabel_margin_loss", [.reduction],
            """
            The sum over labels j and classes i that are no labels of max(0, 1 - input[j] + input[i]), over the number \
            of classes.

            input [n, classes] or [classes]; target of that shape: the labels, before the first negative number.
            """),
        loss(
            "MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss", [classWeight, .reduction],
            "The mean over the classes of binary cross-entropy of sigmoid(input): [..., classes]."),
        loss(
            "MarginRankingLoss", "margin_ranking_loss", [margin(0, "the distance that is wanted"), .reduction],
            inputs: twoAndSigns,
            "max(0, margin - target (input1 - input2)) for targets of 1 and -1; the three broadcast."),
        loss(
            "CosineEmbeddingLoss", "cosine_embedding_loss", [margin(0, "the cosine that is allowed"), .reduction],
            inputs: twoAndSigns,
            """
            1 - cos for targets of 1, max(0, cos - margin) for targets of -1, with the cosine of the angle between \
            rows of [n, width] or [width].
            """),
        loss(
            "TripletMarginLoss", "triplet_margin_loss",
            [
                margin(1, "how much farther the negative is to be, above 0"),
                Parameter("p", .real, .real(2), "the order of the norm"),
                Parameter("eps", .real, .real(1e-6), "what is added to differences"),
                Parameter("swap", .flag, .flag(false), "whether positive and negative count where they are nearer"),
                .reduction,
            ], inputs: ["anchor", "positive", "negative"],
            "max(0, margin + |anchor - positive| - |anchor - negative|) over the last axis. Balntas et al. 2016."),
    ]
}
