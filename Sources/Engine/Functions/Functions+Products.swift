/// Products beyond matmul: with something added, over any axes, of blocks, of vectors in space.
extension Functions {
    private static let beta = Parameter(
        "beta", .real, .integer(1), keyword: true, "What the input is multiplied by; with 0 it does not count.")
    private static let alpha = Parameter(
        "alpha", .real, .integer(1), keyword: true, "What the product is multiplied by.")
    private static let other = Parameter("other", .tensor, "The other operand.")
    private static let floats = "Floats, whose dtype stays."

    private static func adding(
        _ kind: Tensor.AddedProduct, _ first: String, _ second: String, _ shapes: String, _ dtypes: String = floats
    ) -> Function {
        Function(
            kind.rawValue,
            [
                Parameter("input", .tensor, "What is added; it broadcasts to the product's shape."),
                Parameter(first, .tensor, "The first factor."), Parameter(second, .tensor, "The second factor."), beta,
                alpha,
            ],
            "beta input + alpha \(shapes). \(dtypes)"
        ) { a throws(Failure) in
            try a.tensor("input").adding(
                kind, a.tensor(first), a.tensor(second), beta: a.real("beta"), alpha: a.real("alpha"))
        }
    }

    static let products: [Function] = [
        adding(.addmm, "mat1", "mat2", "mat1 mat2: [m, k] x [k, n] -> [m, n]"),
        adding(.addmv, "mat", "vec", "mat vec: [m, k] x [k] -> [m]"),
        adding(.addr, "vec1", "vec2", "vec1 vec2^T: [m] x [n] -> [m, n]", "All dtypes."),
        adding(.addbmm, "batch1", "batch2", "sum of batch1[i] batch2[i]: [b, m, k] x [b, k, n] -> [m, n]"),
        adding(.baddbmm, "batch1", "batch2", "batch1 batch2: [b, m, k] x [b, k, n] -> [b, m, n]"),
        Function(
            "kron", [.input, other],
            """
            The Kronecker product: each element of the input times the whole of other, as blocks; missing axes in \
            front have extent 1. All dtypes.
            """
        ) { a throws(Failure) in try a.tensor("input").kron(a.tensor("other")) },
        Function(
            "inner", [.input, other],
            """
            Sums of products over the last axis of both, [..., k] and [..., k]; with a scalar the product. Bool and \
            integers give int64.
            """
        ) { a throws(Failure) in try a.tensor("input").inner(a.tensor("other")) },
        Function(
            "tensordot",
            [
                Parameter("a", .tensor, "The first operand."), Parameter("b", .tensor, "The second one."),
                Parameter(
                    "dims", .either([.integer, .tuple(.integers, count: 2)]), .integer(2),
                    "How many last axes of a meet as many first ones of b, or the axes of a and those of b."),
            ],
            "Sums of products over axes of a and as many of b. Bool and integers give int64."
        ) { a throws(Failure) in
            let (left, right) = (try a.tensor("a"), try a.tensor("b"))
            guard let count = a.optionalInteger("dims") else {
                let lists = (a.value("dims")?.list ?? []).map { $0.list ?? [$0] }
                let axes = lists.map { $0.compactMap { $0.integer.map { Int($0) } } }
                return try left.tensordot(right, axes[0], axes[1])
            }
            guard count >= 0, count <= min(left.shape.count, right.shape.count) else {
                throw .argument(
                    operation: "tensordot",
                    "dims is \(count), but shapes are \(left.shape.text) and \(right.shape.text)")
            }
            return try left.tensordot(
                right, Array((left.shape.count - count)..<left.shape.count), Array(0..<count))
        },
        Function(
            "vecdot",
            [
                Parameter("x", .tensor, "Vectors."), Parameter("y", .tensor, "Vectors that broadcast with x."),
                Parameter("dim", .integer, .integer(-1), keyword: true, "The axis, from the end if negative."),
            ],
            "Sums of products along an axis of the two broadcast together. Bool and integers give int64."
        ) { a throws(Failure) in try a.tensor("x").vecdot(a.tensor("y"), a.integer("dim")) },
        Function(
            "cross",
            [
                .input, other,
                Parameter(
                    "dim", .optional(.integer), Value.none, "The axis; None for the first one of three elements."),
            ],
            "Cross products of vectors of three elements along an axis; the others broadcast. The dtype stays."
        ) { a throws(Failure) in try a.tensor("input").cross(a.tensor("other"), a.optionalInteger("dim")) },
        Function(
            "cdist",
            [
                Parameter("x1", .tensor, "[..., m, k]."), Parameter("x2", .tensor, "[..., n, k]."),
                Parameter("p", .real, .integer(2), "The power of the norm, 0 or more."),
                Parameter(
                    "compute_mode",
                    .choice([
                        "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist",
                        "donot_use_mm_for_euclid_dist",
                    ]), .text("use_mm_for_euclid_dist_if_necessary"),
                    "Changes nothing: differences are always taken, which is exact."),
            ],
            """
            The p-norms of the differences of rows, [..., m, k] and [..., n, k] -> [..., m, n]; leading axes \
            broadcast. The derivative where one is 0 is 0. \(ofFloats)
            """
        ) { a throws(Failure) in try a.tensor("x1").distances(a.tensor("x2"), a.real("p")) },
        Function(
            "multi_dot", [Parameter("tensors", .tensors, "Matrices; the first and the last may be vectors.")],
            "The product of two matrices or more, in the order that costs the fewest multiplications. Floats."
        ) { a throws(Failure) in try .multiDot(a.tensors("tensors")) },
        Function(
            "chain_matmul", [Parameter("matrices", .tensors, "Matrices.")],
            "multi_dot, or the one matrix that is given. Floats."
        ) { a throws(Failure) in
            let matrices = try a.tensors("matrices")
            guard matrices.count == 1, matrices[0].shape.count == 2 else {
                return try .multiDot(matrices, "chain_matmul")
            }
            try matrices[0].node().checkMatrices("chain_matmul")
            return try matrices[0].applying(.identity)
        },
    ]
}
