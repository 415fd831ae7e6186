import Foundation

@testable import Engine

extension Row {
    static let shaping: [Row] = {
        var rows: [Row] = []
        rows.append(
            Row(
                "reshape", [Reshape.self], [points([2, 6], -2...2)], { try $0[0].reshape([3, -1]).applying(.square) },
                { $0[0].reshaped([3, 4]).map { $0 * $0 } }))
        rows.append(
            Row(
                "reshape to a scalar", [Reshape.self], [points([1, 1], -2...2)], { try $0[0].reshape([]) },
                { $0[0].reshaped([]) }))
        rows.append(
            Row(
                "reshape of nothing", [Reshape.self], [Values([0, 3], [])], { try $0[0].reshape([5, 0]) },
                { _ in Values([5, 0], []) }))
        rows.append(
            Row(
                "reshape of a transpose", [Reshape.self, Permute.self], [points([2, 3], -2...2)],
                { try $0[0].permute().reshape([6]) },
                { $0[0].permuted([1, 0]).reshaped([6]) }))
        rows.append(
            Row(
                "permute", [Permute.self], [points([2, 3, 4], -2...2)], { try $0[0].permute([2, 0, 1]) },
                { $0[0].permuted([2, 0, 1]) }))
        rows.append(
            Row(
                "permute of a permute", [Permute.self], [points([2, 3, 4], -2...2)],
                { try $0[0].permute([2, 0, -2]).permute([1, 2, 0]).applying(.square) },
                { $0[0].permuted([2, 0, 1]).permuted([1, 2, 0]).map { $0 * $0 } }))
        rows.append(
            Row(
                "broadcast_to", [BroadcastTo.self], [points([2, 1], -2...2)], { try $0[0].broadcast(to: [3, 2, 4]) },
                { v in Values([3, 2, 4]) { v[0][[$0[1], 0]] } }))
        rows.append(
            Row(
                "broadcast_to of a scalar", [BroadcastTo.self], [points([], -2...2)],
                { try $0[0].broadcast(to: [2, 2]) },
                { v in Values([2, 2]) { _ in v[0].data[0] } }))
        rows.append(concatenation([[2, 3], [1, 3], [3, 3]], 0))
        rows.append(concatenation([[2, 1], [2, 3]], -1))
        rows.append(concatenation([[2, 0], [2, 2]], 1))
        rows.append(concatenation([[4]], 0))
        rows.append(
            Row(
                "concatenation of a tensor with itself", [Concatenate.self], [points([2], -2...2)],
                { try Tensor.concatenate([$0[0], $0[0].applying(.square)], 0) },
                { Values([4], $0[0].data + $0[0].data.map { $0 * $0 }) }))
        rows += slices
        return rows
    }()

    private static func concatenation(_ shapes: [Shape], _ axis: Int) -> Row {
        let place = axis < 0 ? axis + shapes[0].count : axis
        return Row(
            "concatenate \(shapes) along \(axis)", [Concatenate.self],
            shapes.enumerated().map { points($1, -2...2, seed: UInt64($0 + 1)) },
            { try Tensor.concatenate($0, axis).applying(.square) },
            { parts in
                var shape = parts[0].shape
                shape[place] = parts.reduce(0) { $0 + $1.shape[place] }
                return Values(shape) { target in
                    var source = target
                    var part = 0
                    while source[place] >= parts[part].shape[place] {
                        source[place] -= parts[part].shape[place]
                        part += 1
                    }
                    return parts[part][source] * parts[part][source]
                }
            })
    }

    /// The places that Python's slice takes, by Python's own words: from start on, by step, until stop is reached.
    static func referenceSlice(_ extent: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
        let all = Array(0..<extent)
        func fromEnd(_ index: Int) -> Int { index < 0 ? index + extent : index }
        if step > 0 {
            let (first, end) = (start.map { max(fromEnd($0), 0) } ?? 0, stop.map { min(fromEnd($0), extent) } ?? extent)
            return all.filter { $0 >= first && $0 < end && ($0 - first) % step == 0 }
        }
        let (first, end) = (
            start.map { min(fromEnd($0), extent - 1) } ?? extent - 1, stop.map { max(fromEnd($0), -1) } ?? -1
        )
        return all.reversed().filter { $0 <= first && $0 > end && (first - $0) % -step == 0 }
    }

    private static let slices: [Row] = [
        (nil, nil, 2), (1, nil, 3), (-2, nil, 1), (nil, -1, 1), (5, 1, -2), (nil, nil, -1), (-1, -8, -3), (3, 3, 1),
        (100, nil, 1), (nil, 100, 2), (2, 3, 7),
        (100, -100, -4),
    ].map { (start: Int?, stop: Int?, step: Int) in
        let taken = referenceSlice(7, start, stop, step)
        return Row(
            "slice \(start.map { "\($0)" } ?? ""):\(stop.map { "\($0)" } ?? ""):\(step)", [Slice.self],
            [points([2, 7, 2], -2...2)],
            { try $0[0].slice(1, start: start, stop: stop, step: step).applying(.square) },
            { v in Values([2, taken.count, 2]) { v[0][[$0[0], taken[$0[1]], $0[2]]] }.map { $0 * $0 } })
    }
}
