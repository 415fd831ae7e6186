import Steps

/// Writing by index tensors: the adjoints of reading by them, and assignments. Where a place is named twice the last
/// value stays, or, with `accumulates`, values are added in the order of the indices. Indices are checked while the
/// plan runs.

/// base with rows along `axis` replaced, or added to. rows: the base's shape with the axis replaced by the shape of the
/// index.
struct IndexPut: Operation, Linear {
    var axis: Int
    var accumulates: Bool
    /// The axis as users know it, for the sentence about an index out of range.
    var namedAxis: Int
    var name: String { accumulates ? "index_add" : "index_put" }
    var moves: Bool { !accumulates }

    init(axis: Int, accumulates: Bool, namedAxis: Int? = nil) {
        self.axis = axis
        self.accumulates = accumulates
        self.namedAxis = namedAxis ?? axis
    }

    func encode(into key: inout KeyBuilder) {
        key.append([axis, namedAxis])
        key.append(accumulates)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkIndex(inputs[2], name)
        let base = inputs[0].shape
        let expected = TensorType(Array(base[..<axis]) + inputs[2].shape + Array(base[(axis + 1)...]), inputs[0].dtype)
        guard inputs[1] == expected else {
            throw .internal(
                operation: name, "rows of \(expected.shape.text) are expected, not of \(inputs[1].shape.text)")
        }
        return inputs[0]
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let picks = node.inputs[2]
        var shares: [Node?] = [nil, nil, nil]
        if wanted.needs(node.inputs[0]) {
            shares[0] =
                accumulates
                ? cotangent : try record([cotangent, Node.full(node.inputs[1].shape, 0, cotangent.dtype), picks])
        }
        guard wanted.needs(node.inputs[1]) else { return shares }
        let rows = try IndexSelect(axis: axis, namedAxis: namedAxis).record([cotangent, picks])
        guard !accumulates else { return [shares[0], rows, nil] }
        // Rows that a later one has replaced had no effect.
        let positions = try Arange(start: 0, step: 1, count: picks.count, dtype: .int64).record([]).reshape(picks.shape)
        let nobody = try Node.full([cotangent.shape[axis]], 0, .int64)
        let owners = try IndexPut(axis: 0, accumulates: false, namedAxis: namedAxis).record([nobody, positions, picks])
        let stays = try IndexSelect(axis: 0, namedAxis: namedAxis).record([owners, picks]).equal(positions)
        let aligned = try stays.reshape(picks.shape + [Int](repeating: 1, count: cotangent.shape.count - axis - 1))
        shares[1] = try Node.select(aligned, rows, Node.scalar(0, like: rows))
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try record([
            tangents[0].orZeros(like: node.inputs[0]), tangents[1].orZeros(like: node.inputs[1]), node.inputs[2],
        ])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        let (base, rows, picks) = (try batch.whole(0), try batch.whole(1), batch.inputs[2])
        guard batch.isBatched[2] else {
            return try IndexPut(axis: axis + 1, accumulates: accumulates, namedAxis: namedAxis).record([
                base, rows, picks,
            ])
        }
        let merged = BatchedAxis(base.shape, axis + 1, picks.shape)
        let put = IndexPut(axis: 0, accumulates: accumulates, namedAxis: namedAxis)
        return try merged.split(put.record([merged.merge(base), merged.gather(rows), merged.places(picks, namedAxis)]))
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (type, indexType) = (lowering.type(index), lowering.type(inputs[2]))
        let layout = AxisLayout(type.shape, axis)
        lowering.checkIndices(inputs[2], name, axis: namedAxis, extent: layout.n)
        let update = lowering.update(of: inputs[0], by: index, sources: [inputs[1], inputs[2]])
        lowering.push(
            name,
            .put(
                PutStep(
                    change: update.change, isElementwise: false, accumulates: accumulates, layout: layout,
                    indexDType: indexType.dtype, count: indexType.count, source: update.sources[0],
                    indices: update.sources[1])))
    }
}

/// base with y[i][index[i][j][k]][k] = rows[i][j][k] for axis 1, or +=. rows has the index' shape, which is the base's
/// but along the axis.
struct ScatterAlongAxis: AlongAxis, Linear {
    var axis: Int
    var accumulates: Bool
    var name: String { accumulates ? "scatter_add" : "scatter" }
    var moves: Bool { !accumulates }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(accumulates)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkIndex(inputs[2], name)
        var expected = inputs[0]
        expected.shape[axis] = inputs[2].shape[axis]
        guard inputs[1] == expected, inputs[2].shape == expected.shape else {
            throw .internal(
                operation: name,
                "index and rows of \(expected.shape.text) are expected, not of \(inputs[2].shape.text) and "
                    + "\(inputs[1].shape.text)"
            )
        }
        return inputs[0]
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let index = node.inputs[2]
        var shares: [Node?] = [nil, nil, nil]
        if wanted.needs(node.inputs[0]) {
            shares[0] =
                accumulates
                ? cotangent : try record([cotangent, Node.full(node.inputs[1].shape, 0, cotangent.dtype), index])
        }
        guard wanted.needs(node.inputs[1]) else { return shares }
        let rows = try TakeAlongAxis(axis: axis).record([cotangent, index])
        guard !accumulates else { return [shares[0], rows, nil] }
        // Elements that a later one has replaced had no effect.
        let positions = try Arange(start: 0, step: 1, count: index.count, dtype: .int64).record([]).reshape(index.shape)
        let owners = try ScatterAlongAxis(axis: axis, accumulates: false).record([
            Node.full(cotangent.shape, 0, .int64), positions, index,
        ])
        let stays = try TakeAlongAxis(axis: axis).record([owners, index]).equal(positions)
        shares[1] = try Node.select(stays, rows, Node.scalar(0, like: rows))
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try record([
            tangents[0].orZeros(like: node.inputs[0]), tangents[1].orZeros(like: node.inputs[1]), node.inputs[2],
        ])
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (type, indexType) = (lowering.type(index), lowering.type(inputs[2]))
        let layout = AxisLayout(type.shape, axis)
        lowering.checkIndices(inputs[2], name, axis: axis, extent: layout.n)
        let update = lowering.update(of: inputs[0], by: index, sources: [inputs[1], inputs[2]])
        lowering.push(
            name,
            .put(
                PutStep(
                    change: update.change, isElementwise: true, accumulates: accumulates, layout: layout,
                    indexDType: indexType.dtype, count: indexType.shape[axis], source: update.sources[0],
                    indices: update.sources[1], windows: windows(inputs[2], lowering.graph, layout))))
    }

    /// The windows of the pool whose places the index is, if it has all of them in their order.
    private func windows(_ index: Int, _ graph: PlanGraph, _ layout: AxisLayout) -> [WindowArgMaxStep.Axis]? {
        guard let pool = graph.pool(at: index), layout.inner == 1,
            layout.n == pool.axes.reduce(1, { $0 * $1.input }),
            graph.nodes[index].type.shape[axis] == pool.axes.reduce(1, { $0 * $1.firsts.count })
        else { return nil }
        return pool.axes
    }
}
