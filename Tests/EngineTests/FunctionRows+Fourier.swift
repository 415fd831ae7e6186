@testable import Engine

private let line = noise([6], seed: 3)
private let reals = noise([3, 4], seed: 5)
private let pairs = noise([3, 4, 2], seed: 7)

/// Discrete Fourier transforms.
extension FunctionRow {
    private typealias Transform = (Tensor, [Int]?, [Int]?, Tensor.FourierScale) throws -> Tensor

    private static func transforms(_ name: String, _ input: Values, _ transform: @escaping Transform) -> [FunctionRow] {
        [
            FunctionRow("fft_\(name)", [f64(input)]) { [try transform($0[0], nil, [-1], .backward)] },
            FunctionRow("fft_\(name)(5, dim=0, norm='ortho')", [f64(input)]) {
                [try transform($0[0], [5], [0], .ortho)]
            },
            FunctionRow("fft_\(name)2(norm='forward')", [f64(input)]) {
                [try transform($0[0], nil, [-2, -1], .forward)]
            },
            FunctionRow("fft_\(name)n(s=(2, 3), dim=(1, 0))", [f64(input)]) {
                [try transform($0[0], [2, 3], [1, 0], .backward)]
            },
            FunctionRow("fft_\(name)n", [f64(input)]) { [try transform($0[0], nil, [0, 1], .backward)] },
        ]
    }

    static let fourier: [FunctionRow] = {
        var rows: [FunctionRow] = []
        for (name, isInverse) in [("fft", false), ("ifft", true)] {
            rows += transforms(name, pairs) { try $0.fourier($1, $2, $3, isInverse: isInverse, name) }
        }
        for (name, isHermitian) in [("rfft", false), ("ihfft", true)] {
            rows += transforms(name, reals) { try $0.realFourier($1, $2, $3, isHermitian: isHermitian, name) }
        }
        for (name, isHermitian) in [("irfft", false), ("hfft", true)] {
            rows += transforms(name, pairs) { try $0.halfFourier($1, $2, $3, isHermitian: isHermitian, name) }
        }
        rows += [
            FunctionRow("fft_pairs", [f64(reals)]) {
                [try Tensor.stack([$0[0], Tensor.full([3, 4], 0, .float64)], -1)]
            },
            FunctionRow("fft_pairs", [f64(reals), f64(reals)]) { [try Tensor.stack([$0[0], $0[1]], -1)] },
            FunctionRow("fft_fftfreq(5, 0.5, dtype=float64)") { _ in
                [try tensor(Values([5], [0, 0.4, 0.8, -0.8, -0.4]), .float64)]
            },
            FunctionRow("fft_rfftfreq(6, dtype=float64)") { _ in
                [try tensor(Values([4], [0, 1.0 / 6, 2.0 / 6, 0.5]), .float64)]
            },
            FunctionRow("fft_fftshift", [f64(line)]) { [try $0[0].roll([3], [0])] },
            FunctionRow("fft_fftshift(dim=1)", [f64(reals)]) { [try $0[0].roll([2], [1])] },
            FunctionRow("fft_ifftshift(dim=0)", [f64(reals)]) { [try $0[0].roll([-1], [0])] },
        ]
        return rows
    }()
}
