import Steps

/// Softmax, its logarithm, and log-sum-exp along one axis; each subtracts the largest element first, so nothing
/// overflows.

private func checkFloat(_ type: TensorType, _ name: String) throws(Failure) {
    guard type.dtype.isFloat else {
        throw .dtype(operation: name, "float32 or float64 is expected, but \(type.dtype.name) was given")
    }
}

/// y = exp(x) / sum exp(x). With J = diag(y) - y y^T, which is symmetric, one rule serves both modes.
struct Softmax: AlongAxis {
    var axis: Int
    var name: String { "softmax" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkFloat(inputs[0], name)
        return inputs[0]
    }

    private func product(_ d: Node, _ y: Node) throws(Failure) -> Node {
        try y * (d - Sum(axes: [axis]).record([d * y]))
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try product(cotangent, node)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try product(tangent, node) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        lowering.push(
            name,
            .softmax(
                SoftmaxStep(
                    .softmax, dtype: type.dtype, layout: AxisLayout(type.shape, axis), source: x,
                    result: lowering.output(of: index))))
    }
}

/// y = x - log sum exp(x).
struct LogSoftmax: AlongAxis {
    var axis: Int
    var name: String { "log_softmax" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkFloat(inputs[0], name)
        return inputs[0]
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try cotangent - node.exp() * Sum(axes: [axis]).record([cotangent])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in
            try tangent - Sum(axes: [axis]).record([node.exp() * tangent])
        }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        lowering.push(
            name,
            .softmax(
                SoftmaxStep(
                    .logSoftmax, dtype: type.dtype, layout: AxisLayout(type.shape, axis), source: x,
                    result: lowering.output(of: index))))
    }
}

/// log sum exp(x); the axis stays, of extent 1. The derivative is softmax(x), and 0 where all x are -infinity.
struct LogSumExp: AlongAxis {
    var axis: Int
    var name: String { "logsumexp" }
    var keeps: Keeps { [.inputs, .output] }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkFloat(inputs[0], name)
        var type = inputs[0]
        type.shape[axis] = 1
        return type
    }

    private func weights(_ node: Node) throws(Failure) -> Node {
        let zero = try Node.scalar(0, like: node)
        let isNothing = try node.equal(Node.scalar(-.infinity, like: node))
        return try Node.select(
            isNothing, zero, Softmax(axis: axis).record([Node.select(isNothing, zero, node.inputs[0])]))
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try cotangent * weights(node)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in
            try Sum(axes: [axis]).record([tangent * weights(node)])
        }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        lowering.push(
            name,
            .softmax(
                SoftmaxStep(
                    .logSumExp, dtype: type.dtype, layout: AxisLayout(type.shape, axis), source: x,
                    result: lowering.output(of: index))))
    }
}
