import Steps

/// Pools of largest elements are steps that find places and steps that pick by them. Here the two become one, and the
/// derivative of a ReLU in front of a pool is taken where it has fewer elements. A loop in front of a pool runs along
/// with it.
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
    /// Steps that pick what a pool has found become part of the step that finds it, which stores no place that nobody
    /// reads then. `outputs`: storages that are handed out.
    mutating func joinPools(outputs: [Int]) {
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
        let read = Set(joined.flatMap(\.reads)).union(outputs)
        for place in joined.indices {
            guard case .windowArgMax(var pool) = joined[place].kind, pool.values != nil, let result = pool.result,
                !read.contains(storageOf[result])
            else { continue }
            pool.result = nil
            joined[place].kind = .windowArgMax(pool)
            joined[place].writes.removeAll { $0 == storageOf[result] }
        }
        steps = joined
    }

    /// A loop that makes what the pool right behind it reads, such as a bias and a ReLU, becomes part of the pool's
    /// step: planes are read where they are still in the cache, and stored only if somebody else reads them.
    mutating func joinLoopsBeforePools(outputs: [Int]) {
        var joined: [Step] = []
        for step in steps {
            if let before = joined.last, let both = join(before, step, outputs) {
                joined[joined.count - 1] = both
            } else {
                joined.append(step)
            }
        }
        steps = joined
    }

    private func join(_ before: Step, _ after: Step, _ outputs: [Int]) -> Step? {
        guard case .loop(let loop) = before.kind, case .windowArgMax(var pool) = after.kind, loop.reduction == nil,
            loop.outputs.contains(where: { $0.slot == pool.source && $0.dtype == pool.dtype }),
            loop.domain.reduce(1, *) == pool.planes * pool.elements
        else { return nil }
        let source = storageOf[pool.source]
        guard slot(ofStorage: source) == pool.source else { return nil }
        pool.loop = loop
        pool.isKept =
            outputs.contains(source) || steps.filter { $0.reads.contains(source) }.count > 1
            || aliases.contains { $0.storage == source }
        guard preparation.joins(pool) else { return nil }
        let kept = before.writes.filter { pool.isKept || $0 != source }
        var step = Step(
            label: "\(before.label) + \(after.label)", kind: .windowArgMax(pool), reads: before.reads,
            writes: after.writes + kept, mayFail: false, operations: 0)
        // What the pool finds has other places than what the loop reads.
        step.early = after.writes
        step.inPlace = before.inPlace
        step.bytesRead = before.bytesRead
        return step
    }

    /// Whether a step picks, in order, the elements of a pool's input that the pool has found.
    private func isPick(_ pick: PickStep, of pool: WindowArgMaxStep) -> Bool {
        pick.isElementwise && pick.indices == pool.result && pick.source == pool.source && pick.layout.inner == 1
            && pick.layout.outer == pool.planes && pick.layout.n == pool.elements && pick.count == pool.positions
            && pick.elementBytes == pool.dtype.size
    }
}
