import Foundation

@testable import Engine

private let labels: [Double] = [2, 0, 1, 1]

/// The rows of exp(z) / sum exp(z).
private func softmax(_ z: Values) -> Values {
    let sums = z.reduced([1]) { $0.reduce(0) { $0 + exp($1) } }
    return z.with(sums) { exp($0) / $1 }
}

private func picked(_ z: Values, _ function: (Double) -> Double) -> Values {
    Values([4]) { function(z[[$0[0], Int(labels[$0[0]])]]) }
}

extension Row {
    static let losses: [Row] = {
        var rows: [Row] = [DType.uint8, .int32, .int64].map { dtype in
            Row(
                "cross_entropy \(dtype.name)", [CrossEntropy.self], [points([4, 3], -2...2)],
                { try Tensor.crossEntropy(logits: $0[0], labels: tensor(labels, dtype)) },
                { picked(softmax($0[0])) { -log($0) } })
        }
        rows.append(
            Row(
                "cross_entropy_gradient", [CrossEntropyGradient.self], [points([4, 3], -2...2), points([4], -1...2)],
                {
                    Tensor(
                        try CrossEntropyGradient().record([$0[0].node(), tensor(labels, .int64).node(), $0[1].node()]))
                },
                { v in
                    let p = softmax(v[0])
                    return Values([4, 3]) { (p[$0] - (Int(labels[$0[0]]) == $0[1] ? 1 : 0)) * v[1][[$0[0]]] }
                }))
        rows.append(
            Row(
                "cross_entropy_gradient under one cotangent", [CrossEntropyGradient.self],
                [points([4, 3], -2...2), points([], 1...2)],
                {
                    Tensor(
                        try CrossEntropyGradient().record([
                            $0[0].node(), tensor(labels, .int64).node(), $0[1].broadcast(to: [4]).node(),
                        ]))
                },
                { v in
                    let p = softmax(v[0])
                    return Values([4, 3]) { (p[$0] - (Int(labels[$0[0]]) == $0[1] ? 1 : 0)) * v[1].data[0] }
                }))
        rows.append(
            Row(
                "cross entropy of probabilities", [OneHot.self, ClampedLog.self], [points([4, 3], 0.1...0.9)],
                { try Tensor.crossEntropy(probabilities: $0[0].applying(.square), labels: tensor(labels, .int32)) },
                { picked($0[0]) { -log($0 * $0) } }))
        rows.append(
            Row(
                "cross entropy of a softmax", [ThroughLogits.self, Softmax.self, CrossEntropy.self],
                [points([4, 3], -2...2)],
                { try Tensor.crossEntropy(probabilities: $0[0].softmax(1), labels: tensor(labels, .int32)) },
                { picked(softmax($0[0])) { -log($0) } }))
        rows.append(
            Row(
                "cross entropy with distributions", [LogSoftmax.self],
                [points([4, 3], -2...2), points([4, 3], 0.1...0.9)],
                { try Tensor.crossEntropy(logits: $0[0], distributions: $0[1]) },
                { softmax($0[0]).with($0[1]) { -$1 * log($0) }.reduced([1]) { $0.reduce(0, +) }.dropping([1]) }))
        rows.append(
            Row(
                "cross entropy of a softmax with distributions", [ThroughLogits.self, LogSoftmax.self],
                [points([4, 3], -2...2), points([4, 3], 0.1...0.9)],
                { try Tensor.crossEntropy(probabilities: $0[0].softmax(-1), distributions: $0[1]) },
                { softmax($0[0]).with($0[1]) { -$1 * log($0) }.reduced([1]) { $0.reduce(0, +) }.dropping([1]) }))
        rows.append(
            Row(
                "binary_cross_entropy", [BinaryCrossEntropy.self],
                [points([2, 3], 0.2...0.8), points([3], 0.1...0.9)],
                { try Tensor.binaryCrossEntropy(probabilities: $0[0], targets: $0[1]) },
                { $0[0].with($0[1], crossEntropy) }))
        rows.append(
            Row(
                "binary_cross_entropy of a sigmoid",
                [ThroughLogits.self, BinaryCrossEntropyWithLogits.self, Sigmoid.self],
                [points([2, 3], -2...2), points([2, 3], 0.1...0.9)],
                { try Tensor.binaryCrossEntropy(probabilities: $0[0].applying(.sigmoid), targets: $0[1]) },
                { $0[0].with($0[1]) { crossEntropy(1 / (1 + exp(-$0)), $1) } }))
        rows.append(
            Row(
                "binary_cross_entropy_with_logits", [BinaryCrossEntropyWithLogits.self],
                [points([2, 3], -4...4), points([2, 3], 0.1...0.9)],
                { try Tensor.binaryCrossEntropy(logits: $0[0], targets: $0[1]) },
                { $0[0].with($0[1]) { crossEntropy(1 / (1 + exp(-$0)), $1) } }))
        return rows
    }()

    private static func crossEntropy(_ p: Double, _ t: Double) -> Double { -(t * log(p) + (1 - t) * log(1 - p)) }
}
