import Steps

/// Roundings, and division with a rounded quotient.

struct Floor: PiecewiseConstant {
    var name: String { "floor" }
    var opcode: LoopOpcode { .floor }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
}

struct Ceil: PiecewiseConstant {
    var name: String { "ceil" }
    var opcode: LoopOpcode { .ceil }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
}

struct Trunc: PiecewiseConstant {
    var name: String { "trunc" }
    var opcode: LoopOpcode { .truncate }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
}

/// To the nearest whole number, halves to the even one.
struct Round: PiecewiseConstant {
    var name: String { "round" }
    var opcode: LoopOpcode { .round }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
}

/// The quotient rounded down.
struct FloorDivide: PiecewiseConstant {
    var name: String { "floor_divide" }
    var opcode: LoopOpcode { .floorDivide }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try divisible(dtypes, name) }
}

/// What the quotient rounded down leaves: it has the divisor's sign.
struct Remainder: Elementwise {
    var name: String { "remainder" }
    var opcode: LoopOpcode { .remainder }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try divisible(dtypes, name) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        input == 0 ? d : try -(d * node.inputs[0].floorDivide(node.inputs[1]))
    }
}

/// Any dtype but bool, all equal.
private func divisible(_ dtypes: [DType], _ name: String) throws(Failure) -> DType {
    guard dtypes[0] != .bool else {
        throw .dtype(operation: name, "numbers are expected, but bool was given; cast it first")
    }
    return dtypes[0]
}
