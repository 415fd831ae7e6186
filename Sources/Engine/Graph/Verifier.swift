/// What holds of every graph, for tests to check: rules that rewrite graphs are many, and a type that is wrong here
/// would be memory overwritten there.
enum Verifier {
    /// Looks at everything that `roots` are computed from.
    static func check(_ roots: [Node]) throws(Failure) {
        var order: [Node] = []
        var state: [ObjectIdentifier: Bool] = [:]  // false: on the way, true: done
        var users: [ObjectIdentifier: Int] = [:]
        var stack = roots
        while let node = stack.popLast() {
            let id = ObjectIdentifier(node)
            if state[id] == true { continue }
            if state[id] == false {
                state[id] = true
                order.append(node)
                continue
            }
            state[id] = false
            stack.append(node)
            for input in node.inputs {
                users[ObjectIdentifier(input), default: 0] += 1
                switch state[ObjectIdentifier(input)] {
                case false?: throw broken(node, "is computed from itself")
                case nil: stack.append(input)
                default: break
                }
            }
        }
        for node in order {
            try check(node)
            guard node.uses >= users[ObjectIdentifier(node), default: 0] else {
                throw broken(node, "counts \(node.uses) uses, but has more")
            }
        }
    }

    private static func check(_ node: Node) throws(Failure) {
        if let value = node.value, value.bytes < node.type.bytes {
            throw broken(node, "has a value of \(value.bytes) bytes, but its type has \(node.type.bytes)")
        }
        if node.requiresGrad, !node.dtype.isFloat { throw broken(node, "has a gradient, but is \(node.dtype.name)") }
        switch node.operation {
        case is Leaf:
            guard node.value != nil, node.inputs.isEmpty else { throw broken(node, "has no value, or a history") }
        case is Placeholder:
            guard node.value == nil, node.inputs.isEmpty else { throw broken(node, "has a value or a history") }
        case is Released:
            // Its value may have been dropped with the graph; then nothing may ask for it.
            guard node.inputs.isEmpty else { throw broken(node, "has a history") }
        default:
            let type = try node.operation.infer(node.inputs.map { $0.type })
            guard type == node.type else {
                throw broken(node, "is \(describe(node.type)), but its rule says \(describe(type))")
            }
            for input in node.inputs.prefix(node.operation.computes)
            where input.role == .released && input.value == nil && node.value == nil {
                throw broken(node, "is computed from a value that was released")
            }
            let isVariable = node.operation is Identity || node.operation is LeafOf || node.operation is Barrier
            if node.requiresGrad, !isVariable, !node.inputs.contains(where: { $0.requiresGrad }) {
                throw broken(node, "has a gradient, but nothing it is computed from has one")
            }
        }
    }

    /// The same of a graph on its way to a plan.
    static func check(_ graph: PlanGraph) throws(Failure) {
        for (place, entry) in graph.nodes.enumerated() {
            func broken(_ sentence: String) -> Failure {
                .internal(operation: "verify", "entry \(place), \(entry.operation.name), \(sentence)")
            }
            guard entry.inputs.allSatisfy({ 0 <= $0 && $0 < place }) else {
                throw broken("comes before one of its inputs: \(entry.inputs)")
            }
            if let leaf = entry.leaf {
                guard 0 <= leaf, leaf < graph.leafCount, entry.inputs.isEmpty else {
                    throw broken("is no leaf of the graph")
                }
                continue
            }
            guard entry.inputs.count <= entry.operation.computes else {
                throw broken("has inputs that it is not computed from")
            }
            // An operation that looks at some of its inputs only is a view of the first.
            if entry.operation.computes < Int.max { continue }
            let type = try entry.operation.infer(entry.inputs.map { graph.nodes[$0].type })
            guard type == entry.type else {
                throw broken("is \(describe(entry.type)), but its rule says \(describe(type))")
            }
        }
        guard graph.outputs.allSatisfy({ graph.nodes.indices.contains($0) }) else {
            throw .internal(operation: "verify", "an output is no node of the graph")
        }
        for donation in graph.donations
        where !graph.outputs.indices.contains(donation.output) || donation.leaf >= graph.leafCount {
            throw .internal(operation: "verify", "a donation names no leaf, or no output")
        }
    }

    private static func broken(_ node: Node, _ sentence: String) -> Failure {
        .internal(operation: "verify", "\(node.operation.name) \(describe(node.type)) \(sentence)")
    }

    private static func describe(_ type: TensorType) -> String { "\(type.dtype.name) \(type.shape.text)" }
}
