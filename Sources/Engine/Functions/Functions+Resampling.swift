/// Images and signals at other sizes and places, as torch.nn.functional has it.
extension Functions {
    private static let image = Parameter(
        "input", .tensor, "[n, channels, (depth,) height, width], or [n, channels, length].")
    private static let alignsCorners = Parameter(
        "align_corners", .optional(.flag), Value.none,
        "Whether the centres of the outer elements stay in their places, and not the outer borders.")
    private static let factor = Parameter("upscale_factor", .integer, "How many places a channel goes to, each way.")

    static let resampling: [Function] = [
        Function(
            "interpolate",
            [
                image,
                Parameter("size", .optional(.integers), Value.none, "The extents; one for all axes of places."),
                Parameter(
                    "scale_factor", .optional(.either([.real, .tuple(.real, count: nil)])), Value.none,
                    "How much larger; one for all axes of places. It or size is given."),
                Parameter(
                    "mode", .choice(Tensor.ResamplingMode.allCases.map(\.rawValue)), .text("nearest"),
                    "'linear' is for one axis of places, 'bilinear' and 'bicubic' for two, 'trilinear' for three."),
                alignsCorners,
                Parameter(
                    "recompute_scale_factor", .optional(.flag), Value.none,
                    "Whether the extents count, where they are cut to whole numbers, and not scale_factor."),
                Parameter(
                    "antialias", .flag, .flag(false),
                    "Whether filters get wider where the image gets smaller; for 'bilinear' and 'bicubic'."),
            ],
            "At another size. 'nearest' takes all dtypes, others floats; the dtype stays."
        ) { a throws(Failure) in try a.interpolated() },
        Function(
            "grid_sample",
            [
                Parameter("input", .tensor, "[n, channels, (depth,) height, width], floats."),
                Parameter("grid", .tensor, "[n, ..., 2 or 3]: x, y (, z) from -1 to 1."),
                Parameter(
                    "mode", .choice(Tensor.SamplingMode.allCases.map(\.rawValue)), .text("bilinear"),
                    "How neighbours are joined."),
                Parameter(
                    "padding_mode", .choice(Tensor.SamplingPadding.allCases.map(\.rawValue)), .text("zeros"),
                    "What lies outside."),
                alignsCorners,
            ],
            "The image at the places of a grid: [n, channels, ...]."
        ) { a throws(Failure) in
            try a.tensor("input").sampled(
                at: a.tensor("grid"), Tensor.SamplingMode(rawValue: a.text("mode")) ?? .bilinear,
                Tensor.SamplingPadding(rawValue: a.text("padding_mode")) ?? .zeros,
                alignsCorners: a.value("align_corners")?.flag ?? false)
        },
        Function(
            "affine_grid",
            [
                Parameter("theta", .tensor, "Maps of each example, [n, 2, 3] or [n, 3, 4], floats."),
                Parameter("size", .integers, "[n, channels, (depth,) height, width]."), alignsCorners,
            ],
            "The grid that grid_sample takes for affine maps: [n, (depth,) height, width, 2 or 3]."
        ) { a throws(Failure) in
            try a.tensor("theta").affineGrid(
                a.integers("size"), alignsCorners: a.value("align_corners")?.flag ?? false)
        },
        Function(
            "pixel_shuffle", [Parameter("input", .tensor, "[..., channels r^2, height, width]."), factor],
            "[..., channels, height r, width r] (Shi et al. 2016). The dtype stays."
        ) { a throws(Failure) in try a.tensor("input").pixelShuffled(a.integer("upscale_factor")) },
        Function(
            "pixel_unshuffle",
            [
                Parameter("input", .tensor, "[..., channels, height r, width r]."),
                Parameter("downscale_factor", .integer, "How many places become channels, each way."),
            ],
            "[..., channels r^2, height, width], what pixel_shuffle undoes. The dtype stays."
        ) { a throws(Failure) in try a.tensor("input").pixelUnshuffled(a.integer("downscale_factor")) },
        Function(
            "channel_shuffle",
            [
                Parameter("input", .tensor, "[n, channels, ...]."),
                Parameter("groups", .integer, "How many; it divides the number of channels."),
            ],
            "The channels of the groups dealt out one by one (Zhang et al. 2018). The dtype stays."
        ) { a throws(Failure) in try a.tensor("input").channelShuffled(a.integer("groups")) },
    ]
}

extension Arguments {
    fileprivate func interpolated() throws(Failure) -> Tensor {
        let (input, name) = (try tensor("input"), signature.name)
        let mode = Tensor.ResamplingMode(rawValue: try text("mode")) ?? .nearest
        let axes = max(input.shape.count - 2, 0)
        let alignsCorners = value("align_corners")?.flag
        guard alignsCorners == nil || mode.axes != nil else {
            throw .argument(
                operation: name,
                "align_corners is for the modes 'linear', 'bilinear', 'bicubic' and 'trilinear', but the mode is "
                    + "'\(mode.rawValue)'")
        }
        func forEachAxis<Number>(_ given: [Number]) -> [Number] {
            given.count == 1 ? [Number](repeating: given[0], count: axes) : given
        }
        let rule = Tensor.Resampling(
            mode, alignsCorners: alignsCorners ?? false, isAntialiased: try flag("antialias"))
        let isRecomputed = value("recompute_scale_factor")?.flag ?? false
        let scale = value("scale_factor")
        let factors = scale?.real.map { [$0] } ?? scale?.list?.compactMap(\.real)
        switch (optionalIntegers("size"), factors) {
        case (let size?, nil):
            guard !isRecomputed else {
                throw .argument(operation: name, "scale_factor is expected for recompute_scale_factor, but found size")
            }
            return try input.interpolated(to: forEachAxis(size), rule)
        case (nil, let given?):
            let factors = forEachAxis(given)
            guard factors.count == axes else {
                throw .argument(
                    operation: name, "a factor for each of \(axes) axes is expected, but found \(factors.count)")
            }
            var size: [Int] = []
            for (factor, extent) in zip(factors, input.shape.dropFirst(2)) {
                let target = (Double(extent) * factor).rounded(.down)
                guard factor > 0, target < 0x1p48 else {
                    throw .argument(
                        operation: name, "finite factors above 0 are expected, but found \(factor)")
                }
                size.append(Int(target))
            }
            return try input.interpolated(to: size, factors: isRecomputed ? nil : factors, rule)
        default: throw .argument(operation: name, "either size or scale_factor is expected")
        }
    }
}
