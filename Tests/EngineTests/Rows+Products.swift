import Foundation

@testable import Engine

/// NumPy's matmul in three loops.
func referenceMatMul(_ a: Values, _ b: Values) -> Values {
    let left = a.shape.count == 1 ? a.reshaped([1] + a.shape) : a
    let right = b.shape.count == 1 ? b.reshaped(b.shape + [1]) : b
    let (m, k, n) = (left.shape[left.shape.count - 2], left.shape.last!, right.shape.last!)
    let leading = referenceBroadcast(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)))!
    func batch(_ place: [Int], _ shape: Shape) -> [Int] {
        let own = Array(shape.dropLast(2))
        return zip(place.suffix(own.count), own).map { $1 == 1 ? 0 : $0 }
    }
    let product = Values(leading + [m, n]) { place in
        let (row, column, outer) = (place[place.count - 2], place[place.count - 1], Array(place.dropLast(2)))
        return (0..<k).reduce(0.0) {
            $0 + left[batch(outer, left.shape) + [row, $1]] * right[batch(outer, right.shape) + [$1, column]]
        }
    }
    var shape = product.shape
    if b.shape.count == 1 { shape.removeLast() }
    if a.shape.count == 1 { shape.remove(at: shape.count - (b.shape.count == 1 ? 1 : 2)) }
    return product.reshaped(shape)
}

extension Values {
    func permuted(_ order: [Int]) -> Values {
        Values(order.map { shape[$0] }) { place in
            var source = place
            for (here, there) in zip(place, order) { source[there] = here }
            return self[source]
        }
    }
}

extension Row {
    static let products: [Row] = matmuls + transposed + linears + attentions

    private static let attentions: [Row] = [false, true].map { isCausal in
        Row(
            "attention\(isCausal ? ", causal" : "")", [FusedAttention.self],
            [points([2, 8, 2], -2...2), points([2, 9, 2], -1...2, seed: 7), points([2, 9, 3], -2...1, seed: 9)],
            { try $0[0].attention($0[1], $0[2], Tensor.AttentionRule(isCausal: isCausal)) },
            { v in
                Values([2, 8, 3]) { place in
                    let (head, query, column) = (place[0], place[1], place[2])
                    let seen = isCausal ? query + 1 : 9
                    let weights = (0..<seen).map { key in
                        exp(
                            (0..<2).reduce(0) { $0 + v[0][[head, query, $1]] * v[1][[head, key, $1]] }
                                / 2.0.squareRoot())
                    }
                    let sum = (0..<seen).reduce(0.0) { $0 + weights[$1] * v[2][[head, $1, column]] }
                    return sum / weights.reduce(0, +)
                }
            })
    }

    private static let matmuls: [Row] = [
        ([2, 3], [3, 4]), ([1, 3], [3, 1]), ([2, 1], [1, 2]), ([5, 2, 3], [3, 4]), ([2, 3], [2, 3, 2]),
        ([2, 1, 2, 3], [2, 3, 2]), ([4, 2, 3], [4, 3, 2]),
        ([3], [3]), ([3], [3, 2]), ([2, 3], [3]), ([3], [2, 3, 2]), ([2, 2, 3], [3]), ([2, 0], [0, 3]),
        ([0, 2], [2, 3]), ([3, 0, 2], [2, 2]),
    ].map { (a: Shape, b: Shape) in
        Row(
            "matmul \(a) \(b)", a.count == 1 && b.count == 1 ? [MatMul.self, Reshape.self] : [MatMul.self],
            [points(a, -2...2), points(b, -1...2, seed: 7)], { try $0[0].matmul($0[1]) },
            { referenceMatMul($0[0], $0[1]) })
    }

    /// Operands that lie in memory otherwise than they are multiplied.
    private static let transposed: [Row] = {
        var rows: [Row] = []
        rows.append(
            Row(
                "matmul of transposes", [MatMul.self, Permute.self],
                [points([3, 2], -2...2), points([4, 3], -1...2)],
                { try $0[0].permute().matmul($0[1].permute()) },
                { referenceMatMul($0[0].permuted([1, 0]), $0[1].permuted([1, 0])) }))
        rows.append(
            Row(
                "matmul of a batch turned round", [MatMul.self, Permute.self],
                [points([3, 2, 2], -2...2), points([2, 3], -1...2)],
                { try $0[0].permute([2, 1, 0]).matmul($0[1].permute([1, 0])) },
                { referenceMatMul($0[0].permuted([2, 1, 0]), $0[1].permuted([1, 0])) }))
        rows.append(
            Row(
                "matmul of slices", [MatMul.self, Slice.self], [points([4, 6], -2...2), points([3, 5], -1...2)],
                {
                    try $0[0].slice(1, start: 0, stop: nil, step: 2).slice(0, start: 3, stop: 0, step: -2).matmul(
                        $0[1].slice(1, start: 1, stop: 4, step: 1))
                },
                { v in
                    let a = Values([2, 3]) { v[0][[3 - 2 * $0[0], 2 * $0[1]]] }
                    return referenceMatMul(a, Values([3, 3]) { v[1][[$0[0], $0[1] + 1]] })
                }))
        rows.append(
            Row(
                "matmul of a row repeated", [MatMul.self, BroadcastTo.self],
                [points([3], -2...2), points([3, 2], -1...2)],
                { try $0[0].broadcast(to: [4, 3]).matmul($0[1]) },
                { v in referenceMatMul(Values([4, 3]) { v[0][[$0[1]]] }, v[1]) }))
        rows.append(
            Row(
                "matmul of a tensor with itself", [MatMul.self], [points([3, 3], -2...2)],
                { try $0[0].matmul($0[0]).matmul($0[0].permute()) },
                { referenceMatMul(referenceMatMul($0[0], $0[0]), $0[0].permuted([1, 0])) }))
        return rows
    }()

    private static let linears: [Row] = [[4, 3], [3], [2, 2, 3], [1, 3]].flatMap { (shape: Shape) -> [Row] in
        let (x, w, b) = (points(shape, -2...2), points([2, 3], -1...2, seed: 5), points([2], -1...1, seed: 8))
        let plain: ([Values]) -> Values = { referenceMatMul($0[0], $0[1].permuted([1, 0])) }
        return [
            Row(
                "linear \(shape)", [MatMul.self, Add.self], [x, w, b], { try $0[0].linear($0[1], $0[2]) },
                { plain($0).with($0[2], +) }),
            Row("linear without bias \(shape)", [MatMul.self], [x, w], { try $0[0].linear($0[1], nil) }, plain),
        ]
    }

    // MARK: Reductions

    private static let axesOfThree: [[Int]?] = [nil, [0], [1], [2], [-1], [0, 2], [1, 2], [0, 1]]

    private static func reduction(
        _ operation: Tensor.Reduce, _ covers: any Engine.Operation.Type, isDifferentiable: Bool = true,
        _ function: @escaping ([Double]) -> Double
    ) -> [Row] {
        axesOfThree.flatMap { axes in [true, false].map { keepdims in (axes, keepdims) } }.compactMap {
            axes, keepdims in
            let isIndex = !isDifferentiable
            if isIndex, let axes, axes.count > 1 { return nil }
            let places = axes.map { $0.map { $0 < 0 ? $0 + 3 : $0 } } ?? [0, 1, 2]
            return Row(
                "\(operation) \(axes.map { "\($0)" } ?? "all") \(keepdims ? "kept" : "")", [covers],
                [points([2, 3, 4], -2...2)],
                isDifferentiable: isDifferentiable, result: isIndex ? .int64 : nil,
                { try $0[0].reduce(operation, axes, keepdims: keepdims) },
                {
                    let result = $0[0].reduced(places, function)
                    return keepdims ? result : result.dropping(places)
                })
        }
    }

    static let reductions: [Row] = {
        var rows: [Row] = []
        rows += reduction(.sum, Sum.self) { $0.reduce(0, +) }
        rows += reduction(.mean, Sum.self) { $0.reduce(0, +) / Double($0.count) }
        rows += reduction(.maximum, Extremum.self) { $0.max()! }
        rows += reduction(.minimum, Extremum.self) { $0.min()! }
        rows += reduction(.logSumExp, LogSumExp.self) { log($0.reduce(0) { $0 + exp($1) }) }
        rows += reduction(.argMaximum, ArgExtremum.self, isDifferentiable: false) {
            Double($0.firstIndex(of: $0.max()!)!)
        }
        rows += reduction(.argMinimum, ArgExtremum.self, isDifferentiable: false) {
            Double($0.firstIndex(of: $0.min()!)!)
        }
        rows += [0, 1, 2, -1].flatMap { (axis: Int) -> [Row] in
            let place = axis < 0 ? axis + 3 : axis
            return [
                Row(
                    "softmax \(axis)", [Softmax.self], [points([2, 3, 4], -2...2)], { try $0[0].softmax(axis) },
                    { v in
                        let sums = v[0].reduced([place]) { $0.reduce(0) { $0 + exp($1) } }
                        return v[0].with(sums) { exp($0) / $1 }
                    }),
                Row(
                    "log_softmax \(axis)", [LogSoftmax.self], [points([2, 3, 4], -2...2)],
                    { try $0[0].logSoftmax(axis) },
                    { v in
                        let sums = v[0].reduced([place]) { $0.reduce(0) { $0 + exp($1) } }
                        return v[0].with(sums) { $0 - log($1) }
                    }),
            ]
        }
        rows.append(
            Row(
                "sum of an empty axis", [Sum.self], [Values([2, 0], [])], { try $0[0].sum([1]) },
                { _ in Values([2], [0, 0]) }))
        rows.append(
            Row(
                "sum of a product and its factor", [Sum.self, Multiply.self],
                [points([3, 4], -2...2), points([4], -1...2)],
                { try ($0[0] * $0[1]).sum([0]) * $0[1] },
                { v in v[0].with(v[1], *).reduced([0]) { $0.reduce(0, +) }.dropping([0]).with(v[1], *) }))
        return rows
    }()
}
