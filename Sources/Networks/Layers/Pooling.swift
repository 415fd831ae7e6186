import Engine

/// Pools over windows of one to three axes, and windows as columns.
enum Pools {
    private static let kernel = "elements of a window along each axis"
    private static let step = "from one window to the next; None: a window's extents"
    private static let around = "elements around the input, which never are the largest"
    private static let isCeiled = Parameter(
        "ceil_mode", .flag, .flag(false), "whether a window that begins inside, and reaches over the end, counts")
    private static let returnsIndices = Parameter(
        "return_indices", .flag, .flag(false), "whether to give the places of the elements in their planes too, int64")
    private static let size = Parameter(
        "output_size", .optional(.either([.integer, .tuple(.optional(.integer), count: nil)])),
        "positions along each axis; None for as many as elements")

    private static func shapes(_ axes: Int) -> String {
        let names = spatialNames(axes)
        return "[N, C, \(names)] or [C, \(names)]"
    }

    private static func max(_ axes: Int) -> Kind {
        Kind(
            Signature(
                "MaxPool\(axes)d",
                [
                    Parameter("kernel_size", .integers, kernel),
                    Parameter("stride", .optional(.integers), Value.none, step),
                    Parameter("padding", .integers, .integer(0), around),
                    Parameter("dilation", .integers, .integer(1), "from one element of a window to the next"),
                    returnsIndices, isCeiled,
                ],
                "The largest element of each window of \(shapes(axes)): of equal ones the first, and NaN where one is."
            )
        ) { (arguments) throws(Failure) in
            try Pool(
                arguments, calls: "max_pool\(axes)d",
                shown: ["kernel_size=", "stride=", "padding=", "dilation=", "ceil_mode="])
        }
    }

    private static func average(_ axes: Int) -> Kind {
        let numbers: ArgumentType = axes == 1 ? .each(1) : .integers
        return Kind(
            Signature(
                "AvgPool\(axes)d",
                [
                    Parameter("kernel_size", numbers, kernel),
                    Parameter("stride", .optional(numbers), Value.none, step),
                    Parameter("padding", numbers, .integer(0), "zeros around the input"), isCeiled,
                    Parameter(
                        "count_include_pad", .flag, .flag(true), "whether the zeros around the input are elements"),
                ]
                    + (axes == 1
                        ? []
                        : [
                            Parameter(
                                "divisor_override", .optional(.integer), Value.none,
                                "what to divide sums by; None for the elements")
                        ]),
                "The mean of each window of \(shapes(axes)).")
        ) { (arguments) throws(Failure) in
            try Pool(arguments, calls: "avg_pool\(axes)d", shown: ["kernel_size=", "stride=", "padding="])
        }
    }

    private static func power(_ axes: Int) -> Kind {
        Kind(
            Signature(
                "LPPool\(axes)d",
                [
                    Parameter("norm_type", .number, "the power p"), Parameter("kernel_size", .integers, kernel),
                    Parameter("stride", .optional(.integers), Value.none, step), isCeiled,
                ],
                "(sum x^p)^(1/p) of each window of \(shapes(axes))."), calls: "lp_pool\(axes)d")
    }

    private static func adaptive(
        _ name: String, _ function: String, _ parameters: [Parameter], _ axes: Int, _ documentation: String
    ) -> Kind {
        Kind(
            Signature(
                "\(name)\(axes)d", parameters,
                "\(documentation) of windows that share \(shapes(axes)) out evenly to a number of positions.")
        ) { (arguments) throws(Failure) in
            let isWhole = arguments.value("output_size") == Value.none
            return try TableLayer(
                arguments, calls: "\(function)\(axes)d",
                fixed: isWhole ? ["output_size": .list(Array(repeating: .none, count: axes))] : [:],
                shown: ["output_size="])
        }
    }

    private static func adaptiveAverage(_ axes: Int) -> Kind {
        adaptive("AdaptiveAvgPool", "adaptive_avg_pool", [size], axes, "The means")
    }

    private static func adaptiveMax(_ axes: Int) -> Kind {
        adaptive("AdaptiveMaxPool", "adaptive_max_pool", [size, returnsIndices], axes, "The largest elements")
    }

    private static func unpool(_ axes: Int) -> Kind {
        Kind(
            Signature(
                "MaxUnpool\(axes)d",
                [
                    Parameter("kernel_size", .each(axes), kernel),
                    Parameter("stride", .optional(.each(axes)), Value.none, step),
                    Parameter("padding", .each(axes), .integer(0), "elements around the pool's input"),
                ], inputs: [Input("input"), Input("indices")],
                options: [
                    Parameter(
                        "output_size", .optional(.integers), Value.none,
                        "the output's extents; None for the smallest that the windows fill")
                ],
                "Zeros with the elements of \(shapes(axes)) where MaxPool\(axes)d has found them, by its indices.")
        ) { (arguments) throws(Failure) in
            try Pool(arguments, calls: "max_unpool\(axes)d", shown: ["kernel_size=", "stride=", "padding="])
        }
    }

    static let kinds: [Kind] =
        [max, average, power, adaptiveAverage, adaptiveMax, unpool].flatMap { make in (1...3).map(make) } + [
            Kind(
                Signature(
                    "Unfold",
                    [
                        Parameter("kernel_size", .integers, kernel),
                        Parameter("dilation", .integers, .integer(1), "from one element of a window to the next"),
                        Parameter("padding", .integers, .integer(0), "zeros around the input"),
                        Parameter("stride", .integers, .integer(1), "from one window to the next"),
                    ],
                    "The elements of each window as a column: [N, C, H, W] -> [N, C window, positions]."),
                calls: "unfold"),
            Kind(
                Signature(
                    "Fold",
                    [
                        Parameter("output_size", .integers, "the output's extents, [H, W]"),
                        Parameter("kernel_size", .integers, kernel),
                        Parameter("dilation", .integers, .integer(1), "from one element of a window to the next"),
                        Parameter("padding", .integers, .integer(0), "zeros around the output"),
                        Parameter("stride", .integers, .integer(1), "from one window to the next"),
                    ],
                    """
                    The sums of the columns' elements where Unfold takes them from: [N, C window, positions] -> \
                    [N, C, H, W].
                    """), calls: "fold"),
        ]
}

/// A pool whose stride is its window where none is given, which `description` shows.
final class Pool: TableLayer {
    private let names: [String]

    init(_ arguments: Arguments, calls function: String, shown names: [String]) throws(Failure) {
        self.names = names
        try super.init(arguments, calls: function)
    }

    override var summary: String {
        names.map { name in
            guard name == "stride=", constructorValue("stride") == Value.none else { return numbers(name) }
            return "stride=" + numbers("kernel_size=").dropFirst("kernel_size=".count)
        }.joined(separator: ", ")
    }

    /// As a tuple where the type has one for each axis.
    private func numbers(_ name: String) -> String {
        let parameter = constructor?.parameters.first { "\($0.name)=" == name }
        guard let count = parameter?.type.count, let one = parameter.flatMap({ constructorValue($0.name) })?.integer
        else { return shown([name]) }
        return name + Value.tuple(Array(repeating: Int(one), count: count)).literal
    }
}
