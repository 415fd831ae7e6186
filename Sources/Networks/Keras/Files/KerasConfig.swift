import Engine

/// What a config of Keras says of a model, in either dialect: the older one (Keras 1 and 2), in which a call is
/// `["layer", node, tensor, {...}]`, and Keras 3's, in which it is `{"args": [...], "kwargs": {...}}`.
struct KerasConfig {
    /// A tensor of the graph: which of the results of which call of which layer.
    struct Reference: Hashable {
        let layer: String
        var node: Int
        let tensor: Int
    }

    /// What stands in a call.
    indirect enum Argument {
        case tensor(Reference)
        case list([Argument])
        case slice(start: Argument, stop: Argument, step: Argument)
        case value(JSON)
    }

    struct Call {
        var arguments: [Argument]
        var keywords: [(name: String, value: Argument)]
    }

    struct Layer {
        let entry: KerasEntry
        let calls: [Call]
        var name: String { entry.name }
    }

    let name: String
    /// Whether one layer follows the other; then there are no calls.
    let isSequential: Bool
    private(set) var layers: [Layer]
    private(set) var inputs: [Reference] = []
    private(set) var outputs: [Reference] = []
    /// The shape that a sequential model was built for, with the batch.
    private(set) var shape: JSON?

    /// Layers of a model: a bound on what is made of a file.
    static let mostLayers = 20_000

    init(_ entry: KerasEntry) throws(Failure) {
        name = entry.name
        let found: [JSON]
        if let bare = entry.config.list {
            (found, isSequential) = (bare, true)
        } else {
            guard let list = entry.config["layers"]?.list else {
                throw KerasConfig.failure("\(entry.kind) '\(entry.name.shortened)' lists no layers")
            }
            found = list
            isSequential = entry.config["output_layers"] == nil
        }
        guard found.count <= KerasConfig.mostLayers else {
            throw KerasConfig.failure("\(found.count) layers are more than the \(KerasConfig.mostLayers) that are read")
        }
        layers = []
        shape = entry.config["build_input_shape"] ?? entry.build?["input_shape"]
        let entries = try found.map { (layer) throws(Failure) in try KerasEntry(layer) }
        var names: Set<String> = []
        for (layer, json) in zip(entries, found) {
            guard names.insert(layer.name).inserted || isSequential else {
                throw KerasConfig.failure("two layers have the name '\(layer.name.shortened)'")
            }
            layers.append(Layer(entry: layer, calls: []))
            guard !isSequential, let nodes = json["inbound_nodes"] else { continue }
            guard let nodes = nodes.list else {
                throw KerasConfig.failure("the calls of '\(layer.name.shortened)' are no list")
            }
            layers[layers.count - 1] = Layer(
                entry: layer, calls: try nodes.map { (node) throws(Failure) in try KerasConfig.call(node, layer) })
        }
        guard !isSequential else { return }
        inputs = try KerasConfig.references(entry.config["input_layers"], "input_layers")
        outputs = try KerasConfig.references(entry.config["output_layers"], "output_layers")
        countFromZero()
    }

    static func failure(_ sentence: String) -> Failure { .structure(operation: "load", sentence) }

    // MARK: Calls

    /// `[layer, node, tensor]`, alone or in lists or objects of such.
    private static func references(_ json: JSON?, _ what: String) throws(Failure) -> [Reference] {
        guard let json else { throw failure("the model does not say its \(what)") }
        if let one = reference(json) { return [one] }
        var found: [Reference] = []
        for item in json.list ?? json.members?.map(\.value) ?? [] { found += try references(item, what) }
        guard !found.isEmpty else { throw failure("\(what) holds no tensors") }
        return found
    }

    /// `["dense", 0, 0]`.
    private static func reference(_ json: JSON) -> Reference? {
        guard let list = json.list, (3...4).contains(list.count), let layer = list[0].text,
            let node = small(list[1]), let tensor = small(list[2])
        else { return nil }
        return Reference(layer: layer, node: node, tensor: tensor)
    }

    private static func small(_ json: JSON) -> Int? {
        guard case .integer(let number) = json, (0...Int64(mostLayers)).contains(number) else { return nil }
        return Int(number)
    }

    private static func call(_ json: JSON, _ layer: KerasEntry) throws(Failure) -> Call {
        if case .object = json {
            return Call(
                arguments: try (json["args"]?.list ?? []).map { (item) throws(Failure) in try argument(item) },
                keywords: try (json["kwargs"]?.members ?? []).map { (member) throws(Failure) in
                    (member.name, try argument(member.value))
                })
        }
        guard let list = json.list else { throw failure("a call of '\(layer.name.shortened)' is no list") }
        // Layers of single operations have the call itself, others a list of inputs.
        let entries = list.first?.text != nil ? [json] : list
        var tensors: [Argument] = []
        var keywords: [(name: String, value: Argument)] = []
        for entry in entries {
            guard let reference = reference(entry) else {
                // `["_CONSTANT_VALUE", -1, 2.0, {...}]`: an operation whose first input is no tensor.
                if let parts = entry.list, parts.first?.text == "_CONSTANT_VALUE", parts.count >= 3 {
                    tensors.append(.value(parts[2]))
                    keywords += try (parts.count > 3 ? parts[3].members ?? [] : []).map { (member) throws(Failure) in
                        (member.name, try oldArgument(member.value))
                    }
                    continue
                }
                throw failure("an input of '\(layer.name.shortened)' is not [layer, node, tensor]")
            }
            tensors.append(.tensor(reference))
            guard let parts = entry.list, parts.count == 4 else { continue }
            for member in parts[3].members ?? [] where !keywords.contains(where: { $0.name == member.name }) {
                keywords.append((member.name, try oldArgument(member.value)))
            }
        }
        return Call(arguments: tensors.count == 1 ? tensors : [.list(tensors)], keywords: keywords)
    }

    /// In the older dialect tensors hide among the values as `["layer", node, tensor]`.
    private static func oldArgument(_ json: JSON) throws(Failure) -> Argument {
        if let list = json.list {
            if list.count == 3, let reference = reference(json) { return .tensor(reference) }
            if list.count >= 3, list[0].text == "_CONSTANT_VALUE" { return .value(list[2]) }
            return .list(try list.map { (item) throws(Failure) in try oldArgument(item) })
        }
        if json["class_name"] != nil || json.members?.contains(where: { $0.name == "start" }) == true {
            return try argument(json)
        }
        return .value(json)
    }

    private static func argument(_ json: JSON) throws(Failure) -> Argument {
        if let list = json.list { return .list(try list.map { (item) throws(Failure) in try argument(item) }) }
        guard let kind = json["class_name"]?.text else {
            // `{"start": 1, "stop": null, "step": null}` of Keras 2.
            guard case .object(let members) = json, members.contains(where: { $0.name == "start" }) else {
                return .value(json)
            }
            return .slice(
                start: try oldArgument(json["start"] ?? .null), stop: try oldArgument(json["stop"] ?? .null),
                step: try oldArgument(json["step"] ?? .null))
        }
        let config = json["config"] ?? .null
        switch kind {
        case "__keras_tensor__":
            guard let reference = config["keras_history"].flatMap(KerasConfig.reference) else {
                throw failure("a tensor without a history")
            }
            return .tensor(reference)
        case "__slice__", "slice":
            return .slice(
                start: try argument(config["start"] ?? .null), stop: try argument(config["stop"] ?? .null),
                step: try argument(config["step"] ?? .null))
        case "__tensor__", "__numpy__": return .value(config["value"] ?? .null)
        case "__ellipsis__": return .value(.text("..."))
        case "__tuple__": return try argument(config["value"] ?? json["items"] ?? .null)
        case "__lambda__":
            throw .unsupported(
                operation: "load", "the model holds a lambda, which is code; code in a file is never run")
        default: return .value(json)
        }
    }

    // MARK: Numbers of calls

    /// In the older dialect calls of a nested model count from 1: its own construction was 0 and is not saved. So the
    /// highest number that is named must be the last call.
    private mutating func countFromZero() {
        var highest: [String: Int] = [:]
        func note(_ argument: Argument) {
            switch argument {
            case .tensor(let reference): highest[reference.layer] = max(highest[reference.layer] ?? 0, reference.node)
            case .list(let items): for item in items { note(item) }
            case .slice(let start, let stop, let step): for item in [start, stop, step] { note(item) }
            case .value: break
            }
        }
        for reference in inputs + outputs { note(.tensor(reference)) }
        for layer in layers {
            for call in layer.calls { for item in call.arguments + call.keywords.map(\.value) { note(item) } }
        }
        var offsets: [String: Int] = [:]
        for layer in layers where layer.entry.isModel {
            let offset = (highest[layer.name] ?? 0) + 1 - layer.calls.count
            if offset > 0, !layer.calls.isEmpty { offsets[layer.name] = offset }
        }
        guard !offsets.isEmpty else { return }
        func moved(_ reference: Reference) -> Reference {
            Reference(
                layer: reference.layer, node: reference.node - (offsets[reference.layer] ?? 0),
                tensor: reference.tensor)
        }
        func moved(_ argument: Argument) -> Argument {
            switch argument {
            case .tensor(let reference): return .tensor(moved(reference))
            case .list(let items): return .list(items.map(moved))
            case .slice(let start, let stop, let step):
                return .slice(start: moved(start), stop: moved(stop), step: moved(step))
            case .value: return argument
            }
        }
        (inputs, outputs) = (inputs.map(moved), outputs.map(moved))
        layers = layers.map { layer in
            Layer(
                entry: layer.entry,
                calls: layer.calls.map { call in
                    Call(
                        arguments: call.arguments.map(moved),
                        keywords: call.keywords.map { ($0.name, moved($0.value)) })
                })
        }
    }
}

/// One object of a config: `{"class_name": ..., "config": {...}}`, with what stands beside these two.
struct KerasEntry {
    /// "Dense", without what registered classes have before their names.
    let kind: String
    /// "keras.layers"; nil where the file does not say it.
    let module: String?
    let name: String
    let config: JSON
    let build: JSON?

    init(_ json: JSON) throws(Failure) {
        guard let kind = json["class_name"]?.text else {
            throw KerasConfig.failure("a layer without a class_name: \(json.written.shortened)")
        }
        let config = json["config"] ?? .object([])
        self.init(
            kind: kind, module: json["module"]?.text, name: config["name"]?.text ?? json["name"]?.text, config: config,
            build: json["build_config"])
    }

    init(kind: String, module: String? = nil, name: String?, config: JSON, build: JSON? = nil) {
        (self.kind, self.module, self.config, self.build) = (kind, module, config, build)
        self.name = name ?? kind.lowercased()
    }

    var isModel: Bool { ["Sequential", "Functional", "Model"].contains(kind) }

    /// Whether it stands for an input of the model.
    var isInput: Bool { kind == "InputLayer" }

    /// A module of Keras' own operations: "keras.src.ops.numpy".
    var isOperation: Bool {
        guard let module, module.hasPrefix("keras") else { return false }
        return module.split(separator: ".").contains("ops")
    }

    /// The shape of what goes in, with the batch.
    var inputShape: JSON? {
        config["batch_shape"] ?? config["batch_input_shape"]
            ?? config["input_shape"].map { .list([.null] + ($0.list ?? [])) }
            ?? (config["input_dim"]?.integer).flatMap { kind == "Embedding" ? nil : .list([.null, .integer($0)]) }
    }
}
