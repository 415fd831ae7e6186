/// Triangular factors of matrices with rows exchanged: P A = L U, by LAPACK.
extension Tensor {
    /// L and U in one matrix [..., m, n], the exchanges [..., k] of rows as int32, counted from 1, and, int32, 0 or the
    /// place, counted from 1, of the first 0 on U's diagonal.
    public func luFactors() throws(Failure) -> (factors: Tensor, pivots: Tensor, info: Tensor) {
        let found = try node().lu()
        let isZero = try found.factors.diagonal().equal(Node.scalar(0, like: found.factors)).detached()
        return (
            try Tensor(result: found.factors), try Tensor(result: found.pivots.detached().cast(.int32)),
            try Tensor(result: isZero.firstPlace())
        )
    }

    /// (P, L, U) of A = P L U: [..., m, m], [..., m, k], [..., k, n].
    public func lu() throws(Failure) -> (p: Tensor, l: Tensor, u: Tensor) {
        let found = try node().lu()
        return try Tensor(result: found.factors).unpackedLU(Tensor(result: found.pivots), "lu")
    }

    /// The same of factors in one matrix, and exchanges.
    public func unpackedLU(_ pivots: Tensor, _ operation: String) throws(Failure) -> (p: Tensor, l: Tensor, u: Tensor) {
        let factors = try node()
        try factors.checkMatrices(operation)
        let (m, n) = factors.matrixExtents
        let k = min(m, n)
        guard pivots.shape == factors.shape.dropLast(2) + [k] else {
            throw .shape(
                operation: operation,
                "pivots \((factors.shape.dropLast(2) + [k]).text) are expected for factors \(factors.shape.text), but "
                    + "they are \(pivots.shape.text)")
        }
        let order = try pivots.node().rowOrder(m)
        let places = try Node.full([m], 0, factors.dtype).placesAlong(0)
        // Row order[i] of A is row i of L U.
        let p = try places.reshape([m, 1]).equal(order.reshape(Array(order.shape.dropLast()) + [1, m]))
        return (
            try Tensor(result: p.cast(factors.dtype)), try Tensor(result: factors.columns(0, k).unitLower()),
            try Tensor(result: factors.rows(0, k).triangle(upper: true, strict: false))
        )
    }

    /// X of A X = B, of A^T X = B (transposed), or of X A = B (not left), for the matrices whose factors these are.
    public func luSolve(_ pivots: Tensor, _ other: Tensor, left: Bool, transposed: Bool) throws(Failure) -> Tensor {
        let operation = "lu_solve"
        try node().checkMatrices(operation, square: true)
        let (p, l, u) = try unpackedLU(pivots, operation)
        // A = P L U. X A = B is A^T X^T = B^T.
        let b = left ? other : try other.transpose(-1, -2)
        let x: Tensor
        if transposed == left {
            let y = try u.transpose(-1, -2).solveTriangular(b, upper: false, left: true, unitriangular: false)
            let z = try l.transpose(-1, -2).solveTriangular(y, upper: true, left: true, unitriangular: true)
            x = try p.matmul(z)
        } else {
            let y = try l.solveTriangular(
                p.transpose(-1, -2).matmul(b), upper: false, left: true, unitriangular: true)
            x = try u.solveTriangular(y, upper: true, left: true, unitriangular: false)
        }
        return left ? x : try x.transpose(-1, -2)
    }
}
