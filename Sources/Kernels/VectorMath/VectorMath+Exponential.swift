/// Exponentials and what is made of them. x = n ln 2 + r splits the work into a power of two and a polynomial in |r| ≤
/// ln(2)/2. What is used inside other functions is transparent: merely marked for inlining it stays a call in some of
/// them, with its vectors in quarters.
extension MathVector {
    /// n and r of x, which is within `exponentLimits` or NaN.
    @_transparent private static func reduced(_ x: Self) -> (r: Self, n: Bits) {
        let (number, n) = (x * splat(Scalar(1.442695040888963407))).rounded
        return (x.addingProduct(number, splat(-ln2High)).addingProduct(number, splat(-ln2Low)), n)
    }

    @_transparent static func exp(_ x: Self) -> Self {
        let (r, n) = reduced(x.limited(exponentLimits.lower, exponentLimits.upper))
        return scaled(splat(1) + r.addingProduct(r * r, expPolynomial(r)), byTwoToThe: n)
    }

    /// 2ˣ: the nearest whole number to x is taken away exactly.
    @inline(__always) static func exp2(_ x: Self) -> Self {
        let ln2 = splat(Scalar(0.6931471805599453094))
        let limits = (lower: exponentLimits.lower * 1.5, upper: exponentLimits.upper * 1.5)
        let near = x.limited(limits.lower, limits.upper)
        let (number, n) = near.rounded
        let r = (near - number) * ln2
        let y = splat(1) + r.addingProduct(r * r, expPolynomial(r))
        return scaled(y, byTwoToThe: n)
    }

    /// eᵃ / 2 for a ≥ 0, which is finite a little longer than eᵃ.
    @inline(__always) static func halfExp(_ a: Self) -> Self {
        let (r, n) = reduced(
            a.replacing(with: splat(exponentLimits.upper + 1), where: a .> splat(exponentLimits.upper + 1)))
        return scaled(splat(1) + r.addingProduct(r * r, expPolynomial(r)), byTwoToThe: n &- 1)
    }

    /// y 2ⁿ in two steps, because 2ⁿ alone may be infinite or subnormal where the result is not.
    @_transparent private static func scaled(_ y: Self, byTwoToThe n: Bits) -> Self {
        let half = n &>> 1
        return y * power(ofTwo: half) * power(ofTwo: n &- half)
    }

    @inline(__always) static func expm1(_ x: Self) -> Self {
        // Below -64 the result is -1 to the last bit, and 2ⁿ stays normal.
        let (r, n) = reduced(x.limited(-64, exponentLimits.upper))
        let q = r.addingProduct(r * r, expPolynomial(r))
        // 2ⁿ q + (2ⁿ - 1), halved until the end so that n may be one more than the largest exponent.
        let half = power(ofTwo: n &- 1)
        let y = splat(2) * (half - splat(0.5)).addingProduct(half, q)
        return y.replacing(with: x, where: x .== splat(0))
    }

    /// From m = e^(2|x|) - 1, which keeps the relative accuracy near 0: m / (m + 2).
    @inline(__always) static func tanh(_ x: Self) -> Self {
        let a = x.magnitude
        let (r, n) = reduced(splat(2) * a.replacing(with: splat(tanhLimit), where: a .> splat(tanhLimit)))
        let power = power(ofTwo: n)
        let m = (power - splat(1)).addingProduct(power, r.addingProduct(r * r, expPolynomial(r)))
        return (m / (m + splat(2))).signed(like: x)
    }

    /// 1 / (1 + e⁻ˣ), and below 0 eˣ / (1 + eˣ), so that both tails keep their relative accuracy.
    @inline(__always) static func sigmoid(_ x: Self) -> Self {
        let z = exp(-x.magnitude)
        return splat(1).replacing(with: z, where: x .< splat(0)) / (splat(1) + z)
    }

    /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^(-|x|)).
    @inline(__always) static func softplus(_ x: Self) -> Self { relu(x) + log1p(exp(-x.magnitude)) }

    /// max(x, 0); NaN stays NaN.
    @inline(__always) static func relu(_ x: Self) -> Self { x.replacing(with: splat(0), where: x .<= splat(0)) }

    /// (2/√π) ∫₀ˣ e^(-t²) dt: a polynomial near 0, 1 minus an exponential beyond.
    @inline(__always) static func erf(_ x: Self) -> Self {
        let a = x.magnitude
        let near = a.addingProduct(a, erfPolynomial(a * a))
        let limited = a.replacing(with: splat(erfLimit), where: a .> splat(erfLimit))
        let far = splat(1) - exp(-erfTailPolynomial(limited - splat(1.5)))
        return near.replacing(with: far, where: a .> splat(0.9)).signed(like: x)
    }

    /// 1 - erf x = 2 Φ(-√2 x), whose tail above 0 keeps its relative accuracy.
    @inline(__always) static func erfc(_ x: Self) -> Self {
        let limit = normalLimit * 0.7
        let a = x.limited(-limit, limit).magnitude
        let tail = timesNormalExponential(splat(2) * normalTail(a * splat(Scalar(1.414213562373095049))), a, -1)
        return tail.replacing(with: splat(2) - tail, where: x .< splat(0))
    }

    /// e^(x²) erfc x, which falls as slowly as 1 / x.
    @inline(__always) static func scaledErfc(_ x: Self) -> Self {
        let a = x.magnitude
        let tail = splat(2) * normalRatio(a * splat(Scalar(1.414213562373095049)))
        let limited = a.limited(0, normalLimit * 0.7)
        let whole = timesNormalExponential(splat(2), limited, 1) - tail
        let finite = whole.replacing(with: splat(.infinity), where: whole .!= whole)
        return tail.replacing(with: finite, where: x .< splat(0))
    }

    /// ln Φ(x), from the tail on the side where that is small.
    @inline(__always) static func logNormalCumulative(_ x: Self) -> Self {
        let a = x.magnitude
        let tail = normalRatio(a)
        let above = log1p(-timesNormalExponential(tail, a.limited(0, normalLimit), -0.5))
        return above.replacing(with: log(tail) - splat(0.5) * a * a, where: x .< splat(0))
    }

    /// Φ(-a) e^(a²/2) for all a from 0: beyond `normalLimit` by the asymptotic series of Mills' ratio (Abramowitz and
    /// Stegun 26.2.12).
    @_transparent private static func normalRatio(_ a: Self) -> Self {
        let near = normalTail(farthest(a))
        let far = a.replacing(with: splat(normalLimit), where: a .< splat(normalLimit))
        let u = splat(1) / (far * far)
        var p = u.times(splat(10395), plus: -945)
        p = p.times(u, plus: 105)
        p = p.times(u, plus: -15)
        p = p.times(u, plus: 3)
        p = p.times(u, plus: -1)
        p = p.times(u, plus: 1) * splat(Scalar(0.398942280401432678)) / far
        return near.replacing(with: p, where: a .> splat(normalLimit))
    }

    /// -x ln x, continued by its limit at 0.
    @inline(__always) static func entropy(_ x: Self) -> Self {
        (-x * log(x)).replacing(with: splat(0), where: x .== splat(0))
            .replacing(with: splat(-.infinity), where: x .< splat(0))
    }

    /// The standard normal distribution Φ. Below 0 it is e^(-x²/2) times a factor that changes slowly, so that the tail
    /// keeps its relative accuracy.
    @inline(__always) static func normalCumulative(_ x: Self) -> Self {
        let a = farthest(x).magnitude
        let tail = timesNormalExponential(normalTail(a), a, -0.5)
        return (splat(1) - tail).replacing(with: tail, where: x .< splat(0))
    }

    /// x Φ(x). The exponential is multiplied last: it may be subnormal where the other factors are not.
    @inline(__always) static func gelu(_ x: Self) -> Self {
        let near = farthest(x)
        let a = near.magnitude
        let tail = timesNormalExponential(near * normalTail(a), a, -0.5)
        return (x - tail).replacing(with: tail, where: x .< splat(0))
    }

    /// x, moved to where Φ is 0 or 1 if it is beyond; NaN stays NaN.
    @_transparent private static func farthest(_ x: Self) -> Self { x.limited(-normalLimit, normalLimit) }

    /// Φ(-a) e^(a²/2) for 0 ≤ a ≤ `normalLimit`. The result moves several times as far as t = 1 / (1 + c a) does near
    /// 0, so t is refined by what its sum and its quotient lost.
    @_transparent private static func normalTail(_ a: Self) -> Self {
        let sum = a.times(splat(normalScale), plus: 1)
        let lost = (splat(1) - sum).addingProduct(a, splat(normalScale))
        let t = splat(1) / sum
        let rest = t * splat(1).addingProduct(-t, sum).addingProduct(-t, lost)
        return (t + rest) * normalTailPolynomial(t.times(splat(2), plus: -1) + splat(2) * rest)
    }

    /// factor e^(scale a²). What a² loses in rounding is made good to first order.
    @_transparent private static func timesNormalExponential(_ factor: Self, _ a: Self, _ scale: Scalar) -> Self {
        let square = a * a
        let lost = (-square).addingProduct(a, a)
        let result = factor * exp(splat(scale) * square)
        return result.addingProduct(result, splat(scale) * lost)
    }
}
