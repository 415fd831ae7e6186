/// Elements of strided memory in the order of a shape. Strides and offset count elements.
public struct StridedLayout: Hashable, Codable, Sendable {
    public var elementBytes: Int
    public var shape: [Int]
    /// One for each axis. They may be 0, in memory that is only read, or negative.
    public var strides: [Int]
    /// Where the first element lies.
    public var offset: Int

    public init(elementBytes: Int, shape: [Int], strides: [Int], offset: Int) {
        self.elementBytes = elementBytes
        self.shape = shape
        self.strides = strides
        self.offset = offset
    }
}

/// Dense memory around one axis: [outer, n, inner].
public struct AxisLayout: Hashable, Codable, Sendable {
    public var outer: Int
    public var n: Int
    public var inner: Int

    public init(outer: Int, n: Int, inner: Int) {
        self.outer = outer
        self.n = n
        self.inner = inner
    }

    public init(_ shape: [Int], _ axis: Int) {
        outer = shape[..<axis].reduce(1, *)
        n = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
    }
}

/// Where a step that changes some elements of a value finds that value, and where the result goes. The backend copies
/// the old value first, unless both have one memory.
public struct ChangedCopy: Hashable, Codable, Sendable {
    /// The slot of the old value; nil where that is one number everywhere.
    public var base: Int?
    /// That number.
    public var constant: Double
    public var dtype: DType
    /// Elements of the value.
    public var count: Int
    public var result: Int

    public init(base: Int?, constant: Double, dtype: DType, count: Int, result: Int) {
        self.base = base
        self.constant = constant
        self.dtype = dtype
        self.count = count
        self.result = result
    }
}
