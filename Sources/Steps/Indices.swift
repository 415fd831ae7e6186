/// Elements along an axis by index. Indices have been checked; negative ones count from the end.
public struct PickStep: StepDescription {
    /// Whether each element has an index of its own: result[o, c, i] = source[o, indices[o, c, i], i]. Else each row
    /// along the axis has: result[o, c, i] = source[o, indices[c], i].
    public var isElementwise: Bool
    public var elementBytes: Int
    public var layout: AxisLayout
    public var indexDType: DType
    /// Indices along the axis.
    public var count: Int
    public var source: Int
    public var indices: Int
    public var result: Int

    public init(
        isElementwise: Bool, elementBytes: Int, layout: AxisLayout, indexDType: DType, count: Int, source: Int,
        indices: Int, result: Int
    ) {
        self.isElementwise = isElementwise
        self.elementBytes = elementBytes
        self.layout = layout
        self.indexDType = indexDType
        self.count = count
        self.source = source
        self.indices = indices
        self.result = result
    }

    public var reads: [Int] { [source, indices] }
    public var writes: [Int] { [result] }
}

/// A value with elements along an axis replaced by index, or added to. Of two for one place the last stays, and sums
/// are taken in the order of the indices, which have been checked.
public struct PutStep: StepDescription {
    public var change: ChangedCopy
    /// As for `PickStep`.
    public var isElementwise: Bool
    public var accumulates: Bool
    public var layout: AxisLayout
    public var indexDType: DType
    /// Indices along the axis.
    public var count: Int
    /// The new elements, [outer, count, inner].
    public var source: Int
    public var indices: Int
    /// Where the indices are the places that a pool has found: its windows.
    public var windows: [WindowArgMaxStep.Axis]?

    public init(
        change: ChangedCopy, isElementwise: Bool, accumulates: Bool, layout: AxisLayout, indexDType: DType, count: Int,
        source: Int, indices: Int, windows: [WindowArgMaxStep.Axis]? = nil
    ) {
        self.windows = windows
        self.change = change
        self.isElementwise = isElementwise
        self.accumulates = accumulates
        self.layout = layout
        self.indexDType = indexDType
        self.count = count
        self.source = source
        self.indices = indices
    }

    public var reads: [Int] { [source, indices] + (change.base.map { [$0] } ?? []) }
    public var writes: [Int] { [change.result] }
    public var updates: Int? { change.base }
}

/// Rows of zeros with a 1 at the label. The labels are checked here.
public struct OneHotStep: StepDescription {
    /// What the sentence about a wrong label names.
    public var operation: String
    public var labelDType: DType
    public var dtype: DType
    public var count: Int
    public var classes: Int
    public var labels: Int
    public var result: Int

    public init(
        operation: String, labelDType: DType, dtype: DType, count: Int, classes: Int, labels: Int, result: Int
    ) {
        self.operation = operation
        self.labelDType = labelDType
        self.dtype = dtype
        self.count = count
        self.classes = classes
        self.labels = labels
        self.result = result
    }

    public var reads: [Int] { [labels] }
    public var writes: [Int] { [result] }
    public var mayFail: Bool { true }
}

/// The flat place, as int64, of each element that several index arrays name in an array of `extents`.
public struct RavelStep: StepDescription {
    public var dtypes: [DType]
    public var extents: [Int]
    public var count: Int
    public var indices: [Int]
    public var result: Int

    public init(dtypes: [DType], extents: [Int], count: Int, indices: [Int], result: Int) {
        self.dtypes = dtypes
        self.extents = extents
        self.count = count
        self.indices = indices
        self.result = result
    }

    public var reads: [Int] { indices }
    public var writes: [Int] { [result] }
}

/// How many of `count` truth values are true, as one int64.
public struct CountTrueStep: StepDescription {
    public var count: Int
    public var mask: Int
    public var result: Int

    public init(count: Int, mask: Int, result: Int) {
        self.count = count
        self.mask = mask
        self.result = result
    }

    public var reads: [Int] { [mask] }
    public var writes: [Int] { [result] }
}

/// The places of the truth values that are true, as int64, in order. The result has room for all of them.
public struct TruePositionsStep: StepDescription {
    public var count: Int
    public var mask: Int
    public var result: Int

    public init(count: Int, mask: Int, result: Int) {
        self.count = count
        self.mask = mask
        self.result = result
    }

    public var reads: [Int] { [mask] }
    public var writes: [Int] { [result] }
}

/// The flat places [count] of an array of `extents` as its indices [count, axes], all int64.
public struct UnravelStep: StepDescription {
    public var extents: [Int]
    public var count: Int
    public var places: Int
    public var result: Int

    public init(
        extents: [Int], count: Int, places: Int, result: Int
    ) {
        self.extents = extents
        self.count = count
        self.places = places
        self.result = result
    }

    public var reads: [Int] { [places] }
    public var writes: [Int] { [result] }
}
