import Engine

/// What the elements of an array or attribute are, as the file says it (specification, IV.A.2.d).
enum ElementType: Equatable {
    case integer(size: Int, isSigned: Bool, isBigEndian: Bool)
    /// An IEEE 754 number of 2, 4 or 8 bytes.
    case float(size: Int, isBigEndian: Bool)
    /// h5py's bool: an enumeration of one byte with FALSE = 0 and TRUE = 1.
    case flag
    case text(size: Int, padding: Padding)
    /// A text of any length, in a heap of the file.
    case longText
    /// Another; what it is.
    case other(String, size: Int)

    enum Padding { case terminated, zeros, spaces }

    /// Bytes of an element.
    func size(in file: StoredFile) -> Int {
        switch self {
        case .integer(let size, _, _), .float(let size, _), .text(let size, _), .other(_, let size): size
        case .flag: 1
        case .longText: 8 + file.offsetSize
        }
    }

    init(_ message: ObjectHeader.Message, in file: StoredFile) throws(Failure) {
        try self.init(message.body, isShared: message.isShared, in: file)
    }

    init(_ body: Cursor, isShared: Bool, in file: StoredFile) throws(Failure) {
        var body = try file.description(body, isShared: isShared, .datatype)
        try self.init(&body, in: file)
    }

    private init(_ body: inout Cursor, in file: StoredFile) throws(Failure) {
        let kind = try body.byte()
        let version = kind >> 4
        let bits = try body.int(3)
        let size = try body.length(4)
        guard (1...5).contains(version), size > 0 else {
            throw file.damaged("a type has version \(version) and \(size) bytes")
        }
        let isBigEndian = bits & 1 != 0
        switch kind & 0x0F {
        case 0:
            let (offset, precision) = (try body.int(2), try body.int(2))
            guard [1, 2, 4, 8].contains(size), offset == 0, precision == 8 * size else {
                self = .other("integers of \(precision) bits", size: size)
                return
            }
            self = .integer(size: size, isSigned: bits & 8 != 0, isBigEndian: isBigEndian)
        case 1:
            // Place and size of all bits, of the exponent, and of the fraction; then the exponent's bias.
            let fields = [
                try body.int(2), try body.int(2), try body.int(1), try body.int(1), try body.int(1), try body.int(1),
                try body.int(4),
            ]
            let known: [Int: [Int]] = [
                2: [0, 16, 10, 5, 0, 10, 15], 4: [0, 32, 23, 8, 0, 23, 127], 8: [0, 64, 52, 11, 0, 52, 1023],
            ]
            // No VAX order, a first bit of one that is not stored, and the sign on top.
            guard known[size] == fields, bits & 0x40 == 0, bits >> 4 & 3 == 2, bits >> 8 & 0xFF == 8 * size - 1 else {
                self = .other("floating-point numbers of an unusual form", size: size)
                return
            }
            self = .float(size: size, isBigEndian: isBigEndian)
        case 3: self = .text(size: size, padding: try file.padding(bits))
        case 8:
            self =
                try ElementType.isFlag(&body, version, bits & 0xFFFF, size, in: file)
                ? .flag : .other("an enumeration", size: size)
        case 9:
            guard size == 8 + file.offsetSize else {
                throw file.damaged("elements of varying length have \(size) bytes")
            }
            self = bits & 0x0F == 1 ? .longText : .other("lists of varying length", size: size)
        case 2: self = .other("times", size: size)
        case 4: self = .other("bit fields", size: size)
        case 5: self = .other("opaque bytes", size: size)
        case 6: self = .other("records of several fields", size: size)
        case 7: self = .other("references to other objects", size: size)
        case 10: self = .other("arrays as elements", size: size)
        default: self = .other("elements of an unknown kind", size: size)
        }
    }

    private static func isFlag(_ body: inout Cursor, _ version: UInt8, _ count: Int, _ size: Int, in file: StoredFile)
        throws(Failure) -> Bool
    {
        guard case .integer(1, _, _) = try ElementType(&body, in: file), size == 1, count == 2 else { return false }
        var names: [[UInt8]] = []
        for _ in 0..<count {
            let before = body.position
            names.append(try body.terminated())
            if version < 3 { try body.skip((8 - (body.position - before) % 8) % 8) }
        }
        let values = try body.take(count)
        let (no, yes) = (Array("FALSE".utf8), Array("TRUE".utf8))
        return names == [no, yes] && values == [0, 1] || names == [yes, no] && values == [1, 0]
    }

    /// As the object of "holds".
    var name: String {
        switch self {
        case .integer(let size, let isSigned, _): "\(isSigned ? "" : "u")int\(8 * size)"
        case .float(let size, _): "float\(8 * size)"
        case .flag: "bool"
        case .text, .longText: "text, not numbers"
        case .other(let name, _): name
        }
    }
}

extension StoredFile {
    /// How texts of one length are filled up, from the bits of their type.
    func padding(_ bits: Int) throws(Failure) -> ElementType.Padding {
        switch bits & 0x0F {
        case 0: return .terminated
        case 1: return .zeros
        case 2: return .spaces
        default: throw damaged("a text has an unknown padding")
        }
    }
}
