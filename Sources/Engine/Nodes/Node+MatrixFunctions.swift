/// Functions of whole matrices, the last two axes, as compositions whose derivatives of every order are exact.
extension Node {
    /// Rows and columns of the last two axes.
    var matrixExtents: (rows: Int, columns: Int) { (shape[shape.count - 2], shape[shape.count - 1]) }

    func checkMatrices(_ operation: String, square: Bool = false) throws(Failure) {
        guard shape.count >= 2, !square || matrixExtents.rows == matrixExtents.columns else {
            throw .shape(
                operation: operation,
                "\(square ? "square matrices" : "matrices") are expected, but the shape is \(shape.text)")
        }
        guard dtype.isFloat else {
            throw .dtype(operation: operation, "a floating dtype is expected, but \(dtype.name) was given")
        }
    }

    /// The identity, in this one's shape.
    func identityMatrices() throws(Failure) -> Node {
        let (row, column) = try places()
        return try row.equal(column).cast(dtype).broadcast(to: shape)
    }

    /// Without the mean of each column.
    func centeredColumns() throws(Failure) -> Node { try self - mean([shape.count - 2], keepdims: true) }

    /// The product of two batches of matrices in full precision, whatever autocast says.
    private func times(_ other: Node, transposed: Bool = false, otherTransposed: Bool = false) throws(Failure) -> Node {
        try MatMul(transposeA: transposed, transposeB: otherTransposed).record([self, other])
    }

    // MARK: The exponential

    /// How often a matrix is halved at most: what has a larger norm than 2^15 has no exponential here.
    private static let mostHalvings = 16

    /// The exponential by scaling and squaring (Higham 2008, Functions of Matrices, chapter 10): the matrix is halved
    /// until its norm is at most 1/2, where Taylor's series of degree 16 is exact in float64 with its derivatives, and
    /// the result squared as often. How often depends on the values, so those steps that a matrix does not need leave
    /// it as it is.
    func matrixExponential() throws(Failure) -> Node {
        try checkMatrices("matrix_exp", square: true)
        if dtype.isHalf { return try wide().matrixExponential().narrow(like: self) }
        let last = shape.count - 1
        guard shape[last] > 0, count > 0 else { return self }
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        let norm = try detached().absolute().sum([last - 1], keepdims: true).extremum(
            [last], keepdims: true, isMaximum: true)  // [..., 1, 1]
        let halvings = try norm.maximum(number(0.5)).log2().ceil() + number(1)
        let isTooLarge = try halvings.greater(number(Double(Node.mostHalvings))).logicalOr(halvings.isNaN())
        var result = try (self * (-halvings).exp2()).exponentialSeries()
        for step in 0..<Node.mostHalvings {
            let isOpen = try halvings.greater(number(Double(step))).broadcast(to: shape)
            // What is not needed must not overflow: its derivative would be NaN.
            let factor = try Node.select(isOpen, result, number(0))
            result = try Node.select(isOpen, factor.times(factor), result)
        }
        return try Node.select(isTooLarge, number(.nan), result)
    }

    /// Taylor's series of the exponential up to the 16th power, by six products (Paterson and Stockmeyer 1973).
    private func exponentialSeries() throws(Failure) -> Node {
        let second = try times(self)
        let third = try second.times(self)
        let powers = [try identityMatrices(), self, second, third]
        let fourth = try second.times(second)
        var coefficients = [1.0]
        for power in 1...16 { coefficients.append(coefficients[power - 1] / Double(power)) }
        var sum = try powers[0] * Node.scalar(coefficients[16], like: self)
        for start in [12, 8, 4, 0] {
            sum = try fourth.times(sum)
            for (power, matrix) in powers.enumerated() {
                sum = try sum + matrix * Node.scalar(coefficients[start + power], like: self)
            }
        }
        return sum
    }

    // MARK: The pseudoinverse

    /// The pseudoinverse of Moore and Penrose, with singular values up to a tolerance as 0.
    ///
    /// Of A = U S V^T the singular vectors are taken as constants. Then A V S^-1 and S^-1 U^T A have orthonormal
    /// columns and rows, and A = (A V S^-1) (S^-1 U^T A V S^-1)^-1 (S^-1 U^T A) for all matrices of this rank close by.
    /// So the formula of the pseudoinverse in these three has the derivatives of every order, equal singular values or
    /// not, and solves systems only that are next to the identity.
    func pseudoInverse(_ tolerance: RankTolerance, hermitian: Bool, _ operation: String) throws(Failure) -> Node {
        try checkMatrices(operation, square: hermitian)
        let matrix = hermitian ? try lowerAsSymmetric() : self
        let (m, n) = matrixExtents
        guard count > 0 else { return try Node.full(Array(shape.dropLast(2)) + [n, m], 0, dtype) }
        let (u, values, v) = try matrix.detached().svd()
        let one = try Node.scalar(1, like: self)
        let zero = try Node.scalar(0, like: self)
        let counts = try values.greater(tolerance.bound(values, of: self, operation))
        let row = Array(values.shape.dropLast()) + [1, values.shape[values.shape.count - 1]]
        let scale = try Node.select(counts, one / Node.select(counts, values, one), zero).reshape(row)
        let (left, right) = (try u * scale, try v.transposed() * scale)  // [..., m, k], [..., n, k]
        let columns = try matrix.times(right)  // [..., m, k]
        let rows = try left.times(matrix, transposed: true)  // [..., k, n]
        let core = try left.times(columns, transposed: true)  // [..., k, k]
        // Ones where a singular value is 0, so that the systems have solutions.
        let rest = try Node.select(counts, zero, one).reshape(row).diagonalMatrix()
        let inner = try (columns.times(columns, transposed: true) + rest).solve(columns.transposed(), left: true)
        let outer = try (rows.times(rows, otherTransposed: true) + rest).solve(core.times(inner), left: true)
        return try rows.times(outer, transposed: true)
    }

    /// The symmetric matrix whose lower triangle this has.
    func lowerAsSymmetric() throws(Failure) -> Node {
        try triangle(upper: false, strict: false) + triangle(upper: false, strict: true).transposed()
    }
}

/// Singular values up to a number, or to a share of the largest one, count as 0.
struct RankTolerance {
    private let number: Operand?
    private let share: Operand?

    init(_ number: Operand?, _ share: Operand?) { (self.number, self.share) = (number, share) }

    init(_ number: Double?, _ share: Double?) {
        self.init(number.map { .number(.real($0)) }, share.map { .number(.real($0)) })
    }

    /// Above what values [..., k] of matrices count: [..., 1].
    func bound(_ values: Node, of matrices: Node, _ operation: String) throws(Failure) -> Node {
        func column(_ operand: Operand?, _ name: String) throws(Failure) -> Node? {
            switch operand {
            case nil: return nil
            case .number(let number)?: return try Node.scalar(number.asReal, like: values)
            case .tensor(let tensor)?:
                let leading = Array(values.shape.dropLast())
                guard broadcastShape(tensor.shape, leading) == leading else {
                    throw .shape(
                        operation: operation,
                        "\(name) of a shape that broadcasts to \(leading.text), a number for each matrix, is expected, "
                            + "but it is \(tensor.shape.text)")
                }
                return try tensor.node().detached().cast(values.dtype).reshape(tensor.shape + [1])
            }
        }
        let (m, n) = matrices.matrixExtents
        let zero = try Node.scalar(0, like: values)
        let (least, own) = (try column(number, "atol"), try column(share, "rtol"))
        var factor = try Node.scalar(matrices.dtype.epsilon * Double(max(m, n)), like: values)
        if let own { factor = own }
        // Beside a number above 0 there is no share, unless one is given.
        if own == nil, let least { factor = try Node.select(least.greater(zero), zero, factor) }
        let largest = try values.extremum([values.shape.count - 1], keepdims: true, isMaximum: true)
        return try (largest * factor).maximum(least ?? zero)
    }
}
