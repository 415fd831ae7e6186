import Steps

/// [..., m n + n] of matrices [..., m, n] with m >= n: L and U of P A = L U in one matrix [m, n], whose diagonal is
/// U's, since that of L has ones; and behind it the exchanges of rows (`Exchanges`). Which rows are exchanged is
/// constant to derivatives.
struct LU: Operation {
    var name: String { "lu" }
    var keeps: Keeps { [.inputs, .output] }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkMatrices(inputs[0], name)
        let (m, n) = (inputs[0].shape[inputs[0].shape.count - 2], inputs[0].shape.last!)
        let shape = Array(inputs[0].shape.dropLast(2)) + [m * n + n]
        try checkShape(shape, inputs[0].dtype, operation: name)
        return TensorType(shape, inputs[0].dtype)
    }

    /// The factors [..., m, n] in one matrix, and the exchanges [..., n], of a result for matrices of the type of
    /// `input`.
    static func parts(_ node: Node, of input: Node) throws(Failure) -> (factors: Node, pivots: Node) {
        let (axis, count) = (node.shape.count - 1, input.shape.suffix(2).reduce(1, *))
        let factors = try Slice(axis: axis, start: 0, step: 1, count: count).record([node]).reshape(input.shape)
        let pivots = try Slice(axis: axis, start: count, step: 1, count: input.shape.last!).record([node])
        return (factors, pivots)
    }

    /// The rows of `x` in the order that they have in P A.
    private func exchanged(_ x: Node, _ pivots: Node, back: Bool = false) throws(Failure) -> Node {
        var order = try pivots.rowOrder(x.shape[x.shape.count - 2])
        if back { order = try ArgSort(axis: order.shape.count - 1, isDescending: false).record([order]) }
        return try x.rows(inOrder: order)
    }

    /// With the parts above and below the square one, P A = [L1; L2] U: S = the strictly lower triangle of L1^T G_L1,
    /// and the upper one of G_U U^T - L2^T G_L2; then G_A = P^T [L1^-T S U^-T; G_L2 U^-T].
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (factors, pivots) = try Self.parts(node, of: node.inputs[0])
        let (given, _) = try Self.parts(cotangent, of: node.inputs[0])
        let (m, n) = factors.matrixExtents
        let (square, top) = (try factors.rows(0, n), try given.rows(0, n))
        let (l, u) = (try square.unitLower(), try square.triangle(upper: true, strict: false))
        let lower = try MatMul(transposeA: true).record([l, top.triangle(upper: false, strict: true)])
        var upper = try MatMul(transposeB: true).record([top.triangle(upper: true, strict: false), u])
        if m > n {
            let (below, share) = (try factors.rows(n, m - n), try given.rows(n, m - n))
            upper = try upper - MatMul(transposeA: true).record([below, share])
        }
        let inner = try lower.triangle(upper: false, strict: true) + upper.triangle(upper: true, strict: false)
        // Rows x of X U^T = inner; and L^T Y = X, by the rows of Y^T.
        let right = try TriangularSolveRows(upper: true).record([square, inner])
        let left = try TriangularSolveRows(upper: false, transposed: true, unit: true).record([
            square, right.transposed(),
        ])
        var result = try left.transposed()
        if m > n {
            let rest = try TriangularSolveRows(upper: true).record([square, given.rows(n, m - n)])
            result = try Concatenate(axis: result.shape.count - 2).record([result, rest])
        }
        return [try exchanged(result, pivots, back: true)]
    }

    /// With P dA = [B1; B2] and M = L1^-1 B1 U^-1: dL1 = L1 times M's strictly lower triangle, dU = its upper one times
    /// U, dL2 = (B2 - L2 dU) U^-1.
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        let (factors, pivots) = try Self.parts(node, of: node.inputs[0])
        let (m, n) = factors.matrixExtents
        let moved = try exchanged(tangent, pivots)
        let square = try factors.rows(0, n)
        let (l, u) = (try square.unitLower(), try square.triangle(upper: true, strict: false))
        let right = try TriangularSolveRows(upper: true, transposed: true).record([square, moved.rows(0, n)])
        let inner = try TriangularSolveRows(upper: false, unit: true).record([square, right.transposed()]).transposed()
        let du = try MatMul().record([inner.triangle(upper: true, strict: false), u])
        var result = try MatMul().record([l, inner.triangle(upper: false, strict: true)]) + du
        if m > n {
            let share = try moved.rows(n, m - n) - MatMul().record([factors.rows(n, m - n), du])
            let below = try TriangularSolveRows(upper: true, transposed: true).record([square, share])
            result = try Concatenate(axis: result.shape.count - 2).record([result, below])
        }
        let leading = Array(node.shape.dropLast())
        return try Concatenate(axis: leading.count).record([
            result.reshape(leading + [m * n]), Node.full(pivots.shape, 0, pivots.dtype),
        ])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let view = lowering.view(input)
        let rank = view.shape.count
        let columns = view.permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
        let step = DecompositionStep(.lu, name, lowering.type(input), columns, result: lowering.output(of: index))
        try lowering.append(name, .decomposition(step), bytesRead: view.bytesRead)
    }
}

/// The order [..., rows] of rows that exchanges [..., k] leave: the first k rows, one after the other, with the row
/// that stands there, counted from 1. int64.
struct Exchanges: Operation {
    var rows: Int
    var name: String { "exchanges" }

    func encode(into key: inout KeyBuilder) { key.append(rows) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let shape = Array(inputs[0].shape.dropLast()) + [rows]
        try checkShape(shape, .int64, operation: name)
        return TensorType(shape, .int64)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let (input, shape) = (lowering.inputs(index)[0], lowering.type(index).shape)
        let k = lowering.type(input).shape.last!
        try lowering.append(
            name,
            .exchanges(
                ExchangesStep(
                    operation: "lu", count: Array(shape.dropLast()).elementCount, k: k, rows: rows,
                    source: lowering.dense(input), result: lowering.output(of: index))))
    }
}

extension Node {
    /// L and U of P A = L U for matrices [..., m, n], in one matrix [..., m, n], and the exchanges [..., k] of rows,
    /// counted from 1, k = min(m, n).
    func lu() throws(Failure) -> (factors: Node, pivots: Node) {
        guard shape.count >= 2, matrixExtents.rows < matrixExtents.columns else {
            return try LU.parts(LU().record([self]), of: self)
        }
        // Columns behind the square take no part in the choice of pivots.
        let (m, n) = matrixExtents
        let (square, pivots) = try columns(0, m).lu()
        let rest = try columns(m, n - m).rows(inOrder: pivots.rowOrder(m))
        let solved = try TriangularSolveRows(upper: false, unit: true).record([square, rest.transposed()]).transposed()
        return (try Concatenate(axis: shape.count - 1).record([square, solved]), pivots)
    }

    /// The order [..., rows] of rows after exchanges.
    func rowOrder(_ rows: Int) throws(Failure) -> Node {
        try Exchanges(rows: rows).record([detached().cast(.int64)])
    }

    /// The lower triangle with ones on its diagonal.
    func unitLower() throws(Failure) -> Node {
        try triangle(upper: false, strict: true).withDiagonal(1)
    }

    /// The rows of matrices [..., m, n] in an order [..., m].
    func rows(inOrder order: Node) throws(Failure) -> Node {
        let index = try order.reshape(order.shape + [1]).broadcast(to: shape)
        return try TakeAlongAxis(axis: shape.count - 2).record([self, index])
    }
}
