import Engine

/// Losses. Raw values are those of wb_loss_kind.
public enum Loss: Int32, CaseIterable {
    case mse, bce, bceWithLogits, crossEntropy, crossEntropyProbabilities

    /// Raw values are those of wb_reduction.
    public enum Reduction: Int32 {
        case none, mean, total
    }

    /// Whether predictions are scores of classes.
    public var hasClasses: Bool { self == .crossEntropy || self == .crossEntropyProbabilities }

    private var name: String {
        switch self {
        case .mse: return "mse_loss"
        case .bce: return "binary_cross_entropy"
        case .bceWithLogits: return "binary_cross_entropy_with_logits"
        case .crossEntropy, .crossEntropyProbabilities: return "cross_entropy"
        }
    }

    /// The loss of `prediction` against `target`, reduced.
    public func callAsFunction(_ prediction: Tensor, _ target: Tensor, _ reduction: Reduction = .mean) throws(Failure) -> Tensor {
        guard prediction.dtype.isFloat else {
            throw .dtype(operation: name, "predictions must be float32 or float64, but are \(prediction.dtype.name)")
        }
        let elements = try hasClasses ? ofRows(prediction, target) : ofElements(prediction, target)
        switch reduction {
        case .none: return elements
        case .total: return try elements.sum()
        case .mean:
            guard elements.count > 0 else { throw .shape(operation: name, "the batch is empty: predictions are \(prediction.shape)") }
            return try elements.mean()
        }
    }

    private func ofElements(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        guard prediction.shape == target.shape else {
            throw .shape(operation: name, "predictions are \(prediction.shape), but targets are \(target.shape)")
        }
        // Targets follow the predictions' precision: labels that are integers or of another width change nothing about the loss.
        let target = try target.cast(prediction.dtype)
        switch self {
        case .mse: return try (prediction - target).applying(.square)
        case .bce: return try Tensor.binaryCrossEntropy(probabilities: prediction, targets: target)
        default: return try Tensor.binaryCrossEntropy(logits: prediction, targets: target)
        }
    }

    private func ofRows(_ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        if prediction.shape.count == 1 {
            let row = try prediction.reshape([1, prediction.count])
            let losses = try ofRows(row, target.reshape([1] + target.shape))
            return try losses.reshape([])
        }
        guard prediction.shape.count == 2 else {
            throw .shape(operation: name, "predictions [n, classes] are expected, but are \(prediction.shape)")
        }
        if target.dtype.isFloat {
            guard prediction.shape == target.shape else {
                throw .shape(
                    operation: name, "targets that are probabilities need the predictions' shape \(prediction.shape), but are \(target.shape)")
            }
            let target = try target.cast(prediction.dtype)
            return self == .crossEntropy
                ? try Tensor.crossEntropy(logits: prediction, distributions: target)
                : try Tensor.crossEntropy(probabilities: prediction, distributions: target)
        }
        return self == .crossEntropy
            ? try Tensor.crossEntropy(logits: prediction, labels: target)
            : try Tensor.crossEntropy(probabilities: prediction, labels: target)
    }
}
