import Glibc

/// The regularised incomplete gamma functions P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a) and Q = 1 - P, one element at a time in
/// float64. Each is computed where it is the smaller one, or nearly so, and is 1 minus the other elsewhere. The choice
/// is that of Gil, Segura and Temme 2012 as Cephes has it; the edges are SciPy's and PyTorch's.
enum IncompleteGamma {
    static func lower(_ a: Double, _ x: Double) -> Double {
        if let edge = edge(a, x) { return edge }
        if a >= uniform { return uniformTail(a, x, isUpper: false) }
        return x > 1 && x > a ? 1 - upperInside(a, x) : series(a, x)
    }

    static func upper(_ a: Double, _ x: Double) -> Double {
        if let edge = edge(a, x) { return 1 - edge }
        return a >= uniform ? uniformTail(a, x, isUpper: true) : upperInside(a, x)
    }

    /// P where it needs no computing.
    private static func edge(_ a: Double, _ x: Double) -> Double? {
        guard a >= 0, x >= 0, a < .infinity || x < .infinity, a > 0 || x > 0 else { return .nan }
        if a == 0 || x == .infinity { return 1 }
        return x == 0 || a == .infinity ? 0 : nil
    }

    private static func upperInside(_ a: Double, _ x: Double) -> Double {
        if x > 1.1 { return x < a ? 1 - series(a, x) : fraction(a, x) }
        let isLowerSmall = x <= 0.5 ? -0.4 / Glibc.log(x) < a : 1.1 * x < a
        return isLowerSmall ? 1 - series(a, x) : upperSeries(a, x)
    }

    /// P = xᵃ e⁻ˣ / Γ(a + 1) Σ xᵏ / ((a + 1) ... (a + k)). Abramowitz and Stegun 6.5.29.
    private static func series(_ a: Double, _ x: Double) -> Double {
        var (term, sum, base) = (1.0, 1.0, a)
        for _ in 0..<mostSteps {
            base += 1
            term *= x / base
            sum += term
            if term <= 0x1p-56 * sum { break }
        }
        return sum * factor(a, x) / a
    }

    /// Q for small x: 1 - xᵃ / Γ(a + 1) - xᵃ / Γ(a) Σ (-x)ᵏ / (k! (a + k)) over k from 1, whose first difference is
    /// small for small a.
    private static func upperSeries(_ a: Double, _ x: Double) -> Double {
        var (power, sum) = (1.0, 0.0)
        for k in 1..<200 {
            power *= -x / Double(k)
            let term = power / (a + Double(k))
            sum += term
            if term.magnitude <= 0x1p-56 * sum.magnitude { break }
        }
        let logarithm = Glibc.log(x)
        return -Glibc.expm1(a * logarithm - logGamma(onePlus: a))
            - Glibc.exp(a * logarithm - Gamma.logarithm(a)) * sum
    }

    /// ln Γ(1 + a), also where 1 + a is rounded.
    private static func logGamma(onePlus a: Double) -> Double {
        let sum = 1 + a
        return Gamma.logarithm(sum) + Gamma.digamma(sum) * (a - (sum - 1))
    }

    /// Q = xᵃ e⁻ˣ / Γ(a) / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...))), from the front by the
    /// method of Lentz. Abramowitz and Stegun 6.5.31.
    private static func fraction(_ a: Double, _ x: Double) -> Double {
        var b = x + 1 - a
        var (c, d) = (Double.infinity, 1 / b)
        var value = d
        for step in 1..<mostSteps {
            let k = Double(step)
            let numerator = k * (a - k)
            b += 2
            d = 1 / (numerator * d + b)
            c = b + numerator / c
            let change = c * d
            value *= change
            if (change - 1).magnitude <= 0x1p-53 { break }
        }
        return value * factor(a, x)
    }

    /// More than any a below `uniform` takes.
    private static let mostSteps = 40_000

    /// xᵃ e⁻ˣ / Γ(a). For larger a by the distance of x from a, so that large powers do not cancel.
    private static func factor(_ a: Double, _ x: Double) -> Double {
        if a < 10 {
            return x < 700
                ? Glibc.pow(x, a) * Glibc.exp(-x) / Glibc.tgamma(a)
                : Glibc.exp(a * Glibc.log(x) - x - Gamma.logarithm(a))
        }
        let t = (x - a) / a
        let exponent = t.magnitude < 0.5 ? a * logarithmRest(t) : a * Glibc.log(x / a) - (x - a)
        return (a / (2 * Double.pi)).squareRoot() * Glibc.exp(exponent - stirlingRest(a))
    }

    /// ln(1 + t) - t for |t| ≤ ½. With r = t / (2 + t) it is 2 (r³/3 + r⁵/5 + ...) - r t.
    private static func logarithmRest(_ t: Double) -> Double {
        let r = t / (2 + t)
        var (power, sum) = (2 * r * r * r, 0.0)
        for odd in stride(from: 3.0, to: 60, by: 2) {
            sum += power / odd
            power *= r * r
            if power.magnitude <= 0x1p-60 * sum.magnitude { break }
        }
        return sum - r * t
    }

    /// ln Γ(a) - (a - ½) ln a + a - ½ ln 2π for a ≥ 10. Abramowitz and Stegun 6.1.41.
    private static func stirlingRest(_ a: Double) -> Double {
        let u = 1 / (a * a)
        var p = u * 6.410256410256410e-3 - 1.917526917526918e-3
        p = p * u + 8.417508417508418e-4
        p = p * u - 5.952380952380953e-4
        p = p * u + 7.936507936507937e-4
        p = p * u - 2.777777777777778e-3
        p = p * u + 0.08333333333333333
        return p / a
    }

    /// From here on series and fraction take too many steps, and two terms of the expansion for large a are enough.
    private static let uniform = 1e6

    /// Temme 1979: with ½ η² = t - ln(1 + t) and t = (x - a) / a, Q is ½ erfc(η √(a/2)) + R and P is
    /// ½ erfc(-η √(a/2)) - R, with R = e^(-½ a η²) / √(2πa) (C₀(η) + C₁(η) / a + ...). η is small where R is not 0.
    private static func uniformTail(_ a: Double, _ x: Double, isUpper: Bool) -> Double {
        let t = (x - a) / a
        let half = t.magnitude < 0.5 ? -logarithmRest(t) : t - Glibc.log1p(t)
        let eta = (t < 0 ? -1.0 : 1.0) * (2 * half).squareRoot()
        var c = eta * 3.919263178522438e-05 - 1.787551440329218e-04
        c = c * eta + 3.527336860670194e-04
        c = c * eta + 1.1574074074074074e-03
        c = c * eta - 0.014814814814814815
        c = c * eta + 0.08333333333333333
        c = c * eta - 0.3333333333333333
        let second = (2.6455026455026454e-03 * eta - 3.472222222222222e-03) * eta - 1.8518518518518519e-03
        let exponential = Glibc.exp(-a * half)
        let rest = exponential == 0 ? 0 : exponential / (2 * Double.pi * a).squareRoot() * (c + second / a)
        let argument = eta * (a / 2).squareRoot()
        return isUpper ? Glibc.erfc(argument) / 2 + rest : Glibc.erfc(-argument) / 2 - rest
    }
}
