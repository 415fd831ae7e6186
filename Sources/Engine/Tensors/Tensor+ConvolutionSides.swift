import Steps

/// Convolutions by what stands on both sides of each axis, which may differ, as with TensorFlow's 'SAME'.
extension Tensor {
    /// Elements at both ends of a spatial axis; where negative, elements less.
    public typealias Sides = (before: Int, after: Int)

    /// input [N, C, spatial], weight [O, C / groups, window], bias [O] -> [N, O, positions], with zeros around the
    /// input: `sides` for each axis.
    public static func convolution(
        axes count: Int, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], sides: [Sides],
        dilation: [Int], groups: Int
    ) throws(Failure) -> Tensor {
        let numbers = SpatialNumbers(operation: "conv\(count)d", axes: count)
        try numbers.check("padding", sides, least: 0)
        return try convolution(numbers, input, weight, bias, stride: stride, dilation: dilation, groups: groups) {
            (axis, _, _) throws(Failure) in sides[axis]
        }
    }

    /// The same. `sides` says the zeros from an axis, its stride and what the window reaches over.
    static func convolution(
        _ numbers: SpatialNumbers, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], dilation: [Int],
        groups: Int, sides: (_ axis: Int, _ stride: Int, _ reach: Int) throws(Failure) -> Sides
    ) throws(Failure) -> Tensor {
        let strides = try numbers("stride", stride, least: 1)
        let dilations = try numbers("dilation", dilation, least: 1)
        let operands = try ConvolutionOperands(numbers, input, weight, bias)
        let (x, weight) = (operands.input, operands.weight)
        let channels = try operands.inGroups(groups, weight.shape[0], "outputs")
        guard weight.shape[1] == channels / groups else {
            throw .shape(
                operation: numbers.operation,
                "weights \(weight.shape.text) take \(weight.shape[1].counted("channel")) in each group, but the input "
                    + "\(input.shape.text) in \(groups.counted("group")) has \(channels / groups)")
        }
        var convolution = Convolution(axes: [], groups: groups)
        for axis in 0..<numbers.axes {
            let reach = (weight.shape[axis + 2] - 1) * dilations[axis]
            let zeros = try sides(axis, strides[axis], reach)
            let extent = x.shape[axis + 2] + zeros.before + zeros.after
            guard reach < extent else {
                throw .shape(
                    operation: numbers.operation,
                    "the window reaches over \(reach + 1) elements of axis \(axis - numbers.axes), more than the "
                        + "\(extent) of the padded input")
            }
            convolution.axes.append(
                Convolution.Axis(
                    stride: strides[axis], low: zeros.before, high: zeros.after, dilation: dilations[axis]))
        }
        return try operands.finish(convolution.record([x, weight]))
    }

    /// The transpose of a convolution: input [N, C, spatial], weight [C, O / groups, window], bias [O]. `sides`:
    /// elements that the whole result, (extent - 1) stride + reach + 1 along each axis, loses at both ends; where
    /// negative, zeros more.
    public static func transposedConvolution(
        axes count: Int, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], losing sides: [Sides],
        dilation: [Int], groups: Int
    ) throws(Failure) -> Tensor {
        let numbers = SpatialNumbers(operation: "conv_transpose\(count)d", axes: count)
        try numbers.check("padding", sides, least: -(1 << 24))
        return try transposedConvolution(
            numbers, input, weight, bias, stride: stride, dilation: dilation, groups: groups
        ) { (axis, _, _) throws(Failure) in sides[axis] }
    }

    /// The same. `sides` says what the result loses from an axis, its stride and its dilation.
    static func transposedConvolution(
        _ numbers: SpatialNumbers, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], dilation: [Int],
        groups: Int, losing sides: (_ axis: Int, _ stride: Int, _ dilation: Int) throws(Failure) -> Sides
    ) throws(Failure) -> Tensor {
        let strides = try numbers("stride", stride, least: 1)
        let dilations = try numbers("dilation", dilation, least: 1)
        let operands = try ConvolutionOperands(numbers, input, weight, bias, outputsAxis: 1, groups)
        let (x, weight) = (operands.input, operands.weight)
        _ = try operands.inGroups(groups, x.shape[1], "channels")
        guard weight.shape[0] == x.shape[1] else {
            throw .shape(
                operation: numbers.operation,
                "weights \(weight.shape.text) take \(weight.shape[0]) channels, but the input \(input.shape.text) has "
                    + "\(x.shape[1])")
        }
        var convolution = Convolution(axes: [], groups: groups)
        for axis in 0..<numbers.axes {
            let lost = try sides(axis, strides[axis], dilations[axis])
            let reach = (weight.shape[axis + 2] - 1) * dilations[axis]
            let whole = (x.shape[axis + 2] - 1) * strides[axis] + reach + 1
            let extent = whole - lost.before - lost.after
            guard extent > 0 else {
                throw .shape(
                    operation: numbers.operation,
                    "the result would have \(extent) elements along axis \(axis - numbers.axes); the input is "
                        + "\(input.shape.text)")
            }
            convolution.axes.append(
                Convolution.Axis(
                    low: reach - lost.before, high: reach - lost.after, inputDilation: strides[axis],
                    dilation: dilations[axis]))
        }
        return try operands.finish(convolution.record([x, weight.transposedWindows(groups)]))
    }
}

extension SpatialNumbers {
    fileprivate func check(_ name: String, _ sides: [Tensor.Sides], least: Int) throws(Failure) {
        guard sides.count == axes else {
            throw .argument(
                operation: operation, "\(name) is given for \(sides.count) axes, but there are \(axes)")
        }
        try check(name, sides.map(\.before), least: least)
        try check(name, sides.map(\.after), least: least)
    }
}
