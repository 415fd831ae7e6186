/// Algebra that removes steps without changing a bit of the result.
extension PlanGraph {
    func simplified() -> PlanGraph {
        rewritten { entry, graph in simpler(entry, &graph) }
    }

    private func simpler(_ entry: Entry, _ graph: inout PlanGraph) -> Int? {
        switch entry.operation {
        case is Identity, is LeafOf, is ThroughLogits: return entry.inputs[0]
        case let reshape as Reshape:
            let input = graph.nodes[entry.inputs[0]]
            if input.type.shape == reshape.shape { return entry.inputs[0] }
            guard input.operation is Reshape, input.leaf == nil else { return nil }
            // A reshape of a reshape looks at the first one's input.
            if graph.nodes[input.inputs[0]].type.shape == reshape.shape { return input.inputs[0] }
            return graph.add(Entry(operation: reshape, inputs: input.inputs, type: entry.type, leaf: nil))
        case let outer as Permute:
            let input = graph.nodes[entry.inputs[0]]
            guard let inner = input.operation as? Permute, input.leaf == nil else { return nil }
            let order = outer.order.map { inner.order[$0] }
            if order == Array(order.indices) { return input.inputs[0] }
            return graph.add(Entry(operation: Permute(order: order), inputs: input.inputs, type: entry.type, leaf: nil))
        case is Negative:
            let input = graph.nodes[entry.inputs[0]]
            return input.operation is Negative && input.leaf == nil ? input.inputs[0] : nil
        case is Multiply:
            return neutral(entry, 1, 0, graph) ?? neutral(entry, 1, 1, graph)
        case is Divide:
            return neutral(entry, 1, 1, graph)
        default: return nil
        }
    }

    /// The other operand, if operand `place` is the constant `number` and the other one has the result's type.
    private func neutral(_ entry: Entry, _ number: Double, _ place: Int, _ graph: PlanGraph) -> Int? {
        let other = entry.inputs[1 - place]
        return graph.fillValue(entry.inputs[place]) == number && graph.nodes[other].type == entry.type ? other : nil
    }
}
