/// Reductions, cumulative operations, and what orders elements.
extension Functions {
    private static let along = "over the axes `dim` (one, several, or None for all); they stay with extent 1 if keepdim"

    private static func reduction(_ name: String, _ operation: Tensor.Reduce, _ formula: String, _ dtypes: String)
        -> Function
    {
        Function(name, [.input, .axes, .keepsAxes], "\(formula) \(along). \(dtypes)") { a throws(Failure) in
            try a.tensor("input").reduce(operation, a.axes(), keepdims: a.flag("keepdim"))
        }
    }

    private static func total(_ name: String, _ operation: Tensor.Reduce, _ formula: String, _ dtypes: String)
        -> Function
    {
        Function(name, [.input, .axes, .keepsAxes, .keywordComputedIn], "\(formula) \(along). \(dtypes)") {
            a throws(Failure) in
            try a.inputInDType().reduce(operation, a.axes(), keepdims: a.flag("keepdim"))
        }
    }

    /// `max` and `min`: of all elements, along an axis, or of two tensors.
    private static func extreme(_ name: String, isMaximum: Bool) -> Function {
        let which = isMaximum ? "Maximum" : "Minimum"
        let dim = Parameter(
            "dim", .optional(.either([.integer, .tensor])), Value.none, "The axis; None for all; or a second tensor.")
        return Function(
            name, [.input, dim, .keepsAxes], outputs: ["*outputs"],
            """
            \(which) of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the \
            element that was picked, the first of equal ones; with a second tensor, \(name)imum(input, other). The \
            dtype stays; indices are int64.
            """
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            if let other = a.optionalTensor("dim") {
                return [try .apply(isMaximum ? .maximum : .minimum, input, other)]
            }
            let keepdims = try a.flag("keepdim")
            guard let axis = a.optionalInteger("dim") else {
                return [try input.reduce(isMaximum ? .maximum : .minimum, nil, keepdims: keepdims)]
            }
            let found = try input.extreme(axis, keepdims: keepdims, isMaximum: isMaximum)
            return [found.values, found.indices]
        }
    }

    /// `var` and `std`.
    private static func spread(
        _ name: String, _ documentation: String,
        _ function: @escaping (Tensor, [Int]?, Double, Bool) throws(Failure) -> Tensor
    ) -> Function {
        let unbiased = Parameter(
            "unbiased", .optional(.flag), Value.none, "True: correction is 1; False: it is 0; None: it is as given.")
        let correction = Parameter(
            "correction", .optional(.real), .integer(1), keyword: true,
            "What the number of elements is lessened by (NumPy's ddof, which is 0 there); None: 1.")
        return Function(name, [.input, .axes, unbiased, .keepsAxes, correction], documentation) { a throws(Failure) in
            var correction = a.optionalReal("correction") ?? 1
            if let isUnbiased = a.value("unbiased")?.flag { correction = isUnbiased ? 1 : 0 }
            return try function(a.tensor("input"), a.axes(), correction, a.flag("keepdim"))
        }
    }

    private static let toInt64 = "Bool and integers give int64; floats keep their dtype."

    static let reductions: [Function] = [
        total("sum", .sum, "Sum", toInt64),
        total("mean", .mean, "Mean", "Floats, whose dtype stays."),
        total("prod", .product, "Product, with exact derivatives where elements are 0,", toInt64),
        reduction("amax", .maximum, "Maximum; equal maxima share the gradient;", "The dtype stays."),
        reduction("amin", .minimum, "Minimum; equal minima share the gradient;", "The dtype stays."),
        extreme("max", isMaximum: true),
        extreme("min", isMaximum: false),
        reduction(
            "argmax", .argMaximum, "Index of the first maximum; of the flattened tensor for all axes;",
            "The result is int64."),
        reduction(
            "argmin", .argMinimum, "Index of the first minimum; of the flattened tensor for all axes;",
            "The result is int64."),
        reduction("logsumexp", .logSumExp, "log(sum(exp(x))), without overflow,", ofFloats),
        reduction("all", .all, "Whether no element is 0", ofBool),
        reduction("any", .any, "Whether any element is not 0", ofBool),
        spread(
            "var",
            """
            Variance \(along): the sum of squared distances from the mean is divided by the number of elements less \
            `correction`. Floats, whose dtype stays.
            """
        ) { x, axes, correction, keepdims throws(Failure) in
            try x.variance(axes, correction: correction, keepdims: keepdims)
        },
        spread(
            "std",
            """
            Standard deviation \(along): the square root of var. The derivative where it is 0 is 0. Floats, whose \
            dtype stays.
            """
        ) {
            x, axes, correction, keepdims throws(Failure) in
            try x.standardDeviation(axes, correction: correction, keepdims: keepdims)
        },
        Function(
            "norm",
            [
                .input,
                Parameter(
                    "p", .either([.real, .choice(["fro", "nuc"])]), .text("fro"),
                    "The power; 'fro' is 2, 'nuc' the sum of a matrix' singular values."), .axes, .keepsAxes,
                .keywordComputedIn,
            ],
            """
            (sum |x|^p)^(1/p) \(along). p 0 counts what is not 0, inf and -inf give the largest and smallest |x|. \
            \(ofFloats)
            """
        ) { a throws(Failure) in
            let (input, axes, keepdims) = (try a.inputInDType(), a.axes(), try a.flag("keepdim"))
            guard a.optionalText("p") == "nuc" else {
                return try input.norm(a.optionalReal("p") ?? 2, axes, keepdims: keepdims)
            }
            return try input.matrixNorm(.nuclear, axes ?? Array(input.shape.indices), keepdims: keepdims)
        },
    ]

    private static let stable = Parameter("stable", .flag, .flag(true), "Sorting always is.")

    static let ordering: [Function] = [
        Function("cumsum", [.input, .axis, .computedIn], "Sums of the elements up to each along an axis. \(toInt64)") {
            a throws(Failure) in
            try a.inputInDType().cumulativeSum(a.integer("dim"))
        },
        Function(
            "cumprod", [.input, .axis, .computedIn],
            "Products of the elements up to each along an axis, with exact derivatives where elements are 0. \(toInt64)"
        ) { a throws(Failure) in try a.inputInDType().cumulativeProduct(a.integer("dim")) },
        Function(
            "sort", [.input, .lastAxis, Parameter("descending", .flag, .flag(false), "The largest first."), stable],
            outputs: ["values", "indices"],
            """
            (values, indices) in ascending or descending order along an axis. Equal elements keep their order; NaN \
            counts as the largest. Indices are int64.
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").sorted(a.integer("dim"), descending: a.flag("descending"))
            return [found.values, found.indices]
        },
        Function(
            "argsort", [.input, .lastAxis, Parameter("descending", .flag, .flag(false), "The largest first."), stable],
            "The indices of sort, int64."
        ) { a throws(Failure) in
            try a.tensor("input").sorted(a.integer("dim"), descending: a.flag("descending")).indices
        },
        Function(
            "topk",
            [
                .input, Parameter("k", .integer, "How many elements, at most the extent of the axis."), .lastAxis,
                Parameter("largest", .flag, .flag(true), "The largest, or the smallest."),
                Parameter("sorted", .flag, .flag(true), "They always are."),
            ],
            outputs: ["values", "indices"],
            "(values, indices) of the k largest (or smallest) elements along an axis, in order. Indices are int64."
        ) { a throws(Failure) in
            let found = try a.tensor("input").top(a.integer("k"), a.integer("dim"), largest: a.flag("largest"))
            return [found.values, found.indices]
        },
        Function(
            "unique",
            [
                .input, Parameter("sorted", .flag, .flag(true), "They always are."),
                Parameter(
                    "return_inverse", .flag, .flag(false),
                    "Whether to give the place of each element among the distinct ones, int64."),
                Parameter("return_counts", .flag, .flag(false), "Whether to give how often each occurs, int64."),
                Parameter(
                    "dim", .optional(.integer), Value.none, "The axis whose slices are compared; None for elements."),
            ],
            outputs: ["*outputs"],
            """
            The distinct elements in ascending order, 1-D, or the distinct slices along an axis, in the order of \
            their first elements, of equal ones of their second, and so on. Computed at once. NaN differs from NaN. \
            Derivatives go to the first of equal elements.
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").unique(a.optionalInteger("dim"))
            var results = [found.values]
            if try a.flag("return_inverse") { results.append(found.inverse) }
            if try a.flag("return_counts") { results.append(found.counts) }
            return results
        },
    ]
}
