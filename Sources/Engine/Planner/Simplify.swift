/// Algebra that removes steps without changing a bit of the result.
extension PlanGraph {
    func simplified() -> PlanGraph {
        rewritten { entry, graph in simpler(entry, &graph) }
    }

    private func simpler(_ entry: Entry, _ graph: inout PlanGraph) -> Int? {
        switch entry.operation {
        case is Identity, is LeafOf, is ThroughLogits, is FactorPart, is CustomOutput: return entry.inputs[0]
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
            if let inner = negated(entry.inputs[0], graph) { return inner }
            // -(c x) is (-c) x.
            guard input.operation is Multiply, input.leaf == nil, entry.type.dtype.isFloat,
                let place = input.inputs.indices.first(where: { graph.fillValue(input.inputs[$0]) != nil }),
                let value = graph.fillValue(input.inputs[place])
            else { return nil }
            let constant = graph.nodes[input.inputs[place]].type
            var inputs = input.inputs
            inputs[place] = graph.add(
                Entry(operation: Fill(value: -value, type: constant), inputs: [], type: constant, leaf: nil))
            return graph.add(Entry(operation: Multiply(), inputs: inputs, type: entry.type, leaf: nil))
        case let product as MatMul: return outer(product, entry, &graph)
        case is Multiply:
            return neutral(entry, 1, 0, graph) ?? neutral(entry, 1, 1, graph) ?? signOutside(entry, &graph)
        case is Add:
            // Signs are exact, so they may move: a + (-b) is a - b.
            if let b = negated(entry.inputs[1], graph) {
                return graph.add(
                    Entry(operation: Subtract(), inputs: [entry.inputs[0], b], type: entry.type, leaf: nil))
            }
            guard let a = negated(entry.inputs[0], graph) else { return nil }
            return graph.add(Entry(operation: Subtract(), inputs: [entry.inputs[1], a], type: entry.type, leaf: nil))
        case is Subtract:
            guard let b = negated(entry.inputs[1], graph) else { return nil }
            return graph.add(Entry(operation: Add(), inputs: [entry.inputs[0], b], type: entry.type, leaf: nil))
        case is Divide:
            return neutral(entry, 1, 1, graph)
        default: return nil
        }
    }

    /// What `place` is the negative of, if it is one.
    private func negated(_ place: Int, _ graph: PlanGraph) -> Int? {
        let node = graph.nodes[place]
        return node.operation is Negative && node.leaf == nil ? node.inputs[0] : nil
    }

    /// (-a) b as -(a b): a sum that reads it then takes the sign.
    private func signOutside(_ entry: Entry, _ graph: inout PlanGraph) -> Int? {
        guard let place = entry.inputs.indices.first(where: { negated(entry.inputs[$0], graph) != nil }),
            let inner = negated(entry.inputs[place], graph)
        else { return nil }
        var product = entry
        product.inputs[place] = inner
        return graph.add(Entry(operation: Negative(), inputs: [graph.add(product)], type: entry.type, leaf: nil))
    }

    /// A product over one element: each element of a column times each of a row, which fuses with what comes after.
    private func outer(_ product: MatMul, _ entry: Entry, _ graph: inout PlanGraph) -> Int? {
        guard !product.takesBFloat16, !product.keepsSums else { return nil }
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
                isThere
                    ? input : graph.add(Entry(operation: Reshape(shape: shape), inputs: [input], type: type, leaf: nil))
            )
        }
        return graph.add(Entry(operation: Multiply(), inputs: operands, type: entry.type, leaf: nil))
    }

    /// The other operand, if operand `place` is the constant `number` and the other one has the result's type.
    private func neutral(_ entry: Entry, _ number: Double, _ place: Int, _ graph: PlanGraph) -> Int? {
        let other = entry.inputs[1 - place]
        return graph.fillValue(entry.inputs[place]) == number && graph.nodes[other].type == entry.type ? other : nil
    }
}
