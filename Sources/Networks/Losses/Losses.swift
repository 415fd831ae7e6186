import Engine

/// A loss: a module of a prediction and a target. Trainer and evaluation take it like any other.
public class Loss: Module {
    fileprivate let reduction: LossReduction

    static let inputs = [Input("input"), Input("target")]

    public required init(_ arguments: Arguments) throws(Failure) {
        reduction = LossReduction(rawValue: try arguments.text("reduction")) ?? .mean
        super.init(arguments)
    }

    /// As PyTorch prints losses.
    public override var summary: String { "" }

    func loss(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        throw .internal(operation: className, "it does not say what its loss is")
    }

    public final override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard inputs.count == 2, let prediction = inputs[0], let target = inputs[1] else {
            throw .internal(operation: className, "a prediction and a target are expected")
        }
        return [try loss(prediction.takenByLoss(), target.takenByLoss())]
    }
}

public final class MSELoss: Loss, Registered {
    public static let signature = Signature(
        "MSELoss", [.reduction], inputs: Loss.inputs, "(input - target)^2 of each element; equal shapes.")

    override func loss(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        try Tensor.meanSquaredError(prediction, target, reduction)
    }
}

public final class BCELoss: Loss, Registered {
    public static let signature = Signature(
        "BCELoss", [.reduction], inputs: Loss.inputs,
        """
        Binary cross-entropy -(t log p + (1 - t) log(1 - p)) of probabilities p in [0, 1]; equal shapes.

        Logarithms are kept above -100, so that the loss is finite.
        """)

    override func loss(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        try Tensor.binaryCrossEntropy(probabilities: prediction, target, reduction)
    }
}

public final class BCEWithLogitsLoss: Loss, Registered {
    public static let signature = Signature(
        "BCEWithLogitsLoss", [.reduction], inputs: Loss.inputs,
        "Binary cross-entropy of sigmoid(input), for any finite input, without overflow; equal shapes.")

    override func loss(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        try Tensor.binaryCrossEntropy(logits: prediction, target, reduction)
    }
}

public final class CrossEntropyLoss: Loss, Registered {
    public static let signature = Signature(
        "CrossEntropyLoss",
        [.reduction, Parameter("from_logits", .flag, .flag(true), "False: the input has probabilities already")],
        inputs: Loss.inputs,
        """
        Cross-entropy of softmax(input) [n, classes] (or [classes]) with class indices [n] or probabilities [n, \
        classes].

        A class index outside [0, classes) is an error when the loss is computed. Where the input has probabilities, \
        logarithms are kept above -100.
        """)
    private let isOfLogits: Bool

    public required init(_ arguments: Arguments) throws(Failure) {
        isOfLogits = try arguments.flag("from_logits")
        try super.init(arguments)
    }

    public override var hasClasses: Bool { true }

    override func loss(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        isOfLogits
            ? try Tensor.crossEntropy(logits: prediction, target, reduction)
            : try Tensor.crossEntropy(probabilities: prediction, target, reduction)
    }
}
