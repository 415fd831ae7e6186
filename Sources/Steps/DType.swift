/// The type of a tensor's elements. Raw values are those of `wb_dtype` in wingbeat.h.
public enum DType: Int32, Codable, Sendable, BitwiseCopyable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = 0
    case uint8 = 1
    case int32 = 2
    case int64 = 3
    case float32 = 4
    case float64 = 5
    /// The upper half of a float32: 8 bits of exponent, 7 of fraction.
    case bfloat16 = 6
    /// IEEE 754's binary16: 5 bits of exponent, 10 of fraction.
    case float16 = 7

    /// Bytes of one element.
    @inlinable public var size: Int {
        switch self {
        case .bool, .uint8: return 1
        case .bfloat16, .float16: return 2
        case .int32, .float32: return 4
        case .int64, .float64: return 8
        }
    }

    @inlinable public var isFloat: Bool { self == .float32 || self == .float64 || isHalf }
    @inlinable public var isInteger: Bool { self == .uint8 || self == .int32 || self == .int64 }
    /// Whether it is a float of 16 bits: stored so, and computed in float32.
    @inlinable public var isHalf: Bool { self == .bfloat16 || self == .float16 }

    /// The dtype that arithmetic on floats of this one is done in.
    @inlinable public var arithmetic: DType { isHalf ? .float32 : self }

    /// Element `place` of an array of integers or truth values.
    public func integer(_ array: UnsafeRawPointer, _ place: Int) -> Int64 {
        switch self {
        case .bool, .uint8: Int64(array.load(fromByteOffset: place, as: UInt8.self))
        case .int32: Int64(array.load(fromByteOffset: place * 4, as: Int32.self))
        default: array.load(fromByteOffset: place * 8, as: Int64.self)
        }
    }

    /// Element `place` of an array of floats.
    public func real(_ array: UnsafeRawPointer, _ place: Int) -> Double {
        switch self {
        case .float32: Double(array.load(fromByteOffset: place * 4, as: Float.self))
        case .bfloat16: Double(BFloat16Format.float(array.load(fromByteOffset: place * 2, as: UInt16.self)))
        case .float16: Double(Float16Format.float(array.load(fromByteOffset: place * 2, as: UInt16.self)))
        default: array.load(fromByteOffset: place * 8, as: Double.self)
        }
    }

    /// Writes a float of this dtype.
    public func store(_ value: Double, _ memory: UnsafeMutableRawPointer) {
        switch self {
        case .float32: memory.storeBytes(of: Float(value), as: Float.self)
        case .bfloat16: memory.storeBytes(of: BFloat16Format.bits(Float(value)), as: UInt16.self)
        case .float16: memory.storeBytes(of: Float16Format.bits(Float(value)), as: UInt16.self)
        default: memory.storeBytes(of: value, as: Double.self)
        }
    }

    /// The number that a float of this dtype holds for `value`. 16 bits are reached by way of float32.
    public func rounded(_ value: Double) -> Double {
        switch self {
        case .float32: Double(Float(value))
        case .bfloat16: Double(BFloat16Format.rounded(Float(value)))
        case .float16: Double(Float16Format.rounded(Float(value)))
        default: value
        }
    }

    /// The distance from 1 to the next number; 0 for what is no float.
    public var epsilon: Double {
        switch self {
        case .float64: Double.ulpOfOne
        case .float32: Double(Float.ulpOfOne)
        case .bfloat16: 0x1p-7
        case .float16: 0x1p-10
        default: 0
        }
    }

    /// The largest float; infinity for what is none.
    public var greatest: Double {
        switch self {
        case .float64: Double.greatestFiniteMagnitude
        case .float32: Double(Float.greatestFiniteMagnitude)
        case .bfloat16: 0x1.FEp127
        case .float16: 65504
        default: Double.infinity
        }
    }

    /// The least normal float above 0; 0 for what is none.
    public var leastNormal: Double {
        switch self {
        case .float64: Double.leastNormalMagnitude
        case .float32, .bfloat16: Double(Float.leastNormalMagnitude)
        case .float16: 0x1p-14
        default: 0
        }
    }

    public var name: String {
        switch self {
        case .bool: return "bool"
        case .uint8: return "uint8"
        case .int32: return "int32"
        case .int64: return "int64"
        case .float32: return "float32"
        case .float64: return "float64"
        case .bfloat16: return "bfloat16"
        case .float16: return "float16"
        }
    }
}
