@testable import Engine

private let a = noise([2, 3], seed: 3)
private let b = noise([3, 4], seed: 5)
private let batch = noise([2, 2, 3], seed: 7)
private let others = noise([2, 3, 2], seed: 9)
private let u = noise([2], seed: 11)
private let v = noise([3], seed: 13)
private let square = Values([3, 3]) { ($0[0] == $0[1] ? 3.0 : 0) + 0.3 * Double($0[0] + $0[1]) }
private let map = Values([2, 3, 6]) { 3 * $0[0] + $0[1] == $0[2] ? 2.0 : 0.1 * Double($0[2]) }

/// Products beyond matmul, functions of matrices, norms.
extension FunctionRow {
    static let products: [FunctionRow] = [
        FunctionRow("addmm(beta=0.5, alpha=2)", [f64(noise([2, 4])), f64(a), f64(b)]) {
            [try $0[0].adding(.addmm, $0[1], $0[2], beta: 0.5, alpha: 2)]
        },
        FunctionRow("addmm(beta=0)", [f64(noise([2, 4]).map { _ in .nan }), f64(a), f64(b)]) {
            [try $0[1].matmul($0[2])]
        },
        FunctionRow("addmv", [f64(u), f64(a), f64(v)]) { [try $0[0].adding(.addmv, $0[1], $0[2])] },
        FunctionRow("addr(alpha=-1)", [f64(a), f64(u), f64(v)]) {
            [try $0[0].adding(.addr, $0[1], $0[2], alpha: -1)]
        },
        FunctionRow("addbmm", [f64(noise([2, 2])), f64(batch), f64(others)]) {
            [try $0[0].adding(.addbmm, $0[1], $0[2])]
        },
        FunctionRow("baddbmm(beta=2)", [f64(noise([2, 2])), f64(batch), f64(others)]) {
            [try $0[0].adding(.baddbmm, $0[1], $0[2], beta: 2)]
        },
        FunctionRow("kron", [f64(a), f64(b)]) { [try $0[0].kron($0[1])] },
        FunctionRow("inner", [f64(a), f64(batch)]) { [try $0[0].inner($0[1])] },
        FunctionRow("tensordot", [f64(a), f64(a)]) { [try $0[0].tensordot($0[1], [0, 1], [0, 1])] },
        FunctionRow("tensordot(dims=1)", [f64(batch), f64(b)]) { [try $0[0].tensordot($0[1], [2], [0])] },
        FunctionRow("tensordot(dims=((0, 2), (0, 1)))", [f64(batch), f64(others)]) {
            [try $0[0].tensordot($0[1], [0, 2], [0, 1])]
        },
        FunctionRow("vecdot(dim=0)", [f64(a), f64(a)]) { [try $0[0].vecdot($0[1], 0)] },
        FunctionRow("vdot", [f64(v), f64(v)]) { [try Tensor.product(.dot, $0[0], $0[1])] },
        FunctionRow("ger", [f64(u), f64(v)]) { [try Tensor.product(.outer, $0[0], $0[1])] },
        FunctionRow("cross", [f64(a), f64(a.map { $0 * $0 })]) { [try $0[0].cross($0[1], 1)] },
        FunctionRow("cross(dim=-1)", [f64(a), f64(noise([1, 3]))]) { [try $0[0].cross($0[1], -1)] },
        FunctionRow("cdist(p=1)", [f64(a), f64(noise([4, 3]))]) { [try $0[0].distances($0[1], 1)] },
        FunctionRow("multi_dot", [f64(u), f64(a), f64(b)]) { [try .multiDot($0)] },
        FunctionRow("chain_matmul", [f64(a), f64(b)]) { [try $0[0].matmul($0[1])] },
        FunctionRow("chain_matmul", [f64(a)]) { $0 },
    ]

    static let matrixFunctions: [FunctionRow] = [
        FunctionRow("matrix_exp", [f64(square)]) { [try $0[0].matrixExponential()] },
        FunctionRow("matrix_power(3)", [f64(square)]) { [try $0[0].matmul($0[0].matmul($0[0]))] },
        FunctionRow("matrix_power(n=-1)", [f64(square)]) { [try $0[0].inverse()] },
        FunctionRow("pinv(rtol=0.1)", [f64(a)]) { [try $0[0].pseudoInverse(rtol: 0.1)] },
        FunctionRow("pinv(hermitian=True, atol=0.01)", [f64(square)]) {
            [try $0[0].pseudoInverse(atol: 0.01, hermitian: true)]
        },
        FunctionRow("pinverse", [f64(a)]) { [try $0[0].pseudoInverse(rtol: 1e-15)] },
        FunctionRow("matrix_rank", [f64(a)]) { [try $0[0].matrixRank()] },
        FunctionRow("lstsq(driver='gelsd')", [f64(b), f64(v)]) {
            let found = try $0[0].leastSquares($0[1])
            return [found.solution, found.residuals, found.rank, found.values]
        },
        FunctionRow("lstsq(0.1)", [f64(b), f64(noise([3, 2]))]) {
            let found = try $0[0].leastSquares($0[1], rtol: 0.1)
            return [found.solution, try .full([0], 0, .float64), found.rank, try .full([0], 0, .float64)]
        },
        FunctionRow("logdet", [f64(square)]) { [try $0[0].logDeterminant()] },
        FunctionRow("cholesky_solve(upper=True)", [f64(noise([3, 2])), f64(square)]) {
            [try $0[0].choleskySolve($0[1], upper: true)]
        },
        FunctionRow("cholesky_inverse", [f64(square)]) { [try $0[0].choleskyInverse()] },
        FunctionRow("cond", [f64(a)]) { [try $0[0].condition()] },
        FunctionRow("cond('nuc')", [f64(square)]) { [try $0[0].condition(.nuclear)] },
        FunctionRow("matrix_norm", [f64(a)]) { [try $0[0].matrixNorm()] },
        FunctionRow("matrix_norm(-1, (2, 0), True)", [f64(batch)]) {
            [try $0[0].matrixNorm(.number(-1), [2, 0], keepdims: true)]
        },
        FunctionRow("norm('nuc')", [f64(a)]) { [try $0[0].matrixNorm(.nuclear)] },
        FunctionRow("vector_norm(3, dim=1)", [f64(a)]) { [try $0[0].norm(3, [1])] },
        FunctionRow("linalg_norm", [f64(batch)]) { [try $0[0].norm(2)] },
        FunctionRow("linalg_norm('nuc', (1, 2))", [f64(batch)]) { [try $0[0].matrixNorm(.nuclear, [1, 2])] },
        FunctionRow("linalg_norm(1, 0, dtype=float64)", [f32(a)]) { [try $0[0].cast(.float64).norm(1, [0])] },
        FunctionRow("vander", [f64(v)]) { [try $0[0].vander()] },
        FunctionRow("vander(N=4, increasing=True)", [f64(a)]) { [try $0[0].vander(4, increasing: true)] },
        FunctionRow("tensorinv", [f64(map)]) { [try $0[0].tensorInverse()] },
        FunctionRow("tensorsolve(dims=2)", [f64(map), f64(a)]) {
            [try $0[0].permute([0, 1, 2]).tensorSolve($0[1], [2])]
        },
    ]
}
