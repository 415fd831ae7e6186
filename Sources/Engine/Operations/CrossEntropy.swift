import Steps

/// Cross-entropies as operations of their own, so that losses and gradients are the fused, stable forms.

/// log sum exp(z) - z[label] of each row: logits z [n, classes], labels [n] -> [n].
struct CrossEntropy: Operation {
    var name: String { "cross_entropy" }
    var keeps: Keeps { .inputs }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkCrossEntropy(inputs, name)
        return TensorType([inputs[0].shape[0]], inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try CrossEntropyGradient().record([node.inputs[0], node.inputs[1], cotangent]), nil]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        let one = try Node.full([node.shape[0]], 1, node.dtype)
        let gradient = try CrossEntropyGradient().record([node.inputs[0], node.inputs[1], one])
        return try (gradient * tangent).sum([1], keepdims: false)
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try record(rowsOfAll(batch)).reshape([batch.size] + node.shape)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (logits, labels) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let type = lowering.type(inputs[0])
        lowering.push(
            name,
            .crossEntropy(
                CrossEntropyStep(
                    operation: name, dtype: type.dtype, labelDType: lowering.type(inputs[1]).dtype,
                    rows: type.shape[0], classes: type.shape[1], logits: logits, labels: labels,
                    result: lowering.output(of: index))))
    }
}

/// (softmax(z) - onehot(label)) times the row's cotangent: the A - Y of backpropagation.
struct CrossEntropyGradient: Operation {
    var name: String { "cross_entropy_gradient" }
    var keeps: Keeps { .inputs }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkCrossEntropy(inputs, name)
        return inputs[0]
    }

    private func difference(_ node: Node) throws(Failure) -> Node {
        let one = try Node.full([node.shape[0]], 1, node.dtype)
        return try record([node.inputs[0], node.inputs[1], one])
    }

    /// Of y (d - sum d y), the product with the symmetric Jacobian of softmax.
    private func curvature(_ d: Node, _ node: Node) throws(Failure) -> Node {
        let y = try Softmax(axis: 1).record([node.inputs[0]])
        return try y * (d - (d * y).sum([1], keepdims: true))
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let upstream = try node.inputs[2].reshape([node.shape[0], 1])
        return [
            wanted.needs(node.inputs[0]) ? try curvature(cotangent * upstream, node) : nil, nil,
            wanted.needs(node.inputs[2]) ? try (cotangent * difference(node)).sum([1], keepdims: false) : nil,
        ]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let column = [node.shape[0], 1]
        let first = try tangents[0].map { (t) throws(Failure) in try curvature(t, node) * node.inputs[2].reshape(column)
        }
        let second = try tangents[2].map { (t) throws(Failure) in try difference(node) * t.reshape(column) }
        guard let first, let second else { return first ?? second }
        return try first + second
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try record(rowsOfAll(batch)).reshape([batch.size] + node.shape)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (logits, labels) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let type = lowering.type(inputs[0])
        // One cotangent for all rows (a mean's or a sum's) is read in place of a row of equal numbers.
        let wide = lowering.view(inputs[2])
        let isUniform = wide.strides == [0] && wide.offset == 0
        let upstream = isUniform ? wide.slot : lowering.dense(inputs[2])
        lowering.push(
            name,
            .crossEntropyGradient(
                CrossEntropyGradientStep(
                    operation: name, dtype: type.dtype, labelDType: lowering.type(inputs[1]).dtype,
                    rows: type.shape[0], classes: type.shape[1], logits: logits, labels: labels, upstream: upstream,
                    isUniform: isUniform, result: lowering.output(of: index))))
    }
}

/// The rows of all examples below each other.
private func rowsOfAll(_ batch: Mapped) throws(Failure) -> [Node] {
    var rows: [Node] = []
    for input in try batch.whole() {
        rows.append(try input.reshape([input.shape[0] * input.shape[1]] + input.shape.dropFirst(2)))
    }
    return rows
}

private func checkCrossEntropy(_ inputs: [TensorType], _ name: String) throws(Failure) {
    let (logits, labels) = (inputs[0], inputs[1])
    guard logits.dtype.isFloat else {
        throw .dtype(operation: name, "logits must be of a floating dtype, but are \(logits.dtype.name)")
    }
    guard labels.dtype.isInteger else {
        throw .dtype(operation: name, "class indices must be uint8, int32 or int64, but are \(labels.dtype.name)")
    }
    guard logits.shape.count == 2, labels.shape == [logits.shape[0]] else {
        throw .shape(
            operation: name,
            "logits [n, classes] and labels [n] are expected, but logits are \(logits.shape.text) and labels "
                + "\(labels.shape.text)"
        )
    }
    guard logits.shape[1] > 0 else {
        throw .shape(operation: name, "there are no classes: logits are \(logits.shape.text)")
    }
}

/// -(t log p + (1 - t) log(1 - p)) with logarithms kept above -100. Inputs p, t.
struct BinaryCrossEntropy: Elementwise {
    var name: String { "binary_cross_entropy" }
    var opcode: LoopOpcode { .bce }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }

    /// (p - t) / (p (1 - p)), the denominator kept above 1e-12 as in PyTorch.
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let (p, t) = (node.inputs[0], node.inputs[1])
        let q = try Node.scalar(1, like: p) - p
        if input == 1 { return try d * (ClampedLog().record([q]) - ClampedLog().record([p])) }
        return try d * ((p - t) / (p * q).maximum(Node.scalar(1e-12, like: p)))
    }
}

/// The same with p = sigmoid(x): max(x, 0) - x t + log(1 + exp(-|x|)), which does not overflow. Inputs x, t.
struct BinaryCrossEntropyWithLogits: Elementwise {
    var name: String { "binary_cross_entropy_with_logits" }
    var opcode: LoopOpcode { .bceWithLogits }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let (x, t) = (node.inputs[0], node.inputs[1])
        return input == 0 ? try d * (x.sigmoid() - t) : try -(d * x)
    }
}

/// A loss of probabilities p = activation(z), differentiated as the same loss of the logits z: softmax and sigmoid
/// saturate, and then the product of the two derivatives is 0 times infinity where the fused one is p - t. Inputs: the
/// loss from p, the same loss from z, p, z. The value is the first; derivatives go through the second, unless p's own
/// gradient is asked for.
struct ThroughLogits: Viewing {
    var name: String { "through_logits" }
    var computes: Int { 1 }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        wanted.requests(node.inputs[2]) ? [cotangent, nil, nil, nil] : [nil, cotangent, nil, nil]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let isSeededAtProbabilities = tangents[2] != nil && tangents[3] == nil
        return isSeededAtProbabilities ? tangents[0] : tangents[1]
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}
