/// Quotients rounded down, and what they leave, as Python's // and % and as PyTorch's: the remainder has the divisor's
/// sign.
extension MathVector {
    /// C's fmod: x minus the quotient, cut toward 0, times y; exact.
    @inline(__always) static func fmod(_ x: Self, _ y: Self) -> Self {
        let quotient = truncate(x / y)
        var r = x.addingProduct(-quotient, y)
        // A quotient just below a whole number may have been rounded up to it.
        let isTooLow = (r * splat(1).signed(like: x)) .< splat(0)
        r = r.replacing(with: r + y.magnitude * splat(1).signed(like: x), where: isTooLow)
        r = r.magnitude.signed(like: x)
        // So far the quotient is right to a whole number, and the product exact in one rounding with the difference.
        let isPlain =
            (quotient.magnitude .< splat(Scalar(sign: .plus, exponent: fractionExponent, significand: 1)))
            .& (y.magnitude .< splat(.infinity))
        return all(isPlain) ? r : exactly(r, where: .!isPlain, x, y)
    }

    @inline(__always) private static var fractionExponent: Scalar.Exponent {
        Scalar.Exponent(Scalar.significandBitCount - 2)
    }

    @inline(never) private static func exactly(_ r: Self, where mask: SIMDMask<MaskStorage>, _ x: Self, _ y: Self)
        -> Self
    {
        var result = r
        for lane in 0..<scalarCount where mask[lane] { result[lane] = glibcFmod(x[lane], y[lane]) }
        return result
    }

    /// Where a remainder's sign is not the divisor's.
    @inline(__always) private static func isOtherSign(_ r: Self, _ y: Self) -> SIMDMask<MaskStorage> {
        ((r .< splat(0)) .& (y .> splat(0))) .| ((r .> splat(0)) .& (y .< splat(0)))
    }

    /// NaN for a divisor of 0.
    @inline(__always) static func remainder(_ x: Self, _ y: Self) -> Self {
        let r = fmod(x, y)
        return r.replacing(with: r + y, where: isOtherSign(r, y))
    }

    /// The quotient of x minus its remainder, which is a whole number but for rounding; x / y for a divisor of 0.
    @inline(__always) static func floorDivide(_ x: Self, _ y: Self) -> Self {
        let r = fmod(x, y)
        var quotient = (x - r) / y
        quotient = quotient.replacing(with: quotient - splat(1), where: isOtherSign(r, y))
        let low = floor(quotient)
        let whole = low.replacing(with: low + splat(1), where: quotient - low .> splat(0.5))
        let plain = x / y
        return whole.replacing(with: splat(0).signed(like: plain), where: quotient .== splat(0)).replacing(
            with: plain, where: y .== splat(0))
    }
}
