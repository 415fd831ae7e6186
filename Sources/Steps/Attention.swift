/// A batch of matrices as attention reads them, one for each head: rows of neighbouring elements.
public struct AttentionOperand: Hashable, Codable, Sendable {
    public var slot: Int
    /// Where each head's matrix begins, in elements.
    public var offsets: [Int]
    /// From one row to the next, in elements.
    public var row: Int

    public init(slot: Int, offsets: [Int], row: Int) {
        (self.slot, self.offsets, self.row) = (slot, offsets, row)
    }
}

/// What is attended in each head.
public struct AttentionExtents: Hashable, Codable, Sendable {
    public var queries: Int
    public var keys: Int
    /// Of queries and keys.
    public var width: Int
    /// Of values and results.
    public var out: Int
    /// Query i sees keys 0 ... i.
    public var isCausal: Bool

    public init(queries: Int, keys: Int, width: Int, out: Int, isCausal: Bool) {
        (self.queries, self.keys, self.width, self.out, self.isCausal) = (queries, keys, width, out, isCausal)
    }

    /// The scores that count.
    var pairs: Double {
        guard isCausal else { return Double(queries) * Double(keys) }
        let square = Double(Swift.min(queries, keys))
        return square * (square + 1) / 2 + Double(queries - Swift.min(queries, keys)) * Double(keys)
    }
}

/// softmax(Q K^T) V of each head. The result is [heads, queries out + queries]: what is attended, [queries, out], and
/// behind it the logarithm of the sum of each query's exponentials, [queries].
public struct AttentionStep: StepDescription {
    public var dtype: DType
    public var extents: AttentionExtents
    public var queries: AttentionOperand
    public var keys: AttentionOperand
    public var values: AttentionOperand
    public var result: Int

    public init(
        dtype: DType, extents: AttentionExtents, queries: AttentionOperand, keys: AttentionOperand,
        values: AttentionOperand, result: Int
    ) {
        (self.dtype, self.extents) = (dtype, extents)
        (self.queries, self.keys, self.values, self.result) = (queries, keys, values, result)
    }

    public var reads: [Int] { [queries.slot, keys.slot, values.slot] }
    public var writes: [Int] { [result] }
    public var operations: Double {
        2 * Double(queries.offsets.count) * extents.pairs * Double(extents.width + extents.out)
    }
}

/// The gradients of `AttentionStep`, from the scores, which are computed again. The result is [heads, queries width +
/// keys width + keys out]: those of the queries, of the keys and of the values.
public struct AttentionGradientStep: StepDescription {
    public var dtype: DType
    public var extents: AttentionExtents
    public var queries: AttentionOperand
    public var keys: AttentionOperand
    public var values: AttentionOperand
    /// Of the result: [queries, out].
    public var cotangent: AttentionOperand
    /// The logarithms that `AttentionStep` gives, [queries].
    public var logSums: AttentionOperand
    /// The product of each query's result with its cotangent, [queries].
    public var products: AttentionOperand
    public var result: Int

    public init(
        dtype: DType, extents: AttentionExtents, queries: AttentionOperand, keys: AttentionOperand,
        values: AttentionOperand, cotangent: AttentionOperand, logSums: AttentionOperand, products: AttentionOperand,
        result: Int
    ) {
        (self.dtype, self.extents) = (dtype, extents)
        (self.queries, self.keys, self.values) = (queries, keys, values)
        (self.cotangent, self.logSums, self.products, self.result) = (cotangent, logSums, products, result)
    }

    public var reads: [Int] {
        [queries.slot, keys.slot, values.slot, cotangent.slot, logSums.slot, products.slot]
    }
    public var writes: [Int] { [result] }
    public var operations: Double {
        2 * Double(queries.offsets.count) * extents.pairs * Double(3 * extents.width + 2 * extents.out)
    }
}
