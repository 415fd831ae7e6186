/// A typed value of an attribute or an argument: what an expression spells, a checkpoint stores, and the ABI hands out
/// as a text.
public enum Value: Equatable, Sendable {
    case none
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([Value])

    public var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }

    /// A number of either kind.
    public var real: Double? {
        switch self {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        default: return nil
        }
    }

    public var text: String? {
        if case .text(let value) = self { return value }
        return nil
    }

    public var flag: Bool? {
        if case .flag(let value) = self { return value }
        return nil
    }

    public var list: [Value]? {
        if case .list(let values) = self { return values }
        return nil
    }

    /// The same value to a reader: 1 and 1.0 are, NaN is itself.
    public func isSame(as other: Value) -> Bool {
        if let (a, b) = both(integer, other.integer) { return a == b }
        if let (a, b) = both(real, other.real) { return a == b || a.isNaN && b.isNaN }
        if let (a, b) = both(list, other.list) {
            return a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        }
        return self == other
    }

    private func both<Wanted>(_ a: Wanted?, _ b: Wanted?) -> (Wanted, Wanted)? {
        guard let a, let b else { return nil }
        return (a, b)
    }

    /// As Python writes it; an expression reads it back.
    public var literal: String {
        switch self {
        case .none: return "None"
        case .flag(let value): return value ? "True" : "False"
        case .integer(let value): return "\(value)"
        // A NaN's sign and bits mean nothing here.
        case .real(let value): return value.isNaN ? "nan" : "\(value)"
        case .text(let value): return Value.quoted(value)
        case .list(let values):
            return values.count == 1 ? "(\(values[0].literal),)" : "(\(values.map(\.literal).joined(separator: ", ")))"
        }
    }

    /// A text in single quotes.
    static func quoted(_ text: String) -> String {
        var result = "'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'": result += "\\'"
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }
}
