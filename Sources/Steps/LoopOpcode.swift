/// What one instruction of a loop does to each element. Comparisons and logic give 0 or 1 in the compute type.
public enum LoopOpcode: UInt8, Codable, Sendable, BitwiseCopyable, CaseIterable {
    case copy
    case add, subtract, multiply, divide
    /// By repeated multiplication, wrapping, for integers.
    case power
    /// NaN if either operand is.
    case maximum, minimum
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    case logicalAnd, logicalOr, logicalNot
    /// a ? b : c
    case select
    // Pairs and triples that LoopCombining makes of single instructions, with the same roundings.
    /// a · b + c
    case multiplyAdd
    /// a · b - c
    case multiplySubtract
    /// c - a · b
    case subtractProduct
    /// (a · b) · c
    case multiplyMultiply
    /// (a · immediate) · b
    case multiplyScaled
    /// (a + b) + c
    case addAdd
    /// a · (immediate - b · b): through tanh, from its value b.
    case throughTanh
    /// a · (b · (immediate - b)): through the logistic function, from its value b.
    case throughSigmoid
    /// b > immediate ? a : 0, through relu.
    case throughRelu
    case negative, absolute, sign
    case exp, expm1, log, log1p
    case sqrt, rsqrt, square, reciprocal
    case sin, cos, tanh, sigmoid
    case relu
    /// The immediate is the slope below 0.
    case leakyRelu
    /// x Φ(x), with the standard normal distribution Φ.
    case gelu
    /// Φ(x)
    case normalCumulative
    case erf, softplus
    /// a: logit, b: target. max(a, 0) - a b + ln(1 + e^(-|a|))
    case bceWithLogits
    /// a: probability, b: target. -(b max(ln a, -100) + (1 - b) max(ln(1 - a), -100))
    case bce
    /// max(ln a, -100)
    case clampedLog
    /// 1 where a is not 0.
    case toBool
    case addImmediate
    /// a - immediate
    case subtractImmediate
    /// immediate - a
    case reverseSubtractImmediate
    case multiplyImmediate
    /// a / immediate
    case divideImmediate
    /// immediate / a
    case reverseDivideImmediate
    case maximumImmediate, minimumImmediate
    case greaterImmediate, lessImmediate, equalImmediate
    case powerImmediate
    /// The immediate itself.
    case constant
    /// Rounded down; the remainder has the divisor's sign. An integer divided by 0 gives 0.
    case floorDivide, remainder
    /// The angle of the point (b, a).
    case atan2
    /// Of integers only. Shifts by less than 0 or more than 63 leave no bit but the sign.
    case bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft, shiftRight
    case exp2, log2, log10
    case tan, asin, acos, atan
    case sinh, cosh, asinh, acosh, atanh
    /// Halves go to the even neighbour.
    case round
    case floor, ceil, truncate
    case erfc
    /// ln |Γ|, its derivative ψ, and the derivative of order `immediate` of ψ.
    case logGamma, digamma, polygamma
    /// √(a² + b²) without overflow on the way.
    case hypot
    /// C's: what a quotient cut toward 0 leaves, of a's sign. An integer divided by 0 gives 0.
    case fmod
    /// 1 where the sign bit is set, also of -0.
    case signBit
    /// The number next to a on the way to b.
    case nextAfter
    /// The n of a = m 2ⁿ with |m| from ½ to below 1; 0 for what has none.
    case binaryExponent
    /// Of integers only, never below 0.
    case gcd, lcm
    /// The derivative of order `immediate` of sin(πa) / (πa).
    case sinc
    /// e^(a²) erfc(a)
    case scaledErfc
    /// Where erf, and where Φ, is a.
    case inverseErf, normalQuantile
    /// ln Φ(a)
    case logNormalCumulative
    /// -a ln a; 0 at 0, -∞ below.
    case entropy
    /// J, Y, I and e^(-|a|) I of the order `immediate`.
    case besselJ, besselY, besselI, scaledBesselI
    /// K and e^a K of the order `immediate`.
    case besselK, scaledBesselK
    /// A polynomial of degree b at a; the immediate says of which `PolynomialFamily`.
    case orthogonalPolynomial
    /// P(a, b) and 1 - P(a, b).
    case lowerGamma, upperGamma
    /// Σ (b + k)⁻ᵃ over k from 0.
    case zeta
    /// To the nearest number that 16 bits hold: where a node of such a dtype ends.
    case roundBFloat16, roundFloat16
}

extension LoopOpcode {
    /// Whether the result is one of the operands but for its sign, or a whole number near one: what few bits hold, it
    /// is.
    public var keepsNumbers: Bool {
        switch self {
        case .copy, .negative, .absolute, .sign, .select, .relu, .maximum, .minimum, .round, .floor, .ceil, .truncate:
            return true
        default: return false
        }
    }

    /// How many of a, b, c it reads.
    public var operandCount: Int {
        switch self {
        case .constant: return 0
        case .add, .subtract, .multiply, .divide, .power, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual,
            .greater,
            .greaterEqual, .logicalAnd, .logicalOr, .floorDivide, .remainder, .atan2, .bitwiseAnd, .bitwiseOr,
            .bitwiseXor, .shiftLeft, .shiftRight, .bceWithLogits, .bce, .throughTanh, .throughSigmoid, .throughRelu,
            .multiplyScaled, .hypot, .fmod, .nextAfter, .gcd, .lcm, .lowerGamma, .upperGamma, .zeta,
            .orthogonalPolynomial:
            return 2
        case .select, .multiplyAdd, .multiplySubtract, .subtractProduct, .multiplyMultiply, .addAdd: return 3
        default: return 1
        }
    }

    /// Those of a, b, c that it reads.
    public func operands(_ a: Int, _ b: Int, _ c: Int) -> [Int] { Array([a, b, c].prefix(operandCount)) }

    public var hasImmediate: Bool {
        switch self {
        case .leakyRelu, .addImmediate, .subtractImmediate, .reverseSubtractImmediate, .multiplyImmediate,
            .divideImmediate,
            .reverseDivideImmediate, .maximumImmediate, .minimumImmediate, .greaterImmediate, .lessImmediate,
            .equalImmediate,
            .powerImmediate, .constant, .polygamma, .throughTanh, .throughSigmoid, .throughRelu, .multiplyScaled, .sinc,
            .besselJ, .besselY, .besselI, .scaledBesselI, .besselK, .scaledBesselK, .orthogonalPolynomial:
            return true
        default: return false
        }
    }
}
