import Glibc
import Steps

/// The same numbers on every machine: Knuth's MMIX generator, whose low bits are too regular to be shown.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 24
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element where C.Index == Int {
        choices[choices.startIndex + below(choices.count)]
    }

    mutating func real(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(next()) * 0x1p-40 }
}

/// What an element of any dtype can be read as without loss.
enum Number: Equatable {
    case real(Double)
    case whole(Int64)

    /// Equal to the sign of a zero; one NaN is as good as another.
    func isSame(as other: Number) -> Bool {
        switch (self, other) {
        case (.real(let a), .real(let b)): return a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern
        case (.whole(let a), .whole(let b)): return a == b
        default: return false
        }
    }

    /// NumPy's cast: integers keep their low bits, and what does not fit becomes the smallest integer.
    var int32: Int32 {
        switch self {
        case .whole(let value): return Int32(truncatingIfNeeded: value)
        case .real(let value): return Int32(exactly: value.rounded(.towardZero)) ?? .min
        }
    }

    var int64: Int64 {
        switch self {
        case .whole(let value): return value
        case .real(let value): return Int64(exactly: value.rounded(.towardZero)) ?? .min
        }
    }

    var float: Float {
        switch self {
        case .whole(let value): return Float(value)
        case .real(let value): return Float(value)
        }
    }

    var double: Double {
        switch self {
        case .whole(let value): return Double(value)
        case .real(let value): return value
        }
    }

    var isTrue: Bool { double != 0 }
}

extension Float {
    /// The nearest number whose lower half of bits is 0, ties to that with an even upper half.
    var roundedToBFloat16: Float {
        guard isFinite else { return isNaN ? .nan : self }
        let below = Float(bitPattern: bitPattern & 0xFFFF_0000)
        // The next one away from 0, which may be infinite; distances are exact in float64.
        let above = bitPattern & 0xFFFF_0000 &+ 0x1_0000
        let next = above & 0x7FFF_FFFF == 0x7F80_0000 ? 0x1p128 : Double(Float(bitPattern: above).magnitude)
        let (low, high) = (Double(magnitude) - Double(below.magnitude), next - Double(magnitude))
        let isUp = high < low || high == low && bitPattern & 0x1_0000 != 0
        return isUp ? Float(bitPattern: above) : below
    }
}

/// Elements in memory that belongs to somebody else.
struct Cells {
    let dtype: DType
    let pointer: UnsafeMutableRawPointer

    init(_ dtype: DType, _ pointer: UnsafeMutableRawPointer) { (self.dtype, self.pointer) = (dtype, pointer) }

    subscript(place: Int) -> Number {
        get {
            switch dtype {
            case .bool, .uint8: return .whole(Int64(pointer.load(fromByteOffset: place, as: UInt8.self)))
            case .int32: return .whole(Int64(pointer.load(fromByteOffset: place * 4, as: Int32.self)))
            case .int64: return .whole(pointer.load(fromByteOffset: place * 8, as: Int64.self))
            case .float32: return .real(Double(pointer.load(fromByteOffset: place * 4, as: Float.self)))
            case .float64: return .real(pointer.load(fromByteOffset: place * 8, as: Double.self))
            case .float16: return .real(Double(Float16(bitPattern: half(place))))
            case .bfloat16: return .real(Double(Float(bitPattern: UInt32(half(place)) << 16)))
            }
        }
        nonmutating set {
            switch dtype {
            case .bool: pointer.storeBytes(of: newValue.isTrue ? 1 : 0, toByteOffset: place, as: UInt8.self)
            case .uint8:
                let byte = UInt8(truncatingIfNeeded: newValue.int32)
                pointer.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
            case .int32: pointer.storeBytes(of: newValue.int32, toByteOffset: place * 4, as: Int32.self)
            case .int64: pointer.storeBytes(of: newValue.int64, toByteOffset: place * 8, as: Int64.self)
            case .float32: pointer.storeBytes(of: newValue.float, toByteOffset: place * 4, as: Float.self)
            case .float64: pointer.storeBytes(of: newValue.double, toByteOffset: place * 8, as: Double.self)
            case .float16:
                pointer.storeBytes(of: Float16(newValue.float).bitPattern, toByteOffset: place * 2, as: UInt16.self)
            case .bfloat16:
                let upper = UInt16(newValue.float.roundedToBFloat16.bitPattern >> 16)
                pointer.storeBytes(of: upper, toByteOffset: place * 2, as: UInt16.self)
            }
        }
    }

    private func half(_ place: Int) -> UInt16 { pointer.load(fromByteOffset: place * 2, as: UInt16.self) }
}

/// Elements between two walls, which are looked at after each use: kernels must not write beside what they are given.
/// The elements are aligned to their size and to no more than that.
final class Memory {
    let dtype: DType
    let count: Int
    private let block: UnsafeMutableRawPointer
    private var size: Int { count * dtype.size }
    private static let wall = 192
    private static let brick: UInt8 = 0xA5

    init(_ dtype: DType, _ count: Int) {
        (self.dtype, self.count) = (dtype, count)
        block = .allocate(byteCount: count * dtype.size + 2 * Memory.wall, alignment: 64)
        memset(block, Int32(Memory.brick), count * dtype.size + 2 * Memory.wall)
    }

    convenience init(_ dtype: DType, _ numbers: [Number]) {
        self.init(dtype, numbers.count)
        for (place, number) in numbers.enumerated() { self[place] = number }
    }

    convenience init(_ dtype: DType, _ numbers: [Double]) { self.init(dtype, numbers.map { .real($0) }) }

    deinit { block.deallocate() }

    /// Eight bytes before a cache line: no vector is aligned.
    var pointer: UnsafeMutableRawPointer { block + Memory.wall - 8 }

    func copy() -> Memory {
        let copy = Memory(dtype, count)
        copy.pointer.copyMemory(from: pointer, byteCount: size)
        return copy
    }

    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: pointer, count: size)) }

    func values<T: BitwiseCopyable>(_ type: T.Type) -> [T] {
        (0..<count).map { pointer.load(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self) }
    }

    var isWallIntact: Bool {
        let inside = pointer - block
        let whole = UnsafeRawBufferPointer(start: block, count: size + 2 * Memory.wall)
        return whole.prefix(inside).allSatisfy { $0 == Memory.brick }
            && whole.dropFirst(inside + size).allSatisfy { $0 == Memory.brick }
    }

    var cells: Cells { Cells(dtype, pointer) }

    subscript(place: Int) -> Number {
        get { cells[place] }
        set { cells[place] = newValue }
    }

    /// Numbers of all kinds that a dtype has, none of them so large that a few products overflow.
    static func noise(_ dtype: DType, _ count: Int, _ noise: inout Noise) -> Memory {
        let memory = Memory(dtype, count)
        for place in 0..<count {
            switch dtype {
            case .bool: memory[place] = .whole(Int64(noise.below(2)))
            case .uint8: memory[place] = .whole(Int64(noise.below(256)))
            case .int32, .int64: memory[place] = .whole(Int64(noise.below(201)) - 100)
            case .float32, .float64, .bfloat16, .float16: memory[place] = .real(noise.real(-4, 4))
            }
        }
        return memory
    }
}
