import Foundation

@testable import Engine

/// A convolution in plain loops: x [n, groups x c, spatial], weight [o, c, window].
private func referenceConvolution(_ x: Values, _ weight: Values, _ axes: [Convolution.Axis], groups: Int = 1) -> Values
{
    let window = Array(weight.shape.dropFirst(2))
    let positions = axes.enumerated().map { place, axis in
        let extent = (x.shape[place + 2] - 1) * axis.inputDilation + 1 + axis.low + axis.high
        return max(0, (extent - (window[place] - 1) * axis.dilation - 1 + axis.stride) / axis.stride)
    }
    let (channels, outputs) = (weight.shape[1], weight.shape[0] / groups)
    return Values([x.shape[0], weight.shape[0]] + positions) { place in
        var sum = 0.0
        for tap in places(of: [channels] + window) {
            var source = [place[0], place[1] / outputs * channels + tap[0]]
            for (number, axis) in axes.enumerated() {
                let spread = place[number + 2] * axis.stride + tap[number + 1] * axis.dilation - axis.low
                let index = spread / axis.inputDilation
                if spread >= 0, spread % axis.inputDilation == 0, index < x.shape[number + 2] { source.append(index) }
            }
            if source.count == x.shape.count { sum += x[source] * weight[[place[1]] + tap] }
        }
        return sum
    }
}

/// `function` of the elements of each window, of one axis at the end.
private func windows(
    _ x: Values, kernel: Int, stride: Int, padding: Int, _ function: ([Double], [Int]) -> Double
) -> Values {
    let extent = x.shape.last!
    let positions = (extent + 2 * padding - kernel) / stride + 1
    return Values(x.shape.dropLast() + [positions]) { place in
        let inside = (0..<kernel).map { place.last! * stride - padding + $0 }.filter { $0 >= 0 && $0 < extent }
        return function(inside.map { x[place.dropLast() + [$0]] }, inside)
    }
}

extension Row {
    private static func convolution(
        _ name: String, _ x: Shape, _ weight: Shape, _ axes: [Convolution.Axis], groups: Int = 1
    ) -> Row {
        Row(
            "convolution \(name)", [Convolution.self], [points(x, -2...2), points(weight, -1...1, seed: 7)],
            { Tensor(try Convolution(axes: axes, groups: groups).record([$0[0].node(), $0[1].node()])) },
            { referenceConvolution($0[0], $0[1], axes, groups: groups) })
    }

    static let windowed: [Row] =
        [
            convolution("of one axis", [2, 3, 6], [4, 3, 3], [.init()]),
            convolution("in steps", [2, 2, 7], [3, 2, 3], [.init(stride: 2, low: 1, high: 2)]),
            convolution("that cuts off", [1, 2, 7], [2, 2, 2], [.init(low: -1, high: -2)]),
            convolution("of an input with gaps", [2, 2, 4], [2, 2, 3], [.init(low: 2, high: 1, inputDilation: 3)]),
            convolution(
                "with gaps of all kinds", [1, 2, 5], [2, 2, 3],
                [.init(stride: 2, low: 2, high: 3, inputDilation: 3, dilation: 2)]),
            convolution(
                "over planes", [2, 2, 4, 5], [3, 2, 2, 3], [.init(low: 1, high: 1), .init(stride: 2, high: 1)]),
            convolution(
                "in groups", [2, 4, 3, 4], [6, 2, 2, 2], [.init(), .init(stride: 2, low: 1, dilation: 2)], groups: 2),
            convolution(
                "of each channel", [2, 3, 4, 4], [3, 1, 2, 2], [.init(low: 1), .init(stride: 2)], groups: 3),
            convolution(
                "over volumes", [1, 2, 3, 3, 2], [2, 2, 2, 2, 2],
                [.init(), .init(stride: 2, low: 1), .init(low: 1, inputDilation: 2)]),
            convolution("of single elements", [2, 3, 2, 2], [2, 3, 1, 1], [.init(), .init()]),
            convolution("of nothing", [0, 2, 4], [3, 2, 2], [.init()]),
            convolution("into nothing", [2, 2, 2], [3, 2, 4], [.init()]),
            Row(
                "conv2d with a bias", [Convolution.self],
                [points([2, 2, 4, 4], -2...2), points([3, 2, 3, 3], -1...1, seed: 7), points([3], -1...1, seed: 9)],
                {
                    try .convolution(
                        axes: 2, $0[0], $0[1], $0[2], stride: [2, 1], padding: .explicit([1]), dilation: [1], groups: 1)
                },
                { v in
                    let axes = [Convolution.Axis(stride: 2, low: 1, high: 1), Convolution.Axis(low: 1, high: 1)]
                    return referenceConvolution(v[0], v[1], axes).with(v[2].reshaped([3, 1, 1]), +)
                }),
            Row(
                "max_pool1d", [WindowArgMax.self, TakeAlongAxis.self], [points([2, 2, 7], -2...2)],
                {
                    try $0[0].maxPool(PoolWindows("max_pool1d", axes: 1, kernel: [3], stride: [2], padding: [1])).values
                },
                { v in windows(v[0], kernel: 3, stride: 2, padding: 1) { window, _ in window.max()! } }),
            Row(
                "places of max_pool1d", [WindowArgMax.self], [points([2, 2, 7], -2...2)], isDifferentiable: false,
                result: .int64,
                { try $0[0].maxPool(PoolWindows("max_pool1d", axes: 1, kernel: [2], stride: [3])).indices },
                { v in
                    windows(v[0], kernel: 2, stride: 3, padding: 0) { window, inside in
                        Double(inside[window.firstIndex(of: window.max()!)!])
                    }
                }),
            Row(
                "avg_pool1d", [Convolution.self], [points([2, 2, 7], -2...2)],
                {
                    try $0[0].averagePool(
                        PoolWindows("avg_pool1d", axes: 1, kernel: [3], stride: [2], padding: [1]),
                        includesPadding: false)
                },
                { v in
                    windows(v[0], kernel: 3, stride: 2, padding: 1) { window, _ in
                        window.reduce(0, +) / Double(window.count)
                    }
                }),
        ]
}
