import Steps

/// A reduction over `axes` (ascending, not negative), which stay as axes of extent 1: `squeeze` drops them where the
/// user wants that.
protocol Reduction: Operation {
    var axes: [Int] { get set }
    var kind: ReductionKind { get }
    /// What the sum is divided by.
    var divisor: Double { get }
}

extension Reduction {
    var divisor: Double { 1 }

    func encode(into key: inout KeyBuilder) {
        key.append(axes)
        key.append(divisor)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var type = inputs[0]
        for axis in axes { type.shape[axis] = 1 }
        return type
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        var moved = self
        moved.axes = axes.map { $0 + 1 }
        return try moved.record(batch.inputs)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) { try lowering.appendLoop(rootedAt: index) }
}

/// The sum, divided by `divisor` (the number of elements for a mean).
struct Sum: Reduction, Linear {
    var axes: [Int]
    var divisor = 1.0
    var name: String { divisor == 1 ? "sum" : "mean" }
    var kind: ReductionKind { .sum }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let share = divisor == 1 ? cotangent : try cotangent / Node.scalar(divisor, like: cotangent)
        return [try share.broadcast(to: node.inputs[0].shape)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }
}

/// The largest (smallest) element. The gradient is shared equally among equal ones.
struct Extremum: Reduction {
    var axes: [Int]
    var isMaximum: Bool
    var name: String { isMaximum ? "max" : "min" }
    var kind: ReductionKind { isMaximum ? .maximum : .minimum }
    var keeps: Keeps { [.inputs, .output] }

    func encode(into key: inout KeyBuilder) {
        key.append(axes)
        key.append(isMaximum)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var type = inputs[0]
        for axis in axes {
            guard type.shape[axis] > 0 else {
                throw .shape(operation: name, "axis \(axis) is empty, and nothing has no \(name): \(type.shape.text)")
            }
            type.shape[axis] = 1
        }
        return type
    }

    /// Ones over how many share the extremum, at each of them.
    private func weights(_ node: Node) throws(Failure) -> Node {
        let hits = try node.inputs[0].equal(node).cast(node.dtype)
        return try hits / Sum(axes: axes).record([hits])
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try cotangent * weights(node)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try Sum(axes: axes).record([tangent * weights(node)]) }
    }
}

/// Index of the first largest (smallest) element along one axis, which stays as an axis of extent 1.
struct ArgExtremum: AlongAxis {
    var axis: Int
    var isMaximum: Bool
    var name: String { isMaximum ? "argmax" : "argmin" }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(isMaximum)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var shape = inputs[0].shape
        guard shape[axis] > 0 else {
            throw .shape(operation: name, "axis \(axis) is empty, and nothing has no \(name): \(shape.text)")
        }
        shape[axis] = 1
        return TensorType(shape, .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        lowering.push(
            name,
            .argExtremum(
                ArgExtremumStep(
                    isMaximum: isMaximum, dtype: type.dtype, layout: AxisLayout(type.shape, axis), source: x,
                    result: lowering.output(of: index))))
    }
}
