/// What the operations of an enumeration are called in sentences (`name`, read once from the enumeration: asking it
/// each time is slow), and in the table of functions (`function`).

extension Tensor.Unary {
    private static let names = allCases.map { "\($0)" }
    public var name: String { Self.names[Int(rawValue)] }

    /// `gelu` is two of them, by its second argument.
    public var function: String {
        switch self {
        case .identity: return "clone"
        case .negative: return "neg"
        case .absolute: return "abs"
        case .leakyRelu: return "leaky_relu"
        case .geluTanh: return "gelu"
        case .logicalNot: return "logical_not"
        case .logGamma: return "lgamma"
        case .logSigmoid: return "logsigmoid"
        case .hardSigmoid: return "hardsigmoid"
        case .hardSwish: return "hardswish"
        case .isNaN: return "isnan"
        case .isInfinite: return "isinf"
        case .isFinite: return "isfinite"
        case .bitwiseNot: return "bitwise_not"
        case .sign, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .square, .reciprocal, .sin, .cos, .tanh, .sigmoid, .relu,
            .gelu, .erf, .softplus, .exp2,
            .log2, .log10, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .floor, .ceil, .round,
            .trunc, .erfc, .digamma, .polygamma,
            .relu6, .elu, .selu, .celu, .silu, .mish, .softsign:
            return name
        }
    }
}

extension Tensor.Binary {
    private static let names = allCases.map { "\($0)" }
    public var name: String { Self.names[Int(rawValue)] }

    /// `div` is two of them, by its rounding_mode.
    public var function: String {
        switch self {
        case .subtract: return "sub"
        case .multiply: return "mul"
        case .divide, .truncDivide: return "div"
        case .power: return "pow"
        case .equal: return "eq"
        case .notEqual: return "ne"
        case .less: return "lt"
        case .lessEqual: return "le"
        case .greater: return "gt"
        case .greaterEqual: return "ge"
        case .logicalAnd: return "logical_and"
        case .logicalOr: return "logical_or"
        case .logicalXor: return "logical_xor"
        case .floorDivide: return "floor_divide"
        case .bitwiseAnd: return "bitwise_and"
        case .bitwiseOr: return "bitwise_or"
        case .bitwiseXor: return "bitwise_xor"
        case .shiftLeft: return "bitwise_left_shift"
        case .shiftRight: return "bitwise_right_shift"
        case .add, .maximum, .minimum, .remainder, .atan2: return name
        }
    }
}

extension Tensor.Reduce {
    private static let names = allCases.map { "\($0)" }
    public var name: String { Self.names[Int(rawValue)] }

    public var function: String {
        switch self {
        case .maximum: return "amax"
        case .minimum: return "amin"
        case .argMaximum: return "argmax"
        case .argMinimum: return "argmin"
        case .logSumExp: return "logsumexp"
        case .product: return "prod"
        case .sum, .mean, .all, .any: return name
        }
    }
}

extension Tensor.Product {
    private static let names = allCases.map { "\($0)" }
    public var name: String { Self.names[Int(rawValue)] }

    public var function: String { name }
}
