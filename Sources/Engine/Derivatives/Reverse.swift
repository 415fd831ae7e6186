/// Reverse mode: walks the graph backward and adds the nodes that compute gradients. sum_i (d outputs[i] / d
/// wanted[j])^T cotangents[i] for each j; nil where nothing depends on wanted[j].
func reverseMode(_ outputs: [Node], _ cotangents: [Node], wanted: [Node]) throws(Failure) -> [Node?] {
    let graph = GraphWalk(from: outputs)
    let requested = flags(of: wanted, in: graph)
    // A node is of use if it is wanted, or something wanted lies behind it.
    var isNeeded = requested
    for (place, node) in graph.nodes.enumerated() where !isNeeded[place] {
        // Nobody knows what lay behind a released node, so it is visited, and says so.
        isNeeded[place] = node.role == .released || node.inputs.contains { graph.contains($0) && isNeeded[$0.index] }
    }
    let request = Wanted(walk: graph.walk, isNeeded: isNeeded, isRequested: requested)
    let first =
        ThreadState.current.isGradEnabled
        ? Array(graph.nodes.indices) : firstOfEqualNodes(graph, isNeeded: isNeeded, isRequested: requested)

    var sums = [Node?](repeating: nil, count: graph.nodes.count)
    for (output, cotangent) in zip(outputs, cotangents) where graph.contains(output) {
        let place = first[output.index]
        sums[place] = try sums[place].map { (sum) throws(Failure) in try sum + cotangent } ?? cotangent
    }
    for place in graph.nodes.indices.reversed() where isNeeded[place] {
        let node = graph.nodes[place]
        if let hooks = node.hooksInForce, let cotangent = sums[place] {
            sums[place] = try hooks.applied(to: cotangent.broadcast(to: node.shape))
            graph.restoreMarks()
        }
        guard let cotangent = sums[place], !node.inputs.isEmpty || (node.role == .released && !requested[place]) else {
            continue
        }
        // Host code may walk these nodes, and even release this one, whose inputs and operation are then gone.
        let (inputs, operation) = (node.inputs, node.operation)
        let shares = try operation.reverse(cotangent, of: node, request)
        if Anomalies.isWatching { try Anomalies.look(at: shares, of: node, operation, cotangent) }
        if operation is CustomCall || Anomalies.isWatching { graph.restoreMarks() }
        for (input, share) in zip(inputs, shares) {
            guard let share, request.needs(input) else { continue }
            // What broadcasting and promotion did on the way in is undone here, once for all rules.
            var fitted = share.shape.count < input.shape.count ? try share.broadcast(to: input.shape) : share
            fitted = try fitted.summed(to: input.shape).cast(input.dtype)
            let place = first[input.index]
            sums[place] = try sums[place].map { (sum) throws(Failure) in try sum + fitted } ?? fitted
        }
    }
    return try wanted.map { (node) throws(Failure) in
        guard graph.contains(node), let sum = sums[node.index] else { return nil }
        return try sum.broadcast(to: node.shape)
    }
}

/// The same along cotangents of some of the outputs; nil for one that none comes from.
func reverseMode(_ outputs: [Node], along cotangents: [Tensor?], wanted: [Node]) throws(Failure) -> [Tensor?] {
    var (roots, seeds): ([Node], [Node]) = ([], [])
    for (output, cotangent) in zip(outputs, cotangents) {
        guard let cotangent else { continue }
        roots.append(output)
        seeds.append(cotangent.stored)
    }
    return try reverseMode(roots, seeds, wanted: wanted).map { $0.map(Tensor.init) }
}

private func flags(of nodes: [Node], in graph: GraphWalk) -> [Bool] {
    var flags = [Bool](repeating: false, count: graph.nodes.count)
    for node in nodes where graph.contains(node) { flags[node.index] = true }
    return flags
}

/// Cotangents as given, or ones, checked against the outputs.
func checkedCotangents(_ outputs: [Node], _ given: [Node]?, operation: String) throws(Failure) -> [Node] {
    guard let given else {
        return try outputs.map { (output) throws(Failure) in
            guard output.count == 1 else {
                throw .shape(
                    operation: operation,
                    "a tensor of one element is expected where no gradient is given, but its shape is "
                        + "\(output.shape.text)"
                )
            }
            return try Node.full(output.shape, 1, output.dtype)
        }
    }
    guard given.count == outputs.count else {
        throw .argument(
            operation: operation,
            "\(outputs.count) gradients are expected, one for each output, but \(given.count) were given")
    }
    var result: [Node] = []
    for (output, cotangent) in zip(outputs, given) {
        guard cotangent.shape == output.shape else {
            throw .shape(
                operation: operation,
                "the gradient must have the output's shape \(output.shape.text), but has \(cotangent.shape.text)")
        }
        result.append(try cotangent.cast(output.dtype))
    }
    return result
}
