import Steps

/// Along `axis`, the places of the elements in ascending (descending) order; equal ones stay in their order, NaN counts
/// as the largest.
struct ArgSort: AlongAxis {
    var axis: Int
    var isDescending: Bool
    var name: String { "argsort" }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(isDescending)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape(inputs[0].shape, .int64, operation: name)
        return TensorType(inputs[0].shape, .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        try lowering.append(
            name,
            .argSort(
                ArgSortStep(
                    dtype: type.dtype, layout: AxisLayout(type.shape, axis), isDescending: isDescending, source: x,
                    result: lowering.output(of: index))))
    }
}

/// How many of a row's ascending edges [..., n] are at most each of its values [..., count]: float64, with equal
/// leading axes.
struct CountBelow: Operation {
    var name: String { "count_below" }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { TensorType(inputs[1].shape, .int64) }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil, nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (edges, values) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let (from, type) = (lowering.type(inputs[0]), lowering.type(index))
        let rank = type.shape.count
        lowering.push(
            name,
            .countBelow(
                CountBelowStep(
                    rows: Array(type.shape.dropLast()).elementCount, n: from.shape[rank - 1],
                    count: type.shape[rank - 1], edges: edges, values: values, result: lowering.output(of: index))))
    }
}
