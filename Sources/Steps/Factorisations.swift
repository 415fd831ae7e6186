/// Square matrices [count, n, n] that a factorisation works on.
public struct SquareBatch: Hashable, Codable, Sendable {
    public var dtype: DType
    public var count: Int
    public var n: Int

    public init(dtype: DType, count: Int, n: Int) {
        self.dtype = dtype
        self.count = count
        self.n = n
    }

    public var bytes: Int { count * n * n * dtype.size }
}

/// A^-1.
public struct InverseStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    /// Whether a singular matrix gives NaN; else it is an error.
    public var fillsSingular: Bool
    public var source: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, fillsSingular: Bool, source: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.fillsSingular = fillsSingular
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { !fillsSingular }
}

/// Sign, log |det| and det of each matrix: [count, 3].
public struct DeterminantStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    public var source: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, source: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// The cofactors: det A A^-T, and where there is no inverse what that tends to.
public struct CofactorsStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    public var source: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, source: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// For each row b of right-hand sides [count, k, n] the x of A x = b, or of A^T x = b.
public struct SolveStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    public var transposed: Bool
    public var k: Int
    public var source: Int
    public var rows: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, transposed: Bool, k: Int, source: Int, rows: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.transposed = transposed
        self.k = k
        self.source = source
        self.rows = rows
        self.result = result
    }

    public var reads: [Int] { [source, rows] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// As `SolveStep`, where only one triangle of A counts.
public struct TriangularSolveStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    public var upper: Bool
    public var transposed: Bool
    /// Whether the diagonal counts as ones.
    public var unit: Bool
    public var k: Int
    public var source: Int
    public var rows: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, upper: Bool, transposed: Bool, unit: Bool, k: Int, source: Int,
        rows: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.upper = upper
        self.transposed = transposed
        self.unit = unit
        self.k = k
        self.source = source
        self.rows = rows
        self.result = result
    }

    public var reads: [Int] { [source, rows] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// The lower triangular L of A = L L^T. The lower triangle of A is read.
public struct CholeskyStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var matrices: SquareBatch
    /// Whether a matrix that is not positive definite gives NaN on the diagonal, from the row on where it fails; else
    /// it is an error.
    public var fillsFailed: Bool
    public var source: Int
    public var result: Int

    public init(
        operation: String, matrices: SquareBatch, fillsFailed: Bool, source: Int, result: Int
    ) {
        self.operation = operation
        self.matrices = matrices
        self.fillsFailed = fillsFailed
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { !fillsFailed }
}

/// A decomposition of matrices [count, m, n] into factors, one behind the other in the result.
public struct DecompositionStep: StepDescription {
    public enum Kind: String, Hashable, Codable, Sendable {
        /// [m + n, n]: Q [m, n] above the upper triangular R [n, n]; m >= n.
        case qr
        /// [n + 1, n] of symmetric matrices: eigenvalues in ascending order above eigenvectors as rows.
        case eigh
        /// [m n + k], k = min(m, n): the unit lower triangular L and the upper triangular U of P A = L U in one matrix
        /// [m, n], and with which row, counted from 1, each of the first k rows is exchanged, one after the other.
        case lu
        /// [k (1 + m + n)], k = min(m, n): singular values in descending order, U [m, k], V^T [k, n].
        case svd
    }

    public var kind: Kind
    /// What a sentence names.
    public var operation: String
    public var dtype: DType
    public var count: Int
    public var m: Int
    public var n: Int
    /// The matrices in the source; for QR and LU their transposes.
    public var layout: StridedLayout
    public var source: Int
    public var result: Int

    public init(
        _ kind: Kind, operation: String, dtype: DType, count: Int, m: Int, n: Int, layout: StridedLayout, source: Int,
        result: Int
    ) {
        self.kind = kind
        self.operation = operation
        self.dtype = dtype
        self.count = count
        self.m = m
        self.n = n
        self.layout = layout
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { kind == .eigh || kind == .svd }
}
