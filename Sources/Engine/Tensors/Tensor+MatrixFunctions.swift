/// Functions of matrices, the last two axes, as functions of tensors.
extension Tensor {
    public func matrixExponential() throws(Failure) -> Tensor { try Tensor(result: node().matrixExponential()) }

    /// The product of a square matrix with itself, `exponent` times; of its inverse for a negative one.
    public func matrixPower(_ exponent: Int) throws(Failure) -> Tensor {
        let x = try node()
        try x.checkMatrices("matrix_power", square: true)
        var power = exponent < 0 ? try Inverse().record([x]) : x
        var (left, result) = (exponent.magnitude, Node?.none)
        while left > 0 {
            if left % 2 == 1 {
                if let known = result { result = try known.matmul(power) } else { result = power }
            }
            left /= 2
            if left > 0 { power = try power.matmul(power) }
        }
        if let result { return try Tensor(result: result) }
        return try Tensor(result: x.identityMatrices())
    }

    public func pseudoInverse(atol: Double? = nil, rtol: Double? = nil, hermitian: Bool = false) throws(Failure)
        -> Tensor
    {
        try Tensor(result: node().pseudoInverse(RankTolerance(atol, rtol), hermitian: hermitian, "pinv"))
    }

    /// How many singular values are above a tolerance.
    public func matrixRank(atol: Double? = nil, rtol: Double? = nil, hermitian: Bool = false) throws(Failure) -> Tensor
    {
        try matrixRank(RankTolerance(atol, rtol), hermitian: hermitian)
    }

    func matrixRank(_ tolerance: RankTolerance, hermitian: Bool) throws(Failure) -> Tensor {
        let x = try node().detached()
        try x.checkMatrices("matrix_rank", square: hermitian)
        let leading = Array(x.shape.dropLast(2))
        guard x.count > 0 else { return try Tensor(result: Node.full(leading, 0, .int64)) }
        let values = hermitian ? try x.eigh(upper: false).values.absolute() : try x.svd().values
        let counts = try values.greater(tolerance.bound(values, of: x, "matrix_rank"))
        return try Tensor(result: counts.sum([leading.count], keepdims: false))
    }

    /// X of the least |A X - B|, of the least norm among several; the sums of squares that are left, for matrices with
    /// more rows than columns; the rank; the singular values.
    public func leastSquares(_ other: Tensor, rtol: Double? = nil) throws(Failure) -> (
        solution: Tensor, residuals: Tensor, rank: Tensor, values: Tensor
    ) {
        let name = "lstsq"
        let dtype = resultType(of: [self, other])
        let (a, b) = (try node().cast(dtype), try other.node().cast(dtype))
        try a.checkMatrices(name)
        let isVector = b.shape.count == 1 || b.shape == Array(a.shape.dropLast())
        let columns = isVector ? try b.reshape(b.shape + [1]) : b
        guard columns.shape.count >= 2, columns.matrixExtents.rows == a.matrixExtents.rows,
            let leading = broadcastShape(Array(a.shape.dropLast(2)), Array(columns.shape.dropLast(2)))
        else {
            throw .shape(
                operation: name, "matrices \(a.shape.text) and right-hand sides \(b.shape.text) do not fit together")
        }
        let inverse = try a.pseudoInverse(RankTolerance(nil, rtol), hermitian: false, name)
        let x = try MatMul().record([inverse, columns])
        let (m, n) = a.matrixExtents
        let k = columns.matrixExtents.columns
        var residuals = try Node.full([0], 0, dtype)
        if m > n {
            let left = try columns - MatMul().record([a, x])
            residuals = try left.square().sum([left.shape.count - 2], keepdims: false)
            if isVector { residuals = try residuals.reshape(leading) }
        }
        let values =
            a.count > 0 ? try a.svd().values : try Node.full(Array(a.shape.dropLast(2)) + [min(m, n)], 0, dtype)
        let solution = try Tensor(result: isVector ? x.reshape(leading + [n]) : x.reshape(leading + [n, k]))
        return (
            solution, try Tensor(result: residuals), try Tensor(a).matrixRank(rtol: rtol), try Tensor(result: values)
        )
    }

    /// U [..., m, q], S [..., q] and V [..., n, q] of the q largest singular values.
    func principal(_ q: Int, _ operation: String) throws(Failure) -> [Tensor] {
        let x = try node()
        try x.checkMatrices(operation)
        let (m, n) = x.matrixExtents
        guard (0...min(m, n)).contains(q) else {
            throw .argument(operation: operation, "q from 0 to \(min(m, n)) is expected, but found \(q)")
        }
        let (u, values, v) = try x.svd()
        return [
            try Tensor(result: u.columns(0, q)), try Tensor(result: values.part(values.shape.count - 1, 0, q)),
            try Tensor(result: v.rows(0, q).transposed()),
        ]
    }

    /// log(det) of square matrices: NaN where the determinant is below 0.
    public func logDeterminant() throws(Failure) -> Tensor {
        let found = try node().determinant()
        let zero = try Node.scalar(0, like: found.sign)
        return try Tensor(
            result: Node.select(found.sign.less(zero), Node.scalar(.nan, like: zero), found.logarithm))
    }

    /// X of A X = self, for the Cholesky factor of A.
    public func choleskySolve(_ factor: Tensor, upper: Bool = false) throws(Failure) -> Tensor {
        let (b, l) = (try node(), try factor.node())
        try b.checkMatrices("cholesky_solve")
        try l.checkMatrices("cholesky_solve", square: true)
        let turned = try l.transposed()
        let (first, second) = upper ? (turned, l) : (l, turned)
        let half = try first.solveTriangular(b, upper: false, left: true, unitriangular: false)
        return try Tensor(result: second.solveTriangular(half, upper: true, left: true, unitriangular: false))
    }

    /// The inverse of the matrix that has this Cholesky factor.
    public func choleskyInverse(upper: Bool = false) throws(Failure) -> Tensor {
        let l = try node()
        try l.checkMatrices("cholesky_inverse", square: true)
        return try Tensor(l.identityMatrices()).choleskySolve(self, upper: upper)
    }

    /// Powers 0 ... n - 1 of each element, along a new last axis; decreasing: from the highest.
    public func vander(_ n: Int? = nil, increasing: Bool = false) throws(Failure) -> Tensor {
        // As in PyTorch, a scalar is a vector of one element.
        let x = try node().shape.isEmpty ? try node().reshape([1]) : try node()
        let count = n ?? x.shape.last!
        guard count >= 0 else { throw .argument(operation: "vander", "N must not be negative, but is \(count)") }
        let factors = x.dtype.isFloat ? x : try x.cast(.int64)
        let rank = x.shape.count
        try checkShape(x.shape + [count], factors.dtype, operation: "vander")
        guard count > 0 else { return try Tensor(result: Node.full(x.shape + [0], 0, factors.dtype)) }
        let one = try Node.full(x.shape + [1], 1, factors.dtype)
        let repeated = try factors.reshape(x.shape + [1]).broadcast(to: x.shape + [count - 1])
        let powers = try Concatenate(axis: rank).record([one, repeated]).cumulativeProduct(rank)
        if increasing { return try Tensor(result: powers) }
        return try Tensor(result: Slice(axis: rank, start: count - 1, step: -1, count: count).record([powers]))
    }

    /// The inverse of the map that self is between tensors of its last axes and of its first `count`.
    public func tensorInverse(_ count: Int = 2) throws(Failure) -> Tensor {
        let x = try node()
        guard count > 0, count <= x.shape.count else {
            throw .argument(
                operation: "tensorinv",
                "ind in 1 ... \(x.shape.count) is expected for shape \(x.shape.text), but found \(count)")
        }
        let (first, last) = (Array(x.shape.prefix(count)), Array(x.shape.dropFirst(count)))
        guard first.elementCount == last.elementCount else {
            throw .shape(
                operation: "tensorinv",
                "\(first.text) and \(last.text), which ind \(count) makes of the shape, must have as many elements")
        }
        let inverse = try Inverse().record([x.reshape([first.elementCount, last.elementCount])])
        return try Tensor(result: inverse.reshape(last + first))
    }

    /// X with tensordot(self, X, its axes) = B; `axes` of self are moved to its end first.
    public func tensorSolve(_ other: Tensor, _ axes: [Int]? = nil) throws(Failure) -> Tensor {
        var (a, b) = (try node(), try other.node())
        if let axes {
            let moved = try normalized(axes: axes, rank: a.shape.count, operation: "tensorsolve")
            let order = axes.map { $0 < 0 ? $0 + a.shape.count : $0 }
            a = try a.permute(a.shape.indices.filter { !moved.contains($0) } + order)
        }
        let rest = Array(a.shape.dropFirst(b.shape.count))
        guard a.shape.count >= b.shape.count, rest.elementCount == b.count, a.count == b.count * b.count else {
            throw .shape(
                operation: "tensorsolve",
                "a map onto B, whose shape is \(b.shape.text), is expected, but the shape of A is \(a.shape.text)")
        }
        let n = b.count
        b = try b.reshape([n])
        return try Tensor(result: a.reshape([n, n]).solve(b, left: true).reshape(rest))
    }
}
