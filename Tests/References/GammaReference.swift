import Steps
import Glibc

/// The gamma function's logarithm and its derivatives in extended precision, by formulas that are slow and plain: the
/// argument is raised until the asymptotic series is good to 80 bits. Below 0 by the reflection formulas for orders 0
/// and 1; higher orders are tested above 0 only.
enum GammaReference {
    static func exact(_ opcode: LoopOpcode, _ x: Float80, _ order: Int) -> Float80 {
        switch opcode {
        case .logGamma: return Glibc.lgamma(x).0
        case .digamma: return digamma(x)
        default: return order == 0 ? digamma(x) : polygamma(order, x)
        }
    }

    /// B2k / 2k.
    private static let bernoulli: [Float80] = [
        1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32_760, 1 / 12, -3_617 / 8_160, 43_867 / 14_364,
        -174_611 / 6_600,
    ]

    static func digamma(_ x: Float80) -> Float80 {
        if x.isNaN || x == .infinity { return x }
        if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
        if x < 0 {
            let left = x - x.rounded()
            return left == 0 ? .nan : digamma(1 - x) - (left.magnitude == 0.5 ? 0 : .pi / Glibc.tan(.pi * left))
        }
        var (y, sum) = (x, 0 as Float80)
        while y < 60 {
            sum -= 1 / y
            y += 1
        }
        var (series, power) = (0 as Float80, 1 / (y * y))
        for term in bernoulli {
            series += term * power
            power /= y * y
        }
        return sum + Glibc.log(y) - 1 / (2 * y) - series
    }

    static func polygamma(_ n: Int, _ x: Float80) -> Float80 {
        if x.isNaN { return x }
        let sign: Float80 = n % 2 == 0 ? -1 : 1
        if x == .infinity { return sign * 0 }
        let factorial = (1...n).reduce(1 as Float80) { $0 * Float80($1) }
        if x <= 0 {
            let left = x - x.rounded()
            if left == 0 { return n % 2 == 1 ? .infinity : x == 0 ? -.infinity : .nan }
            guard n == 1 else { return .nan }
            let sine = Glibc.sin(.pi * left)
            return .pi * .pi / (sine * sine) - polygamma(1, 1 - x)
        }
        var (y, sum) = (x, 0 as Float80)
        while y < 80 {
            sum += Glibc.pow(y, -Float80(n + 1))
            y += 1
        }
        // Σ (y + k)^-(n+1) = y^-n / n + y^-(n+1) / 2 + Σ B2j / (2j)! (n+1) ... (n+2j-1) y^-(n+2j)
        sum += Glibc.pow(y, -Float80(n)) / Float80(n) + Glibc.pow(y, -Float80(n + 1)) / 2
        var rising = Float80(n + 1)
        var evenFactorial: Float80 = 1
        for (place, term) in bernoulli.enumerated() {
            let j = place + 1
            evenFactorial *= j == 1 ? 1 : Float80(2 * j - 2) * Float80(2 * j - 1)
            sum += term / evenFactorial * rising * Glibc.pow(y, -Float80(n + 2 * j))
            rising *= Float80(n + 2 * j) * Float80(n + 2 * j + 1)
        }
        return sign * factorial * sum
    }
}
