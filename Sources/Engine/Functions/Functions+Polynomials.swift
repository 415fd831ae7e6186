import Steps

/// Orthogonal polynomials, as in torch.special.
extension Functions {
    private static let note = "There is no derivative with respect to n. \(ofFloats)"

    private static func polynomial(
        _ name: String, _ whose: String, _ family: PolynomialFamily, isShifted: Bool = false
    ) -> Function {
        pair(
            name, second: "n",
            "\(whose) of degree n (cut toward 0; 0 for n below 0) at \(isShifted ? "2 input - 1" : "input")", note
        ) { x, n throws(Failure) in try x.polynomial(family, n, isShifted: isShifted) }
    }

    static let polynomials: [Function] =
        [false, true].flatMap { isShifted in
            [
                ("t", "first", PolynomialFamily(.gegenbauer, 0)), ("u", "second", PolynomialFamily(.gegenbauer, 2)),
                ("v", "third", PolynomialFamily(.third)), ("w", "fourth", PolynomialFamily(.fourth)),
            ].map { letter, kind, family in
                polynomial(
                    "\(isShifted ? "shifted_" : "")chebyshev_polynomial_\(letter)",
                    "Chebyshev's polynomial of the \(kind) kind", family, isShifted: isShifted)
            }
        } + [
            polynomial("hermite_polynomial_h", "Hermite's polynomial, as in physics,", PolynomialFamily(.hermite)),
            polynomial(
                "hermite_polynomial_he", "Hermite's polynomial, as in statistics,",
                PolynomialFamily(.statisticalHermite)),
            polynomial("laguerre_polynomial_l", "Laguerre's polynomial", PolynomialFamily(.laguerre)),
            polynomial("legendre_polynomial_p", "Legendre's polynomial", PolynomialFamily(.gegenbauer, 1)),
        ]
}
