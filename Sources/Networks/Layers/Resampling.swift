import Engine

/// Images and signals at other sizes, and channels dealt out to places.
enum Resamplings {
    private static let size = "the output's extents; one for all axes of places"
    private static let factor = "how much larger; one for all axes of places. It or size is given"

    private static func upsampling(_ name: String, _ mode: String, _ fixed: [String: Value]) -> Kind {
        Kind(
            Signature(
                name,
                [
                    Parameter("size", .optional(.integers), Value.none, size),
                    Parameter(
                        "scale_factor", .optional(.either([.real, .tuple(.real, count: nil)])), Value.none, factor),
                ],
                "[N, C, H, W] at another size, by \(mode).")
        ) { (arguments) throws(Failure) in
            try Upsampling(arguments, mode: fixed["mode"], fixed: fixed)
        }
    }

    static let kinds: [Kind] = [
        Kind(
            Signature(
                "Upsample",
                [
                    Parameter("size", .optional(.integers), Value.none, size),
                    Parameter(
                        "scale_factor", .optional(.either([.real, .tuple(.real, count: nil)])), Value.none, factor),
                    Parameter(
                        "mode", .choice(["nearest", "linear", "bilinear", "bicubic", "trilinear"]), .text("nearest"),
                        "'linear' is for one axis of places, 'bilinear' and 'bicubic' for two, 'trilinear' for three"),
                    Parameter(
                        "align_corners", .optional(.flag), Value.none,
                        "whether the centres of the outer elements stay in their places"),
                    Parameter(
                        "recompute_scale_factor", .optional(.flag), Value.none,
                        "whether the extents count, where they are cut to whole numbers, and not scale_factor"),
                ],
                "[N, C, L], [N, C, H, W] or [N, C, D, H, W] at another size.")
        ) { (arguments) throws(Failure) in
            try Upsampling(arguments, mode: arguments.value("mode"))
        },
        upsampling("UpsamplingNearest2d", "the nearest element", ["mode": .text("nearest")]),
        upsampling(
            "UpsamplingBilinear2d", "bilinear interpolation between the outer elements' centres",
            ["mode": .text("bilinear"), "align_corners": .flag(true)]),
        Kind(
            Signature(
                "PixelShuffle",
                [Parameter("upscale_factor", .integer, "r: how many places a channel goes to, each way")],
                "[..., C r^2, H, W] -> [..., C, H r, W r]. Shi et al. 2016."), calls: "pixel_shuffle"),
        Kind(
            Signature(
                "PixelUnshuffle",
                [Parameter("downscale_factor", .integer, "r: how many places become channels, each way")],
                "[..., C, H r, W r] -> [..., C r^2, H, W], what PixelShuffle undoes."), calls: "pixel_unshuffle"),
        Kind(
            Signature(
                "ChannelShuffle", [Parameter("groups", .integer, "how many; it divides the number of channels")],
                "[N, C, ...] with the channels of the groups dealt out one by one. Zhang et al. 2018."),
            calls: "channel_shuffle"),
    ]
}

/// `interpolate` as a layer, which shows its size or factor, and its mode.
final class Upsampling: TableLayer {
    private let mode: Value?

    init(_ arguments: Arguments, mode: Value?, fixed: [String: Value] = [:]) throws(Failure) {
        self.mode = mode
        try super.init(arguments, calls: "interpolate", fixed: fixed)
    }

    override var summary: String {
        let extent = shown([constructorValue("scale_factor") == Value.none ? "size=" : "scale_factor="])
        return "\(extent), mode=\(mode?.literal ?? "")"
    }
}
