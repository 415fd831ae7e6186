/// Functions along an axis: extremes and sums up to each element, differences, integrals and slopes.
extension Functions {
    private static func cumulativeExtreme(_ name: String, isMaximum: Bool) -> Function {
        Function(
            name, [.input, .axis], outputs: ["values", "indices"],
            """
            (values, indices) of the \(isMaximum ? "largest" : "smallest") element up to each along an axis, the last \
            of equal ones, which the gradient goes to; NaN from the first NaN on. The dtype stays; indices are int64.
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").cumulativeExtreme(a.integer("dim"), isMaximum: isMaximum)
            return [found.values, found.indices]
        }
    }

    private static let y = Parameter("y", .tensor, "The values.")
    private static let x = Parameter(
        "x", .optional(.tensor), Value.none, "Where they are: along the axis, or of y's shape; None: `dx` apart.")
    private static let dx = Parameter("dx", .real, .integer(1), keyword: true, "The distance of neighbours without x.")
    private static let keywordLastAxis = Parameter(
        "dim", .integer, .integer(-1), keyword: true, "The axis, from the end if negative.")

    private static func integral(_ name: String, aliases: [String], cumulative: Bool, _ documentation: String)
        -> Function
    {
        Function(name, [y, x, dx, keywordLastAxis], aliases: aliases, documentation) { a throws(Failure) in
            try a.tensor("y").trapezoid(
                a.optionalTensor("x"), dx: a.real("dx"), a.integer("dim"), cumulative: cumulative)
        }
    }

    static let scans: [Function] = [
        cumulativeExtreme("cummax", isMaximum: true),
        cumulativeExtreme("cummin", isMaximum: false),
        Function(
            "logcumsumexp", [.input, .axis],
            "log(sum(exp(x))) of the elements up to each along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in try a.tensor("input").logCumulativeSumExp(a.integer("dim")) },
        Function(
            "diff",
            [
                .input, Parameter("n", .integer, .integer(1), "How often differences are taken; 0: the input."),
                .lastAxis,
                Parameter("prepend", .optional(.tensor), Value.none, "Elements in front of the input's."),
                Parameter("append", .optional(.tensor), Value.none, "Elements behind the input's."),
            ],
            """
            Each element less the one before it along an axis; of bool whether the two differ. The dtype stays.
            """
        ) { a throws(Failure) in
            try a.tensor("input").difference(
                a.integer("n"), a.integer("dim"), before: a.optionalTensor("prepend"),
                after: a.optionalTensor("append"))
        },
        integral(
            "trapezoid", aliases: ["trapz"], cumulative: false,
            "The integral along an axis by the trapezoidal rule. \(ofFloats)"),
        integral(
            "cumulative_trapezoid", aliases: [], cumulative: true,
            "The integral up to each element but the first by the trapezoidal rule. \(ofFloats)"),
        Function(
            "gradient",
            [
                .input,
                Parameter(
                    "spacing", .either([.real, .tuple(.real, count: nil)]), .integer(1), keyword: true,
                    "The distance of neighbours, or one for each axis."),
                Parameter(
                    "dim", .optional(.integers), Value.none, keyword: true, "One axis, several, or None for all."),
                Parameter("edge_order", .integer, .integer(1), keyword: true, "1 or 2: the order at both ends."),
                Parameter(
                    "coordinates", .tensors, .list([]), keyword: true,
                    "Instead of the spacing: where the elements are along each axis, vectors."),
            ],
            outputs: ["*outputs"],
            """
            The derivative along each axis, of second order (exact for parabolas) but at the ends, of the input's \
            shape. \(ofFloats)
            """
        ) { a throws(Failure) in
            let spacing = a.optionalReal("spacing").map { [$0] } ?? (a.value("spacing")?.list ?? []).map(\.asReal)
            return try a.tensor("input").gradient(
                a.optionalIntegers("dim"), spacing: spacing, coordinates: a.tensors("coordinates"),
                edgeOrder: a.integer("edge_order"))
        },
    ]
}
