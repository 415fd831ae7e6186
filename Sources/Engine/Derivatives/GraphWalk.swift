/// The part of a graph that derivatives pass through: nodes from which `roots` are computed and that require gradients,
/// inputs before users.
struct GraphWalk {
    let walk = Node.newWalk()
    private(set) var nodes: [Node] = []

    /// `stops`: nodes that are not looked behind.
    init(from roots: [Node], stoppingAt stops: [Node] = []) {
        let seen = -walk
        for stop in stops where stop.requiresGrad && stop.mark != walk {
            stop.mark = walk
            stop.index = nodes.count
            nodes.append(stop)
        }
        // Depth first without recursion: a node is pushed, then pushed again below its inputs, and numbered when met
        // the second time.
        var stack: [Node] = []
        for root in roots.reversed() where root.requiresGrad { stack.append(root) }
        while let node = stack.popLast() {
            if node.mark == walk { continue }
            if node.mark == seen {
                node.mark = walk
                node.index = nodes.count
                nodes.append(node)
                continue
            }
            node.mark = seen
            stack.append(node)
            for input in node.inputs.reversed() where input.requiresGrad && input.mark != walk && input.mark != seen {
                stack.append(input)
            }
        }
    }

    /// Numbers the nodes again after host code ran, which may have walked them on its own.
    func restoreMarks() {
        for (place, node) in nodes.enumerated() { (node.mark, node.index) = (walk, place) }
    }

    func contains(_ node: Node) -> Bool { node.mark == walk }
}
