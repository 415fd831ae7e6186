/// Functions of whole matrices, the last two axes; norms. Singular value decompositions need OpenBLAS.
extension Functions {
    private static let matrices = Parameter("A", .tensor, "Matrices [..., m, n].")
    private static let square = Parameter("A", .tensor, "Matrices [..., n, n].")
    private static let atol = Parameter(
        "atol", .optional(.operand), Value.none, keyword: true,
        "Singular values up to here count as 0; a tensor [...]: for each matrix; None: 0.")
    private static let rtol = Parameter(
        "rtol", .optional(.operand), Value.none, keyword: true,
        """
        And those up to this share of the largest; a tensor [...]: for each matrix; None: max(m, n) times the dtype's \
        precision, or 0 beside an atol above 0.
        """)
    private static let hermitian = Parameter(
        "hermitian", .flag, .flag(false), keyword: true, "Whether A is symmetric, of which the lower triangle is read.")
    private static let isUpper = Parameter("upper", .flag, .flag(false), "U of A = U^T U, instead of L of A = L L^T.")
    private static let order = ArgumentType.either([.real, .choice(["fro", "nuc"])])
    private static let floats = "Floats, whose dtype stays."

    private static func matrixOrder(_ value: Value?) -> Tensor.MatrixOrder? {
        guard let value, value != .none else { return nil }
        if let name = value.text { return name == "nuc" ? .nuclear : .frobenius }
        return .number(value.asReal)
    }

    static let matrixFunctions: [Function] = [
        Function(
            "matrix_exp", [square],
            """
            The exponentials of square matrices, I + A + A^2 / 2 + ...; NaN where the sum of a column's sizes is above \
            2^15. \(floats)
            """
        ) { a throws(Failure) in try a.tensor("A").matrixExponential() },
        Function(
            "matrix_power", [square, Parameter("n", .integer, "How often; negative: of the inverse.")],
            "Products of square matrices with themselves. \(floats)"
        ) { a throws(Failure) in try a.tensor("A").matrixPower(a.integer("n")) },
        Function(
            "pinv", [matrices, atol, rtol, hermitian],
            """
            The pseudoinverses, [..., m, n] -> [..., n, m]; derivatives are those among matrices of the same rank. \
            \(floats)
            """
        ) { a throws(Failure) in
            try Tensor(
                result: a.tensor("A").node().pseudoInverse(
                    .init(a.optionalOperand("atol"), a.optionalOperand("rtol")), hermitian: a.flag("hermitian"), "pinv")
            )
        },
        Function(
            "pinverse",
            [
                .input,
                Parameter(
                    "rcond", .real, .real(1e-15), "Singular values up to this share of the largest count as 0."),
            ],
            "pinv with a share of its own. \(floats)"
        ) { a throws(Failure) in try a.tensor("input").pseudoInverse(rtol: a.real("rcond")) },
        Function(
            "matrix_rank", [matrices, atol, rtol, hermitian],
            "How many singular values do not count as 0: [...], int64. Of floats."
        ) { a throws(Failure) in
            try a.tensor("A").matrixRank(
                .init(a.optionalOperand("atol"), a.optionalOperand("rtol")), hermitian: a.flag("hermitian"))
        },
        Function(
            "lstsq",
            [
                matrices,
                Parameter(
                    "B", .tensor, "[..., m, k], a vector [m], or a batch of vectors of A's shape without the last axis."
                ),
                Parameter("rcond", .optional(.real), Value.none, "As rtol of pinv."),
                Parameter(
                    "driver", .optional(.choice(["gels", "gelsy", "gelsd", "gelss"])), Value.none, keyword: true,
                    "Says which results there are, as in PyTorch; None: 'gelsy'."),
            ],
            outputs: ["solution", "residuals", "rank", "singular_values"],
            """
            (solution, residuals, rank, singular_values): X of the least |A X - B|, of the least norm among several; \
            the sums of squares that are left, for m > n, empty for 'gelsy'; the rank, empty for 'gels'; the singular \
            values, empty for 'gels' and 'gelsy'. \(floats)
            """
        ) { a throws(Failure) in
            let driver = a.optionalText("driver") ?? "gelsy"
            let found = try a.tensor("A").leastSquares(a.tensor("B"), rtol: a.optionalReal("rcond"))
            let none = try Tensor.full([0], 0, found.solution.dtype)
            let hasValues = driver == "gelsd" || driver == "gelss"
            return [
                found.solution, driver == "gelsy" ? none : found.residuals,
                driver == "gels" ? try .full([0], 0, .int64) : found.rank, hasValues ? found.values : none,
            ]
        },
        Function(
            "svd_lowrank",
            [
                matrices, Parameter("q", .integer, .integer(6), "How many singular values, 1 to min(m, n)."),
                Parameter("niter", .integer, .integer(2), "Taken: the decomposition is exact."),
                Parameter("M", .optional(.tensor), Value.none, "What is taken from A first; it broadcasts."),
            ],
            outputs: ["U", "S", "V"],
            "(U, S, V) of the q largest singular values of A - M, by way of the whole decomposition. \(floats)"
        ) { a throws(Failure) in
            var x = try a.tensor("A")
            if let mean = a.optionalTensor("M") { x = try x - mean.broadcast(to: x.shape) }
            return try x.principal(a.integer("q"), "svd_lowrank")
        },
        Function(
            "pca_lowrank",
            [
                matrices,
                Parameter("q", .optional(.integer), Value.none, "How many components; None: 6, or min(m, n) if less."),
                Parameter("center", .flag, .flag(true), "Whether the mean of each column is taken away first."),
                Parameter("niter", .integer, .integer(2), "Taken: the decomposition is exact."),
            ],
            outputs: ["U", "S", "V"],
            "(U, S, V) of the q largest singular values; V has the principal axes as columns. \(floats)"
        ) { a throws(Failure) in
            let x = try a.tensor("A")
            try x.node().checkMatrices("pca_lowrank")
            let (m, n) = try x.node().matrixExtents
            let q = a.optionalInteger("q") ?? min(6, m, n)
            let rows = try a.flag("center") ? Tensor(result: x.node().centeredColumns()) : x
            return try rows.principal(q, "pca_lowrank")
        },
        Function(
            "logdet", [.input],
            """
            log(det) of square matrices [..., n, n]: NaN where the determinant is below 0, -inf where it is 0. \
            \(floats)
            """
        ) { a throws(Failure) in try a.tensor("input").logDeterminant() },
        Function(
            "cholesky_solve",
            [
                Parameter("B", .tensor, "Right-hand sides [..., n, k]."),
                Parameter("L", .tensor, "Cholesky factors [..., n, n]."), isUpper,
            ],
            "X of A X = B for the matrices A that have these Cholesky factors. \(floats)"
        ) { a throws(Failure) in try a.tensor("B").choleskySolve(a.tensor("L"), upper: a.flag("upper")) },
        Function(
            "cholesky_inverse", [Parameter("L", .tensor, "Cholesky factors [..., n, n]."), isUpper],
            "The inverses of the matrices that have these Cholesky factors. \(floats)"
        ) { a throws(Failure) in try a.tensor("L").choleskyInverse(upper: a.flag("upper")) },
        Function(
            "cond",
            [matrices, Parameter("p", .optional(order), Value.none, "The norm; None: 2, and matrices of any shape.")],
            """
            The norms of matrices times those of their inverses: [...]. None, 2 and -2 are of singular values, the \
            others of square matrices that have an inverse. \(floats)
            """
        ) { a throws(Failure) in try a.tensor("A").condition(matrixOrder(a.value("p"))) },
        Function(
            "matrix_norm",
            [
                matrices,
                Parameter(
                    "ord", order, .text("fro"),
                    """
                    'fro', the root of the sum of squares; 'nuc', the sum of singular values; 2 and -2, the largest \
                    and the smallest; 1 and -1, of the sums of columns; inf and -inf, of those of rows.
                    """),
                Parameter("dim", .integers, .list([.integer(-2), .integer(-1)]), "The axes of rows and columns."),
                .keepsAxes, .keywordComputedIn,
            ],
            "Norms of matrices. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType("A").matrixNorm(
                matrixOrder(a.value("ord")) ?? .frobenius, a.integers("dim"), keepdims: a.flag("keepdim"))
        },
        Function(
            "vector_norm",
            [
                Parameter("x", .tensor, "The tensor."),
                Parameter("ord", .real, .integer(2), "The power; inf and -inf: the largest and the smallest size."),
                .axes, .keepsAxes, .keywordComputedIn,
            ],
            "(sum |x|^ord)^(1/ord) over the axes `dim`. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType("x").norm(a.real("ord"), a.axes(), keepdims: a.flag("keepdim"))
        },
        Function(
            "linalg_norm",
            [
                Parameter("A", .tensor, "The tensor."),
                Parameter("ord", .optional(order), Value.none, "As of matrix_norm, or of vector_norm."), .axes,
                .keepsAxes, .keywordComputedIn,
            ],
            """
            Without an order the root of the sum of squares over the axes `dim`. With one vector_norm over one axis, \
            or of a vector; matrix_norm over two axes, or of a matrix. \(ofFloats)
            """
        ) { a throws(Failure) in
            try a.inputInDType("A").linearNorm(matrixOrder(a.value("ord")), a.axes(), keepdims: a.flag("keepdim"))
        },
        Function(
            "vander",
            [
                Parameter("x", .tensor, "Numbers [..., n]."),
                Parameter("N", .optional(.integer), Value.none, "How many powers; None: n."),
                Parameter("increasing", .flag, .flag(false), "Whether they start from the power 0."),
            ],
            "The powers of each element down to 0, along a new last axis: [..., n, N]. Bool and integers give int64."
        ) { a throws(Failure) in
            try a.tensor("x").vander(a.optionalInteger("N"), increasing: a.flag("increasing"))
        },
        Function(
            "tensorinv",
            [
                Parameter("A", .tensor, "A tensor whose first axes have as many elements as the others."),
                Parameter("ind", .integer, .integer(2), "How many of its axes are the first."),
            ],
            "The inverse of the map that A is from tensors of its last axes to those of its first. \(floats)"
        ) { a throws(Failure) in try a.tensor("A").tensorInverse(a.integer("ind")) },
        Function(
            "tensorsolve",
            [
                Parameter(
                    "A", .tensor, "A tensor whose first axes are those of B, and whose others have as many elements."),
                Parameter("B", .tensor, "The right-hand side."),
                Parameter("dims", .optional(.integers), Value.none, "Axes of A that are moved to its end first."),
            ],
            "X of tensordot(A, X, its axes) = B. \(floats)"
        ) { a throws(Failure) in try a.tensor("A").tensorSolve(a.tensor("B"), a.optionalIntegers("dims")) },
    ]
}
