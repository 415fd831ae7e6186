/// Linear algebra as functions of nodes. Matrices are the last two axes.
extension Node {
    // MARK: Products of given ranks

    /// What PyTorch's functions of these names take: no broadcasting, and one rank each.
    func product(_ kind: Tensor.Product, _ other: Node) throws(Failure) -> Node {
        let (left, right) = kind.ranks
        guard shape.count == left, other.shape.count == right else {
            throw .shape(
                operation: "\(kind)",
                "tensors with \(left) and \(right) axes are expected, but their shapes are \(shape.text) and "
                    + "\(other.shape.text)"
            )
        }
        switch kind {
        case .outer: return try reshape([shape[0], 1]) * other
        case .bmm where shape[0] != other.shape[0]:
            throw .shape(operation: "bmm", "batches differ: \(shape.text) x \(other.shape.text)")
        case .dot where shape != other.shape:
            throw .shape(
                operation: "dot",
                "vectors of one length are expected, but their shapes are \(shape.text) and \(other.shape.text)")
        case .dot where !Node.common(self, other).isFloat:
            return try (cast(.int64) * other.cast(.int64)).sum([0], keepdims: false)
        case .mm, .bmm, .mv, .dot: return try matmul(other)
        }
    }

    // MARK: Parts of matrices

    func transposed() throws(Failure) -> Node {
        let rank = shape.count
        return try permute(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }

    /// Element `place` of the last axis, which stays with extent 1.
    func entry(_ place: Int) throws(Failure) -> Node {
        try Slice(axis: shape.count - 1, start: place, step: 1, count: 1).record([self])
    }

    /// [..., min(m, n)]. The elements of a diagonal are as far from each other as a row is long, and one more.
    func diagonal() throws(Failure) -> Node {
        let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
        let count = min(m, n)
        let flat = try reshape(Array(shape.dropLast(2)) + [m * n])
        return try Slice(axis: shape.count - 2, start: 0, step: count <= 1 ? 1 : n + 1, count: count).record([flat])
    }

    func trace() throws(Failure) -> Node {
        guard shape.count == 2 else {
            throw .shape(operation: "trace", "a matrix is expected, but the shape is \(shape.text)")
        }
        return try diagonal().sum([0], keepdims: false)
    }

    /// Row and column of each element of a matrix, to be compared: [n, 1] and [n].
    func places() throws(Failure) -> (row: Node, column: Node) {
        let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
        return (
            try Arange(start: 0, step: 1, count: m, dtype: .int64).record([]).reshape([m, 1]),
            try Arange(start: 0, step: 1, count: n, dtype: .int64).record([])
        )
    }

    /// With zeros outside the upper (lower) triangle; strict: on the diagonal as well.
    func triangle(upper: Bool, strict: Bool) throws(Failure) -> Node {
        let (row, column) = try places()
        let (low, high) = upper ? (row, column) : (column, row)
        return try Node.select(strict ? low.less(high) : low.lessEqual(high), self, Node.scalar(0, like: self))
    }

    func lowerWithHalfDiagonal() throws(Failure) -> Node {
        let (row, column) = try places()
        let half = try Node.select(row.equal(column), self * Node.scalar(0.5, like: self), self)
        return try half.triangle(upper: false, strict: false)
    }

    func symmetricPart() throws(Failure) -> Node { try (self + transposed()) * Node.scalar(0.5, like: self) }

    // MARK: Factorisations

    /// A X = B (left false: X A = B). As in PyTorch, B is a vector (a batch of vectors) if it has one axis (A's shape
    /// without the last axis).
    func solve(_ other: Node, left: Bool) throws(Failure) -> Node {
        let isVector = other.shape.count == 1 || other.shape == Array(shape.dropLast())
        return try systems(other, isVector: isVector, left: left, "solve") { (a, rows) throws(Failure) in
            try SolveRows(transposed: !left).record([a, rows])
        }
    }

    /// `solve` of a triangular A, whose other triangle is not read; unitriangular: nor is its diagonal, which counts as
    /// ones.
    func solveTriangular(_ other: Node, upper: Bool, left: Bool, unitriangular: Bool) throws(Failure) -> Node {
        try systems(other, isVector: other.shape.count == 1, left: left, "triangular_solve") {
            (a, rows) throws(Failure) in
            try TriangularSolveRows(upper: upper, transposed: !left, unit: unitriangular).record([a, rows])
        }
    }

    /// `solve` of matrices and of the right-hand sides as rows, with equal leading axes.
    private func systems(
        _ other: Node, isVector: Bool, left: Bool, _ name: String, _ solve: (Node, Node) throws(Failure) -> Node
    ) throws(Failure) -> Node {
        let dtype = Node.common(self, other)
        let (a, b) = (try cast(dtype), try other.cast(dtype))
        guard a.shape.count >= 2 else {
            throw .shape(operation: name, "square matrices are expected, but the shape is \(shape.text)")
        }
        if isVector && !left {
            throw .shape(operation: name, "X A = B needs matrices, but B is a vector: \(b.shape.text)")
        }
        guard !b.shape.isEmpty else { throw .shape(operation: name, "the right-hand side is a scalar") }
        let leadingB = Array(b.shape.dropLast(isVector ? 1 : 2))
        guard let leading = broadcastShape(Array(a.shape.dropLast(2)), leadingB) else {
            throw .shape(operation: name, "leading axes do not broadcast together: \(a.shape.text) and \(b.shape.text)")
        }
        let rows = isVector ? try b.reshape(leadingB + [1, b.shape.last!]) : left ? try b.transposed() : b
        let matrices = try a.broadcast(to: leading + a.shape.suffix(2))
        guard matrices.shape.last == rows.shape.last else {
            throw .shape(operation: name, "matrices \(a.shape.text) and right-hand sides \(b.shape.text) do not fit")
        }
        let x = try solve(matrices, rows.broadcast(to: leading + rows.shape.suffix(2)))
        return isVector ? try x.reshape(leading + [x.shape.last!]) : left ? try x.transposed() : x
    }

    func cholesky(upper: Bool) throws(Failure) -> Node {
        guard upper, shape.count >= 2 else { return try Cholesky().record([self]) }
        return try Cholesky().record([transposed()]).transposed()
    }

    /// Sign, log |det| and det, each [...].
    func determinant() throws(Failure) -> (sign: Node, logarithm: Node, determinant: Node) {
        let all = try Determinant().record([self])
        let shape = Array(all.shape.dropLast())
        func part(_ place: Int, isLogarithm: Bool) throws(Failure) -> Node {
            try DeterminantPart(isLogarithm: isLogarithm).record([all.entry(place), self]).reshape(shape)
        }
        return (try all.entry(0).reshape(shape), try part(1, isLogarithm: true), try part(2, isLogarithm: false))
    }
}
