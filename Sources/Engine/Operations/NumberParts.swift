import Steps

/// Lengths, remainders and divisors of pairs of numbers, and the parts that a number is stored by.

/// The length of the vector (a, b).
struct Hypot: Elementwise {
    var name: String { "hypot" }
    var opcode: LoopOpcode { .hypot }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (node.inputs[input] / node)
    }
}

/// a minus b times their quotient cut toward 0.
struct Fmod: Elementwise {
    var name: String { "fmod" }
    var opcode: LoopOpcode { .fmod }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try numbers(dtypes, name) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        input == 0 ? d : try -(d * (node.inputs[0] / node.inputs[1]).trunc())
    }
}

/// Whole numbers alone: the largest that divides both, and the smallest that both divide.
struct CommonDivisor: PiecewiseConstant {
    var name: String { "gcd" }
    var opcode: LoopOpcode { .gcd }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try integers(dtypes, name) }
}

struct CommonMultiple: PiecewiseConstant {
    var name: String { "lcm" }
    var opcode: LoopOpcode { .lcm }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try integers(dtypes, name) }
}

private func integers(_ dtypes: [DType], _ name: String) throws(Failure) -> DType {
    guard dtypes[0].isInteger else {
        throw .dtype(operation: name, "integers are expected, but \(dtypes[0].name) was given")
    }
    return dtypes[0]
}

/// Whether the sign bit is set, which -0 has too.
struct SignBit: Predicate {
    var name: String { "signbit" }
    var opcode: LoopOpcode { .signBit }
}

/// The number next to a on the way to b; its derivative is that of a.
struct NextAfter: Elementwise {
    var name: String { "nextafter" }
    var opcode: LoopOpcode { .nextAfter }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { input == 0 ? d : nil }
}

/// The n of x = m 2^n with |m| from 1/2 to below 1, as a float; 0 for 0 and for what is not finite.
struct BinaryExponent: PiecewiseConstant {
    var name: String { "frexp" }
    var opcode: LoopOpcode { .binaryExponent }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
}
