/// Norms of vectors and matrices, and conditions, as functions of tensors.
extension Tensor {
    /// An order of a norm of matrices.
    public enum MatrixOrder: Equatable {
        case frobenius, nuclear
        /// 2 and -2: the largest and the smallest singular value; 1 and -1: sums of columns; infinities: of rows.
        case number(Double)
    }

    /// Over two axes: rows, columns.
    public func matrixNorm(_ order: MatrixOrder = .frobenius, _ axes: [Int] = [-2, -1], keepdims: Bool = false)
        throws(Failure) -> Tensor
    {
        let name = "matrix_norm"
        let x = try node().asFloat()
        guard axes.count == 2 else {
            throw .argument(operation: name, "two axes are expected, but \(axes.count) were given")
        }
        let rank = x.shape.count
        guard rank >= 2 else {
            throw .shape(operation: name, "matrices are expected, but the shape is \(x.shape.text)")
        }
        let both = try normalized(axes: axes, rank: rank, operation: name)
        let (row, column) = (axes[0] < 0 ? axes[0] + rank : axes[0], axes[1] < 0 ? axes[1] + rank : axes[1])
        let rest = (0..<rank).filter { !both.contains($0) }
        let matrices = try x.permute(rest + [row, column])
        let result = try matrices.norms(order, name)
        guard keepdims else { return try Tensor(result: result) }
        return try Tensor(result: result.reshape((0..<rank).map { both.contains($0) ? 1 : x.shape[$0] }))
    }

    /// torch.linalg.norm: of vectors or of matrices, by how many axes there are.
    public func linearNorm(_ order: MatrixOrder? = nil, _ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure)
        -> Tensor
    {
        let rank = shape.count
        guard let order else { return try norm(2, axes, keepdims: keepdims) }
        if let axes, axes.count > 2 {
            throw .argument(
                operation: "norm", "one axis or two are expected beside an order, but \(axes.count) were given")
        }
        guard axes != nil || rank == 1 || rank == 2 else {
            throw .shape(
                operation: "norm",
                "a vector or a matrix is expected where an order is given and no axes, but the shape is \(shape.text)")
        }
        if axes?.count ?? rank == 2 {
            return try matrixNorm(order, axes ?? [0, 1], keepdims: keepdims)
        }
        guard case .number(let p) = order else {
            throw .argument(operation: "norm", "an order 'fro' or 'nuc' needs matrices, but one axis is given")
        }
        return try norm(p, axes, keepdims: keepdims)
    }

    /// How much a matrix' inverse can stretch what the matrix has shrunk, in a norm; nil: the largest singular value
    /// over the smallest.
    public func condition(_ order: MatrixOrder? = nil) throws(Failure) -> Tensor {
        let x = try node()
        let isByValues = order == nil || order == .number(2) || order == .number(-2)
        try x.checkMatrices("cond", square: !isByValues)
        guard x.count > 0 || x.matrixExtents.rows > 0 && x.matrixExtents.columns > 0 else {
            return try Tensor(result: Node.full(Array(x.shape.dropLast(2)), 0, x.dtype))
        }
        guard isByValues else {
            let order = order ?? .frobenius
            return try Tensor(result: x.norms(order, "cond") * Inverse().record([x]).norms(order, "cond"))
        }
        let (largest, smallest) = (try x.norms(.number(2), "cond"), try x.norms(.number(-2), "cond"))
        return try Tensor(result: order == .number(-2) ? smallest / largest : largest / smallest)
    }
}

extension Node {
    /// Of matrices [..., m, n]: [...].
    fileprivate func norms(_ order: Tensor.MatrixOrder, _ operation: String) throws(Failure) -> Node {
        let (row, column) = (shape.count - 2, shape.count - 1)
        func values() throws(Failure) -> Node {
            guard count > 0 else {
                return try Node.full(Array(shape.dropLast(2)) + [min(shape[row], shape[column])], 0, dtype)
            }
            return try svd().values
        }
        switch order {
        case .frobenius: return try norm(2, [row, column], keepdims: false)
        case .nuclear: return try values().sum([row], keepdims: false)
        case .number(let p) where abs(p) == 2:
            return try values().extremum([row], keepdims: false, isMaximum: p > 0)
        case .number(let p) where abs(p) == 1:
            return try absolute().sum([row], keepdims: false).extremum([row], keepdims: false, isMaximum: p > 0)
        case .number(let p) where p.isInfinite:
            return try absolute().sum([column], keepdims: false).extremum([row], keepdims: false, isMaximum: p > 0)
        case .number(let p):
            throw .argument(
                operation: operation, "an order 'fro', 'nuc', 1, -1, 2, -2, inf or -inf is expected, but found \(p)")
        }
    }
}

extension Tensor {
    /// The norm of order p of all elements of all tensors: that of the norms of each. `isFinite`: a plan fails where it
    /// is NaN or infinite.
    public static func totalNorm(_ tensors: [Tensor], _ p: Double = 2, isFinite: Bool = false) throws(Failure) -> Tensor
    {
        guard let first = tensors.first else { return try Tensor.full([], 0, .float32) }
        var dtype = first.dtype
        var norms: [Node] = []
        for tensor in tensors {
            let x = try tensor.node().ofFloats("total_norm")
            dtype = promote(dtype, x.dtype)
            norms.append(try x.norm(p, Array(x.shape.indices), keepdims: false))
        }
        let all = try Node.stacked(norms.map { (norm) throws(Failure) in try norm.cast(dtype) })
        let total = try all.norm(p, [0], keepdims: false)
        return try Tensor(result: isFinite ? CheckNorm().record([total]) : total)
    }
}
