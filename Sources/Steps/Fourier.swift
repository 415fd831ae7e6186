/// X[k] = sum over j of x[j] exp(-2 pi i j k / n) along an axis of complex numbers, pairs of reals: [outer, n, inner,
/// 2]. dtype: float32 or float64. n is 1 or more.
public struct FourierSumStep: StepDescription {
    /// What a sentence names.
    public var operation: String
    public var dtype: DType
    /// Counts pairs.
    public var layout: AxisLayout
    /// With a positive sign in the exponent. Neither is scaled.
    public var isInverse: Bool
    public var source: Int
    public var result: Int

    public init(operation: String, dtype: DType, layout: AxisLayout, isInverse: Bool, source: Int, result: Int) {
        self.operation = operation
        self.dtype = dtype
        self.layout = layout
        self.isInverse = isInverse
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}
