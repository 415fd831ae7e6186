@testable import Engine

private let line = noise([4], seed: 2)
private let x = noise([2, 3], seed: 3)
private let y = noise([3], seed: 5)
private let z = noise([2, 3], seed: 7)
private let cube = noise([2, 3, 2], seed: 9)
private let square = noise([3, 3], seed: 11)

/// Rows of what turns, cuts, repeats and counts out, and of what replaces parts of a tensor.
extension FunctionRow {
    private static func i64(_ shape: Shape, _ values: [Double]) -> (Values, DType) { (Values(shape, values), .int64) }

    /// A vector of whole numbers.
    private static func whole(_ values: [Double], _ shape: Shape) throws -> Tensor {
        try tensor(Values(shape, values), .int64)
    }

    static let rearranging: [FunctionRow] = [
        FunctionRow("rot90", [f64(x)]) { [try $0[0].transpose(0, 1).flip([0])] },
        FunctionRow("rot90(2, dims=(2, 0))", [f64(cube)]) { [try $0[0].flip([0, 2])] },
        FunctionRow("diag_embed(1, dim1=0, dim2=1)", [f64(y)]) { [try $0[0].diag(1)] },
        FunctionRow("diagflat(offset=-1)", [f64(x)]) { [try $0[0].reshape([6]).diag(-1)] },
        FunctionRow("fliplr", [f64(x)]) { [try $0[0].flip([1])] },
        FunctionRow("flipud", [f64(x)]) { [try $0[0].flip([0])] },
        FunctionRow("tensor_split(2, dim=1)", [f64(x)]) { try $0[0].split([2, 1], 1) },
        FunctionRow("tensor_split((1,))", [f64(line)]) { try $0[0].split([1, 3], 0) },
        FunctionRow("hsplit(3)", [f64(x)]) { try $0[0].split([1, 1, 1], 1) },
        FunctionRow("vsplit((1,))", [f64(x)]) { try $0[0].split([1, 1], 0) },
        FunctionRow("dsplit(2)", [f64(cube)]) { try $0[0].split([1, 1], 2) },
        FunctionRow("atleast_1d", [f64(x), f64(noise([]))]) { [$0[0], try $0[1].reshape([1])] },
        FunctionRow("atleast_2d", [f64(x), f64(y)]) { [$0[0], try $0[1].reshape([1, 3])] },
        FunctionRow("atleast_3d", [f64(x), f64(y)]) { [try $0[0].reshape([2, 3, 1]), try $0[1].reshape([1, 3, 1])] },
        FunctionRow("broadcast_tensors", [f64(x), f64(y)]) { [$0[0], try $0[1].broadcast(to: [2, 3])] },
        FunctionRow("dstack", [f64(x), f64(z)]) { [try .stack([$0[0], $0[1]], 2)] },
        FunctionRow("column_stack", [f64(y), f64(square)]) { [try .concatenate([$0[0].reshape([3, 1]), $0[1]], 1)] },
        FunctionRow("block_diag", [f64(y), f64(noise([1, 1]))]) {
            let corner = try Tensor.full([1, 1], 0, .float64)
            let below = try Tensor.full([1, 3], 0, .float64)
            return [
                try .concatenate(
                    [.concatenate([$0[0].reshape([1, 3]), corner], 1), .concatenate([below, $0[1]], 1)], 0)
            ]
        },
        FunctionRow("cartesian_prod", [f64(y), f64(noise([1]))]) {
            [try .stack([$0[0], $0[1].broadcast(to: [3])], 1)]
        },
        FunctionRow("combinations", [f64(y)]) { [try $0[0].select(0, whole([0, 1, 0, 2, 1, 2], [3, 2]))] },
        FunctionRow("combinations(r=2, with_replacement=True)", [f64(noise([2]))]) {
            [try $0[0].select(0, whole([0, 0, 0, 1, 1, 1], [3, 2]))]
        },
        FunctionRow("tril_indices(2, 2)") { _ in [try whole([0, 1, 1, 0, 0, 1], [2, 3])] },
        FunctionRow("triu_indices(2, 3, offset=1, dtype=int32)") { _ in
            [try whole([0, 0, 1, 1, 2, 2], [2, 3]).cast(.int32)]
        },
        FunctionRow("repeat_interleave(2, dim=0)", [f64(y)]) { [try $0[0].select(0, whole([0, 0, 1, 1, 2, 2], [6]))] },
        FunctionRow("repeat_interleave", [f64(y), i64([3], [2, 0, 1])]) {
            [try $0[0].select(0, whole([0, 0, 2], [3]))]
        },
        FunctionRow("repeat_interleave(repeats=None)", [i64([3], [2, 0, 1])]) { _ in [try whole([0, 0, 2], [3])] },
        FunctionRow("tensor_unfold(0, size=2, step=2)", [f64(line)]) { [try $0[0].reshape([2, 2])] },
        FunctionRow("row_stack", [f64(y), f64(x)]) { [try .vstack([$0[0], $0[1]])] },
    ]

    static let writing: [FunctionRow] = [
        FunctionRow("take", [f64(x), i64([2], [4, -6])]) { [try $0[0].reshape([6]).select(0, $0[1])] },
        FunctionRow("put", [f64(x), i64([2], [4, 0]), f64(noise([2]))]) {
            [try $0[0].reshape([6]).scatter(0, $0[1], $0[2], accumulates: false).reshape([2, 3])]
        },
        FunctionRow("put(accumulate=True)", [f64(x), i64([2], [4, 4]), f64(noise([2]))]) {
            [try $0[0].reshape([6]).scatter(0, $0[1], $0[2], accumulates: true).reshape([2, 3])]
        },
        FunctionRow("index_add(0, alpha=2)", [f64(x), i64([2], [1, 1]), f64(z)]) {
            let places = try $0[1].reshape([2, 1]).broadcast(to: [2, 3])
            return [try $0[0].scatter(0, places, $0[2] * 2, accumulates: true)]
        },
        FunctionRow("index_copy(dim=0)", [f64(x), i64([2], [1, 0]), f64(z)]) { [try $0[2].flip([0])] },
        FunctionRow("index_fill(1, value=3)", [f64(x), i64([3], [0, 1, -1])]) { _ in [try .full([2, 3], 3, .float64)] },
        FunctionRow("index_reduce(0, reduce='sum', include_self=False)", [f64(x), i64([2], [1, 0]), f64(z)]) {
            [try $0[2].flip([0])]
        },
        FunctionRow("scatter_reduce(0, reduce='amax')", [f64(x), i64([1, 3], [1, 1, 1]), f64(z)]) {
            let rows = try ($0[0].select(0, at: 0), $0[0].select(0, at: 1), $0[2].select(0, at: 0))
            return [try .stack([rows.0, .apply(.maximum, rows.1, rows.2)], 0)]
        },
        FunctionRow("masked_scatter", [f64(x), (Values([2, 3], [1, 1, 1, 0, 0, 0]), .bool), f64(z)]) {
            [try .stack([$0[2].select(0, at: 0), $0[0].select(0, at: 1)], 0)]
        },
        FunctionRow("select_scatter(0, 1)", [f64(x), f64(y)]) { [try .stack([$0[0].select(0, at: 0), $0[1]], 0)] },
        FunctionRow("slice_scatter(1, 1, end=None)", [f64(x), f64(noise([2, 2]))]) {
            [try .concatenate([$0[0].narrow(1, start: 0, length: 1), $0[1]], 1)]
        },
        FunctionRow("diagonal_scatter(offset=2)", [f64(x), f64(noise([1]))]) {
            [try $0[0].reshape([6]).scatter(0, whole([2], [1]), $0[1], accumulates: false).reshape([2, 3])]
        },
    ]
}
