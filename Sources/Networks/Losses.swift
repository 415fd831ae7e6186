import Engine

/// Losses. Raw values are those of wb_loss_kind.
public enum Loss: Int32, CaseIterable {
    case mse, bce, bceWithLogits, crossEntropy, crossEntropyProbabilities

    /// Raw values are those of wb_reduction.
    public enum Reduction: Int32 {
        case none, mean, total

        var ofLoss: LossReduction {
            switch self {
            case .none: return .none
            case .mean: return .mean
            case .total: return .sum
            }
        }
    }

    /// Whether predictions are scores of classes.
    public var hasClasses: Bool { self == .crossEntropy || self == .crossEntropyProbabilities }

    /// The loss of `prediction` against `target`, reduced.
    public func callAsFunction(_ prediction: Tensor, _ target: Tensor, _ reduction: Reduction = .mean) throws(Failure) -> Tensor {
        switch self {
        case .mse: return try .meanSquaredError(prediction, target, reduction.ofLoss)
        case .bce: return try .binaryCrossEntropy(probabilities: prediction, target, reduction.ofLoss)
        case .bceWithLogits: return try .binaryCrossEntropy(logits: prediction, target, reduction.ofLoss)
        case .crossEntropy: return try .crossEntropy(logits: prediction, target, reduction.ofLoss)
        case .crossEntropyProbabilities: return try .crossEntropy(probabilities: prediction, target, reduction.ofLoss)
        }
    }
}
