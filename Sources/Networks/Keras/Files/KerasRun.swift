import Engine

/// Writes the calls of a model's config as lines of a body: its own, or, with a prefix before the layers' names, that
/// of a model that it stands in.
final class KerasRun {
    private typealias Value = KerasBody.Value

    private let builder: KerasBuilder
    private let config: KerasConfig
    private let body: KerasBody
    /// "encoder." where the lines are another model's.
    private let prefix: String
    /// Children's names by the layers'.
    private let names: [String: String]
    private(set) var children: [String: Module]
    /// Layers that no config names, in the order of their lines.
    private(set) var added: [(name: String, module: Module)] = []
    private var childNames: Set<String>
    /// Of nested models: which of their results have masks, and how to write their lines.
    private var nested: [String: (masks: [Bool], config: KerasConfig)] = [:]
    private var values: [KerasConfig.Reference: KerasBody.Value] = [:]
    /// Whether an input whose shape no layer would know gets one that does.
    var keepsShapes = false
    /// Inputs whose shape a layer of its own keeps, by their names.
    private var shapedInputs: [String: KerasBody.Value] = [:]
    /// Inputs whose shape a layer that they go into keeps.
    private lazy var told = toldInputs()

    init(
        builder: KerasBuilder, config: KerasConfig, body: KerasBody, prefix: String, names: [String: String],
        children: [String: Module]
    ) {
        (self.builder, self.config, self.body, self.prefix) = (builder, config, body, prefix)
        (self.names, self.children) = (names, children)
        childNames = Set(names.values)
    }

    static func isOperation(_ entry: KerasEntry) -> Bool {
        entry.isOperation || ["TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"].contains(entry.kind)
    }

    /// The model's results for these inputs.
    func outputs(_ inputs: [KerasBody.Value]) throws(Failure) -> [KerasBody.Value] {
        if config.isSequential {
            var current = inputs
            for layer in config.layers where !layer.entry.isInput {
                let call = KerasConfig.Call(arguments: current.indices.map { .tensor(reference($0)) }, keywords: [])
                for (place, value) in current.enumerated() { values[reference(place)] = value }
                current = try run(layer.entry, call)
            }
            return current
        }
        for (input, value) in zip(config.inputs, inputs) { values[input] = value }
        try runAll()
        return try config.outputs.map { (output) throws(Failure) in try told(try value(output)) }
    }

    private func reference(_ place: Int) -> KerasConfig.Reference { .init(layer: "", node: 0, tensor: place) }

    private func value(_ reference: KerasConfig.Reference) throws(Failure) -> KerasBody.Value {
        guard let value = values[reference] else {
            throw KerasConfig.failure(
                "result \(reference.tensor) of call \(reference.node) of '\(reference.layer.shortened)' is asked for, "
                    + "which the model does not have")
        }
        return value
    }

    // MARK: Order

    /// A call of a layer.
    private struct Place: Hashable {
        let layer: String
        let node: Int
    }

    /// Each call when those that it needs have been done.
    private func runAll() throws(Failure) {
        let inputs = Set(config.inputs.map { Place(layer: $0.layer, node: $0.node) })
        var calls: [(place: Place, layer: KerasConfig.Layer, missing: Set<Place>)] = []
        var waiting: [Place: [Int]] = [:]
        for layer in config.layers where !layer.entry.isInput {
            for (node, call) in layer.calls.enumerated() {
                let place = Place(layer: layer.name, node: node)
                if inputs.contains(place) { continue }
                var missing: Set<Place> = []
                for argument in call.arguments + call.keywords.map(\.value) { argument.collect(&missing, Place.init) }
                missing.subtract(inputs)
                for other in missing { waiting[other, default: []].append(calls.count) }
                calls.append((place, layer, missing))
            }
        }
        var ready = calls.indices.filter { calls[$0].missing.isEmpty }.reversed().map { $0 }
        var done = 0
        while let next = ready.popLast() {
            let (place, layer, _) = calls[next]
            let results = try run(layer.entry, layer.calls[place.node])
            for (number, result) in results.enumerated() {
                values[.init(layer: place.layer, node: place.node, tensor: number)] = result
            }
            done += 1
            for other in (waiting[place] ?? []).reversed() {
                calls[other].missing.remove(place)
                if calls[other].missing.isEmpty { ready.append(other) }
            }
        }
        guard done == calls.count else {
            let stuck = calls.first { !$0.missing.isEmpty }?.place.layer ?? ""
            throw KerasConfig.failure("the calls of '\(stuck.shortened)' wait for each other, or for what is not there")
        }
    }

    // MARK: Calls

    private func run(_ entry: KerasEntry, _ call: KerasConfig.Call) throws(Failure) -> [KerasBody.Value] {
        if children[entry.name] == nil, KerasRun.isOperation(entry) { return try operation(entry, call) }
        var inputs: [KerasBody.Value?] = []
        for argument in call.arguments { try collect(argument, &inputs, entry) }
        if entry.isModel { return try model(entry, inputs.compactMap { $0 }) }
        inputs = try inputs.map { (input) throws(Failure) in try input.map { (x) throws(Failure) in try told(x) } }
        guard let module = children[entry.name] else {
            throw KerasConfig.failure("there is no layer '\(entry.name.shortened)'")
        }
        return try layer(entry, module, inputs, call)
    }

    /// Tensors of an argument, in lists too.
    private func collect(_ argument: KerasConfig.Argument, _ inputs: inout [KerasBody.Value?], _ entry: KerasEntry)
        throws(Failure)
    {
        switch argument {
        case .tensor(let reference): inputs.append(try value(reference))
        case .list(let items): for item in items { try collect(item, &inputs, entry) }
        case .value(.null): inputs.append(nil)
        default:
            throw .unsupported(
                operation: "load",
                "the layer '\(entry.name.shortened)' is called with a value that is no tensor, which no line here says")
        }
    }

    private func layer(
        _ entry: KerasEntry, _ module: Module, _ inputs: [KerasBody.Value?], _ call: KerasConfig.Call
    ) throws(Failure) -> [KerasBody.Value] {
        let signature = module.constructor
        let expected = signature?.inputs ?? []
        var places = inputs.map { $0?.item }
        var keywords: [(name: String, item: KerasBody.Item)] = []
        var options: [String] = []
        var named: Set<String> = []
        var masks: [String: KerasBody.Item] = [:]
        // Of tensors that are given by name behind the others.
        var shapes: [KerasShape?] = []
        for (place, input) in inputs.enumerated() where place < expected.count {
            if let mask = input?.mask { masks[expected[place].name] = mask }
        }
        for (name, argument) in call.keywords where !argument.isNull {
            var tensors: [KerasBody.Value?] = []
            if argument.json == nil { try collect(argument, &tensors, entry) }
            if tensors.count == 1, let value = tensors[0], expected.contains(where: { $0.name == name }) {
                keywords.append((name, value.item))
                named.insert(name)
                if name == expected.dropFirst(places.count + shapes.count).first?.name { shapes.append(value.declared) }
                if let mask = value.mask { masks[name] = mask }
            } else if name == "initial_state", !tensors.isEmpty {
                // Behind the first input.
                places = [places.first ?? nil] + tensors.map { $0?.item } + places.dropFirst()
            } else if let option = signature?.options.first(where: { $0.name == name }),
                let value = argument.json.flatMap({ KerasConstruction.value($0) }), option.type.accepting(value) != nil
            {
                options.append("\(name)=\(value.literal)")
            } else if !KerasRun.changesNothing(name, argument) {
                throw .unsupported(
                    operation: "load",
                    "the layer '\(entry.name.shortened)' is called with '\(name.shortened)', which no line here says")
            }
        }
        if places.count > 1, expected.count > 1, expected[1].name == "mask" {
            // States stand behind the mask.
            places.insert(inputs.first??.mask, at: 1)
        }
        for input in expected where !named.contains(input.name) {
            let mask =
                input.name == "mask"
                ? inputs.first??.mask
                : input.name.hasSuffix("_mask") ? masks[String(input.name.dropLast(5))] : nil
            guard let mask, let place = expected.firstIndex(where: { $0.name == input.name }), place >= places.count
            else { continue }
            keywords.append((input.name, mask))
        }
        note(inputs.map { $0?.declared } + shapes, expected, in: module)
        let path = prefix + (names[entry.name] ?? entry.name)
        let results = try body.layer(module, path, places, keywords, options, as: path)
        return try masked(entry, inputs, results)
    }

    /// Tells a layer what the config says of the model's inputs, with extents that are open: a model that is written
    /// again says it too.
    private func note(_ given: [KerasShape?], _ expected: [Input], in module: Module) {
        guard let layer = module as? KerasLayer, layer.inputShapes == nil else { return }
        // Layers with states are built for their sequence.
        let hasStates = expected.count > 1 && expected[1].name == "mask"
        let wanted = hasStates ? Array(given.prefix(1)) : given
        let shapes = wanted.compactMap { $0 }
        if !shapes.isEmpty, shapes.count == wanted.count { try? layer.makeParameters(for: shapes) }
    }

    /// Whether an argument may be left out: no mask, and not to say whether it is training.
    private static func changesNothing(_ name: String, _ argument: KerasConfig.Argument) -> Bool {
        if case .list(let items) = argument, items.allSatisfy(\.isNull) { return true }
        return argument.json?.flag == false || name == "name"
    }

    // MARK: Shapes of inputs

    /// Inputs that go into a layer which sees nothing but inputs: it keeps their shapes.
    private func toldInputs() -> Set<String> {
        if config.isSequential {
            let first = config.layers.first { !$0.entry.isInput }
            return first.flatMap { keepsShape($0.entry) ? values[reference(0)]?.item.name : nil }.map { [$0] } ?? []
        }
        var told: Set<String> = []
        for layer in config.layers where keepsShape(layer.entry) {
            for call in layer.calls {
                var places: Set<KerasConfig.Reference> = []
                for argument in call.arguments { argument.collect(&places) }
                if places.isSubset(of: config.inputs) { told.formUnion(places.compactMap { values[$0]?.item.name }) }
            }
        }
        return told
    }

    private func keepsShape(_ entry: KerasEntry) -> Bool {
        children[entry.name].map { $0 is KerasLayer || KerasWeights.isModel($0) } ?? entry.isModel
    }

    /// A value that a layer takes or that the model gives. An input whose shape no layer would keep gets one that does.
    private func told(_ input: KerasBody.Value) throws(Failure) -> KerasBody.Value {
        input.declared == nil || told.contains(input.item.name) ? input : try shaped(input)
    }

    /// An input goes through a layer that changes nothing, which keeps its shape: a line with a function knows none.
    private func shaped(_ input: KerasBody.Value) throws(Failure) -> KerasBody.Value {
        guard keepsShapes, let shape = input.declared else { return input }
        if let known = shapedInputs[input.item.name] { return known }
        let child = KerasNames.unique(input.item.name + "_shape", &childNames)
        let module = try Module.make("keras.Identity()", dtype: .float32)
        (module as? KerasLayer).map { layer in try? layer.makeParameters(for: [shape]) }
        added.append((child, module))
        let item = try body.layer(module, prefix + child, [input.item], [], [], as: child)[0]
        let value = KerasBody.Value(item: item, mask: nil)
        shapedInputs[input.item.name] = value
        return value
    }

    // MARK: Nested models

    private func model(_ entry: KerasEntry, _ inputs: [KerasBody.Value]) throws(Failure) -> [KerasBody.Value] {
        if nested[entry.name] == nil {
            let found = try builder.nested(entry, inputs)
            children[entry.name] = children[entry.name] ?? found.module
            nested[entry.name] = (found.masks, found.config)
        }
        guard let module = children[entry.name], let (masks, inner) = nested[entry.name] else {
            throw KerasConfig.failure("there is no model '\(entry.name.shortened)'")
        }
        let path = prefix + (names[entry.name] ?? entry.name)
        guard masks.contains(true) || inputs.contains(where: { $0.mask != nil }) else {
            return try body.layer(module, path, inputs.map(\.item), [], [], as: path).map {
                KerasBody.Value(item: $0, mask: nil)
            }
        }
        // A mask that goes in or comes out goes through the model's own lines.
        guard prefix.filter({ $0 == "." }).count < 8 else {
            throw KerasConfig.failure("masks go through models that nest too deep")
        }
        let own = KerasNames.children(inner.layers.map(\.name))
        let places = Dictionary(zip(inner.layers.map(\.name), own)) { first, _ in first }
        var found: [String: Module] = [:]
        for (layer, name) in places { found[layer] = module.children.first { $0.name == name }?.module }
        let run = KerasRun(
            builder: builder, config: inner, body: body, prefix: path + ".", names: places, children: found)
        return try run.outputs(inputs)
    }

    // MARK: Operations

    private func operation(_ entry: KerasEntry, _ call: KerasConfig.Call) throws(Failure) -> [KerasBody.Value] {
        var operands: [KerasBody.Item] = []
        var kind = entry.kind
        let isTensorFlow = !entry.isOperation
        if isTensorFlow {
            let function = entry.config["function"]?.text ?? ""
            let last = function.split(separator: ".").last.map(String.init) ?? function
            kind = KerasOperation.tensorFlow[last] ?? function
        }
        func term(_ argument: KerasConfig.Argument) throws(Failure) -> String {
            switch argument {
            case .tensor(let reference):
                let item = try shaped(value(reference)).item
                operands.append(item)
                return item.name
            case .list(let items) where argument.json == nil:
                return "[\(try items.map { (item) throws(Failure) in try term(item) }.joined(separator: ", "))]"
            case .slice: throw KerasConfig.failure("a slice stands where '\(entry.name.shortened)' takes a tensor")
            default:
                guard let json = argument.json else { throw KerasConfig.failure("a value that is none") }
                if let list = json.list {
                    // A shape stays in the line, an array becomes a constant.
                    if kind == "Reshape", let value = KerasConstruction.value(json), list.count <= mostAxes {
                        return value.literal
                    }
                    return try body.constant(json)
                }
                guard let value = KerasConstruction.value(json), value.text == nil else {
                    throw KerasConfig.failure("'\(entry.name.shortened)' takes \(json.written.shortened) for a number")
                }
                return value.literal
            }
        }
        let operation = KerasOperation(
            kind: kind, name: entry.name, config: entry.config, call: call, isTensorFlow: isTensorFlow, term: term)
        let text = try operation.expression()
        let count =
            text.hasPrefix("tensor_split(") || text.hasPrefix("split(") || text.hasPrefix("unbind(")
            ? resultCount(entry.name) : 1
        return try body.function(text, operands, as: entry.name, count: count).map {
            KerasBody.Value(item: $0, mask: nil)
        }
    }

    /// How many results of a layer the model uses.
    private func resultCount(_ layer: String) -> Int {
        var highest = 0
        func note(_ argument: KerasConfig.Argument) {
            switch argument {
            case .tensor(let reference) where reference.layer == layer: highest = max(highest, reference.tensor)
            case .list(let items): for item in items { note(item) }
            default: break
            }
        }
        for other in config.layers {
            for call in other.calls { for argument in call.arguments + call.keywords.map(\.value) { note(argument) } }
        }
        for output in config.outputs where output.layer == layer { highest = max(highest, output.tensor) }
        return min(highest + 1, 256)
    }

    // MARK: Masks

    private func masked(_ entry: KerasEntry, _ inputs: [KerasBody.Value?], _ results: [KerasBody.Item]) throws(Failure)
        -> [KerasBody.Value]
    {
        var values = results.map { KerasBody.Value(item: $0, mask: nil) }
        guard !values.isEmpty, let first = inputs.first, let x = first else { return values }
        let kind = KerasNames.kind(entry.kind)
        switch KerasMasks.rule(kind, entry.config) {
        case .ends: break
        case .passes: values[0].mask = x.mask
        case .begins: values[0].mask = try begin(kind, entry, x.item)
        case .merges:
            let masks = inputs.compactMap { $0?.mask }
            guard masks.count == inputs.count, var mask = masks.first else { break }
            for other in masks.dropFirst() {
                let function = builder.joinsMasksByOr ? "logical_or" : "logical_and"
                mask = try body.function("\(function)(\(mask.name), \(other.name))", [mask, other], as: "mask")[0]
            }
            values[0].mask = mask
        case .joins:
            values[0].mask = try join(inputs.compactMap { $0 }, entry)
        }
        return values
    }

    private func begin(_ kind: String, _ entry: KerasEntry, _ x: KerasBody.Item) throws(Failure) -> KerasBody.Item {
        guard kind == "Masking" else { return try body.function("ne(\(x.name), 0)", [x], as: "mask")[0] }
        let value = entry.config["mask_value"]?.real ?? 0
        return try body.function("any(ne(\(x.name), \(Engine.Value.real(value).literal)), -1)", [x], as: "mask")[0]
    }

    /// The mask of a concatenation: of what is unmasked all, and along the last axis any.
    private func join(_ inputs: [KerasBody.Value], _ entry: KerasEntry) throws(Failure) -> KerasBody.Item? {
        guard inputs.contains(where: { $0.mask != nil }) else { return nil }
        var parts: [KerasBody.Item] = []
        for input in inputs {
            let x = input.item
            guard let mask = input.mask else {
                parts.append(try body.function("ones_like(\(x.name), dtype=bool)", [x], as: "mask")[0])
                continue
            }
            let text = "logical_or(unsqueeze(\(mask.name), -1), zeros_like(\(x.name), dtype=bool))"
            parts.append(try body.function(text, [mask, x], as: "mask")[0])
        }
        let axis = entry.config["axis"]?.integer ?? -1
        let list = parts.map(\.name).joined(separator: ", ")
        return try body.function("any(cat([\(list)], \(axis)), -1)", parts, as: "mask")[0]
    }
}

extension KerasConfig.Argument {
    /// The tensors in it.
    func collect(_ references: inout Set<KerasConfig.Reference>) {
        switch self {
        case .tensor(let reference): references.insert(reference)
        case .list(let items): for item in items { item.collect(&references) }
        case .slice(let start, let stop, let step): for item in [start, stop, step] { item.collect(&references) }
        case .value: break
        }
    }

    /// The calls whose results are in it.
    func collect<Place: Hashable>(_ places: inout Set<Place>, _ make: (String, Int) -> Place) {
        switch self {
        case .tensor(let reference): places.insert(make(reference.layer, reference.node))
        case .list(let items): for item in items { item.collect(&places, make) }
        case .slice(let start, let stop, let step): for item in [start, stop, step] { item.collect(&places, make) }
        case .value: break
        }
    }
}
