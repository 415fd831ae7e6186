/// An operation whose derivatives are those of the rule that records it (`DerivativeRule`).
protocol RuledOperation: Operation {}

extension RuledOperation {
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        throw .internal(operation: name, "this step has no derivative of its own")
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        throw .internal(operation: name, "this step has no derivative of its own")
    }
}
