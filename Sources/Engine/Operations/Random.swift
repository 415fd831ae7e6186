import Kernels

/// Draws from a generator whose state (seed, offset) is an ordinary int64 tensor of two elements: so a captured program
/// draws anew at each run, and a checkpoint restores the stream.
struct RandomDraw: Operation {
    enum Distribution: Int {
        /// In [a, b).
        case uniform
        /// Mean a, standard deviation b.
        case normal
        /// Whole numbers in [low, high).
        case integers
        /// Rate a.
        case exponential
        /// Location a, scale b.
        case gumbel
    }

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
            throw .dtype(operation: name, "float32 or float64 is expected, not \(type.dtype.name)")
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
        let result = lowering.output(of: index)
        let (a, b, low, high, dtype, count, distribution) = (a, b, low, high, type.dtype, type.count, distribution)
        lowering.append(name, reads: [state], writes: result) { slots throws(Failure) in
            let words = slots[state].assumingMemoryBound(to: UInt64.self)
            let (seed, offset) = (words[0], words[1])
            switch distribution {
            case .uniform:
                Philox.uniform(seed: seed, offset: offset, dtype, low: a, high: b, slots[result], count: count)
            case .normal:
                Philox.normal(
                    seed: seed, offset: offset, dtype, mean: a, standardDeviation: b, slots[result], count: count)
            case .integers:
                Philox.integers(seed: seed, offset: offset, dtype, low: low, high: high, slots[result], count: count)
            case .exponential:
                Philox.exponential(seed: seed, offset: offset, dtype, rate: a, slots[result], count: count)
            case .gumbel:
                Philox.gumbel(seed: seed, offset: offset, dtype, location: a, scale: b, slots[result], count: count)
            }
        }
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
        let result = lowering.output(of: index)
        let count = count
        lowering.append(name, reads: [state], writes: result) { slots throws(Failure) in
            let words = slots[state].assumingMemoryBound(to: UInt64.self)
            Philox.permutation(
                seed: words[0], offset: words[1], count: count, slots[result].assumingMemoryBound(to: Int64.self))
        }
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
        let result = lowering.output(of: index)
        let blocks = UInt64(blocks)
        lowering.append(name, reads: [state], writes: result) { slots throws(Failure) in
            let (before, after) = (
                slots[state].assumingMemoryBound(to: UInt64.self), slots[result].assumingMemoryBound(to: UInt64.self)
            )
            (after[0], after[1]) = (before[0], before[1] &+ blocks)
        }
    }
}

/// Passes its input through, and fails while the plan runs if it holds NaN or infinity.
struct CheckFinite: Operation {
    var name: String { "check_finite" }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [cotangent] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { tangents[0] }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let type = lowering.type(input)
        let x = lowering.dense(input)
        let result = lowering.output(of: index)
        lowering.append(name, reads: [x], writes: result, mayFail: true) { slots throws(Failure) in
            if let value = firstNotFinite(type, slots[x]) {
                throw .notFinite(operation: "loss", "the loss is \(value)")
            }
            slots[result].copyMemory(from: slots[x], byteCount: type.bytes)
        }
    }
}

/// The first element that is NaN or infinite. A function of its own: where a loop and a typed throw share one closure,
/// Swift 6.3 may leave the loop's counter in the register that says whether the closure threw.
@inline(never)
private func firstNotFinite(_ type: TensorType, _ data: UnsafeRawPointer) -> Double? {
    for place in 0..<type.count {
        let value =
            type.dtype == .float32
            ? Double(data.load(fromByteOffset: place * 4, as: Float.self))
            : data.load(fromByteOffset: place * 8, as: Double.self)
        if !value.isFinite { return value }
    }
    return nil
}
