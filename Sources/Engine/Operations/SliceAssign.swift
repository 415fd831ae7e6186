import Steps

/// Elements start, start + step, ... (count of them) of one axis.
struct AxisSlice: Equatable {
    var start: Int
    var step: Int
    var count: Int

    /// All of an axis, in order.
    static func whole(_ extent: Int) -> AxisSlice { AxisSlice(start: 0, step: 1, count: extent) }
}

/// The first input, but for the elements in the slices (one for each axis), which are the second's.
struct SliceAssign: Operation, Linear {
    var slices: [AxisSlice]
    var name: String { "slice_assign" }
    var moves: Bool { true }
    func encode(into key: inout KeyBuilder) { key.append(slices.flatMap { [$0.start, $0.step, $0.count] }) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let expected = TensorType(slices.map { $0.count }, inputs[0].dtype)
        guard inputs[1] == expected, slices.count == inputs[0].shape.count else {
            throw .internal(operation: name, "\(inputs[1].shape.text) does not fill slices of \(expected.shape.text)")
        }
        return inputs[0]
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        var shares: [Node?] = [nil, nil]
        if wanted.needs(node.inputs[0]) {
            shares[0] = try record([cotangent, Node.full(node.inputs[1].shape, 0, cotangent.dtype)])
        }
        if wanted.needs(node.inputs[1]) { shares[1] = try cotangent.sliced(slices) }
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try record([tangents[0].orZeros(like: node.inputs[0]), tangents[1].orZeros(like: node.inputs[1])])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try SliceAssign(slices: [.whole(batch.size)] + slices).record(batch.whole())
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let update = lowering.update(of: inputs[0], by: index, sources: [inputs[1]])
        let type = lowering.type(index)
        var target = View(slot: update.change.result, shape: type.shape, dtype: type.dtype)
        for (axis, slice) in slices.enumerated() {
            target = target.sliced(axis, start: slice.start, step: slice.step, count: slice.count)
        }
        lowering.push(
            name, .assign(AssignStep(change: update.change, layout: target.layout, source: update.sources[0])))
    }
}

extension Node {
    func sliced(_ slices: [AxisSlice]) throws(Failure) -> Node {
        var result = self
        for (axis, slice) in slices.enumerated() where slice != .whole(shape[axis]) {
            result = try Slice(axis: axis, start: slice.start, step: slice.step, count: slice.count).record([result])
        }
        return result
    }

    /// With the elements in the slices replaced by those of `values`.
    func assigning(_ slices: [AxisSlice], _ values: Node) throws(Failure) -> Node {
        try SliceAssign(slices: slices).record([self, values])
    }

    /// This in the slices of an array that is 0 elsewhere.
    func embedded(in shape: Shape, _ slices: [AxisSlice]) throws(Failure) -> Node {
        try Node.full(shape, 0, dtype).assigning(slices, self)
    }
}
