/// Logarithms. With y = 2ᵉ (1 + f) and 1 + f between √½ and √2, ln y = e ln 2 + ln(1 + f), and ln(1 + f) = 2 artanh(s)
/// for s = f / (2 + f), written as f - (f²/2 - s (f²/2 + R(s²))) so that the leading term f is exact.
extension MathVector {
    /// e as a number, and f, of a normal y > 0.
    @_transparent private static func split(_ y: Self) -> (exponent: Self, f: Self) {
        let rootHalf = splat(Scalar(0.7071067811865475244)).bits
        let bits = y.bits &- rootHalf
        let e = bits &>> fractionBits
        let fraction = bits & Bits(repeating: (1 << fractionBits) - 1)
        let exponent = fromBits(e &+ splat(rounder).bits) - splat(rounder)
        return (exponent, fromBits(fraction &+ rootHalf) - splat(1))
    }

    /// e ln 2 + ln(1 + f) + correction, the last small.
    @_transparent private static func sum(_ e: Self, _ f: Self, correction: Self) -> Self {
        let s = f / (f + splat(2))
        let z = s * s
        let halfSquare = splat(0.5) * f * f
        let low = correction.addingProduct(e, splat(ln2Low)).addingProduct(s, halfSquare + z * logPolynomial(z))
        return (e * splat(ln2High)) - ((halfSquare - low) - f)
    }

    /// `split` of any x > 0.
    @_transparent private static func splitLifting(_ x: Self) -> (exponent: Self, f: Self) {
        let isSubnormal = x .< splat(Scalar.leastNormalMagnitude)
        let lift = Scalar(sign: .plus, exponent: Scalar.Exponent(54), significand: 1)
        let (e, f) = split(x.replacing(with: x * splat(lift), where: isSubnormal))
        return (e - splat(0).replacing(with: splat(54), where: isSubnormal), f)
    }

    @_transparent static func log(_ x: Self) -> Self {
        let (e, f) = splitLifting(x)
        return logEdges(sum(e, f, correction: splat(0)), of: x)
    }

    /// e + ln(1 + f) / ln 2, exact for powers of two.
    @inline(__always) static func log2(_ x: Self) -> Self {
        let (e, f) = splitLifting(x)
        let y = e.addingProduct(sum(splat(0), f, correction: splat(0)), splat(Scalar(1.442695040888963407)))
        return logEdges(y, of: x)
    }

    /// e log₁₀ 2 + ln(1 + f) / ln 10.
    @inline(__always) static func log10(_ x: Self) -> Self {
        let (e, f) = splitLifting(x)
        let low = (e * splat(log10Of2.1)).addingProduct(
            sum(splat(0), f, correction: splat(0)), splat(Scalar(0.4342944819032518277)))
        return logEdges(low.addingProduct(e, splat(log10Of2.0)), of: x)
    }

    @_transparent static func log1p(_ x: Self) -> Self {
        let u = splat(1) + x
        let (e, f) = split(u)
        // What 1 + x lost in rounding, put back to first order.
        let y = sum(e, f, correction: (x - (u - splat(1))) / u)
        return logEdges(y, of: u).replacing(with: x, where: x .== splat(0))
    }

    /// The logarithm of x is y, except at 0, below it, at infinity and for NaN.
    @_transparent private static func logEdges(_ y: Self, of x: Self) -> Self {
        y.replacing(with: splat(-.infinity), where: x .== splat(0))
            .replacing(with: splat(.nan), where: x .< splat(0))
            .replacing(with: x, where: (x .== splat(.infinity)) .| (x .!= x))
    }
}
