import Steps

@testable import Engine

private let signal = noise([2, 20], seed: 3)
private let weights = noise([6], seed: 5).map { ($0 + 1) / 2 + 0.5 }
private let spectra = noise([4, 5, 2], seed: 7)

/// Window functions, and Fourier transforms of pieces of a signal.
extension FunctionRow {
    private static func window(_ text: String, _ function: Tensor.WindowFunction, isSymmetric: Bool = true)
        -> FunctionRow
    {
        FunctionRow(text) { _ in [try .window(function, 5, isSymmetric: isSymmetric, .float32, "window")] }
    }

    static let windows: [FunctionRow] = [
        window("window_bartlett(5)", .bartlett),
        window("window_blackman(5, sym=False)", .cosines([0.42, 0.5, 0.08]), isSymmetric: false),
        window("window_cosine(5)", .cosine),
        window("window_exponential(5, tau=2.0)", .exponential(center: nil, tau: 2)),
        window(
            "window_exponential(5, center=1.0, sym=False)", .exponential(center: 1, tau: 1), isSymmetric: false),
        window("window_gaussian(5, std=0.7)", .gaussian(std: 0.7)),
        window("window_general_cosine(5, a=(0.5, 0.3, 0.2))", .cosines([0.5, 0.3, 0.2])),
        window("window_general_hamming(5, alpha=0.75)", .cosines([0.75, 0.25])),
        window("window_hamming(5)", .cosines([0.54, 1 - 0.54])),
        window("window_hann(5)", .cosines([0.5, 0.5])),
        window("window_kaiser(5, beta=8.0)", .kaiser(beta: 8)),
        window("window_nuttall(5)", .cosines([0.363_581_9, 0.489_177_5, 0.136_599_5, 0.010_641_1])),
        window("bartlett_window(5)", .bartlett, isSymmetric: false),
        window("blackman_window(5, periodic=False)", .cosines([0.42, 0.5, 0.08])),
        window("hamming_window(5, alpha=0.5, beta=0.25)", .cosines([0.5, 0.25]), isSymmetric: false),
        window("hann_window(5)", .cosines([0.5, 0.5]), isSymmetric: false),
        window("kaiser_window(5, beta=8.0)", .kaiser(beta: 8), isSymmetric: false),
        FunctionRow("window_hann(1, dtype=float64)") { _ in [try tensor([1], .float64)] },
        FunctionRow("hann_window(4, dtype=float64)") { _ in
            [try .window(.cosines([0.5, 0.5]), 4, isSymmetric: false, .float64, "window")]
        },
    ]

    static let shortTimeFourier: [FunctionRow] = [
        FunctionRow("stft(6, hop_length=3, window=None, center=False)", [f64(signal)]) {
            let cut = try $0[0].windows(1, size: 6, step: 3)
            return [try cut.realFourier(nil, [2], .backward, isHermitian: false, "rfft").transpose(1, 2)]
        },
        FunctionRow("stft(8, 3, 6, pad_mode='constant', normalized=True, onesided=False)", [f64(signal), f64(weights)])
        {
            let pieces = Tensor.Pieces(
                count: 8, hop: 3, window: $0[1], windowCount: 6, isNormalized: true, isOneSided: false)
            return [try $0[0].shortTimeFourier(pieces, .constant)]
        },
        FunctionRow("istft(6, 2, length=13)", [f64(spectra), f64(weights)]) {
            [try $0[0].inverseShortTimeFourier(Tensor.Pieces(count: 6, hop: 2, window: $0[1]), length: 13)]
        },
        FunctionRow("complex", [f64(signal), f64(signal)]) { [try Tensor.stack([$0[0], $0[0]], -1)] },
        FunctionRow("polar", [f64(signal), f64(signal)]) {
            [try Tensor.stack([$0[0] * $0[1].applying(.cos), $0[0] * $0[1].applying(.sin)], -1)]
        },
    ]

    static let infoFactors: [FunctionRow] = {
        let square = Values([3, 3]) { ($0[0] == $0[1] ? 3.0 : 0) + 0.3 * Double($0[0] + $0[1]) }
        let side = noise([3, 2], seed: 11)
        let (tall, tau) = (noise([4, 2], seed: 13), noise([2], seed: 15))
        func none(_ x: Tensor) throws -> Tensor { try Tensor.full(Array(x.shape.dropLast(2)), 0, .int32) }
        return [
            FunctionRow("inv_ex", [f64(square)]) { [try $0[0].inverse(), try none($0[0])] },
            FunctionRow("inv_ex(check_errors=True)", [f64(square)]) { [try $0[0].inverse(), try none($0[0])] },
            FunctionRow("inv_ex", [f64(Values([2, 2], [1, 2, 2, 4]))]) { _ in
                [try Tensor.full([2, 2], .nan, .float64), try Tensor.full([], 2, .int32)]
            },
            FunctionRow("solve_ex", [f64(square), f64(side)]) { [try $0[0].solve($0[1]), try none($0[0])] },
            FunctionRow("cholesky_ex(upper=True)", [f64(square)]) {
                [try $0[0].cholesky(upper: true), try none($0[0])]
            },
            FunctionRow("householder_product", [f64(tall), f64(tau)]) { [try $0[0].householderProduct($0[1])] },
            FunctionRow("orgqr", [f64(tall), f64(tau)]) { [try $0[0].householderProduct($0[1])] },
            FunctionRow("ormqr(left=False, transpose=True)", [f64(tall), f64(tau), f64(noise([3, 4]))]) {
                [try $0[0].multipliedByReflections($0[1], $0[2], left: false, transposed: true)]
            },
            FunctionRow("svd_lowrank(q=2)", [f64(tall)]) { try $0[0].principal(2, "svd") },
            FunctionRow("pca_lowrank(center=False)", [f64(tall)]) { try $0[0].principal(2, "svd") },
            FunctionRow("pinv(rtol=0.1, atol=None)", [f64(square)]) { [try $0[0].pseudoInverse(rtol: 0.1)] },
            FunctionRow("matrix_rank", [f64(square), f64(Values([], [0.1]))]) { [try $0[0].matrixRank(atol: 0.1)] },
        ]
    }()

    static let polynomials: [FunctionRow] = {
        let (x, degrees) = (noise([2, 3], seed: 17), Values([3], [0, 2, 5]))
        let families: [(String, PolynomialFamily)] = [
            ("chebyshev_polynomial_t", .init(.gegenbauer, 0)), ("chebyshev_polynomial_u", .init(.gegenbauer, 2)),
            ("chebyshev_polynomial_v", .init(.third)), ("chebyshev_polynomial_w", .init(.fourth)),
            ("hermite_polynomial_h", .init(.hermite)), ("hermite_polynomial_he", .init(.statisticalHermite)),
            ("laguerre_polynomial_l", .init(.laguerre)), ("legendre_polynomial_p", .init(.gegenbauer, 1)),
        ]
        return families.flatMap { name, family in
            [
                FunctionRow(name, [f64(x), i64(degrees)]) {
                    [try Tensor(result: $0[0].node().polynomial(family, $0[1].node()))]
                },
                FunctionRow(
                    (name.hasPrefix("cheb") ? "shifted_" + name : name) + "(n=3)", [f64(x)]
                ) {
                    let n = try Node.scalar(3, like: $0[0].node())
                    return [
                        try Tensor(result: $0[0].node().polynomial(family, n, isShifted: name.hasPrefix("cheb")))
                    ]
                },
            ]
        }
    }()

    /// Places, distances, random numbers, losses.
    static let various: [FunctionRow] = [
        FunctionRow("logspace(0, 2, 3, base=2, dtype=float64)") { _ in [try tensor([1, 2, 4], .float64)] },
        FunctionRow("unravel_index((2, 3))", [i64(Values([3], [0, 4, 5]))]) { _ in
            [try tensor([0, 1, 1], .int64), try tensor([0, 1, 2], .int64)]
        },
        FunctionRow("as_strided((2, 2), (1, 2), 1)", [f64(Values([5], [0, 1, 2, 3, 4]))]) { _ in
            [try tensor(Values([2, 2], [1, 3, 2, 4]), .float64)]
        },
        FunctionRow("as_strided_scatter(2, 3)", [f64(Values([5], [0, 1, 2, 3, 4])), f64(Values([2], [7, 8]))]) { _ in
            [try tensor([7, 1, 2, 8, 4], .float64)]
        },
        FunctionRow(
            "index_put(accumulate=True)",
            [
                f64(Values([3], [0, 1, 2])), f64(Values([], [2])), i64(Values([3], [0, 2, -1])),
            ]
        ) { _ in [try tensor([2, 1, 6], .float64)] },
        FunctionRow("sum_to_size((1, 2))", [f64(Values([3, 2], [0, 1, 2, 3, 4, 5]))]) { _ in
            [try tensor(Values([1, 2], [6, 9]), .float64)]
        },
        FunctionRow("fmax", [f64(Values([2], [.nan, 1])), f64(Values([2], [2, .nan]))]) { _ in
            [try tensor([2, 1], .float64)]
        },
        FunctionRow("fmin(other=0)", [f64(Values([2], [.nan, 1]))]) { _ in [try tensor([0, 0], .float64)] },
        FunctionRow("pdist", [f64(Values([3, 2], [0, 0, 3, 4, 3, 0]))]) { _ in [try tensor([5, 3, 4], .float64)] },
        FunctionRow("log_normal(0, 0.5, size=(3,))") { _ in
            [try Generator.standard().draw(.normal, .float32, [3], 0, 0.5).applying(.exp)]
        },
        FunctionRow("cauchy(sigma=2, size=(3,))") { _ in
            let angle = try Generator.standard().draw(.uniform, .float32, [3], -.pi / 2, .pi / 2)
            return [try angle.applying(.tan) * 2 + 0]
        },
        FunctionRow("geometric(1, size=(3,))") { _ in
            _ = try Generator.standard().draw(.exponential, .float64, [3], 1, 0)
            return [try tensor([1, 1, 1], .float32)]
        },
        FunctionRow(
            "ctc_loss(reduction='none')",
            [
                f64(Values([2, 1, 2]) { _ in -0.693_147_180_559_945_3 }), i64(Values([1, 1], [1])),
                i64(Values([1], [2])), i64(Values([1], [1])),
            ]
        ) {
            // Three of the four ways to go through two steps spell the label.
            [
                try Tensor.connectionistTemporal(
                    $0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3], .none)
            ]
        },
        FunctionRow(
            "linear_cross_entropy(linear_bias=None)",
            [f64(noise([4, 3])), f64(noise([2, 3])), i64(Values([4], [0, 1, 1, 0]))]
        ) { [try .crossEntropy(logits: $0[0].linear($0[1], nil), $0[2])] },
    ]
}
