import CHDF5
import Engine

/// One element of a data set as it lies in memory after a read: the stored number in this machine's byte order.
/// Reading keeps the stored width, so that a cached data set of bytes stays one byte an element.
enum Element: CaseIterable {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64

    var size: Int {
        switch self {
        case .int8, .uint8: return 1
        case .int16, .uint16, .float16: return 2
        case .int32, .uint32, .float32: return 4
        case .int64, .uint64, .float64: return 8
        }
    }

    var isFloat: Bool { self == .float16 || self == .float32 || self == .float64 }

    var name: String { "\(self)" }

    /// The narrowest element that holds every integer of `size` bytes.
    static func integer(size: Int, signed: Bool) -> Element? {
        switch size {
        case 1: return signed ? .int8 : .uint8
        case 2: return signed ? .int16 : .uint16
        case 3, 4: return signed ? .int32 : .uint32
        case 5...8: return signed ? .int64 : .uint64
        default: return nil
        }
    }

    /// libhdf5's type of this element in memory.
    fileprivate func memoryType(_ path: String, _ what: String) throws(Failure) -> Handle {
        switch self {
        case .int8: return try Handle(H5Tcopy(wb_h5_i8()), path, what)
        case .uint8: return try Handle(H5Tcopy(wb_h5_u8()), path, what)
        case .int16: return try Handle(H5Tcopy(wb_h5_i16()), path, what)
        case .uint16: return try Handle(H5Tcopy(wb_h5_u16()), path, what)
        case .int32: return try Handle(H5Tcopy(wb_h5_i32()), path, what)
        case .uint32: return try Handle(H5Tcopy(wb_h5_u32()), path, what)
        case .int64: return try Handle(H5Tcopy(wb_h5_i64()), path, what)
        case .uint64: return try Handle(H5Tcopy(wb_h5_u64()), path, what)
        case .float32: return try Handle(H5Tcopy(wb_h5_f32()), path, what)
        case .float64: return try Handle(H5Tcopy(wb_h5_f64()), path, what)
        case .float16:
            // IEEE 754 binary16: sign at bit 15, exponent of 5 bits at 10, fraction of 10 bits at 0.
            let type = try Handle(H5Tcopy(wb_h5_f32()), path, what)
            try HDF5.check(H5Tset_fields(type.id, 15, 10, 5, 0, 10), path, what)
            try HDF5.check(H5Tset_size(type.id, 2), path, what)
            try HDF5.check(H5Tset_ebias(type.id, 15), path, what)
            return type
        }
    }
}

/// What the elements of a stored data set are.
enum StoredType: CustomStringConvertible {
    case integers(Element)
    case floats(Element)
    /// An enumeration, read as the integers that it is made of.
    case labels(Element)
    /// Not numbers; what they are instead.
    case other(String)

    /// How an element is read; nil if it is no number.
    var element: Element? {
        switch self {
        case .integers(let element), .floats(let element), .labels(let element): return element
        case .other: return nil
        }
    }

    /// As the object of "holds".
    var description: String {
        if case .other(let what) = self { return what }
        return element?.name ?? ""
    }

    /// libhdf5's type of an element in memory, for a data set whose type in the file is `fileType`.
    func memoryType(_ fileType: hid_t, _ path: String, _ what: String) throws(Failure) -> Handle {
        switch self {
        case .integers(let element), .floats(let element): return try element.memoryType(path, what)
        case .labels, .other: return try Handle(H5Tget_native_type(fileType, H5T_DIR_ASCEND), path, what)
        }
    }

    init(_ type: hid_t) {
        let size = H5Tget_size(type)
        let signed = H5Tget_sign(type) == H5T_SGN_2
        switch H5Tget_class(type) {
        case H5T_INTEGER:
            self =
                Element.integer(size: size, signed: signed).map { .integers($0) } ?? .other("integers of \(size) bytes")
        case H5T_FLOAT:
            self = .floats(StoredType.isHalf(type) ? .float16 : size <= 4 ? .float32 : .float64)
        case H5T_ENUM:
            guard let element = Element.integer(size: size, signed: signed), element.size == size else {
                self = .other("enumerated values of \(size) bytes")
                return
            }
            self = .labels(element)
        case H5T_STRING: self = .other("text, not numbers")
        case H5T_COMPOUND: self = .other("records of several fields, not single numbers")
        case H5T_VLEN: self = .other("lists of varying length, not single numbers")
        case H5T_ARRAY: self = .other("arrays as elements, not single numbers")
        case H5T_REFERENCE: self = .other("references to other objects, not numbers")
        case H5T_BITFIELD: self = .other("bit fields, not numbers")
        case H5T_OPAQUE: self = .other("opaque bytes, not numbers")
        default: self = .other("elements of a kind that is not numeric")
        }
    }

    private static func isHalf(_ type: hid_t) -> Bool {
        guard H5Tget_size(type) == 2 else { return false }
        var sign = 0
        var exponent = 0
        var exponentSize = 0
        var fraction = 0
        var fractionSize = 0
        guard H5Tget_fields(type, &sign, &exponent, &exponentSize, &fraction, &fractionSize) >= 0 else { return false }
        return (sign, exponent, exponentSize, fraction, fractionSize) == (15, 10, 5, 0, 10) && H5Tget_ebias(type) == 15
    }
}
