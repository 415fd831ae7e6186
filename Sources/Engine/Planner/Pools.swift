import Steps

/// Pools of largest elements are steps that find places and steps that pick by them. Here the two become one, and the
/// derivative of a ReLU in front of a pool is taken where it has fewer elements.
extension PlanGraph {
    /// The pool whose places a node is, maybe under another shape.
    func pool(at place: Int) -> WindowArgMax? {
        nodes[unshaped(place)].operation as? WindowArgMax
    }

    /// The node that reshapes show.
    private func unshaped(_ place: Int) -> Int {
        var place = place
        while nodes[place].operation is Reshape, nodes[place].leaf == nil, let input = nodes[place].inputs.first {
            place = input
        }
        return place
    }

    /// where(y > 0, g put to the places of y's pool, 0) is where(what is picked of y > 0, g, 0) put to those places.
    ///
    /// An element that several windows have picked has one sign for all of them, so no sum has other terms, and what
    /// nobody has picked is 0 in both. So no bit changes.
    func withReluBehindPools() -> PlanGraph {
        guard nodes.contains(where: { $0.operation is WindowArgMax }) else { return self }
        return rewritten { entry, graph in
            guard entry.operation is Where, graph.fillValue(entry.inputs[2]) == 0 else { return nil }
            let (condition, put) = (graph.nodes[entry.inputs[0]], graph.nodes[graph.unshaped(entry.inputs[1])])
            guard condition.operation is Greater, condition.leaf == nil, graph.fillValue(condition.inputs[1]) == 0,
                let scatter = put.operation as? ScatterAlongAxis, put.leaf == nil, scatter.accumulates,
                graph.fillValue(put.inputs[0]) == 0, graph.pool(at: put.inputs[2]) != nil
            else { return nil }
            let (source, index) = (condition.inputs[0], put.inputs[2])
            let pool = graph.nodes[graph.unshaped(index)]
            // The pool is that of y, and so is the condition, element by element.
            guard graph.unshaped(pool.inputs[0]) == graph.unshaped(source),
                graph.nodes[source].type == entry.type, condition.type.shape == entry.type.shape,
                graph.nodes[entry.inputs[1]].type == entry.type
            else { return nil }
            let (numbers, whole) = (graph.nodes[put.inputs[1]].type, put.type)
            let flat = graph.add(
                Entry(
                    operation: Reshape(shape: whole.shape), inputs: [graph.unshaped(source)],
                    type: TensorType(whole.shape, whole.dtype), leaf: nil))
            let picked = graph.add(
                Entry(operation: TakeAlongAxis(axis: scatter.axis), inputs: [flat, index], type: numbers, leaf: nil))
            let isPositive = graph.add(
                Entry(
                    operation: Greater(), inputs: [picked, condition.inputs[1]],
                    type: TensorType(numbers.shape, .bool), leaf: nil))
            let passed = graph.add(
                Entry(
                    operation: Where(), inputs: [isPositive, put.inputs[1], entry.inputs[2]], type: numbers, leaf: nil))
            let back = graph.add(
                Entry(operation: scatter, inputs: [put.inputs[0], passed, index], type: whole, leaf: nil))
            return graph.add(
                Entry(operation: Reshape(shape: entry.type.shape), inputs: [back], type: entry.type, leaf: nil))
        }
    }
}

extension Lowering {
    /// Steps that pick what a pool has found become part of the step that finds it.
    mutating func joinPools() {
        var joined: [Step] = []
        for step in steps {
            guard case .pick(let pick) = step.kind,
                let place = joined.lastIndex(where: { $0.writes.contains(storageOf[pick.indices]) }),
                case .windowArgMax(var pool) = joined[place].kind, pool.values == nil, isPick(pick, of: pool)
            else {
                joined.append(step)
                continue
            }
            pool.values = pick.result
            joined[place].kind = .windowArgMax(pool)
            joined[place].writes.append(storageOf[pick.result])
        }
        steps = joined
    }

    /// Whether a step picks, in order, the elements of a pool's input that the pool has found.
    private func isPick(_ pick: PickStep, of pool: WindowArgMaxStep) -> Bool {
        pick.isElementwise && pick.indices == pool.result && pick.source == pool.source && pick.layout.inner == 1
            && pick.layout.outer == pool.planes && pick.layout.n == pool.elements && pick.count == pool.positions
            && pick.elementBytes == pool.dtype.size
    }
}
