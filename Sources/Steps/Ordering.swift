/// Along an axis, the places of the elements in order, as int64. Equal ones stay in their order; NaN is the largest.
public struct ArgSortStep: StepDescription {
    public var dtype: DType
    public var layout: AxisLayout
    public var isDescending: Bool
    public var source: Int
    public var result: Int

    public init(
        dtype: DType, layout: AxisLayout, isDescending: Bool, source: Int, result: Int
    ) {
        self.dtype = dtype
        self.layout = layout
        self.isDescending = isDescending
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// How many of a row's ascending edges [rows, n] are at most each of its values [rows, count], as int64. All float64.
public struct CountBelowStep: StepDescription {
    public var rows: Int
    public var n: Int
    public var count: Int
    public var edges: Int
    public var values: Int
    public var result: Int

    public init(
        rows: Int, n: Int, count: Int, edges: Int, values: Int, result: Int
    ) {
        self.rows = rows
        self.n = n
        self.count = count
        self.edges = edges
        self.values = values
        self.result = result
    }

    public var reads: [Int] { [edges, values] }
    public var writes: [Int] { [result] }
}

/// The rows of a matrix [n, width] by their first elements, then by their second, and so on: their places, as int64.
/// Equal rows stay in their order; NaN is the largest.
public struct RowOrderStep: StepDescription {
    public var dtype: DType
    public var n: Int
    public var width: Int
    public var source: Int
    public var result: Int

    public init(
        dtype: DType, n: Int, width: Int, source: Int, result: Int
    ) {
        self.dtype = dtype
        self.n = n
        self.width = width
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// The order of `rows` rows after exchanges, for each of `count` lists [k] of int64: the first k rows, one after the
/// other, with the row that stands there, counted from 1. The result is int64 [count, rows].
public struct ExchangesStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var count: Int
    public var k: Int
    public var rows: Int
    public var source: Int
    public var result: Int

    public init(operation: String, count: Int, k: Int, rows: Int, source: Int, result: Int) {
        self.operation = operation
        self.count = count
        self.k = k
        self.rows = rows
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// Runs of equal rows of a matrix [n, width] whose rows are taken in the order that `order` says. All results are
/// int64. NaN equals nothing.
public struct RunsOfEqualsStep: StepDescription {
    public var dtype: DType
    public var n: Int
    public var width: Int
    public var source: Int
    public var order: Int
    /// The run of each row, [n].
    public var inverse: Int
    /// A run's length; there is room for n.
    public var counts: Int
    /// A run's first row; there is room for n.
    public var firsts: Int
    /// The number of runs.
    public var found: Int

    public init(
        dtype: DType, n: Int, width: Int, source: Int, order: Int, inverse: Int, counts: Int, firsts: Int, found: Int
    ) {
        self.dtype = dtype
        self.n = n
        self.width = width
        self.source = source
        self.order = order
        self.inverse = inverse
        self.counts = counts
        self.firsts = firsts
        self.found = found
    }

    public var reads: [Int] { [source, order] }
    public var writes: [Int] { [inverse, counts, firsts, found] }
}
