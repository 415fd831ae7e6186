import Engine

/// Layers that get data ready. Whole numbers become floats where it needs them.
enum KerasPreprocessing {
    private static let interpolation = Parameter(
        "interpolation", .choice(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]), .text("bilinear"),
        "what stands between elements")
    private static let height = Parameter("height", .integer, "the result's")
    private static let width = Parameter("width", .integer, "the result's")
    private static let modes = ["int", "one_hot", "multi_hot", "count"]

    static let kinds: [Kind] = [
        Kind(
            keras: "Rescaling",
            [
                Parameter(
                    "scale", .either([.real, .tuple(.real, count: nil)]), "what multiplies, of each channel or of all"),
                Parameter("offset", .either([.real, .tuple(.real, count: nil)]), .real(0), "what is added behind it"),
            ], "x scale + offset."
        ) { (arguments) throws(Failure) in
            let (scale, offset) = (numbers(arguments, "scale"), numbers(arguments, "offset"))
            return { (x, layer) throws(Failure) in
                let x = try floats(x, layer)
                return try x * scale.tensor(x.dtype) + offset.tensor(x.dtype)
            }
        },
        Kind(KerasNormalizing.self), Kind(KerasCategoryEncoding.self),
        Kind(
            keras: "Discretization",
            [
                Parameter("bin_boundaries", .optional(.tuple(.real, count: nil)), Value.none, "bounds in rising order"),
                Parameter("num_bins", .optional(.integer), Value.none, "how many bins; kept for files"),
                Parameter("epsilon", .real, .real(0.01), "of Keras' adapt(); kept for files"),
                Parameter("output_mode", .choice(modes), .text("int"), "bins as numbers, or as vectors of them"),
                Parameter("sparse", .flag, .flag(false), "sparse results, which are not there: taken and kept"),
            ],
            """
            The bin of each number: how many bin_boundaries it has reached. As vectors [..., bins]: see \
            CategoryEncoding.
            """
        ) { (arguments) throws(Failure) in
            guard let bounds = arguments.value("bin_boundaries")?.list?.compactMap(\.real) else {
                return { (_, layer) throws(Failure) in
                    throw .state(operation: layer.className, "bin_boundaries are needed; give them")
                }
            }
            guard zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .argument(operation: "keras.Discretization", "bin_boundaries rise from one to the next")
            }
            let mode = try arguments.text("output_mode")
            return { (x, layer) throws(Failure) in
                let x = try floats(x, layer)
                let edges = try Tensor.values(bounds, [bounds.count], x.dtype)
                let bins = try edges.searchSorted(x, right: true, "discretization")
                if mode == "int" { return bins }
                return try KerasCategoryEncoding.encoded(bins, bounds.count + 1, mode, nil, layer)
            }
        },
        Kind(
            keras: "Resizing",
            [
                height, width, interpolation,
                Parameter(
                    "crop_to_aspect_ratio", .flag, .flag(false), "whether the longer side is cut, so that shapes stay"),
                Parameter(
                    "pad_to_aspect_ratio", .flag, .flag(false), "whether the shorter side is padded for that"),
                Parameter("fill_mode", .choice(["constant"]), .text("constant"), "what is padded with"),
                Parameter("fill_value", .real, .real(0), "that constant"),
                Parameter("antialias", .flag, .flag(false), "filters as wide as the elements that become one"),
                .dataFormat,
            ], "Images [N, H, W, C] or [H, W, C] at another size."
        ) { (arguments) throws(Failure) in
            let size = [try arguments.counted("height"), try arguments.counted("width")]
            let (mode, antialias) = (try arguments.text("interpolation"), try arguments.flag("antialias"))
            let (crops, pads) = (
                try arguments.flag("crop_to_aspect_ratio"), try arguments.flag("pad_to_aspect_ratio")
            )
            guard !crops || !pads else {
                throw .argument(
                    operation: "keras.Resizing", "crop_to_aspect_ratio and pad_to_aspect_ratio do not go together")
            }
            let (fill, isFirst) = (try arguments.finite("fill_value"), arguments.isChannelsFirst)
            return { (x, layer) throws(Failure) in
                try images(x, layer, isFirst) { (given) throws(Failure) in
                    var x = given
                    let (h, w) = (x.shape[2], x.shape[3])
                    if crops {
                        let height = max(1, min(h, Int(Double(w * size[0]) / Double(size[1]))))
                        let width = max(1, min(w, Int(Double(h * size[1]) / Double(size[0]))))
                        x = try x.narrow(2, start: (h - height) / 2, length: height)
                            .narrow(3, start: (w - width) / 2, length: width)
                    }
                    if pads {
                        let height = max(h, Int(Double(w * size[0]) / Double(size[1])))
                        let width = max(w, Int(Double(h * size[1]) / Double(size[0])))
                        let (top, left) = ((height - h) / 2, (width - w) / 2)
                        // As much on both sides: an odd element is dropped, as in Keras.
                        x = try x.pad([(left, left), (top, top)], .constant, value: fill)
                    }
                    return try KerasImages.resized(x, size, mode, antialias: antialias)
                }
            }
        },
        Kind(
            keras: "CenterCrop", [height, width, .dataFormat],
            "The middle of images [N, H, W, C] or [H, W, C]; of smaller ones, what a cut in that shape has, resized."
        ) { (arguments) throws(Failure) in
            let size = [try arguments.counted("height"), try arguments.counted("width")]
            let isFirst = arguments.isChannelsFirst
            return { (x, layer) throws(Failure) in
                try images(x, layer, isFirst) { (x) throws(Failure) in
                    let (h, w) = (x.shape[2], x.shape[3])
                    if h >= size[0], w >= size[1] {
                        return try x.narrow(2, start: (h - size[0]) / 2, length: size[0])
                            .narrow(3, start: (w - size[1]) / 2, length: size[1])
                    }
                    return try middle(x, size)
                }
            }
        },
    ]

    /// The largest part in the middle that has the shape of `size`, at that size.
    static func middle(_ x: Tensor, _ size: [Int]) throws(Failure) -> Tensor {
        let (h, w) = (x.shape[2], x.shape[3])
        let height = max(1, min(h, Int(Double(w * size[0]) / Double(size[1]))))
        let width = max(1, min(w, Int(Double(h * size[1]) / Double(size[0]))))
        let cut = try x.narrow(2, start: (h - height) / 2, length: height)
            .narrow(3, start: (w - width) / 2, length: width)
        return try KerasImages.resized(cut, size, "bilinear")
    }

    /// Runs `body` on images [N, C, H, W].
    static func images(
        _ x: Tensor, _ layer: KerasLayer, _ isFirst: Bool, _ body: (Tensor) throws(Failure) -> Tensor
    ) throws(Failure) -> Tensor {
        let isBatch = x.shape.count == 4
        guard isBatch || x.shape.count == 3, !x.shape.contains(0) else {
            throw .shape(operation: layer.className, "three or four axes with elements are expected, found \(x.shape)")
        }
        let batch = try isBatch ? x : x.unsqueeze(0)
        let planes = try isFirst ? batch : batch.permute([0, 3, 1, 2])
        let y = try body(planes)
        let back = try isFirst ? y : y.permute([0, 2, 3, 1])
        return try isBatch ? back : back.squeeze([0])
    }

    fileprivate static func floats(_ x: Tensor, _ layer: KerasLayer) throws(Failure) -> Tensor {
        x.dtype.isFloat ? x : try x.cast(layer.dtype)
    }

    /// One number, or one for each channel.
    fileprivate struct Numbers {
        let values: [Double]
        let isOne: Bool

        func tensor(_ dtype: DType) throws(Failure) -> Tensor {
            isOne ? try Tensor.full([], values[0], dtype) : try Tensor.values(values, [values.count], dtype)
        }
    }

    fileprivate static func numbers(_ arguments: Arguments, _ name: String) -> Numbers {
        if let one = arguments.optionalReal(name) { return Numbers(values: [one], isOne: true) }
        return Numbers(values: arguments.value(name)?.list?.compactMap(\.real) ?? [], isOne: false)
    }
}

public final class KerasNormalizing: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Normalization",
        parameters([
            Parameter(
                "axis", .optional(.integers), .integer(-1), "axes that have statistics of their own; None: none has"),
            Parameter("mean", .optional(.constant), Value.none, "of the data; None: the buffer"),
            Parameter("variance", .optional(.constant), Value.none, "of the data; None: the buffer"),
            Parameter("invert", .flag, .flag(false), "x sqrt(variance) + mean in the place of it"),
        ]), inputs: [Input("inputs")],
        """
        (x - mean) / max(sqrt(variance), 1e-7).

        Without mean= and variance= these are the buffers mean and variance, of the axes' extents, and count [] \
        (int64), which start as 0, 1 and 0.
        """)

    private let axes: [Int]
    private let given: (mean: [Double], variance: [Double])?
    private let inverts: Bool

    public override init(_ arguments: Arguments) throws(Failure) {
        axes = arguments.optionalIntegers("axis") ?? []
        inverts = try arguments.flag("invert")
        func flat(_ value: Value?) -> [Double]? {
            guard let value, value != .none else { return nil }
            if let one = value.real { return [one] }
            return value.list?.flatMap { flat($0) ?? [] }
        }
        switch (flat(arguments.value("mean")), flat(arguments.value("variance"))) {
        case (let mean?, let variance?): given = (mean, variance)
        case (nil, nil): given = nil
        default:
            throw .argument(operation: "keras.Normalization", "mean and variance are given both, or none of them")
        }
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { given == nil }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        guard given == nil else { return }
        let shape = try only(shapes)
        let rank = shape.count + 1
        let places = axes.map { $0 < 0 ? rank + $0 : $0 }.sorted()
        let extents = try places.map { (place) throws(Failure) in try known(shape, place - 1) }
        try setBuffer("mean", filled(extents, "zeros"))
        try setBuffer("variance", filled(extents, "ones"))
        try setBuffer("count", Tensor.full([], 0, .int64))
    }

    override func apply(_ input: Tensor) throws(Failure) -> Tensor {
        let x = try KerasPreprocessing.floats(input, self)
        let rank = x.shape.count
        var around = [Int](repeating: 1, count: rank)
        for axis in axes {
            let place = axis < 0 ? rank + axis : axis
            guard around.indices.contains(place) else {
                throw .shape(operation: className, "there is no axis \(axis) in \(x.shape)")
            }
            around[place] = x.shape[place]
        }
        func shaped(_ buffer: Tensor?, _ values: [Double]?) throws(Failure) -> Tensor {
            let count = around.reduce(1, *)
            if let values {
                if values.count == 1 { return try Tensor.full([], values[0], x.dtype) }
                guard values.count == count else {
                    throw .shape(
                        operation: className, "\(values.count) values do not fit \(count) places of \(x.shape)")
                }
                return try Tensor.values(values, around, x.dtype)
            }
            guard let buffer, buffer.count == count else {
                throw .shape(operation: className, "its buffers do not fit an input of \(x.shape)")
            }
            return try buffer.cast(x.dtype).reshape(around)
        }
        let mean = try shaped(buffer("mean"), given?.mean)
        let deviation = try shaped(buffer("variance"), given?.variance).applying(.sqrt).applying(.maximum, 1e-7)
        return try inverts ? x * deviation + mean : (x - mean) / deviation
    }
}

public final class KerasCategoryEncoding: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.CategoryEncoding",
        parameters([
            Parameter("num_tokens", .integer, "how many classes there are"),
            Parameter(
                "output_mode", .choice(["multi_hot", "one_hot", "count"]), .text("multi_hot"),
                "'one_hot': a vector of each number; 'multi_hot' and 'count': one of the numbers along the last axis"),
            Parameter("sparse", .flag, .flag(false), "sparse results, which are not there: taken and kept"),
        ]), inputs: [Input("inputs"), Input("count_weights", optional: true)],
        """
        Vectors of whole numbers below num_tokens: with 'one_hot' [..., n] -> [..., n, num_tokens] (a last axis of 1 \
        goes), with 'multi_hot' and 'count' [..., n] -> [..., num_tokens]. count_weights [..., n]: what each counts.
        """)

    private let classes: Int
    private let mode: String

    public override init(_ arguments: Arguments) throws(Failure) {
        (classes, mode) = (try arguments.counted("num_tokens"), try arguments.text("output_mode"))
        try super.init(arguments)
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0] else { throw .internal(operation: className, "an input is expected") }
        let weights = inputs.count > 1 ? inputs[1] : nil
        guard weights == nil || mode == "count" else {
            throw .argument(operation: className, "count_weights go with output_mode='count' alone")
        }
        return [try KerasCategoryEncoding.encoded(x, classes, mode, weights, self)]
    }

    static func encoded(_ x: Tensor, _ classes: Int, _ mode: String, _ weights: Tensor?, _ layer: KerasLayer)
        throws(Failure) -> Tensor
    {
        var x = try x.dtype.isInteger ? x : x.cast(.int64)
        if x.shape.isEmpty { x = try x.unsqueeze(0) }
        if mode == "one_hot" {
            if x.shape.last == 1, x.shape.count > 1 { x = try x.squeeze([x.shape.count - 1]) }
            return try Tensor.oneHot(x, classes: classes, dtype: layer.dtype)
        }
        let dtype = weights.map { $0.dtype.isFloat ? $0.dtype : layer.dtype } ?? layer.dtype
        let all = try Tensor.oneHot(x, classes: classes, dtype: dtype)
        let axis = x.shape.count - 1
        if mode == "multi_hot" { return try all.reduce(.maximum, [axis]) }
        guard let weights else { return try all.sum([axis]) }
        return try (all * weights.cast(dtype).unsqueeze(-1)).sum([axis])
    }
}
