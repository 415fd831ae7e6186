/// A value of a JSON text (RFC 8259), also as Python writes it: with NaN, Infinity and -Infinity.
///
/// Texts from anybody end in a value or in a sentence with a place: depth, length and the number of values are bounded.
public enum JSON: Equatable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([JSON])
    /// In the text's order; names are unique.
    case object([Member])

    public struct Member: Equatable, Sendable {
        public let name: String
        public let value: JSON

        public init(_ name: String, _ value: JSON) { (self.name, self.value) = (name, value) }
    }

    public var isNull: Bool { self == .null }

    public var text: String? {
        if case .text(let value) = self { return value }
        return nil
    }

    public var flag: Bool? {
        if case .flag(let value) = self { return value }
        return nil
    }

    /// A whole number, also where it is written with a point.
    public var integer: Int64? {
        switch self {
        case .integer(let value): return value
        case .real(let value): return Int64(exactly: value)
        default: return nil
        }
    }

    /// A number of either kind.
    public var real: Double? {
        switch self {
        case .integer(let value): return Double(value)
        case .real(let value): return value
        default: return nil
        }
    }

    public var list: [JSON]? {
        if case .list(let values) = self { return values }
        return nil
    }

    public var members: [Member]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// A member of an object that is there and not null.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self, let found = members.first(where: { $0.name == name })?.value else {
            return nil
        }
        return found.isNull ? nil : found
    }

    /// An object with one more member, or another value of one.
    public func setting(_ name: String, _ value: JSON) -> JSON {
        var members = self.members ?? []
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place] = Member(name, value)
        } else {
            members.append(Member(name, value))
        }
        return .object(members)
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: JSON...) { self = .list(elements) }
}

// MARK: Writing

extension JSON {
    /// As Python's `json.dumps` writes it.
    public var written: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .flag(let value): result += value ? "true" : "false"
        case .integer(let value): result += "\(value)"
        case .real(let value):
            result += value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
        case .text(let value): JSON.write(value, to: &result)
        case .list(let values):
            result += "["
            for (place, value) in values.enumerated() {
                if place > 0 { result += ", " }
                value.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (place, member) in members.enumerated() {
                if place > 0 { result += ", " }
                JSON.write(member.name, to: &result)
                result += ": "
                member.value.write(to: &result)
            }
            result += "}"
        }
    }

    private static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}

// MARK: Reading

extension JSON {
    /// Bytes of a text, values in it, and how deep they nest.
    public static let longest = 1 << 28
    public static let mostValues = 1 << 21
    public static let deepest = 200

    /// The value that a text is. `operation` is whom the sentence of a failure names.
    public init(_ text: String, operation: String) throws(Failure) {
        try self.init(Array(text.utf8), operation: operation)
    }

    public init(_ bytes: [UInt8], operation: String) throws(Failure) {
        var reader = JSONReader(bytes, operation)
        self = try reader.whole()
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private let operation: String
    private var place = 0
    private var depth = 0
    private var count = 0

    init(_ bytes: [UInt8], _ operation: String) { (self.bytes, self.operation) = (bytes, operation) }

    private func failure(_ sentence: String) -> Failure {
        .argument(operation: operation, "JSON, byte \(place + 1): \(sentence)")
    }

    private func unexpected(_ wanted: String) -> Failure {
        guard place < bytes.count else { return failure("\(wanted) is expected, but the text ends") }
        let found = String(decoding: bytes[place..<min(place + 12, bytes.count)], as: UTF8.self)
        return failure("\(wanted) is expected, but found '\(found)'")
    }

    mutating func whole() throws(Failure) -> JSON {
        guard bytes.count <= JSON.longest else {
            throw failure("the text has \(bytes.count) bytes; at most \(JSON.longest) are read")
        }
        let value = try value()
        skipSpace()
        guard place == bytes.count else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: sign) else { return false }
        place += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - place >= length else { return false }
        for offset in 0..<length where bytes[place + offset] != word.utf8Start[offset] { return false }
        place += length
        return true
    }

    private mutating func value() throws(Failure) -> JSON {
        skipSpace()
        count += 1
        guard count <= JSON.mostValues else { throw failure("more than \(JSON.mostValues) values are not read") }
        guard place < bytes.count else { throw unexpected("a value") }
        switch bytes[place] {
        case UInt8(ascii: "{"): return try nested { (reader) throws(Failure) in try reader.object() }
        case UInt8(ascii: "["): return try nested { (reader) throws(Failure) in try reader.list() }
        case UInt8(ascii: "\""): return .text(try string())
        default: break
        }
        if take(word: "null") { return .null }
        if take(word: "true") { return .flag(true) }
        if take(word: "false") { return .flag(false) }
        if take(word: "NaN") { return .real(.nan) }
        if take(word: "Infinity") { return .real(.infinity) }
        if take(word: "-Infinity") { return .real(-.infinity) }
        return try number()
    }

    private mutating func nested(_ body: (inout JSONReader) throws(Failure) -> JSON) throws(Failure) -> JSON {
        depth += 1
        guard depth <= JSON.deepest else { throw failure("values nest deeper than \(JSON.deepest) levels") }
        place += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func list() throws(Failure) -> JSON {
        var values: [JSON] = []
        if take("]") { return .list([]) }
        repeat { values.append(try value()) } while take(",")
        guard take("]") else { throw unexpected("',' or ']'") }
        return .list(values)
    }

    /// Of two members of one name the last counts, as in Python.
    private mutating func object() throws(Failure) -> JSON {
        var members: [JSON.Member] = []
        var places: [String: Int] = [:]
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let name = try string()
            guard take(":") else { throw unexpected("':'") }
            let member = JSON.Member(name, try value())
            if let place = places.updateValue(members.count, forKey: name) {
                places[name] = place
                members[place] = member
            } else {
                members.append(member)
            }
        } while take(",")
        guard take("}") else { throw unexpected("',' or '}'") }
        return .object(members)
    }

    private mutating func number() throws(Failure) -> JSON {
        let begin = place
        var isWhole = true
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
            case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
            default:
                return try number(begin, isWhole)
            }
            place += 1
        }
        return try number(begin, isWhole)
    }

    private mutating func number(_ begin: Int, _ isWhole: Bool) throws(Failure) -> JSON {
        let text = String(decoding: bytes[begin..<place], as: UTF8.self)
        // Swift reads "+1", ".5" and "1." too, which are no numbers of JSON; nobody writes them.
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard place > begin, place - begin <= 400, let value = Double(text) else {
            place = begin
            throw unexpected("a value")
        }
        return .real(value)
    }

    private mutating func string() throws(Failure) -> String {
        place += 1
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw failure("a text is not in UTF-8")
                }
                return text
            }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard place < bytes.count else { break }
            let escaped = bytes[place]
            place += 1
            switch escaped {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"): text += String(Character(try unicode())).utf8
            default: throw failure("a text has an unknown escape")
            }
        }
        throw failure("a text has no end")
    }

    /// Behind `\u`: four digits, or two halves of a character beyond the first 65,536. A half alone becomes U+FFFD.
    private mutating func unicode() throws(Failure) -> Unicode.Scalar {
        let first = try digits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if (0xD800..<0xDC00).contains(first), take(word: "\\u") {
            let second = try digits()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        return "\u{FFFD}"
    }

    private mutating func digits() throws(Failure) -> UInt32 {
        guard bytes.count - place >= 4,
            let number = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw failure("four digits are expected behind \\u") }
        place += 4
        return number
    }
}
