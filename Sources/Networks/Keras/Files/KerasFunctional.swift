import Engine

/// The lines of a graph as a functional model of Keras.
struct KerasFunctional {
    private let graph: Graph
    private let name: String
    private let shapes: [[Int?]]?
    private let inputs: [String]
    private let outputs: [String]
    private let lines: [Line]
    /// Whether only the order of the layers is asked for, and not what they are.
    private let isBare: Bool

    private struct Line {
        let targets: [String]
        let term: Expression
    }

    init(_ graph: Graph, _ name: String, _ shapes: [[Int?]]?, isBare: Bool = false) throws(Failure) {
        (self.graph, self.name, self.shapes, self.isBare) = (graph, name, shapes, isBare)
        guard let arguments = graph.arguments, arguments.value("training_body") == Value.none else {
            throw .unsupported(
                operation: "keras_save", "'\(name)' is a graph with another body in training, which Keras does not have"
            )
        }
        func names(_ text: String?) -> [String] {
            (text ?? "").split(separator: ",").map { part in String(part.filter { $0 != " " }) }
        }
        inputs = names(arguments.optionalText("inputs"))
        outputs = names(arguments.optionalText("outputs"))
        lines = try (arguments.optionalText("body") ?? "").split(separator: "\n").map { (line) throws(Failure) in
            let (targets, term) = try Reader.assignment(String(line), operation: "keras_save")
            return Line(targets: targets, term: term)
        }
    }

    private func unsupported(_ what: String) -> Failure {
        .unsupported(operation: "keras_save", "the graph '\(name)' \(what), which no layer of Keras says")
    }

    /// The module that a call names, which is none for functions.
    private func module(_ call: Call) -> Module? {
        if call.name.hasPrefix(GraphBody.functionPrefix) { return nil }
        let path = call.name.hasPrefix("self.") ? String(call.name.dropFirst(5)) : call.name
        return graph.module(at: path)
    }

    /// Whether an argument of a layer is a mask, by its keyword or by its place. Keras makes masks itself.
    private func isMask(_ keyword: String?, _ place: Int, _ module: Module) -> Bool {
        let inputs = module.constructor?.inputs ?? []
        guard let name = keyword ?? (place < inputs.count ? inputs[place].name : nil),
            inputs.contains(where: { $0.name == name })  // use_causal_mask is none
        else { return false }
        return name == "mask" || name.hasSuffix("_mask") && name != "attention_mask"
    }

    /// Values that something other than a mask needs.
    private func used() throws(Failure) -> Set<String> {
        var used = Set(outputs)
        for line in lines.reversed() where line.targets.contains(where: used.contains) {
            guard case .call(let call) = line.term.kind else { throw unsupported("gives a value another name") }
            let module = module(call)
            for (place, argument) in call.arguments.enumerated() {
                if let module, isMask(argument.keyword, place, module) { continue }
                names(argument.term, &used)
            }
        }
        return used
    }

    private func names(_ term: Expression, _ found: inout Set<String>) {
        switch term.kind {
        case .name(let name): found.insert(name)
        case .list(let terms): for term in terms { names(term, &found) }
        case .call(let call): for argument in call.arguments { names(argument.term, &found) }
        case .value: break
        }
    }

    /// The shape of an input, as its first layer was built for it.
    func inputShape(_ place: Int) -> [Int?]? {
        guard place < inputs.count else { return nil }
        for line in lines {
            guard case .call(let call) = line.term.kind, let module = module(call) else { continue }
            for (number, argument) in call.arguments.enumerated() {
                if case .name(inputs[place]) = argument.term.kind, !isMask(argument.keyword, number, module) {
                    if let found = KerasDescription.shape(of: module, input: number) { return found }
                }
            }
        }
        return nil
    }

    // MARK: The description

    /// What a value is in Keras: a result of a call of a layer.
    private typealias History = (layer: String, node: Int, tensor: Int)

    /// What is written as the lines are gone through.
    private struct Writing {
        var entries: [(name: String, json: JSON, calls: [JSON])] = []
        var layers: [KerasDescription.Layer] = []
        var places: [ObjectIdentifier: Int] = [:]
        var histories: [String: History] = [:]
        var taken: Set<String> = []
        /// Of the graph's children.
        var names: [ObjectIdentifier: String] = [:]
    }

    func description() throws(Failure) -> KerasDescription {
        var writing = Writing()
        let used = try used()
        for (place, input) in inputs.enumerated() {
            let given = shapes.flatMap { place < $0.count ? $0[place] : nil }
            guard let shape = given ?? inputShape(place) ?? (isBare ? [] : nil) else {
                throw .argument(
                    operation: "keras_save",
                    "the shape of the input '\(input)' is not known; give it (input_shape=), without the batch")
            }
            let name = KerasNames.unique(graph.inputFileNames[input] ?? input, &writing.taken)
            writing.entries.append((name, KerasDescription.input(name, shape), []))
            writing.layers.append(.init(kind: "InputLayer", name: name, module: nil))
            writing.histories[input] = (name, 0, 0)
        }
        // Names of layers first: those of operations give way.
        for (name, child) in graph.children {
            writing.names[ObjectIdentifier(child)] = KerasNames.unique(child.fileName ?? name, &writing.taken)
        }
        for line in lines where line.targets.contains(where: used.contains) {
            guard case .call(let call) = line.term.kind else { throw unsupported("gives a value another name") }
            if let module = module(call) {
                try layer(module, call, line, &writing)
            } else {
                let (layer, node, _) = try operation(call, &writing)
                guard line.targets.count == 1 || isBare else {
                    throw unsupported("takes several results of \(call.name)")
                }
                for (tensor, target) in line.targets.enumerated() { writing.histories[target] = (layer, node, tensor) }
            }
        }
        let results = try outputs.map { (name) throws(Failure) -> (layer: String, node: Int) in
            guard let (layer, node, _) = writing.histories[name] else { throw unsupported("gives '\(name)'") }
            return (layer, node)
        }
        let order = KerasOrder.places(writing.entries.map { ($0.name, $0.calls) }, outputs: results)
        var entries: [JSON] = []
        for (name, json, calls) in order.map({ writing.entries[$0] }) {
            entries.append(json.setting("name", .text(name)).setting("inbound_nodes", .list(calls)))
        }
        // One tensor stands by itself, several in a list.
        func layerList(_ names: [String]) throws(Failure) -> JSON {
            let list = try names.map { (name) throws(Failure) -> JSON in
                guard let (layer, node, tensor) = writing.histories[name] else { throw unsupported("gives '\(name)'") }
                return .list([.text(layer), .integer(Int64(node)), .integer(Int64(tensor))])
            }
            return list.count == 1 ? list[0] : .list(list)
        }
        let config: JSON = [
            "name": .text(name), "trainable": .flag(true), "layers": .list(entries),
            "input_layers": try layerList(inputs), "output_layers": try layerList(outputs),
        ]
        return KerasDescription(
            config: KerasDescription.object(
                "Functional", module: KerasDescription.functional, config: config),
            layers: order.map { writing.layers[$0] })
    }

    private func tensor(_ name: String, _ writing: Writing) throws(Failure) -> JSON {
        guard let history = writing.histories[name] else {
            throw unsupported("uses '\(name)', a parameter or a number,")
        }
        return [
            "class_name": "__keras_tensor__",
            "config": [
                "shape": .list([.null]), "dtype": "float32",
                "keras_history": .list([
                    .text(history.layer), .integer(Int64(history.node)), .integer(Int64(history.tensor)),
                ]),
            ],
        ]
    }

    // MARK: Calls of layers

    /// Layers that take a list of tensors.
    private static let listed: Set<String> = [
        "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Attention",
        "AdditiveAttention",
    ]

    private func layer(_ module: Module, _ call: Call, _ line: Line, _ writing: inout Writing) throws(Failure) {
        let place: Int
        if let known = writing.places[ObjectIdentifier(module)] {
            place = known
        } else {
            let path = call.name.hasPrefix("self.") ? String(call.name.dropFirst(5)) : call.name
            // A layer of a model inside becomes one of this model.
            let name =
                writing.names[ObjectIdentifier(module)]
                ?? KerasNames.unique(KerasNames.word(path), &writing.taken)
            place = writing.entries.count
            writing.places[ObjectIdentifier(module)] = place
            writing.entries.append((name, isBare ? .null : try KerasDescription.entry(module, name), []))
            writing.layers.append(.init(kind: KerasDescription.kind(module), name: name, module: module))
        }
        let kind = KerasDescription.kind(module)
        var tensors: [JSON] = []
        var keywords: JSON = .object([])
        for (place, argument) in call.arguments.enumerated() {
            if isMask(argument.keyword, place, module) { continue }
            switch (argument.term.kind, argument.keyword) {
            case (.name(let name), nil): tensors.append(try tensor(name, writing))
            case (.name(let name), let keyword?): keywords = keywords.setting(keyword, try tensor(name, writing))
            case (.value(.none), nil): tensors.append(.null)
            case (.value(let value), let keyword?): keywords = keywords.setting(keyword, KerasDescription.json(value))
            default: throw unsupported("calls '\(call.name)' with '\(argument.term.text.shortened)'")
            }
        }
        var arguments = tensors
        if KerasFunctional.listed.contains(kind) {
            arguments = [.list(tensors)]
        } else if ["LSTM", "GRU", "SimpleRNN", "Bidirectional", "RNN"].contains(kind), tensors.count > 1 {
            arguments = [tensors[0]]
            keywords = keywords.setting("initial_state", .list(Array(tensors.dropFirst())))
        } else if module is Graph || module is Sequential, tensors.count > 1 {
            arguments = [.list(tensors)]
        }
        let node = writing.entries[place].calls.count
        writing.entries[place].calls.append(["args": .list(arguments), "kwargs": keywords])
        for (number, target) in line.targets.enumerated() {
            writing.histories[target] = (writing.entries[place].name, node, number)
        }
    }

    // MARK: Operations

    private func operation(_ call: Call, _ writing: inout Writing) throws(Failure) -> History {
        let function =
            call.name.hasPrefix(GraphBody.functionPrefix)
            ? String(call.name.dropFirst(GraphBody.functionPrefix.count)) : call.name
        var tensors: [JSON] = []
        var values: [(keyword: String?, value: Value)] = []
        for argument in call.arguments {
            switch argument.term.kind {
            case .name(let name) where argument.term.dtypeName == nil || writing.histories[name] != nil:
                tensors.append(try operand(name, &writing))
            case .name: values.append((argument.keyword, argument.term.dtypeName ?? .none))
            case .call(let inner):
                let history = try operation(inner, &writing)
                let name = "(\(history.layer))"
                writing.histories[name] = history
                tensors.append(try tensor(name, writing))
            case .list(let terms) where argument.term.constant == nil:
                tensors.append(
                    .list(
                        try terms.map { (term) throws(Failure) in
                            guard case .name(let name) = term.kind else { throw unsupported("joins what is no tensor") }
                            return try operand(name, &writing)
                        }))
            default:
                guard let value = argument.term.constant else { throw unsupported("computes '\(call.name)'") }
                // A number in the place of a tensor.
                if KerasOperations.isOperand(function, at: tensors.count + values.count), value.real != nil {
                    tensors.append(KerasDescription.json(value))
                } else {
                    values.append((argument.keyword, value))
                }
            }
        }
        guard
            let found = isBare
                ? .init(kind: function, folder: "", config: []) : KerasOperations.operation(function, values)
        else {
            throw unsupported("computes '\(function)' of '\(call.text.shortened)'")
        }
        let name = KerasNames.unique(KerasWeights.snakeCase(found.kind), &writing.taken)
        var config: JSON = ["name": .text(name)]
        for member in found.config { config = config.setting(member.name, member.value) }
        let entry = KerasDescription.object(found.kind, module: "keras.src.ops.\(found.folder)", config: config)
        let node: JSON = ["args": .list(tensors + found.arguments), "kwargs": .object([])]
        writing.entries.append((name, entry, [node]))
        writing.layers.append(.init(kind: found.kind, name: name, module: nil))
        return (name, 0, 0)
    }

    /// A tensor of the model, or a constant of the graph.
    private func operand(_ name: String, _ writing: inout Writing) throws(Failure) -> JSON {
        if writing.histories[name] != nil { return try tensor(name, writing) }
        guard let buffer = graph.buffer(name) else { return try tensor(name, writing) }
        if isBare { return .null }
        let values = try buffer.detach().cast(.float64).reshape([-1])
        var numbers: [JSON] = []
        let isWhole = !buffer.dtype.isFloat
        try values.withData { (data) throws(Failure) in
            for place in 0..<values.count {
                let number = data.load(fromByteOffset: 8 * place, as: Double.self)
                numbers.append(isWhole ? .integer(Int64(number)) : .real(Double(Float(number))))
            }
        }
        var rest = numbers[...]
        func nested(_ shape: ArraySlice<Int>) -> JSON {
            guard let extent = shape.first else { return rest.popFirst() ?? .null }
            return .list((0..<extent).map { _ in nested(shape.dropFirst()) })
        }
        return [
            "class_name": "__numpy__",
            "config": ["value": nested(buffer.shape[...]), "dtype": .text(buffer.dtype.name)],
        ]
    }
}
