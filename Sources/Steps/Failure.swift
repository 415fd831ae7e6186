/// Everything that can go wrong. Each case carries the facts, `description` makes the sentence that a user reads, and
/// the ABI turns the case into a status.
public enum Failure: Error, CustomStringConvertible {
    /// A value outside what `operation` takes.
    case argument(operation: String, String)
    case shape(operation: String, String)
    case dtype(operation: String, String)
    /// An index or a class label out of range.
    case index(operation: String, String)
    case handle(operation: String, String)
    /// `bytes` could not be had.
    case memory(operation: String, bytes: Int)
    /// A file that is missing or cannot be opened, read or written.
    case file(path: String, String)
    /// A file that is not HDF5, is damaged, or lacks something.
    case format(path: String, String)
    /// A state that belongs to another model.
    case structure(operation: String, String)
    /// A call out of order.
    case state(operation: String, String)
    case notFinite(operation: String, String)
    case unsupported(operation: String, String)
    /// The host has ended a call, or a callback in it, before its time.
    case interrupted(operation: String, String)
    case `internal`(operation: String, String)

    /// The same sentence about an operation that is named otherwise; a file's stays as it is.
    public func renamed(_ name: (String) -> String) -> Failure {
        switch self {
        case .argument(let operation, let sentence): .argument(operation: name(operation), sentence)
        case .shape(let operation, let sentence): .shape(operation: name(operation), sentence)
        case .dtype(let operation, let sentence): .dtype(operation: name(operation), sentence)
        case .index(let operation, let sentence): .index(operation: name(operation), sentence)
        case .handle(let operation, let sentence): .handle(operation: name(operation), sentence)
        case .memory(let operation, let bytes): .memory(operation: name(operation), bytes: bytes)
        case .file, .format, .interrupted: self
        case .structure(let operation, let sentence): .structure(operation: name(operation), sentence)
        case .state(let operation, let sentence): .state(operation: name(operation), sentence)
        case .notFinite(let operation, let sentence): .notFinite(operation: name(operation), sentence)
        case .unsupported(let operation, let sentence): .unsupported(operation: name(operation), sentence)
        case .internal(let operation, let sentence): .internal(operation: name(operation), sentence)
        }
    }

    public var description: String {
        switch self {
        case .argument(let operation, let sentence), .shape(let operation, let sentence),
            .dtype(let operation, let sentence),
            .index(let operation, let sentence), .handle(let operation, let sentence),
            .structure(let operation, let sentence),
            .state(let operation, let sentence), .interrupted(let operation, let sentence),
            .notFinite(let operation, let sentence),
            .unsupported(let operation, let sentence), .internal(let operation, let sentence):
            return "\(operation): \(sentence)"
        case .memory(let operation, let bytes):
            return "\(operation): could not get \(bytes) bytes of memory"
        case .file(let path, let sentence), .format(let path, let sentence):
            return "\(path): \(sentence)"
        }
    }
}

extension BinaryInteger {
    /// A number of things as a sentence says it: "1 group", "2 groups".
    public func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
