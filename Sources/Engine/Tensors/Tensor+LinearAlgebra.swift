/// Linear algebra as functions of tensors.
extension Tensor {
    /// Values of wb_product_op.
    public enum Product: Int32, CaseIterable {
        case mm, bmm, mv, dot, outer

        /// Axes of the two operands.
        var ranks: (Int, Int) {
            switch self {
            case .mm: return (2, 2)
            case .bmm: return (3, 3)
            case .mv: return (2, 1)
            case .dot, .outer: return (1, 1)
            }
        }
    }

    public static func product(_ kind: Product, _ a: Tensor, _ b: Tensor) throws(Failure) -> Tensor {
        let name = kind.function
        return try Tensor(result: a.taken(by: name).node().product(kind, b.taken(by: name).node()))
    }

    public static func einsum(_ equation: String, _ operands: [Tensor]) throws(Failure) -> Tensor {
        let nodes = try operands.map { (tensor) throws(Failure) in try tensor.taken(by: "einsum").node() }
        return try Tensor(result: Node.einsum(equation, nodes))
    }

    public func trace() throws(Failure) -> Tensor { try Tensor(result: node().trace()) }
    public func inverse() throws(Failure) -> Tensor { try Tensor(result: Inverse().record([node()])) }
    public func determinant() throws(Failure) -> Tensor { try Tensor(result: node().determinant().determinant) }

    /// The sign of the determinant, and log |det|.
    public func signAndLogDeterminant() throws(Failure) -> (sign: Tensor, logarithm: Tensor) {
        let found = try node().determinant()
        return (try Tensor(result: found.sign), try Tensor(result: found.logarithm))
    }

    /// X of A X = B (left false: of X A = B).
    public func solve(_ other: Tensor, left: Bool = true) throws(Failure) -> Tensor {
        try Tensor(result: node().solve(other.node(), left: left))
    }

    public func solveTriangular(_ other: Tensor, upper: Bool, left: Bool = true, unitriangular: Bool = false)
        throws(Failure) -> Tensor
    {
        try Tensor(result: node().solveTriangular(other.node(), upper: upper, left: left, unitriangular: unitriangular))
    }

    public func cholesky(upper: Bool = false) throws(Failure) -> Tensor {
        try Tensor(result: node().cholesky(upper: upper))
    }
}

/// Factors with orthonormal columns.
extension Tensor {
    /// Complete: Q is [..., m, m], and R [..., m, n].
    public func qr(complete: Bool = false) throws(Failure) -> (q: Tensor, r: Tensor) {
        let found = try node().qr()
        guard complete, let rows = found.r.shape.dropLast().last, rows < found.q.shape[found.q.shape.count - 2] else {
            return (try Tensor(result: found.q), try Tensor(result: found.r))
        }
        let q = try found.q.completed()
        var rest = found.r.shape
        rest[rest.count - 2] = q.shape.last! - rows
        let r = try Concatenate(axis: rest.count - 2).record([found.r, Node.full(rest, 0, found.r.dtype)])
        return (try Tensor(result: q), try Tensor(result: r))
    }

    public func eigh(upper: Bool = false) throws(Failure) -> (values: Tensor, vectors: Tensor) {
        let found = try node().eigh(upper: upper)
        return (try Tensor(result: found.values), try Tensor(result: found.vectors))
    }

    /// Complete: U is [..., m, m], and V^T [..., n, n].
    public func svd(complete: Bool = false) throws(Failure) -> (u: Tensor, values: Tensor, v: Tensor) {
        let found = try node().svd()
        let (u, v) =
            complete
            ? (try found.u.completed(), try found.v.transposed().completed().transposed()) : (found.u, found.v)
        return (try Tensor(result: u), try Tensor(result: found.values), try Tensor(result: v))
    }
}
