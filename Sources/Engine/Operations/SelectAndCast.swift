import Steps

/// a where condition is true, else b.
struct Where: Elementwise, Linear {
    var name: String { "where" }
    var opcode: LoopOpcode { .select }
    var keeps: Keeps { .inputs }

    func result(_ dtypes: [DType]) throws(Failure) -> DType {
        guard dtypes[0] == .bool else {
            throw .dtype(operation: name, "the condition must be bool, but is \(dtypes[0].name)")
        }
        return dtypes[1]
    }

    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let zero = try Node.scalar(0, like: d)
        switch input {
        case 1: return try Node.select(node.inputs[0], d, zero)
        case 2: return try Node.select(node.inputs[0], zero, d)
        default: return nil
        }
    }
}

/// The same numbers in another dtype: floats lose their fraction on the way to integers, everything but zero is true.
struct Cast: Elementwise, Linear {
    var dtype: DType
    var name: String { "cast" }
    var opcode: LoopOpcode { dtype == .bool ? .toBool : .copy }
    func encode(into key: inout KeyBuilder) { key.append(Int(dtype.rawValue)) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtype }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        // A step through whole numbers or truth values is flat.
        dtype.isFloat && node.inputs[0].dtype.isFloat ? d : nil
    }
}

/// The same values; where the graph is to see a node of its own (a fresh variable of a transform).
struct Identity: Viewing {
    var name: String { "identity" }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [cotangent] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { tangents[0] }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}
