import Steps

/// The place of the largest element of each window over the last axes, as int64, counted in those axes' elements: the
/// first of equal ones, and NaN where there is one. x [..., spatial] -> [..., positions]. It has no derivative: values
/// are picked by it, and theirs come from the picking.
struct WindowArgMax: Operation {
    var axes: [WindowArgMaxStep.Axis]
    var name: String { "max_pool" }

    func encode(into key: inout KeyBuilder) {
        for axis in axes {
            key.append([axis.input, axis.dilation])
            key.append(axis.firsts)
            key.append(axis.counts)
        }
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let leading = inputs[0].shape.dropLast(axes.count)
        return TensorType(leading + axes.map { $0.firsts.count }, .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record([batch.inputs[0]]) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        lowering.push(
            "\(name) \(type.shape.text)",
            .windowArgMax(
                WindowArgMaxStep(
                    dtype: type.dtype, planes: type.shape.dropLast(axes.count).reduce(1, *), axes: axes, source: x,
                    result: lowering.output(of: index))))
    }
}
