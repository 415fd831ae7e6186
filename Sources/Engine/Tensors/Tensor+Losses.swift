/// How the losses of a batch's elements become one number, or stay many.
public enum LossReduction: String, CaseIterable, Sendable {
    case none, mean, sum
}

/// Losses of predictions against targets of any dtype, under PyTorch's names for sentences. Predictions are floats;
/// targets take their dtype.
extension Tensor {
    /// (prediction - target)^2 of each element, reduced. Both have one shape.
    public static func meanSquaredError(_ prediction: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean)
        throws(Failure) -> Tensor
    {
        let prediction = try prediction.takenByLoss()
        return try reduced(reduction, prediction, "mse_loss") { () throws(Failure) in
            try (prediction - aligned(target, prediction, "mse_loss")).applying(.square)
        }
    }

    /// -(t log p + (1 - t) log(1 - p)) of each element, reduced. Logarithms are kept above -100.
    public static func binaryCrossEntropy(
        probabilities: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let probabilities = try probabilities.takenByLoss()
        return try reduced(reduction, probabilities, "binary_cross_entropy") { () throws(Failure) in
            try binaryCrossEntropy(
                probabilities: probabilities, targets: aligned(target, probabilities, "binary_cross_entropy"))
        }
    }

    /// The same with p = sigmoid(logits), without overflow.
    public static func binaryCrossEntropy(logits: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean)
        throws(Failure) -> Tensor
    {
        let name = "binary_cross_entropy_with_logits"
        let logits = try logits.takenByLoss()
        return try reduced(reduction, logits, name) { () throws(Failure) in
            try binaryCrossEntropy(logits: logits, targets: aligned(target, logits, name))
        }
    }

    /// -log p[target] of each row, reduced. Logarithms are kept above -100.
    public static func crossEntropy(probabilities: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean)
        throws(Failure) -> Tensor
    {
        let probabilities = try probabilities.takenByLoss()
        return try reduced(reduction, probabilities, "cross_entropy") { () throws(Failure) in
            try byRows(
                probabilities, target, { (p, t) throws(Failure) in try crossEntropy(probabilities: p, labels: t) },
                { (p, t) throws(Failure) in try crossEntropy(probabilities: p, distributions: t) })
        }
    }

    private static func reduced(
        _ reduction: LossReduction, _ prediction: Tensor, _ name: String, _ losses: () throws(Failure) -> Tensor
    ) throws(Failure) -> Tensor {
        guard prediction.dtype.isFloat else {
            throw .dtype(operation: name, "predictions must be of a floating dtype, but are \(prediction.dtype.name)")
        }
        return try reduced(losses().node(), nil, reduction, name)
    }

    /// Targets follow the predictions' precision: labels that are integers or of another width change nothing about the
    /// loss.
    private static func aligned(_ target: Tensor, _ prediction: Tensor, _ name: String) throws(Failure) -> Tensor {
        guard prediction.shape == target.shape else {
            throw .shape(operation: name, "predictions are \(prediction.shape), but targets are \(target.shape)")
        }
        return try target.cast(prediction.dtype)
    }

    private static func byRows(
        _ prediction: Tensor, _ target: Tensor, _ ofLabels: (Tensor, Tensor) throws(Failure) -> Tensor,
        _ ofDistributions: (Tensor, Tensor) throws(Failure) -> Tensor
    ) throws(Failure) -> Tensor {
        if prediction.shape.count == 1 {
            let row = try prediction.reshape([1, prediction.count])
            return try byRows(row, target.reshape([1] + target.shape), ofLabels, ofDistributions).reshape([])
        }
        guard prediction.shape.count == 2 else {
            throw .shape(
                operation: "cross_entropy", "predictions [n, classes] are expected, but are \(prediction.shape)")
        }
        guard target.dtype.isFloat else { return try ofLabels(prediction, target) }
        guard prediction.shape == target.shape else {
            throw .shape(
                operation: "cross_entropy",
                "targets that are probabilities need the predictions' shape \(prediction.shape), but are "
                    + "\(target.shape)"
            )
        }
        return try ofDistributions(prediction, target.cast(prediction.dtype))
    }
}

/// The elements of losses that are operations of their own.
extension Tensor {
    /// log sum exp(logits) - logits[label] of each row: logits [n, classes], labels [n] of integers -> [n].
    public static func crossEntropy(logits: Tensor, labels: Tensor) throws(Failure) -> Tensor {
        Tensor(try CrossEntropy().record([logits.node(), labels.node()]))
    }

    /// -log p[label] of each row, the logarithm kept above -100. Where p is a softmax, derivatives go through its
    /// logits.
    public static func crossEntropy(probabilities: Tensor, labels: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try labels.node())
        guard p.shape.count == 2, t.shape == [p.shape[0]] else {
            throw .shape(
                operation: "cross_entropy",
                "probabilities [n, classes] and labels [n] are expected, but probabilities are \(p.shape.text) and "
                    + "labels \(t.shape.text)"
            )
        }
        // A product with the one-hot label checks the label's range, and reads nothing by an unchecked index.
        let hot = try OneHot(classes: p.shape[1], dtype: p.dtype).record([t])
        let direct = try -(hot * ClampedLog().record([p])).sum([1], keepdims: false)
        guard let logits = p.logits(of: Softmax.self) else { return Tensor(direct) }
        let fused = try CrossEntropy().record([logits, t])
        return Tensor(try ThroughLogits().record([direct, fused, p, logits]))
    }

    /// -sum t log softmax(z) of each row, for targets that are distributions [n, classes].
    public static func crossEntropy(logits: Tensor, distributions: Tensor) throws(Failure) -> Tensor {
        let (z, t) = (try logits.node(), try distributions.node())
        return Tensor(try z.crossEntropy(with: t))
    }

    /// -sum t log p of each row, logarithms kept above -100.
    public static func crossEntropy(probabilities: Tensor, distributions: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try distributions.node())
        let axis = p.shape.count - 1
        let direct = try -(t * ClampedLog().record([p])).sum([axis], keepdims: false)
        guard let logits = p.logits(of: Softmax.self) else { return Tensor(direct) }
        let fused = try logits.crossEntropy(with: t)
        return Tensor(try ThroughLogits().record([direct, fused, p, logits]))
    }

    /// -(t log p + (1 - t) log(1 - p)) of each element, logarithms kept above -100. Where p is a sigmoid, derivatives
    /// go through its logits.
    public static func binaryCrossEntropy(probabilities: Tensor, targets: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try targets.node())
        let dtype = Node.common(p, t)
        let direct = try BinaryCrossEntropy().record([p.cast(dtype), t.cast(dtype)])
        guard p.dtype == dtype, let logits = p.logits(of: Sigmoid.self) else { return Tensor(direct) }
        let fused = try BinaryCrossEntropyWithLogits().record([logits, t.cast(dtype)])
        return Tensor(try ThroughLogits().record([direct, fused, p, logits]))
    }

    /// The same with p = sigmoid(logits).
    public static func binaryCrossEntropy(logits: Tensor, targets: Tensor) throws(Failure) -> Tensor {
        let (z, t) = (try logits.node(), try targets.node())
        let dtype = Node.common(z, t)
        return Tensor(try BinaryCrossEntropyWithLogits().record([z.cast(dtype), t.cast(dtype)]))
    }
}

extension Node {
    /// -sum t log softmax(z) along the last axis. A class that is impossible to both counts for nothing.
    func crossEntropy(with t: Node) throws(Failure) -> Node {
        let axis = shape.count - 1
        let logarithms = try logSoftmax(axis)
        let isImpossible = try logarithms.equal(Node.scalar(-.infinity, like: logarithms)).logicalAnd(
            t.equal(Node.scalar(0, like: t)))
        return try -(t * Node.select(isImpossible, Node.scalar(0, like: logarithms), logarithms)).sum(
            [axis], keepdims: false)
    }

    /// What this node is the activation of, along the last axis where it has one.
    fileprivate func logits<Activation: Operation>(of kind: Activation.Type) -> Node? {
        guard requiresGrad else { return nil }
        return argument(of: kind)
    }

    fileprivate func argument<Activation: Operation>(of kind: Activation.Type) -> Node? {
        guard operation is Activation, let input = inputs.first else { return nil }
        if let softmax = operation as? Softmax, softmax.axis != shape.count - 1 { return nil }
        return input
    }
}

/// For losses that take an activation's argument in the place of its result.
extension Tensor {
    /// What this is a softmax of, over the last axis, if that was recorded.
    public func logitsOfSoftmax() throws(Failure) -> Tensor? {
        try node().argument(of: Softmax.self).map { (node) throws(Failure) in try Tensor(result: node) }
    }

    /// What this is a sigmoid of, if that was recorded.
    public func logitsOfSigmoid() throws(Failure) -> Tensor? {
        try node().argument(of: Sigmoid.self).map { (node) throws(Failure) in try Tensor(result: node) }
    }
}
