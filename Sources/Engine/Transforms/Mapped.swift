/// The inputs of a node of a mapped function as they are for all examples at once: those that depend on the example
/// have the batch as an axis more, in front.
struct Mapped {
    let examples: Range<Int>
    let inputs: [Node]
    let isBatched: [Bool]
    /// What the operation refers to besides its inputs, all with the batch.
    let attached: [Node]
    let function: MappedFunction
    /// How many examples there are.
    var size: Int { examples.count }

    /// Input `place` with the batch, along which it is repeated if it does not depend on the example.
    func whole(_ place: Int) throws(Failure) -> Node {
        isBatched[place] ? inputs[place] : try inputs[place].broadcast(to: [size] + inputs[place].shape)
    }

    func whole() throws(Failure) -> [Node] {
        var result: [Node] = []
        for place in inputs.indices { result.append(try whole(place)) }
        return result
    }

    /// Input `place` as an operand of what has `rank` axes for one example: broadcasting lines shapes up at their ends,
    /// so axes of extent 1 come in behind the batch.
    func aligned(_ place: Int, rank: Int) throws(Failure) -> Node {
        let input = inputs[place]
        guard isBatched[place] else { return input }
        return try input.reshape(
            [size] + [Int](repeating: 1, count: rank + 1 - input.shape.count) + input.shape.dropFirst())
    }
}

/// Operations of one axis, along which all inputs lie alike: the axis is one further.
protocol AlongAxis: Operation {
    var axis: Int { get set }
}

extension AlongAxis {
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        var moved = self
        moved.axis += 1
        return try moved.record(batch.whole())
    }
}

/// Operations without inputs, so that nothing of them can depend on an example.
protocol Source: Operation {}

extension Source {
    var moves: Bool { true }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { node }
}
