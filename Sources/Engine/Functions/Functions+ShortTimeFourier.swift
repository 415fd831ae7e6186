/// Fourier transforms of pieces of a signal that overlap, and back.
extension Functions {
    private static let pieceParameters: [Parameter] = [
        Parameter("n_fft", .integer, "The elements of a piece."),
        Parameter("hop_length", .optional(.integer), Value.none, "From one piece to the next; None: n_fft / 4."),
        Parameter("win_length", .optional(.integer), Value.none, "The elements of the window; None: n_fft."),
        Parameter(
            "window", .optional(.tensor), Value.none,
            "[win_length], with zeros around it up to n_fft; None: ones."),
        Parameter("center", .flag, .flag(true), "Whether piece t is about element t hop_length, not from there on."),
    ]
    private static let isNormalized = Parameter(
        "normalized", .flag, .flag(false), "Whether transforms are divided by the root of n_fft.")
    private static let isOneSided = Parameter(
        "onesided", .optional(.flag), Value.none,
        "Whether a spectrum has n_fft / 2 + 1 elements, since the others are their conjugates; None: it has.")

    private static func pieces(_ a: Arguments) throws(Failure) -> Tensor.Pieces {
        Tensor.Pieces(
            count: try a.integer("n_fft"), hop: a.optionalInteger("hop_length"), window: a.optionalTensor("window"),
            windowCount: a.optionalInteger("win_length"), isCentered: try a.flag("center"),
            isNormalized: try a.flag("normalized"), isOneSided: a.value("onesided")?.flag ?? true)
    }

    static let shortTimeFourier: [Function] = [
        Function(
            "stft",
            [Parameter("input", .tensor, "A signal [length] or [n, length].")] + pieceParameters + [
                Parameter(
                    "pad_mode", .choice(["constant", "reflect", "replicate", "circular"]), .text("reflect"),
                    "What center puts before the signal and behind it."), isNormalized, isOneSided,
            ],
            """
            Fourier transforms of pieces of n_fft elements times a window, as pairs: [frequencies, pieces, 2], with n \
            in front. Floats.
            """
        ) { a throws(Failure) in
            try a.tensor("input").shortTimeFourier(pieces(a), padModes[a.text("pad_mode")] ?? .reflect)
        },
        Function(
            "istft",
            [Parameter("input", .tensor, "Pairs [frequencies, pieces, 2], with n in front.")] + pieceParameters + [
                isNormalized, isOneSided,
                Parameter(
                    "length", .optional(.integer), Value.none,
                    "The elements of the signal: it is cut, or zeros come behind; None: as the pieces reach."),
            ],
            """
            The signal [length], with n in front, whose stft is nearest to these spectra. Windows whose squares add up \
            to 0 somewhere are an error. Floats.
            """
        ) { a throws(Failure) in
            try a.tensor("input").inverseShortTimeFourier(pieces(a), length: a.optionalInteger("length"))
        },
    ]
}
