import Steps

/// Orthogonal polynomials by their recurrences. The degree is cut toward 0; below 0 the polynomial is 0, and from 2^20
/// on it is NaN.
enum OrthogonalPolynomial {
    static func value(_ family: PolynomialFamily, _ x: Double, _ degree: Double) -> Double {
        if degree <= -1 { return 0 }
        guard !x.isNaN, degree < 0x1p20 else { return .nan }
        let n = Int(degree)
        if n == 0 { return 1 }
        if x.isInfinite { return atInfinity(family, isPositive: x > 0, n) }
        var (before, now) = (1.0, first(family, x))
        for k in 1..<n {
            let next = next(family, x, Double(k), now, before)
            guard next.isFinite else { return x.magnitude > 1 ? atInfinity(family, isPositive: x > 0, n) : next }
            (before, now) = (now, next)
        }
        return now
    }

    /// Of degree 1.
    private static func first(_ family: PolynomialFamily, _ x: Double) -> Double {
        switch family.kind {
        case .gegenbauer: return family.parameter == 0 ? x : Double(family.parameter) * x
        case .third: return 2 * x - 1
        case .fourth: return 2 * x + 1
        case .laguerre: return Double(1 + family.parameter) - x
        case .hermite: return 2 * x
        case .statisticalHermite: return x
        }
    }

    /// Of degree k + 1, by those of degree k and k - 1.
    @inline(__always) private static func next(
        _ family: PolynomialFamily, _ x: Double, _ k: Double, _ now: Double, _ before: Double
    ) -> Double {
        let parameter = Double(family.parameter)
        switch family.kind {
        case .gegenbauer where family.parameter > 0:
            return ((2 * k + parameter) * x * now - (k + parameter - 1) * before) / (k + 1)
        case .gegenbauer, .third, .fourth: return 2 * x * now - before
        case .laguerre: return ((2 * k + 1 + parameter - x) * now - (k + parameter) * before) / (k + 1)
        case .hermite: return 2 * (x * now - k * before)
        case .statisticalHermite: return x * now - k * before
        }
    }

    private static func atInfinity(_ family: PolynomialFamily, isPositive: Bool, _ n: Int) -> Double {
        let isEven = n % 2 == 0
        if family.kind == .laguerre { return isPositive && !isEven ? -.infinity : .infinity }
        return isPositive || isEven ? .infinity : -.infinity
    }
}
