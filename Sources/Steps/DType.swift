/// The type of a tensor's elements. Raw values are those of `wb_dtype` in wingbeat.h.
public enum DType: Int32, Codable, Sendable, BitwiseCopyable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = 0
    case uint8 = 1
    case int32 = 2
    case int64 = 3
    case float32 = 4
    case float64 = 5

    /// Bytes of one element.
    @inlinable public var size: Int {
        switch self {
        case .bool, .uint8: return 1
        case .int32, .float32: return 4
        case .int64, .float64: return 8
        }
    }

    @inlinable public var isFloat: Bool { self == .float32 || self == .float64 }
    @inlinable public var isInteger: Bool { self == .uint8 || self == .int32 || self == .int64 }

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
        self == .float32
            ? Double(array.load(fromByteOffset: place * 4, as: Float.self))
            : array.load(fromByteOffset: place * 8, as: Double.self)
    }

    public var name: String {
        switch self {
        case .bool: return "bool"
        case .uint8: return "uint8"
        case .int32: return "int32"
        case .int64: return "int64"
        case .float32: return "float32"
        case .float64: return "float64"
        }
    }
}
