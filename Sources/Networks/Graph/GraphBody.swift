import Engine

/// The lines of a graph's body, read once and run at each forward pass.
///
///     n = size(x, 0)
///     h = encoder.0(x)
///     h = reshape(h, (n, 2, -1))
///     y, state = lstm(h, state)
///     encoder.mean = lerp(encoder.mean, h, 0.1)
///
/// What stands before the parenthesis is the path of a module, or else a function of docs/operations.md. Names are
/// values of lines before, or paths of parameters and buffers; to write to a buffer's path gives it a new value.
/// `self.` before a path is the graph itself. `wingbeat.` before a name makes it a function's, also where a module has
/// it. Whole numbers may be computed.
struct GraphBody {
    private struct Line {
        let targets: [String]
        let expression: Expression
        /// From 1, as the text has it.
        let number: Int
    }

    /// What a name stands for while the body runs.
    private enum Item {
        case tensor(Tensor)
        case missing
        case number(Int)
    }

    let text: String
    private let lines: [Line]

    init(_ text: String) throws(Failure) {
        self.text = text
        var lines: [Line] = []
        for (number, part) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = part.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            let (targets, expression) = try GraphBody.inLine(number + 1) { () throws(Failure) in
                try Reader.assignment(String(part), operation: "Graph")
            }
            lines.append(Line(targets: targets, expression: expression, number: number + 1))
        }
        self.lines = lines
    }

    /// Runs the lines, and gives the values of `outputs`.
    func run(_ graph: Module, _ inputs: [(name: String, tensor: Tensor?)], outputs: [String]) throws(Failure)
        -> [Tensor?]
    {
        var known: [String: Item] = [:]
        for (name, tensor) in inputs { known[name] = tensor.map { .tensor($0) } ?? .missing }
        for line in lines {
            try GraphBody.inLine(line.number) { () throws(Failure) in try GraphBody.run(line, graph, &known) }
        }
        return try outputs.map { (name) throws(Failure) -> Tensor? in
            switch try GraphBody.item(name, graph, known) {
            case .tensor(let tensor)?: return tensor
            case .missing?: return nil
            case .number?: throw .argument(operation: "Graph", "the output '\(name)' is a number, not a tensor")
            case nil: throw .argument(operation: "Graph", "no line gives the output '\(name)'")
            }
        }
    }

    private static func run(_ line: Line, _ graph: Module, _ known: inout [String: Item]) throws(Failure) {
        let items = try values(line.expression, graph, known)
        guard items.count == line.targets.count else {
            throw .argument(
                operation: "Graph",
                "\(line.targets.count.counted("name")) before '=', but \(items.count.counted("value")) behind it")
        }
        for (target, item) in zip(line.targets, items) {
            guard known[target] == nil, let buffer = tensor(at: target, graph, \.buffers) else {
                guard known[target] != nil || tensor(at: target, graph, \.parameters) == nil else {
                    throw .argument(
                        operation: "Graph", "the parameter '\(target)' cannot be written to; only buffers can")
                }
                guard !target.contains(".") else {
                    throw .argument(operation: "Graph", "there is no buffer '\(target)' to write to")
                }
                known[target] = item
                continue
            }
            guard case .tensor(let value) = item else {
                throw .argument(operation: "Graph", "the buffer '\(target)' takes a tensor")
            }
            try ForwardPass.write(buffer, value)
        }
    }

    /// A failure says in which line it was.
    private static func inLine<Result>(_ number: Int, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        do throws(Failure) {
            return try body()
        } catch {
            throw error.prefixed("line \(number): ")
        }
    }

    // MARK: Values

    private static func values(_ expression: Expression, _ graph: Module, _ known: [String: Item]) throws(Failure)
        -> [Item]
    {
        guard case .call(let call) = expression.kind, number(call.name) == nil else {
            return [try one(expression, graph, known)]
        }
        do throws(Failure) {
            return try run(call, graph, known)
        } catch {
            throw error.at(column: call.column)
        }
    }

    private static func run(_ call: Call, _ graph: Module, _ known: [String: Item]) throws(Failure) -> [Item] {
        let isFunction = call.name.hasPrefix(functionPrefix)
        if !isFunction, let module = graph.module(at: path(call.name)), module !== graph {
            return try run(module, call, graph, known)
        }
        let name = isFunction ? String(call.name.dropFirst(functionPrefix.count)) : call.name
        if name == "size" { return [.number(try size(call, graph, known))] }
        guard let function = Functions.named(name) else {
            let names = graph.children.map(\.name) + Functions.all.map(\.signature.name)
            let hint = Registry.unknown("module or function", call.name, among: names)
            throw .argument(operation: "Graph", hint.shortened(to: 200))
        }
        var items: [Arguments.Item] = []
        for argument in call.arguments {
            let given = try given(argument.term, graph, known)
            items.append(Arguments.Item(given, keyword: argument.keyword, column: argument.term.column))
        }
        return try function(Arguments(function.signature, items)).map { .tensor($0) }
    }

    /// A module's tensors come first, or by the names of its inputs, then its options by keywords.
    private static func run(_ module: Module, _ call: Call, _ graph: Module, _ known: [String: Item]) throws(Failure)
        -> [Item]
    {
        var inputs: [Tensor?] = []
        var options: [String] = []
        for argument in call.arguments {
            var place = inputs.count
            if let keyword = argument.keyword {
                guard let input = module.constructor?.inputs.firstIndex(where: { $0.name == keyword && !$0.isVariadic })
                else {
                    options.append("\(Call.keyword(keyword))=\(argument.term.text)")
                    continue
                }
                place = input
            }
            while inputs.count <= place { inputs.append(nil) }
            switch try one(argument.term, graph, known) {
            case .tensor(let tensor): inputs[place] = tensor
            case .missing: break
            case .number:
                throw .argument(
                    operation: "Graph",
                    "column \(argument.term.column): the module '\(call.name)' takes tensors, not numbers")
            }
        }
        do throws(Failure) {
            if options.isEmpty, inputs.count == 1, let x = inputs[0], module.isOneToOne {
                return [.tensor(try module(x))]
            }
            return try module.call(inputs, options: options.isEmpty ? nil : options.joined(separator: ", ")).map {
                $0.map { .tensor($0) } ?? .missing
            }
        } catch {
            throw graph.located(error, in: module, path(call.name))
        }
    }

    private static func one(_ expression: Expression, _ graph: Module, _ known: [String: Item]) throws(Failure) -> Item
    {
        switch expression.kind {
        case .value(.none): return .missing
        case .value(.integer(let value)): return .number(Int(value))
        case .name(let name):
            if let item = try item(name, graph, known) { return item }
            throw .argument(
                operation: "Graph",
                "column \(expression.column): no line before gives '\(name)', and no parameter or buffer has that name")
        case .call(let call):
            if let sign = number(call.name) { return .number(try computed(sign, call, graph, known)) }
            let items = try values(expression, graph, known)
            guard items.count == 1 else {
                throw .argument(
                    operation: "Graph",
                    "column \(expression.column): \(call.name) gives \(items.count.counted("value")), but one is "
                        + "expected here"
                )
            }
            return items[0]
        default:
            throw .argument(
                operation: "Graph",
                "column \(expression.column): a tensor or a whole number is expected, but found "
                    + "'\(expression.text.shortened)'"
            )
        }
    }

    /// An argument of a function: a tensor, a list of tensors, or a value with its numbers worked out.
    private static func given(_ expression: Expression, _ graph: Module, _ known: [String: Item]) throws(Failure)
        -> Given
    {
        if let value = expression.constant { return .value(value) }
        if case .list(let terms) = expression.kind {
            let parts = try terms.map { (term) throws(Failure) in try given(term, graph, known) }
            var tensors: [Tensor] = []
            var values: [Value] = []
            for part in parts {
                switch part {
                case .tensor(let tensor): tensors.append(tensor)
                case .value(let value): values.append(value)
                default: break
                }
            }
            if tensors.count == parts.count { return .tensors(tensors) }
            if values.count == parts.count { return .value(.list(values)) }
            throw .argument(operation: "Graph", "column \(expression.column): a list holds tensors or values, not both")
        }
        if case .name(let name) = expression.kind, try item(name, graph, known) == nil, let dtype = expression.dtypeName
        {
            return .value(dtype)
        }
        switch try one(expression, graph, known) {
        case .tensor(let tensor): return .tensor(tensor)
        case .missing: return .value(.none)
        case .number(let value): return .value(.integer(Int64(value)))
        }
    }

    private static func item(_ name: String, _ graph: Module, _ known: [String: Item]) throws(Failure) -> Item? {
        if let item = known[name] { return item }
        if let parameter = tensor(at: name, graph, \.parameters) { return .tensor(parameter) }
        return tensor(at: name, graph, \.buffers).map { .tensor(ForwardPass.value(of: $0)) }
    }

    /// Before the name of a function that a module of the graph has too.
    static let functionPrefix = "wingbeat."

    private static func path(_ name: String) -> String { name.hasPrefix("self.") ? String(name.dropFirst(5)) : name }

    private static func tensor(
        at name: String, _ graph: Module, _ own: KeyPath<Module, [(name: String, tensor: Tensor)]>
    ) -> Tensor? {
        let path: String = path(name)
        let dot = path.lastIndex(of: ".")
        let last = dot.map { String(path[path.index(after: $0)...]) } ?? path
        let module = dot.map { graph.module(at: String(path[..<$0])) } ?? graph
        return module?[keyPath: own].first { $0.name == last }?.tensor
    }

    // MARK: Whole numbers

    private static func number(_ name: String) -> Character? {
        name.count == 1 ? Reader.signs.first { "\($0)" == name } : nil
    }

    private static func whole(_ expression: Expression, _ graph: Module, _ known: [String: Item]) throws(Failure) -> Int
    {
        guard case .number(let value) = try one(expression, graph, known) else {
            throw .argument(
                operation: "Graph",
                "column \(expression.column): a whole number is expected, but found '\(expression.text.shortened)'")
        }
        return value
    }

    private static func computed(_ sign: Character, _ call: Call, _ graph: Module, _ known: [String: Item])
        throws(Failure) -> Int
    {
        let (a, b) = (try whole(call.arguments[0].term, graph, known), try whole(call.arguments[1].term, graph, known))
        let (result, isTooLarge): (Int, Bool)
        switch sign {
        case "+": (result, isTooLarge) = a.addingReportingOverflow(b)
        case "-": (result, isTooLarge) = a.subtractingReportingOverflow(b)
        case "*": (result, isTooLarge) = a.multipliedReportingOverflow(by: b)
        default:
            guard b > 0 else {
                throw .argument(
                    operation: "Graph", "column \(call.column): the divisor of '//' must be above 0, but is \(b)")
            }
            (result, isTooLarge) = (a / b - (a % b < 0 ? 1 : 0), false)
        }
        guard !isTooLarge else {
            throw .argument(operation: "Graph", "column \(call.column): \(a) \(sign) \(b) does not fit 64 bits")
        }
        return result
    }

    private static func size(_ call: Call, _ graph: Module, _ known: [String: Item]) throws(Failure) -> Int {
        guard call.arguments.count == 2, case .tensor(let tensor) = try one(call.arguments[0].term, graph, known) else {
            throw .argument(operation: "Graph", "size takes a tensor and an axis")
        }
        let axis = try whole(call.arguments[1].term, graph, known)
        let rank = tensor.shape.count
        guard axis >= -rank, axis < rank else {
            throw .index(operation: "Graph", "column \(call.column): axis \(axis) is out of range for \(rank) axes")
        }
        return tensor.shape[axis < 0 ? axis + rank : axis]
    }
}

extension Failure {
    /// The same kind with a sentence that begins with some words.
    func prefixed(_ words: String) -> Failure {
        switch self {
        case .argument(let operation, let sentence): return .argument(operation: operation, words + sentence)
        case .shape(let operation, let sentence): return .shape(operation: operation, words + sentence)
        case .dtype(let operation, let sentence): return .dtype(operation: operation, words + sentence)
        case .index(let operation, let sentence): return .index(operation: operation, words + sentence)
        case .state(let operation, let sentence): return .state(operation: operation, words + sentence)
        case .unsupported(let operation, let sentence): return .unsupported(operation: operation, words + sentence)
        default: return self
        }
    }
}
