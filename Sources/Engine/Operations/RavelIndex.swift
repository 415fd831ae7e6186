import Steps

/// Several indices, one for each of neighbouring axes of the given extents, as one index of these axes as a single one.
/// All of one shape; int64. `axes`: the axes as users know them, for the sentence about an index out of range.
struct RavelIndex: Operation {
    var extents: [Int]
    var axes: [Int]
    var name: String { "index" }

    func encode(into key: inout KeyBuilder) {
        key.append(extents)
        key.append(axes)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        for input in inputs {
            try checkIndex(input, name)
            guard input.shape == inputs[0].shape else {
                throw .internal(operation: name, "the indices have different shapes")
            }
        }
        guard inputs.count == extents.count else {
            throw .internal(operation: name, "there are \(inputs.count) indices for \(extents.count) axes")
        }
        return TensorType(inputs[0].shape, .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        node.inputs.map { _ in nil }
    }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        for (place, input) in inputs.enumerated() {
            lowering.checkIndices(input, name, axis: axes[place], extent: extents[place])
        }
        lowering.push(
            name,
            .ravel(
                RavelStep(
                    dtypes: inputs.map { lowering.type($0).dtype }, extents: extents,
                    count: lowering.type(index).count, indices: inputs.map { lowering.dense($0) },
                    result: lowering.output(of: index))))
    }
}
