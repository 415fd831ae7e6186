/// Triangular factors of matrices with rows exchanged, and what is done with them. LAPACK chooses the rows, which are
/// constants to derivatives.
extension Functions {
    private static let matrices = Parameter("A", .tensor, "Matrices [..., m, n].")
    private static let factors = Parameter("LU", .tensor, "The factors of lu_factor.")
    private static let exchanges = Parameter("pivots", .tensor, "The exchanges of lu_factor.")
    private static let pivot = Parameter("pivot", .flag, .flag(true), keyword: true, "True: rows are exchanged.")
    private static let floats = "Floats, whose dtype stays."

    private static func checkPivot(_ a: Arguments, _ name: String) throws(Failure) {
        guard try a.flag("pivot") else {
            throw .unsupported(
                operation: name, "pivot=True is expected: on processors rows are always exchanged, as in PyTorch")
        }
    }

    static let lu: [Function] = [
        Function(
            "lu", [matrices, pivot], outputs: ["P", "L", "U"],
            """
            (P, L, U) of A = P L U: a permutation [..., m, m], unit lower triangles [..., m, k], upper ones [..., k, \
            n], k = min(m, n). \(floats)
            """
        ) { a throws(Failure) in
            try checkPivot(a, "lu")
            let found = try a.tensor("A").lu()
            return [found.p, found.l, found.u]
        },
        Function(
            "lu_factor", [matrices, pivot], outputs: ["LU", "pivots"],
            """
            (LU, pivots): L and U of lu in one matrix [..., m, n], and int32 [..., k] with which row, counted from 1, \
            each of the first k is exchanged, one after the other. \(floats)
            """
        ) { a throws(Failure) in
            try checkPivot(a, "lu_factor")
            let found = try a.tensor("A").luFactors()
            return [found.factors, found.pivots]
        },
        Function(
            "lu_factor_ex",
            [matrices, pivot, Parameter("check_errors", .flag, .flag(false), keyword: true, "Taken; info says it.")],
            outputs: ["LU", "pivots", "info"],
            "lu_factor, and int32 [...]: 0, or the place, counted from 1, of the first 0 on U's diagonal. \(floats)"
        ) { a throws(Failure) in
            try checkPivot(a, "lu_factor_ex")
            let found = try a.tensor("A").luFactors()
            return [found.factors, found.pivots, found.info]
        },
        Function(
            "lu_unpack",
            [
                Parameter("LU_data", .tensor, "The factors of lu_factor."),
                Parameter("LU_pivots", .tensor, "Its exchanges."),
            ],
            outputs: ["P", "L", "U"], "(P, L, U) of lu, of what lu_factor has found. \(floats)"
        ) { a throws(Failure) in
            let found = try a.tensor("LU_data").unpackedLU(a.tensor("LU_pivots"), "lu_unpack")
            return [found.p, found.l, found.u]
        },
        Function(
            "lu_solve",
            [
                factors, exchanges, Parameter("B", .tensor, "Right-hand sides [..., n, k]."),
                Parameter("left", .flag, .flag(true), keyword: true, "False: X A = B."),
                Parameter("adjoint", .flag, .flag(false), keyword: true, "With the transposes of A."),
            ],
            "X of A X = B for the matrices that lu_factor has factored. \(floats)"
        ) { a throws(Failure) in
            try a.tensor("LU").luSolve(
                a.tensor("pivots"), a.tensor("B"), left: a.flag("left"), transposed: a.flag("adjoint"))
        },
    ]
}
