import Glibc
import Steps

/// The instructions on float32 and float64.
extension MathVector {
    @inline(__always) private static func truth(_ mask: SIMDMask<MaskStorage>) -> Self {
        splat(0).replacing(with: splat(1), where: mask)
    }

    @inline(__always) private static func isTrue(_ x: Self) -> SIMDMask<MaskStorage> { x .!= splat(0) }

    @inline(__always) static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Self>) {
        let number = splat(Scalar(immediate))
        switch opcode {
        case .copy, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight, .gcd, .lcm: block.map { $0 }
        case .constant: block.fill(number)
        case .roundBFloat16: block.map { roundBFloat16($0) }
        case .roundFloat16: block.map { roundFloat16($0) }
        case .add: block.map2 { $0 + $1 }
        case .subtract: block.map2 { $0 - $1 }
        case .multiply: block.map2 { $0 * $1 }
        case .divide: block.map2 { $0 / $1 }
        case .multiplyAdd: block.map3 { $0 * $1 + $2 }
        case .multiplySubtract: block.map3 { $0 * $1 - $2 }
        case .subtractProduct: block.map3 { $2 - $0 * $1 }
        case .multiplyMultiply: block.map3 { ($0 * $1) * $2 }
        case .multiplyScaled: block.map2 { ($0 * number) * $1 }
        case .addAdd: block.map3 { ($0 + $1) + $2 }
        case .throughTanh: block.map2 { $0 * (number - $1 * $1) }
        case .throughSigmoid: block.map2 { $0 * ($1 * (number - $1)) }
        case .throughRelu: block.map2 { splat(0).replacing(with: $0, where: $1 .> number) }
        case .addImmediate: block.map { $0 + number }
        case .subtractImmediate: block.map { $0 - number }
        case .reverseSubtractImmediate: block.map { number - $0 }
        case .multiplyImmediate: block.map { $0 * number }
        case .divideImmediate: block.map { $0 / number }
        case .reverseDivideImmediate: block.map { number / $0 }
        case .negative: block.map { fromBits($0.bits ^ signBit) }
        case .absolute: block.map { $0.magnitude }
        case .square: block.map { $0 * $0 }
        case .reciprocal: block.map { splat(1) / $0 }
        case .sqrt: block.map { squareRoot($0) }
        case .rsqrt: block.map { splat(1) / squareRoot($0) }
        case .relu: block.map { relu($0) }
        case .leakyRelu: block.map { $0.replacing(with: $0 * number, where: $0 .< splat(0)) }
        case .maximum: block.map2 { maximum($0, $1) }
        case .minimum: block.map2 { minimum($0, $1) }
        case .maximumImmediate: block.map { maximum($0, number) }
        case .minimumImmediate: block.map { minimum($0, number) }
        case .sign:
            block.map {
                $0.replacing(with: splat(1), where: $0 .> splat(0)).replacing(with: splat(-1), where: $0 .< splat(0))
            }
        case .equal: block.map2 { truth($0 .== $1) }
        case .notEqual: block.map2 { truth($0 .!= $1) }
        case .less: block.map2 { truth($0 .< $1) }
        case .lessEqual: block.map2 { truth($0 .<= $1) }
        case .greater: block.map2 { truth($0 .> $1) }
        case .greaterEqual: block.map2 { truth($0 .>= $1) }
        case .equalImmediate: block.map { truth($0 .== number) }
        case .lessImmediate: block.map { truth($0 .< number) }
        case .greaterImmediate: block.map { truth($0 .> number) }
        case .logicalAnd: block.map2 { truth(isTrue($0) .& isTrue($1)) }
        case .logicalOr: block.map2 { truth(isTrue($0) .| isTrue($1)) }
        case .logicalNot: block.map { truth($0 .== splat(0)) }
        case .toBool: block.map { truth(isTrue($0)) }
        case .select: block.map3 { $2.replacing(with: $1, where: isTrue($0)) }
        case .round: block.map { round($0) }
        case .floor: block.map { floor($0) }
        case .ceil: block.map { ceil($0) }
        case .truncate: block.map { truncate($0) }
        case .power: block.map2 { power($0, $1) }
        case .powerImmediate:
            if immediate.magnitude <= 8, immediate == immediate.rounded(.towardZero) {
                block.map { power($0, Int(immediate)) }
            } else {
                block.map { power($0, number) }
            }
        case .exp, .exp2, .expm1, .log, .log2, .log10, .log1p, .clampedLog, .sin, .cos, .tan, .asin, .acos, .atan,
            .atan2,
            .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .softplus, .erf, .erfc, .scaledErfc, .gelu,
            .normalCumulative, .logNormalCumulative, .entropy, .bce, .bceWithLogits:
            elementary(opcode)?(block)
        case .floorDivide, .remainder, .logGamma, .digamma, .polygamma, .hypot, .fmod, .signBit, .nextAfter,
            .binaryExponent, .sinc, .inverseErf, .normalQuantile, .besselJ, .besselY, .besselI, .scaledBesselI,
            .besselK,
            .scaledBesselK, .orthogonalPolynomial, .lowerGamma, .upperGamma, .zeta:
            executeRare(opcode, immediate, block)
        }
    }

    /// Functions that few loops have, in code of their own, so that the others' stays together.
    @inline(never) private static func executeRare(
        _ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Self>
    ) {
        switch opcode {
        case .floorDivide: block.map2 { floorDivide($0, $1) }
        case .remainder: block.map2 { remainder($0, $1) }
        case .logGamma: block.map { $0.lanes(Gamma.logarithm) }
        case .digamma: block.map { $0.lanes(Gamma.digamma) }
        case .polygamma:
            let order = Int(immediate)
            block.map { $0.lanes { Gamma.polygamma(order, $0) } }
        case .hypot: block.map2 { $0.lanes($1, Glibc.hypot) }
        case .fmod: block.map2 { fmod($0, $1) }
        case .signBit: block.map { truth(splat(1).signed(like: $0) .< splat(0)) }
        case .nextAfter: block.map2 { next(after: $0, toward: $1) }
        case .binaryExponent: block.map { $0.lanes(binaryExponent) }
        case .sinc:
            let order = Int(immediate)
            block.map { $0.lanes { Sinc.derivative(order, $0) } }
        case .inverseErf: block.map { $0.lanes(NormalQuantile.inverseErf) }
        case .normalQuantile: block.map { $0.lanes(NormalQuantile.value) }
        case .besselJ:
            let order = Int32(immediate)
            block.map { $0.lanes { jn(order, $0) } }
        case .besselY:
            let order = Int32(immediate)
            block.map { $0.lanes { Bessel.y(order, $0) } }
        case .besselI:
            let order = Int(immediate)
            block.map { $0.lanes { Bessel.i(order, $0) } }
        case .scaledBesselI:
            let order = Int(immediate)
            block.map { $0.lanes { Bessel.scaledI(order, $0) } }
        case .besselK:
            let order = Int(immediate)
            block.map { $0.lanes { Bessel.k(order, $0) } }
        case .scaledBesselK:
            let order = Int(immediate)
            block.map { $0.lanes { Bessel.scaledK(order, $0) } }
        case .orthogonalPolynomial:
            let family = PolynomialFamily(immediate: immediate) ?? PolynomialFamily(.gegenbauer)
            block.map2 { $0.lanes($1) { OrthogonalPolynomial.value(family, $0, $1) } }
        case .lowerGamma: block.map2 { $0.lanes($1, IncompleteGamma.lower) }
        case .upperGamma: block.map2 { $0.lanes($1, IncompleteGamma.upper) }
        case .zeta: block.map2 { $0.lanes($1, Gamma.zeta) }
        default: block.map { $0 }  // all others are `execute`'s
        }
    }

    /// By multiplication; the reciprocal comes last, so that powers of exact numbers stay exact.
    @inline(__always) private static func power(_ x: Self, _ exponent: Int) -> Self {
        var result = splat(1)
        var factor = x
        var left = exponent.magnitude
        while left != 0 {
            if left & 1 != 0 { result = result * factor }
            left >>= 1
            if left != 0 { factor = factor * factor }
        }
        return exponent < 0 ? splat(1) / result : result
    }

    @inline(never) private static func power(_ x: Self, _ y: Self) -> Self {
        var result = x
        for lane in 0..<scalarCount { result[lane] = glibcPow(x[lane], y[lane]) }
        return result
    }
}

/// Functions of single elements.
extension MathVector {
    /// `x` itself where it is `y`, NaN where one of them is.
    @inline(never) fileprivate static func next(after x: Self, toward y: Self) -> Self {
        var result = x + y
        for lane in 0..<scalarCount where x[lane] == x[lane] && y[lane] == y[lane] {
            result[lane] = x[lane] == y[lane] ? y[lane] : x[lane] < y[lane] ? x[lane].nextUp : x[lane].nextDown
        }
        return result
    }

    fileprivate static func binaryExponent(_ x: Double) -> Double {
        x.isFinite && x != 0 ? Double(x.exponent) + 1 : 0
    }
}

/// Accumulators are Doubles in both precisions: a sum of a million float32 is then as exact as its result can hold.
protocol RealArithmetic: LoopArithmetic where Accumulator == Double, Vector: MathVector {}

extension RealArithmetic {
    @inline(__always) static func identity(_ kind: ReductionKind) -> Double {
        switch kind {
        case .sum: return 0
        case .maximum: return -.infinity
        case .minimum: return .infinity
        }
    }

    @inline(__always) static func combine(_ kind: ReductionKind, _ a: Double, _ b: Double) -> Double {
        switch kind {
        case .sum: return a + b
        case .maximum: return b > a || b != b ? b : a
        case .minimum: return b < a || b != b ? b : a
        }
    }

    /// One more rounding than the division of the exact sum would have, but the same for a sum and a division by
    /// themselves.
    @inline(__always) static func finish(_ value: Double, divisor: Double) -> Vector.Scalar {
        divisor == 1 ? Vector.Scalar(value) : Vector.Scalar(value) / Vector.Scalar(divisor)
    }

    @inline(__always) fileprivate static func vector(_ pointer: UnsafeRawPointer, _ start: Int) -> Vector {
        pointer.loadUnaligned(fromByteOffset: start * MemoryLayout<Vector.Scalar>.size, as: Vector.self)
    }

    /// `count` elements, vector by vector in two alternating strands; `fold` takes a vector into a strand, `finish`
    /// makes one number of both. What does not fill a vector is read once more from its end, with the lanes that were
    /// taken already replaced by `neutral`. At least one vector.
    @inline(__always) fileprivate static func strands<Strand>(
        _ x: UnsafeRawPointer, _ count: Int, neutral: Vector, _ start: Strand,
        lanes: (Int) -> SIMDMask<Vector.MaskStorage>,
        fold: (inout Strand, Vector) -> Void, finish: (Strand, Strand) -> Double
    ) -> Double {
        let width = Vector.scalarCount
        var (a, b) = (start, start)
        var place = 0
        while place + 2 * width <= count {
            fold(&a, vector(x, place))
            fold(&b, vector(x, place + width))
            place += 2 * width
        }
        if place + width <= count {
            fold(&a, vector(x, place))
            place += width
        }
        if place < count {
            let taken = width - (count - place)
            fold(&b, vector(x, count - width).replacing(with: neutral, where: lanes(taken)))
        }
        return finish(a, b)
    }

    /// Fewer elements than a vector has lanes.
    @inline(__always) fileprivate static func few(_ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int) -> Double
    {
        let x = x.assumingMemoryBound(to: Vector.Scalar.self)
        var result = identity(kind)
        for place in 0..<count { result = combine(kind, result, Double(x[place])) }
        return result
    }
}

extension SIMD8<Double> {
    /// The lanes taken together pairwise.
    @inline(__always) fileprivate func tree(_ kind: ReductionKind) -> Double {
        var x = self
        for _ in 0..<3 {
            let a = SIMD8(lowHalf: x.evenHalf, highHalf: x.evenHalf)
            let b = SIMD8(lowHalf: x.oddHalf, highHalf: x.oddHalf)
            x = a.taking(kind, b)
        }
        return x[0]
    }

    @inline(__always) fileprivate func taking(_ kind: ReductionKind, _ other: Self) -> Self {
        switch kind {
        case .sum: return self + other
        case .maximum: return Self.maximum(self, other)
        case .minimum: return Self.minimum(self, other)
        }
    }

    @inline(__always) fileprivate func take(_ kind: ReductionKind, into accumulators: UnsafeMutableRawPointer) {
        accumulators.storeBytes(of: accumulators.loadUnaligned(as: Self.self).taking(kind, self), as: Self.self)
    }

    @inline(__always) fileprivate static func lanes(below count: Int) -> SIMDMask<MaskStorage> {
        Self(0, 1, 2, 3, 4, 5, 6, 7) .< Self(repeating: Double(count))
    }
}

extension SIMD16<Float> {
    @inline(__always) fileprivate var doubles: (SIMD8<Double>, SIMD8<Double>) {
        (SIMD8<Double>(lowHalf), SIMD8<Double>(highHalf))
    }

    @inline(__always) fileprivate static func lanes(below count: Int) -> SIMDMask<MaskStorage> {
        Self(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) .< Self(repeating: Float(count))
    }
}

enum DoubleArithmetic: RealArithmetic {
    typealias Vector = SIMD8<Double>
    typealias Accumulator = Double
    static var dtype: DType { .float64 }

    @inline(never) static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Vector>) {
        Vector.execute(opcode, immediate, block)
    }

    @inline(never) static func reduce(_ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int) -> Double {
        if count < Vector.scalarCount { return few(kind, x, count) }
        let neutral = Vector(repeating: identity(kind))
        @inline(__always) func all(_ kind: ReductionKind) -> Double {
            strands(x, count, neutral: neutral, neutral, lanes: Vector.lanes(below:)) {
                $0 = $0.taking(kind, $1)
            } finish: {
                $0.taking(kind, $1).tree(kind)
            }
        }
        switch kind {
        case .sum: return all(.sum)
        case .maximum: return all(.maximum)
        case .minimum: return all(.minimum)
        }
    }

    @inline(never) static func accumulate(
        _ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int, into accumulators: UnsafeMutablePointer<Double>
    ) {
        let whole = count & ~7
        for place in stride(from: 0, to: whole, by: 8) { vector(x, place).take(kind, into: accumulators + place) }
        let x = x.assumingMemoryBound(to: Double.self)
        for place in whole..<count { accumulators[place] = combine(kind, accumulators[place], x[place]) }
    }
}

enum FloatArithmetic: RealArithmetic {
    typealias Vector = SIMD16<Float>
    typealias Accumulator = Double
    static var dtype: DType { .float32 }

    @inline(never) static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Vector>) {
        Vector.execute(opcode, immediate, block)
    }

    @inline(never) static func reduce(_ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int) -> Double {
        if count < Vector.scalarCount { return few(kind, x, count) }
        let neutral = Vector(repeating: Float(identity(kind)))
        switch kind {
        case .sum:
            let zeros = (SIMD8<Double>(), SIMD8<Double>())
            return strands(x, count, neutral: neutral, zeros, lanes: Vector.lanes(below:)) {
                let (low, high) = $1.doubles
                $0.0 += low
                $0.1 += high
            } finish: {
                (($0.0 + $0.1) + ($1.0 + $1.1)).tree(.sum)
            }
        case .maximum:
            return strands(x, count, neutral: neutral, neutral, lanes: Vector.lanes(below:)) {
                $0 = Vector.maximum($0, $1)
            } finish: {
                let (low, high) = Vector.maximum($0, $1).doubles
                return low.taking(.maximum, high).tree(.maximum)
            }
        case .minimum:
            return strands(x, count, neutral: neutral, neutral, lanes: Vector.lanes(below:)) {
                $0 = Vector.minimum($0, $1)
            } finish: {
                let (low, high) = Vector.minimum($0, $1).doubles
                return low.taking(.minimum, high).tree(.minimum)
            }
        }
    }

    @inline(never) static func accumulate(
        _ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int, into accumulators: UnsafeMutablePointer<Double>
    ) {
        let whole = count & ~15
        for place in stride(from: 0, to: whole, by: 16) {
            let (low, high) = vector(x, place).doubles
            low.take(kind, into: accumulators + place)
            high.take(kind, into: accumulators + place + 8)
        }
        let x = x.assumingMemoryBound(to: Float.self)
        for place in whole..<count { accumulators[place] = combine(kind, accumulators[place], Double(x[place])) }
    }
}
