import Foundation

@testable import Engine

extension FunctionRow {
    private static func noises(_ shapes: Shape...) -> [(Values, DType)] {
        shapes.enumerated().map { (noise($1, seed: UInt64($0) + 3), .float64) }
    }

    private static func pool(
        _ name: String, _ axes: Int, _ kernel: [Int], _ stride: [Int]? = nil, padding: [Int] = [0],
        dilation: [Int] = [1], isCeiled: Bool = false
    ) throws -> PoolWindows {
        try PoolWindows(
            name, axes: axes, kernel: kernel, stride: stride, padding: padding, dilation: dilation, isCeiled: isCeiled)
    }

    /// An input with that many spatial axes.
    private static func shape(_ axes: Int) -> Shape { [2, 2] + [5, 4, 4].prefix(axes) }

    static let windowed: [FunctionRow] = (1...3).flatMap { convolutions($0) + pools($0) } + columns

    private static func convolutions(_ axes: Int) -> [FunctionRow] {
        let window = [Int](repeating: 2, count: axes)
        return [
            FunctionRow("conv\(axes)d", noises(shape(axes), [3, 2] + window)) {
                [
                    try .convolution(
                        axes: axes, $0[0], $0[1], nil, stride: [1], padding: .none, dilation: [1], groups: 1)
                ]
            },
            FunctionRow(
                "conv\(axes)d(stride=2, padding=1, dilation=2, groups=2)",
                noises(shape(axes), [4, 1] + window, [4])
            ) {
                [
                    try .convolution(
                        axes: axes, $0[0], $0[1], $0[2], stride: [2], padding: .explicit([1]), dilation: [2],
                        groups: 2)
                ]
            },
            FunctionRow("conv\(axes)d(padding='same')", noises(shape(axes), [3, 2] + window)) {
                [
                    try .convolution(
                        axes: axes, $0[0], $0[1], nil, stride: [1], padding: .same, dilation: [1], groups: 1)
                ]
            },
            FunctionRow("conv_transpose\(axes)d(None, 2, 1, 1)", noises(shape(axes), [2, 3] + window)) {
                [
                    try .transposedConvolution(
                        axes: axes, $0[0], $0[1], nil, stride: [2], padding: [1], outputPadding: [1], groups: 1,
                        dilation: [1])
                ]
            },
        ]
    }

    private static func pools(_ axes: Int) -> [FunctionRow] {
        let x = noises(shape(axes))
        let places = Values(shape(axes).dropLast(axes) + [Int](repeating: 2, count: axes)) { place in
            Double(place.dropFirst(2).reduce(0) { 2 * $0 + $1 })
        }
        return [
            FunctionRow("max_pool\(axes)d(2)", x) { [try $0[0].maxPool(pool("max_pool", axes, [2])).values] },
            FunctionRow("max_pool\(axes)d(2, 1, 1, 2, True, return_indices=True)", x) {
                let found = try $0[0].maxPool(
                    pool("max_pool", axes, [2], [1], padding: [1], dilation: [2], isCeiled: true))
                return [found.values, found.indices]
            },
            FunctionRow("avg_pool\(axes)d(3, 2, 1, ceil_mode=True, count_include_pad=False)", x) {
                [
                    try $0[0].averagePool(
                        pool("avg_pool", axes, [3], [2], padding: [1], isCeiled: true), includesPadding: false)
                ]
            },
            FunctionRow("adaptive_avg_pool\(axes)d(3)", x) {
                [try $0[0].adaptiveAveragePool(axes: axes, size: [3])]
            },
            FunctionRow("adaptive_max_pool\(axes)d(3, return_indices=True)", x) {
                let found = try $0[0].adaptiveMaxPool(axes: axes, size: [3])
                return [found.values, found.indices]
            },
            FunctionRow("max_unpool\(axes)d(2)", [(noise(places.shape), .float64), (places, .int64)]) {
                [try $0[0].maxUnpool(pool("max_unpool", axes, [2]), $0[1], size: nil)]
            },
            FunctionRow("lp_pool\(axes)d(2, 2, stride=1)", x) {
                [try $0[0].powerAveragePool(pool("lp_pool", axes, [2], [1]), 2)]
            },
        ]
    }

    private static let columns = [
        FunctionRow("unfold(2, padding=1)", noises([2, 2, 3, 4])) {
            [try $0[0].unfoldedWindows(kernel: [2], dilation: [1], padding: [1], stride: [1])]
        },
        FunctionRow("fold((3, 4), 2, stride=(1, 2))", noises([2, 8, 4])) {
            [try $0[0].foldedWindows(size: [3, 4], kernel: [2], dilation: [1], padding: [0], stride: [1, 2])]
        },
        FunctionRow("avg_pool2d(2, divisor_override=3)", noises([2, 4, 4])) {
            [try $0[0].averagePool(pool("avg_pool2d", 2, [2]), divisor: 3)]
        },
        FunctionRow("adaptive_avg_pool2d((None, 2))", noises([2, 4, 5])) {
            [try $0[0].adaptiveAveragePool(axes: 2, size: [nil, 2])]
        },
    ]
}
