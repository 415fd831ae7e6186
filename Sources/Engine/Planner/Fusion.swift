import Steps

/// Elementwise nodes that run as one loop over one domain, with at most one reduction at the end.
struct LoopGroup {
    /// The last node: the group runs where it stands in the order.
    var root: Int
    /// Ascending; the root is the last.
    var members: [Int]
    var compute: DType
}

/// Decides which elementwise nodes share a loop. From the last node to the first, each that is still alone becomes the
/// root of a group and pulls in the nodes it reads, as long as domain and arithmetic agree and nobody outside needs
/// their values before the group runs.
struct Fusion {
    private(set) var groups: [Int: LoopGroup] = [:]
    /// The root of each node's group; -1 for nodes that run on their own.
    private(set) var rootOf: [Int]

    private static let maximalMembers = 48

    /// `users`: those of the graph's nodes.
    init(_ graph: PlanGraph, _ users: [[Int]], fuses: Bool) {
        rootOf = [Int](repeating: -1, count: graph.nodes.count)
        for root in graph.nodes.indices.reversed() where rootOf[root] < 0 && Fusion.isLoop(graph.nodes[root]) {
            var group = LoopGroup(root: root, members: [root], compute: Fusion.compute(graph, root) ?? .int64)
            rootOf[root] = root
            if fuses { pull(&group, graph, users) }
            group.members.sort()
            groups[root] = group
        }
    }

    private mutating func pull(_ group: inout LoopGroup, _ graph: PlanGraph, _ users: [[Int]]) {
        let root = graph.nodes[group.root]
        let domain = root.operation is any Reduction ? graph.nodes[root.inputs[0]].type.shape : root.type.shape
        // Producers are looked at from the last to the first: then all their users inside the group are known.
        var candidates = Set(root.inputs)
        while let place = candidates.max(), group.members.count < Fusion.maximalMembers {
            candidates.remove(place)
            let node = graph.nodes[place]
            guard rootOf[place] < 0, node.operation is any Elementwise, node.leaf == nil, node.type.shape == domain
            else { continue }
            let own = Fusion.compute(graph, place)
            guard own == nil || own == group.compute,
                node.type.dtype.arithmetic == group.compute || node.type.dtype == .bool
            else { continue }
            // Users outside must come after the group has run; then what they read is there, and no cycle can arise.
            guard users[place].allSatisfy({ rootOf[$0] == group.root || $0 > group.root }) else { continue }
            rootOf[place] = group.root
            group.members.append(place)
            candidates.formUnion(node.inputs)
        }
    }

    private static func isLoop(_ node: PlanGraph.Entry) -> Bool {
        node.leaf == nil && (node.operation is any Elementwise || node.operation is any Reduction)
    }

    /// The type that a node's arithmetic is done in; nil where any does (logic on truth values).
    static func compute(_ graph: PlanGraph, _ place: Int) -> DType? {
        let node = graph.nodes[place]
        let result = node.type.dtype.arithmetic
        let input = graph.nodes[node.inputs[0]].type.dtype.arithmetic
        if node.operation is Cast { return result.isFloat ? result : input.isFloat ? input : .int64 }
        if result.isFloat { return result }
        if node.operation is Where { return result == .bool ? nil : .int64 }
        if input == .bool && result == .bool { return nil }
        return input.isFloat ? input : .int64
    }
}
