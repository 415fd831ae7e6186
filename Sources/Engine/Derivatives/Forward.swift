/// Forward mode: walks the graph forward and adds the nodes that compute tangents. sum_j (d outputs[i] / d inputs[j])
/// tangents[j] for each i; nil where outputs[i] does not depend on the inputs.
func forwardMode(_ outputs: [Node], _ inputs: [Node], tangents: [Node]) throws(Failure) -> [Node?] {
    let graph = GraphWalk(from: outputs, stoppingAt: inputs)
    var known = [Node?](repeating: nil, count: graph.nodes.count)
    var isInput = [Bool](repeating: false, count: graph.nodes.count)
    for (input, tangent) in zip(inputs, tangents) where graph.contains(input) {
        known[input.index] = try known[input.index].map { (sum) throws(Failure) in try sum + tangent } ?? tangent
        isInput[input.index] = true
    }
    for (place, node) in graph.nodes.enumerated() where !isInput[place] {
        if node.role == .released { _ = try node.operation.forward([], of: node) }
        var moves = false
        let along = node.inputs.map { (input) -> Node? in
            guard graph.contains(input), let tangent = known[input.index] else { return nil }
            moves = true
            return tangent
        }
        guard moves else { continue }
        let operation = node.operation
        let moved = try operation.forward(along, of: node)
        if operation is CustomCall { graph.restoreMarks() }
        guard let tangent = moved else { continue }
        known[place] = try tangent.broadcast(to: node.shape).cast(node.dtype)
    }
    return outputs.map { graph.contains($0) ? known[$0.index] : nil }
}

/// The same along tangents of some of the inputs; nil for one that does not move.
func forwardMode(_ outputs: [Node], _ inputs: [Node], along tangents: [Tensor?]) throws(Failure) -> [Tensor?] {
    var (moving, given): ([Node], [Node]) = ([], [])
    for (input, tangent) in zip(inputs, tangents) {
        guard let tangent else { continue }
        moving.append(input)
        given.append(try tangent.node())
    }
    return try forwardMode(outputs, moving, tangents: given).map { $0.map(Tensor.init) }
}
