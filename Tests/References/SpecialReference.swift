import Glibc
import Steps

/// The opcodes that are special functions. They are right to within a few places where they are not near a zero or a
/// pole; SciPy and closed forms say so (python/tests/test_special_functions.py, GammaTests).
let specialOpcodes: Set<LoopOpcode> = [
    .logGamma, .digamma, .polygamma, .sinc, .scaledErfc, .inverseErf, .normalQuantile, .logNormalCumulative, .entropy,
    .besselJ, .besselY, .besselI, .scaledBesselI, .besselK, .scaledBesselK,
    .orthogonalPolynomial, .lowerGamma, .upperGamma, .zeta,
]

/// Special functions by their definitions: series, integrals and bisections, slow and plain, for arguments of moderate
/// size.
enum SpecialReference {
    static func exact(_ opcode: LoopOpcode, _ a: Float80, _ b: Float80, _ immediate: Double) -> Float80 {
        let order = Int(immediate)
        switch opcode {
        case .sinc: return sinc(a, order)
        case .scaledErfc: return Glibc.exp(a * a) * Glibc.erfc(a)
        case .inverseErf: return root(from: -12, to: 12) { Glibc.erf($0) - a }
        case .normalQuantile: return root(from: -40, to: 40) { cumulative($0) - a }
        case .logNormalCumulative: return Glibc.log(cumulative(a))
        case .entropy: return a == 0 ? 0 : a < 0 ? -.infinity : -a * Glibc.log(a)
        case .besselJ: return Float80(Glibc.jn(Int32(order), Double(a)))
        case .besselY: return Float80(Glibc.yn(Int32(order), Double(a)))
        case .besselI: return besselI(a, order)
        case .scaledBesselI: return besselI(a, order) * Glibc.exp(-a.magnitude)
        case .besselK: return scaledBesselK(a, order) * Glibc.exp(-a)
        case .scaledBesselK: return scaledBesselK(a, order)
        case .orthogonalPolynomial:
            return polynomial(PolynomialFamily(immediate: immediate) ?? PolynomialFamily(.gegenbauer), a, Int(b))
        case .lowerGamma: return lowerGamma(a, b)
        case .upperGamma: return 1 - lowerGamma(a, b)
        case .zeta: return zeta(a, b)
        default: return GammaReference.exact(opcode, a, order)
        }
    }

    private static func cumulative(_ x: Float80) -> Float80 {
        Glibc.erfc(-x * 0.707106781186547524400844362104849039) / 2
    }

    /// Where a rising function is 0.
    private static func root(from low: Float80, to high: Float80, _ function: (Float80) -> Float80) -> Float80 {
        var (low, high) = (low, high)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if function(middle) < 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// sin(πa) / (πa) = ∫ cos(πat) dt over 0 ... 1, differentiated inside; by Simpson's rule.
    private static func sinc(_ a: Float80, _ order: Int) -> Float80 {
        let pieces = 20_000
        var sum: Float80 = 0
        for k in 0...pieces {
            let t = Float80(k) / Float80(pieces)
            let weight: Float80 = k == 0 || k == pieces ? 1 : k % 2 == 0 ? 2 : 4
            let phase = Float80.pi * a * t + Float80(order) * Float80.pi / 2
            sum += weight * Glibc.pow(Float80.pi * t, Float80(order)) * Glibc.cos(phase)
        }
        return sum / Float80(3 * pieces)
    }

    /// Σ (a/2)^(2k + n) / (k! (k + n)!).
    private static func besselI(_ a: Float80, _ n: Int) -> Float80 {
        let half = a / 2
        var term: Float80 = 1
        for factor in 0..<n { term *= half / Float80(factor + 1) }
        var sum = term
        for k in 1..<400 {
            term *= half * half / Float80(k * (k + n))
            sum += term
        }
        return sum
    }

    /// ∫ exp(-a (cosh t - 1)) cosh(n t) dt over t from 0 on, by Simpson's rule.
    private static func scaledBesselK(_ a: Float80, _ n: Int) -> Float80 {
        let (pieces, end): (Int, Float80) = (20_000, 12)
        var sum: Float80 = 0
        for k in 0...pieces {
            let t = end * Float80(k) / Float80(pieces)
            let weight: Float80 = k == 0 || k == pieces ? 1 : k % 2 == 0 ? 2 : 4
            sum += weight * Glibc.exp(-a * (Glibc.cosh(t) - 1)) * Glibc.cosh(Float80(n) * t)
        }
        return sum * end / Float80(3 * pieces)
    }

    /// By the sums of Abramowitz and Stegun 22.3, and Chebyshev's by angles.
    private static func polynomial(_ family: PolynomialFamily, _ x: Float80, _ n: Int) -> Float80 {
        func factorial(_ k: Int) -> Float80 { Glibc.tgamma(Float80(k + 1)) }
        let parameter = Float80(family.parameter)
        let angle = Glibc.acos(x)
        switch family.kind {
        case .gegenbauer where family.parameter == 0: return Glibc.cos(Float80(n) * angle)
        case .gegenbauer:
            return (0...n / 2).reduce(0) {
                let term = Glibc.tgamma(Float80(n - $1) + parameter / 2) * Glibc.pow(2 * x, Float80(n - 2 * $1))
                let sign: Float80 = $1 % 2 == 0 ? 1 : -1
                return $0 + sign * term / (Glibc.tgamma(parameter / 2) * factorial($1) * factorial(n - 2 * $1))
            }
        case .third: return Glibc.cos((Float80(n) + 0.5) * angle) / Glibc.cos(angle / 2)
        case .fourth: return Glibc.sin((Float80(n) + 0.5) * angle) / Glibc.sin(angle / 2)
        case .laguerre:
            return (0...n).reduce(0) {
                let ways =
                    Glibc.tgamma(Float80(n + 1) + parameter)
                    / (factorial(n - $1) * Glibc.tgamma(parameter + Float80($1 + 1)))
                return $0 + ways * Glibc.pow(-x, Float80($1)) / factorial($1)
            }
        case .hermite, .statisticalHermite:
            let isPhysical = family.kind == .hermite
            return (0...n / 2).reduce(0) {
                let sign: Float80 = $1 % 2 == 0 ? 1 : -1
                let power = Glibc.pow(isPhysical ? 2 * x : x, Float80(n - 2 * $1))
                let halves = isPhysical ? 1 : Glibc.pow(2, Float80($1))
                return $0 + sign * factorial(n) * power / (factorial($1) * factorial(n - 2 * $1) * halves)
            }
        }
    }

    /// x^a e^-x / Γ(a + 1) Σ x^k / ((a + 1) ... (a + k)).
    private static func lowerGamma(_ a: Float80, _ x: Float80) -> Float80 {
        if x == 0 { return 0 }
        var (term, sum): (Float80, Float80) = (1, 1)
        for k in 1..<2_000 {
            term *= x / (a + Float80(k))
            sum += term
        }
        return Glibc.exp(a * Glibc.log(x) - x - Glibc.lgamma(a + 1).0) * sum
    }

    /// The first terms, and Euler and Maclaurin's formula for the rest.
    private static func zeta(_ s: Float80, _ q: Float80) -> Float80 {
        let bernoulli: [Float80] = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]
        var sum: Float80 = 0
        for k in 0..<30 { sum += Glibc.pow(q + Float80(k), -s) }
        let x = q + 30
        sum += Glibc.pow(x, 1 - s) / (s - 1) + Glibc.pow(x, -s) / 2
        var factor = s * Glibc.pow(x, -s - 1)
        var factorial: Float80 = 2
        for (k, number) in bernoulli.enumerated() {
            sum += number * factor / factorial
            let j = Float80(2 * k + 1)
            factor *= (s + j) * (s + j + 1) / (x * x)
            factorial *= (j + 2) * (j + 3)
        }
        return sum
    }
}
