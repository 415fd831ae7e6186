import Engine

/// What Keras' convolutions share: windows, an activation, and a kernel [window, ...] in Keras' layout, which is
/// permuted where it is used.
public class KerasConvolutionLayer: KerasLayer {
    let windows: KerasWindows
    let usesBias: Bool

    fileprivate init(_ arguments: Arguments, axes: Int) throws(Failure) {
        windows = try KerasWindows(arguments, axes: axes, kernel: "kernel_size")
        usesBias = try arguments.flag("use_bias")
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }
    var axes: Int { windows.axes }

    /// The input's channels.
    fileprivate func channels(_ shapes: [KerasShape]) throws(Failure) -> Int {
        let shape = try only(shapes)
        guard shape.count == axes + 1 else {
            throw .shape(
                operation: className,
                "\(axes + 2) axes with the batch are expected, but the input has \(shape.count + 1)")
        }
        return try known(shape, windows.channelsAxis - 1)
    }

    fileprivate func makeBias(_ count: Int) throws(Failure) {
        if usesBias { try make("bias", [count], "bias_initializer") }
    }

    /// A kernel [window, a, b] as [b, a, window].
    fileprivate func channelsFirst(_ kernel: Tensor) throws(Failure) -> Tensor {
        try kernel.permute([axes + 1, axes] + Array(0..<axes))
    }

    fileprivate func finished(_ y: Tensor) throws(Failure) -> Tensor { try activate(windows.restored(y)) }

    // MARK: Arguments

    fileprivate static let filters = Parameter("filters", .integer, "channels of the output")
    fileprivate static func kernelSize(_ axes: Int) -> Parameter {
        Parameter("kernel_size", .each(axes), "elements of a window along each axis")
    }
    fileprivate static func shapes(_ axes: Int) -> String {
        "[N, \(spatialNames(axes)), C] ([N, C, \(spatialNames(axes))] with channels_first)"
    }
    /// What stands behind the activation: initialisers, regularisers, constraints of the kernels `names`.
    fileprivate static func rest(_ names: [String]) -> [Parameter] {
        [.kerasActivation, .useBias] + names.map { .initializer($0, "glorot_uniform") } + [
            .initializer("bias", "zeros")
        ]
            + Parameter.penalties(names + ["bias", "activity"]) + Parameter.constraints(names + ["bias"])
    }
}

public final class KerasConvolution: KerasConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        Signature(
            "keras.Conv\(axes)D",
            parameters(
                [
                    filters, kernelSize(axes), .strides(axes, .integer(1)),
                    .padding(axes == 1 ? ["valid", "same", "causal"] : ["valid", "same"]), .dataFormat,
                    .dilationRate(axes),
                    Parameter("groups", .integer, .integer(1), "groups of channels, each with outputs of its own"),
                ] + rest(["kernel"])), inputs: [Input("inputs")],
            """
            The sum of each window's elements times the kernel, plus bias: \(shapes(axes)) -> the same with filters \
            for C.

            kernel [*kernel_size, C / groups, filters], bias [filters].
            """)
    }

    private let (filters, groups): (Int, Int)

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        (filters, groups) = (try arguments.counted("filters"), try arguments.counted("groups"))
        guard filters % groups == 0 else {
            throw .argument(
                operation: arguments.signature.name,
                "groups must divide filters, but they are \(groups) and \(filters)")
        }
        try super.init(arguments, axes: axes)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let channels = try channels(shapes)
        guard channels % groups == 0 else {
            throw .shape(
                operation: className,
                "groups must divide the channels of the input, but they are \(groups) and \(channels)")
        }
        try make("kernel", windows.kernel + [channels / groups, filters], "kernel_initializer")
        try makeBias(filters)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let x = try windows.channelsFirst(x, className)
        return try finished(
            Tensor.convolution(
                axes: axes, x, channelsFirst(made("kernel")), parameter("bias"), stride: windows.strides,
                sides: windows.sides(x.shape), dilation: windows.dilation, groups: groups))
    }
}

public final class KerasTransposedConvolution: KerasConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        let outputPadding = Parameter(
            "output_padding", .optional(.each(axes)), Value.none,
            "elements more at the output's end, below strides; None: as many as make the output the smallest of which "
                + "a convolution makes the input")
        let format = axes == 3 ? [Parameter.dataFormat, outputPadding] : [outputPadding, Parameter.dataFormat]
        return Signature(
            "keras.Conv\(axes)DTranspose",
            parameters(
                [filters, kernelSize(axes), .strides(axes, .integer(1)), .padding()] + format
                    + [.dilationRate(axes)] + rest(["kernel"])), inputs: [Input("inputs")],
            """
            The transpose of Conv\(axes)D: each element times the kernel, added up by windows, plus bias: \
            \(shapes(axes)) -> the same with filters for C, and extents times strides.

            kernel [*kernel_size, filters, C], bias [filters].
            """)
    }

    private let filters: Int
    private let outputPadding: [Int]?

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        filters = try arguments.counted("filters")
        outputPadding =
            arguments.value("output_padding") == Value.none
            ? nil : try arguments.perAxis("output_padding", axes, least: 0)
        let strides = try arguments.perAxis("strides", axes)
        if let outputPadding, zip(outputPadding, strides).contains(where: { $0 >= $1 }) {
            throw .argument(
                operation: arguments.signature.name,
                "output_padding is below strides, but they are \(Value.tuple(outputPadding).literal) and "
                    + "\(Value.tuple(strides).literal)")
        }
        try super.init(arguments, axes: axes)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        try make("kernel", windows.kernel + [filters, channels(shapes)], "kernel_initializer")
        try makeBias(filters)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let x = try windows.channelsFirst(x, className)
        return try finished(
            Tensor.transposedConvolution(
                axes: axes, x, channelsFirst(made("kernel")), parameter("bias"), stride: windows.strides,
                losing: (0..<axes).map { lost(x.shape[$0 + 2], $0) }, dilation: windows.dilation, groups: 1))
    }

    /// What the whole result loses along an axis: so that a convolution with the same padding of the result has the
    /// input's extent.
    private func lost(_ extent: Int, _ axis: Int) -> Tensor.Sides {
        let (stride, reach) = (windows.strides[axis], windows.reach(axis))
        let whole = (extent - 1) * stride + reach + 1
        let isSame = windows.padding == .same
        let result: Int
        if let more = outputPadding?[axis] {
            result = whole + more - (isSame ? 2 * ((reach + 1) / 2) : 0)
        } else {
            result = isSame ? extent * stride : extent * stride + max(reach + 1 - stride, 0)
        }
        let before = isSame ? max(whole - result, 0) / 2 : 0
        return (before, whole - result - before)
    }
}

public final class KerasDepthwiseConvolution: KerasConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        Signature(
            "keras.DepthwiseConv\(axes)D",
            parameters(
                [kernelSize(axes), .strides(axes, .integer(1)), .padding(), depthMultiplier, .dataFormat]
                    + [.dilationRate(axes), .kerasActivation, .useBias] + [.initializer("depthwise", "glorot_uniform")]
                    + [.initializer("bias", "zeros")] + Parameter.penalties(["depthwise", "bias", "activity"])
                    + Parameter.constraints(["depthwise", "bias"])), inputs: [Input("inputs")],
            """
            Each channel with windows of its own: \(shapes(axes)) -> the same with depth_multiplier C for C.

            kernel [*kernel_size, C, depth_multiplier], bias [depth_multiplier C].
            """)
    }
    fileprivate static let depthMultiplier = Parameter(
        "depth_multiplier", .integer, .integer(1), "outputs of each channel")

    private let multiplier: Int

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        multiplier = try arguments.counted("depth_multiplier")
        try super.init(arguments, axes: axes)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let channels = try channels(shapes)
        try make("kernel", windows.kernel + [channels, multiplier], "depthwise_initializer")
        try makeBias(channels * multiplier)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        try finished(
            windows.depthwise(windows.channelsFirst(x, className), made("kernel"), parameter("bias")))
    }
}

extension KerasWindows {
    /// [N, C, spatial] with a kernel [window, C, M] -> [N, C M, positions].
    fileprivate func depthwise(_ x: Tensor, _ kernel: Tensor, _ bias: Tensor?) throws(Failure) -> Tensor {
        let shape = kernel.shape
        guard shape.count == axes + 2, shape[axes] == x.shape[1] else {
            throw .shape(
                operation: "depthwise_conv\(axes)d",
                "a kernel \(shape) takes \(shape.count > axes ? shape[axes] : 0) channels, but the input has "
                    + "\(x.shape[1])")
        }
        let apart = try kernel.permute([axes, axes + 1] + Array(0..<axes))
        let weight = try apart.reshape([shape[axes] * shape[axes + 1], 1] + Array(shape[..<axes]))
        return try Tensor.convolution(
            axes: axes, x, weight, bias, stride: strides, sides: sides(x.shape), dilation: dilation, groups: x.shape[1])
    }
}

public final class KerasSeparableConvolution: KerasConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        Signature(
            "keras.SeparableConv\(axes)D",
            parameters(
                [
                    filters, kernelSize(axes), .strides(axes, .integer(1)),
                    .padding(axes == 1 ? ["valid", "same", "causal"] : ["valid", "same"]), .dataFormat,
                    .dilationRate(axes), KerasDepthwiseConvolution.depthMultiplier,
                ] + rest(["depthwise", "pointwise"])), inputs: [Input("inputs")],
            """
            Windows of each channel by itself, and a product over the channels behind them: \(shapes(axes)) -> the \
            same with filters for C.

            depthwise_kernel [*kernel_size, C, depth_multiplier], pointwise_kernel [1, ..., depth_multiplier C, \
            filters], bias [filters].
            """)
    }

    private let (filters, multiplier): (Int, Int)

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        (filters, multiplier) = (try arguments.counted("filters"), try arguments.counted("depth_multiplier"))
        try super.init(arguments, axes: axes)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let channels = try channels(shapes)
        let ones = [Int](repeating: 1, count: axes)
        try make("depthwise_kernel", windows.kernel + [channels, multiplier], "depthwise_initializer")
        try make("pointwise_kernel", ones + [channels * multiplier, filters], "pointwise_initializer")
        try makeBias(filters)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let apart = try windows.depthwise(windows.channelsFirst(x, className), made("depthwise_kernel"), nil)
        let ones = [Int](repeating: 1, count: axes)
        return try finished(
            Tensor.convolution(
                axes: axes, apart, channelsFirst(made("pointwise_kernel")), parameter("bias"), stride: ones,
                padding: .none, dilation: ones, groups: 1))
    }
}

enum KerasConvolutions {
    static let kinds: [Kind] =
        (1...3).map { Kind(KerasConvolution.self, axes: $0) }
        + (1...3).map { Kind(KerasTransposedConvolution.self, axes: $0) }
        + (1...2).map { Kind(KerasDepthwiseConvolution.self, axes: $0) }
        + (1...2).map { Kind(KerasSeparableConvolution.self, axes: $0) }
}
