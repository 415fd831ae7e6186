import Glibc

/// The logarithm of the gamma function and its derivatives, one element at a time, in float64 for both precisions: they
/// are rare, and no loop waits for them.
enum Gamma {
    /// ln |Γ(x)|, glibc's.
    static func logarithm(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }

    /// ψ(x) = Γ'(x) / Γ(x): within 4 units in the last place of max(|ψ(x)|, 1) for x > 0, and relative to ψ itself
    /// around its root there. At 0 infinite, NaN at whole numbers below, as in PyTorch.
    static func digamma(_ x: Double) -> Double {
        if x.isNaN || x == .infinity { return x }
        if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
        if x < 0 {
            if x == x.rounded() { return .nan }
            // ψ(x) = ψ(1 - x) - π cot(πx)
            return digamma(1 - x) - Double.pi * cotangentOfPi(x)
        }
        if x >= 10 {
            let y = 1 / (x * x)
            return Glibc.log(x) - 0.5 / x - asymptotic(y) * y
        }
        var (x, sum) = (x, 0.0)
        while x > 2 {
            x -= 1
            sum += 1 / x
        }
        if x < 1 {
            sum -= 1 / x
            x += 1
        }
        // Between 1 and 2: the distance from the root, which is known to twice the digits, times a polynomial without
        // one.
        return sum + aroundRoot(x - 1.5) * ((x - 1.461_632_144_968_362_3) - 9.549_995_429_965_697e-17)
    }

    /// Bernoulli numbers over their index, from B2 / 2 on, times powers of y.
    private static func asymptotic(_ y: Double) -> Double {
        var p = -0.443_259_803_921_568_6 * y + 0.083_333_333_333_333_33
        p = p * y - 0.021_092_796_092_796_094
        p = p * y + 0.007_575_757_575_757_576
        p = p * y - 0.004_166_666_666_666_667
        p = p * y + 0.003_968_253_968_253_968
        p = p * y - 0.008_333_333_333_333_333
        return p * y + 0.083_333_333_333_333_33
    }

    /// ψ(1.5 + u) / (1.5 + u - root) for |u| ≤ ½, within 2⁻⁵⁴ of it.
    private static func aroundRoot(_ u: Double) -> Double {
        var p = 0.00011881232908510335 * u - 0.0001782188548855923
        p = p * u + 9.653646261410062e-05
        p = p * u - 0.00014480643368061614
        p = p * u + 0.00032395945401345196
        p = p * u - 0.00048595039220036254
        p = p * u + 0.0006909255761282986
        p = p * u - 0.0010364584817312839
        p = p * u + 0.0015633696313653504
        p = p * u - 0.0023454947397380833
        p = p * u + 0.003518106563802472
        p = p * u - 0.005279937255532708
        p = p * u + 0.007927021796868154
        p = p * u - 0.011908220105959716
        p = p * u + 0.017907248317313294
        p = p * u - 0.026975796659787055
        p = p * u + 0.040760833940846085
        p = p * u - 0.06192213327548831
        p = p * u + 0.09498872445289039
        p = p * u - 0.14840492305388092
        p = p * u + 0.24054248424078697
        p = p * u - 0.4236274212814606
        return p * u + 0.9510558760318328
    }

    /// cot(πx), from what is left of x beside the nearest whole number.
    private static func cotangentOfPi(_ x: Double) -> Double {
        let r = x - x.rounded()
        return r.magnitude == 0.5 ? 0 : 1 / Glibc.tan(Double.pi * r)
    }

    /// The derivative of order n of ψ, for n from 0: (-1)ⁿ⁺¹ n! ζ(n + 1, x) with Hurwitz's zeta function.
    static func polygamma(_ n: Int, _ x: Double) -> Double {
        if n == 0 { return digamma(x) }
        if x.isNaN { return x }
        let sign: Double = n % 2 == 0 ? -1 : 1
        if x > 0 { return x == .infinity ? sign * 0 : sign * factorialTimesZeta(n, x) }
        if x == x.rounded() { return n % 2 == 1 ? .infinity : x == 0 ? -.infinity : .nan }
        // (-1)ⁿ ψₙ(1 - x) - π dⁿ/dxⁿ cot(πx)
        return -sign * polygamma(n, 1 - x) - cotangentDerivative(n, x)
    }

    /// n! Σ (x + k)^-(n + 1) over k from 0: the first terms, then Euler's and Maclaurin's formula for the rest.
    private static func factorialTimesZeta(_ n: Int, _ x: Double) -> Double {
        let exponent = Double(n + 1)
        let isSmall = n < 20
        let factorial = isSmall ? Glibc.tgamma(exponent) : logarithm(exponent)
        // n! y^-(n + 1), whose factors alone may be infinite.
        func power(_ y: Double) -> Double {
            guard isSmall else { return Glibc.exp(factorial - exponent * Glibc.log(y)) }
            var (result, base, left) = (1.0, 1 / y, n + 1)
            while left > 0 {
                if left & 1 == 1 { result *= base }
                base *= base
                left >>= 1
            }
            return factorial * result
        }
        let target = 10 + exponent / 2
        var (y, sum) = (x, 0.0)
        while y < target {
            sum += power(y)
            y += 1
        }
        let last = power(y)
        var rest = last * (y / Double(n) + 0.5)
        // B2j / (2j)! (n + 1)(n + 2) ... (n + 2j - 1) y^-(2j - 1)
        var factor = exponent / y
        for (place, weight) in bernoulliOverFactorial.enumerated() {
            rest += last * weight * factor
            let next = exponent + Double(2 * place + 1)
            factor *= next * (next + 1) / (y * y)
        }
        return sum + rest
    }

    /// B2j / (2j)! for j from 1.
    fileprivate static let bernoulliOverFactorial: [Double] = [
        0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07, 2.08767569878681e-08,
        -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
        -2.174868698558062e-16,
    ]

    /// π dⁿ/dxⁿ cot(πx): with c = cot(πx), c' = -π (1 + c²), so derivatives are polynomials in c.
    private static func cotangentDerivative(_ n: Int, _ x: Double) -> Double {
        let c = cotangentOfPi(x)
        let size = n + 3
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * size) { memory in
            memory.initialize(repeating: 0)
            memory[1] = Double.pi
            for order in 1...n {
                for power in 0...order + 1 {
                    let below = power == 0 ? 0 : Double(power - 1) * memory[power - 1]
                    memory[size + power] = -Double.pi * (Double(power + 1) * memory[power + 1] + below)
                }
                for power in 0...order + 1 { memory[power] = memory[size + power] }
            }
            var value = 0.0
            for power in (0...n + 1).reversed() { value = value * c + memory[power] }
            return value
        }
    }
}

extension Gamma {
    /// Hurwitz's ζ(s, q) = Σ (q + k)⁻ˢ over k from 0, for s > 1: the first terms, then Euler's and Maclaurin's formula
    /// (Abramowitz and Stegun 23.1.30) for the rest. Infinite at whole numbers q ≤ 0; below 0 only for whole s.
    static func zeta(_ s: Double, _ q: Double) -> Double {
        if s.isNaN || q.isNaN { return .nan }
        if s <= 1 { return s == 1 ? .infinity : .nan }
        if q > 0 { return zetaAbove(s, q) }
        if q == q.rounded(.down) { return .infinity }
        guard s.isFinite, s == s.rounded() else { return .nan }
        // The bases below 0 are those of ζ(s, 1 - p) but for those beyond q, where p is the first base above 0.
        let p = q - q.rounded(.down)
        let below = zetaAbove(s, 1 - p) - zetaAbove(s, 1 - q)
        return zetaAbove(s, p) + (s.truncatingRemainder(dividingBy: 2) == 0 ? below : -below)
    }

    private static func zetaAbove(_ s: Double, _ q: Double) -> Double {
        if q == .infinity { return 0 }
        let target = 10 + s
        var (y, sum) = (q, 0.0)
        while y < target {
            let term = Glibc.pow(y, -s)
            sum += term
            // The bases are below s here, so that the terms fall faster than those of a geometric series do.
            if term <= 0x1p-60 * sum || sum == .infinity { return sum }
            y += 1
        }
        let last = Glibc.pow(y, -s)
        var rest = last * (y / (s - 1) + 0.5)
        var factor = s / y
        for (place, weight) in bernoulliOverFactorial.enumerated() {
            rest += last * weight * factor
            let next = s + Double(2 * place + 1)
            factor *= next * (next + 1) / (y * y)
        }
        return sum + rest
    }
}

extension MathVector {
    /// `function` of each lane of two vectors in float64.
    @inline(__always) func lanes(_ other: Self, _ function: (Double, Double) -> Double) -> Self {
        var result = self
        for lane in 0..<Self.scalarCount {
            result[lane] = Scalar(function(Double(self[lane]), Double(other[lane])))
        }
        return result
    }

    /// `function` of each lane in float64.
    @inline(__always) func lanes(_ function: (Double) -> Double) -> Self {
        var result = self
        for lane in 0..<Self.scalarCount { result[lane] = Scalar(function(Double(self[lane]))) }
        return result
    }
}
