/// Inverse trigonometric functions: a quotient or a root brings the argument to where a short polynomial serves, and a
/// multiple of π/4 is added back.
extension MathVector {
    @inline(__always) static func atan(_ x: Self) -> Self { angle(x.magnitude, splat(1)).signed(like: x) }

    /// The angle of the point (x, y), in [-π, π]; the signs of zeros count, as in C.
    @inline(__always) static func atan2(_ y: Self, _ x: Self) -> Self {
        let (rise, run) = (y.magnitude, x.magnitude)
        let infinite = (rise .== splat(.infinity)) .& (run .== splat(.infinity))
        // A point far out is moved closer, so that sums of its coordinates stay finite.
        let limit = splat(Scalar.greatestFiniteMagnitude * 0.25)
        let scale = splat(1).replacing(with: splat(0.25), where: (rise .> limit) .| (run .> limit))
        let a = angle(
            (rise * scale).replacing(with: splat(1), where: infinite),
            (run * scale).replacing(with: splat(1), where: infinite))
        // 1 with the sign of x: a zero has one too.
        let isLeft = splat(1).signed(like: x) .< splat(0)
        let left = splat(halfPi.0 * 2) - (a - splat(halfPi.1 * 2))
        let y0 = a.replacing(with: left, where: isLeft).signed(like: y)
        return y0.replacing(with: x + y, where: (x .!= x) .| (y .!= y))
    }

    /// atan(rise / run) for rise, run ≥ 0, in [0, π/2]; 0 where both are 0. With t = rise / run, (rise - run) / (rise +
    /// run) or -run / rise, whichever is below tan(π/8) in magnitude, it is 0, π/4 or π/2 plus atan t.
    @inline(__always) private static func angle(_ rise: Self, _ run: Self) -> Self {
        let isFlat = rise .<= run * splat(Scalar(0.4142135623730950488))
        let isSteep = rise .> run * splat(Scalar(2.414213562373095049))
        let numerator = (rise - run).replacing(with: rise, where: isFlat).replacing(with: -run, where: isSteep)
        let denominator = (rise + run).replacing(with: run, where: isFlat).replacing(with: rise, where: isSteep)
        let t = (numerator / denominator).replacing(with: splat(0), where: rise .== splat(0))
        let z = t * t
        let base = splat(quarterPi.0).replacing(with: splat(0), where: isFlat).replacing(
            with: splat(halfPi.0), where: isSteep)
        let low = splat(quarterPi.1).replacing(with: splat(0), where: isFlat).replacing(
            with: splat(halfPi.1), where: isSteep)
        return base + (t.addingProduct(t * z, atanPolynomial(z)) + low)
    }

    /// With s = |x| up to ½ and s = √((1 - |x|) / 2) beyond: asin |x| = asin s, or π/2 - 2 asin s.
    @inline(__always) static func asin(_ x: Self) -> Self {
        let (p, isLarge) = smallArcsine(x.magnitude)
        return p.replacing(with: splat(halfPi.0) - (splat(2) * p - splat(halfPi.1)), where: isLarge).signed(like: x)
    }

    /// π/2 - asin x, without the difference where that is small.
    @inline(__always) static func acos(_ x: Self) -> Self {
        let (p, isLarge) = smallArcsine(x.magnitude)
        let right = splat(2) * p
        let left = splat(halfPi.0 * 2) - (right - splat(halfPi.1 * 2))
        let middle = splat(halfPi.0) - (fromBits(p.bits ^ (x.bits & signBit)) - splat(halfPi.1))
        return middle.replacing(with: right.replacing(with: left, where: x .< splat(0)), where: isLarge)
    }

    /// asin s, and where s is the root.
    @inline(__always) private static func smallArcsine(_ a: Self) -> (p: Self, isLarge: SIMDMask<MaskStorage>) {
        let isLarge = a .> splat(0.5)
        let z = (a * a).replacing(with: (splat(1) - a) * splat(0.5), where: isLarge)
        let s = a.replacing(with: squareRoot(z), where: isLarge)
        return (s.addingProduct(s * z, asinPolynomial(z)), isLarge)
    }
}
