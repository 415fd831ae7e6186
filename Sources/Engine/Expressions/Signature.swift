/// The type of an argument. `description` is Python's annotation, which the registry hands out.
public indirect enum ArgumentType {
    case integer, real, flag, text
    /// One of some texts.
    case choice([String])
    case dtype
    /// One that may also be left away: None.
    case optional(ArgumentType)
    /// A tuple, of a fixed number of elements or of any.
    case tuple(ArgumentType, count: Int?)
    /// One whole number, or a tuple with one for each axis.
    case integers
    /// The same for a number of axes that is known.
    case each(Int)
    case tensor
    /// A tensor or a number that takes its dtype.
    case operand
    /// A list of tensors.
    case tensors
    case module
    /// A function of a whole number that gives a number, which no text spells.
    case function
    /// Schedules of an optimiser.
    case schedules
    /// A number that keeps its kind: True and False, whole, or real.
    case number
    /// A value of any kind.
    case constant
    /// What one of several takes; the first that does.
    case either([ArgumentType])

    public var description: String {
        switch self {
        case .integer: return "int"
        case .real: return "float"
        case .flag: return "bool"
        case .text: return "str"
        case .choice(let texts): return "Literal[\(texts.map { Value.quoted($0) }.joined(separator: ", "))]"
        case .dtype: return "DType"
        case .optional(let type): return "\(type.description) | None"
        case .tuple(let type, let count?):
            return "tuple[\(Array(repeating: type.description, count: count).joined(separator: ", "))]"
        case .tuple(let type, nil): return "tuple[\(type.description), ...]"
        case .integers: return "int | tuple[int, ...]"
        case .each(let count): return "int | \(ArgumentType.tuple(.integer, count: count).description)"
        case .tensor: return "Tensor"
        case .operand: return "Tensor | float"
        case .tensors: return "Sequence[Tensor]"
        case .module: return "Module"
        case .function: return "Callable[[int], float]"
        case .schedules: return "Sequence[LRScheduler]"
        case .number: return "float"
        case .constant: return "Any"
        case .either(let types): return types.map(\.description).joined(separator: " | ")
        }
    }

    /// In a sentence: "a whole number".
    var wanted: String {
        switch self {
        case .integer: return "a whole number"
        case .real: return "a number"
        case .flag: return "True or False"
        case .text: return "a text"
        case .choice(let texts): return texts.map { Value.quoted($0) }.joined(separator: " or ")
        case .dtype: return "a dtype, such as float32"
        case .optional(let type): return "\(type.wanted), or None"
        case .tuple(let type, let count?): return "a tuple of \(count) (each \(type.wanted))"
        case .tuple(let type, nil): return "a tuple (each element \(type.wanted))"
        case .integers: return "a whole number, or a tuple of them"
        case .each(let count): return "a whole number, or a tuple of \(count)"
        case .tensor: return "a tensor"
        case .operand: return "a tensor or a number"
        case .tensors: return "a list of tensors"
        case .module: return "a module"
        case .function: return "a function, which a text cannot spell"
        case .schedules: return "schedules"
        case .number: return "a number"
        case .constant: return "a number, a text, True, False, None, or a tuple of such"
        case .either(let types): return types.map(\.wanted).joined(separator: ", or ")
        }
    }

    /// Whether a tensor may stand here.
    public var takesTensors: Bool {
        switch self {
        case .tensor, .operand, .tensors: return true
        case .optional(let type): return type.takesTensors
        case .either(let types): return types.contains { $0.takesTensors }
        default: return false
        }
    }

    /// How many whole numbers one stands for; nil where that is not known.
    public var count: Int? {
        switch self {
        case .each(let count): return count
        case .optional(let type): return type.count
        case .either(let types): return types.lazy.compactMap(\.count).first
        default: return nil
        }
    }

    /// Whether 1 and 1.0 are two arguments here.
    public var keepsKind: Bool {
        switch self {
        case .operand, .number, .constant: return true
        case .optional(let type), .tuple(let type, _): return type.keepsKind
        case .either(let types): return types.contains { $0.keepsKind }
        default: return false
        }
    }

    /// The value in the form that `Arguments` hands out; nil if it does not fit.
    public func accepting(_ value: Value) -> Value? {
        switch (self, value) {
        case (.optional, .none): return value
        case (.optional(let type), _): return type.accepting(value)
        case (.integer, .integer), (.real, .real), (.flag, .flag), (.text, .text): return value
        case (.integer, .real(let number)): return Int64(exactly: number).map { .integer($0) }
        case (.real, .integer(let number)): return .real(Double(number))
        case (.flag, .integer(let number)) where number == 0 || number == 1: return .flag(number == 1)
        case (.choice(let texts), .text(let text)): return texts.contains(text) ? value : nil
        case (.dtype, .text(let text)): return DType.allCases.contains { $0.name == text } ? value : nil
        case (.operand, .integer), (.operand, .real), (.operand, .flag): return value
        case (.number, .integer), (.number, .real), (.number, .flag), (.constant, _): return value
        case (.either(let types), _): return types.lazy.compactMap { $0.accepting(value) }.first
        case (.integers, .integer): return value
        case (.integers, .real): return ArgumentType.integer.accepting(value)
        case (.integers, .list): return ArgumentType.tuple(.integer, count: nil).accepting(value)
        case (.each, .integer): return value
        case (.each, .real): return ArgumentType.integer.accepting(value)
        case (.each(let count), .list): return ArgumentType.tuple(.integer, count: count).accepting(value)
        case (.tuple(let type, let count), .list(let values)):
            guard count == nil || count == values.count else { return nil }
            let taken = values.compactMap { type.accepting($0) }
            return taken.count == values.count ? .list(taken) : nil
        default: return nil
        }
    }
}

/// One argument of a constructor or a function.
public struct Parameter {
    public let name: String
    public let type: ArgumentType
    /// nil: it has to be given.
    public let initial: Value?
    public let documentation: String
    /// Takes all that is left: modules of a Sequential.
    public let isVariadic: Bool
    /// Cannot be given by its place.
    public let isKeyword: Bool

    public init(
        _ name: String, _ type: ArgumentType, _ initial: Value? = nil, variadic: Bool = false, keyword: Bool = false,
        _ documentation: String = ""
    ) {
        (self.name, self.type, self.initial, self.documentation) = (name, type, initial, documentation)
        (isVariadic, isKeyword) = (variadic, keyword)
    }

    /// One that has to be given.
    public init(
        _ name: String, _ type: ArgumentType, variadic: Bool = false, keyword: Bool = false, _ documentation: String
    ) {
        self.init(name, type, nil, variadic: variadic, keyword: keyword, documentation)
    }

    /// As it stands in a signature: `bias=True`.
    public var text: String {
        if isVariadic { return "*\(name)" }
        return initial.map { "\(name)=\($0.literal)" } ?? name
    }
}

/// A tensor that a module's forward pass takes.
public struct Input {
    public let name: String
    public let isOptional: Bool
    /// It stands for any number of tensors.
    public let isVariadic: Bool

    public init(_ name: String, optional: Bool = false, variadic: Bool = false) {
        (self.name, isOptional, isVariadic) = (name, optional, variadic)
    }
}

/// Everything about how something is called: its name, its arguments in order, its documentation; of modules also the
/// tensors that go in and come out.
public struct Signature {
    public let name: String
    public let parameters: [Parameter]
    /// Shapes, formula, source: the text that C, Python and docs/ show.
    public let documentation: String
    public let inputs: [Input]
    /// Arguments of each call of a module, besides its tensors.
    public let options: [Parameter]
    /// The names of what comes out, in order. With brackets where Python nests them: "output", "(h, c)".
    public let outputs: [String]

    public init(
        _ name: String, _ parameters: [Parameter] = [], inputs: [Input] = [Input("input")], options: [Parameter] = [],
        outputs: [String] = ["output"], _ documentation: String
    ) {
        (self.name, self.parameters, self.documentation) = (name, parameters, documentation)
        (self.inputs, self.options, self.outputs) = (inputs, options, outputs)
    }

    /// Without arguments.
    public init(_ name: String, _ documentation: String) { self.init(name, [], documentation) }

    /// `Linear(in_features, out_features, bias=True)`
    public var text: String { "\(name)(\(parameters.map(\.text).joined(separator: ", ")))" }

    public func place(of name: String) -> Int? {
        for place in parameters.indices where parameters[place].name == name { return place }
        return nil
    }
}

/// What is handed over for an argument, before it is known to fit.
public enum Given {
    case value(Value)
    case tensor(Tensor)
    case tensors([Tensor])
    /// A module, which this room does not know.
    case object(AnyObject)

    var text: String {
        switch self {
        case .value(let value): return "\(value.literal)".shortened
        case .tensor: return "a tensor"
        case .tensors(let list): return list.isEmpty ? "an empty list" : "a list of tensors"
        case .object: return "a module"
        }
    }
}

/// The arguments of one call: one for each parameter of its signature, of its type.
public struct Arguments {
    public let signature: Signature
    public private(set) var given: [Given]
    /// What a variadic parameter has taken, by name where a keyword gave one.
    public private(set) var rest: [(name: String?, item: Given)] = []
    /// The places of the parameters that took the tensors given beside the items: one each, then one that took all that
    /// were left.
    private var tensorPlaces: (single: [Int], list: Int?) = ([], nil)

    /// One argument as it stands in a call.
    public struct Item {
        public var keyword: String?
        public var given: Given
        /// Where it stands in the text; 0 if there is none.
        public var column: Int
        /// It is none of the named parameters, whatever its keyword.
        public var isChild = false

        public init(_ given: Given, keyword: String? = nil, column: Int = 0) {
            (self.given, self.keyword, self.column) = (given, keyword, column)
        }
    }

    /// Puts items to parameters: those without a keyword by their order, `tensors` first to those that take tensors and
    /// are not named.
    public init(_ signature: Signature, _ items: [Item] = [], tensors: [Tensor] = []) throws(Failure) {
        self.signature = signature
        var found: [Given?] = Array(repeating: nil, count: signature.parameters.count)
        let named = Set(items.filter { !$0.isChild }.compactMap(\.keyword))
        var left = tensors[...]
        for (place, parameter) in signature.parameters.enumerated()
        where !named.contains(parameter.name) && parameter.type.takesTensors {
            guard !left.isEmpty else { break }
            if case .tensors = parameter.type {
                found[place] = .tensors(Array(left))
                tensorPlaces.list = place
                left = []
            } else if let tensor = left.popFirst() {
                found[place] = .tensor(tensor)
                tensorPlaces.single.append(place)
            }
        }
        guard left.isEmpty else {
            throw .argument(
                operation: signature.name,
                "\(tensors.count.counted("tensor")) given, but \(signature.text) takes \(tensors.count - left.count) "
                    + "here"
            )
        }
        var (next, isAfterName) = (0, false)
        for item in items {
            if !item.isChild, let keyword = item.keyword, let place = signature.place(of: keyword),
                !signature.parameters[place].isVariadic
            {
                guard found[place] == nil else {
                    throw Arguments.failure(signature, item, "the argument '\(keyword)' is given twice")
                }
                found[place] = try Arguments.checked(item, signature.parameters[place], signature)
                isAfterName = true
                continue
            }
            if let keyword = item.keyword {
                // Modules have names; what else is variadic has not.
                guard let variadic = signature.parameters.first(where: \.isVariadic), case .module = variadic.type
                else {
                    throw Arguments.failure(signature, item, Arguments.unknown(keyword, signature))
                }
                rest.append((keyword, try Arguments.checked(item, variadic, signature)))
                continue
            }
            while next < found.count, found[next] != nil { next += 1 }
            if next < found.count, signature.parameters[next].isVariadic {
                rest.append((nil, try Arguments.checked(item, signature.parameters[next], signature)))
                continue
            }
            // Children may: their names are no arguments'.
            guard !isAfterName else {
                throw Arguments.failure(
                    signature, item, "an argument without a name cannot stand after one with a name")
            }
            guard next < found.count else {
                throw Arguments.failure(signature, item, "too many arguments; \(signature.text) is expected")
            }
            guard !signature.parameters[next].isKeyword else {
                let name = signature.parameters[next].name
                throw Arguments.failure(
                    signature, item,
                    "too many arguments without a name ('\(name)' is given as \(name)=...); \(signature.text) is "
                        + "expected"
                )
            }
            found[next] = try Arguments.checked(item, signature.parameters[next], signature)
        }
        given = []
        for (place, parameter) in signature.parameters.enumerated() {
            if let item = found[place] {
                given.append(item)
            } else if let initial = parameter.initial {
                if case .tensors = parameter.type { given.append(.tensors([])) } else { given.append(.value(initial)) }
            } else if parameter.isVariadic {
                given.append(.value(.none))
            } else {
                throw .argument(
                    operation: signature.name,
                    "the argument '\(parameter.name)' is missing; \(signature.text) is expected")
            }
        }
    }

    /// The same call with other tensors beside the items, as many as there were.
    func replacing(tensors: [Tensor]) -> Arguments {
        var copy = self
        for (place, tensor) in zip(tensorPlaces.single, tensors) { copy.given[place] = .tensor(tensor) }
        if let list = tensorPlaces.list { copy.given[list] = .tensors(Array(tensors[tensorPlaces.single.count...])) }
        return copy
    }

    /// The same call with another tensor in the place of each.
    func mappingTensors(_ change: (Tensor) throws(Failure) -> Tensor) throws(Failure) -> Arguments {
        var copy = self
        for (place, value) in given.enumerated() {
            switch value {
            case .tensor(let tensor): copy.given[place] = .tensor(try change(tensor))
            case .tensors(let tensors):
                copy.given[place] = .tensors(try tensors.map { (tensor) throws(Failure) in try change(tensor) })
            default: break
            }
        }
        return copy
    }

    /// The same call for `replacing(tensors:)`, which keeps no tensor alive.
    var withoutTensors: Arguments {
        var copy = self
        for place in tensorPlaces.single { copy.given[place] = .value(.none) }
        if let list = tensorPlaces.list { copy.given[list] = .tensors([]) }
        return copy
    }

    private static func checked(_ item: Item, _ parameter: Parameter, _ signature: Signature) throws(Failure) -> Given {
        if let taken = fitting(item.given, parameter.type) { return taken }
        throw failure(signature, item, "\(parameter.name) takes \(parameter.type.wanted), but found \(item.given.text)")
    }

    private static func fitting(_ given: Given, _ type: ArgumentType) -> Given? {
        if case .optional(let inner) = type {
            if case .value(.none) = given { return given }
            return fitting(given, inner)
        }
        if case .either(let types) = type { return types.lazy.compactMap { fitting(given, $0) }.first }
        switch (given, type) {
        case (.tensor, .tensor), (.tensor, .operand), (.tensors, .tensors), (.object, .module), (.object, .function),
            (.object, .schedules):
            return given
        case (.tensor(let tensor), .tensors): return .tensors([tensor])
        case (.value(.list(let values)), .tensors) where values.isEmpty: return .tensors([])
        case (.value(let value), _): return type.accepting(value).map { .value($0) }
        default: return nil
        }
    }

    private static func failure(_ signature: Signature, _ item: Item, _ sentence: String) -> Failure {
        .argument(operation: signature.name, item.column > 0 ? "column \(item.column): \(sentence)" : sentence)
    }

    private static func unknown(_ keyword: String, _ signature: Signature) -> String {
        let names = signature.parameters.map(\.name)
        return names.isEmpty
            ? "there is no argument '\(keyword.shortened)'; \(signature.name) takes none"
            : "there is no argument '\(keyword.shortened)'; there are: \(names.joined(separator: ", "))"
    }

    // MARK: By name

    private subscript(name: String) -> Given? { signature.place(of: name).map { given[$0] } }

    /// The value of an argument that is no tensor and no module.
    public func value(_ name: String) -> Value? {
        if case .value(let value)? = self[name] { return value }
        return nil
    }

    private func missing(_ name: String) -> Failure {
        .internal(operation: signature.name, "its signature has no argument '\(name)' of the type that is asked for")
    }

    /// A number of any kind.
    public func number(_ name: String) throws(Failure) -> Value {
        guard let value = value(name), value != .none else { throw missing(name) }
        return value
    }

    public func integer(_ name: String) throws(Failure) -> Int {
        guard let value = value(name)?.integer else { throw missing(name) }
        return Int(value)
    }

    public func real(_ name: String) throws(Failure) -> Double {
        guard let value = value(name)?.real else { throw missing(name) }
        return value
    }

    public func flag(_ name: String) throws(Failure) -> Bool {
        guard let value = value(name)?.flag else { throw missing(name) }
        return value
    }

    public func text(_ name: String) throws(Failure) -> String {
        guard let value = value(name)?.text else { throw missing(name) }
        return value
    }

    public func reals(_ name: String) throws(Failure) -> [Double] {
        guard let values = value(name)?.list else { throw missing(name) }
        return values.compactMap(\.real)
    }

    public func optionalInteger(_ name: String) -> Int? { value(name)?.integer.map { Int($0) } }
    public func optionalReal(_ name: String) -> Double? { value(name)?.real }
    public func optionalText(_ name: String) -> String? { value(name)?.text }

    /// A whole number as a list of one; nil for None.
    public func optionalIntegers(_ name: String) -> [Int]? {
        guard let value = value(name) else { return nil }
        if let one = value.integer { return [Int(one)] }
        return value.list?.compactMap { $0.integer.map { Int($0) } }
    }

    public func integers(_ name: String) throws(Failure) -> [Int] {
        guard let values = optionalIntegers(name) else { throw missing(name) }
        return values
    }

    /// The dtype of that name; `initial` for None.
    public func dtype(_ name: String, _ initial: DType) -> DType {
        let wanted = value(name)?.text
        return DType.allCases.first { $0.name == wanted } ?? initial
    }

    public func optionalDType(_ name: String) -> DType? {
        let wanted = value(name)?.text
        return DType.allCases.first { $0.name == wanted }
    }

    public func tensor(_ name: String) throws(Failure) -> Tensor {
        if case .tensor(let tensor)? = self[name] { return tensor }
        throw missing(name)
    }

    public func optionalTensor(_ name: String) -> Tensor? {
        if case .tensor(let tensor)? = self[name] { return tensor }
        return nil
    }

    public func tensors(_ name: String) throws(Failure) -> [Tensor] {
        if case .tensors(let tensors)? = self[name] { return tensors }
        throw missing(name)
    }

    public func object(_ name: String) -> AnyObject? {
        if case .object(let object)? = self[name] { return object }
        return nil
    }

    /// The same arguments with one replaced, which has to fit.
    public func replacing(_ name: String, _ value: Value) throws(Failure) -> Arguments {
        guard let place = signature.place(of: name) else {
            throw .argument(operation: signature.name, Arguments.unknown(name, signature))
        }
        var copy = self
        copy.given[place] = try Arguments.checked(Item(.value(value)), signature.parameters[place], signature)
        return copy
    }

    /// The same arguments with a tensor for one of them.
    public func replacing(_ name: String, tensor: Tensor) -> Arguments {
        var copy = self
        if let place = signature.place(of: name) { copy.given[place] = .tensor(tensor) }
        return copy
    }

    /// The names of those that are tensors.
    public var tensorNames: [String] {
        zip(signature.parameters, given).compactMap { parameter, given in
            if case .tensor = given { return parameter.name }
            return nil
        }
    }

    // MARK: As a text

    /// Those that are values, by name: what a checkpoint keeps.
    public var values: [(name: String, value: Value)] {
        zip(signature.parameters, given).compactMap { parameter, given in
            guard !parameter.isVariadic, case .value(let value) = given else { return nil }
            return (parameter.name, value)
        }
    }

    /// As the call writes them: those without a default by place, then those that differ from theirs.
    public var texts: [String] {
        zip(signature.parameters, given).compactMap { parameter, given in
            guard !parameter.isVariadic, case .value(let value) = given else { return nil }
            guard let initial = parameter.initial else { return value.literal }
            return initial.isSame(as: value) ? nil : "\(parameter.name)=\(value.literal)"
        }
    }
}

extension Expression {
    /// The dtype that a bare name spells, as a value.
    public var dtypeName: Value? {
        guard case .name(let name) = kind else { return nil }
        let short = name.split(separator: ".").last.map(String.init) ?? name
        return DType.allCases.contains { $0.name == short } ? .text(short) : nil
    }
}
