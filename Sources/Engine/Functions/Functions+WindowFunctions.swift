/// Window functions: those of torch.signal.windows under `window_` and their name, and PyTorch's older ones.
extension Functions {
    private static let count = Parameter("M", .integer, "How many samples.")
    private static let isSymmetric = Parameter(
        "sym", .flag, .flag(true), keyword: true,
        "Whether the last sample is as the first; else the one behind the last would be.")
    private static let length = Parameter("window_length", .integer, "How many samples.")
    private static let isPeriodic = Parameter(
        "periodic", .flag, .flag(true), "Whether the sample behind the last would be as the first; else the last is.")
    private static let beta = Parameter("beta", .real, .real(12), "How narrow the window is, from 0 on.")

    private typealias Shape = (Arguments) throws(Failure) -> Tensor.WindowFunction

    private static func cosines(_ alpha: Double) -> Tensor.WindowFunction { .cosines([alpha, 1 - alpha]) }

    /// One of torch.signal.windows.
    private static func window(
        _ name: String, taking parameters: [Parameter] = [], _ formula: String, _ shape: @escaping Shape
    ) -> Function {
        Function(
            "window_\(name)",
            [count] + parameters + [isSymmetric, .dtype(.float32, keyword: true), .keywordRequiresGrad],
            "\(formula) with P = M - 1, or M for sym=False: [M]."
        ) { a throws(Failure) in
            try created(
                .window(
                    shape(a), a.integer("M"), isSymmetric: a.flag("sym"), a.dtype("dtype", .float32), "window_\(name)"),
                a)
        }
    }

    /// One of the older functions, whose windows are periodic unless they are told otherwise.
    private static func periodic(
        _ name: String, taking parameters: [Parameter] = [], _ like: String, _ shape: @escaping Shape
    ) -> Function {
        Function(
            name,
            [length, isPeriodic] + parameters + [.dtype(.float32, keyword: true), .keywordRequiresGrad],
            "As \(like): [window_length]."
        ) { a throws(Failure) in
            try created(
                .window(
                    shape(a), a.integer("window_length"), isSymmetric: !a.flag("periodic"),
                    a.dtype("dtype", .float32), name), a)
        }
    }

    static let windows: [Function] = [
        window("bartlett", "1 - |2 n / P - 1|") { _ throws(Failure) in .bartlett },
        window("blackman", "0.42 - 0.5 cos(2 pi n / P) + 0.08 cos(4 pi n / P)") { _ throws(Failure) in
            .cosines([0.42, 0.5, 0.08])
        },
        window("cosine", "sin(pi (n + 1/2) / (P + 1))") { _ throws(Failure) in .cosine },
        window(
            "exponential",
            taking: [
                Parameter("center", .optional(.real), Value.none, keyword: true, "None: P / 2. For sym=False."),
                Parameter("tau", .real, .real(1), keyword: true, "How fast it falls, above 0."),
            ], "exp(-|n - center| / tau)"
        ) { a throws(Failure) in
            .exponential(center: a.optionalReal("center"), tau: try a.real("tau"))
        },
        window(
            "gaussian", taking: [Parameter("std", .real, .real(1), keyword: true, "The standard deviation, above 0.")],
            "exp(-((n - P / 2) / std)^2 / 2)"
        ) { a throws(Failure) in .gaussian(std: try a.real("std")) },
        window(
            "general_cosine",
            taking: [Parameter("a", .tuple(.real, count: nil), keyword: true, "The coefficients, one at least.")],
            "The sum over k of (-1)^k a[k] cos(2 pi k n / P)"
        ) { a throws(Failure) in .cosines(try a.reals("a")) },
        window(
            "general_hamming", taking: [Parameter("alpha", .real, .real(0.54), keyword: true, "The mean.")],
            "alpha - (1 - alpha) cos(2 pi n / P)"
        ) { a throws(Failure) in cosines(try a.real("alpha")) },
        window("hamming", "0.54 - 0.46 cos(2 pi n / P)") { _ throws(Failure) in cosines(0.54) },
        window("hann", "(1 - cos(2 pi n / P)) / 2") { _ throws(Failure) in cosines(0.5) },
        window(
            "kaiser", taking: [Parameter("beta", .real, .real(12), keyword: true, "How narrow it is, from 0 on.")],
            "I0(beta sqrt(1 - (2 n / P - 1)^2)) / I0(beta)"
        ) { a throws(Failure) in .kaiser(beta: try a.real("beta")) },
        window(
            "nuttall",
            "0.3635819 - 0.4891775 cos(2 pi n / P) + 0.1365995 cos(4 pi n / P) - 0.0106411 cos(6 pi n / P)"
        ) { _ throws(Failure) in .cosines([0.363_581_9, 0.489_177_5, 0.136_599_5, 0.010_641_1]) },

        periodic("bartlett_window", "window_bartlett") { _ throws(Failure) in .bartlett },
        periodic("blackman_window", "window_blackman") { _ throws(Failure) in .cosines([0.42, 0.5, 0.08]) },
        periodic(
            "hamming_window",
            taking: [
                Parameter("alpha", .real, .real(0.54), "The mean."),
                Parameter("beta", .real, .real(0.46), "What multiplies the cosine."),
            ], "window_hamming, alpha - beta cos(2 pi n / P)"
        ) { a throws(Failure) in .cosines([try a.real("alpha"), try a.real("beta")]) },
        periodic("hann_window", "window_hann") { _ throws(Failure) in cosines(0.5) },
        periodic("kaiser_window", taking: [beta], "window_kaiser") { a throws(Failure) in
            .kaiser(beta: try a.real("beta"))
        },
    ]
}
