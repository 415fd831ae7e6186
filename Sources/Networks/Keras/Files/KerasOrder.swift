import Engine

/// The order that Keras gives to the layers of a functional model, whatever that of its config is: by depth, counted
/// from the outputs, and by the first time that a search from the outputs meets them. Weights in a file have this
/// order.
struct KerasOrder {
    /// A call of a layer.
    private struct Node: Hashable {
        let layer: String
        let place: Int
    }

    private var inputs: [Node: [Node]] = [:]
    private var done: Set<Node> = []
    /// Calls, each behind those that it needs.
    private var nodes: [Node] = []
    /// Layers by the time that they are met.
    private var times: [String: Int] = [:]

    /// Places of `layers` in Keras' order. `calls`: as in a config. Those that no output needs come last.
    static func places(_ layers: [(name: String, calls: [JSON])], outputs: [(layer: String, node: Int)]) -> [Int] {
        var order = KerasOrder()
        for (name, calls) in layers {
            for (place, call) in calls.enumerated() {
                var found: [Node] = []
                KerasOrder.collect(call["args"] ?? .null, &found)
                for member in (call["kwargs"]?.members ?? []).sorted(by: { $0.name < $1.name }) {
                    KerasOrder.collect(member.value, &found)
                }
                order.inputs[Node(layer: name, place: place)] = found
            }
        }
        for (layer, node) in outputs { order.search(Node(layer: layer, place: node)) }
        let depths = order.depths()
        return layers.indices.sorted { a, b in
            let (first, second) = (layers[a].name, layers[b].name)
            let (depth, other) = (depths[first] ?? 0, depths[second] ?? 0)
            let (time, later) = (order.times[first] ?? -1, order.times[second] ?? -1)
            return depth != other ? depth > other : time != later ? time < later : a < b
        }
    }

    /// The calls that gave the tensors of an argument.
    private static func collect(_ json: JSON, _ found: inout [Node]) {
        if let history = json["config"]?["keras_history"]?.list, history.count == 3,
            let layer = history[0].text, let place = history[1].integer
        {
            found.append(Node(layer: layer, place: Int(place)))
        } else {
            for item in json.list ?? [] { collect(item, &found) }
        }
    }

    /// Depth first, with a stack of its own: a deep model is no reason to fail.
    private mutating func search(_ output: Node) {
        var open: Set<Node> = []
        var stack: [(node: Node, isLeft: Bool)] = [(output, false)]
        while let (node, isLeft) = stack.popLast() {
            if isLeft {
                if done.insert(node).inserted { nodes.append(node) }
                continue
            }
            if done.contains(node) || !open.insert(node).inserted { continue }
            if times[node.layer] == nil { times[node.layer] = times.count }
            stack.append((node, true))
            for input in (inputs[node] ?? []).reversed() { stack.append((input, false)) }
        }
    }

    /// How far layers are from the outputs, at most.
    private func depths() -> [String: Int] {
        var (found, depths): ([String: Int], [Node: Int]) = ([:], [:])
        for node in nodes.reversed() {
            let depth = max(depths[node] ?? 0, found[node.layer] ?? 0)
            found[node.layer] = depth
            for input in inputs[node] ?? [] { depths[input] = max(depth + 1, depths[input] ?? 0) }
        }
        return found
    }
}
