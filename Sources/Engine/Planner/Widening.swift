import Steps

/// Floats of 16 bits on their way to steps. Loops read, round and write them by themselves (LoopBuilder), and what
/// moves elements takes any. All else computes in float32: its operands are cast, and so is its result. The casts are
/// elementwise like others, and fuse with what is around them.
extension PlanGraph {
    func widened() -> PlanGraph {
        guard nodes.contains(where: { $0.type.dtype.isHalf }) else { return self }
        return rewritten { entry, graph in graph.inFloat32(entry) }
    }

    private mutating func inFloat32(_ entry: Entry) -> Int? {
        guard entry.leaf == nil, !entry.operation.moves, !(entry.operation is any Elementwise),
            !(entry.operation is any Reduction)
        else { return nil }
        let dtypes = entry.inputs.map { nodes[$0].type.dtype } + [entry.type.dtype]
        guard let half = dtypes.first(where: { $0.isHalf }) else { return nil }
        var wide = entry
        wide.operation = entry.operation.widened(from: half)
        wide.type.dtype = entry.type.dtype.arithmetic
        // A product rounds its operands itself: what is only rounded for it is read as it was.
        let rounds = (wide.operation as? MatMul)?.takesBFloat16 ?? false
        for place in entry.inputs.indices {
            wide.inputs[place] = inFloat32(entry.inputs[place], unrounded: rounds)
        }
        let place = add(wide)
        guard entry.type.dtype.isHalf else { return place }
        return add(Entry(operation: Cast(dtype: entry.type.dtype), inputs: [place], type: entry.type, leaf: nil))
    }

    private mutating func inFloat32(_ place: Int, unrounded: Bool) -> Int {
        let node = nodes[place]
        guard node.type.dtype.isHalf else { return place }
        if node.leaf == nil, let source = node.inputs.first, node.operation is Cast, unrounded,
            nodes[source].type.dtype == .float32
        {
            return source
        }
        let type = TensorType(node.type.shape, .float32)
        if let value = fillValue(place) {
            return add(Entry(operation: Fill(value: value, type: type), inputs: [], type: type, leaf: nil))
        }
        return add(Entry(operation: Cast(dtype: .float32), inputs: [place], type: type, leaf: nil))
    }
}
