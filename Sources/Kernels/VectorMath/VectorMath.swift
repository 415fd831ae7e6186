import Glibc
import Steps

/// A vector of floating-point numbers on which the elementary functions of VectorMath+*.swift work: 16 Floats or 8
/// Doubles.
///
/// The functions are written once for both. What differs is the layout of the bits and the polynomials, which each type
/// supplies (VectorMath+Float.swift, VectorMath+Double.swift). Operators are requirements because Swift's generic
/// comparisons go lane by lane; through a requirement the generic code reaches the one vector instruction.
protocol MathVector: SIMD where Scalar: BinaryFloatingPoint & SIMDScalar {
    /// The signed integers of the same width, for work on bit patterns.
    associatedtype Bits: SIMD where Bits.Scalar: FixedWidthInteger & SignedInteger, Bits.MaskStorage == MaskStorage

    static func .< (a: Self, b: Self) -> SIMDMask<MaskStorage>
    static func .<= (a: Self, b: Self) -> SIMDMask<MaskStorage>
    static func .> (a: Self, b: Self) -> SIMDMask<MaskStorage>
    static func .>= (a: Self, b: Self) -> SIMDMask<MaskStorage>
    static func .== (a: Self, b: Self) -> SIMDMask<MaskStorage>
    static func .!= (a: Self, b: Self) -> SIMDMask<MaskStorage>
    func replacing(with other: Self, where mask: SIMDMask<MaskStorage>) -> Self

    /// 1.5 · 2^(bits of the significand): added to a small number, it leaves the nearest integer in the low bits.
    static var rounder: Scalar { get }
    /// ln 2 in two parts, the first with enough trailing zeros that its product with an exponent is exact.
    static var ln2High: Scalar { get }
    static var ln2Low: Scalar { get }
    /// π/2 in three parts.
    static var halfPi: (Scalar, Scalar, Scalar) { get }
    /// π/4 in two parts.
    static var quarterPi: (Scalar, Scalar) { get }
    /// log₁₀ 2 in two parts, the first with enough trailing zeros that its product with an exponent is exact.
    static var log10Of2: (Scalar, Scalar) { get }
    /// Up to here three parts of π/2 are enough.
    static var trigonometricLimit: Scalar { get }
    /// Outside these, exp is 0 or infinite.
    static var exponentLimits: (lower: Scalar, upper: Scalar) { get }
    /// From here on, tanh and erf round to 1.
    static var tanhLimit: Scalar { get }
    static var erfLimit: Scalar { get }
    /// Below -this, x Φ(x) rounds to 0.
    static var normalLimit: Scalar { get }
    /// The c of `normalTailPolynomial`.
    static var normalScale: Scalar { get }

    /// (eʳ - 1 - r) / r² for |r| ≤ ln(2)/2.
    static func expPolynomial(_ r: Self) -> Self
    /// (2 artanh(s) / s - 2) / z with z = s², for s = f / (2 + f) and 1 + f between √½ and √2.
    static func logPolynomial(_ z: Self) -> Self
    /// (sin r - r) / r³ with z = r², for |r| ≤ π/4.
    static func sinPolynomial(_ z: Self) -> Self
    /// (cos r - 1 + z/2) / z² with z = r², for |r| ≤ π/4.
    static func cosPolynomial(_ z: Self) -> Self
    /// (atan t - t) / t³ with z = t², for |t| ≤ tan(π/8).
    static func atanPolynomial(_ z: Self) -> Self
    /// (asin s - s) / s³ with z = s², for |s| ≤ ½.
    static func asinPolynomial(_ z: Self) -> Self
    /// erf(x) / x - 1 with z = x², for |x| ≤ 0.9.
    static func erfPolynomial(_ z: Self) -> Self
    /// -ln(1 - erf(1.5 + u)), for 1.5 + u between 0.9 and `erfLimit`.
    static func erfTailPolynomial(_ u: Self) -> Self
    /// Φ(-a) e^(a²/2) / t with t = 1 / (1 + c a) and u = 2t - 1, for 0 ≤ a ≤ `normalLimit`.
    static func normalTailPolynomial(_ u: Self) -> Self

    /// What an instruction with an elementary function does; nil where it is another.
    static func elementary(_ opcode: LoopOpcode) -> ((LoopBlock<Self>) -> Void)?

    /// The nearest numbers that 16 bits hold; only of floats of 32.
    static func roundBFloat16(_ x: Self) -> Self
    static func roundFloat16(_ x: Self) -> Self
    /// x moved into the range; NaN stays NaN.
    static func limit(_ x: Self, _ lower: Self, _ upper: Self) -> Self
    static func squareRoot(_ x: Self) -> Self
    static func floor(_ x: Self) -> Self
    static func ceil(_ x: Self) -> Self
    static func truncate(_ x: Self) -> Self
    /// Halves go to the even neighbour.
    static func round(_ x: Self) -> Self
    static func glibcSin(_ x: Scalar) -> Scalar
    static func glibcCos(_ x: Scalar) -> Scalar
    static func glibcTan(_ x: Scalar) -> Scalar
    static func glibcPow(_ x: Scalar, _ y: Scalar) -> Scalar
    static func glibcFmod(_ x: Scalar, _ y: Scalar) -> Scalar
}

extension MathVector {
    @inline(__always) static func splat(_ value: Scalar) -> Self { Self(repeating: value) }

    @inline(__always) var bits: Bits { unsafeBitCast(self, to: Bits.self) }
    @inline(__always) static func fromBits(_ bits: Bits) -> Self { unsafeBitCast(bits, to: Self.self) }

    /// self · b + c in one rounding.
    @inline(__always) func times(_ b: Self, plus c: Scalar) -> Self { Self.splat(c).addingProduct(self, b) }

    @inline(__always) static var signBit: Bits { Bits(repeating: Bits.Scalar.min) }
    @inline(__always) var magnitude: Self { Self.fromBits(bits & Bits(repeating: Bits.Scalar.max)) }
    /// self, whose sign bit is clear, with the sign of `other`: -0 counts as negative.
    @inline(__always) func signed(like other: Self) -> Self { Self.fromBits(bits | (other.bits & Self.signBit)) }

    /// The larger of the two; NaN if one is NaN.
    @inline(__always) static func maximum(_ a: Self, _ b: Self) -> Self {
        a.replacing(with: b, where: (b .> a) .| (b .!= b))
    }
    /// The smaller of the two; NaN if one is NaN.
    @inline(__always) static func minimum(_ a: Self, _ b: Self) -> Self {
        a.replacing(with: b, where: (b .< a) .| (b .!= b))
    }

    /// self moved into the range; NaN stays NaN.
    @inline(__always) func limited(_ lower: Scalar, _ upper: Scalar) -> Self {
        Self.limit(self, Self.splat(lower), Self.splat(upper))
    }

    @inline(__always) static var fractionBits: Bits.Scalar { Bits.Scalar(Scalar.significandBitCount) }
    @inline(__always) static var exponentBias: Bits.Scalar { (1 << Bits.Scalar(Scalar.exponentBitCount - 1)) - 1 }

    /// 2ⁿ for n in the range of normal numbers.
    @inline(__always) static func power(ofTwo n: Bits) -> Self { fromBits((n &+ exponentBias) &<< fractionBits) }

    /// The nearest integer to self, as a number and as an integer; for |self| far below `rounder`.
    @inline(__always) var rounded: (number: Self, integer: Bits) {
        let shifted = self + Self.splat(Self.rounder)
        return (shifted - Self.splat(Self.rounder), shifted.bits &- Self.splat(Self.rounder).bits)
    }
}
