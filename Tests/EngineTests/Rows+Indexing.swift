import Foundation

@testable import Engine

/// Reading and writing by indices, slices and masks.
extension Row {
    private static let picks = Values([2, 3], [2, 0, 2, 1, 2, 2])

    static let indexing: [Row] =
        assignments
        + [DType.uint8, .int32, .int64].flatMap { (dtype: DType) -> [Row] in
            selections(dtype) + writes(dtype)
        }

    private static func selections(_ dtype: DType) -> [Row] {
        var rows: [Row] = []
        rows.append(
            Row(
                "index_select \(dtype.name)", [IndexSelect.self], [points([2, 3, 2], -2...2)],
                { try $0[0].select(1, tensor(picks, dtype)).applying(.square) },
                { v in Values([2, 2, 3, 2]) { v[0][[$0[0], Int(picks[[$0[1], $0[2]]]), $0[3]]] }.map { $0 * $0 } }))
        rows.append(
            Row(
                "index_select of one row \(dtype.name)", [IndexSelect.self], [points([3, 2], -2...2)],
                { try $0[0].select(0, scalar(1, dtype)) },
                { v in Values([2]) { v[0][[1, $0[0]]] } }))
        rows.append(
            Row(
                "take_along_axis \(dtype.name)", [TakeAlongAxis.self], [points([2, 4], -2...2)],
                { try $0[0].takeAlong(1, tensor(picks, dtype)).applying(.square) },
                { v in Values([2, 3]) { v[0][[$0[0], Int(picks[$0])]] }.map { $0 * $0 } }))
        rows.append(
            Row(
                "take_along_axis of the first axis \(dtype.name)", [TakeAlongAxis.self], [points([4, 3], -2...2)],
                { try $0[0].takeAlong(0, tensor(picks, dtype)) },
                { v in Values([2, 3]) { v[0][[Int(picks[$0]), $0[1]]] } }))
        rows.append(
            Row(
                "gather \(dtype.name)", [TakeAlongAxis.self], [points([3, 4], -2...2)],
                { try $0[0].gather(1, tensor(picks, dtype)) },
                { v in Values([2, 3]) { v[0][[$0[0], Int(picks[$0])]] } }))
        rows.append(
            Row(
                "one_hot \(dtype.name)", [OneHot.self], [points([3], -2...2)],
                { try Tensor.oneHot(tensor([2, 0, 1], dtype), classes: 3, dtype: $0[0].dtype) * $0[0] },
                { v in Values([3, 3]) { Int([2, 0, 1][$0[0]]) == $0[1] ? v[0].data[$0[1]] : 0 } }))
        rows.append(
            Row(
                "several indices \(dtype.name)", [RavelIndex.self], [points([2, 3, 4], -2...2)],
                {
                    try $0[0].index([
                        .at(1), .tensor(tensor(picks, dtype)), .tensor(tensor(Values([3], [3, 1, 1]), dtype)),
                    ]).applying(.square)
                },
                { v in Values([2, 3]) { v[0][[1, Int(picks[$0]), [3, 1, 1][$0[1]]]] }.map { $0 * $0 } }))
        rows.append(
            Row(
                "several indices apart \(dtype.name)", [RavelIndex.self], [points([3, 2, 4], -2...2)],
                {
                    try $0[0].index([
                        .tensor(tensor([2, 0, 2], dtype)), .slice(start: nil, stop: nil, step: -1),
                        .tensor(scalar(3, dtype)),
                    ]).applying(.square)
                },
                { v in Values([3, 2]) { v[0][[[2, 0, 2][$0[0]], 1 - $0[1], 3]] }.map { $0 * $0 } }))
        return rows
    }

    /// Both kinds of writing, in both kinds of layout, with indices that name a place twice.
    private static func writes(_ dtype: DType) -> [Row] {
        func picked(_ place: [Int]) -> Int { Int(picks[place]) }
        return [false, true].flatMap { accumulates -> [Row] in
            let word = accumulates ? "adds" : "puts"
            return [
                Row(
                    "index \(word) rows \(dtype.name)", [IndexPut.self],
                    [points([2, 3, 2], -2...2), points([2, 2, 3, 2], -2...2, seed: 5)],
                    { v in
                        let index = try tensor(dtype == .uint8 ? picks : picks.map { $0 == 2 ? -1 : $0 }, dtype)
                        let put = IndexPut(axis: 1, accumulates: accumulates)
                        return try Tensor(put.record([v[0].node(), v[1].node(), index.node()])).applyingSquare
                    },
                    { v in
                        var y = v[0]
                        for place in places(of: [2, 2, 3, 2]) {
                            let to = [place[0], picked([place[1], place[2]]), place[3]]
                            y[to] = accumulates ? y[to] + v[1][place] : v[1][place]
                        }
                        return y.map { $0 * $0 }
                    }),
                Row(
                    "scatter \(word) along an axis \(dtype.name)", [ScatterAlongAxis.self, SliceAssign.self],
                    [points([4, 4], -2...2), points([2, 3], -2...2, seed: 5)],
                    { v in try v[0].scatter(0, tensor(picks, dtype), v[1], accumulates: accumulates).applyingSquare },
                    { v in
                        var y = v[0]
                        for place in places(of: [2, 3]) {
                            let to = [picked(place), place[1]]
                            y[to] = accumulates ? y[to] + v[1][place] : v[1][place]
                        }
                        return y.map { $0 * $0 }
                    }),
                Row(
                    "scatter \(word) along the last axis \(dtype.name)", [ScatterAlongAxis.self],
                    [points([2, 4], -2...2), points([2, 3], -2...2, seed: 5)],
                    { v in try v[0].scatter(1, tensor(picks, dtype), v[1], accumulates: accumulates).applyingSquare },
                    { v in
                        var y = v[0]
                        for place in places(of: [2, 3]) {
                            let to = [place[0], picked(place)]
                            y[to] = accumulates ? y[to] + v[1][place] : v[1][place]
                        }
                        return y.map { $0 * $0 }
                    }),
            ]
        }
    }

    /// x[entries] = y, then the square; `target` gives the place in x for each place of the values.
    private static func assignment(
        _ name: String, _ covers: [any Engine.Operation.Type], _ entries: [Index], _ x: Shape, _ y: Shape,
        _ values: Shape, _ target: @escaping ([Int]) -> [Int]
    ) -> Row {
        Row(
            "assignment to \(name)", covers, [points(x, -2...2), points(y, -2...2, seed: 7)],
            { v in
                let box = try v[0].applying(.identity)
                try box.assign(entries, v[1])
                return try box.applyingSquare
            },
            { v in
                var result = v[0]
                for place in places(of: values) { result[target(place)] = v[1].broadcast(place) }
                return result.map { $0 * $0 }
            })
    }

    private static let assignments: [Row] = {
        let all = Index.slice(start: nil, stop: nil, step: 1)
        func indices(_ numbers: [Double], _ shape: Shape) -> Index {
            .tensor(try! tensor(Values(shape, numbers), .int64))
        }
        let mask = Index.tensor(try! tensor(Values([2, 3], [1, 0, 1, 0, 0, 1]), .bool))
        let masked = [[0, 0], [0, 2], [1, 2]]
        return [
            assignment(
                "slices", [SliceAssign.self],
                [.slice(start: 1, stop: nil, step: 2), .slice(start: nil, stop: nil, step: -1)], [5, 3], [2, 3], [2, 3]
            ) { [1 + 2 * $0[0], 2 - $0[1]] },
            assignment("a row", [SliceAssign.self], [.at(-1)], [2, 3], [], [3]) { [1, $0[0]] },
            assignment("nothing", [SliceAssign.self], [.slice(start: 1, stop: 1, step: 1)], [2, 3], [0, 3], [0, 3]) {
                $0
            },
            assignment("a new axis", [SliceAssign.self], [.newAxis, .ellipsis, .at(0)], [2, 3], [2], [1, 2]) {
                [$0[1], 0]
            },
            assignment("rows named twice", [IndexPut.self], [indices([1, 0, -2], [3])], [3, 2], [3, 2], [3, 2]) {
                [[1, 0, 1][$0[0]], $0[1]]
            },
            assignment(
                "several indices", [IndexPut.self, RavelIndex.self],
                [indices([1, 0, 1], [3]), all, indices([2, -1, 2], [3])], [2, 2, 3], [3, 1], [3, 2]
            ) {
                [[1, 0, 1][$0[0]], $0[1], 2]
            },
            assignment(
                "indices in slices", [IndexPut.self, SliceAssign.self],
                [.slice(start: 1, stop: 3, step: 1), indices([1, 1], [2])], [4, 2], [2], [2, 2]
            ) { [1 + $0[0], 1] },
            assignment("masked elements", [IndexPut.self], [mask], [2, 3], [3], [3]) { masked[$0[0]] },
            assignment("masked elements, all the same", [Where.self], [mask], [2, 3, 2], [2], [3, 2]) {
                masked[$0[0]] + [$0[1]]
            },
        ]
    }()
}

extension Tensor {
    fileprivate var applyingSquare: Tensor { get throws { try applying(.square) } }
}
