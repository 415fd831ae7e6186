import Kernels

/// Nodes without inputs: values that are given, awaited, gone, or the same everywhere.

/// A value that was given: data, a parameter, a result whose history is forgotten.
struct Leaf: Source {
    var name: String { "leaf" }
    var role: Role { .given }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        throw .internal(operation: name, "a leaf is not recorded")
    }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}
}

/// A value that a run of a captured program will supply.
struct Placeholder: Source {
    var name: String { "placeholder" }
    var role: Role { .awaited }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        throw .internal(operation: name, "a placeholder is not recorded")
    }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}
}

/// A leaf inside a capture block whose value the block computes: a parameter after a step. Derivatives stop here.
struct LeafOf: Viewing {
    var name: String { "leaf" }
    var role: Role { .settled }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}

/// What is left of a node after backward has released its graph.
struct Released: Source {
    var name: String { "backward" }
    var role: Role { .released }
    private var failure: Failure {
        .state(
            operation: name,
            "the graph behind this tensor was released by an earlier backward; pass retain_graph to keep it for a "
                + "second one"
        )
    }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { throw failure }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { throw failure }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { throw failure }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}
}

/// The same number everywhere. In fused loops it is an immediate and takes no memory.
struct Fill: Source {
    var value: Double
    var type: TensorType
    var name: String { "full" }
    var role: Role { .constant }
    var constant: Double? { value }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape(type.shape, type.dtype, operation: name)
        return type
    }

    func encode(into key: inout KeyBuilder) {
        key.append(value)
        key.append(type)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let (result, count) = (lowering.output(of: index), type.count)
        let (dtype, value) = (type.dtype, value)
        lowering.append(name, reads: [], writes: result) { slots throws(Failure) in
            fill(dtype, value, slots[result], count)
        }
    }
}

/// start, start + step, ...
struct Arange: Source {
    var start: Double
    var step: Double
    var count: Int
    var dtype: DType
    var name: String { "arange" }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape([count], dtype, operation: name)
        return TensorType([count], dtype)
    }

    func encode(into key: inout KeyBuilder) {
        key.append(start)
        key.append(step)
        key.append(count)
        key.append(Int(dtype.rawValue))
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let result = lowering.output(of: index)
        let (start, step, count, dtype) = (start, step, count, dtype)
        lowering.append(name, reads: [], writes: result) { slots throws(Failure) in
            arange(dtype, start, step, slots[result], count)
        }
    }
}
