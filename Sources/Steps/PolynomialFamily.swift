/// Families of orthogonal polynomials p of degree n. Derivatives of each are polynomials of one of them.
public struct PolynomialFamily: Hashable, Sendable {
    public enum Kind: Int, CaseIterable, Sendable {
        /// Gegenbauer's with lambda = parameter / 2: Legendre's for 1, Chebyshev's of the second kind for 2; and
        /// Chebyshev's of the first kind for 0.
        case gegenbauer
        /// Chebyshev's of the third and of the fourth kind.
        case third, fourth
        /// Laguerre's with alpha = parameter.
        case laguerre
        /// Hermite's, as physics and as statistics have them.
        case hermite, statisticalHermite
    }

    public var kind: Kind
    public var parameter: Int

    public init(_ kind: Kind, _ parameter: Int = 0) { (self.kind, self.parameter) = (kind, parameter) }

    /// The constant of a loop's instruction.
    public var immediate: Double { Double(kind.rawValue + 8 * parameter) }

    public init?(immediate: Double) {
        guard let number = Int(exactly: immediate), number >= 0, let kind = Kind(rawValue: number % 8) else {
            return nil
        }
        self.init(kind, number / 8)
    }
}
