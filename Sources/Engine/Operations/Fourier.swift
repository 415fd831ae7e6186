import Steps

/// X[k] = sum over j of x[j] exp(-2 pi i j k / n) along an axis of pairs [..., 2], real and imaginary part; with a
/// positive sign if inverse. Not scaled. Its adjoint among pairs of reals is the one of the other sign.
struct FourierSum: AlongAxis, Linear {
    var axis: Int
    var isInverse = false
    var name: String { "fourier_sum" }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(isInverse)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try FourierSum(axis: axis, isInverse: !isInverse).record([cotangent])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let type = lowering.type(index)
        let x = lowering.dense(lowering.inputs(index)[0])
        try lowering.append(
            name,
            .fourierSum(
                FourierSumStep(
                    operation: name, dtype: type.dtype, layout: AxisLayout(type.shape.dropLast(), axis),
                    isInverse: isInverse, source: x, result: lowering.output(of: index))))
    }
}
