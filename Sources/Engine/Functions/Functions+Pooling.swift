/// Pools over windows of one to three axes, and windows as columns.
extension Functions {
    private static let spatialNames = ["L", "H, W", "D, H, W"]
    private static let kernel = Parameter("kernel_size", .integers, "Elements of a window along each axis.")
    private static let stride = Parameter(
        "stride", .optional(.integers), Value.none, "From one window to the next; None: a window's extents.")
    private static let padding = Parameter("padding", .integers, .integer(0), "Elements around the input.")
    private static let dilation = Parameter(
        "dilation", .integers, .integer(1), "From one element of a window to the next.")
    private static let isCeiled = Parameter(
        "ceil_mode", .flag, .flag(false), "Whether a window that begins inside, and reaches over the end, counts.")
    private static let returnsIndices = Parameter(
        "return_indices", .flag, .flag(false), "Whether to give the places of the elements in their planes too, int64.")
    private static let size = Parameter(
        "output_size", .either([.integer, .tuple(.optional(.integer), count: nil)]),
        "Positions along each axis; None for as many as elements.")

    private static func input(_ count: Int) -> Parameter {
        let names = spatialNames[count - 1]
        return Parameter("input", .tensor, "[N, C, \(names)] or [C, \(names)].")
    }

    private static func maxPool(_ count: Int) -> Function {
        Function(
            "max_pool\(count)d", [input(count), kernel, stride, padding, dilation, isCeiled, returnsIndices],
            outputs: ["*outputs"],
            "The largest element of each window: of equal ones the first, and NaN where there is one."
        ) { a throws(Failure) in
            let found = try a.tensor("input").maxPool(a.windows(count, padding: true, dilation: true))
            return try a.flag("return_indices") ? [found.values, found.indices] : [found.values]
        }
    }

    private static func averagePool(_ count: Int) -> Function {
        let divisor = Parameter(
            "divisor_override", .optional(.integer), Value.none, "What to divide sums by; None for the elements.")
        return Function(
            "avg_pool\(count)d",
            [
                input(count), kernel, stride, padding, isCeiled,
                Parameter("count_include_pad", .flag, .flag(true), "Whether the zeros around the input are elements."),
            ] + (count > 1 ? [divisor] : []),
            "The mean of each window. Floats."
        ) { a throws(Failure) in
            try a.tensor("input").averagePool(
                a.windows(count, padding: true), includesPadding: a.flag("count_include_pad"),
                divisor: a.optionalInteger("divisor_override"))
        }
    }

    private static func adaptiveAveragePool(_ count: Int) -> Function {
        Function(
            "adaptive_avg_pool\(count)d", [input(count), size],
            "The means of windows that share the input out evenly to a number of positions. Floats."
        ) { a throws(Failure) in try a.tensor("input").adaptiveAveragePool(axes: count, size: a.sizes()) }
    }

    private static func adaptiveMaxPool(_ count: Int) -> Function {
        Function(
            "adaptive_max_pool\(count)d", [input(count), size, returnsIndices], outputs: ["*outputs"],
            "The largest elements of windows that share the input out evenly to a number of positions."
        ) { a throws(Failure) in
            let found = try a.tensor("input").adaptiveMaxPool(axes: count, size: a.sizes())
            return try a.flag("return_indices") ? [found.values, found.indices] : [found.values]
        }
    }

    private static func maxUnpool(_ count: Int) -> Function {
        Function(
            "max_unpool\(count)d",
            [
                input(count), Parameter("indices", .tensor, "Places in planes of the result, as max_pool gives them."),
                kernel, stride, padding,
                Parameter(
                    "output_size", .optional(.integers), Value.none,
                    "The result's extents; None for the smallest that the windows fill."),
            ],
            "Zeros with the elements where max_pool\(count)d has found them."
        ) { a throws(Failure) in
            try a.tensor("input").maxUnpool(
                a.windows(count, padding: true), a.tensor("indices"), size: a.optionalIntegers("output_size"))
        }
    }

    private static func powerAveragePool(_ count: Int) -> Function {
        Function(
            "lp_pool\(count)d",
            [input(count), Parameter("norm_type", .real, "The power p."), kernel, stride, isCeiled],
            "(sum x^p)^(1/p) of each window; one that reaches over the end counts as if it were whole. Floats."
        ) { a throws(Failure) in
            try a.tensor("input").powerAveragePool(a.windows(count), a.real("norm_type"))
        }
    }

    static let pools: [Function] =
        (1...3).flatMap {
            [
                maxPool($0), averagePool($0), adaptiveAveragePool($0), adaptiveMaxPool($0), maxUnpool($0),
                powerAveragePool($0),
            ]
        } + [
            Function(
                "unfold", [input(2), kernel, dilation, padding, step],
                "The elements of each window as a column: [N, C, H, W] -> [N, C window, positions]."
            ) { a throws(Failure) in
                try a.tensor("input").unfoldedWindows(
                    kernel: a.integers("kernel_size"), dilation: a.integers("dilation"),
                    padding: a.integers("padding"), stride: a.integers("stride"))
            },
            Function(
                "fold",
                [
                    Parameter("input", .tensor, "[N, C window, positions] or [C window, positions]."),
                    Parameter("output_size", .integers, "[H, W]."), kernel, dilation, padding, step,
                ],
                """
                The sums of the columns' elements where unfold takes them from: [N, C window, positions] -> \
                [N, C, H, W].
                """
            ) { a throws(Failure) in
                try a.tensor("input").foldedWindows(
                    size: a.integers("output_size"), kernel: a.integers("kernel_size"),
                    dilation: a.integers("dilation"), padding: a.integers("padding"), stride: a.integers("stride"))
            },
        ]

    private static let step = Parameter("stride", .integers, .integer(1), "From one window to the next.")
}

extension Arguments {
    fileprivate func windows(_ count: Int, padding: Bool = false, dilation: Bool = false) throws(Failure) -> PoolWindows
    {
        try PoolWindows(
            signature.name, axes: count, kernel: integers("kernel_size"), stride: optionalIntegers("stride"),
            padding: padding ? integers("padding") : [0], dilation: dilation ? integers("dilation") : [1],
            isCeiled: signature.place(of: "ceil_mode") != nil ? flag("ceil_mode") : false)
    }

    /// One number or several, each of which may be None.
    fileprivate func sizes() -> [Int?] {
        guard let value = value("output_size") else { return [] }
        if let one = value.integer { return [Int(one)] }
        return (value.list ?? []).map { $0.integer.map { Int($0) } }
    }
}
