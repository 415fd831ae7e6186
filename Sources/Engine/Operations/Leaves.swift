import Steps

/// Nodes that stand for values from elsewhere: given, awaited, settled or gone.

/// A value that was given: data, a parameter, a result whose history is forgotten.
struct Leaf: Source {
    var name: String { "leaf" }
    var role: Role { .given }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        throw .internal(operation: name, "a leaf is not recorded")
    }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}
}

/// A value that a run of a captured program will supply.
struct Placeholder: Source {
    var name: String { "placeholder" }
    var role: Role { .awaited }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        throw .internal(operation: name, "a placeholder is not recorded")
    }
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
