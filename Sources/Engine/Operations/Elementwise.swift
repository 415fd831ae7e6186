import Steps

/// An operation that works element by element. Its Jacobian is diagonal, hence its own transpose: one rule, `product`,
/// serves reverse and forward mode. It lowers to one instruction of a fused loop.
protocol Elementwise: Operation {
    var opcode: LoopOpcode { get }
    /// The instruction's constant.
    var immediate: Double { get }
    /// dtype of the result, given those of the inputs.
    func result(_ dtypes: [DType]) throws(Failure) -> DType
    /// `d` times the derivative of the result with respect to input number `input`; nil where that is zero everywhere.
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node?
}

extension Elementwise {
    var immediate: Double { 0 }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var shape = inputs[0].shape
        for input in inputs.dropFirst() {
            guard let joined = broadcastShape(shape, input.shape) else {
                throw .shape(
                    operation: name,
                    "shapes do not broadcast together: " + inputs.map { $0.shape.text }.joined(separator: " and "))
            }
            shape = joined
        }
        let type = TensorType(shape, try result(inputs.map { $0.dtype }))
        if shape != inputs[0].shape { try checkShape(shape, type.dtype, operation: name) }
        return type
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        var shares: [Node?] = []
        for (place, input) in node.inputs.enumerated() {
            shares.append(wanted.needs(input) ? try product(cotangent, along: place, of: node) : nil)
        }
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        var sum: Node?
        for (place, tangent) in tangents.enumerated() {
            guard let tangent, let part = try product(tangent, along: place, of: node) else { continue }
            sum = try sum.map { (sum) throws(Failure) in try sum + part } ?? part
        }
        return sum
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        var operands: [Node] = []
        for place in batch.inputs.indices { operands.append(try batch.aligned(place, rank: node.shape.count)) }
        return try record(operands)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) { try lowering.appendLoop(rootedAt: index) }

    /// Float dtypes only, all equal (promotion has happened).
    func floats(_ dtypes: [DType]) throws(Failure) -> DType {
        guard dtypes[0].isFloat else {
            throw .dtype(operation: name, "float32 or float64 is expected, but \(dtypes[0].name) was given")
        }
        return dtypes[0]
    }
}

/// An elementwise operation whose derivative is zero wherever it exists: comparisons, logic, sign.
protocol PiecewiseConstant: Elementwise {}

extension PiecewiseConstant {
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { nil }
}

/// Comparisons and logic, whose result is bool.
protocol Predicate: PiecewiseConstant {}

extension Predicate {
    func result(_ dtypes: [DType]) throws(Failure) -> DType { .bool }
}
