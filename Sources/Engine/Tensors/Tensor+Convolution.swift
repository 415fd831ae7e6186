import Steps

/// What goes along the spatial axes of a convolution, or of a pool: a number for each axis.
struct SpatialNumbers {
    let operation: String
    let axes: Int

    /// A number for all axes, or one for each, all `least` at least.
    func callAsFunction(_ name: String, _ given: [Int], least: Int) throws(Failure) -> [Int] {
        guard given.count == 1 || given.count == axes else {
            throw .argument(
                operation: operation,
                "\(name) is one number or \(axes.counted("number")), but \(given.count) are given")
        }
        try check(name, given, least: least)
        return given.count == axes ? given : [Int](repeating: given[0], count: axes)
    }

    func check(_ name: String, _ given: [Int], least: Int) throws(Failure) {
        for number in given where number < least {
            throw .argument(operation: operation, "\(name) is at least \(least), but \(number) is given")
        }
        for number in given where number > SpatialNumbers.most {
            throw .argument(operation: operation, "\(name) is at most \(SpatialNumbers.most), but \(number) is given")
        }
    }

    /// With a batch in front, which is dropped from the result again where the input had none. `axes`: those of one
    /// example.
    func batched(_ input: Node, axes: Int, _ names: String) throws(Failure) -> (input: Node, isBatch: Bool) {
        guard input.shape.count == axes || input.shape.count == axes + 1 else {
            throw .shape(
                operation: operation,
                "\(axes) or \(axes + 1) axes are expected (\(names), with a batch in front or without), but the input "
                    + "is \(input.shape.text)")
        }
        let isBatch = input.shape.count == axes + 1
        return (isBatch ? input : try input.reshape([1] + input.shape), isBatch)
    }

    /// Steps and extents stay below, so that no sum of theirs overflows.
    private static let most = 1 << 24
}

/// Convolutions under PyTorch's names for sentences.
extension Tensor {
    /// Zeros around the input of a convolution.
    public enum ConvolutionPadding {
        case none
        /// Such that the result has the input's extents.
        case same
        case explicit([Int])
    }

    /// input [N, C, spatial] or [C, spatial], weight [O, C / groups, window], bias [O] -> [N, O, positions].
    public static func convolution(
        axes count: Int, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], padding: ConvolutionPadding,
        dilation: [Int], groups: Int
    ) throws(Failure) -> Tensor {
        let numbers = SpatialNumbers(operation: "conv\(count)d", axes: count)
        return try convolution(numbers, input, weight, bias, stride: stride, dilation: dilation, groups: groups) {
            (axis, stride, reach) throws(Failure) in
            switch padding {
            case .none: return (0, 0)
            case .same:
                guard stride == 1 else {
                    throw .argument(
                        operation: numbers.operation, "padding 'same' goes with a stride of 1, not \(stride)")
                }
                return (reach / 2, reach - reach / 2)
            case .explicit(let given):
                let widths = try numbers("padding", given, least: 0)
                return (widths[axis], widths[axis])
            }
        }
    }

    /// The transpose of a convolution: input [N, C, spatial] or [C, spatial], weight [C, O / groups, window], bias [O].
    public static func transposedConvolution(
        axes count: Int, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], padding: [Int],
        outputPadding: [Int], groups: Int, dilation: [Int]
    ) throws(Failure) -> Tensor {
        let numbers = SpatialNumbers(operation: "conv_transpose\(count)d", axes: count)
        let (widths, more) = (
            try numbers("padding", padding, least: 0), try numbers("output_padding", outputPadding, least: 0)
        )
        return try transposedConvolution(
            numbers, input, weight, bias, stride: stride, dilation: dilation, groups: groups
        ) { (axis, stride, dilation) throws(Failure) in
            guard more[axis] < Swift.max(stride, dilation) else {
                throw .argument(
                    operation: numbers.operation,
                    "output_padding is below stride or dilation, but \(more[axis]) is given for \(stride) and "
                        + "\(dilation)")
            }
            return (widths[axis], widths[axis] - more[axis])
        }
    }
}

/// The tensors of a convolution, in one dtype, with a batch in front.
struct ConvolutionOperands {
    let numbers: SpatialNumbers
    let input: Node
    let weight: Node
    let bias: Node?
    let isBatch: Bool

    /// - Parameter outputsAxis: The axis of the weight that counts outputs, in each of `groups`, or in all.
    init(
        _ numbers: SpatialNumbers, _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, outputsAxis: Int = 0,
        _ groups: Int = 1
    ) throws(Failure) {
        self.numbers = numbers
        let name = numbers.operation
        let (x, given) = (try input.taken(by: name).node(), try weight.taken(by: name).node())
        guard given.shape.count == numbers.axes + 2 else {
            throw .shape(
                operation: numbers.operation,
                "weights have \(numbers.axes + 2) axes, but these are \(given.shape.text)")
        }
        guard given.shape.dropFirst(2).allSatisfy({ $0 > 0 }) else {
            throw .shape(operation: numbers.operation, "the window of the weights \(given.shape.text) is empty")
        }
        let (batch, isBatch) = try numbers.batched(x, axes: numbers.axes + 1, "channels first")
        let added = try bias?.taken(by: name).node()
        for (name, node) in [("input", x), ("weight", given)] + (added.map { [("bias", $0)] } ?? [])
        where !node.dtype.isFloat {
            throw .dtype(
                operation: numbers.operation, "\(name) must be of a floating dtype, but is \(node.dtype.name)")
        }
        let dtype = Node.commonFloat(x, given, added ?? x)
        let (outputs, overflow) = given.shape[outputsAxis].multipliedReportingOverflow(by: Swift.max(groups, 1))
        if let added, overflow || added.shape != [outputs] {
            throw .shape(
                operation: numbers.operation,
                "the bias is [\(outputs)], a number for each output, but \(added.shape.text) is given")
        }
        (self.input, self.weight, self.bias) = (try batch.cast(dtype), try given.cast(dtype), try added?.cast(dtype))
        self.isBatch = isBatch
    }

    /// The input's channels, if they and `count` things are shared out evenly among groups.
    func inGroups(_ groups: Int, _ count: Int, _ what: String) throws(Failure) -> Int {
        let channels = input.shape[1]
        guard groups > 0 else {
            throw .argument(operation: numbers.operation, "groups is at least 1, but \(groups) is given")
        }
        guard count % groups == 0, channels % groups == 0, groups <= Swift.max(channels, 1) else {
            throw .shape(
                operation: numbers.operation,
                "\(channels) channels and \(count) \(what) are not shared out evenly among \(groups) groups")
        }
        return channels
    }

    /// With the bias added, and without the batch that the input had not.
    func finish(_ found: Node) throws(Failure) -> Tensor {
        var result = found
        if let bias {
            let ones = [Int](repeating: 1, count: numbers.axes)
            result = try result + bias.reshape([bias.count] + ones)
        }
        return try Tensor(result: isBatch ? result : result.reshape(Array(result.shape.dropFirst())))
    }
}
