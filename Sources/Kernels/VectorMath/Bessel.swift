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
}
