import Glibc

/// sin(πx) / (πx) and its derivatives, one element at a time in float64.
enum Sinc {
    /// The derivative of order n. With g(z) = sin z / z, z g⁽ⁿ⁾ + n g⁽ⁿ⁻¹⁾ is the derivative of the sine, which leads
    /// from one order to the next where z is large beside n; near 0 Taylor's series serves.
    static func derivative(_ n: Int, _ x: Double) -> Double {
        guard x.isFinite else { return x.isNaN ? x : 0 }
        let z = Double.pi * x
        let scale = Glibc.pow(Double.pi, Double(n))
        if z.magnitude < 1 + 0.37 * Double(n) { return scale * series(n, z) }
        let (sine, cosine) = sineAndCosineOfPi(x)
        let turns = [sine, cosine, -sine, -cosine]
        var value = sine / z
        for order in stride(from: 1, through: n, by: 1) { value = (turns[order % 4] - Double(order) * value) / z }
        return scale * value
    }

    /// Σ (-1)ᵏ z²ᵏ⁻ⁿ / ((2k + 1) (2k - n)!) over k from n/2.
    private static func series(_ n: Int, _ z: Double) -> Double {
        let first = (n + 1) / 2
        // (-1)ᵏ z²ᵏ⁻ⁿ / (2k - n)!
        var power = (first % 2 == 0 ? 1.0 : -1.0) * (2 * first > n ? z : 1)
        var sum = power / Double(2 * first + 1)
        for k in (first + 1)..<(first + 60) {
            power *= -z * z / Double((2 * k - n - 1) * (2 * k - n))
            let term = power / Double(2 * k + 1)
            sum += term
            if term.magnitude <= 0x1p-60 * sum.magnitude { break }
        }
        return sum
    }

    /// Exactly 0 at whole numbers and at halves. From 2⁵³ on all numbers are even.
    private static func sineAndCosineOfPi(_ x: Double) -> (Double, Double) {
        guard x.magnitude < 0x1p53 else { return (0, 1) }
        let whole = (2 * x).rounded()
        let r = Double.pi * (x - whole / 2)
        let (sine, cosine) = (Glibc.sin(r), Glibc.cos(r))
        switch Int(whole.truncatingRemainder(dividingBy: 4) + 4) % 4 {
        case 0: return (sine, cosine)
        case 1: return (cosine, -sine)
        case 2: return (-sine, -cosine)
        default: return (-cosine, sine)
        }
    }
}
