import Glibc

/// The inverse of the normal distribution function Φ, and that of erf, one element at a time in float64. Algorithm AS
/// 241 (Wichura 1988): three quotients of polynomials of degree 7, each within 10⁻¹⁶ of the function.
enum NormalQuantile {
    /// Where Φ is p. NaN outside 0 ... 1.
    static func value(_ p: Double) -> Double {
        guard p >= 0, p <= 1 else { return .nan }
        let q = p - 0.5
        return q.magnitude <= 0.425 ? central(q) : q < 0 ? -tail(p) : tail(1 - p)
    }

    /// Where erf is x. NaN outside -1 ... 1.
    static func inverseErf(_ x: Double) -> Double {
        let a = x.magnitude
        guard a <= 1 else { return .nan }
        if a <= 0.85 { return 0.5.squareRoot() * central(x / 2) }
        let y = 0.5.squareRoot() * tail((1 - a) / 2)
        return x < 0 ? -y : y
    }

    /// Where Φ is ½ + q, for |q| ≤ 0.425.
    private static func central(_ q: Double) -> Double {
        let r = 0.180625 - q * q
        let above = polynomial(
            r,
            SIMD8(
                2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608))
        let below = polynomial(
            r,
            SIMD8(
                5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1))
        return q * above / below
    }

    /// Where 1 - Φ is p, for p ≤ 0.075.
    private static func tail(_ p: Double) -> Double {
        if p == 0 { return .infinity }
        let r = (-Glibc.log(p)).squareRoot()
        if r <= 5 {
            let above = polynomial(
                r - 1.6,
                SIMD8(
                    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
                    1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
                    1.42343711074968357734))
            let below = polynomial(
                r - 1.6,
                SIMD8(
                    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
                    0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1))
            return above / below
        }
        let above = polynomial(
            r - 5,
            SIMD8(
                2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
                0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
                6.6579046435011037772))
        let below = polynomial(
            r - 5,
            SIMD8(
                2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
                7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1))
        return above / below
    }

    /// The highest power's coefficient comes first.
    private static func polynomial(_ x: Double, _ coefficients: SIMD8<Double>) -> Double {
        var sum = coefficients[0]
        for place in 1..<8 { sum = sum * x + coefficients[place] }
        return sum
    }
}
