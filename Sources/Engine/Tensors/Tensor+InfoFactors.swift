import Steps

/// Factorisations that say in a tensor, int32 [...], for which matrices they failed, and go on. What a matrix without a
/// result has in its place has no meaning, and is NaN where it is not known.
extension Tensor {
    /// The inverses, and 0 or the place, counted from 1, of the first 0 on U's diagonal of P A = L U.
    public func inverseWithInfo() throws(Failure) -> (inverse: Tensor, info: Tensor) {
        let x = try node()
        try x.checkMatrices("inv_ex", square: true)
        return (try Tensor(result: Inverse(fillsSingular: true).record([x])), try luFactors().info)
    }

    /// X of A X = B (left false: of X A = B), and the same of A.
    public func solveWithInfo(_ other: Tensor, left: Bool = true) throws(Failure) -> (result: Tensor, info: Tensor) {
        let a = try node()
        try a.checkMatrices("solve_ex", square: true)
        let info = try luFactors().info
        // NaN is no 0 for LAPACK.
        let failed = try info.node().reshape(info.shape + [1, 1]).notEqual(Node.scalar(0, like: info.node()))
        let matrices = try Node.select(failed, Node.scalar(.nan, like: a), a)
        return (try Tensor(result: matrices.solve(other.node(), left: left)), info)
    }

    /// The lower triangular L of A = L L^T (upper: U of A = U^T U), and 0 or the order, from 1, of the first leading
    /// minor that is not positive.
    public func choleskyWithInfo(upper: Bool = false) throws(Failure) -> (factor: Tensor, info: Tensor) {
        let x = try node()
        try x.checkMatrices("cholesky_ex", square: true)
        let matrices = upper ? try x.transposed() : x
        let factor = try Cholesky(fillsFailed: true).record([matrices])
        let isMissing = try factor.detached().diagonal().isNaN()
        return (try Tensor(result: upper ? factor.transposed() : factor), try Tensor(result: isMissing.firstPlace()))
    }
}

extension Node {
    /// The first place, from 1, along the last axis where this is true; 0 if there is none. int32.
    func firstPlace() throws(Failure) -> Node {
        let axis = shape.count - 1
        guard shape[axis] > 0 else { return try Node.full(Array(shape.dropLast()), 0, .int32) }
        let place = try cast(.int32).argExtremum(axis, keepdims: false, isMaximum: true)
        let first = try (place + Node.scalar(1, like: place)).cast(.int32)
        return try Node.select(any([axis], keepdims: false), first, Node.scalar(0, like: first))
    }
}
