/// The part of the recorded graph that has to be computed for some nodes, in an order in which inputs come before
/// users, and its key: graphs with equal keys have equal plans. It is made anew for each evaluation, so it does little
/// and allocates little.
struct Linearization {
    private(set) var nodes: [Node] = []
    /// Nodes whose values are there already, or will be given to a run.
    private(set) var leaves: [Node] = []
    private(set) var outputs: [Int] = []
    private(set) var key = KeyBuilder()
    private let walk = Node.newWalk()

    /// `isBound`: whether a placeholder will have a value when the plan runs.
    init(_ wanted: [Node], bindsPlaceholders: Bool = false) throws(Failure) {
        key.reserve(256)
        var stack: [Node] = []
        for node in wanted {
            stack.append(node)
            try visit(&stack, bindsPlaceholders)
        }
        outputs.reserveCapacity(wanted.count)
        for node in wanted { outputs.append(node.planIndex) }
        key.append(-1)
        key.append(outputs)
    }

    private mutating func visit(_ stack: inout [Node], _ bindsPlaceholders: Bool) throws(Failure) {
        let seen = -walk
        while let node = stack.popLast() {
            if node.planMark == walk { continue }
            if node.role == .mapped { throw MapVariable.noValue }
            let isLeaf = node.value != nil || node.role == .awaited
            if !isLeaf, node.planMark != seen, !node.inputs.isEmpty {
                node.planMark = seen
                stack.append(node)
                for input in node.inputs.prefix(node.operation.computes).reversed() where input.planMark != walk {
                    stack.append(input)
                }
                continue
            }
            node.planMark = walk
            node.planIndex = nodes.count
            nodes.append(node)
            if isLeaf {
                if node.value == nil, !bindsPlaceholders {
                    throw .state(
                        operation: "capture",
                        ThreadState.current.capture?.isPlaceholder(node) == true
                            ? "a value was asked for inside a capture block, where nothing is computed yet; ask for it "
                                + "after the program has run"
                            : "a tensor that was recorded in a capture block has no value of its own, and the block "
                                + "has ended; what the program computes are its outputs"
                    )
                }
                key.append(-2)
                key.append(node.type)
                leaves.append(node)
            } else {
                key.append(node.operation)
                for input in node.inputs.prefix(node.operation.computes) { key.append(input.planIndex) }
            }
        }
    }

    func contains(_ node: Node) -> Bool { node.planMark == walk }

    /// Donations are part of the key: they shape the memory plan.
    mutating func note(_ donations: [PlanGraph.Donation]) {
        for donation in donations {
            key.append(-3)
            key.append(donation.leaf)
            key.append(donation.output)
        }
    }

    func graph(donations: [PlanGraph.Donation]) -> PlanGraph {
        var graph = PlanGraph(leafCount: leaves.count, donations: donations)
        graph.nodes.reserveCapacity(nodes.count)
        var leaf = 0
        for node in nodes {
            let isLeaf = leaf < leaves.count && leaves[leaf] === node
            graph.nodes.append(
                PlanGraph.Entry(
                    // What made a value that is there already is none of the plan's business.
                    operation: isLeaf ? Leaf() : node.operation,
                    inputs: isLeaf ? [] : node.inputs.prefix(node.operation.computes).map { $0.planIndex },
                    type: node.type, leaf: isLeaf ? leaf : nil))
            if isLeaf { leaf += 1 }
        }
        graph.outputs = outputs
        return graph
    }
}
