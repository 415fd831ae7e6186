import Steps

/// Operations on the bits of integers.

protocol Bitwise: PiecewiseConstant {}

extension Bitwise {
    func result(_ dtypes: [DType]) throws(Failure) -> DType {
        guard dtypes[0].isInteger else {
            throw .dtype(operation: name, "integers are expected, but \(dtypes[0].name) was given")
        }
        return dtypes[0]
    }
}

struct BitwiseAnd: Bitwise {
    var name: String { "bitwise_and" }
    var opcode: LoopOpcode { .bitwiseAnd }
}

struct BitwiseOr: Bitwise {
    var name: String { "bitwise_or" }
    var opcode: LoopOpcode { .bitwiseOr }
}

struct BitwiseXor: Bitwise {
    var name: String { "bitwise_xor" }
    var opcode: LoopOpcode { .bitwiseXor }
}

/// By as many bits as the dtype has, or by a negative number: 0, as in PyTorch.
struct ShiftLeft: Bitwise {
    var name: String { "bitwise_left_shift" }
    var opcode: LoopOpcode { .shiftLeft }
}

/// The sign stays: by as many bits as the dtype has, or by a negative number: 0, or -1 below 0.
struct ShiftRight: Bitwise {
    var name: String { "bitwise_right_shift" }
    var opcode: LoopOpcode { .shiftRight }
}
