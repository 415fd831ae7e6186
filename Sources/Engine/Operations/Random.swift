import Steps

/// Draws from a generator whose state (seed, offset) is an ordinary int64 tensor of two elements: so a captured program
/// draws anew at each run, and a checkpoint restores the stream.
struct RandomDraw: Operation {
    typealias Distribution = DrawStep.Distribution

    var distribution: Distribution
    var a: Double = 0
    var b: Double = 0
    var low: Int64 = 0
    var high: Int64 = 0
    var type: TensorType
    var name: String { "random" }

    func encode(into key: inout KeyBuilder) {
        key.append(distribution.rawValue)
        key.append(a)
        key.append(b)
        key.append(Int(low))
        key.append(Int(high))
        key.append(type)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape(type.shape, type.dtype, operation: name)
        if distribution == .integers {
            guard type.dtype.isInteger else {
                throw .dtype(operation: name, "whole numbers need an integer dtype, not \(type.dtype.name)")
            }
            let (least, most): (Int64, Int64) =
                type.dtype == .uint8 ? (0, 1 << 8) : type.dtype == .int32 ? (-1 << 31, 1 << 31) : (.min, .max)
            guard low < high, low >= least, high <= most else {
                throw .argument(
                    operation: name,
                    "there are no whole numbers from \(low) up to below \(high), or they do not fit \(type.dtype.name)")
            }
        } else if !type.dtype.isFloat {
            throw .dtype(operation: name, "a floating dtype is expected, not \(type.dtype.name)")
        }
        guard distribution != .uniform || a <= b else {
            throw .argument(
                operation: name,
                "uniform numbers from \(a) up to \(b) are asked for, but an interval must not end before it begins")
        }
        return type
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { throw mappedState(name) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let state = lowering.dense(lowering.inputs(index)[0])
        lowering.push(
            name,
            .draw(
                DrawStep(
                    distribution: distribution, dtype: type.dtype, a: a, b: b, low: low, high: high, count: type.count,
                    state: state, result: lowering.output(of: index))))
    }
}

/// A generator's box is no example's own, so its state is not mapped over.
private func mappedState(_ name: String) -> Failure {
    .internal(operation: name, "the state of a generator was mapped over")
}

/// A permutation of 0 ..< count.
struct RandomPermutation: Operation {
    var count: Int
    var name: String { "randperm" }
    func encode(into key: inout KeyBuilder) { key.append(count) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape([count], .int64, operation: name)
        return TensorType([count], .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { throw mappedState(name) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let state = lowering.dense(lowering.inputs(index)[0])
        lowering.push(
            name, .permutation(PermutationStep(count: count, state: state, result: lowering.output(of: index))))
    }
}

/// The generator's state after a draw of `blocks` blocks.
struct AdvanceGenerator: Operation {
    var blocks: Int
    var name: String { "advance_generator" }
    func encode(into key: inout KeyBuilder) { key.append(blocks) }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { throw mappedState(name) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let state = lowering.dense(lowering.inputs(index)[0])
        lowering.push(
            name, .advance(AdvanceStep(blocks: UInt64(blocks), state: state, result: lowering.output(of: index))))
    }
}
