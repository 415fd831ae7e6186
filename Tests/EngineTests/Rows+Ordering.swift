import Foundation

@testable import Engine

/// Rows of reductions that are made of other operations, of scans, and of what sorts.
extension Row {
    static let ordering: [Row] = {
        var rows: [Row] = []
        let x = points([2, 3, 4], -2...2)
        for axes in [[0], [1], [2], [0, 2], [0, 1, 2]] {
            func row(
                _ name: String, _ covers: any Engine.Operation.Type, _ function: @escaping (Tensor) throws -> Tensor,
                _ reference: @escaping ([Double]) -> Double
            ) {
                rows.append(
                    Row(
                        "\(name) over \(axes)", [covers], [x], { try function($0[0]) },
                        { $0[0].reduced(axes, reference).dropping(axes) }))
            }
            row("prod", Multiply.self) {
                try $0.reduce(.product, axes)
            } _: {
                $0.reduce(1, *)
            }
            row("var", Square.self) {
                try $0.variance(axes)
            } _: {
                variance($0, 1)
            }
            row("std", Sqrt.self) {
                try $0.standardDeviation(axes, correction: 0)
            } _: {
                variance($0, 0).squareRoot()
            }
            row("norm", Sqrt.self) {
                try $0.norm(2, axes)
            } _: {
                norm($0)
            }
            row("norm of order 1", Absolute.self) {
                try $0.norm(1, axes)
            } _: {
                $0.reduce(0) { $0 + abs($1) }
            }
            row("norm of order 3", Power.self) {
                try $0.norm(3, axes)
            } _: {
                pow($0.reduce(0) { $0 + pow(abs($1), 3) }, 1.0 / 3)
            }
            row("norm of order -1", Power.self) {
                try $0.norm(-1, axes)
            } _: {
                1 / $0.reduce(0) { $0 + 1 / abs($1) }
            }
            row("norm of infinite order", Extremum.self) {
                try $0.norm(.infinity, axes)
            } _: {
                $0.map { abs($0) }.max()!
            }
        }
        rows.append(
            Row(
                "var, keepdims", [Square.self], [x], { try $0[0].variance([1], keepdims: true) },
                { $0[0].reduced([1]) { variance($0, 1) } }))
        // Zeros, one or two to a row, at which quotients would fail.
        let withZeros = Values([3, 5], [1.5, 0, 2, -1, 0.5, 0, 3, 0, 1, 2, -1, 2, 3, 4, 0])
        for axis in [0, 1] {
            rows.append(
                Row(
                    "prod with zeros, \(axis)", [Multiply.self], [withZeros], { try $0[0].reduce(.product, [axis]) },
                    { $0[0].reduced([axis]) { $0.reduce(1, *) }.dropping([axis]) }))
            rows.append(
                Row(
                    "cumprod with zeros, \(axis)", [LinearRecurrence.self], [withZeros],
                    { try $0[0].cumulativeProduct(axis) }, { scan($0[0], axis) { $0.reduce(1, *) } }))
        }
        rows.append(
            Row(
                "prod of nothing", [Fill.self], [Values([0, 3], [])], isDifferentiable: false,
                { try $0[0].reduce(.product, [0]) }, { _ in Values([3], [1, 1, 1]) }))
        for axis in [0, 1, 2] {
            rows.append(
                Row(
                    "cumsum \(axis)", [CumulativeSum.self], [x], { try $0[0].cumulativeSum(axis) },
                    { scan($0[0], axis) { $0.reduce(0, +) } }))
            rows.append(
                Row(
                    "cumprod \(axis)", [LinearRecurrence.self], [x], { try $0[0].cumulativeProduct(axis) },
                    { scan($0[0], axis) { $0.reduce(1, *) } }))
            for isDescending in [false, true] {
                rows.append(
                    Row(
                        "sort \(axis) \(isDescending)", [ArgSort.self, TakeAlongAxis.self], [x],
                        { try $0[0].sorted(axis, descending: isDescending).values },
                        { along($0[0], axis) { isDescending ? $0.sorted(by: >) : $0.sorted() } }))
            }
            rows.append(
                Row(
                    "topk \(axis)", [ArgSort.self, TakeAlongAxis.self], [x],
                    { try $0[0].top(2, axis, largest: true).values },
                    { along($0[0], axis) { Array($0.sorted(by: >).prefix(2)) } }))
            rows.append(
                Row(
                    "argsort \(axis)", [ArgSort.self], [x], isDifferentiable: false, result: .int64,
                    { try $0[0].sorted(axis, descending: false).indices },
                    { along($0[0], axis) { row in row.indices.sorted { row[$0] < row[$1] }.map { Double($0) } } }))
        }
        rows.append(
            Row(
                "a recurrence from the end", [LinearRecurrence.self],
                [points([2, 4], -1...1), points([2, 4], -2...2, seed: 9)],
                { Tensor(try LinearRecurrence(axis: 1, isReversed: true).record([$0[0].node(), $0[1].node()])) },
                { v in
                    var y = v[1]
                    for row in 0..<2 { for k in [2, 1, 0] { y[[row, k]] += v[0][[row, k]] * y[[row, k + 1]] } }
                    return y
                }))
        rows.append(
            Row(
                "unique", [IndexSelect.self], [points([2, 3], -2...2)], { try $0[0].unique().values },
                { Values([6], $0[0].data.sorted()) }))
        rows.append(
            Row(
                "unique rows", [IndexSelect.self], [points([3, 2], -2...2)], { try $0[0].unique(0).values },
                { (v: [Values]) -> Values in
                    let pairs: [[Double]] = (0..<3).map { Array(v[0].data[2 * $0..<2 * $0 + 2]) }
                    return Values([3, 2], pairs.sorted { $0[0] < $1[0] }.flatMap { $0 })
                }))
        rows += truths
        return rows
    }()

    private static let truths: [Row] = {
        let x = Values([3, 2], [0, 1, 0, 0, -2, .nan])
        return [
            Row(
                "all", [Sum.self, LogicalNot.self], [x], isDifferentiable: false, result: .bool,
                { try $0[0].reduce(.all, [1]) },
                { $0[0].reduced([1]) { $0.contains(0) ? 0 : 1 }.dropping([1]) }),
            Row(
                "any", [Sum.self, NotEqual.self], [x], isDifferentiable: false, result: .bool,
                { try $0[0].reduce(.any, [0], keepdims: true) },
                { $0[0].reduced([0]) { $0.contains { $0 != 0 } ? 1 : 0 } }),
            Row(
                "count_below", [CountBelow.self],
                [Values([2, 3], [1, 2, 3, 1, 1, 5]), Values([2, 2], [2, 0, 1, 9])], isDifferentiable: false,
                result: .int64,
                { Tensor(try CountBelow().record([$0[0].cast(.float64).node(), $0[1].cast(.float64).node()])) },
                { _ in Values([2, 2], [2, 0, 2, 3]) }),
            Row(
                "linspace", [Linspace.self], [], isDifferentiable: false, result: .float64,
                { _ in try Tensor.linspace(1, -2, 7, .float64) },
                { _ in Values([7], [1, 0.5, 0, -0.5, -1, -1.5, -2]) }),
        ]
    }()
}

private func variance(_ x: [Double], _ correction: Double) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (Double(x.count) - correction)
}

/// `function` of each row along `axis`, which gives rows of one length.
private func along(_ x: Values, _ axis: Int, _ function: ([Double]) -> [Double]) -> Values {
    let heads = x.reduced([axis]) { _ in 0 }.shape
    let rows = places(of: heads).map { head in
        function(
            (0..<x.shape[axis]).map { k in
                var place = head
                place[axis] = k
                return x[place]
            })
    }
    var shape = x.shape
    shape[axis] = rows[0].count
    var result = Values(shape) { _ in 0 }
    for (head, row) in zip(places(of: heads), rows) {
        for (k, value) in row.enumerated() {
            var place = head
            place[axis] = k
            result[place] = value
        }
    }
    return result
}

/// `function` of the elements up to each.
private func scan(_ x: Values, _ axis: Int, _ function: ([Double]) -> Double) -> Values {
    along(x, axis) { row in row.indices.map { function(Array(row[...$0])) } }
}
