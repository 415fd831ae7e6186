import Steps

/// An operation whose value is that of its first input, or a part of it, under another shape, perhaps. It moves
/// nothing: a plan reads it through strides where it can.
protocol Viewing: Operation {}

extension Viewing {
    var viewing: (any Viewing)? { self }
    var moves: Bool { true }
}

/// Row-major order is kept.
struct Reshape: Viewing, Linear {
    var shape: Shape
    var name: String { "reshape" }
    func encode(into key: inout KeyBuilder) { key.append(shape) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        // Counting comes after the check that it is possible.
        try checkShape(shape, inputs[0].dtype, operation: name)
        guard shape.elementCount == inputs[0].count else {
            throw .shape(
                operation: name,
                "\(inputs[0].shape.text) has \(inputs[0].count.counted("element")), \(shape.text) has "
                    + "\(shape.elementCount)"
            )
        }
        return TensorType(shape, inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try cotangent.reshape(node.inputs[0].shape)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try batch.inputs[0].reshape([batch.size] + shape)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        lowering.setView(
            index, lowering.view(input).reshaped(to: shape) ?? lowering.denseView(input).reshaped(to: shape)!)
    }
}

/// Axis i of the result is axis order[i] of the input.
struct Permute: Viewing, Linear {
    var order: [Int]

    /// What undoes it.
    var inverse: Permute {
        var inverse = order
        for (place, axis) in order.enumerated() { inverse[axis] = place }
        return Permute(order: inverse)
    }

    var name: String { "permute" }
    func encode(into key: inout KeyBuilder) { key.append(order) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        TensorType(order.map { inputs[0].shape[$0] }, inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        return [try inverse.record([cotangent])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try batch.inputs[0].permute([0] + order.map { $0 + 1 })
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]).permuted(order))
    }
}

/// Repeats along axes of extent 1, and along new axes in front.
struct BroadcastTo: Viewing, Linear {
    var shape: Shape
    var name: String { "broadcast_to" }
    func encode(into key: inout KeyBuilder) { key.append(shape) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        guard broadcastShape(inputs[0].shape, shape) == shape else {
            throw .shape(operation: name, "\(inputs[0].shape.text) does not broadcast to \(shape.text)")
        }
        try checkShape(shape, inputs[0].dtype, operation: name)
        return TensorType(shape, inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [cotangent] }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try batch.aligned(0, rank: shape.count).broadcast(to: [batch.size] + shape)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]).broadcast(to: shape))
    }
}

/// Elements start, start + step, ... (count of them) along one axis.
struct Slice: AlongAxis, Viewing, Linear {
    var axis: Int
    var start: Int
    var step: Int
    var count: Int
    var name: String { "slice" }

    func encode(into key: inout KeyBuilder) { key.append([axis, start, step, count]) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var type = inputs[0]
        type.shape[axis] = count
        return type
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        var slices = node.inputs[0].shape.map { AxisSlice(start: 0, step: 1, count: $0) }
        slices[axis] = AxisSlice(start: start, step: step, count: count)
        return [try cotangent.embedded(in: node.inputs[0].shape, slices)]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(
            index, lowering.view(lowering.inputs(index)[0]).sliced(axis, start: start, step: step, count: count))
    }
}

/// Joins along an existing axis.
struct Concatenate: AlongAxis, Linear {
    var axis: Int
    var name: String { "concatenate" }
    var moves: Bool { true }
    func encode(into key: inout KeyBuilder) { key.append(axis) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        var type = inputs[0]
        for (place, input) in inputs.enumerated().dropFirst() {
            var expected = type.shape
            guard input.shape.count == expected.count else {
                throw .shape(
                    operation: name,
                    "tensor 0 has shape \(inputs[0].shape.text), tensor \(place) has \(input.shape.text)")
            }
            expected[axis] = input.shape[axis]
            guard expected == input.shape else {
                throw .shape(
                    operation: name,
                    "tensors may differ along axis \(axis) only, but tensor 0 is \(inputs[0].shape.text) and tensor "
                        + "\(place) is \(input.shape.text)"
                )
            }
            let (sum, overflow) = type.shape[axis].addingReportingOverflow(input.shape[axis])
            guard !overflow else { throw .memory(operation: name, bytes: Int.max) }
            type.shape[axis] = sum
        }
        try checkShape(type.shape, type.dtype, operation: name)
        return type
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        var start = 0
        var shares: [Node?] = []
        for input in node.inputs {
            let extent = input.shape[axis]
            shares.append(
                wanted.needs(input)
                    ? try Slice(axis: axis, start: start, step: 1, count: extent).record([cotangent]) : nil)
            start += extent
        }
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard tangents.contains(where: { $0 != nil }) else { return nil }
        var parts: [Node] = []
        for (place, tangent) in tangents.enumerated() {
            parts.append(try tangent.orZeros(like: node.inputs[place]))
        }
        return try record(parts)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let type = lowering.type(index)
        let inputs = lowering.inputs(index)
        let sources = inputs.map { lowering.dense($0) }
        let result = lowering.output(of: index)
        let whole = View(slot: result, shape: type.shape, dtype: type.dtype)
        var start = 0
        var parts: [ConcatenateStep.Part] = []
        for (place, input) in inputs.enumerated() {
            let extent = lowering.type(input).shape[axis]
            let target = whole.sliced(axis, start: start, step: 1, count: extent)
            parts.append(ConcatenateStep.Part(source: sources[place], layout: target.layout))
            start += extent
        }
        lowering.push(name, .concatenate(ConcatenateStep(parts: parts, result: result)))
    }
}
