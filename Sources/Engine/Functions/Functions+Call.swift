/// Functions called by a text.
extension Functions {
    /// What a text came to: the function, and the arguments for a number of tensors.
    private final class Prepared {
        let function: Function
        let arguments: Arguments

        init(_ function: Function, _ arguments: Arguments) { (self.function, self.arguments) = (function, arguments) }
    }

    private struct Key: Hashable {
        let text: String
        let count: Int
    }

    /// The engine is under one lock, so nobody else reads or writes this meanwhile.
    nonisolated(unsafe) private static var prepared: [Key: Prepared] = [:]
    private static let mostPrepared = 1024
    /// Longer texts are constants of some size, which are not worth keeping.
    private static let longestPrepared = 1024

    /// Calls the function that a text names with its arguments, such as `softmax(dim=1)`. The tensors go to the
    /// parameters that take tensors, in order, without those that the text names. A dtype is a bare name or a text.
    public static func call(_ text: String, _ tensors: [Tensor] = []) throws(Failure) -> [Tensor] {
        let key = Key(text: text, count: tensors.count)
        if let found = prepared[key] { return try found.function(found.arguments.replacing(tensors: tensors)) }
        let (function, arguments) = try read(text, tensors)
        if text.utf8.count <= longestPrepared {
            if prepared.count >= mostPrepared { prepared.removeAll(keepingCapacity: true) }
            prepared[key] = Prepared(function, arguments.withoutTensors)
        }
        return try function(arguments)
    }

    /// The same call as whoever writes calls down takes it: the function's own name, and its arguments with the tensors
    /// among them.
    public static func items(of text: String, _ tensors: [Tensor]) throws(Failure) -> (
        function: String, items: [Arguments.Item]
    ) {
        let (function, arguments) = try read(text, tensors)
        return (function.signature.name, arguments.items)
    }

    private static func read(_ text: String, _ tensors: [Tensor]) throws(Failure) -> (Function, Arguments) {
        let call = try Reader.call(text, operation: "call")
        guard let function = named(call.name) else { throw unknown(call) }
        let items = try call.arguments.map { (argument) throws(Failure) in
            Arguments.Item(
                .value(try value(argument.term, function.signature)), keyword: argument.keyword,
                column: argument.term.column)
        }
        return (function, try Arguments(function.signature, items, tensors: tensors))
    }

    /// The value that a term of a call spells.
    private static func value(_ term: Expression, _ signature: Signature) throws(Failure) -> Value {
        switch term.kind {
        case .value(let value): return value
        case .list(let terms): return .list(try terms.map { (term) throws(Failure) in try value(term, signature) })
        case .name(let name):
            if let dtype = term.dtypeName { return dtype }
            let dtypes = DType.allCases.map(\.name).joined(separator: ", ")
            throw .argument(
                operation: signature.name,
                """
                column \(term.column): a value or a dtype (\(dtypes)) is expected, but found the name \
                '\(name.shortened)'
                """
            )
        case .call(let inner):
            throw .argument(
                operation: signature.name,
                """
                column \(term.column): a value is expected, but found the call '\(inner.name.shortened)(...)'; \
                tensors are given beside the text
                """
            )
        }
    }

    private static func unknown(_ call: Call) -> Failure {
        let close = names.closest(to: call.name)
        let hint = close.isEmpty ? "" : "; close to it: \(close.joined(separator: ", "))"
        return .argument(
            operation: "call", "column \(call.column): there is no function '\(call.name.shortened)'\(hint)")
    }
}

extension Arguments {
    /// Those without a default by place, up to the first that has its default; then by name those that differ from
    /// theirs.
    fileprivate var items: [Item] {
        var items: [Item] = []
        var isInOrder = true
        for (parameter, given) in zip(signature.parameters, given) {
            let isDefault: Bool
            switch given {
            case .value(let value): isDefault = parameter.initial == value
            case .tensors(let tensors): isDefault = tensors.isEmpty && parameter.initial != nil
            case .tensor, .object: isDefault = false
            }
            isInOrder = isInOrder && !isDefault && !parameter.isKeyword
            if !isDefault { items.append(Item(given, keyword: isInOrder ? nil : parameter.name)) }
        }
        return items
    }
}

extension Array where Element == String {
    /// The names that somebody may have meant: at most three, the closest first.
    public func closest(to name: String) -> [String] {
        // No name of ours is that long.
        guard name.count <= 40 else { return [] }
        let limit = Swift.max(1, name.count / 3)
        let wanted = [Character](name.lowercased())
        return map { (name: $0, distance: editDistance(wanted, [Character]($0.lowercased()))) }.filter {
            $0.distance <= limit
        }
        .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }
}

/// How many characters have to be put in, taken out or replaced to make one of the other (Levenshtein 1966).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (place, character) in a.enumerated() {
        var diagonal = row[0]
        row[0] = place + 1
        for column in b.indices {
            let replaced = diagonal + (b[column] == character ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[b.count]
}
