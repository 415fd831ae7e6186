/// Decompositions as functions of nodes, with the factors in PyTorch's shapes.
extension Node {
    /// Rows start ..< start + count of each matrix.
    func rows(_ start: Int, _ count: Int) throws(Failure) -> Node {
        try Slice(axis: shape.count - 2, start: start, step: 1, count: count).record([self])
    }

    func columns(_ start: Int, _ count: Int) throws(Failure) -> Node {
        try Slice(axis: shape.count - 1, start: start, step: 1, count: count).record([self])
    }

    /// Rows [..., 1, n] as matrices [..., n, n] with them on the diagonal.
    func diagonalMatrix() throws(Failure) -> Node {
        let (row, column) = try broadcast(to: shape.dropLast(2) + [shape.last!, shape.last!]).places()
        return try Node.select(row.equal(column), self, Node.scalar(0, like: self))
    }

    func withDiagonal(_ value: Double) throws(Failure) -> Node {
        let (row, column) = try places()
        return try Node.select(row.equal(column), Node.scalar(value, like: self), self)
    }

    /// Q [..., m, k] with orthonormal columns, and R [..., k, n] with zeros below its diagonal, k = min(m, n). A wide
    /// matrix is as its first columns are.
    func qr() throws(Failure) -> (q: Node, r: Node) {
        guard shape.count >= 2, shape[shape.count - 2] < shape.last! else {
            let both = try QR().record([self])
            let m = shape[shape.count - 2]
            return (try both.rows(0, m), try both.rows(m, shape.last!))
        }
        let (m, n) = (shape[shape.count - 2], shape.last!)
        let (q, r) = try columns(0, m).qr()
        let rest = try MatMul(transposeA: true).record([q, columns(m, n - m)])
        return (q, try Concatenate(axis: shape.count - 1).record([r, rest]))
    }

    /// Columns [..., m, k] that are orthonormal, and behind them others that complete them to a basis: [..., m, m]. Any
    /// basis of what is left would do; this one follows the columns smoothly.
    func completed() throws(Failure) -> Node {
        let (m, k) = (shape[shape.count - 2], shape.last!)
        if m == k { return self }
        // Householder's reflections make an orthogonal matrix of any columns, of zeros too.
        let zeros = try Node.full(Array(shape.dropLast()) + [m - k], 0, dtype)
        let others = try Concatenate(axis: shape.count - 1).record([detached(), zeros]).qr().q.columns(k, m - k)
        // Those are constants. Made orthogonal to the columns once more, they have their derivatives.
        let basis = try Concatenate(axis: shape.count - 1).record([self, others.detached()]).qr().q
        return try Concatenate(axis: shape.count - 1).record([self, basis.columns(k, m - k)])
    }

    /// Eigenvalues [..., n] in ascending order, and eigenvectors [..., n, n] as columns; upper: that triangle is read.
    func eigh(upper: Bool) throws(Failure) -> (values: Node, vectors: Node) {
        let matrices = upper && shape.count >= 2 ? try transposed() : self
        let both = try Eigh().record([matrices])
        let vectors = try both.rows(1, shape.last!)
        let values = try Eigenvalues().record([both.rows(0, 1), vectors, matrices])
        return (try values.reshape(Array(shape.dropLast())), try vectors.transposed())
    }

    /// U [..., m, k], singular values [..., k] in descending order, and V^T [..., k, n], k = min(m, n).
    func svd() throws(Failure) -> (u: Node, values: Node, v: Node) {
        let (found, u, v) = try SVD.parts(SVD().record([self]), of: self)
        let values = try SingularValues().record([found, u, v, self])
        return (u, try values.reshape(Array(shape.dropLast(2)) + [values.shape.last!]), v)
    }
}
