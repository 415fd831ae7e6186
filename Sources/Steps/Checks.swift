/// Looks at values, throws a sentence where they do not do, and passes them on where there is a result.
public struct CheckStep: StepDescription {
    public enum Condition: Hashable, Codable, Sendable {
        /// Places on an axis of `extent`; negative ones count from the end.
        case indices(axis: Int, extent: Int)
        /// Integers other than 0, to divide by.
        case divisors
        /// Integers that are not negative, as exponents.
        case exponents
        /// Numbers in 0 ... 1.
        case probabilities
        /// float64 weights [..., n]: none negative or infinite, and at least `count` above 0 in each row.
        case weights(count: Int, n: Int)
        /// Integers in a range, and what they are.
        case integers(String, Range<Int>)
        /// Neither NaN nor infinite.
        case finite
        /// Sums of squares of windows that overlap, which are divided by: above 1e-11.
        case overlap
    }

    public var condition: Condition
    /// What the sentence names.
    public var operation: String
    public var dtype: DType
    public var count: Int
    public var source: Int
    /// Where the values are passed on to.
    public var result: Int?

    public init(
        _ condition: Condition, operation: String, dtype: DType, count: Int, source: Int, result: Int?
    ) {
        self.condition = condition
        self.operation = operation
        self.dtype = dtype
        self.count = count
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { result.map { [$0] } ?? [] }
    public var mayFail: Bool { true }
}
