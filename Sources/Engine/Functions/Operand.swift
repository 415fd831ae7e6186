/// A tensor, or a number in its place: how numbers meet tensors, as Python's do.
enum Operand {
    case tensor(Tensor)
    /// A flag, a whole or a real number.
    case number(Value)

    var tensor: Tensor? {
        if case .tensor(let tensor) = self { return tensor }
        return nil
    }

    /// Whether this has to be a tensor where it bounds one of `dtype`: a whole number that this does not take does.
    func isTensor(to dtype: DType) -> Bool {
        guard case .number(let number) = self else { return true }
        return number.integer != nil && dtype.isInteger && !Operand.takes(dtype, number)
    }

    /// Whole numbers up to here are doubles exactly.
    private static let exact: Int64 = 1 << 53

    private static let comparisons: Set<Tensor.Binary> = [
        .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
    ]

    /// Whether a number that meets a tensor of `dtype` becomes one of the same dtype. A bool tensor takes no whole
    /// number, and becomes int64.
    static func takes(_ dtype: DType, _ number: Value) -> Bool {
        guard case .integer(let value) = number else {
            if case .flag = number { return true }
            return dtype.isFloat
        }
        switch dtype {
        case .bool: return false
        case .uint8: return UInt8(exactly: value) != nil
        case .int32: return Int32(exactly: value) != nil
        case .int64, .float32, .float64, .bfloat16, .float16: return (-exact...exact).contains(value)
        }
    }

    /// What a function of two operands, of which one may be a number, gives.
    static func apply(_ operation: Tensor.Binary, _ a: Operand, _ b: Operand, _ name: String) throws(Failure) -> Tensor
    {
        switch (a, b) {
        case (.tensor(let a), .tensor(let b)): return try Tensor.apply(operation, a, b)
        case (.tensor(let a), .number(let b)): return try apply(operation, a, b, reversed: false, name)
        case (.number(let a), .tensor(let b)): return try apply(operation, b, a, reversed: true, name)
        case (.number(let a), .number(let b)): return try apply(operation, constant(a), b, reversed: false, name)
        }
    }

    private static func apply(_ operation: Tensor.Binary, _ x: Tensor, _ number: Value, reversed: Bool, _ name: String)
        throws(Failure) -> Tensor
    {
        if takes(x.dtype, number) || x.dtype.isFloat {
            return try x.applying(operation, number.asReal, reversed: reversed)
        }
        let constant: Tensor
        if case .integer(let value) = number, operation != .divide {
            guard x.dtype.size == 8 || x.dtype == .bool || comparisons.contains(operation) else {
                throw .argument(
                    operation: name,
                    "a whole number that \(x.dtype.name) holds is expected, but found \(value); cast the tensor first")
            }
            let wide = x.dtype == .bool ? x : try x.cast(.int64)
            constant = try whole(value, .int64, name)
            return try reversed ? .apply(operation, constant, wide) : .apply(operation, wide, constant)
        } else {
            // Integers that meet a real number, or are divided, do so as the standard float.
            constant = try .full([], number.asReal, .standard)
        }
        return try reversed ? .apply(operation, constant, x) : .apply(operation, x, constant)
    }

    /// A 0-d tensor of a number by itself: bool, int64 or float32.
    static func constant(_ number: Value) throws(Failure) -> Tensor {
        switch number {
        case .integer(let value): return try whole(value, .int64, "tensor")
        case .flag(let value): return try .full([], value ? 1 : 0, .bool)
        default: return try .full([], number.asReal, .standard)
        }
    }

    /// A 0-d tensor of a dtype that a number is given for. Whole numbers that the dtype does not hold get a sentence.
    static func constant(_ number: Value, _ dtype: DType, _ name: String) throws(Failure) -> Tensor {
        if dtype != .bool, !takes(dtype, number), case .integer(let value) = number {
            return try whole(value, dtype, name)
        }
        return try .full([], number.asReal, dtype)
    }

    /// Exactly, where doubles are too coarse.
    private static func whole(_ value: Int64, _ dtype: DType, _ name: String) throws(Failure) -> Tensor {
        if (-exact...exact).contains(value), dtype == .int64 { return try .full([], Double(value), dtype) }
        switch dtype {
        case .int64:
            return try Tensor(dtype: .int64, shape: []) { (memory) throws(Failure) in
                memory.storeBytes(of: value, as: Int64.self)
            }
        case .float32, .bfloat16, .float16: return try .full([], Double(Float(value)), dtype)
        case .float64, .bool: return try .full([], Double(value), dtype)
        case .uint8, .int32:
            throw .argument(operation: name, "a whole number that \(dtype.name) holds is expected, but found \(value)")
        }
    }

    /// The operand as a tensor; a number gets the dtype that it has in arithmetic with `tensor`.
    func beside(_ tensor: Tensor, _ name: String) throws(Failure) -> Tensor {
        guard case .number(let number) = self else { return try asTensor() }
        if Operand.takes(tensor.dtype, number) { return try Operand.constant(number, tensor.dtype, name) }
        if case .integer(let value) = number { return try Operand.whole(value, .int64, name) }
        return try .full([], number.asReal, .standard)
    }

    /// Two operands as tensors; a number gets the dtype that it has in arithmetic with the other one.
    static func together(_ a: Operand, _ b: Operand, _ name: String) throws(Failure) -> (Tensor, Tensor) {
        if case .tensor(let b) = b { return (try a.beside(b, name), b) }
        let tensor = try a.asTensor()
        return (tensor, try b.beside(tensor, name))
    }

    /// The operand as values that `tensor` can take up, whose dtype a number gets.
    func assigned(to tensor: Tensor, _ name: String) throws(Failure) -> Tensor {
        switch self {
        case .number(let number):
            if case .real(let value) = number, !tensor.dtype.isFloat {
                throw .dtype(
                    operation: name,
                    """
                    a tensor of \(tensor.dtype.name) cannot take the real number \(value); cast the tensor, or the \
                    number
                    """
                )
            }
            return try Operand.constant(number, tensor.dtype, name)
        case .tensor(let values):
            guard tensor.dtype.isFloat || !values.dtype.isFloat else {
                throw .dtype(
                    operation: name,
                    "a tensor of \(tensor.dtype.name) cannot take values of \(values.dtype.name); cast one of them")
            }
            return values
        }
    }

    func asTensor() throws(Failure) -> Tensor {
        switch self {
        case .tensor(let tensor): return tensor
        case .number(let number): return try Operand.constant(number)
        }
    }
}

extension Value {
    /// A number of any kind as a double; a flag is 0 or 1.
    var asReal: Double { flag.map { $0 ? 1 : 0 } ?? real ?? .nan }
}

extension Arguments {
    func operand(_ name: String) throws(Failure) -> Operand {
        if let operand = optionalOperand(name) { return operand }
        throw .internal(operation: signature.name, "its signature has no operand '\(name)'")
    }

    /// nil for None.
    func optionalOperand(_ name: String) -> Operand? {
        if let tensor = optionalTensor(name) { return .tensor(tensor) }
        return value(name).flatMap { $0 == .none ? nil : .number($0) }
    }
}
