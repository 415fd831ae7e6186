import Steps

/// Products of Householder's reflections H = I - tau v v^T, as LAPACK's geqrf leaves them: v has a 1 on the diagonal,
/// zeros above it, and stands below it in the columns of a matrix.
extension Tensor {
    /// The first n columns of H[0] H[1] ... for reflections in a matrix [..., m, n], m >= n: [..., m, n].
    public func householderProduct(_ tau: Tensor) throws(Failure) -> Tensor {
        let name = "householder_product"
        let (a, reflections) = (try node(), try Reflections(node(), tau.node(), name))
        let n = a.matrixExtents.columns
        guard a.matrixExtents.rows >= n else {
            throw .shape(
                operation: name,
                "matrices with as many rows as columns at least are expected, but found \(a.shape.text)")
        }
        guard let v = reflections.vectors else { return try Tensor(result: a.identityMatrices()) }
        let share = try v.rows(0, n).transposed()
        return try Tensor(result: a.identityMatrices() - reflections.spread(share, transposed: false))
    }

    /// Q C (left), or C Q, of the whole Q = H[0] H[1] ... [..., m, m]; transposed: with Q^T.
    public func multipliedByReflections(
        _ tau: Tensor, _ other: Tensor, left: Bool = true, transposed: Bool = false
    ) throws(Failure) -> Tensor {
        let name = "ormqr"
        let (reflections, c) = (try Reflections(node(), tau.node(), name), try other.node())
        try c.checkMatrices(name)
        let sides = c.matrixExtents
        guard c.shape.dropLast(2) == shape.dropLast(2), (left ? sides.rows : sides.columns) == reflections.rows else {
            throw .shape(
                operation: name,
                "matrices \(c.shape.text) and reflections \(shape.text) do not fit: as many "
                    + "\(left ? "rows" : "columns") are expected as a reflection has elements, and equal leading axes")
        }
        guard c.dtype == dtype else {
            throw .dtype(
                operation: name,
                "matrices and reflections of one dtype are expected, but found \(c.dtype.name) and "
                    + dtype.name)
        }
        guard let v = reflections.vectors else { return try other.applying(.identity) }
        // C Q is (Q^T C^T)^T.
        let columns = left ? c : try c.transposed()
        let share = try v.transposed().matmul(columns)
        let product = try columns - reflections.spread(share, transposed: transposed == left)
        return try Tensor(result: left ? product : product.transposed())
    }
}

/// Reflections in the columns of matrices.
private struct Reflections {
    let rows: Int
    /// [..., m, k]; nil if there are none.
    let vectors: Node?
    /// T [..., k, k] of H[0] H[1] ... = I - V T V^T (Schreiber and Van Loan 1989).
    private let weights: Node?

    init(_ a: Node, _ tau: Node, _ name: String) throws(Failure) {
        try a.checkMatrices(name)
        let (m, n) = a.matrixExtents
        rows = m
        guard let k = tau.shape.last, k <= min(m, n), tau.shape.dropLast() == a.shape.dropLast(2) else {
            throw .shape(
                operation: name,
                "tau \((Array(a.shape.dropLast(2)) + [min(m, n)]).text), or fewer of each, is expected for matrices "
                    + "\(a.shape.text), but it is \(tau.shape.text)")
        }
        guard tau.dtype == a.dtype else {
            throw .dtype(
                operation: name,
                "tau of the matrices' dtype \(a.dtype.name) is expected, but found \(tau.dtype.name)")
        }
        guard k > 0, a.count > 0 else {
            (vectors, weights) = (nil, nil)
            return
        }
        let v = try a.columns(0, k).unitLower()
        // T = (I + D S)^-1 D with D = diag(tau) and S the strictly upper triangle of V^T V.
        let row = try tau.reshape(Array(tau.shape.dropLast()) + [1, k])
        let inner = try row.transposed() * MatMul(transposeA: true).record([v, v])
        weights = try inner.solveTriangular(row.diagonalMatrix(), upper: true, left: true, unitriangular: true)
        vectors = v
    }

    /// V T share, or V T^T share.
    func spread(_ share: Node, transposed: Bool) throws(Failure) -> Node {
        guard let vectors, let weights else { return share }
        return try vectors.matmul((transposed ? weights.transposed() : weights).matmul(share))
    }
}
