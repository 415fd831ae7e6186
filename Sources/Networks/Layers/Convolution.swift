import Engine

/// A layer whose kinds differ in the number of spatial axes: Conv1d, Conv2d, Conv3d.
public protocol RegisteredByAxes: Module {
    static func signature(_ axes: Int) -> Signature
    init(_ arguments: Arguments, axes: Int) throws(Failure)
}

extension Kind {
    init<Made: RegisteredByAxes>(_ type: Made.Type, axes: Int) {
        self.init(Made.signature(axes)) { (arguments) throws(Failure) in try Made(arguments, axes: axes) }
    }
}

/// What stands for the spatial axes in shapes: "L", "H, W", "D, H, W".
func spatialNames(_ axes: Int) -> String { ["L", "H, W", "D, H, W"][axes - 1] }

/// Weight and bias of a convolution, and how its windows lie.
public class ConvolutionLayer: Module {
    let axes: Int
    let (kernel, stride, dilation): ([Int], [Int], [Int])
    let groups: Int

    fileprivate static let stride = "from one window to the next"
    fileprivate static let dilation = "from one element of a window to the next"

    /// `fan` is what each output is a sum of.
    fileprivate init(_ arguments: Arguments, axes: Int, isTransposed: Bool) throws(Failure) {
        self.axes = axes
        let (inputs, outputs) = (try arguments.positive("in_channels"), try arguments.positive("out_channels"))
        groups = try arguments.positive("groups")
        guard inputs % groups == 0, outputs % groups == 0 else {
            throw .argument(
                operation: arguments.signature.name,
                "groups must divide in_channels and out_channels, but are \(groups) for \(inputs) and \(outputs)")
        }
        kernel = try arguments.perAxis("kernel_size", axes)
        stride = try arguments.perAxis("stride", axes)
        dilation = try arguments.perAxis("dilation", axes)
        let dtype = try arguments.floats()
        super.init(arguments)
        let shape = (isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]) + kernel
        try Tensor.checkType(shape, dtype)
        let bound = 1 / shape.dropFirst().reduce(1.0) { $0 * Double($1) }.squareRoot()
        let generator = try Generator.standard()
        try setParameter("weight", generator.draw(.uniform, dtype, shape, -bound, bound))
        if try arguments.flag("bias") {
            try setParameter("bias", generator.draw(.uniform, dtype, [outputs], -bound, bound))
        }
    }

    /// A bias that was taken away or added counts.
    public override var arguments: Arguments? {
        try? super.arguments?.replacing("bias", .flag(parameter("bias") != nil))
    }

    func weight() throws(Failure) -> Tensor {
        guard let weight = parameter("weight") else {
            throw .state(operation: className, "its weight has been removed")
        }
        return weight
    }

    public override var summary: String {
        guard let arguments else { return "" }
        func numbers(_ name: String) -> String? {
            guard let value = arguments.value(name) else { return nil }
            if let text = value.text { return text }
            return value.integer.map { Value.list(Array(repeating: .integer($0), count: axes)).literal }
                ?? value.literal
        }
        var words = [shown(["in_channels", "out_channels"])]
        for (name, usual) in [
            ("kernel_size", nil), ("stride", nil), ("padding", 0), ("dilation", 1), ("output_padding", 0),
        ] as [(String, Int?)] {
            guard let text = numbers(name) else { continue }
            let isUsual = usual.map { Value.tuple(Array(repeating: $0, count: axes)).literal == text } ?? false
            if !isUsual { words.append("\(name)=\(text)") }
        }
        if groups != 1 { words.append("groups=\(groups)") }
        if parameter("bias") == nil { words.append("bias=False") }
        if let mode = arguments.value("padding_mode")?.text, mode != "zeros" { words.append("padding_mode=\(mode)") }
        return words.joined(separator: ", ")
    }
}

public final class Convolution: ConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        let names = spatialNames(axes)
        return Signature(
            "Conv\(axes)d",
            [
                Parameter("in_channels", .integer, "channels of the input"),
                Parameter("out_channels", .integer, "channels of the output"),
                Parameter("kernel_size", .each(axes), "elements of a window along each axis"),
                Parameter("stride", .each(axes), .integer(1), stride),
                Parameter(
                    "padding", .either([.each(axes), .choice(["valid", "same"])]), .integer(0),
                    "elements around the input on both sides; 'valid' for none, 'same' for as many positions as "
                        + "elements"),
                Parameter("dilation", .each(axes), .integer(1), dilation),
                Parameter("groups", .integer, .integer(1), "groups of channels, each with outputs of its own"),
                .bias,
                Parameter(
                    "padding_mode", .choice(["zeros", "reflect", "replicate", "circular"]), .text("zeros"),
                    "what stands around the input"), .dtype,
            ],
            """
            The sum of each window's elements times the weights, plus bias: [N, C, \(names)] or [C, \(names)] -> \
            the same with out_channels for C.

            weight [out_channels, in_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), \
            k = 1 / sqrt(in_channels / groups times the kernel's elements).
            """)
    }

    private let padding: Tensor.ConvolutionPadding
    /// Around the input before the convolution, the last axis first; nil where zeros are put there by the convolution.
    private let around: (widths: [(before: Int, after: Int)], mode: Tensor.PadMode)?

    public init(_ arguments: Arguments, axes: Int) throws(Failure) {
        let text = arguments.optionalText("padding")
        let widths = text == nil ? try arguments.perAxis("padding", axes, least: 0) : []
        let (kernel, dilation) = (
            try arguments.perAxis("kernel_size", axes), try arguments.perAxis("dilation", axes)
        )
        if text == "same", try arguments.perAxis("stride", axes).contains(where: { $0 != 1 }) {
            throw .argument(
                operation: arguments.signature.name,
                "stride must be 1 for padding 'same', but is \(arguments.value("stride")?.literal ?? "")")
        }
        let modes: [String: Tensor.PadMode] = ["reflect": .reflect, "replicate": .replicate, "circular": .circular]
        if let mode = modes[try arguments.text("padding_mode")] {
            let sides = (0..<axes).reversed().map { axis -> (before: Int, after: Int) in
                guard let text else { return (widths[axis], widths[axis]) }
                let all = text == "same" ? dilation[axis] * (kernel[axis] - 1) : 0
                return (all / 2, all - all / 2)
            }
            (padding, around) = (.none, (sides, mode))
        } else {
            (padding, around) = (text == "same" ? .same : text == nil ? .explicit(widths) : .none, nil)
        }
        try super.init(arguments, axes: axes, isTransposed: false)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        let padded: Tensor
        if let around {
            guard x.shape.count > axes else {
                throw .shape(
                    operation: className,
                    "\(axes + 1) or \(axes + 2) axes are expected, but the input is \(x.shape)")
            }
            padded = try x.pad(around.widths, around.mode)
        } else {
            padded = x
        }
        return try .convolution(
            axes: axes, padded, weight(), parameter("bias"), stride: stride, padding: padding, dilation: dilation,
            groups: groups)
    }
}

public final class TransposedConvolution: ConvolutionLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        let names = spatialNames(axes)
        return Signature(
            "ConvTranspose\(axes)d",
            [
                Parameter("in_channels", .integer, "channels of the input"),
                Parameter("out_channels", .integer, "channels of the output"),
                Parameter("kernel_size", .each(axes), "elements of a window along each axis"),
                Parameter("stride", .each(axes), .integer(1), stride),
                Parameter("padding", .each(axes), .integer(0), "elements less on both sides of the output"),
                Parameter("output_padding", .each(axes), .integer(0), "elements more at its end"),
                Parameter("groups", .integer, .integer(1), "groups of channels, each with outputs of its own"),
                .bias, Parameter("dilation", .each(axes), .integer(1), dilation),
                Parameter("padding_mode", .choice(["zeros"]), .text("zeros"), "what stands around the output"),
                .dtype,
            ],
            options: [
                Parameter(
                    "output_size", .optional(.integers), Value.none,
                    "the output's extents, in the place of output_padding")
            ],
            """
            The transpose of Conv\(axes)d: each element times the weights, added up by windows, plus bias: \
            [N, C, \(names)] or [C, \(names)] -> the same with out_channels for C.

            weight [in_channels, out_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), \
            k = 1 / sqrt(out_channels / groups times the kernel's elements).
            """)
    }

    private let (padding, outputPadding): ([Int], [Int])

    public init(_ arguments: Arguments, axes: Int) throws(Failure) {
        padding = try arguments.perAxis("padding", axes, least: 0)
        outputPadding = try arguments.perAxis("output_padding", axes, least: 0)
        try super.init(arguments, axes: axes, isTransposed: true)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try transposed(x, outputPadding) }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard inputs.count == 1, let x = inputs[0] else {
            throw .internal(operation: className, "it does not say what its inputs are")
        }
        guard let size = options?.optionalIntegers("output_size") else { return [try forward(x)] }
        guard size.count >= axes, x.shape.count > axes, size.count <= x.shape.count else {
            throw .argument(
                operation: className,
                "output_size is \(axes) extents, or all of the output's, but is \(Value.tuple(size).literal) for the "
                    + "input \(x.shape)")
        }
        var more: [Int] = []
        for (axis, (wanted, extent)) in zip(size.suffix(axes), x.shape.suffix(axes)).enumerated() {
            let reach = dilation[axis] * (kernel[axis] - 1)
            let least = (extent - 1) * stride[axis] - 2 * padding[axis] + reach + 1
            guard wanted >= least, wanted < least + max(stride[axis], dilation[axis]) else {
                throw .argument(
                    operation: className,
                    "output_size is from \(least) to \(least + stride[axis] - 1) on spatial axis \(axis), but is "
                        + "\(wanted)")
            }
            more.append(wanted - least)
        }
        return [try transposed(x, more)]
    }

    private func transposed(_ x: Tensor, _ outputPadding: [Int]) throws(Failure) -> Tensor {
        try .transposedConvolution(
            axes: axes, x, weight(), parameter("bias"), stride: stride, padding: padding,
            outputPadding: outputPadding, groups: groups, dilation: dilation)
    }
}
