/// Statistics: means, middles, spreads, and how many elements are where.
extension Functions {
    private static let optionalAxis = Parameter(
        "dim", .optional(.integer), Value.none, "The axis, from the end if negative; None for all elements.")
    private static let p = Parameter("p", .real, .integer(2), "The power of the norm.")
    private static let unbiased = Parameter(
        "unbiased", .optional(.flag), Value.none, "True: correction is 1; False: it is 0; None: it is as given.")
    private static let correction = Parameter(
        "correction", .optional(.real), .integer(1), keyword: true,
        "What the number of elements is lessened by; None: 1.")

    /// `median` and `nanmedian`.
    private static func median(_ name: String, ignoresNaN: Bool) -> Function {
        Function(
            name, [.input, optionalAxis, .keepsAxes], outputs: ["*outputs"],
            """
            The middle one of all elements in order, the lower of two; with `dim`, (values, indices) along that axis. \
            \(ignoresNaN ? "NaN is left out" : "NaN if there is one"). Equal elements share the derivative of the \
            first form. The dtype stays; indices are int64.
            """
        ) { a throws(Failure) in
            guard let axis = a.optionalInteger("dim") else {
                let value = try a.tensor("input").median(ignoresNaN: ignoresNaN)
                let rank = try a.flag("keepdim") ? a.tensor("input").shape.count : 0
                return [try value.reshape([Int](repeating: 1, count: rank))]
            }
            let found = try a.tensor("input").median(axis, keepdims: a.flag("keepdim"), ignoresNaN: ignoresNaN)
            return [found.values, found.indices]
        }
    }

    /// `quantile` and `nanquantile`.
    private static func quantile(_ name: String, ignoresNaN: Bool) -> Function {
        let ways = Tensor.Interpolation.allCases.map(\.rawValue)
        return Function(
            name,
            [
                .input, Parameter("q", .operand, "Shares from 0 to 1: a number, or a vector."), optionalAxis,
                .keepsAxes,
                Parameter(
                    "interpolation", .choice(ways), .text("linear"), keyword: true,
                    "What counts between two elements."),
            ],
            """
            The value below which the share q of the elements lies, along an axis or of all; for a vector q one each, \
            along a new first axis. \(ignoresNaN ? "NaN is left out" : "NaN if there is one"). Floats, whose dtype \
            stays.
            """
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            let q = try a.operand("q")
            if case .number(let share) = q, !(0...1).contains(share.asReal) {
                throw .argument(operation: name, "q from 0 to 1 is expected, but found \(share.literal)")
            }
            guard let way = try Tensor.Interpolation(rawValue: a.text("interpolation")) else {
                throw .internal(operation: name, "there is no such interpolation")
            }
            let dtype = input.dtype.isFloat ? input.dtype : .standard
            let shares: Tensor
            switch q {
            case .tensor(let tensor): shares = tensor
            case .number(let number): shares = try .full([], number.asReal, dtype)
            }
            return try input.quantile(
                shares, a.optionalInteger("dim"), keepdims: a.flag("keepdim"), way, ignoresNaN: ignoresNaN)
        }
    }

    /// `var_mean` and `std_mean`.
    private static func spreadAndMean(
        _ name: String, _ spread: @escaping (Tensor, [Int]?, Double, Bool) throws(Failure) -> Tensor
    ) -> Function {
        let first = String(name.prefix(3))
        return Function(
            name, [.input, .axes, unbiased, .keepsAxes, correction], outputs: [first, "mean"],
            "(\(first), mean) over the axes `dim`, as those functions give them. Floats, whose dtype stays."
        ) { a throws(Failure) in
            var correction = a.optionalReal("correction") ?? 1
            if let isUnbiased = a.value("unbiased")?.flag { correction = isUnbiased ? 1 : 0 }
            let (input, keepdims) = (try a.tensor("input"), try a.flag("keepdim"))
            return [
                try spread(input, a.axes(), correction, keepdims), try input.mean(a.axes(), keepdims: keepdims),
            ]
        }
    }

    static let statistics: [Function] = [
        Function(
            "nansum", [.input, .axes, .keepsAxes, .keywordComputedIn],
            "Sum over the axes `dim` with NaN as 0. Bool and integers give int64; floats keep their dtype."
        ) { a throws(Failure) in try a.inputInDType().sumWithoutNaN(a.axes(), keepdims: a.flag("keepdim")) },
        Function(
            "nanmean", [.input, .axes, .keepsAxes, .keywordComputedIn],
            "Mean over the axes `dim` of what is not NaN. Floats, whose dtype stays."
        ) { a throws(Failure) in try a.inputInDType().meanWithoutNaN(a.axes(), keepdims: a.flag("keepdim")) },
        spreadAndMean("var_mean") { x, axes, correction, keepdims throws(Failure) in
            try x.variance(axes, correction: correction, keepdims: keepdims)
        },
        spreadAndMean("std_mean") { x, axes, correction, keepdims throws(Failure) in
            try x.standardDeviation(axes, correction: correction, keepdims: keepdims)
        },
        Function(
            "aminmax",
            [
                .input,
                Parameter("dim", .optional(.integer), Value.none, keyword: true, "The axis; None for all."),
                Parameter("keepdim", .flag, .flag(false), keyword: true, "Whether the axis stays, with extent 1."),
            ],
            outputs: ["min", "max"],
            "(min, max) along an axis or of all elements; equal ones share the gradient. The dtype stays."
        ) { a throws(Failure) in
            let (input, axes) = (try a.tensor("input"), a.optionalInteger("dim").map { [$0] })
            let keepdims = try a.flag("keepdim")
            return [
                try input.reduce(.minimum, axes, keepdims: keepdims),
                try input.reduce(.maximum, axes, keepdims: keepdims),
            ]
        },
        Function("count_nonzero", [.input, .axes], "How many elements over the axes `dim` are not 0, int64.") {
            a throws(Failure) in
            try a.tensor("input").countNonzero(a.axes())
        },
        median("median", ignoresNaN: false),
        median("nanmedian", ignoresNaN: true),
        quantile("quantile", ignoresNaN: false),
        quantile("nanquantile", ignoresNaN: true),
        Function(
            "kthvalue",
            [
                .input, Parameter("k", .integer, "Which: 1 for the smallest."), .lastAxis, .keepsAxes,
            ],
            outputs: ["values", "indices"],
            "(values, indices) of the k-th smallest element along an axis; NaN counts as the largest."
        ) { a throws(Failure) in
            let found = try a.tensor("input").kthValue(a.integer("k"), a.integer("dim"), keepdims: a.flag("keepdim"))
            return [found.values, found.indices]
        },
        Function(
            "mode", [.input, .lastAxis, .keepsAxes], outputs: ["values", "indices"],
            """
            (values, indices) of the element that occurs most often along an axis: the smallest of several, and the \
            place of its last occurrence.
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").mode(a.integer("dim"), keepdims: a.flag("keepdim"))
            return [found.values, found.indices]
        },
        Function(
            "cov",
            [
                .input,
                Parameter(
                    "correction", .integer, .integer(1), keyword: true,
                    "What the number of observations is lessened by."),
                Parameter(
                    "fweights", .optional(.tensor), Value.none, keyword: true,
                    "How often each observation occurs, integers."),
                Parameter(
                    "aweights", .optional(.tensor), Value.none, keyword: true,
                    "How much each observation weighs, floats."),
            ],
            "Covariances [n, n] of n variables with m observations, [n, m]; of one, [m], its variance. \(ofFloats)"
        ) { a throws(Failure) in
            try a.tensor("input").covariance(
                correction: Double(a.integer("correction")), counts: a.optionalTensor("fweights"),
                weights: a.optionalTensor("aweights"))
        },
        Function(
            "corrcoef", [.input],
            "Correlations [n, n] of n variables with m observations, [n, m]; of one, [m], 1. \(ofFloats)"
        ) { a throws(Failure) in try a.tensor("input").correlation() },
        Function(
            "dist", [.input, Parameter("other", .tensor, "A tensor that broadcasts with the input."), p],
            "The p-norm of input - other. The derivative where it is 0 is 0. \(ofFloats)"
        ) { a throws(Failure) in try a.tensor("input").distance(a.tensor("other"), a.real("p")) },
        Function(
            "renorm",
            [
                .input, Parameter("p", .real, "The power of the norm, above 0."), .axis,
                Parameter("maxnorm", .real, "The largest norm that stays as it is."),
            ],
            "With the slices along an axis whose p-norm is above maxnorm brought down to it. Floats, whose dtype stays."
        ) { a throws(Failure) in
            try a.tensor("input").renormalized(a.real("p"), a.integer("dim"), a.real("maxnorm"))
        },
        Function(
            "histc",
            [
                .input, Parameter("bins", .integer, .integer(100), "How many parts."),
                Parameter("min", .real, .integer(0), "Where the first starts."),
                Parameter("max", .real, .integer(0), "Where the last ends."),
            ],
            """
            How many elements are in each of `bins` parts of equal width from min to max; where those are equal, from \
            the smallest element to the largest. Elements outside and NaN count nowhere. Floats, whose dtype stays.
            """
        ) { a throws(Failure) in
            try a.tensor("input").histogram(a.integer("bins"), a.real("min"), a.real("max"))
        },
        Function(
            "histogram",
            [
                .input, Parameter("bins", .either([.integer, .tensor]), "How many parts, or their edges, a vector."),
                Parameter(
                    "range", .optional(.tuple(.real, count: 2)), Value.none, keyword: true,
                    "The first and the last edge; None: the smallest and the largest element."),
                Parameter(
                    "weight", .optional(.tensor), Value.none, keyword: true,
                    "What each element counts, as many as the input has."),
                Parameter(
                    "density", .flag, .flag(false), keyword: true, "Densities, whose integral is 1, instead of sums."),
            ],
            outputs: ["hist", "bin_edges"],
            "(hist, bin_edges): how many elements are in each part, as histc, and where the parts end. Floats."
        ) { a throws(Failure) in
            let (input, weights) = (try a.tensor("input"), a.optionalTensor("weight"))
            let (bounds, density) = (a.value("range")?.list.map { $0.map(\.asReal) }, try a.flag("density"))
            if let edges = a.optionalTensor("bins") {
                guard bounds == nil else {
                    throw .argument(operation: "histogram", "a range is expected beside a number of bins alone")
                }
                return [
                    try input.histogram(edges: edges, weights: weights, density: density),
                    try edges.cast(input.dtype),
                ]
            }
            let found = try input.histogram(
                a.integer("bins"), range: bounds.map { (low: $0[0], high: $0[1]) }, weights: weights, density: density)
            return [found.counts, found.edges]
        },
        Function(
            "bincount",
            [
                .input, Parameter("weights", .optional(.tensor), Value.none, "What each place counts; None: 1."),
                Parameter("minlength", .integer, .integer(0), "How many results there are at least."),
            ],
            """
            How often each whole number from 0 to the largest occurs in a vector of integers, int64; or the sums of \
            the weights of its places, floats. Computes the largest at once.
            """
        ) { a throws(Failure) in
            try a.tensor("input").bincount(a.optionalTensor("weights"), least: a.integer("minlength"))
        },
    ]
}
