/// torch.fft's transforms. Complex numbers are pairs of reals, [..., 2], real and imaginary part in the last axis,
/// which `dim` does not count.
extension Functions {
    private static let pairs = Parameter("input", .tensor, "Complex numbers as pairs of reals, [..., 2].")
    private static let reals = Parameter("input", .tensor, "Real numbers.")
    private static let size = Parameter(
        "n", .optional(.integer), Value.none,
        "How many elements the axis has in the transform: it is cut, or zeros come behind; None: as it is.")
    private static let halfSize = Parameter(
        "n", .optional(.integer), Value.none, "How many elements the result has there; None: 2 (m - 1) for m.")
    private static let sizes = Parameter(
        "s", .optional(.integers), Value.none, "n for each axis; -1 or None: as it is.")
    private static let axes = Parameter(
        "dim", .optional(.integers), Value.none, "The axes, in this order; None: the last ones that s is for, or all.")
    private static let lastTwo = Parameter(
        "dim", .integers, .list([.integer(-2), .integer(-1)]), "The axes, in this order.")
    private static let norm = Parameter(
        "norm", .optional(.choice(Tensor.FourierScale.allCases.map(\.rawValue))), Value.none,
        "Which way divides by the number of elements: 'backward' (None), 'forward', or both by its root, 'ortho'.")

    private typealias Transform = (
        Tensor, [Int]?, [Int]?, Tensor.FourierScale, String
    ) throws(Failure) -> Tensor

    /// A transform along one axis, along two and along several, of whose names the first is `name`.
    private static func transforms(
        _ name: String, _ input: Parameter, _ size: Parameter, _ documentation: String,
        _ transform: @escaping Transform
    ) -> [Function] {
        func scale(_ a: Arguments) -> Tensor.FourierScale {
            a.optionalText("norm").flatMap { Tensor.FourierScale(rawValue: $0) } ?? .backward
        }
        return [
            Function("fft_\(name)", [input, size, .lastAxis, norm], documentation) { a throws(Failure) in
                try transform(
                    a.tensor("input"), a.optionalInteger("n").map { [$0] }, [a.integer("dim")], scale(a), "fft.\(name)")
            },
            Function("fft_\(name)2", [input, sizes, lastTwo, norm], "\(name) along two axes.") { a throws(Failure) in
                try transform(
                    a.tensor("input"), a.optionalIntegers("s"), a.integers("dim"), scale(a), "fft.\(name)2")
            },
            Function("fft_\(name)n", [input, sizes, axes, norm], "\(name) along several axes.") { a throws(Failure) in
                try transform(
                    a.tensor("input"), a.optionalIntegers("s"), a.optionalIntegers("dim"), scale(a), "fft.\(name)n")
            },
        ]
    }

    static let fourier: [Function] = {
        let both = [false, true].flatMap { isInverse in
            transforms(
                isInverse ? "ifft" : "fft", pairs, size,
                isInverse
                    ? "x[j] = 1 / n sum over k of X[k] exp(2 pi i j k / n) along an axis of pairs. Floats."
                    : "X[k] = sum over j of x[j] exp(-2 pi i j k / n) along an axis of pairs. Floats."
            ) { (x, sizes, axes, scale, name) throws(Failure) in
                try x.fourier(sizes, axes, scale, isInverse: isInverse, name)
            }
        }
        let real = [false, true].flatMap { isHermitian in
            transforms(
                isHermitian ? "ihfft" : "rfft", reals, size,
                isHermitian
                    ? "The first n / 2 + 1 elements of ifft of real numbers, as pairs: the inverse of hfft."
                    : "The first n / 2 + 1 elements of fft of real numbers, as pairs; the others are their conjugates."
            ) { (x, sizes, axes, scale, name) throws(Failure) in
                try x.realFourier(sizes, axes, scale, isHermitian: isHermitian, name)
            }
        }
        let half = [false, true].flatMap { isHermitian in
            transforms(
                isHermitian ? "hfft" : "irfft", pairs, halfSize,
                isHermitian
                    ? "The real transform of numbers with x[-j] = conj(x[j]), of which the first n / 2 + 1 are given."
                    : "The real numbers whose fft begins with these n / 2 + 1 pairs: the inverse of rfft."
            ) { (x, sizes, axes, scale, name) throws(Failure) in
                try x.halfFourier(sizes, axes, scale, isHermitian: isHermitian, name)
            }
        }
        return both + real + half + frequencies
    }()

    private static let count = Parameter("n", .integer, "How many elements the transform has.")
    private static let distance = Parameter("d", .real, .real(1), "How far apart the samples are.")

    private static let frequencies: [Function] = [
        Function(
            "fft_pairs",
            [
                Parameter("real", .tensor, "The real parts."),
                Parameter(
                    "imag", .optional(.tensor), Value.none, "The imaginary parts, which broadcast with them; None: 0."),
            ],
            "Complex numbers as pairs: [...] -> [..., 2]. Floats."
        ) { a throws(Failure) in try Tensor.pairs(a.tensor("real"), a.optionalTensor("imag")) },
        Function(
            "complex",
            [
                Parameter("real", .tensor, "The real parts."),
                Parameter("imag", .tensor, "The imaginary parts, of the same dtype; the two broadcast."),
            ],
            "Complex numbers as pairs of reals: [...] -> [..., 2], real and imaginary part in the last axis. Floats."
        ) { a throws(Failure) in try Tensor.complex(a.tensor("real"), a.tensor("imag"), "complex") },
        Function(
            "polar",
            [
                Parameter("abs", .tensor, "Absolute values."),
                Parameter("angle", .tensor, "Angles in radians, of the same dtype; the two broadcast."),
            ],
            "abs (cos(angle) + i sin(angle)) as pairs of reals: [...] -> [..., 2]. Floats."
        ) { a throws(Failure) in
            let (length, angle) = (try a.tensor("abs"), try a.tensor("angle"))
            try Tensor.checkParts(length, angle, "polar")
            return try .complex(
                length * angle.applying(.cos), length * angle.applying(.sin), "polar")
        },
        Function(
            "fft_fftfreq", [count, distance, .dtype(.float32, keyword: true)],
            "The frequencies of fft's elements, 0, 1, ..., -2, -1, divided by n d: [n]."
        ) { a throws(Failure) in
            try Tensor.frequencies(a.integer("n"), a.real("d"), a.dtype("dtype", .float32), isOneSided: false)
        },
        Function(
            "fft_rfftfreq", [count, distance, .dtype(.float32, keyword: true)],
            "The frequencies of rfft's elements, 0, 1, ..., divided by n d: [n / 2 + 1]."
        ) { a throws(Failure) in
            try Tensor.frequencies(a.integer("n"), a.real("d"), a.dtype("dtype", .float32), isOneSided: true)
        },
        Function(
            "fft_fftshift", [.input, .axes],
            "With the frequency 0 in the middle of axes. They count every axis, also that of pairs. The dtype stays."
        ) { a throws(Failure) in
            try a.tensor("input").centered(a.optionalIntegers("dim"), isInverse: false)
        },
        Function(
            "fft_ifftshift", [.input, .axes], "What fft_fftshift has moved, as it was. The dtype stays."
        ) { a throws(Failure) in
            try a.tensor("input").centered(a.optionalIntegers("dim"), isInverse: true)
        },
    ]
}
