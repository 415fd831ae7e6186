import Steps

/// Decompositions into orthogonal matrices, by LAPACK. Each gives its factors in one tensor, one behind the other in
/// memory; Node+Decompositions takes them apart.

/// Throws unless `type` has float matrices on its last two axes that LAPACK can take, and LAPACK is there.
func checkMatrices(_ type: TensorType, _ name: String) throws(Failure) {
    try type.dtype.requireFloat(name)
    guard type.shape.count >= 2 else {
        throw .shape(operation: name, "matrices are expected on the last two axes, but the shape is \(type.shape.text)")
    }
    // LAPACK counts what it works in with 32 bits.
    let (m, n) = (type.shape[type.shape.count - 2], type.shape[type.shape.count - 1])
    guard max(m, n) <= 8_000_000, min(m, n) <= 16_000 else {
        throw .unsupported(operation: name, "the matrices are too large: \(type.shape.text)")
    }
    try Plan.backend.require(.factorisations, for: name)
}

extension DecompositionStep {
    /// Of the matrices on the last two axes of what lies in `view`.
    init(_ kind: Kind, _ operation: String, _ type: TensorType, _ view: View, result: Int) {
        let (m, n) = (type.shape[type.shape.count - 2], type.shape[type.shape.count - 1])
        self.init(
            kind, operation: operation, dtype: type.dtype, count: Array(type.shape.dropLast(2)).elementCount, m: m,
            n: n, layout: view.layout, source: view.slot, result: result)
    }
}

/// [..., m + n, n] of a matrix [..., m, n] with m >= n: Q [m, n], whose columns are orthonormal, above the upper
/// triangular R [n, n].
struct QR: Operation {
    var name: String { "qr" }
    var keeps: Keeps { .output }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkMatrices(inputs[0], name)
        var type = inputs[0]
        type.shape[type.shape.count - 2] += type.shape.last!
        try checkShape(type.shape, type.dtype, operation: name)
        return type
    }

    private func factors(_ node: Node) throws(Failure) -> (q: Node, r: Node) {
        let m = node.shape[node.shape.count - 2] - node.shape.last!
        return (try node.rows(0, m), try node.rows(m, node.shape.last!))
    }

    /// (G_Q + Q S) R^-T, where S is the lower triangle of R G_R^T - G_Q^T Q made symmetric. Walter and Lehmann 2018,
    /// Algorithmic differentiation of linear algebra functions.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (q, r) = try factors(node)
        let (gq, gr) = try factors(cotangent)
        let inner = try MatMul(transposeB: true).record([r, gr]) - MatMul(transposeA: true).record([gq, q])
        let half = try inner.lowerWithHalfDiagonal()
        return [try TriangularSolveRows(upper: true).record([r, gq + MatMul().record([q, half + half.transposed()])])]
    }

    /// With C = dA R^-1 and the antisymmetric W of the strictly lower triangle of Q^T C: dQ = C - Q (Q^T C - W), dR =
    /// (Q^T C - W) R.
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        let (q, r) = try factors(node)
        let c = try TriangularSolveRows(upper: true, transposed: true).record([r, tangent])
        let inner = try MatMul(transposeA: true).record([q, c])
        let lower = try inner.triangle(upper: false, strict: true)
        let upper = try inner - lower + lower.transposed()
        return try Concatenate(axis: node.shape.count - 2).record([
            c - MatMul().record([q, upper]), MatMul().record([upper, r]),
        ])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let view = lowering.view(input)
        let rank = view.shape.count
        let columns = view.permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
        let step = DecompositionStep(.qr, name, lowering.type(input), columns, result: lowering.output(of: index))
        try lowering.append(name, .decomposition(step), bytesRead: view.bytesRead)
    }
}

/// [..., n + 1, n] of symmetric matrices, whose lower triangles are read: the eigenvalues in ascending order above the
/// eigenvectors, as rows.
struct Eigh: Operation {
    var name: String { "eigh" }
    var keeps: Keeps { .output }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkMatrices(inputs[0], name)
        var type = inputs[0]
        guard type.shape[type.shape.count - 2] == type.shape.last! else {
            throw .shape(
                operation: name,
                "square matrices are expected on the last two axes, but the shape is \(type.shape.text)")
        }
        type.shape[type.shape.count - 2] += 1
        try checkShape(type.shape, type.dtype, operation: name)
        return type
    }

    /// Values [..., 1, n] and vectors [..., n, n], as rows.
    private func parts(_ node: Node) throws(Failure) -> (values: Node, vectors: Node) {
        (try node.rows(0, 1), try node.rows(1, node.shape.last!))
    }

    /// F_ij = 1 / (w_j - w_i), 0 on the diagonal. Equal eigenvalues have no derivative of their vectors: there it is
    /// infinite.
    private func reciprocalGaps(_ values: Node) throws(Failure) -> Node {
        try (values - values.transposed()).withDiagonal(1).reciprocal().withDiagonal(0)
    }

    /// The symmetric part of V (diag(g_w) + F o (V^T G_V)) V^T. Giles 2008, An extended collection of matrix derivative
    /// results.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (values, vectors) = try parts(node)
        let (valueShare, vectorShare) = try parts(cotangent)
        let inner = try reciprocalGaps(values) * MatMul(transposeB: true).record([vectors, vectorShare])
        let share = try inner + valueShare.diagonalMatrix()
        return [try MatMul().record([MatMul(transposeA: true).record([vectors, share]), vectors]).symmetricPart()]
    }

    /// With S = V^T dA V: dw = diag(S), dV = V (F o S).
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        let (values, vectors) = try parts(node)
        let inner = try MatMul(transposeB: true).record([MatMul().record([vectors, tangent.symmetricPart()]), vectors])
        let diagonal = try inner.diagonal().reshape(values.shape)
        let rows = try MatMul(transposeA: true).record([reciprocalGaps(values) * inner, vectors])
        return try Concatenate(axis: node.shape.count - 2).record([diagonal, rows])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let step = DecompositionStep(
            .eigh, name, lowering.type(input), lowering.denseView(input), result: lowering.output(of: index))
        try lowering.append(name, .decomposition(step))
    }
}

/// [..., k (1 + m + n)] of matrices [..., m, n], k = min(m, n): the singular values [k] in descending order, U [m, k]
/// and V^T [k, n], one behind the other.
struct SVD: Operation {
    var name: String { "svd" }
    var keeps: Keeps { .output }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkMatrices(inputs[0], name)
        let (m, n) = (inputs[0].shape[inputs[0].shape.count - 2], inputs[0].shape.last!)
        let shape = Array(inputs[0].shape.dropLast(2)) + [min(m, n) * (1 + m + n)]
        try checkShape(shape, inputs[0].dtype, operation: name)
        return TensorType(shape, inputs[0].dtype)
    }

    /// Values [..., 1, k], U [..., m, k] and V^T [..., k, n] of a result for matrices of the type of `input`.
    static func parts(_ node: Node, of input: Node) throws(Failure) -> (values: Node, u: Node, v: Node) {
        let (m, n, leading) = (input.shape[input.shape.count - 2], input.shape.last!, Array(input.shape.dropLast(2)))
        let k = min(m, n)
        func part(_ start: Int, _ rows: Int, _ columns: Int) throws(Failure) -> Node {
            try Slice(axis: leading.count, start: start, step: 1, count: rows * columns).record([node]).reshape(
                leading + [rows, columns])
        }
        return (try part(0, 1, k), try part(k, m, k), try part(k + m * k, k, n))
    }

    /// E_ij = 1 / (s_j^2 - s_i^2), 0 on the diagonal. Equal singular values have no derivative of their vectors: there
    /// it is infinite.
    private func reciprocalGaps(_ values: Node) throws(Failure) -> Node {
        try ((values - values.transposed()) * (values + values.transposed())).withDiagonal(1).reciprocal().withDiagonal(
            0)
    }

    /// U ((E o J) S + S (E o K) + diag(g_s)) V^T + (1 - U U^T) G_U S^-1 V^T + U S^-1 G_V^T (1 - V V^T), where J and K
    /// are the antisymmetric parts, doubled, of U^T G_U and V^T G_V. Townsend 2016, Differentiating the singular value
    /// decomposition.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (s, u, v) = try Self.parts(node, of: node.inputs[0])
        let (gs, gu, gv) = try Self.parts(cotangent, of: node.inputs[0])
        let gaps = try reciprocalGaps(s)
        let (uu, vv) = (try MatMul(transposeA: true).record([u, gu]), try MatMul(transposeB: true).record([v, gv]))
        let left = try gaps * (uu - uu.transposed()) * s
        let right = try s.transposed() * (gaps * (vv - vv.transposed()))
        var inner = try left + right + gs.diagonalMatrix()
        // What G_U and G_V have outside the span of U and V: their whole, less what is inside, which goes with the
        // rest. A square factor has no outside.
        let (hasU, hasV) = (u.shape[u.shape.count - 2] > s.shape.last!, v.shape.last! > s.shape.last!)
        if hasU { inner = try inner - uu / s }
        if hasV { inner = try inner - vv.transposed() / s.transposed() }
        let beside = try MatMul().record([u, inner])
        let share = try MatMul().record([hasU ? beside + gu / s : beside, v])
        return [hasV ? try share + MatMul().record([u, gv / s.transposed()]) : share]
    }

    /// With P = U^T dA V: ds = diag(P), dU = U (E o (P S + S P^T)) + (1 - U U^T) dA V S^-1, dV = V (E o (S P + P^T S))
    /// + (1 - V V^T) dA^T U S^-1.
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        let (s, u, v) = try Self.parts(node, of: node.inputs[0])
        let along = try MatMul(transposeB: true).record([tangent, v])
        let below = try MatMul(transposeA: true).record([u, tangent])
        let p = try MatMul(transposeA: true).record([u, along])
        let gaps = try reciprocalGaps(s)
        let (ps, sp) = (try p * s, try s.transposed() * p)
        var du = try MatMul().record([u, gaps * (ps + ps.transposed())])
        var dv = try MatMul(transposeA: true).record([gaps * (sp + sp.transposed()), v])
        if u.shape[u.shape.count - 2] > s.shape.last! { du = try du + (along - MatMul().record([u, p])) / s }
        if v.shape.last! > s.shape.last! { dv = try dv + (below - MatMul().record([p, v])) / s.transposed() }
        let leading = Array(node.shape.dropLast())
        var flat: [Node] = []
        for part in [try p.diagonal(), du, dv] {
            flat.append(try part.reshape(leading + [part.shape.suffix(part.shape.count - leading.count).reduce(1, *)]))
        }
        return try Concatenate(axis: leading.count).record(flat)
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let step = DecompositionStep(
            .svd, name, lowering.type(input), lowering.denseView(input), result: lowering.output(of: index))
        try lowering.append(name, .decomposition(step))
    }
}

/// A part of what a factorisation found that has derivatives of its own, where those of the whole may be infinite or be
/// asked for in vain. Inputs: the part, what its rules read, and last the matrices, to which all derivatives go.
protocol FactorPart: Viewing {}

extension FactorPart {
    var computes: Int { 1 }
    var keeps: Keeps { .inputs }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}

/// The eigenvalues [..., 1, n] of Eigh, beside its vectors [..., n, n], as rows. Equal ones have derivatives, which
/// their vectors have not.
struct Eigenvalues: FactorPart {
    var name: String { "eigvalsh" }

    /// V diag(g) V^T.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let vectors = node.inputs[1]
        return [
            nil, nil, try MatMul(transposeA: true).record([vectors, cotangent.transposed() * vectors]).symmetricPart(),
        ]
    }

    /// diag(V^T dA V).
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let vectors = node.inputs[1]
        return try tangents[2].map { (tangent) throws(Failure) in
            let turned = try MatMul().record([vectors, tangent.symmetricPart()])
            return try (turned * vectors).sum([node.shape.count - 1], keepdims: false).reshape(node.shape)
        }
    }
}

/// The singular values [..., 1, k] of SVD, beside its U [..., m, k] and V^T [..., k, n].
struct SingularValues: FactorPart {
    var name: String { "svdvals" }

    /// U diag(g) V^T.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [nil, nil, nil, try MatMul().record([node.inputs[1] * cotangent, node.inputs[2]])]
    }

    /// diag(U^T dA V).
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[3].map { (tangent) throws(Failure) in
            let turned = try MatMul(transposeB: true).record([tangent, node.inputs[2]])
            return try (node.inputs[1] * turned).sum([node.shape.count - 2], keepdims: true)
        }
    }
}
