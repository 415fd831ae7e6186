import Kernels

/// Operations that pass their input through, and fail while the plan runs if its values do not do.

protocol Check: Operation {
    /// Throws if the values at `data` do not do.
    func check(_ data: UnsafeRawPointer, _ type: TensorType) throws(Failure)
}

extension Check {
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [cotangent] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { tangents[0] }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.dense(lowering.inputs(index)[0])
        let type = lowering.type(index)
        let result = lowering.output(of: index)
        lowering.append(name, reads: [input], writes: result, mayFail: true) { slots throws(Failure) in
            try check(UnsafeRawPointer(slots[input]), type)
            slots[result].copyMemory(from: slots[input], byteCount: type.bytes)
        }
    }
}

/// Integers that are divided by.
struct CheckDivisor: Check {
    var name: String { "integer division" }
    func check(_ data: UnsafeRawPointer, _ type: TensorType) throws(Failure) {
        let place = firstZero(type.dtype, data, count: type.count)
        if place >= 0 { throw .argument(operation: name, "the divisor is 0 at position \(place)") }
    }
}

/// Integers to whose powers integers are raised.
struct CheckExponent: Check {
    var name: String { "pow" }
    func check(_ data: UnsafeRawPointer, _ type: TensorType) throws(Failure) {
        let place = firstNegative(type.dtype, data, count: type.count)
        if place >= 0 {
            throw .argument(
                operation: name,
                "integers have no negative powers that are integers, but the exponent at position \(place) is negative")
        }
    }
}

/// Probabilities of single events.
struct CheckProbability: Check {
    var name: String { "bernoulli" }
    func check(_ data: UnsafeRawPointer, _ type: TensorType) throws(Failure) {
        let place = firstOutside(0, 1, type.dtype, data, count: type.count)
        if place >= 0 { throw .argument(operation: name, "the probability at position \(place) is not in 0 ... 1") }
    }
}

/// float64 weights [..., n] of which each row has `count` above 0 at least, and none below 0 or infinite.
struct CheckWeights: Check {
    var count: Int
    var name: String { "multinomial" }
    func encode(into key: inout KeyBuilder) { key.append(count) }
    func check(_ data: UnsafeRawPointer, _ type: TensorType) throws(Failure) {
        let place = firstOutside(0, .greatestFiniteMagnitude, type.dtype, data, count: type.count)
        if place >= 0 {
            throw .argument(operation: name, "the weight at position \(place) is negative, infinite or NaN")
        }
        let n = type.shape[type.shape.count - 1]
        let row = firstRowWithFewer(
            than: count, data.assumingMemoryBound(to: Double.self), rows: type.count / max(n, 1), n: n)
        if row >= 0 { throw .argument(operation: name, "row \(row) has fewer than \(count) weights above 0") }
    }
}
