/// Its first input's value, but only once the others are there: what is computed from it waits for them, and is not
/// merged with the same computation elsewhere.
struct Barrier: Viewing {
    var name: String { "checkpoint" }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [cotangent] + [Node?](repeating: nil, count: node.inputs.count - 1)
    }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { tangents[0] }
    /// What does not depend on the example stays as it is for all, even where it waits for what does.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.inputs) }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}
