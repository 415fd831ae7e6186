/// What the text of a constructor or of a call says, such as `Linear(3, 4, bias=False)`: calls, names, values and
/// tuples, each with the column where it begins.
///
///     call      = name [ "(" [ argument { "," argument } [ "," ] ] ")" ]
///     argument  = [ ( name | text ) "=" ] term
///     term      = number | text | "True" | "False" | "None" | "inf" | "nan" | tuple | call
///     tuple     = "(" [ term { "," term } [ "," ] ] ")"  |  "[" [ term { "," term } [ "," ] ] "]"
///     name      = word { "." word }
///
/// In a line of a graph's body a term may also be a sum of products of terms (see `Reader.Dialect`).
public struct Expression {
    public indirect enum Kind {
        case value(Value)
        /// A variable of a body, or a dtype.
        case name(String)
        case list([Expression])
        case call(Call)
    }

    public var kind: Kind
    /// From 1, in characters.
    public var column: Int

    public init(_ kind: Kind, column: Int) { (self.kind, self.column) = (kind, column) }

    /// What stands here, for a sentence.
    public var text: String {
        switch kind {
        case .value(let value): return value.literal
        case .name(let name): return name
        case .list(let terms):
            return terms.count == 1 ? "(\(terms[0].text),)" : "(\(terms.map(\.text).joined(separator: ", ")))"
        case .call(let call): return call.text
        }
    }
}

public struct Call {
    public struct Argument {
        public var keyword: String?
        public var term: Expression
        /// A keyword in quotes names what a call takes besides its own arguments: a child, never an argument.
        public var isQuoted = false

        public init(keyword: String? = nil, term: Expression) { (self.keyword, self.term) = (keyword, term) }
    }

    public var name: String
    public var arguments: [Argument]
    public var column: Int

    public init(name: String, arguments: [Argument], column: Int = 1) {
        (self.name, self.arguments, self.column) = (name, arguments, column)
    }

    public var text: String {
        if let sign = Reader.signs.first(where: { "\($0)" == name }), arguments.count == 2 {
            return "(\(arguments[0].term.text) \(sign == "/" ? "//" : "\(sign)") \(arguments[1].term.text))"
        }
        let shown = arguments.map { argument in
            argument.keyword.map { "\(Call.keyword($0))=\(argument.term.text)" } ?? argument.term.text
        }
        return "\(name)(\(shown.joined(separator: ", ")))"
    }

    /// A keyword as it is written: in quotes where it is no word.
    public static func keyword(_ name: String) -> String { Reader.isWord(name) ? name : Value.quoted(name) }
}

/// Reads expressions. Texts from anybody end in a term or in a sentence with a column: depth and length are bounded.
public struct Reader {
    public enum Dialect {
        /// Constructors and calls.
        case expression
        /// Lines of a graph's body: whole numbers may be computed, as in `2 * n + 1` and `n // 2`.
        case body
    }

    /// Bytes of a text, and how deep terms nest.
    public static let longest = 1 << 22
    public static let deepest = 256
    /// Signs of arithmetic in a line: as deep as what they compute may nest, which is taken apart by recursion.
    public static let mostSigns = 1024
    static let reserved: Set<String> = ["True", "False", "None", "inf", "nan"]
    /// Signs of arithmetic between whole numbers; "/" stands for "//".
    public static let signs: [Character] = ["+", "-", "*", "/"]

    private let scalars: [Unicode.Scalar]
    private let operation: String
    private let dialect: Dialect
    private var place = 0
    private var depth = 0
    private var signCount = 0

    /// The call that a text is. `operation` is whom the sentence of a failure names.
    public static func call(_ text: String, operation: String) throws(Failure) -> Call {
        var reader = try Reader(text, operation, .expression)
        let call = try reader.call()
        try reader.end()
        return call
    }

    /// The arguments of a call without its name: `lr=0.1, betas=(0.9, 0.95)`.
    public static func arguments(_ text: String, operation: String) throws(Failure) -> [Call.Argument] {
        var reader = try Reader(text, operation, .expression)
        let arguments = try reader.arguments(until: nil)
        try reader.end()
        return arguments
    }

    /// One value.
    public static func value(_ text: String, operation: String) throws(Failure) -> Value {
        var reader = try Reader(text, operation, .expression)
        let term = try reader.term()
        try reader.end()
        guard let value = term.constant else {
            throw .argument(
                operation: operation, "column \(term.column): a value is expected, but found '\(term.text.shortened)'")
        }
        return value
    }

    /// One line of a graph's body, `a, b = call(...)`: the names on its left, and what they get.
    public static func assignment(_ text: String, operation: String) throws(Failure) -> (
        targets: [String], term: Expression
    ) {
        var reader = try Reader(text, operation, .body)
        var targets: [String] = []
        repeat {
            guard let name = reader.name() else { throw reader.unexpected("the name of a value") }
            guard !reserved.contains(name) else {
                throw .argument(
                    operation: operation,
                    "column \(reader.place - name.unicodeScalars.count + 1): '\(name)' is no name that a value can have"
                )
            }
            targets.append(name)
        } while reader.take(",")
        guard reader.take("=") else { throw reader.unexpected("'=' after the names of values") }
        let term = try reader.term()
        try reader.end()
        return (targets, term)
    }

    private init(_ text: String, _ operation: String, _ dialect: Dialect) throws(Failure) {
        (self.operation, self.dialect) = (operation, dialect)
        guard text.utf8.count <= Reader.longest else {
            throw .argument(
                operation: operation, "the text has \(text.utf8.count) bytes; at most \(Reader.longest) are read")
        }
        scalars = Array(text.unicodeScalars)
    }

    // MARK: Terms

    private mutating func call() throws(Failure) -> Call {
        skipSpace()
        let column = place + 1
        guard let name = name(), !Reader.reserved.contains(name) else {
            place = column - 1
            throw unexpected("a name")
        }
        return try call(name, column)
    }

    private mutating func call(_ name: String, _ column: Int) throws(Failure) -> Call {
        guard take("(") else { return Call(name: name, arguments: [], column: column) }
        try deeper()
        let arguments = try arguments(until: ")")
        depth -= 1
        return Call(name: name, arguments: arguments, column: column)
    }

    /// Up to the closing sign, or to the end of the text.
    private mutating func arguments(until closing: Unicode.Scalar?) throws(Failure) -> [Call.Argument] {
        var arguments: [Call.Argument] = []
        while !isAt(closing) {
            arguments.append(try argument())
            if !take(",") { break }
        }
        if let closing, !take(closing) { throw unexpected("',' or '\(closing)'") }
        return arguments
    }

    private mutating func argument() throws(Failure) -> Call.Argument {
        let begin = place
        skipSpace()
        var keyword = word()
        let isQuoted = keyword == nil
        if isQuoted, let next = peek(), next == "'" || next == "\"" { keyword = try quoted() }
        if let keyword, take("=") {
            var argument = Call.Argument(keyword: keyword, term: try term())
            argument.isQuoted = isQuoted
            return argument
        }
        place = begin
        return Call.Argument(term: try term())
    }

    private mutating func term() throws(Failure) -> Expression {
        guard dialect == .body else { return try factor() }
        try deeper()
        defer { depth -= 1 }
        var sum = try product()
        while let sign = take(anyOf: ["+", "-"]) { sum = try computed(sign, sum, try product()) }
        return sum
    }

    private mutating func product() throws(Failure) -> Expression {
        var product = try factor()
        while let sign = take(anyOf: ["*", "/"]) {
            if sign == "/", !take("/") { throw unexpected("'//', since whole numbers are divided without a rest") }
            product = try computed(sign, product, try factor())
        }
        return product
    }

    private mutating func computed(_ sign: Unicode.Scalar, _ a: Expression, _ b: Expression) throws(Failure)
        -> Expression
    {
        signCount += 1
        guard signCount <= Reader.mostSigns else {
            throw .argument(
                operation: operation,
                "column \(place + 1): at most \(Reader.mostSigns) signs of arithmetic are read in one line")
        }
        let call = Call(name: String(Character(sign)), arguments: [.init(term: a), .init(term: b)], column: a.column)
        return Expression(.call(call), column: a.column)
    }

    private mutating func factor() throws(Failure) -> Expression {
        skipSpace()
        let column = place + 1
        guard let next = peek() else { throw unexpected("a value") }
        switch next {
        case "'", "\"": return Expression(.value(.text(try quoted())), column: column)
        case "(": return try tuple(")", column)
        case "[": return try tuple("]", column)
        case "+", "-", ".", "0"..."9": return Expression(.value(try number()), column: column)
        default: break
        }
        guard let name = name() else { throw unexpected("a value") }
        switch name {
        case "True": return Expression(.value(.flag(true)), column: column)
        case "False": return Expression(.value(.flag(false)), column: column)
        case "None": return Expression(.value(.none), column: column)
        case "inf": return Expression(.value(.real(.infinity)), column: column)
        case "nan": return Expression(.value(.real(.nan)), column: column)
        default:
            guard isAt("(") else { return Expression(.name(name), column: column) }
            return Expression(.call(try call(name, column)), column: column)
        }
    }

    /// `(a)` is a itself, as in Python; `[a]` is a list of one.
    private mutating func tuple(_ closing: Unicode.Scalar, _ column: Int) throws(Failure) -> Expression {
        place += 1
        try deeper()
        defer { depth -= 1 }
        var terms: [Expression] = []
        var hasComma = closing == "]"
        while !isAt(closing) {
            terms.append(try term())
            guard take(",") else { break }
            hasComma = true
        }
        guard take(closing) else { throw unexpected("',' or '\(closing)'") }
        if terms.count == 1, !hasComma { return terms[0] }
        return Expression(.list(terms), column: column)
    }

    private mutating func number() throws(Failure) -> Value {
        let begin = place
        var sign = ""
        if let next = peek(), next == "-" || next == "+" {
            sign = next == "-" ? "-" : ""
            place += 1
            if let word = word() {
                if word == "inf" { return .real(sign == "-" ? -.infinity : .infinity) }
                if word == "nan" { return .real(.nan) }
                place = begin
                throw unexpected("a value")
            }
        }
        var digits = ""
        while let next = peek(), Reader.continuesNumber(next, after: digits) {
            place += 1
            guard next == "_" else {
                digits.unicodeScalars.append(next)
                continue
            }
            guard let digit = peek(), ("0"..."9").contains(digit) else { throw malformed(begin) }
        }
        let isWhole = !digits.isEmpty && digits.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }
        if let next = peek(), Reader.beginsWord(next) || ("0"..."9").contains(next) { throw malformed(begin) }
        if isWhole {
            guard let value = Int64(sign + digits) else {
                throw .argument(
                    operation: operation,
                    "column \(begin + 1): the whole number \(sign)\(digits.shortened) does not fit 64 bits")
            }
            return .integer(value)
        }
        guard digits.unicodeScalars.contains(where: { ("0"..."9").contains($0) }), let value = Double(sign + digits)
        else { throw malformed(begin) }
        return .real(value)
    }

    private func malformed(_ begin: Int) -> Failure {
        let found = String(String.UnicodeScalarView(scalars[begin..<min(place + 1, scalars.count)]))
        return .argument(operation: operation, "column \(begin + 1): this is no number: '\(found.shortened)'")
    }

    /// Digits, one point, an exponent with a sign. "1_000" reads as Python reads it.
    private static func continuesNumber(_ next: Unicode.Scalar, after digits: String) -> Bool {
        switch next {
        case "0"..."9", ".", "e", "E": return true
        case "_": return digits.unicodeScalars.last.map { ("0"..."9").contains($0) } == true
        case "+", "-": return digits.hasSuffix("e") || digits.hasSuffix("E")
        default: return false
        }
    }

    private mutating func quoted() throws(Failure) -> String {
        let (begin, quote) = (place, scalars[place])
        var result = String.UnicodeScalarView()
        place += 1
        while let next = peek() {
            place += 1
            if next == quote { return String(result) }
            guard next == "\\" else {
                result.append(next)
                continue
            }
            guard let escaped = peek() else { break }
            place += 1
            switch escaped {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "\\", "'", "\"": result.append(escaped)
            default:
                throw .argument(
                    operation: operation,
                    "column \(place - 1): a text may hold \\n, \\t, \\r, \\\\, \\' and \\\", but not '\\\(escaped)'")
            }
        }
        throw .argument(operation: operation, "column \(begin + 1): this text has no end")
    }

    // MARK: Characters

    private mutating func deeper() throws(Failure) {
        depth += 1
        guard depth <= Reader.deepest else {
            throw .argument(
                operation: operation, "column \(place + 1): terms nest deeper than \(Reader.deepest) levels")
        }
    }

    private func peek() -> Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    private mutating func skipSpace() {
        while let next = peek(), next == " " || next == "\n" || next == "\t" || next == "\r" { place += 1 }
    }

    private mutating func isAt(_ wanted: Unicode.Scalar?) -> Bool {
        skipSpace()
        return peek() == wanted
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard isAt(wanted) else { return false }
        place += 1
        return true
    }

    private mutating func take(anyOf wanted: [Unicode.Scalar]) -> Unicode.Scalar? {
        skipSpace()
        guard let next = peek(), wanted.contains(next) else { return nil }
        place += 1
        return next
    }

    /// Whether a text can stand for a value, or name an argument without quotes.
    public static func isWord(_ text: String) -> Bool {
        text.unicodeScalars.first.map(beginsWord) == true && text.unicodeScalars.allSatisfy(continuesWord)
            && !reserved.contains(text)
    }

    /// Words with points between them.
    public static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.first.map { isWord(String($0)) } == true
            && parts.allSatisfy { !$0.isEmpty && $0.unicodeScalars.allSatisfy(continuesWord) }
    }

    static func beginsWord(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }
    static func continuesWord(_ scalar: Unicode.Scalar) -> Bool { beginsWord(scalar) || ("0"..."9").contains(scalar) }

    private mutating func word() -> String? {
        guard let first = peek(), Reader.beginsWord(first) else { return nil }
        let begin = place
        while let next = peek(), Reader.continuesWord(next) { place += 1 }
        return String(String.UnicodeScalarView(scalars[begin..<place]))
    }

    /// Words with points between them. Behind a point there may be digits alone: `encoder.0.weight`.
    private mutating func name() -> String? {
        skipSpace()
        guard var name = word() else { return nil }
        while peek() == ".", place + 1 < scalars.count, Reader.continuesWord(scalars[place + 1]) {
            let begin = place
            place += 1
            while let next = peek(), Reader.continuesWord(next) { place += 1 }
            name.unicodeScalars.append(contentsOf: scalars[begin..<place])
        }
        return name
    }

    private mutating func end() throws(Failure) {
        skipSpace()
        guard place == scalars.count else { throw unexpected("the end of the text") }
    }

    private mutating func unexpected(_ wanted: String) -> Failure {
        skipSpace()
        let found = peek().map { "'\(Character($0))'" } ?? "the end of the text"
        return .argument(operation: operation, "column \(place + 1): expected \(wanted), but found \(found)")
    }
}

extension Expression {
    /// The value, where no name and no call is in it.
    public var constant: Value? {
        switch kind {
        case .value(let value): return value
        case .name, .call: return nil
        case .list(let terms):
            var values: [Value] = []
            for term in terms {
                guard let value = term.constant else { return nil }
                values.append(value)
            }
            return .list(values)
        }
    }
}

extension String {
    /// Short enough for a sentence.
    public var shortened: String { shortened(to: 60) }

    public func shortened(to length: Int) -> String { count > length ? "\(prefix(length - 3))..." : self }
}
