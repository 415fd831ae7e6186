/// Every element is one number.
public struct FillStep: StepDescription {
    public var dtype: DType
    public var value: Double
    public var count: Int
    public var result: Int

    public init(dtype: DType, value: Double, count: Int, result: Int) {
        self.dtype = dtype
        self.value = value
        self.count = count
        self.result = result
    }

    public var reads: [Int] { [] }
    public var writes: [Int] { [result] }
}

/// Element k is start + k step, rounded once.
public struct ArangeStep: StepDescription {
    public var dtype: DType
    public var start: Double
    public var step: Double
    public var count: Int
    public var result: Int

    public init(dtype: DType, start: Double, step: Double, count: Int, result: Int) {
        self.dtype = dtype
        self.start = start
        self.step = step
        self.count = count
        self.result = result
    }

    public var reads: [Int] { [] }
    public var writes: [Int] { [result] }
}

/// `count` numbers at equal distances from start to end. The second half is counted from the end.
public struct LinspaceStep: StepDescription {
    public var dtype: DType
    public var start: Double
    public var end: Double
    public var count: Int
    public var result: Int

    public init(dtype: DType, start: Double, end: Double, count: Int, result: Int) {
        self.dtype = dtype
        self.start = start
        self.end = end
        self.count = count
        self.result = result
    }

    public var reads: [Int] { [] }
    public var writes: [Int] { [result] }
}
