/// Hyperbolic functions and their inverses, from exponentials and logarithms that keep their digits near 0.
extension MathVector {
    /// (eᵃ + e⁻ᵃ) / 2.
    @inline(__always) static func cosh(_ x: Self) -> Self {
        let half = halfExp(x.magnitude)
        return half + splat(0.25) / half
    }

    /// (eᵃ - e⁻ᵃ) / 2; up to 1 (m + m / (m + 1)) / 2 with m = eᵃ - 1.
    @inline(__always) static func sinh(_ x: Self) -> Self {
        let a = x.magnitude
        let half = halfExp(a)
        let m = expm1(a.replacing(with: splat(1), where: a .> splat(1)))
        let near = (splat(0.5) * (m + m / (m + splat(1)))).replacing(with: a, where: a * a .< splat(Scalar.ulpOfOne))
        return (half - splat(0.25) / half).replacing(with: near, where: a .<= splat(1)).signed(like: x)
    }

    /// ln(a + √(1 + a²)), with a² / (1 + √(1 + a²)) in place of √(1 + a²) - 1.
    @inline(__always) static func asinh(_ x: Self) -> Self {
        let a = x.magnitude
        let z = a * a
        let y = log1p(a + z / (splat(1) + squareRoot(splat(1) + z)))
        return y.replacing(with: logOfDouble(a), where: isVast(a)).signed(like: x)
    }

    /// ln(x + √(x² - 1)), with t = x - 1: ln(1 + t + √(t (t + 2))).
    @inline(__always) static func acosh(_ x: Self) -> Self {
        let t = x - splat(1)
        let y = log1p(t + squareRoot(t * (t + splat(2))))
        return y.replacing(with: logOfDouble(x), where: isVast(x)).replacing(with: splat(.nan), where: x .< splat(1))
    }

    /// ln((1 + a) / (1 - a)) / 2.
    @inline(__always) static func atanh(_ x: Self) -> Self {
        let a = x.magnitude
        let y = splat(0.5) * log1p(splat(2) * a / (splat(1) - a))
        return y.replacing(with: a, where: a * a .< splat(Scalar.ulpOfOne)).signed(like: x)
    }

    /// Where x² may be infinite, and 1 is nothing beside it.
    @_transparent private static func isVast(_ x: Self) -> SIMDMask<MaskStorage> { x .> splat(1e9) }

    /// ln(2x).
    @_transparent private static func logOfDouble(_ x: Self) -> Self { log(x) + splat(Scalar(0.6931471805599453094)) }
}
