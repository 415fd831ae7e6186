import Engine

/// Optimisers in files of Keras: their settings from the training config, their state by its order.
enum KerasOptimizerState {
    /// The optimiser of a training config over a model's parameters, with the state of a file; nil where the config has
    /// none, or one that is not known here. State is restored as far as it fits, as Keras does it.
    static func optimizer(
        _ training: JSON?, _ state: StateTree?, _ module: Module, byLayer: Bool
    ) throws(Failure) -> Optimizer? {
        guard let config = training?["optimizer_config"] ?? training?["optimizer"] else { return nil }
        let parameters = KerasWeights.weights(of: module).map(\.tensor).filter(\.requiresGrad)
        guard !parameters.isEmpty, let text = text(of: config) else { return nil }
        guard let optimizer = try? Optimizer.make(text, parameters) else { return nil }
        guard let state else { return optimizer }
        let values = byLayer ? KerasWeights.listed(state) : (state[child: "vars"] ?? state).arrays
        try? load(values, into: optimizer)
        return optimizer
    }

    /// The expression of an optimiser: `keras.Adam(learning_rate=0.001)`.
    static func text(of config: JSON) -> String? {
        let name: String
        let settings: JSON
        if let text = config.text {
            (name, settings) = (text, .object([]))
        } else {
            guard let kind = config["class_name"]?.text else { return nil }
            (name, settings) = (kind, config["config"] ?? .object([]))
        }
        let last = name.split(separator: ">").last.map(String.init) ?? name
        let known = Registry.optimizers.map { $0.signature }.filter { $0.name.hasPrefix("keras.") }
        guard
            let signature = known.first(where: { $0.name.dropFirst(6).lowercased() == last.lowercased() })
        else { return nil }
        var words: [String] = []
        for parameter in signature.parameters {
            let old = parameter.name == "learning_rate" ? settings["lr"] : nil
            guard let json = settings[parameter.name] ?? old else { continue }
            var value = KerasConstruction.value(json)
            // A schedule: the rate that it begins with.
            if case .object = json, value == nil {
                value = (json["config"]?["initial_learning_rate"]?.real).map { .real($0) }
            }
            guard let value, let accepted = parameter.type.accepting(value) else { continue }
            words.append("\(parameter.name)=\(accepted.literal)")
        }
        return "\(signature.name)(\(words.joined(separator: ", ")))"
    }

    /// Values in Keras' order into a state of the same order. Files of Keras 2 have no rate, and some have all first
    /// moments before all second ones.
    private static func load(_ values: [(name: String, tensor: Tensor)], into optimizer: Optimizer) throws(Failure) {
        let own = optimizer.state
        var wanted = own
        if values.count == own.count - 1 { wanted.removeAll { $0.name == "learning_rate" } }
        guard !values.isEmpty else { return }
        var found: [(name: String, tensor: Tensor)] = []
        let pairs = zip(wanted, values).map { (name: $0.0.name, box: $0.0.tensor, value: $0.1.tensor) }
        if pairs.allSatisfy({ $0.box.shape == $0.value.shape }) {
            // A model that was compiled and never trained has only the first ones.
            found = pairs.map { ($0.name, $0.value) }
        } else {
            guard values.count == wanted.count else { return }
            let common = wanted.filter { !$0.name.contains(".") }
            let kinds = wanted.dropFirst(common.count).map { String($0.name.drop { $0 != "." }) }
            var order = common
            var seen: Set<String> = []
            for kind in kinds where seen.insert(kind).inserted {
                order += wanted.filter { $0.name.hasSuffix(kind) }
            }
            guard zip(order, values).allSatisfy({ $0.tensor.shape == $1.tensor.shape }) else { return }
            found = zip(order, values).map { ($0.name, $1.tensor) }
        }
        let names = Set(found.map(\.name))
        for entry in own where !names.contains(entry.name) { found.append(entry) }
        try optimizer.load(state: found)
    }

    // MARK: Writing

    /// The state of an optimiser of Keras' kinds, in their order, for a model's parameters in Keras' order.
    /// Keras 2 stores no rate.
    static func tree(
        of optimizer: Optimizer, over model: Module, byLayer: Bool, withRate: Bool = true
    ) throws(Failure) -> StateTree {
        guard optimizer.className.hasPrefix("keras.") else {
            throw .unsupported(
                operation: "keras_save",
                "the optimiser is \(optimizer.className), which is none of Keras'; use one of keras.optimizers, or "
                    + "save a checkpoint")
        }
        var variables = StateTree()
        let prefix = KerasWeights.snakeCase(String(optimizer.className.dropFirst(6)))
        var names: [Value] = []
        let entries = try ordered(optimizer, model).filter { withRate || $0.name != KerasSettings.rate }
        for (place, entry) in entries.enumerated() {
            let name = byLayer ? entry.name.split(separator: ".").reversed().joined(separator: "_") : String(place)
            variables.arrays.append((name, entry.tensor))
            names.append(.text("\(prefix)/\(name)"))
        }
        var tree = StateTree()
        tree.children = [(byLayer ? prefix : "vars", variables)]
        if byLayer { tree.attributes = [("weight_names", .list(names))] }
        return tree
    }

    /// The state with the model's trainable parameters in Keras' order, which an optimiser need not have.
    private static func ordered(
        _ optimizer: Optimizer, _ model: Module
    ) throws(Failure) -> [(name: String, tensor: Tensor)] {
        let own = optimizer.parameters
        let wanted = KerasWeights.weights(of: model).map(\.tensor).filter(\.requiresGrad)
        let places = wanted.compactMap { tensor in own.firstIndex { $0 === tensor } }
        guard places.count == wanted.count else {
            throw .unsupported(
                operation: "keras_save",
                "the optimiser has not all of the trainable parameters that the file's layers have; save the model "
                    + "without it, or save a checkpoint")
        }
        // Frozen parameters have no place in Keras' optimisers.
        let ranks = own.indices.filter { places.contains($0) }
        let state = optimizer.state
        let byName = Dictionary(state.map { ($0.name, $0.tensor) }) { first, _ in first }
        return state.compactMap { entry in
            let parts = entry.name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let place = Int(parts[0]) else { return entry }
            guard let rank = ranks.firstIndex(of: place) else { return nil }
            let name = "\(places[rank]).\(parts[1])"
            return byName[name].map { (name, $0) }
        }
    }

    /// A training config with the optimiser under the name that the kind of file has for it, and with its settings now.
    static func training(_ given: JSON, _ optimizer: Optimizer?, byLayer: Bool) -> JSON {
        let own = given["optimizer"] ?? given["optimizer_config"]
        var config = optimizer.map { self.config(of: $0) } ?? own ?? .null
        if let schedule = own?["config"]?["learning_rate"], case .object = schedule, let settings = config["config"] {
            config = config.setting("config", settings.setting("learning_rate", schedule))
        }
        var rest = (given.members ?? []).filter { !$0.name.hasPrefix("optimizer") }
        if byLayer { rest = rest.map { $0.name == "loss" ? JSON.Member($0.name, named($0.value)) : $0 } }
        return .object([JSON.Member(byLayer ? "optimizer_config" : "optimizer", config)] + rest)
    }

    /// Losses under their whole names. In files of one group a layer Keras takes a short one for a metric.
    private static func named(_ loss: JSON) -> JSON {
        if let list = loss.list { return .list(list.map { named($0) }) }
        if let text = loss.text { return .text(names[text.lowercased()] ?? text) }
        guard let members = loss.members, loss["class_name"] == nil else { return loss }
        return .object(members.map { JSON.Member($0.name, named($0.value)) })
    }

    private static let names = [
        "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
        "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "kld": "kl_divergence",
    ]

    /// The settings of an optimiser as Keras' config.
    static func config(of optimizer: Optimizer) -> JSON {
        let kind = String(optimizer.className.drop { $0 != "." }.dropFirst())
        var config: JSON = ["name": .text(KerasWeights.snakeCase(kind))]
        let attributes = optimizer.tree[child: "groups"]?.children.first?.tree.attributes ?? []
        for (name, value) in attributes where !name.hasPrefix("_") {
            config = config.setting(name, KerasDescription.json(value))
        }
        return KerasDescription.object(kind, module: "keras.optimizers", config: config)
    }
}
