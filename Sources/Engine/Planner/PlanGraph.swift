/// A graph on its way to a plan: nodes as numbers, inputs before users. Passes turn one such graph into a better one.
struct PlanGraph {
    struct Entry {
        var operation: any Operation
        /// Numbers of the nodes that the value is computed from.
        var inputs: [Int]
        var type: TensorType
        /// Which leaf this is: a value from outside that a run binds.
        var leaf: Int?
    }

    /// An output that may take over the memory of a leaf: a parameter and its updated value.
    struct Donation: Equatable {
        var leaf: Int
        var output: Int
    }

    var nodes: [Entry] = []
    /// Nodes whose values are wanted.
    var outputs: [Int] = []
    var leafCount = 0
    var donations: [Donation] = []

    /// For each node, the nodes that read it, ascending.
    var users: [[Int]] {
        var users = [[Int]](repeating: [], count: nodes.count)
        for (place, node) in nodes.enumerated() {
            for input in node.inputs where users[input].last != place { users[input].append(place) }
        }
        return users
    }

    /// The number that node `place` is everywhere, if it is such a constant.
    func fillValue(_ place: Int) -> Double? { nodes[place].operation.constant }

    /// Rebuilds the graph from the nodes that outputs need. `rule` sees each node, its inputs already renumbered, and
    /// the new graph so far; it returns the number of an equal node there, adding nodes if it must, or nil to keep the
    /// node as it is.
    func rewritten(_ rule: (Entry, inout PlanGraph) -> Int?) -> PlanGraph {
        var isNeeded = [Bool](repeating: false, count: nodes.count)
        for output in outputs { isNeeded[output] = true }
        for place in nodes.indices.reversed() where isNeeded[place] {
            for input in nodes[place].inputs { isNeeded[input] = true }
        }
        var result = PlanGraph(leafCount: leafCount, donations: donations)
        result.nodes.reserveCapacity(nodes.count)
        var number = [Int](repeating: -1, count: nodes.count)
        for (place, node) in nodes.enumerated() where isNeeded[place] {
            var moved = node
            moved.inputs = node.inputs.map { number[$0] }
            number[place] = rule(moved, &result) ?? result.add(moved)
        }
        result.outputs = outputs.map { number[$0] }
        return result
    }

    mutating func add(_ entry: Entry) -> Int {
        nodes.append(entry)
        return nodes.count - 1
    }
}
