import Engine

/// Zeros at random in training; in evaluation the input itself. The draws come from the default generator
/// (manual_seed).
enum Dropouts {
    private static let p = "the share of elements that become 0, from 0 to 1"
    private static let ofChannels = "the share of channels that become 0, from 0 to 1"

    private static func kind(_ name: String, _ function: String, _ p: String, _ documentation: String) -> Kind {
        Kind(Signature(name, [Parameter("p", .real, .real(0.5), p), .inplace], documentation)) {
            (arguments) throws(Failure) in
            let p = try arguments.real("p")
            guard (0...1).contains(p) else { throw .argument(operation: name, "p must be from 0 to 1, but is \(p)") }
            return try TableLayer(arguments, calls: function)
        }
    }

    private static func channels(_ axes: Int, _ shapes: String) -> Kind {
        kind(
            "Dropout\(axes)d", "dropout\(axes)d", ofChannels,
            """
            In training, whole channels of \(shapes) are 0 with probability p, the rest is divided by 1 - p. Tompson \
            et al. 2015.

            The draws come from the default generator (manual_seed).
            """)
    }

    static let kinds: [Kind] = [
        kind(
            "Dropout", "dropout", p,
            """
            In training, each element is 0 with probability p and else divided by 1 - p; in evaluation, the input \
            itself.

            Srivastava et al. 2014. The draws come from the default generator (manual_seed).
            """),
        channels(1, "[N, C, L] or [C, L]"), channels(2, "[N, C, ...]"),
        channels(3, "[N, C, D, H, W] or [C, D, H, W]"),
        kind(
            "AlphaDropout", "alpha_dropout", p,
            """
            In training, each element becomes SELU's limit with probability p; all is scaled so that mean and variance \
            stay. Klambauer et al. 2017.

            The draws come from the default generator (manual_seed).
            """),
        kind(
            "FeatureAlphaDropout", "feature_alpha_dropout", ofChannels,
            """
            AlphaDropout of whole channels of [N, C, ...] together.

            The draws come from the default generator (manual_seed).
            """),
    ]
}
