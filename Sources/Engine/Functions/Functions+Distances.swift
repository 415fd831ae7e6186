/// Lengths, distances and angles of vectors along an axis.
extension Functions {
    private static let order = Parameter("p", .real, .real(2), "The norm's order.")
    private static let secondAxis = Parameter("dim", .integer, .integer(1), "The axis, from the end if negative.")
    private static let first = Parameter("x1", .tensor, "A tensor.")
    private static let second = Parameter("x2", .tensor, "A tensor that broadcasts with it.")

    static let distances: [Function] = [
        Function(
            "normalize",
            [
                .input, order, secondAxis,
                Parameter("eps", .real, .real(1e-12), "What vectors are divided by at least."),
            ],
            "Vectors along an axis divided by their p-norm. \(ofFloats)"
        ) { a throws(Failure) in
            let x = try a.tensor("input")
            let (p, eps) = (try a.real("p"), try a.real("eps"))
            let result = try x.along(a.integer("dim"), "normalize") { (x, axis) throws(Failure) in
                try x.overNorm(p, axis, eps: eps)
            }
            return try Tensor(result: result.reshape(x.shape))
        },
        Function(
            "cosine_similarity",
            [first, second, secondAxis, Parameter("eps", .real, .real(1e-8), "The smallest length that counts.")],
            "The cosine of the angle between vectors along an axis of the two broadcast together. \(ofFloats)"
        ) { a throws(Failure) in
            let (x, y) = (try a.tensor("x1").node(), try a.tensor("x2").node())
            return try Tensor(result: x.cosine(with: y, a.integer("dim"), eps: a.real("eps")))
        },
        Function(
            "pdist",
            [Parameter("input", .tensor, "[n, width], floats."), order],
            "The p-norms of the differences of all pairs of rows, (0, 1), (0, 2), ...: [n (n - 1) / 2]."
        ) { a throws(Failure) in
            let x = try a.tensor("input")
            guard x.shape.count == 2 else {
                throw .shape(operation: "pdist", "[n, width] is expected, but the shape is \(x.shape.text)")
            }
            let p = try a.real("p")
            guard p >= 0 else { throw .argument(operation: "pdist", "p from 0 on is expected, but found \(p)") }
            return try Tensor(result: x.node().ofFloats("pdist").distancesOfRows(p))
        },
        Function(
            "pairwise_distance",
            [
                first, second, order,
                Parameter("eps", .real, .real(1e-6), "What is added to each difference."), .keepsAxes,
            ],
            "The p-norm of x1 - x2 + eps along the last axis. \(ofFloats)"
        ) { a throws(Failure) in
            let (x, y) = (try a.tensor("x1").node(), try a.tensor("x2").node())
            return try Tensor(
                result: x.distance(to: y, a.real("p"), eps: a.real("eps"), keepdims: a.flag("keepdim")))
        },
    ]
}
