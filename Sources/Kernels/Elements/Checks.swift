import Steps

// What only values can show. Each returns -1, or the position of the first value that does not do.

/// A 0 among integers.
public func firstZero(_ dtype: DType, _ x: UnsafeRawPointer, count: Int) -> Int {
    firstInteger(dtype, x, count) { $0 == 0 }
}

/// An integer outside a range.
public func firstOutside(_ range: Range<Int>, _ dtype: DType, _ x: UnsafeRawPointer, count: Int) -> Int {
    firstInteger(dtype, x, count) { !range.contains(Int($0)) }
}

/// An integer below 0.
public func firstNegative(_ dtype: DType, _ x: UnsafeRawPointer, count: Int) -> Int {
    firstInteger(dtype, x, count) { $0 < 0 }
}

@inline(__always)
private func firstInteger(_ dtype: DType, _ x: UnsafeRawPointer, _ count: Int, _ isWanted: (Int64) -> Bool) -> Int {
    func find<T: FixedWidthInteger>(_ type: T.Type) -> Int {
        let x = x.assumingMemoryBound(to: T.self)
        for place in 0..<count where isWanted(Int64(truncatingIfNeeded: x[place])) { return place }
        return -1
    }
    switch dtype {
    case .int32: return find(Int32.self)
    case .int64: return find(Int64.self)
    default: return find(UInt8.self)
    }
}

/// A number outside [low, high], or NaN.
public func firstOutside(_ low: Double, _ high: Double, _ dtype: DType, _ x: UnsafeRawPointer, count: Int) -> Int {
    func find<T: BinaryFloatingPoint>(_ type: T.Type) -> Int {
        let x = x.assumingMemoryBound(to: T.self)
        let (low, high) = (T(low), T(high))
        for place in 0..<count where !(x[place] >= low && x[place] <= high) { return place }
        return -1
    }
    return dtype == .float32 ? find(Float.self) : find(Double.self)
}

/// A row of x [rows, n] with fewer than `count` numbers above 0.
public func firstRowWithFewer(than count: Int, _ x: UnsafePointer<Double>, rows: Int, n: Int) -> Int {
    for row in 0..<rows {
        var positive = 0
        for place in row * n..<(row + 1) * n where x[place] > 0 { positive += 1 }
        if positive < count { return row }
    }
    return -1
}
