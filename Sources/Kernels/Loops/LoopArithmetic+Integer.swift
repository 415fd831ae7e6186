import Steps

/// The instructions on integers and truth values, all in Int64 with wrapping arithmetic; narrower results keep their
/// low bits. Functions that only floats have never come here: the graph casts first.
enum IntegerArithmetic: LoopArithmetic {
    typealias Vector = SIMD8<Int64>
    typealias Accumulator = Int64
    static var dtype: DType { .int64 }

    @inline(never) static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Vector>) {
        let number = Int64(casting: immediate)
        switch opcode {
        case .constant: block.fill(Vector(repeating: number))
        case .add: block.map2 { $0 &+ $1 }
        case .subtract: block.map2 { $0 &- $1 }
        case .multiply: block.map2 { $0 &* $1 }
        case .multiplyAdd: block.map3 { $0 &* $1 &+ $2 }
        case .multiplySubtract: block.map3 { $0 &* $1 &- $2 }
        case .subtractProduct: block.map3 { $2 &- $0 &* $1 }
        case .multiplyMultiply: block.map3 { $0 &* $1 &* $2 }
        case .multiplyScaled: block.map2 { $0 &* number &* $1 }
        case .addAdd: block.map3 { $0 &+ $1 &+ $2 }
        case .throughRelu: block.lanes2 { $1 > number ? $0 : 0 }
        case .addImmediate: block.map { $0 &+ number }
        case .subtractImmediate: block.map { $0 &- number }
        case .reverseSubtractImmediate: block.map { number &- $0 }
        case .multiplyImmediate: block.map { $0 &* number }
        case .negative: block.map { 0 &- $0 }
        case .square: block.map { $0 &* $0 }
        case .absolute: block.lanes { $0 < 0 ? 0 &- $0 : $0 }
        case .sign: block.lanes { $0.signum() }
        case .relu: block.lanes { $0 > 0 ? $0 : 0 }
        case .maximum: block.lanes2 { $0 > $1 ? $0 : $1 }
        case .minimum: block.lanes2 { $0 < $1 ? $0 : $1 }
        case .maximumImmediate: block.lanes { $0 > number ? $0 : number }
        case .minimumImmediate: block.lanes { $0 < number ? $0 : number }
        case .equal: block.lanes2 { $0 == $1 ? 1 : 0 }
        case .notEqual: block.lanes2 { $0 != $1 ? 1 : 0 }
        case .less: block.lanes2 { $0 < $1 ? 1 : 0 }
        case .lessEqual: block.lanes2 { $0 <= $1 ? 1 : 0 }
        case .greater: block.lanes2 { $0 > $1 ? 1 : 0 }
        case .greaterEqual: block.lanes2 { $0 >= $1 ? 1 : 0 }
        case .equalImmediate: block.lanes { $0 == number ? 1 : 0 }
        case .lessImmediate: block.lanes { $0 < number ? 1 : 0 }
        case .greaterImmediate: block.lanes { $0 > number ? 1 : 0 }
        case .logicalAnd: block.lanes2 { $0 != 0 && $1 != 0 ? 1 : 0 }
        case .logicalOr: block.lanes2 { $0 != 0 || $1 != 0 ? 1 : 0 }
        case .logicalNot: block.lanes { $0 == 0 ? 1 : 0 }
        case .toBool: block.lanes { $0 != 0 ? 1 : 0 }
        case .select:
            block.map3 { condition, a, b in
                var result = b
                for lane in 0..<8 where condition[lane] != 0 { result[lane] = a[lane] }
                return result
            }
        case .floorDivide: block.lanes2 { floorDivide($0, $1) }
        case .remainder: block.lanes2 { remainder($0, $1) }
        case .fmod: block.lanes2 { $1 == 0 || $1 == -1 ? 0 : $0 % $1 }
        case .signBit: block.lanes { $0 < 0 ? 1 : 0 }
        case .gcd: block.lanes2 { Int64(truncatingIfNeeded: gcd($0.magnitude, $1.magnitude)) }
        case .lcm: block.lanes2 { lcm($0, $1) }
        case .bitwiseAnd: block.map2 { $0 & $1 }
        case .bitwiseOr: block.map2 { $0 | $1 }
        case .bitwiseXor: block.map2 { $0 ^ $1 }
        case .shiftLeft: block.lanes2 { UInt64(bitPattern: $1) < 64 ? $0 &<< $1 : 0 }
        case .shiftRight: block.lanes2 { UInt64(bitPattern: $1) < 64 ? $0 &>> $1 : $0 &>> 63 }
        case .power: block.lanes2 { power($0, $1) }
        case .powerImmediate: block.lanes { power($0, number) }
        case .copy, .divide, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tanh, .sigmoid,
            .leakyRelu, .gelu,
            .normalCumulative, .erf,
            .softplus, .bceWithLogits, .bce, .clampedLog, .divideImmediate, .reverseDivideImmediate, .throughTanh,
            .throughSigmoid, .atan2, .exp2, .log2, .log10, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh,
            .atanh, .round, .floor,
            .ceil, .truncate, .erfc, .logGamma, .digamma, .polygamma, .hypot,
            .nextAfter, .binaryExponent, .sinc, .scaledErfc, .inverseErf, .normalQuantile, .logNormalCumulative,
            .entropy, .besselJ, .besselY, .besselI, .scaledBesselI, .besselK, .scaledBesselK, .orthogonalPolynomial,
            .lowerGamma, .upperGamma, .zeta,
            .roundBFloat16, .roundFloat16:
            block.map { $0 }
        }
    }

    /// Rounded down; the one quotient that does not fit wraps.
    @inline(__always) private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        if b == 0 { return 0 }
        if b == -1 { return 0 &- a }
        let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
        return rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient
    }

    @inline(__always) private static func remainder(_ a: Int64, _ b: Int64) -> Int64 {
        if b == 0 || b == -1 { return 0 }
        let rest = a % b
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    /// Euclid's algorithm.
    private static func gcd(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// Wrapping.
    private static func lcm(_ a: Int64, _ b: Int64) -> Int64 {
        if a == 0 || b == 0 { return 0 }
        let product = Int64(truncatingIfNeeded: a.magnitude / gcd(a.magnitude, b.magnitude) &* b.magnitude)
        return product < 0 ? 0 &- product : product
    }

    /// Wrapping, by squaring. A negative exponent leaves 1 and -1 as powers of themselves, and everything else 0, which
    /// is what the quotient truncates to.
    private static func power(_ base: Int64, _ exponent: Int64) -> Int64 {
        if exponent < 0 {
            switch base {
            case 1: return 1
            case -1: return exponent & 1 == 0 ? 1 : -1
            default: return 0
            }
        }
        var (result, factor, left) = (1 as Int64, base, exponent)
        while left != 0 {
            if left & 1 != 0 { result = result &* factor }
            factor = factor &* factor
            left >>= 1
        }
        return result
    }

    static func identity(_ kind: ReductionKind) -> Int64 {
        switch kind {
        case .sum: return 0
        case .maximum: return .min
        case .minimum: return .max
        }
    }

    @inline(__always) static func combine(_ kind: ReductionKind, _ a: Int64, _ b: Int64) -> Int64 {
        switch kind {
        case .sum: return a &+ b
        case .maximum: return b > a ? b : a
        case .minimum: return b < a ? b : a
        }
    }

    @inline(never) static func reduce(_ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int) -> Int64 {
        let x = x.assumingMemoryBound(to: Int64.self)
        var result = identity(kind)
        for place in 0..<count { result = combine(kind, result, x[place]) }
        return result
    }

    @inline(never) static func accumulate(
        _ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int, into accumulators: UnsafeMutablePointer<Int64>
    ) {
        let x = x.assumingMemoryBound(to: Int64.self)
        for place in 0..<count { accumulators[place] = combine(kind, accumulators[place], x[place]) }
    }

    static func finish(_ value: Int64, divisor: Double) -> Int64 {
        divisor == 1 ? value : Int64(casting: Double(value) / divisor)
    }
}

extension LoopBlock<SIMD8<Int64>> {
    /// Functions of single elements, for what Swift's integer vectors have no instruction for.
    @inline(__always) fileprivate func lanes(_ function: (Int64) -> Int64) {
        map { x in
            var result = x
            for lane in 0..<8 { result[lane] = function(x[lane]) }
            return result
        }
    }

    @inline(__always) fileprivate func lanes2(_ function: (Int64, Int64) -> Int64) {
        map2 { x, y in
            var result = x
            for lane in 0..<8 { result[lane] = function(x[lane], y[lane]) }
            return result
        }
    }
}
