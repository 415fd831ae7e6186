import Kernels

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
        let (slots, dtypes) = (inputs.map { lowering.dense($0) }, inputs.map { lowering.type($0).dtype })
        let count = lowering.type(index).count
        let result = lowering.output(of: index)
        for (place, input) in inputs.enumerated() {
            lowering.checkIndices(input, name, axis: axes[place], extent: extents[place])
        }
        let extents = extents
        lowering.append(name, reads: slots, writes: result) { memory in
            let flat = memory[result].assumingMemoryBound(to: Int64.self)
            for (place, slot) in slots.enumerated() {
                ravel(isFirst: place == 0, n: extents[place], dtypes[place], memory[slot], count: count, flat)
            }
        }
    }
}
