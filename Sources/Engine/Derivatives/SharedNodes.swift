/// Nodes of a walk that compute the same from the same: a function that is evaluated twice is recorded twice. Reverse
/// mode visits the first of them only, with the sum of all their cotangents. For each node of the walk, this is the
/// number of the first that is equal to it.
///
/// It is for gradients that are constants. To gradients that will be differentiated again, equal nodes are two
/// variables. `isNeeded`, `isRequested`: as in Wanted.
func firstOfEqualNodes(_ graph: GraphWalk, isNeeded: [Bool], isRequested: [Bool]) -> [Int] {
    var first = Array(graph.nodes.indices)
    guard hasSharedInputs(graph, isNeeded) else { return first }
    /// The node that a node has its value from, for the comparison of those who read it: a variable that nobody asks
    /// for is as good as what it stands for.
    var origin = first
    var known: [[Int]: Int] = [:]
    var constants = ConstantNumbers()
    for (place, node) in graph.nodes.enumerated()
    where isNeeded[place] && !isRequested[place] && !node.isLeaf && node.role != .released && node.hooks == nil {
        if node.operation is Identity {
            origin[place] = origin[node.inputs[0].index]
            continue
        }
        var key = KeyBuilder()
        key.append(node.operation)
        for input in node.inputs {
            let passesOn = graph.contains(input) && isNeeded[input.index]
            key.append(passesOn ? origin[input.index] : -1 - constants.number(of: input))
        }
        if let earlier = known[key.words] {
            (first[place], origin[place]) = (earlier, earlier)
        } else {
            known[key.words] = place
        }
    }
    return first
}

/// Whether some node has two users. Equal nodes have equal inputs, so without one there is nothing to find, as in most
/// networks.
private func hasSharedInputs(_ graph: GraphWalk, _ isNeeded: [Bool]) -> Bool {
    var isUsed = [Bool](repeating: false, count: graph.nodes.count)
    for (place, node) in graph.nodes.enumerated() where isNeeded[place] {
        for input in node.inputs where graph.contains(input) && isNeeded[input.index] {
            if isUsed[input.index] { return true }
            isUsed[input.index] = true
        }
    }
    return false
}

/// Numbers for nodes that no cotangent goes to: equal numbers mean equal values.
private struct ConstantNumbers {
    private var numberOf: [ObjectIdentifier: Int] = [:]
    private var known: [[Int]: Int] = [:]
    private var count = 0
    /// How far behind a node is looked; beyond that, only one and the same node is equal.
    private static let reach = 8

    mutating func number(of node: Node, reach: Int = ConstantNumbers.reach) -> Int {
        if let number = numberOf[ObjectIdentifier(node)] { return number }
        let number = newNumber(of: node, reach)
        numberOf[ObjectIdentifier(node)] = number
        return number
    }

    private mutating func newNumber(of node: Node, _ reach: Int) -> Int {
        guard reach > 0, !node.isLeaf, node.role != .released else { return next() }
        if node.operation is Identity { return number(of: node.inputs[0], reach: reach - 1) }
        var key = KeyBuilder()
        key.append(node.operation)
        for input in node.inputs.prefix(node.operation.computes) { key.append(number(of: input, reach: reach - 1)) }
        if let equal = known[key.words] { return equal }
        let number = next()
        known[key.words] = number
        return number
    }

    private mutating func next() -> Int {
        count += 1
        return count - 1
    }
}
