import Glibc

/// Bessel functions of whole orders, one element at a time in float64. J and Y are glibc's.
enum Bessel {
    /// -∞ at 0, and NaN below.
    static func y(_ n: Int32, _ x: Double) -> Double { x < 0 ? .nan : yn(n, x) }

    /// The modified function I of order n ≥ 0.
    static func i(_ n: Int, _ x: Double) -> Double {
        let a = x.magnitude
        if a == .infinity { return sign(n, x) * a }
        if a < largest(n) { return sign(n, x) * series(n, a) }
        // The exponential may be infinite where the product is not yet.
        let half = Glibc.exp(a / 2)
        return sign(n, x) * (a < 700 ? asymptotic(n, a) * Glibc.exp(a) : asymptotic(n, a) * half * half)
    }

    /// e^(-|x|) I(x)
    static func scaledI(_ n: Int, _ x: Double) -> Double {
        let a = x.magnitude
        if a == .infinity { return 0 }
        return sign(n, x) * (a < largest(n) ? series(n, a) * Glibc.exp(-a) : asymptotic(n, a))
    }

    private static func sign(_ n: Int, _ x: Double) -> Double { x < 0 && n % 2 == 1 ? -1 : 1 }

    /// From here on the asymptotic series is exact to 2⁻⁵³.
    private static func largest(_ n: Int) -> Double { max(20, Double(n) * Double(n)) }

    /// (a/2)ⁿ / n! Σ qᵏ n! / (k! (n + k)!) with q = a²/4, from the last term on (Abramowitz and Stegun 9.6.10). What q
    /// loses in rounding counts once in each factor, so it is made good to first order.
    private static func series(_ n: Int, _ a: Double) -> Double {
        let q = a * a / 4
        let lost = (-4 * q).addingProduct(a, a) / 4
        // The sum, and q times its derivative.
        var (sum, slope) = (1.0, 0.0)
        for k in (1...Int(1.1 * a) + 14).reversed() {
            let ratio = q / (Double(k) * Double(k + n))
            slope = ratio * (slope + sum)
            sum = 1.addingProduct(sum, ratio)
        }
        if q > 0 { sum += slope * (lost / q) }
        for k in stride(from: 1, through: n, by: 1) { sum *= a / 2 / Double(k) }
        return sum
    }

    /// e⁻ᵃ I(a) = (1 - (m - 1)/(8a) + (m - 1)(m - 9)/(2! (8a)²) - ...) / √(2πa) with m = 4n². Abramowitz and Stegun
    /// 9.7.1.
    private static func asymptotic(_ n: Int, _ a: Double) -> Double {
        let m = 4 * Double(n) * Double(n)
        var (term, sum) = (1.0, 1.0)
        for k in 1..<60 {
            let odd = Double(2 * k - 1)
            term *= -(m - odd * odd) / (Double(8 * k) * a)
            sum += term
            if term.magnitude <= 0x1p-60 * sum.magnitude { break }
        }
        return sum / ((2 * Double.pi).squareRoot() * a.squareRoot())
    }

    /// The modified function K of order n from 0 on: infinite at 0, NaN below.
    static func k(_ n: Int, _ x: Double) -> Double {
        let scaled = scaledK(n, x)
        guard scaled.isFinite else { return scaled }
        // The exponential may be 0 where the product is not yet.
        let half = Glibc.exp(-x / 2)
        return scaled * half * half
    }

    /// e^x K(x), the integral of e^(-x (cosh t - 1)) cosh(n t) over t from 0 on (Abramowitz and Stegun 9.6.24), by the
    /// trapezoidal rule. Terms are not negative, and the rule is exact to 2^-53 at this distance of points.
    static func scaledK(_ n: Int, _ x: Double) -> Double {
        if x == 0 { return .infinity }
        guard x > 0 else { return .nan }
        if x == .infinity { return 0 }
        if x < 1e-8 {
            // The first term of the series, times e^x.
            if n == 0 { return (1 + x) * (Glibc.log(2) - 0.577_215_664_901_532_9 - Glibc.log(x)) }
            return (1..<n).reduce((1 + x) / x) { $0 * Double($1) * 2 / x }
        }
        let step = min(0.2, 0.5 / x.squareRoot())
        var (sum, place) = (0.5, 1)
        while true {
            let t = step * Double(place)
            let sine = Glibc.sinh(t / 2)
            // The product may be small where cosh is infinite by itself.
            let fall = 2 * x * sine * sine
            let term =
                n == 0 ? Glibc.exp(-fall) : (Glibc.exp(Double(n) * t - fall) + Glibc.exp(-Double(n) * t - fall)) / 2
            sum += term
            // From its largest on, each term is smaller than the one before.
            if term <= 0x1p-60 * sum, x * Glibc.sinh(t) > Double(n) { return sum * step }
            place += 1
        }
    }
}
