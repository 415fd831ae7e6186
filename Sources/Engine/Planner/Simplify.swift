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
        case let product as MatMul: return outer(product, entry, &graph)
        case is Multiply:
            return neutral(entry, 1, 0, graph) ?? neutral(entry, 1, 1, graph)
        case is Divide:
            return neutral(entry, 1, 1, graph)
        default: return nil
        }
    }

    /// A product over one element: each element of a column times each of a row, which fuses with what comes after.
    private func outer(_ product: MatMul, _ entry: Entry, _ graph: inout PlanGraph) -> Int? {
        guard product.precision == .full else { return nil }
        let shapes = entry.inputs.map { graph.nodes[$0].type.shape }
        let rank = shapes[0].count
        guard shapes[0][product.transposeA ? rank - 2 : rank - 1] == 1 else { return nil }
        let column = Array(shapes[0].dropLast(2)) + [entry.type.shape[entry.type.shape.count - 2], 1]
        let row = Array(shapes[1].dropLast(2)) + [1, entry.type.shape[entry.type.shape.count - 1]]
        var operands: [Int] = []
        for (input, shape) in zip(entry.inputs, [column, row]) {
            let type = TensorType(shape, entry.type.dtype)
            let isThere = graph.nodes[input].type.shape == shape
            operands.append(
                isThere ? input : graph.add(Entry(operation: Reshape(shape: shape), inputs: [input], type: type, leaf: nil)))
        }
        return graph.add(Entry(operation: Multiply(), inputs: operands, type: entry.type, leaf: nil))
    }

    /// The other operand, if operand `place` is the constant `number` and the other one has the result's type.
    private func neutral(_ entry: Entry, _ number: Double, _ place: Int, _ graph: PlanGraph) -> Int? {
        let other = entry.inputs[1 - place]
        return graph.fillValue(entry.inputs[place]) == number && graph.nodes[other].type == entry.type ? other : nil
    }
}
