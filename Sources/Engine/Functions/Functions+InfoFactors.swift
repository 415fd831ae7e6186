/// Factorisations that say which matrices have none, and products of reflections.
extension Functions {
    private static let square = Parameter("A", .tensor, "Matrices [..., n, n].")
    private static let checks = Parameter(
        "check_errors", .flag, .flag(false), keyword: true,
        "Whether a matrix that fails is an error when values are computed.")
    private static let reflections = Parameter(
        "input", .tensor, "[..., m, n]: the reflections' vectors below the diagonal, as geqrf leaves them.")
    private static let tau = Parameter("tau", .tensor, "[..., k]: a factor for each of the first k columns.")
    private static let floats = "Floats, whose dtype stays."
    private static let info = "what has no result has no meaning, and is NaN where it is unknown. \(floats)"

    static let infoFactors: [Function] = [
        Function(
            "inv_ex", [square, checks], outputs: ["inverse", "info"],
            """
            (inverse, info): inverses, and int32 [...]: 0, or the place, counted from 1, of the first 0 on U's \
            diagonal of P A = L U; \(info)
            """
        ) { a throws(Failure) in
            let x = try a.tensor("A")
            let found = try x.inverseWithInfo()
            return [try a.flag("check_errors") ? x.inverse() : found.inverse, found.info]
        },
        Function(
            "solve_ex",
            [
                square, Parameter("B", .tensor, "Right-hand sides [..., n, k], or vectors [..., n]."),
                Parameter("left", .flag, .flag(true), keyword: true, "False: X A = B."), checks,
            ],
            outputs: ["result", "info"], "(X, info): X of A X = B, and info as of inv_ex; \(info)"
        ) { a throws(Failure) in
            let (x, b, left) = (try a.tensor("A"), try a.tensor("B"), try a.flag("left"))
            let found = try x.solveWithInfo(b, left: left)
            return [try a.flag("check_errors") ? x.solve(b, left: left) : found.result, found.info]
        },
        Function(
            "cholesky_ex",
            [
                square,
                Parameter("upper", .flag, .flag(false), keyword: true, "U of A = U^T U; else L of A = L L^T."), checks,
            ],
            outputs: ["L", "info"],
            """
            (L, info): cholesky, and int32 [...]: 0, or the order, from 1, of the first leading minor that is not \
            positive; \(info)
            """
        ) { a throws(Failure) in
            let (x, upper) = (try a.tensor("A"), try a.flag("upper"))
            let found = try x.choleskyWithInfo(upper: upper)
            return [try a.flag("check_errors") ? x.cholesky(upper: upper) : found.factor, found.info]
        },
        Function(
            "householder_product", [reflections, tau], aliases: ["orgqr"],
            """
            The first n columns of H[0] H[1] ... H[k - 1], H = I - tau v v^T: [..., m, n], m >= n. Above the \
            reflections' diagonal nothing is read, and the diagonal counts as ones. \(floats)
            """
        ) { a throws(Failure) in try a.tensor("input").householderProduct(a.tensor("tau")) },
        Function(
            "ormqr",
            [
                reflections, tau, Parameter("other", .tensor, "Matrices C [..., m, k]; for left=False [..., k, m]."),
                Parameter("left", .flag, .flag(true), "Whether Q C; else C Q."),
                Parameter("transpose", .flag, .flag(false), "With Q^T in place of Q."),
            ],
            "Q C of all of Q = H[0] H[1] ... [..., m, m], which is never formed. \(floats)"
        ) { a throws(Failure) in
            try a.tensor("input").multipliedByReflections(
                a.tensor("tau"), a.tensor("other"), left: a.flag("left"), transposed: a.flag("transpose"))
        },
    ]
}
