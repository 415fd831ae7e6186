import Steps

/// softmax(Q K^T) V of matrices [..., queries, width], [..., keys, width] and [..., keys, out], of equal axes in front,
/// as one step that keeps no scores. The result is [..., queries out + queries]: what is attended, and the logarithms
/// of the sums of exponentials, which its gradients start from. Derivatives are those of the rule that records it
/// (Derivatives/BlockedAttention.swift).
struct FusedAttention: Operation, RuledOperation {
    let isCausal: Bool
    var name: String { "attention" }
    func encode(into key: inout KeyBuilder) { key.append(isCausal) }

    /// Whether there is such a step for these operands.
    static func takes(_ queries: Node, _ keys: Node, _ values: Node) -> Bool {
        let leading = queries.shape.dropLast(2)
        return [queries, keys, values].allSatisfy { node in
            (node.dtype == .float32 || node.dtype == .float64) && node.dtype == queries.dtype
                && node.shape.dropLast(2) == leading && !node.shape.contains(0)
        }
    }

    func extents(_ inputs: [TensorType]) -> AttentionExtents {
        let (q, v) = (inputs[0].shape, inputs[2].shape)
        return AttentionExtents(
            queries: q[q.count - 2], keys: v[v.count - 2], width: q[q.count - 1], out: v[v.count - 1],
            isCausal: isCausal)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let extents = extents(inputs)
        return TensorType(inputs[0].shape.dropLast(2) + [extents.queries * (extents.out + 1)], inputs[0].dtype)
    }

    /// What is attended, [..., queries, out], and the logarithms, [..., queries, 1].
    static func parts(_ node: Node, of queries: Node, _ values: Node) throws(Failure) -> (result: Node, logSums: Node) {
        let axis = node.shape.count - 1
        let (leading, rows, out) = (Array(node.shape.dropLast()), queries.shape[axis], values.shape[axis + 1])
        return (
            try node.part(axis, 0, rows * out).reshape(leading + [rows, out]),
            try node.part(axis, rows * out, rows).reshape(leading + [rows, 1])
        )
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let extents = extents(inputs.map { lowering.type($0) })
        let operands = try inputs.map { (input) throws(Failure) in try lowering.attentionOperand(input, name) }
        let step = AttentionStep(
            dtype: lowering.type(index).dtype, extents: extents, queries: operands[0], keys: operands[1],
            values: operands[2], result: lowering.output(of: index))
        try lowering.append("\(name) \(extents.text)", .attention(step))
    }
}

/// The gradients of queries, keys and values, behind each other: [..., queries width + keys width + keys out]. Inputs:
/// queries, keys, values, the cotangent [..., queries, out], the logarithms [..., queries, 1] of `FusedAttention`, and
/// the sums [..., queries, 1] of the result times the cotangent.
struct FusedAttentionGradient: Operation, RuledOperation {
    let isCausal: Bool
    var name: String { "attention_gradient" }
    func encode(into key: inout KeyBuilder) { key.append(isCausal) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let axes = inputs[0].shape.count
        let counts = inputs[..<3].map { $0.shape[axes - 2] * $0.shape[axes - 1] }
        return TensorType(inputs[0].shape.dropLast(2) + [counts.reduce(0, +)], inputs[0].dtype)
    }

    /// The gradients in the shapes of what they belong to.
    static func parts(_ node: Node, of operands: [Node]) throws(Failure) -> [Node] {
        let axis = node.shape.count - 1
        var (start, parts) = (0, [Node]())
        for operand in operands {
            let count = operand.shape.suffix(2).reduce(1, *)
            parts.append(try node.part(axis, start, count).reshape(operand.shape))
            start += count
        }
        return parts
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let extents = FusedAttention(isCausal: isCausal).extents(inputs.map { lowering.type($0) })
        let operands = try inputs.map { (input) throws(Failure) in try lowering.attentionOperand(input, name) }
        let step = AttentionGradientStep(
            dtype: lowering.type(index).dtype, extents: extents, queries: operands[0], keys: operands[1],
            values: operands[2], cotangent: operands[3], logSums: operands[4], products: operands[5],
            result: lowering.output(of: index))
        try lowering.append("\(name) \(extents.text)", .attentionGradient(step))
    }
}

extension AttentionExtents {
    fileprivate var text: String { "\(queries)x\(keys)x\(width)x\(out)" + (isCausal ? " causal" : "") }
}

extension Lowering {
    /// Matrices as they lie where their rows are dense, else copied.
    fileprivate mutating func attentionOperand(_ place: Int, _ name: String) throws(Failure) -> AttentionOperand {
        var view = view(place)
        let rank = view.shape.count
        if view.strides[rank - 1] != 1, view.shape[rank - 1] != 1 { view = denseView(place) }
        let leading = Array(view.shape.dropLast(2))
        try MachineMemory.require(leading.elementCount, of: 4 * MemoryLayout<Int>.size, for: name)
        let operand = MatrixOperand(slot: view.slot, isTransposed: false, view: view)
        return AttentionOperand(slot: view.slot, offsets: operand.offsets(over: leading), row: view.strides[rank - 2])
    }
}
