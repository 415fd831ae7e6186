/// Convolutions over one to three axes, and what gathers and scatters windows. Floats.
extension Functions {
    private static func axes(_ count: Int) -> String { ["L", "H, W", "D, H, W"][count - 1] }

    private static func convolution(_ count: Int) -> Function {
        let axes = axes(count)
        return Function(
            "conv\(count)d",
            [
                Parameter("input", .tensor, "[N, C, \(axes)] or [C, \(axes)]."),
                Parameter("weight", .tensor, "[O, C / groups, window]."),
                Parameter("bias", .optional(.tensor), Value.none, "[O], or None."),
                Parameter("stride", .integers, .integer(1), "From one window to the next."),
                Parameter(
                    "padding", .either([.integers, .choice(["valid", "same"])]), .integer(0),
                    "Zeros on both sides; 'valid' for none, 'same' for as many positions as elements."),
                Parameter("dilation", .integers, .integer(1), "From one element of a window to the next."),
                Parameter("groups", .integer, .integer(1), "Groups of channels, each with outputs of its own."),
            ],
            """
            Cross-correlation over \(count == 1 ? "one axis" : "\(count) axes"): the sum of each window's elements \
            times the weights, for each output.
            """
        ) { a throws(Failure) in
            let given = a.optionalText("padding")
            return try .convolution(
                axes: count, a.tensor("input"), a.tensor("weight"), a.optionalTensor("bias"),
                stride: a.integers("stride"),
                padding: given == "same" ? .same : given == nil ? .explicit(a.integers("padding")) : .none,
                dilation: a.integers("dilation"), groups: a.integer("groups"))
        }
    }

    private static func transposed(_ count: Int) -> Function {
        let axes = axes(count)
        return Function(
            "conv_transpose\(count)d",
            [
                Parameter("input", .tensor, "[N, C, \(axes)] or [C, \(axes)]."),
                Parameter("weight", .tensor, "[C, O / groups, window]."),
                Parameter("bias", .optional(.tensor), Value.none, "[O], or None."),
                Parameter("stride", .integers, .integer(1), "The convolution's."),
                Parameter("padding", .integers, .integer(0), "The convolution's: elements less on both sides."),
                Parameter("output_padding", .integers, .integer(0), "Elements more at the end."),
                Parameter("groups", .integer, .integer(1), "The convolution's."),
                Parameter("dilation", .integers, .integer(1), "The convolution's."),
            ],
            "The transpose of conv\(count)d with these arguments: each element times the weights, added up by windows."
        ) { a throws(Failure) in
            try .transposedConvolution(
                axes: count, a.tensor("input"), a.tensor("weight"), a.optionalTensor("bias"),
                stride: a.integers("stride"), padding: a.integers("padding"),
                outputPadding: a.integers("output_padding"), groups: a.integer("groups"),
                dilation: a.integers("dilation"))
        }
    }

    static let convolutions: [Function] = (1...3).map(convolution) + (1...3).map(transposed)
}
