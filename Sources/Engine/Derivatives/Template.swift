/// What a function recorded, between its variables and its results: to be recorded again on other inputs.
struct Template {
    let outputs: [Node]
    let stops: [Node]
    /// Nodes from outside the function that derivatives pass through, such as parameters.
    let outside: [Node]
    /// Recorded by the function; inputs before users.
    private let inside: [Node]

    /// `variables`: made by `variable()` just before the function was recorded.
    init(_ variables: [Tensor], _ outputs: [Tensor], operation: String) throws(Failure) {
        let stops = try variables.nodes()
        guard let first = stops.map({ $0.serial }).min(),
            stops.allSatisfy({ $0.operation is Identity && $0.requiresGrad })
        else {
            throw .argument(
                operation: operation, "variables are expected, made by wb_variable before the function was recorded")
        }
        self.init(outputs: try outputs.nodes(), stops: stops, first: first)
    }

    /// `first`: the function's nodes are younger than this number.
    private init(outputs: [Node], stops: [Node], first: Int) {
        var met = Set(stops.map(ObjectIdentifier.init))
        var (outside, inside): ([Node], [Node]) = ([], [])
        inputsFirst(outputs) { node in
            if met.contains(ObjectIdentifier(node)) { return nil }
            let isOutside = node.isLeaf || node.serial < first || (node.value != nil && !node.requiresGrad)
            guard isOutside || node.inputs.isEmpty else { return node.inputs }
            met.insert(ObjectIdentifier(node))
            if isOutside && node.requiresGrad { outside.append(node) }
            return nil
        } meet: { node in
            met.insert(ObjectIdentifier(node))
            inside.append(node)
        }
        (self.outputs, self.stops, self.outside, self.inside) = (outputs, stops, outside, inside)
    }

    /// The results on other inputs: one for each variable, then one for each node from outside. Recorded in the
    /// thread's gradient mode; what derivatives do not pass through in the template, as the function detached it, they
    /// do not pass through here.
    func copy(on inputs: [Node]) throws(Failure) -> [Node] {
        let state = ThreadState.current
        let isGradEnabled = state.isGradEnabled
        defer { state.isGradEnabled = isGradEnabled }
        var copies: [ObjectIdentifier: Node] = [:]
        for (node, input) in zip(stops + outside, inputs) { copies[ObjectIdentifier(node)] = input }
        for node in inside {
            state.isGradEnabled = isGradEnabled && node.requiresGrad
            let copy = try node.operation.record(node.inputs.map { copies[ObjectIdentifier($0)] ?? $0 })
            if node.operation is CustomCall { copy.value = node.value }
            copy.hooks = node.hooks
            copies[ObjectIdentifier(node)] = copy
        }
        return outputs.map { copies[ObjectIdentifier($0)] ?? $0 }
    }
}

/// A fresh variable with the value of `node`, computed from anew once `seeds` are there.
func variable(of node: Node, behind seeds: [Node]) -> Node {
    Node(Barrier(), [node] + seeds, node.type, requiresGrad: node.dtype.isFloat)
}

/// The same nodes, but those after the first `count` come first in a plan: a pass backward finishes with the parameters
/// of a part, whose gradients read what the part computed again, before it goes on to the part before, so that no two
/// of them lie in memory at once.
func afterGradientsOfParameters(_ found: [Node?], _ count: Int) -> [Node?] {
    let gradients = found[count...].compactMap { $0 }
    if gradients.isEmpty { return found }
    return found.enumerated().map { place, node in
        guard place < count, let node else { return node }
        return Node(Barrier(), [node] + gradients, node.type, requiresGrad: node.requiresGrad)
    }
}
