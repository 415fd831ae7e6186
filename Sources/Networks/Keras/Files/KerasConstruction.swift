import Engine

/// Layers from configs: what a config says goes to the arguments of the same names of the registry's kind.
struct KerasConstruction {
    /// 1, 2 or 3: which Keras wrote the config.
    let version: Int
    let dtype: DType
    /// Layers that are there already, by name.
    let given: [String: Module]
    /// Makes a model that stands in a layer's place.
    let model: (KerasEntry) throws(Failure) -> Module

    /// Arguments that the builder and the files keep track of by themselves.
    private static let own: Set<String> = ["input_shape", "name", "dtype"]

    func layer(_ entry: KerasEntry) throws(Failure) -> Module {
        if let module = given[entry.name] { return module }
        if entry.isModel { return try model(entry) }
        var entry = entry
        if entry.kind == "Merge", version < 3 {
            guard let kind = KerasNames.merge(entry.config["mode"]?.text) else {
                throw .unsupported(
                    operation: "load",
                    "the layer '\(entry.name.shortened)' is a Merge of Keras 1 with the mode "
                        + "\(entry.config["mode"]?.written.shortened ?? "none"), which no layer here has")
            }
            entry = KerasEntry(kind: kind, module: entry.module, name: entry.name, config: entry.config)
        }
        let name = KerasNames.kind(entry.kind)
        guard isOfKeras(entry), let kind = Registry.module("keras." + name) else { throw refusal(entry) }
        var items: [Arguments.Item] = []
        let config = KerasNames.renewed(entry, version: version)
        guard case .object(let members) = config else { throw refusal(entry) }
        for parameter in kind.signature.parameters {
            if parameter.name == Parameter.dtype.name {
                items.append(.init(.value(.text(parameterDType(config["dtype"]).name)), keyword: parameter.name))
            }
            guard !KerasConstruction.own.contains(parameter.name),
                let json = members.first(where: { $0.name == parameter.name })?.value
            else { continue }
            if parameter.isVariadic {
                for item in json.list ?? [json] {
                    items.append(.init(.object(try layer(KerasEntry(item)))))
                }
                continue
            }
            guard let given = try given(json, parameter) else { continue }
            items.append(.init(given, keyword: parameter.name))
        }
        // What has no name stands first.
        items = items.filter { $0.keyword == nil } + items.filter { $0.keyword != nil }
        do throws(Failure) {
            return try kind.make(Arguments(kind.signature, items))
        } catch {
            throw error.renamed { operation in
                operation.hasPrefix("'") ? operation : "'\(entry.name.shortened)' (\(operation))"
            }
        }
    }

    private func isOfKeras(_ entry: KerasEntry) -> Bool {
        guard let module = entry.module else { return true }
        let parts = module.split(separator: ".")
        return ["keras", "tf_keras"].contains(parts.first) || parts.count > 1 && parts[1] == "keras"
    }

    /// The sentence for a layer that cannot be made.
    func refusal(_ entry: KerasEntry) -> Failure {
        let name = "the layer '\(entry.name.shortened)'"
        if entry.kind == "Lambda" {
            return .unsupported(
                operation: "load",
                "\(name) is a Lambda: its function is Python code, and code in a file is never run; give a layer in "
                    + "its place, custom={'\(entry.name.shortened)': layer} (names and modules of wb_keras_load); "
                    + "wb.h5.read gives the arrays")
        }
        let place = entry.module.map { " (\($0.shortened))" } ?? ""
        return .unsupported(
            operation: "load",
            "\(name) is a \(entry.kind.shortened)\(place), which is no layer of Keras that this library has; give the "
                + "class or the layer, custom=[\(entry.kind.shortened)] (names and modules of wb_keras_load); "
                + "wb.h5.read gives the arrays")
    }

    // MARK: Arguments

    /// The dtype that a layer keeps its variables in. Mixed policies keep float32.
    private func parameterDType(_ json: JSON?) -> DType {
        let name = json?.text ?? json?["config"]?["name"]?.text ?? "float32"
        guard let found = DType.allCases.first(where: { $0.name == name }), found.isFloat else { return dtype }
        return found == .float32 ? dtype : found
    }

    /// What a config says for an argument; nil: the default.
    private func given(_ json: JSON, _ parameter: Parameter) throws(Failure) -> Given? {
        if parameter.name.hasSuffix("activation") { return try activation(json) }
        if ["initializer", "regularizer", "constraint"].contains(where: { parameter.name.hasSuffix("_" + $0) }) {
            guard let text = KerasConstruction.call(json) else {
                return json.isNull && parameter.initial == Value.none ? .value(.none) : nil
            }
            if parameter.name.hasSuffix("_initializer"), (try? KerasInitializer(text, for: "load")) == nil {
                return nil
            }
            return .value(.text(text))
        }
        if json["class_name"] != nil, parameter.type.takesModules { return .object(try layer(KerasEntry(json))) }
        guard var value = KerasConstruction.value(json) else { return nil }
        // An axis as a list of one.
        if let list = value.list, list.count == 1, parameter.name == "axis" || parameter.type.accepting(value) == nil {
            value = list[0]
        }
        if value == .none, parameter.type.accepting(value) == nil { return nil }
        return .value(value)
    }

    /// "relu", `{"class_name": "function", "config": "relu6"}`, or a layer.
    private func activation(_ json: JSON) throws(Failure) -> Given? {
        if let name = json.text { return .value(.text(activationName(name))) }
        guard let kind = json["class_name"]?.text else { return json.isNull ? .value(.none) : nil }
        if kind == "function" || json["registered_name"]?.text == "function" {
            let name = json["config"]?.text ?? kind
            return .value(.text(activationName(name)))
        }
        if kind == "__lambda__" {
            throw .unsupported(
                operation: "load", "an activation of the model is a lambda, which is code; code in a file is never run")
        }
        if KerasDescription.isHardSigmoid(json) { return .value(.text("hard_sigmoid_v2")) }
        return .object(try layer(KerasEntry(json)))
    }

    /// hard_sigmoid was another function before Keras 3.
    private func activationName(_ name: String) -> String {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return version < 3 && last == "hard_sigmoid" ? "hard_sigmoid_v2" : last
    }

    /// `{"class_name": "RandomNormal", "config": {"stddev": 0.05}}` as the call `RandomNormal(stddev=0.05)`.
    static func call(_ json: JSON) -> String? {
        if let text = json.text { return text }
        guard let kind = json["class_name"]?.text, Reader.isWord(kind) else { return nil }
        var arguments: [String] = []
        for member in json["config"]?.members ?? [] where member.name != "dtype" && !member.value.isNull {
            guard Reader.isWord(member.name), let value = value(member.value) else { return nil }
            arguments.append("\(member.name)=\(value.literal)")
        }
        return "\(kind)(\(arguments.joined(separator: ", ")))"
    }

    /// A plain value; nil for an object. Arrays of Keras 2 stand as `{"type": "ndarray", "value": ...}`.
    static func value(_ json: JSON) -> Value? {
        switch json {
        case .null: return Value.none
        case .flag(let value): return .flag(value)
        case .integer(let value): return .integer(value)
        case .real(let value): return .real(value)
        case .text(let value): return .text(value)
        case .list(let items):
            let values = items.compactMap { value($0) }
            return values.count == items.count ? .list(values) : nil
        case .object: return json["value"].flatMap { value($0) } ?? json["config"]?["value"].flatMap { value($0) }
        }
    }
}

extension ArgumentType {
    var takesModules: Bool {
        switch self {
        case .module: return true
        case .optional(let type): return type.takesModules
        case .either(let types): return types.contains { $0.takesModules }
        default: return false
        }
    }
}
