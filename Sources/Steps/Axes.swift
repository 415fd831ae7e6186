/// Softmax, its logarithm, or log-sum-exp along an axis.
public struct SoftmaxStep: StepDescription {
    public enum Kind: String, Hashable, Codable, Sendable {
        case softmax, logSoftmax
        /// The axis stays, of extent 1.
        case logSumExp
    }

    public var kind: Kind
    public var dtype: DType
    public var layout: AxisLayout
    public var source: Int
    public var result: Int

    public init(_ kind: Kind, dtype: DType, layout: AxisLayout, source: Int, result: Int) {
        self.kind = kind
        self.dtype = dtype
        self.layout = layout
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// The place of the largest or smallest element along an axis, as int64. The first of equal ones; NaN wins.
public struct ArgExtremumStep: StepDescription {
    public var isMaximum: Bool
    public var dtype: DType
    public var layout: AxisLayout
    public var source: Int
    public var result: Int

    public init(isMaximum: Bool, dtype: DType, layout: AxisLayout, source: Int, result: Int) {
        self.isMaximum = isMaximum
        self.dtype = dtype
        self.layout = layout
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// log sum exp(z) - z[label] for each row z of logits [rows, classes].
public struct CrossEntropyStep: StepDescription {
    /// What the sentence about a wrong label names.
    public var operation: String
    public var dtype: DType
    public var labelDType: DType
    public var rows: Int
    public var classes: Int
    public var logits: Int
    public var labels: Int
    public var result: Int

    public init(
        operation: String, dtype: DType, labelDType: DType, rows: Int, classes: Int, logits: Int, labels: Int,
        result: Int
    ) {
        self.operation = operation
        self.dtype = dtype
        self.labelDType = labelDType
        self.rows = rows
        self.classes = classes
        self.logits = logits
        self.labels = labels
        self.result = result
    }

    public var reads: [Int] { [logits, labels] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// (softmax(z) - onehot(label)) times the row's cotangent, for each row z of logits [rows, classes].
public struct CrossEntropyGradientStep: StepDescription {
    /// What the sentence about a wrong label names.
    public var operation: String
    public var dtype: DType
    public var labelDType: DType
    public var rows: Int
    public var classes: Int
    public var logits: Int
    public var labels: Int
    /// Cotangents: one for each row, or one for all.
    public var upstream: Int
    public var isUniform: Bool
    public var result: Int

    public init(
        operation: String, dtype: DType, labelDType: DType, rows: Int, classes: Int, logits: Int, labels: Int,
        upstream: Int, isUniform: Bool, result: Int
    ) {
        self.operation = operation
        self.dtype = dtype
        self.labelDType = labelDType
        self.rows = rows
        self.classes = classes
        self.logits = logits
        self.labels = labels
        self.upstream = upstream
        self.isUniform = isUniform
        self.result = result
    }

    public var reads: [Int] { [logits, labels, upstream] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// y[k] = x[0] + ... + x[k] along an axis, or from its end. dtype: int64, float32 or float64; floats add in float64.
public struct CumulativeSumStep: StepDescription {
    public var dtype: DType
    public var layout: AxisLayout
    public var isReversed: Bool
    public var source: Int
    public var result: Int

    public init(dtype: DType, layout: AxisLayout, isReversed: Bool, source: Int, result: Int) {
        self.dtype = dtype
        self.layout = layout
        self.isReversed = isReversed
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// y[k] = a[k] y[k - 1] + b[k] along an axis, or from its end; y before the first is 0. dtype: int64, float32 or
/// float64.
public struct LinearRecurrenceStep: StepDescription {
    public var dtype: DType
    public var layout: AxisLayout
    public var isReversed: Bool
    public var a: Int
    public var b: Int
    public var result: Int

    public init(dtype: DType, layout: AxisLayout, isReversed: Bool, a: Int, b: Int, result: Int) {
        self.dtype = dtype
        self.layout = layout
        self.isReversed = isReversed
        self.a = a
        self.b = b
        self.result = result
    }

    public var reads: [Int] { [a, b] }
    public var writes: [Int] { [result] }
}
