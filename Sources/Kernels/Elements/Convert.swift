import Steps
import Machine
import Glibc

// Elements set from a number, and from elements of another dtype. Casts are NumPy's `astype` and never trap: integers
// keep their low bits, floats lose their fraction, a float that does not fit becomes the smallest integer (its low byte
// in uint8), and everything but 0 is true.

/// Sets `count` elements to `value`.
public func fill(_ dtype: DType, _ value: Double, _ pointer: UnsafeMutableRawPointer, _ count: Int) {
    switch dtype {
    case .bool: memset(pointer, value != 0 ? 1 : 0, count)
    case .uint8: memset(pointer, Int32(UInt8(casting: value)), count)
    case .int32: repeated(Int32(casting: value), pointer, count)
    case .int64: repeated(Int64(casting: value), pointer, count)
    case .float32: repeated(Float(value), pointer, count)
    case .float64: repeated(value, pointer, count)
    case .bfloat16: repeated(BFloat16Format.bits(Float(value)), pointer, count)
    case .float16: repeated(Float16Format.bits(Float(value)), pointer, count)
    }
}

/// Sets element i of `count` to start + i * step, rounded once.
public func arange(_ dtype: DType, _ start: Double, _ step: Double, _ pointer: UnsafeMutableRawPointer, _ count: Int) {
    switch dtype {
    case .bool: generate(pointer, count) { UInt8(start + Double($0) * step != 0) }
    case .uint8: generate(pointer, count) { UInt8(casting: start + Double($0) * step) }
    case .int32: generate(pointer, count) { Int32(casting: start + Double($0) * step) }
    case .int64: generate(pointer, count) { Int64(casting: start + Double($0) * step) }
    case .float32: generate(pointer, count) { Float(start + Double($0) * step) }
    case .float64: generate(pointer, count) { start + Double($0) * step }
    case .bfloat16: generate(pointer, count) { BFloat16Format.bits(Float(start + Double($0) * step)) }
    case .float16: generate(pointer, count) { Float16Format.bits(Float(start + Double($0) * step)) }
    }
}

/// Sets element i of `count` to start + i * step, where the last is `end`: the second half is counted from there.
public func linspace(_ dtype: DType, _ start: Double, _ end: Double, _ pointer: UnsafeMutableRawPointer, _ count: Int) {
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    @inline(__always) func element(_ index: Int) -> Double {
        index < (count + 1) / 2 ? start + Double(index) * step : end - Double(count - 1 - index) * step
    }
    switch dtype {
    case .bool: generate(pointer, count) { UInt8(element($0) != 0) }
    case .uint8: generate(pointer, count) { UInt8(casting: element($0)) }
    case .int32: generate(pointer, count) { Int32(casting: element($0)) }
    case .int64: generate(pointer, count) { Int64(casting: element($0)) }
    case .float32: generate(pointer, count) { Float(element($0)) }
    case .float64: generate(pointer, count) { element($0) }
    case .bfloat16: generate(pointer, count) { BFloat16Format.bits(Float(element($0))) }
    case .float16: generate(pointer, count) { Float16Format.bits(Float(element($0))) }
    }
}

/// Casts `count` elements.
public func convert(
    _ from: DType, _ source: UnsafeRawPointer, _ to: DType, _ destination: UnsafeMutableRawPointer, _ count: Int
) {
    if from == to || (from == .bool && to == .uint8) {
        memcpy(destination, source, count * from.size)
        return
    }
    inPieces(count, grain: 1 << 17) { part in
        let (source, destination) = (source + part.lowerBound * from.size, destination + part.lowerBound * to.size)
        switch from {
        case .bool, .uint8: cast(source.assumingMemoryBound(to: UInt8.self), to, destination, part.count)
        case .int32: cast(source.assumingMemoryBound(to: Int32.self), to, destination, part.count)
        case .int64: cast(source.assumingMemoryBound(to: Int64.self), to, destination, part.count)
        case .float32: cast(source.assumingMemoryBound(to: Float.self), to, destination, part.count)
        case .float64: cast(source.assumingMemoryBound(to: Double.self), to, destination, part.count)
        case .bfloat16: cast(source, BFloat16Format.self, to, destination, part.count)
        case .float16: cast(source, Float16Format.self, to, destination, part.count)
        }
    }
}

private func cast<S: FixedWidthInteger>(
    _ source: UnsafePointer<S>, _ to: DType, _ destination: UnsafeMutableRawPointer, _ count: Int
) {
    switch to {
    case .bool: generate(destination, count) { UInt8(source[$0] != 0) }
    case .uint8: generate(destination, count) { UInt8(truncatingIfNeeded: source[$0]) }
    case .int32: generate(destination, count) { Int32(truncatingIfNeeded: source[$0]) }
    case .int64: generate(destination, count) { Int64(truncatingIfNeeded: source[$0]) }
    case .float32: generate(destination, count) { Float(source[$0]) }
    case .float64: generate(destination, count) { Double(source[$0]) }
    case .bfloat16: generate(destination, count) { BFloat16Format.bits(Float(source[$0])) }
    case .float16: generate(destination, count) { Float16Format.bits(Float(source[$0])) }
    }
}

private func cast<S: BinaryFloatingPoint>(
    _ source: UnsafePointer<S>, _ to: DType, _ destination: UnsafeMutableRawPointer, _ count: Int
) {
    switch to {
    case .bool: generate(destination, count) { UInt8(source[$0] != 0) }
    case .uint8: generate(destination, count) { UInt8(casting: Double(source[$0])) }
    case .int32: generate(destination, count) { Int32(casting: Double(source[$0])) }
    case .int64: generate(destination, count) { Int64(casting: Double(source[$0])) }
    case .float32: generate(destination, count) { Float(source[$0]) }
    case .float64: generate(destination, count) { Double(source[$0]) }
    case .bfloat16: generate(destination, count) { BFloat16Format.bits(Float(source[$0])) }
    case .float16: generate(destination, count) { Float16Format.bits(Float(source[$0])) }
    }
}

/// From floats of 16 bits.
private func cast<Format: HalfFormat>(
    _ source: UnsafeRawPointer, _ format: Format.Type, _ to: DType, _ destination: UnsafeMutableRawPointer, _ count: Int
) {
    let source = source.assumingMemoryBound(to: UInt16.self)
    @inline(__always) func number(_ place: Int) -> Float { Format.float(source[place]) }
    switch to {
    case .bool: generate(destination, count) { UInt8(number($0) != 0) }
    case .uint8: generate(destination, count) { UInt8(casting: Double(number($0))) }
    case .int32: generate(destination, count) { Int32(casting: Double(number($0))) }
    case .int64: generate(destination, count) { Int64(casting: Double(number($0))) }
    case .float32: generate(destination, count) { number($0) }
    case .float64: generate(destination, count) { Double(number($0)) }
    case .bfloat16: generate(destination, count) { BFloat16Format.bits(number($0)) }
    case .float16: generate(destination, count) { Float16Format.bits(number($0)) }
    }
}

@inline(__always)
private func repeated<T: BitwiseCopyable>(_ value: T, _ pointer: UnsafeMutableRawPointer, _ count: Int) {
    inPieces(count, grain: 1 << 18) { part in
        (pointer + part.lowerBound * MemoryLayout<T>.size).initializeMemory(
            as: T.self, repeating: value, count: part.count)
    }
}

@inline(__always)
private func generate<T>(_ destination: UnsafeMutableRawPointer, _ count: Int, _ element: (Int) -> T) {
    let destination = destination.assumingMemoryBound(to: T.self)
    for index in 0..<count { destination[index] = element(index) }
}

extension UInt8 {
    @inline(__always) fileprivate init(_ condition: Bool) { self = condition ? 1 : 0 }

    @inline(__always) init(casting value: Double) {
        self = UInt8(truncatingIfNeeded: Int32(casting: value))
    }
}

// The number that is converted always fits, so that the loops vectorise; NaN fails the comparisons.

extension Int32 {
    @inline(__always) init(casting value: Double) {
        let fits = value > -0x1p31 - 1 && value < 0x1p31
        let whole = Int32(fits ? value : 0)
        self = fits ? whole : .min
    }
}

extension Int64 {
    @inline(__always) init(casting value: Double) {
        let fits = value >= -0x1p63 && value < 0x1p63
        let whole = Int64(fits ? value : 0)
        self = fits ? whole : .min
    }
}
