/// Random numbers from Philox4x32-10. A state is two 64-bit words: the seed, and the offset in blocks of 128 bits. What
/// a draw gives depends on them and on the place of the element alone.
public enum RandomBlocks {
    /// Blocks that a draw of `count` values of any kind uses at most. The next draw begins behind them.
    public static func used(count: Int) -> UInt64 { (UInt64(max(0, count)) + 15) / 16 * 8 }
}

/// Independent random numbers.
public struct DrawStep: StepDescription {
    public enum Distribution: Int, Hashable, Codable, Sendable {
        /// In [a, b).
        case uniform
        /// Mean a, standard deviation b.
        case normal
        /// Whole numbers in [low, high).
        case integers
        /// Rate a.
        case exponential
        /// Location a, scale b.
        case gumbel
    }

    public var distribution: Distribution
    public var dtype: DType
    public var a: Double
    public var b: Double
    public var low: Int64
    public var high: Int64
    public var count: Int
    public var state: Int
    public var result: Int

    public init(
        distribution: Distribution, dtype: DType, a: Double, b: Double, low: Int64, high: Int64, count: Int, state: Int,
        result: Int
    ) {
        self.distribution = distribution
        self.dtype = dtype
        self.a = a
        self.b = b
        self.low = low
        self.high = high
        self.count = count
        self.state = state
        self.result = result
    }

    public var reads: [Int] { [state] }
    public var writes: [Int] { [result] }
}

/// A random permutation of 0 ..< count, as int64.
public struct PermutationStep: StepDescription {
    public var count: Int
    public var state: Int
    public var result: Int

    public init(
        count: Int, state: Int, result: Int
    ) {
        self.count = count
        self.state = state
        self.result = result
    }

    public var reads: [Int] { [state] }
    public var writes: [Int] { [result] }
}

/// The state after a draw of `blocks` blocks.
public struct AdvanceStep: StepDescription {
    public var blocks: UInt64
    public var state: Int
    public var result: Int

    public init(
        blocks: UInt64, state: Int, result: Int
    ) {
        self.blocks = blocks
        self.state = state
        self.result = result
    }

    public var reads: [Int] { [state] }
    public var writes: [Int] { [result] }
}
