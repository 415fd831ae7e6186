/// The elements of losses that are operations of their own. Reductions and the choice among them are the layer above's.
extension Tensor {
    /// log sum exp(logits) - logits[label] of each row: logits [n, classes], labels [n] of integers -> [n].
    public static func crossEntropy(logits: Tensor, labels: Tensor) throws(Failure) -> Tensor {
        Tensor(try CrossEntropy().record([logits.node(), labels.node()]))
    }

    /// -log p[label] of each row, the logarithm kept above -100. Where p is a softmax, derivatives go through its logits.
    public static func crossEntropy(probabilities: Tensor, labels: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try labels.node())
        guard p.shape.count == 2, t.shape == [p.shape[0]] else {
            throw .shape(
                operation: "cross_entropy",
                "probabilities [n, classes] and labels [n] are expected, but probabilities are \(p.shape.text) and labels \(t.shape.text)")
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
        return Tensor(try -(t * z.logSoftmax(z.shape.count - 1)).sum([z.shape.count - 1], keepdims: false))
    }

    /// -sum t log p of each row, logarithms kept above -100.
    public static func crossEntropy(probabilities: Tensor, distributions: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try distributions.node())
        let axis = p.shape.count - 1
        let direct = try -(t * ClampedLog().record([p])).sum([axis], keepdims: false)
        guard let logits = p.logits(of: Softmax.self) else { return Tensor(direct) }
        let fused = try -(t * logits.logSoftmax(axis)).sum([axis], keepdims: false)
        return Tensor(try ThroughLogits().record([direct, fused, p, logits]))
    }

    /// -(t log p + (1 - t) log(1 - p)) of each element, logarithms kept above -100. Where p is a sigmoid, derivatives go through its logits.
    public static func binaryCrossEntropy(probabilities: Tensor, targets: Tensor) throws(Failure) -> Tensor {
        let (p, t) = (try probabilities.node(), try targets.node())
        let dtype = promote(p.dtype, t.dtype)
        let direct = try BinaryCrossEntropy().record([p.cast(dtype), t.cast(dtype)])
        guard p.dtype == dtype, let logits = p.logits(of: Sigmoid.self) else { return Tensor(direct) }
        let fused = try BinaryCrossEntropyWithLogits().record([logits, t.cast(dtype)])
        return Tensor(try ThroughLogits().record([direct, fused, p, logits]))
    }

    /// The same with p = sigmoid(logits).
    public static func binaryCrossEntropy(logits: Tensor, targets: Tensor) throws(Failure) -> Tensor {
        let (z, t) = (try logits.node(), try targets.node())
        let dtype = promote(z.dtype, t.dtype)
        return Tensor(try BinaryCrossEntropyWithLogits().record([z.cast(dtype), t.cast(dtype)]))
    }
}

extension Node {
    /// What this node is the activation of, along the last axis where it has one.
    fileprivate func logits<Activation: Operation>(of kind: Activation.Type) -> Node? {
        guard requiresGrad, operation is Activation, let input = inputs.first else { return nil }
        if let softmax = operation as? Softmax, softmax.axis != shape.count - 1 { return nil }
        return input
    }
}
