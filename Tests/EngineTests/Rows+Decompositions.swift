import Foundation

@testable import Engine

extension Values {
    /// Householder's reflections in the order and with the signs of LAPACK: [m + n, n], Q above R.
    fileprivate var reflected: Values {
        let (m, n) = (shape[0], shape[1])
        var r = (0..<m).map { row in (0..<n).map { self[[row, $0]] } }
        var q = (0..<m).map { row in (0..<m).map { row == $0 ? 1.0 : 0.0 } }
        for step in 0..<min(n, m - 1) {
            let norm = (step..<m).reduce(0) { $0 + r[$1][step] * r[$1][step] }.squareRoot()
            var v = (0..<m).map { $0 < step ? 0 : r[$0][step] }
            v[step] += v[step] < 0 ? -norm : norm
            let square = v.reduce(0) { $0 + $1 * $1 }
            for column in 0..<n {
                let along = 2 / square * (0..<m).reduce(0) { $0 + v[$1] * r[$1][column] }
                for row in 0..<m { r[row][column] -= along * v[row] }
            }
            for row in 0..<m {
                let along = 2 / square * (0..<m).reduce(0) { $0 + q[row][$1] * v[$1] }
                for column in 0..<m { q[row][column] -= along * v[column] }
            }
        }
        return Values([m + n, n]) { $0[0] < m ? q[$0[0]][$0[1]] : $0[0] - m > $0[1] ? 0 : r[$0[0] - m][$0[1]] }
    }

    fileprivate func rows(_ range: Range<Int>) -> Values {
        Values([range.count, shape[1]]) { self[[$0[0] + range.lowerBound, $0[1]]] }
    }

    /// Eigenvalues in ascending order of a symmetric matrix, and their vectors as columns, by Jacobi's rotations.
    fileprivate var rotated: (values: [Double], vectors: Values) {
        let n = shape[0]
        var a = self
        var v = Values([n, n]) { $0[0] == $0[1] ? 1 : 0 }
        for _ in 0..<30 {
            for p in 0..<n {
                for q in (p + 1)..<max(n, p + 1) where a[[p, q]] != 0 {
                    let angle = 0.5 * atan2(2 * a[[p, q]], a[[q, q]] - a[[p, p]])
                    var turn = Values([n, n]) { $0[0] == $0[1] ? 1 : 0 }
                    (turn[[p, p]], turn[[q, q]], turn[[p, q]], turn[[q, p]]) = (
                        cos(angle), cos(angle), sin(angle), -sin(angle)
                    )
                    a = referenceMatMul(referenceMatMul(turn.permuted([1, 0]), a), turn)
                    v = referenceMatMul(v, turn)
                }
            }
        }
        let order = (0..<n).sorted { a[[$0, $0]] < a[[$1, $1]] }
        return (order.map { a[[$0, $0]] }, Values([n, n]) { v[[$0[0], order[$0[1]]]] })
    }
}

extension Row {
    static let decompositions: [Row] = qrs + eighs + svds + lus

    private static let qrs: [Row] =
        [[3, 3], [4, 2], [1, 1], [3, 1]].flatMap { (shape: Shape) -> [Row] in
            let a = points(shape, -2...2, seed: 3)
            return [
                Row("Q of \(shape)", [QR.self], [a], { try $0[0].qr().q }, { $0[0].reflected.rows(0..<shape[0]) }),
                Row(
                    "R of \(shape)", [QR.self], [a], { try $0[0].qr().r },
                    { $0[0].reflected.rows(shape[0]..<shape[0] + shape[1]) }),
            ]
        } + [
            Row(
                "R of a wide matrix", [QR.self], [points([2, 4], -2...2, seed: 3)], { try $0[0].qr().r },
                { v in
                    let q = Values([2, 2]) { v[0][$0] }.reflected.rows(0..<2)
                    let r = referenceMatMul(q.permuted([1, 0]), v[0])
                    return Values([2, 4]) { $0[0] > $0[1] ? 0 : r[$0] }
                }),
            Row(
                "Q R of a batch", [QR.self], [points([2, 3, 2], -2...2)],
                {
                    let (q, r) = try $0[0].qr()
                    return try q.matmul(r)
                }, { $0[0] }),
        ]

    /// Of A + A^T, because derivatives take the argument as symmetric. Vectors count up to their signs, hence the
    /// squares.
    private static let eighs: [Row] = {
        let a = points([3, 3], -2...2, seed: 3)
        func symmetric(_ v: [Values]) -> Values { v[0].with(v[0].permuted([1, 0]), +) }
        return [
            Row(
                "eigenvalues", [Eigh.self, Eigenvalues.self], [a],
                { try ($0[0] + $0[0].permute([1, 0])).eigh().values }, { Values([3], symmetric($0).rotated.values) }),
            Row(
                "eigenvectors squared", [Eigh.self], [a],
                {
                    let vectors = try ($0[0] + $0[0].permute([1, 0])).eigh().vectors
                    return try vectors * vectors
                }, { symmetric($0).rotated.vectors.map { $0 * $0 } }),
            Row(
                "eigenvectors times eigenvalues, of a batch", [Eigh.self], [points([2, 3, 3], -2...2)],
                {
                    let symmetric = try $0[0] + $0[0].permute([0, 2, 1])
                    let (values, vectors) = try symmetric.eigh(upper: true)
                    return try (vectors * values.reshape([2, 1, 3])).matmul(vectors.permute([0, 2, 1]))
                }, { $0[0].with($0[0].permuted([0, 2, 1]), +) }),
        ]
    }()

    private static let svds: [Row] = [[3, 3], [4, 2], [2, 3]].flatMap { (shape: Shape) -> [Row] in
        let a = points(shape, -2...2, seed: 3)
        let k = shape.min()!
        /// Of A^T A and of A A^T the k largest eigenvalues, with their vectors, the largest first.
        func largest(_ a: Values) -> (values: [Double], vectors: Values) {
            let (values, vectors) = a.rotated
            let n = values.count
            return (values.suffix(k).reversed(), Values([n, k]) { vectors[[$0[0], n - 1 - $0[1]]] })
        }
        return [
            Row(
                "singular values of \(shape)", [SVD.self, SingularValues.self], [a], { try $0[0].svd().values },
                { v in
                    Values([k], largest(referenceMatMul(v[0], v[0].permuted([1, 0]))).values.map { $0.squareRoot() })
                }),
            Row(
                "left singular vectors of \(shape) squared", [SVD.self], [a],
                {
                    let u = try $0[0].svd().u
                    return try u * u
                }, { v in largest(referenceMatMul(v[0], v[0].permuted([1, 0]))).vectors.map { $0 * $0 } }),
            Row(
                "right singular vectors of \(shape) squared", [SVD.self], [a],
                {
                    let v = try $0[0].svd().v
                    return try v * v
                },
                { v in
                    let square = referenceMatMul(v[0].permuted([1, 0]), v[0])
                    return largest(square).vectors.permuted([1, 0]).map { $0 * $0 }
                }),
            Row(
                "U V^T of \(shape)", [SVD.self], [a],
                {
                    let (u, _, v) = try $0[0].svd()
                    return try u.matmul(v)
                },
                { v in
                    // A (A^T A)^(-1/2), on the side that has rank k.
                    let isWide = shape[0] < shape[1]
                    let (values, vectors) = largest(
                        isWide
                            ? referenceMatMul(v[0], v[0].permuted([1, 0]))
                            : referenceMatMul(v[0].permuted([1, 0]), v[0]))
                    let scaled = Values(vectors.shape) { vectors[$0] / values[$0[1]].squareRoot() }
                    let root = referenceMatMul(scaled, vectors.permuted([1, 0]))
                    return isWide ? referenceMatMul(root, v[0]) : referenceMatMul(v[0], root)
                }),
        ]
    }
}

extension Row {
    /// L and U in one matrix, by elimination, of matrices that need no exchange of rows.
    private static func eliminated(_ a: Values) -> Values {
        var result = a
        let (m, n) = (a.shape[0], a.shape[1])
        for k in 0..<min(m, n) {
            for row in k + 1..<max(m, k + 1) {
                result[[row, k]] /= result[[k, k]]
                for column in k + 1..<max(n, k + 1) {
                    result[[row, column]] -= result[[row, k]] * result[[k, column]]
                }
            }
        }
        return result
    }

    private static let lus: [Row] =
        [[3, 3], [4, 2], [1, 1], [2, 4]].map { (shape: Shape) in
            let noise = points(shape, -0.5...0.5, seed: 3)
            let a = Values(shape) { noise[$0] + ($0[0] == $0[1] ? 4 : 0) }
            return Row(
                "LU of \(shape)", [LU.self], [a], { Tensor(try $0[0].node().lu().factors) }, { eliminated($0[0]) })
        } + [
            Row(
                "the order that exchanges leave", [Exchanges.self], [Values([2, 2], [3, 2, 2, 3])],
                isDifferentiable: false, result: .int64,
                { Tensor(try $0[0].node().rowOrder(40)) },
                { _ in
                    Values([2, 40]) { place in
                        place[1] < 3 ? [[2.0, 1, 0], [1, 2, 0]][place[0]][place[1]] : Double(place[1])
                    }
                })
        ]
}
