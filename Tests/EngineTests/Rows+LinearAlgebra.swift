import Foundation

@testable import Engine

/// [..., n, n]: well-conditioned, with no symmetry of its own, and determinants of either sign.
private func square(_ leading: Shape, _ n: Int, seed: UInt64) -> Values {
    let noise = points(leading + [n, n], -1...1, seed: seed)
    return Values(noise.shape) { place in
        let (row, column) = (place[place.count - 2], place[place.count - 1])
        return noise[place] + (row == column ? (row == 0 ? -2.5 : 2.5) : 0)
    }
}

extension Values {
    private var n: Int { shape.last! }

    /// `function` of each matrix [rows, columns] of the last two axes.
    private func mapMatrices(_ function: ([[Double]]) -> [[Double]]) -> Values {
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        var result: [Double] = []
        var extents = [rows, columns]
        for first in stride(from: 0, to: data.count, by: rows * columns) {
            let matrix = function((0..<rows).map { row in (0..<columns).map { data[first + row * columns + $0] } })
            extents = [matrix.count, matrix.first?.count ?? 0]
            result += matrix.flatMap { $0 }
        }
        return Values(Array(shape.dropLast(2)) + extents, result)
    }

    var turned: Values { permuted(Array(0..<shape.count - 2) + [shape.count - 1, shape.count - 2]) }

    /// Gauss and Jordan, with the largest pivot.
    var inverted: Values {
        mapMatrices { matrix in
            let n = matrix.count
            var rows = matrix.enumerated().map { place, row in row + (0..<n).map { $0 == place ? 1.0 : 0.0 } }
            for step in 0..<n {
                rows.swapAt(step, (step..<n).max { abs(rows[$0][step]) < abs(rows[$1][step]) }!)
                rows[step] = rows[step].map { [pivot = rows[step][step]] in $0 / pivot }
                for other in 0..<n where other != step {
                    let factor = rows[other][step]
                    rows[other] = zip(rows[other], rows[step]).map { $0 - factor * $1 }
                }
            }
            return rows.map { Array($0[n...]) }
        }
    }

    /// Laplace's expansion along the first row.
    var determinants: Values {
        func determinant(_ matrix: [[Double]]) -> Double {
            guard let first = matrix.first else { return 1 }
            return first.indices.reduce(0) { sum, column in
                let minor = matrix.dropFirst().map { row in row.indices.filter { $0 != column }.map { row[$0] } }
                return sum + (column % 2 == 0 ? 1 : -1) * first[column] * determinant(minor)
            }
        }
        return mapMatrices { [[determinant($0)]] }.reshaped(Array(shape.dropLast(2)))
    }

    /// Column by column from the definition.
    var choleskyFactor: Values {
        mapMatrices { a in
            var l = a.map { $0.map { _ in 0.0 } }
            for j in a.indices {
                for i in j..<a.count {
                    let rest = a[i][j] - (0..<j).reduce(0) { $0 + l[i][$1] * l[j][$1] }
                    l[i][j] = i == j ? rest.squareRoot() : rest / l[j][j]
                }
            }
            return l
        }
    }

    /// With zeros outside a triangle, and with `unit` ones on the diagonal.
    func triangle(upper: Bool, unit: Bool) -> Values {
        Values(shape) { place in
            let (row, column) = (place[place.count - 2], place[place.count - 1])
            return row == column && unit ? 1 : (upper ? row <= column : row >= column) ? self[place] : 0
        }
    }
}

extension Row {
    static let linearAlgebra: [Row] = ofRanks + sums + inverses + systems + triangular + choleskys

    private static let ofRanks: [Row] = {
        let (a, b, u, v) = (
            points([2, 3], -2...2), points([3, 2], -1...2, seed: 5), points([3], -2...1, seed: 3),
            points([3], -1...2, seed: 4)
        )
        let (c, d) = (points([2, 2, 3], -2...2), points([2, 3, 2], -1...2, seed: 5))
        return [
            Row(
                "mm", [MatMul.self], [a, b], { try Tensor.product(.mm, $0[0], $0[1]) },
                { referenceMatMul($0[0], $0[1]) }),
            Row(
                "bmm", [MatMul.self], [c, d], { try Tensor.product(.bmm, $0[0], $0[1]) },
                { referenceMatMul($0[0], $0[1]) }),
            Row(
                "mv", [MatMul.self], [a, u], { try Tensor.product(.mv, $0[0], $0[1]) },
                { referenceMatMul($0[0], $0[1]) }),
            Row(
                "dot", [MatMul.self], [u, v], { try Tensor.product(.dot, $0[0], $0[1]) },
                { referenceMatMul($0[0], $0[1]) }),
            Row(
                "outer", [Multiply.self], [u, a],
                { try Tensor.product(.outer, $0[0], $0[1].slice(0, start: 1, stop: 2, step: 1).reshape([3])) },
                { v in
                    Values([3, 3]) { v[0][[$0[0]]] * v[1][[1, $0[1]]] }
                }),
            Row(
                "trace", [Sum.self, Slice.self], [a], { try $0[0].trace() },
                { v in Values([], [v[0][[0, 0]] + v[0][[1, 1]]]) }),
            Row(
                "trace of a column", [Sum.self], [u], { try $0[0].reshape([3, 1]).trace() },
                { v in Values([], [v[0][[0]]]) }),
        ]
    }()

    /// einsum, each against its definition.
    private static let sums: [Row] = {
        let (a, b, c) = (points([2, 3], -2...2), points([3, 4], -1...2, seed: 5), points([4, 2], -2...1, seed: 7))
        let (x, y, s) = (
            points([2, 3, 4], -2...2), points([3, 2, 4], -1...2, seed: 5), points([3, 3, 2], -2...2, seed: 9)
        )
        func row(
            _ equation: String, _ inputs: [Values], _ covers: any Engine.Operation.Type,
            _ reference: @escaping ([Values]) -> Values
        ) -> Row {
            Row("einsum \(equation)", [covers], inputs, { try Tensor.einsum(equation, $0) }, reference)
        }
        func sum(_ counts: Int..., of term: ([Int]) -> Double) -> Double {
            places(of: counts).reduce(0) { $0 + term($1) }
        }
        return [
            row("ij,jk->ik", [a, b], MatMul.self) { referenceMatMul($0[0], $0[1]) },
            row("ij, jk", [a, b], MatMul.self) { referenceMatMul($0[0], $0[1]) },
            row("ij,jk,ki->", [a, b, c], MatMul.self) { v in
                Values([], [sum(2, 3, 4) { v[0][[$0[0], $0[1]]] * v[1][[$0[1], $0[2]]] * v[2][[$0[2], $0[0]]] }])
            },
            row("bij,ibj->bj", [x, y], MatMul.self) { v in
                Values([2, 4]) { p in sum(3) { v[0][[p[0], $0[0], p[1]]] * v[1][[$0[0], p[0], p[1]]] } }
            },
            row("iij->ji", [s], Slice.self) { v in Values([2, 3]) { v[0][[$0[1], $0[1], $0[0]]] } },
            row("iij", [s], Sum.self) { v in Values([2]) { p in sum(3) { v[0][[$0[0], $0[0], p[0]]] } } },
            row("ba", [a], Permute.self) { $0[0].permuted([1, 0]) },
            row("b...,...->b", [a, points([1, 3], -1...1)], MatMul.self) { v in
                Values([2]) { p in sum(3) { v[0][[p[0], $0[0]]] * v[1][[0, $0[0]]] } }
            },
            row("...ij,...jk->k...", [x, points([4, 2], -1...1)], MatMul.self) { v in
                Values([2, 2]) { p in sum(3, 4) { v[0][[p[1], $0[0], $0[1]]] * v[1][[$0[1], p[0]]] } }
            },
            row("i,j->ji", [points([2], -1...1), points([3], -1...2)], MatMul.self) { v in
                Values([3, 2]) { v[0][[$0[1]]] * v[1][[$0[0]]] }
            },
        ]
    }()

    private static let inverses: [Row] = [([], 3), ([2], 2), ([2, 1], 3), ([], 1)].flatMap {
        (leading: Shape, n: Int) -> [Row] in
        let a = square(leading, n, seed: 3)
        return [
            Row("inverse \(a.shape)", [Inverse.self], [a], { try $0[0].inverse() }, { $0[0].inverted }),
            Row(
                "det \(a.shape)", [Determinant.self, DeterminantPart.self], [a], { try $0[0].determinant() },
                { $0[0].determinants }),
            Row(
                "log |det| \(a.shape)", [Determinant.self, DeterminantPart.self], [a],
                { try $0[0].signAndLogDeterminant().logarithm }, { $0[0].determinants.map { log(abs($0)) } }),
            Row(
                "sign times log |det| \(a.shape)", [Determinant.self], [a],
                {
                    let (sign, logarithm) = try $0[0].signAndLogDeterminant()
                    return try sign * logarithm
                }, { $0[0].determinants.map { ($0 < 0 ? -1 : 1) * log(abs($0)) } }),
        ]
    }

    private static let systems: [Row] = [
        ([], 3, [3, 2]), ([], 3, [3]), ([2], 2, [2, 3]), ([2], 3, [2, 3]), ([], 2, [3, 2, 1]), ([2, 1], 2, [3, 2, 2]),
    ].flatMap { (leading: Shape, n: Int, right: Shape) -> [Row] in
        let (a, b) = (square(leading, n, seed: 3), points(right, -2...2, seed: 5))
        let isBatchOfVectors = right.count > 1 && right == leading + [n]
        var rows = [
            Row(
                "solve \(a.shape) \(right)", [SolveRows.self], [a, b], { try $0[0].solve($0[1]) },
                { v in
                    let columns = isBatchOfVectors ? v[1].reshaped(right + [1]) : v[1]
                    let x = referenceMatMul(v[0].inverted, columns)
                    return isBatchOfVectors ? x.reshaped(right) : x
                })
        ]
        if right.count > 1, !isBatchOfVectors {
            rows.append(
                Row(
                    "solve from the right \(a.shape) \(right)", [SolveRows.self], [a, b.turned],
                    { try $0[0].solve($0[1], left: false) },
                    {
                        referenceMatMul($0[1], $0[0].inverted)
                    }))
        }
        return rows
    }

    private static let triangular: [Row] = [true, false].flatMap { upper in [true, false].map { unit in (upper, unit) }
    }.flatMap { upper, unit -> [Row] in
        let (a, b, c) = (square([2], 3, seed: 3), points([3, 2], -2...2, seed: 5), points([2, 2, 3], -2...2, seed: 6))
        let name = "\(upper ? "upper" : "lower")\(unit ? " unit" : "")"
        return [
            Row(
                "triangular_solve \(name)", [TriangularSolveRows.self], [a, b],
                { try $0[0].solveTriangular($0[1], upper: upper, unitriangular: unit) },
                {
                    referenceMatMul($0[0].triangle(upper: upper, unit: unit).inverted, $0[1])
                }),
            Row(
                "triangular_solve \(name) from the right", [TriangularSolveRows.self], [a, c],
                {
                    try $0[0].solveTriangular($0[1], upper: upper, left: false, unitriangular: unit)
                }, { referenceMatMul($0[1], $0[0].triangle(upper: upper, unit: unit).inverted) }),
        ]
    }

    /// Of A A^T + 1, because derivatives take the argument as symmetric.
    private static let choleskys: [Row] = [([], 3), ([2], 2), ([], 1)].flatMap { (leading: Shape, n: Int) -> [Row] in
        let a = points(leading + [n, n], -1...1, seed: 3)
        let identity = Values([n, n]) { $0[0] == $0[1] ? 1 : 0 }
        return [false, true].map { upper in
            Row(
                "cholesky \(a.shape)\(upper ? " upper" : "")", [Cholesky.self], [a],
                { v in
                    let turned = try v[0].permute(Array(0..<leading.count) + [leading.count + 1, leading.count])
                    return try (v[0].matmul(turned) + tensor(identity, v[0].dtype)).cholesky(upper: upper)
                },
                { v in
                    let factor = referenceMatMul(v[0], v[0].turned).with(identity, +).choleskyFactor
                    return upper ? factor.turned : factor
                })
        }
    }
}
