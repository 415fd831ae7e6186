import Steps

/// Reading by index tensors. Indices are checked while the plan runs.

func checkIndex(_ type: TensorType, _ name: String) throws(Failure) {
    guard type.dtype.isInteger else {
        throw .dtype(operation: name, "an index must be uint8, int32 or int64, but is \(type.dtype.name)")
    }
}

extension Lowering {
    /// A step that fails if an index, the value of node `place`, lies outside its axis. The steps that use the index
    /// come later and cannot fail.
    mutating func checkIndices(_ place: Int, _ operation: String, axis: Int, extent: Int) {
        if arePlaces(place, in: extent) { return }
        let type = type(place)
        insert(
            "check \(operation)",
            CheckStep(
                .indices(axis: axis, extent: extent), operation: operation, dtype: type.dtype, count: type.count,
                source: dense(place), result: nil))
    }

    /// Whether the values are places that a pool has found among `extent` elements: they need no look.
    private func arePlaces(_ place: Int, in extent: Int) -> Bool {
        graph.pool(at: place).map { $0.axes.reduce(1) { $0 * $1.input } <= extent } ?? false
    }
}

/// Rows of x along `axis`, picked by an index of any shape, which takes the axis' place.
struct IndexSelect: Operation, Linear {
    var axis: Int
    /// The axis as users know it, for the sentence about an index out of range.
    var namedAxis: Int
    var name: String { "index_select" }
    var moves: Bool { true }
    func encode(into key: inout KeyBuilder) { key.append([axis, namedAxis]) }

    init(axis: Int, namedAxis: Int? = nil) {
        self.axis = axis
        self.namedAxis = namedAxis ?? axis
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkIndex(inputs[1], name)
        let x = inputs[0]
        let shape = Array(x.shape[..<axis]) + inputs[1].shape + Array(x.shape[(axis + 1)...])
        try checkShape(shape, x.dtype, operation: name)
        return TensorType(shape, x.dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let zeros = try Node.full(node.inputs[0].shape, 0, cotangent.dtype)
        return [try IndexPut(axis: axis, accumulates: true).record([zeros, cotangent, node.inputs[1]]), nil]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent, node.inputs[1]]) }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        let (x, picks) = (batch.inputs[0], batch.inputs[1])
        guard batch.isBatched[1] else {
            return try IndexSelect(axis: axis + 1, namedAxis: namedAxis).record([x, picks])
        }
        guard batch.isBatched[0] else {
            // The batch is an axis of the index like others, and comes to the front.
            let rows = try record([x, picks])
            return try rows.permute([axis] + rows.shape.indices.filter { $0 != axis })
        }
        let merged = BatchedAxis(x.shape, axis + 1, picks.shape)
        return try merged.spread(
            IndexSelect(axis: 0, namedAxis: namedAxis).record([merged.merge(x), merged.places(picks, namedAxis)]))
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (x, picks) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let (source, indexType) = (lowering.type(inputs[0]), lowering.type(inputs[1]))
        let layout = AxisLayout(source.shape, axis)
        let result = lowering.output(of: index)
        lowering.checkIndices(inputs[1], name, axis: namedAxis, extent: layout.n)
        lowering.push(
            name,
            .pick(
                PickStep(
                    isElementwise: false, elementBytes: source.dtype.size, layout: layout, indexDType: indexType.dtype,
                    count: indexType.count, source: x, indices: picks, result: result)))
    }
}

/// y[i][j][k] = x[i][index[i][j][k]][k] for axis 1.
struct TakeAlongAxis: AlongAxis, Linear {
    var axis: Int
    var name: String { "take_along_axis" }
    var moves: Bool { true }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkIndex(inputs[1], name)
        var expected = inputs[0].shape
        guard inputs[1].shape.count == expected.count else {
            throw .shape(operation: name, "x has \(expected.count) axes, but the index has \(inputs[1].shape.count)")
        }
        expected[axis] = inputs[1].shape[axis]
        guard expected == inputs[1].shape else {
            throw .shape(
                operation: name,
                "x is \(inputs[0].shape.text) and the index \(inputs[1].shape.text): they may differ along axis "
                    + "\(axis) only"
            )
        }
        return TensorType(expected, inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let zeros = try Node.full(node.inputs[0].shape, 0, cotangent.dtype)
        return [try ScatterAlongAxis(axis: axis, accumulates: true).record([zeros, cotangent, node.inputs[1]]), nil]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent, node.inputs[1]]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (x, picks) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let (source, indexType) = (lowering.type(inputs[0]), lowering.type(inputs[1]))
        let layout = AxisLayout(source.shape, axis)
        let result = lowering.output(of: index)
        lowering.checkIndices(inputs[1], name, axis: axis, extent: layout.n)
        lowering.push(
            name,
            .pick(
                PickStep(
                    isElementwise: true, elementBytes: source.dtype.size, layout: layout, indexDType: indexType.dtype,
                    count: indexType.shape[axis], source: x, indices: picks, result: result)))
    }
}

/// 1 where the label says, else 0: [n] -> [n, classes].
struct OneHot: Operation {
    var classes: Int
    var dtype: DType
    var name: String { "one_hot" }
    func widened(from dtype: DType) -> any Operation { OneHot(classes: classes, dtype: .float32) }
    func encode(into key: inout KeyBuilder) { key.append([classes, Int(dtype.rawValue)]) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        guard inputs[0].dtype.isInteger else {
            throw .dtype(operation: name, "labels must be integers, but are \(inputs[0].dtype.name)")
        }
        let shape = inputs[0].shape + [classes]
        try checkShape(shape, dtype, operation: name)
        return TensorType(shape, dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let labels = lowering.dense(input)
        lowering.push(
            name,
            .oneHot(
                OneHotStep(
                    operation: name, labelDType: type.dtype, dtype: dtype, count: type.count, classes: classes,
                    labels: labels, result: lowering.output(of: index))))
    }
}
