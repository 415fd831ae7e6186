@testable import Engine

private let square = Values([2, 3, 3]) { Double($0[0] + 1) * (($0[1] + 1) % 3 == $0[2] ? 3.0 : 0.4 * Double($0[1])) }
private let tall = noise([4, 3], seed: 3)
private let wide = noise([3, 4], seed: 5)

/// Triangular factors: products of them are the matrices, and solutions those of solve.
extension FunctionRow {
    static let lu: [FunctionRow] = {
        var rows: [FunctionRow] = []
        for matrix in [square, tall, wide] {
            rows.append(
                FunctionRow("lu", [f64(matrix)]) {
                    let f = try $0[0].lu(); return [f.p, f.l, f.u]
                })
            rows.append(
                FunctionRow("lu_factor", [f64(matrix)]) {
                    let f = try $0[0].luFactors(); return [f.factors, f.pivots]
                })
            rows.append(
                FunctionRow("lu_factor_ex", [f64(matrix)]) {
                    let f = try $0[0].luFactors()
                    return [f.factors, f.pivots, f.info]
                })
        }
        let (factors, pivots) = (Values([2, 2], [4, 2, 0.5, 3]), Values([2], [2, 2]))
        rows.append(
            FunctionRow("lu_unpack", [f64(factors), i64(pivots)]) { _ in
                [
                    try tensor(Values([2, 2], [0, 1, 1, 0]), .float64),
                    try tensor(Values([2, 2], [1, 0, 0.5, 1]), .float64),
                    try tensor(Values([2, 2], [4, 2, 0, 3]), .float64),
                ]
            })
        // A = [[2, 4], [4, 2]].
        rows.append(
            FunctionRow("lu_solve(adjoint=True)", [f64(factors), i64(pivots), f64(Values([2, 1], [10, 8]))]) { _ in
                [try tensor(Values([2, 1], [1, 2]), .float64)]
            })
        return rows
    }()
}
