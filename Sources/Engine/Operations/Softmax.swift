import Steps

/// Softmax, its logarithm, and log-sum-exp along one axis; each subtracts the largest element first, so nothing
/// overflows.

/// y = exp(x) / sum exp(x). With J = diag(y) - y y^T, which is symmetric, one rule serves both modes.
struct Softmax: AlongAxis {
    var axis: Int
    var name: String { "softmax" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try inputs[0].dtype.requireFloat(name)
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
        lowering.pushSoftmax(.softmax, self, index)
    }
}

/// y = x - log sum exp(x).
struct LogSoftmax: AlongAxis {
    var axis: Int
    var name: String { "log_softmax" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try inputs[0].dtype.requireFloat(name)
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
        lowering.pushSoftmax(.logSoftmax, self, index)
    }
}

/// log sum exp(x); the axis stays, of extent 1. The derivative is softmax(x), and 0 where all x are -infinity.
struct LogSumExp: AlongAxis {
    var axis: Int
    var name: String { "logsumexp" }
    var keeps: Keeps { [.inputs, .output] }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try inputs[0].dtype.requireFloat(name)
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
        lowering.pushSoftmax(.logSumExp, self, index)
    }
}

extension Lowering {
    fileprivate mutating func pushSoftmax(_ kind: SoftmaxStep.Kind, _ operation: some AlongAxis, _ index: Int) {
        let input = inputs(index)[0]
        let type = type(input)
        let x = dense(input)
        push(
            operation.name,
            .softmax(
                SoftmaxStep(
                    kind, dtype: type.dtype, layout: AxisLayout(type.shape, operation.axis), source: x,
                    result: output(of: index))))
    }
}
