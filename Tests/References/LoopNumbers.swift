import Steps
import Glibc

/// One element of the type that a loop computes in, and what each opcode means for it.
protocol LoopNumber {
    init(_ number: Number)
    var number: Number { get }
    static func apply(_ opcode: LoopOpcode, _ a: Self, _ b: Self, _ c: Self, _ immediate: Double) -> Self
}

/// The element-by-element meaning of the opcodes on float32 and float64: `exact` gives the result before its last
/// rounding. Functions are glibc's in extended precision, 11 bits more than a Double has.
protocol RealLoopNumber: LoopNumber, BinaryFloatingPoint {}

extension RealLoopNumber {
    static func apply(_ opcode: LoopOpcode, _ a: Self, _ b: Self, _ c: Self, _ immediate: Double) -> Self {
        Self(exact(opcode, a, b, c, immediate))
    }

    static func exact(_ opcode: LoopOpcode, _ a: Self, _ b: Self, _ c: Self, _ immediate: Double) -> Float80 {
        let number = Self(immediate)
        let x = Float80(a)
        switch opcode {
        case .exp: return Glibc.exp(x)
        case .expm1: return Glibc.expm1(x)
        case .log: return Glibc.log(x)
        case .log1p: return Glibc.log1p(x)
        case .sin: return Glibc.sin(x)
        case .cos: return Glibc.cos(x)
        case .tanh: return Glibc.tanh(x)
        case .exp2: return Glibc.exp2(x)
        case .log2: return Glibc.log2(x)
        case .log10: return Glibc.log10(x)
        case .tan: return Glibc.tan(x)
        case .asin: return Glibc.asin(x)
        case .acos: return Glibc.acos(x)
        case .atan: return Glibc.atan(x)
        case .atan2: return Glibc.atan2(x, Float80(b))
        case .sinh: return Glibc.sinh(x)
        case .cosh: return Glibc.cosh(x)
        case .asinh: return Glibc.asinh(x)
        case .acosh: return Glibc.acosh(x)
        case .atanh: return Glibc.atanh(x)
        case .erfc: return Glibc.erfc(x)
        case .hypot: return Glibc.hypot(x, Float80(b))
        case _ where specialOpcodes.contains(opcode):
            return SpecialReference.exact(opcode, x, Float80(b), immediate)
        case .sigmoid: return 1 / (1 + Glibc.exp(-x))
        case .erf: return Glibc.erf(x)
        case .gelu: return x == -.infinity ? 0 : x * (Glibc.erfc(-x * 0.707106781186547524400844362104849039) / 2)
        case .normalCumulative: return Glibc.erfc(-x * 0.707106781186547524400844362104849039) / 2
        case .softplus: return larger(x, 0) + Glibc.log1p(Glibc.exp(-x.magnitude))
        case .bceWithLogits: return larger(x, 0) - x * Float80(b) + Glibc.log1p(Glibc.exp(-x.magnitude))
        case .bce:
            let yes = larger(Glibc.log(x), -100)
            let no = larger(Glibc.log1p(-x), -100)
            return -(Float80(b) * yes + (1 - Float80(b)) * no)
        case .clampedLog: return larger(Glibc.log(x), -100)
        case .power: return Glibc.pow(x, Float80(b))
        case .powerImmediate: return Glibc.pow(x, Float80(number))
        case .rsqrt: return 1 / x.squareRoot()
        default: return Float80(basic(opcode, a, b, c, number))
        }
    }

    /// What IEEE 754 rounds itself.
    private static func basic(_ opcode: LoopOpcode, _ a: Self, _ b: Self, _ c: Self, _ number: Self) -> Self {
        func truth(_ condition: Bool) -> Self { condition ? 1 : 0 }
        switch opcode {
        case .copy: return a
        case .roundBFloat16: return (a as? Float).map { Self($0.roundedToBFloat16) } ?? a
        case .roundFloat16: return (a as? Float).map { Self(Float16($0)) } ?? a
        case .constant: return number
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        case .multiplyAdd:
            let product = a * b
            return product + c
        case .multiplySubtract:
            let product = a * b
            return product - c
        case .subtractProduct:
            let product = a * b
            return c - product
        case .multiplyMultiply:
            let product = a * b
            return product * c
        case .multiplyScaled:
            let scaled = a * number
            return scaled * b
        case .addAdd:
            let sum = a + b
            return sum + c
        case .throughTanh:
            let square = b * b
            return a * (number - square)
        case .throughSigmoid: return a * (b * (number - b))
        case .throughRelu: return b > number ? a : 0
        case .addImmediate: return a + number
        case .subtractImmediate: return a - number
        case .reverseSubtractImmediate: return number - a
        case .multiplyImmediate: return a * number
        case .divideImmediate: return a / number
        case .reverseDivideImmediate: return number / a
        case .negative: return -a
        case .absolute: return a.magnitude
        case .square: return a * a
        case .reciprocal: return 1 / a
        case .sqrt: return a.squareRoot()
        case .floor: return a.rounded(.down)
        case .ceil: return a.rounded(.up)
        case .truncate: return a.rounded(.towardZero)
        case .round: return a.rounded(.toNearestOrEven)
        case .remainder: return remainder(a, b)
        case .fmod: return a.truncatingRemainder(dividingBy: b)
        case .signBit: return truth(a.sign == .minus)
        case .nextAfter: return a.isNaN || b.isNaN ? .nan : a == b ? b : b > a ? a.nextUp : a.nextDown
        case .binaryExponent: return a.isFinite && a != 0 ? Self(a.exponent) + 1 : 0
        case .floorDivide:
            // Python's float_floor_div.
            if b == 0 { return a / b }
            let cut = a.truncatingRemainder(dividingBy: b)
            var quotient = (a - cut) / b
            if cut != 0, (cut < 0) != (b < 0) { quotient -= 1 }
            if quotient == 0 { return (a / b).sign == .minus ? -0.0 : 0 }
            let whole = quotient.rounded(.down)
            return quotient - whole > 0.5 ? whole + 1 : whole
        case .relu: return a <= 0 ? 0 : a
        case .leakyRelu: return a < 0 ? a * number : a
        case .maximum: return larger(a, b)
        case .maximumImmediate: return larger(a, number)
        case .minimum: return -larger(-a, -b)
        case .minimumImmediate: return -larger(-a, -number)
        case .sign: return a > 0 ? 1 : a < 0 ? -1 : a
        case .equal: return truth(a == b)
        case .notEqual: return truth(a != b)
        case .less: return truth(a < b)
        case .lessEqual: return truth(a <= b)
        case .greater: return truth(a > b)
        case .greaterEqual: return truth(a >= b)
        case .equalImmediate: return truth(a == number)
        case .lessImmediate: return truth(a < number)
        case .greaterImmediate: return truth(a > number)
        case .logicalAnd: return truth(a != 0 && b != 0)
        case .logicalOr: return truth(a != 0 || b != 0)
        case .logicalNot: return truth(a == 0)
        case .toBool: return truth(a != 0)
        case .select: return a != 0 ? b : c
        default: return .nan
        }
    }

    private static func remainder(_ a: Self, _ b: Self) -> Self {
        let cut = a.truncatingRemainder(dividingBy: b)
        return cut != 0 && (cut < 0) != (b < 0) ? cut + b : cut
    }

    private static func larger<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T {
        a.isNaN || b.isNaN ? .nan : b > a ? b : a
    }
}

extension Float: RealLoopNumber {
    init(_ number: Number) { self = number.float }
    var number: Number { .real(Double(self)) }
}

extension Double: RealLoopNumber {
    init(_ number: Number) { self = number.double }
    var number: Number { .real(self) }
}

extension Int64: LoopNumber {
    init(_ number: Number) { self = number.int64 }
    var number: Number { .whole(self) }

    static func apply(_ opcode: LoopOpcode, _ a: Int64, _ b: Int64, _ c: Int64, _ immediate: Double) -> Int64 {
        let number = Number.real(immediate).int64
        func truth(_ condition: Bool) -> Int64 { condition ? 1 : 0 }
        switch opcode {
        case .copy: return a
        case .constant: return number
        case .add: return a &+ b
        case .subtract: return a &- b
        case .multiply: return a &* b
        case .multiplyAdd: return a &* b &+ c
        case .multiplySubtract: return a &* b &- c
        case .subtractProduct: return c &- a &* b
        case .multiplyMultiply: return a &* b &* c
        case .multiplyScaled: return a &* number &* b
        case .addAdd: return a &+ b &+ c
        case .throughRelu: return b > number ? a : 0
        case .addImmediate: return a &+ number
        case .subtractImmediate: return a &- number
        case .reverseSubtractImmediate: return number &- a
        case .multiplyImmediate: return a &* number
        case .negative: return 0 &- a
        case .square: return a &* a
        case .absolute: return a == .min ? a : abs(a)
        case .sign: return a.signum()
        case .relu: return Swift.max(a, 0)
        case .maximum: return Swift.max(a, b)
        case .minimum: return Swift.min(a, b)
        case .maximumImmediate: return Swift.max(a, number)
        case .minimumImmediate: return Swift.min(a, number)
        case .equal: return truth(a == b)
        case .notEqual: return truth(a != b)
        case .less: return truth(a < b)
        case .lessEqual: return truth(a <= b)
        case .greater: return truth(a > b)
        case .greaterEqual: return truth(a >= b)
        case .equalImmediate: return truth(a == number)
        case .lessImmediate: return truth(a < number)
        case .greaterImmediate: return truth(a > number)
        case .logicalAnd: return truth(a != 0 && b != 0)
        case .logicalOr: return truth(a != 0 || b != 0)
        case .logicalNot: return truth(a == 0)
        case .toBool: return truth(a != 0)
        case .select: return a != 0 ? b : c
        case .floorDivide: return b == 0 ? 0 : b == -1 ? 0 &- a : Int64((Float80(a) / Float80(b)).rounded(.down))
        case .remainder: return b == 0 ? 0 : a &- apply(.floorDivide, a, b, c, immediate) &* b
        case .fmod: return b == 0 || b == -1 ? 0 : a % b
        case .signBit: return truth(a < 0)
        case .gcd: return divisor(a, b)
        case .lcm: return a == 0 || b == 0 ? 0 : Int64(bitPattern: (a / divisor(a, b) &* b).magnitude)
        case .bitwiseAnd: return a & b
        case .bitwiseOr: return a | b
        case .bitwiseXor: return a ^ b
        case .shiftLeft: return b < 0 || b > 63 ? 0 : a << b
        case .shiftRight: return b < 0 || b > 63 ? (a < 0 ? -1 : 0) : a >> b
        case .power: return power(a, b)
        case .powerImmediate: return power(a, number)
        default: return a
        }
    }

    private static func divisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a.magnitude, b.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        return Int64(bitPattern: UInt64(a))
    }

    /// By multiplication; below 0 the quotient 1 / a^-n without its fraction.
    private static func power(_ a: Int64, _ n: Int64) -> Int64 {
        if n < 0 { return a == 1 ? 1 : a == -1 ? (n % 2 == 0 ? 1 : -1) : 0 }
        var result: Int64 = 1
        // The powers of a repeat after 2^62 steps at most, but no test goes so far.
        for _ in 0..<n { result = result &* a }
        return result
    }
}

/// The opcodes that only floats have.
let realOpcodes = specialOpcodes.union([
    .roundBFloat16, .roundFloat16,
    .divide, .throughTanh, .throughSigmoid, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tanh,
    .sigmoid, .leakyRelu, .gelu, .normalCumulative, .erf, .softplus,
    .bceWithLogits, .bce, .clampedLog, .divideImmediate, .reverseDivideImmediate, .atan2, .exp2, .log2, .log10, .tan,
    .asin, .acos, .atan, .sinh, .cosh, .asinh,
    .acosh, .atanh, .round, .floor, .ceil, .truncate, .erfc, .hypot, .nextAfter,
    .binaryExponent,
])

/// The opcodes that only integers have.
let integerOpcodes: Set<LoopOpcode> = [.gcd, .lcm, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight]

/// The opcodes whose results on floats are right to within a few places of the last digit; all others are right to the
/// bit.
let roundedOpcodes = specialOpcodes.union([
    .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .gelu, .normalCumulative, .softplus, .bceWithLogits,
    .bce, .clampedLog, .power,
    .powerImmediate, .rsqrt, .atan2, .exp2, .log2, .log10, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh,
    .atanh, .erfc, .hypot,
])
