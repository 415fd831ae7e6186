import Engine

/// Turns stored numbers into a row's dtype: x' = x · scale for floats (both factors rounded to the target's precision
/// first, so that float32 gives Float(x) * Float(scale)), the same value for integers. The loops are plain, over
/// concrete types, because that is what the compiler vectorises: bytes become scaled float32 at the speed of memory.
struct RowConversion {
    let source: Element
    let target: DType
    let scale: Double

    /// `context` is what a failure names: the file's path, and the data set.
    init(source: Element, target: DType, scale: Double, path: String, what: String) throws(Failure) {
        guard target != .bool else { throw .dtype(operation: path, "\(what) cannot be read as bool; use uint8") }
        guard target.isFloat || !source.isFloat else {
            throw .dtype(operation: path, "\(what) holds \(source.name), which cannot be read as \(target.name)")
        }
        guard target.isFloat || scale == 1 else {
            throw .argument(operation: path, "\(what) can be scaled only as a floating dtype, not as \(target.name)")
        }
        self.source = source
        self.target = target
        self.scale = scale
    }

    /// The stored bits are the result.
    var isCopy: Bool {
        guard scale == 1 else { return false }
        switch (source, target) {
        case (.uint8, .uint8), (.int32, .int32), (.int64, .int64), (.float32, .float32), (.float64, .float64),
            (.float16, .float16):
            return true
        default: return false
        }
    }

    /// Converts `count` elements; gives the position of the first that the target cannot hold, or nil.
    func run(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int) -> Int? {
        switch self.target {
        case .float32:
            toFloat32(source, target.assumingMemoryBound(to: Float.self), count)
            return nil
        case .float64:
            toFloat64(source, target.assumingMemoryBound(to: Double.self), count)
            return nil
        case .uint8: return toInteger(source, target.assumingMemoryBound(to: UInt8.self), count)
        case .int32: return toInteger(source, target.assumingMemoryBound(to: Int32.self), count)
        case .int64: return toInteger(source, target.assumingMemoryBound(to: Int64.self), count)
        case .bfloat16, .float16:
            toHalf(source, target, count)
            return nil
        case .bool: return 0
        }
    }

    /// By way of float32, some elements at a time.
    private func toHalf(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
        let (dtype, size) = (self.target, self.target.size)
        let most = 1024
        withUnsafeTemporaryAllocation(of: Float.self, capacity: most) { floats in
            guard let floats = floats.baseAddress else { return }
            for first in stride(from: 0, to: count, by: most) {
                let part = Swift.min(most, count - first)
                toFloat32(source + first * self.source.size, floats, part)
                for place in 0..<part { dtype.store(Double(floats[place]), target + (first + place) * size) }
            }
        }
    }

    private func toFloat32(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
        let scale = Float(self.scale)
        switch self.source {
        case .int8: scaleFloat32(source.assumingMemoryBound(to: Int8.self), target, count, scale)
        case .uint8: scaleFloat32(source.assumingMemoryBound(to: UInt8.self), target, count, scale)
        case .int16: scaleFloat32(source.assumingMemoryBound(to: Int16.self), target, count, scale)
        case .uint16: scaleFloat32(source.assumingMemoryBound(to: UInt16.self), target, count, scale)
        case .int32: scaleFloat32(source.assumingMemoryBound(to: Int32.self), target, count, scale)
        case .uint32: scaleFloat32(source.assumingMemoryBound(to: UInt32.self), target, count, scale)
        case .int64: scaleFloat32(source.assumingMemoryBound(to: Int64.self), target, count, scale)
        case .uint64: scaleFloat32(source.assumingMemoryBound(to: UInt64.self), target, count, scale)
        case .float16: scaleFloat32(source.assumingMemoryBound(to: Float16.self), target, count, scale)
        case .float32: scaleFloat32(source.assumingMemoryBound(to: Float.self), target, count, scale)
        case .float64: scaleFloat32(source.assumingMemoryBound(to: Double.self), target, count, scale)
        }
    }

    private func toFloat64(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Double>, _ count: Int) {
        switch self.source {
        case .int8: scaleFloat64(source.assumingMemoryBound(to: Int8.self), target, count, scale)
        case .uint8: scaleFloat64(source.assumingMemoryBound(to: UInt8.self), target, count, scale)
        case .int16: scaleFloat64(source.assumingMemoryBound(to: Int16.self), target, count, scale)
        case .uint16: scaleFloat64(source.assumingMemoryBound(to: UInt16.self), target, count, scale)
        case .int32: scaleFloat64(source.assumingMemoryBound(to: Int32.self), target, count, scale)
        case .uint32: scaleFloat64(source.assumingMemoryBound(to: UInt32.self), target, count, scale)
        case .int64: scaleFloat64(source.assumingMemoryBound(to: Int64.self), target, count, scale)
        case .uint64: scaleFloat64(source.assumingMemoryBound(to: UInt64.self), target, count, scale)
        case .float16: scaleFloat64(source.assumingMemoryBound(to: Float16.self), target, count, scale)
        case .float32: scaleFloat64(source.assumingMemoryBound(to: Float.self), target, count, scale)
        case .float64: scaleFloat64(source.assumingMemoryBound(to: Double.self), target, count, scale)
        }
    }

    private func toInteger<Target: FixedWidthInteger>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Target>, _ count: Int
    ) -> Int? {
        switch self.source {
        case .int8: return narrow(source.assumingMemoryBound(to: Int8.self), target, count)
        case .uint8: return narrow(source.assumingMemoryBound(to: UInt8.self), target, count)
        case .int16: return narrow(source.assumingMemoryBound(to: Int16.self), target, count)
        case .uint16: return narrow(source.assumingMemoryBound(to: UInt16.self), target, count)
        case .int32: return narrow(source.assumingMemoryBound(to: Int32.self), target, count)
        case .uint32: return narrow(source.assumingMemoryBound(to: UInt32.self), target, count)
        case .int64: return narrow(source.assumingMemoryBound(to: Int64.self), target, count)
        case .uint64: return narrow(source.assumingMemoryBound(to: UInt64.self), target, count)
        case .float16, .float32, .float64: return 0
        }
    }
}

/// A stored number, as a float. The witnesses are concrete conversions, each one instruction; the standard library's
/// generic `Float(_: some BinaryInteger)` is not.
private protocol StoredNumber {
    var float32: Float { get }
    var float64: Double { get }
}

extension Int8: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension UInt8: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension Int16: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension UInt16: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension Int32: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension UInt32: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension Int64: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension UInt64: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension Float16: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { Double(self) }
}
extension Float: StoredNumber {
    var float32: Float { self }
    var float64: Double { Double(self) }
}
extension Double: StoredNumber {
    var float32: Float { Float(self) }
    var float64: Double { self }
}

private func scaleFloat32<Source: StoredNumber>(
    _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float
) {
    for i in 0..<count { target[i] = source[i].float32 * scale }
}

private func scaleFloat64<Source: StoredNumber>(
    _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Double>, _ count: Int, _ scale: Double
) {
    for i in 0..<count { target[i] = source[i].float64 * scale }
}

/// Writes each value in `Target`'s width; gives the position of the first that does not fit, or nil.
private func narrow<Source: FixedWidthInteger, Target: FixedWidthInteger>(
    _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Target>, _ count: Int
) -> Int? {
    var misfits = false
    for i in 0..<count {
        let value = Target(truncatingIfNeeded: source[i])
        target[i] = value
        misfits = misfits || Source(truncatingIfNeeded: value) != source[i] || (value < 0) != (source[i] < 0)
    }
    guard misfits else { return nil }
    return (0..<count).first { Target(exactly: source[$0]) == nil }
}
