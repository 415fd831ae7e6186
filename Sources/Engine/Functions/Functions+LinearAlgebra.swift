/// Linear algebra on the last two axes; leading axes are batches. Factorisations need OpenBLAS. A matrix that cannot be
/// factored is an error when values are computed.
extension Functions {
    private static func product(
        _ name: String, _ kind: Tensor.Product, aliases: [String] = [], _ documentation: String
    ) -> Function {
        Function(name, [.input, Parameter("other", .tensor, "The other operand.")], aliases: aliases, documentation) {
            a throws(Failure) in
            try .product(kind, a.tensor("input"), a.tensor("other"))
        }
    }

    private static let matrix = Parameter("A", .tensor, "Matrices [..., n, n].")
    private static let right = Parameter(
        "B", .tensor, "[..., n, k], a vector [n], or a batch of vectors of A's shape without the last axis.")
    private static let left = Parameter("left", .flag, .flag(true), keyword: true, "A X = B; else X A = B.")
    private static let unitriangular = Parameter(
        "unitriangular", .flag, .flag(false), "Whether A's diagonal counts as ones.")
    private static let keywordUnitriangular = Parameter(
        "unitriangular", .flag, .flag(false), keyword: true, "Whether A's diagonal counts as ones.")
    private static let triangleRead = Parameter(
        "UPLO", .choice(["L", "U"]), .text("L"), "The triangle of A that is read.")
    private static let floats = "Floats, whose dtype stays."

    static let linearAlgebra: [Function] = [
        Function(
            "matmul", [.input, Parameter("other", .tensor, "The other operand.")],
            """
            Matrix product over the last two axes, [..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast. \
            1-D operands as in NumPy. Floats.
            """
        ) { a throws(Failure) in try a.tensor("input").matmul(a.tensor("other")) },
        Function(
            "linear",
            [
                .input, Parameter("weight", .tensor, "[out, in]."),
                Parameter("bias", .optional(.tensor), Value.none, "[out], or None."),
            ],
            "input W^T + bias: [..., in], weight [out, in], bias [out] -> [..., out]. Floats."
        ) { a throws(Failure) in try a.tensor("input").linear(a.tensor("weight"), a.optionalTensor("bias")) },
        Function(
            "bilinear",
            [
                Parameter("input1", .tensor, "[..., in1]."), Parameter("input2", .tensor, "[..., in2]."),
                Parameter("weight", .tensor, "[out, in1, in2]."),
                Parameter("bias", .optional(.tensor), Value.none, "[out], or None."),
            ],
            "input1^T weight[k] input2 + bias[k] for each k: [..., out]. Floats."
        ) { a throws(Failure) in
            try a.tensor("input1").bilinear(a.tensor("input2"), a.tensor("weight"), a.optionalTensor("bias"))
        },
        product("mm", .mm, "Product of two matrices, [m, k] x [k, n] -> [m, n]. Floats."),
        product("bmm", .bmm, "Products of two batches of matrices, [b, m, k] x [b, k, n] -> [b, m, n]. Floats."),
        product("mv", .mv, "Product of a matrix and a vector, [m, k] x [k] -> [m]. Floats."),
        product(
            "dot", .dot, aliases: ["vdot"],
            "Sum of the products of two vectors' elements. Bool and integers give int64."),
        product(
            "outer", .outer, aliases: ["ger"],
            "Each element of a vector times each of another, [m] x [n] -> [m, n]. All dtypes."),
        Function(
            "einsum",
            [
                Parameter("equation", .text, "As 'ij,jk->ik'."),
                Parameter("operands", .tensors, "One tensor for each term."),
            ],
            """
            Einstein's summation: 'ij,jk->ik' multiplies matrices, 'ii' is the trace, '...' stands for any axes. \
            Floats.
            """
        ) { a throws(Failure) in try .einsum(a.text("equation"), a.tensors("operands")) },
        Function("trace", [.input], "Sum of a matrix's diagonal: []. Bool and integers give int64.") {
            a throws(Failure) in try a.tensor("input").trace()
        },
        Function("inverse", [.input], aliases: ["inv"], "Inverses of square matrices [..., n, n]. \(floats)") {
            a throws(Failure) in
            try a.tensor("input").inverse()
        },
        Function(
            "det", [.input],
            """
            Determinants of square matrices, [..., n, n] -> [...]; those of singular ones, 0, have no derivative. \
            \(floats)
            """
        ) {
            a throws(Failure) in try a.tensor("input").determinant()
        },
        Function(
            "slogdet", [.input], outputs: ["sign", "logabsdet"],
            """
            (sign, logabsdet) of the determinants of square matrices [..., n, n]: 0 and -inf for singular ones, which \
            have no derivative. \(floats)
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").signAndLogDeterminant()
            return [found.sign, found.logarithm]
        },
        Function("solve", [matrix, right, left], "X of A X = B, or X A = B if not left, of the shape of B. \(floats)") {
            a throws(Failure) in
            try a.tensor("A").solve(a.tensor("B"), left: a.flag("left"))
        },
        Function(
            "solve_triangular",
            [
                matrix, right,
                Parameter("upper", .flag, keyword: true, "The upper triangle of A is read; else the lower one."), left,
                keywordUnitriangular,
            ],
            "`solve` where only one triangle of A is read, and its diagonal counts as ones if unitriangular. \(floats)"
        ) { a throws(Failure) in
            try a.tensor("A").solveTriangular(
                a.tensor("B"), upper: a.flag("upper"), left: a.flag("left"), unitriangular: a.flag("unitriangular"))
        },
        Function(
            "triangular_solve",
            [
                Parameter("b", .tensor, "[..., n, k]."), matrix,
                Parameter("upper", .flag, .flag(true), "The upper triangle of A is read; else the lower one."),
                Parameter("transpose", .flag, .flag(false), "Of A^T X = b."), unitriangular,
            ],
            outputs: ["solution", "cloned_coefficient"],
            """
            (solution, cloned_coefficient) of A X = b (transpose: of A^T X = b) with a triangular A, as \
            torch.triangular_solve; solve_triangular is the newer form. \(floats)
            """
        ) { a throws(Failure) in
            let (matrix, upper, transpose) = (try a.tensor("A"), try a.flag("upper"), try a.flag("transpose"))
            let coefficient = transpose ? try matrix.transpose(-2, -1) : matrix
            let solution = try coefficient.solveTriangular(
                a.tensor("b"), upper: upper != transpose, unitriangular: a.flag("unitriangular"))
            return [solution, try matrix.applying(.identity)]
        },
        Function(
            "cholesky",
            [
                .input,
                Parameter(
                    "upper", .flag, .flag(false), "U of A = U^T U, from the upper triangle; else L of A = L L^T."),
            ],
            """
            Lower triangular L of A = L L^T (or upper U of A = U^T U) of symmetric positive definite matrices [..., \
            n, n]; that triangle of A is read, derivatives take A as symmetric. \(floats)
            """
        ) { a throws(Failure) in try a.tensor("input").cholesky(upper: a.flag("upper")) },
        Function(
            "qr",
            [
                Parameter("A", .tensor, "[..., m, n]."),
                Parameter(
                    "mode", .choice(["reduced", "complete", "r"]), .text("reduced"),
                    "'complete': Q [..., m, m] and R [..., m, n]; 'r': R alone, and nothing for Q."),
            ],
            outputs: ["Q", "R"],
            """
            (Q, R) of A = Q R with orthonormal columns in Q and zeros below R's diagonal: [..., m, k] and [..., k, \
            n], k = min(m, n). \(floats)
            """
        ) { a throws(Failure) in
            let mode = try a.text("mode")
            let found = try a.tensor("A").qr(complete: mode == "complete")
            return [mode == "r" ? try Tensor.full([0], 0, found.r.dtype) : found.q, found.r]
        },
        Function(
            "eigh", [matrix, triangleRead], outputs: ["eigenvalues", "eigenvectors"],
            """
            (eigenvalues, eigenvectors) of symmetric matrices, ascending, [..., n], with the vectors as columns, \
            [..., n, n]; derivatives take A as symmetric, and eigenvalues as distinct. \(floats)
            """
        ) { a throws(Failure) in
            let found = try a.tensor("A").eigh(upper: a.text("UPLO") == "U")
            return [found.values, found.vectors]
        },
        Function("eigvalsh", [matrix, triangleRead], "The eigenvalues of eigh. \(floats)") { a throws(Failure) in
            try a.tensor("A").eigh(upper: a.text("UPLO") == "U").values
        },
        Function(
            "svd",
            [
                Parameter("A", .tensor, "[..., m, n]."),
                Parameter("full_matrices", .flag, .flag(true), "Whether U is [..., m, m] and Vh [..., n, n]."),
            ],
            outputs: ["U", "S", "Vh"],
            """
            (U, S, Vh) of A = U diag(S) Vh: [..., m, k], [..., k] descending, [..., k, n], k = min(m, n); derivatives \
            take singular values as distinct. \(floats)
            """
        ) { a throws(Failure) in
            let found = try a.tensor("A").svd(complete: a.flag("full_matrices"))
            return [found.u, found.values, found.v]
        },
        Function(
            "svdvals", [Parameter("A", .tensor, "[..., m, n].")],
            "The singular values of svd, [..., min(m, n)]. \(floats)"
        ) { a throws(Failure) in
            try a.tensor("A").svd().values
        },
    ]
}
