import Engine

/// Largest elements and means of windows, of parts, and of whole examples.
enum KerasPooling {
    static let kinds: [Kind] =
        (1...3).map { pool("Max", $0) } + (1...3).map { pool("Average", $0) } + (1...3).map { global("Max", $0) }
        + [Kind(KerasStepsMean.self)] + (2...3).map { global("Average", $0) } + (1...3).map { adaptive("Max", $0) }
        + (1...3).map { adaptive("Average", $0) }

    private static func pool(_ what: String, _ axes: Int) -> Kind {
        let isMax = what == "Max"
        let size = Parameter(
            "pool_size", .each(axes), isMax ? .integer(2) : nil, "elements of a window along each axis")
        return Kind(
            keras: "\(what)Pooling\(axes)D", [size, .strides(axes, .none), .padding(), .dataFormat],
            """
            The \(isMax ? "largest element" : "mean") of each window: [N, \(spatialNames(axes)), C] -> the same with \
            the windows' positions. With padding 'same' what is outside does not count.
            """
        ) { (arguments) throws(Failure) in
            let windows = try KerasWindows(arguments, axes: axes, kernel: "pool_size")
            let name = arguments.signature.name
            return { (x, layer) throws(Failure) in
                let x = try windows.channelsFirst(x, name)
                let sides = windows.sides(x.shape)
                let isPadded = sides.contains { $0.before > 0 || $0.after > 0 }
                let around = sides.reversed().map { (before: $0.before, after: $0.after) }
                let pool = try PoolWindows(name, axes: axes, kernel: windows.kernel, stride: windows.strides)
                if isMax {
                    let padded = try isPadded ? x.pad(around, .constant, value: -.infinity) : x
                    return try windows.restored(padded.maxPool(pool).values)
                }
                guard isPadded else { return try windows.restored(x.averagePool(pool)) }
                let sums = try x.pad(around, .constant).averagePool(pool, divisor: 1)
                return try windows.restored(sums / windows.counts(x.shape, sides, x.dtype))
            }
        }
    }

    fileprivate static let keepdims = Parameter(
        "keepdims", .flag, .flag(false), "whether the spatial axes stay, with extent 1")

    private static func global(_ what: String, _ axes: Int) -> Kind {
        Kind(
            keras: "Global\(what)Pooling\(axes)D", [.dataFormat, keepdims],
            """
            The \(what == "Max" ? "largest element" : "mean") of each channel of each example: \
            [N, \(spatialNames(axes)), C] -> [N, C].
            """
        ) { (arguments) throws(Failure) in
            let (isFirst, keepdims) = (arguments.isChannelsFirst, try arguments.flag("keepdims"))
            return { (x, layer) throws(Failure) in
                guard x.shape.count == axes + 2 else {
                    throw .shape(
                        operation: layer.className, "\(axes + 2) axes are expected, but the input is \(x.shape)")
                }
                let over = isFirst ? Array(2..<axes + 2) : Array(1..<axes + 1)
                return try what == "Max"
                    ? x.reduce(.maximum, over, keepdims: keepdims) : x.mean(over, keepdims: keepdims)
            }
        }
    }

    private static func adaptive(_ what: String, _ axes: Int) -> Kind {
        Kind(
            keras: "Adaptive\(what)Pooling\(axes)D",
            [Parameter("output_size", .each(axes), "the output's extents"), .dataFormat],
            """
            The \(what == "Max" ? "largest element" : "mean") of each of output_size parts of each example: \
            [N, \(spatialNames(axes)), C] -> [N, *output_size, C].
            """
        ) { (arguments) throws(Failure) in
            let size = try arguments.perAxis("output_size", axes)
            let isFirst = arguments.isChannelsFirst
            return { (x, layer) throws(Failure) in
                guard x.shape.count == axes + 2 else {
                    throw .shape(
                        operation: layer.className, "\(axes + 2) axes are expected, but the input is \(x.shape)")
                }
                let planes = try isFirst ? x : x.permute([0, axes + 1] + Array(1...axes))
                let y =
                    try what == "Max"
                    ? planes.adaptiveMaxPool(axes: axes, size: size).values
                    : planes.adaptiveAveragePool(axes: axes, size: size)
                return try isFirst ? y : y.permute([0] + Array(2...axes + 1) + [1])
            }
        }
    }
}

extension KerasWindows {
    /// How many elements of the input each window has: broadcasts to [positions].
    fileprivate func counts(_ shape: Shape, _ sides: [Tensor.Sides], _ dtype: DType) throws(Failure) -> Tensor {
        var found = try Tensor.full([], 1, dtype)
        for axis in 0..<axes {
            let extent = shape[axis + 2]
            let positions = (extent + strides[axis] - 1) / strides[axis]
            let first = Double(-sides[axis].before)
            let starts = try Tensor.arange(
                first, first + Double(positions * strides[axis]), Double(strides[axis]), .float64)
            let ends = try (starts + Double(kernel[axis])).clamped(0, Double(extent))
            let count = try (ends - starts.clamped(0, Double(extent))).cast(dtype)
            found = try found * count.reshape([positions] + [Int](repeating: 1, count: axes - 1 - axis))
        }
        return found
    }
}

/// The mean over steps, of which a mask may skip some.
public final class KerasStepsMean: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.GlobalAveragePooling1D", parameters([.dataFormat, KerasPooling.keepdims]),
        inputs: [Input("inputs"), Input("mask", optional: true)],
        """
        The mean of each channel of each example: [N, T, C] -> [N, C]. Of a row with a mask [N, T] (bool): over the \
        steps where it is True.
        """)

    public override init(_ arguments: Arguments) throws(Failure) { try super.init(arguments) }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0], x.shape.count == 3 else {
            throw .shape(operation: className, "three axes are expected, but the input is \(inputs[0]?.shape ?? [])")
        }
        let isFirst = constructorValue("data_format")?.text == "channels_first"
        let keepdims = constructorValue("keepdims")?.flag ?? false
        let steps = isFirst ? 2 : 1
        guard inputs.count > 1, let mask = inputs[1] else { return [try x.mean([steps], keepdims: keepdims)] }
        guard mask.shape == [x.shape[0], x.shape[steps]] else {
            throw .shape(
                operation: className,
                "a mask [\(x.shape[0]), \(x.shape[steps])] is expected, but it is \(mask.shape)")
        }
        let weights = try mask.cast(.bool).cast(x.dtype).unsqueeze(isFirst ? 1 : 2)
        let sums = try (x * weights).sum([steps], keepdims: keepdims)
        return [try sums / weights.sum([steps], keepdims: keepdims)]
    }
}
