import Engine

/// Configs of Keras 3 in the words of Keras 2, for whole models in HDF5 that tf_keras opens.
struct KerasOlder {
    /// The Keras that such files say they are of.
    static let version = "2.15.0"

    /// Models in the model whose own construction was their call 0: calls of them count from 1.
    private let counted: Set<String>

    /// The config of a model.
    static func config(_ json: JSON) throws(Failure) -> JSON {
        let layers = json["config"]?["layers"]?.list ?? []
        return try KerasOlder(counted: Set(layers.filter(isCounted).compactMap(name))).model(json)
    }

    private static func name(_ entry: JSON) -> String? { entry["config"]?["name"]?.text }

    private static func isCounted(_ entry: JSON) -> Bool {
        switch entry["class_name"]?.text {
        case "Functional": return true
        case "Sequential": return entry["config"]?["layers"]?.list?.first?["class_name"]?.text == "InputLayer"
        default: return false
        }
    }

    private static func refusal(_ what: String) -> Failure {
        .unsupported(operation: "keras_save", "\(what), which Keras 2 does not have; write a file of Keras 3")
    }

    // MARK: Models

    private func model(_ json: JSON) throws(Failure) -> JSON {
        let config = json["config"] ?? .object([])
        var found: JSON = ["name": config["name"] ?? .null]
        var entries: [JSON] = []
        let isFunctional = config["output_layers"] != nil
        for entry in config["layers"]?.list ?? [] {
            var layer = try self.layer(entry)
            if isFunctional {
                let kind = entry["class_name"]?.text ?? ""
                let nodes = (entry["inbound_nodes"]?.list ?? []).map { node($0, kind) }
                layer = layer.setting("name", entry["config"]?["name"] ?? .null).setting("inbound_nodes", .list(nodes))
            }
            entries.append(layer)
        }
        found = found.setting("layers", .list(entries))
        if isFunctional {
            for name in ["input_layers", "output_layers"] {
                found = found.setting(name, .list(ends(config[name] ?? .null)))
            }
        }
        return ["class_name": json["class_name"] ?? .null, "config": found]
    }

    /// `[layer, node, tensor]`, alone or in a list.
    private func ends(_ json: JSON) -> [JSON] {
        if let one = triple(json) { return [one] }
        return (json.list ?? []).flatMap { ends($0) }
    }

    private func triple(_ history: JSON) -> JSON? {
        guard let list = history.list, list.count == 3, let layer = list[0].text, let node = list[1].integer else {
            return nil
        }
        return .list([list[0], .integer(node + (counted.contains(layer) ? 1 : 0)), list[2]])
    }

    // MARK: Calls

    private func tensor(_ json: JSON) -> JSON? {
        json["class_name"]?.text == "__keras_tensor__" ? json["config"]?["keras_history"].flatMap { triple($0) } : nil
    }

    /// `[[layer, node, tensor, {...}], ...]`: tensors by their places, the others among the first one's keywords.
    private func node(_ json: JSON, _ kind: String) -> JSON {
        let given = (json["args"]?.list ?? []).filter { !$0.isNull }
        var tensors = given.flatMap { $0.list ?? [$0] }.compactMap { tensor($0) }
        var keywords: JSON = .object([])
        if kind == "MultiHeadAttention" {
            for (name, value) in zip(["value", "key"], tensors.dropFirst()) { keywords = keywords.setting(name, value) }
            tensors = Array(tensors.prefix(1))
        }
        for member in json["kwargs"]?.members ?? [] {
            let list = member.value.list.map { JSON.list($0.map { tensor($0) ?? $0 }) }
            keywords = keywords.setting(member.name, tensor(member.value) ?? list ?? member.value)
        }
        return .list(
            tensors.enumerated().map { place, tensor in
                .list((tensor.list ?? []) + [place == 0 ? keywords : .object([])])
            })
    }

    // MARK: Layers

    private static let newer: Set<String> = [
        "GroupQueryAttention", "RMSNormalization", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D",
        "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D",
        "ConvLSTMCell",
    ]

    /// Arguments that Keras 2 does not have, and what it does without them: nil where nothing depends on them.
    private static let dropped: [String: [String: [JSON]?]] = [
        "MultiHeadAttention": [
            "sliding_window": [.null], "flash_attention": nil, "use_gate": [.null, .flag(false)], "seed": nil,
        ],
        "CenterCrop": ["data_format": [.null, "channels_last"]],
        "Resizing": [
            "pad_to_aspect_ratio": [.flag(false)], "fill_mode": nil, "fill_value": nil, "antialias": [.flag(false)],
            "data_format": [.null, "channels_last"],
        ],
        "ZeroPadding1D": ["data_format": [.null, "channels_last"]], "GRU": ["use_cudnn": nil],
        "LSTM": ["use_cudnn": nil], "RNN": ["zero_output_for_mask": [.null, .flag(false)]],
        "ConvLSTM1D": ["seed": nil], "ConvLSTM2D": ["seed": nil], "ConvLSTM3D": ["seed": nil],
        "SimpleRNN": ["seed": nil],
    ]

    private static let activations: Set<String> = [
        "linear", "relu", "sigmoid", "tanh", "softmax", "softplus", "softsign", "elu", "selu", "exponential", "swish",
        "silu", "gelu", "mish", "log_softmax", "relu6", "leaky_relu",
    ]

    private func layer(_ json: JSON) throws(Failure) -> JSON {
        let kind = json["class_name"]?.text ?? ""
        let name = (json["config"]?["name"]?.text ?? kind).shortened
        if json["module"]?.text?.split(separator: ".").contains("ops") == true {
            throw KerasOlder.refusal("'\(name)' computes \(kind) outside of layers")
        }
        if kind == "Sequential" || kind == "Functional" { return try KerasOlder.config(json) }
        guard !KerasOlder.newer.contains(kind) else { throw KerasOlder.refusal("'\(name)' is a \(kind)") }
        var members: [JSON.Member] = []
        for member in json["config"]?.members ?? [] {
            if let known = KerasOlder.dropped[kind]?[member.name] {
                guard known?.contains(member.value) ?? true else {
                    throw KerasOlder.refusal("'\(name)' has \(member.name)=\(member.value.written.shortened)")
                }
                continue
            }
            members.append(JSON.Member(word(member.name, kind), try value(member, name)))
        }
        if kind == "MultiHeadAttention" {
            // It asks for these, and takes what its call says where there are none.
            for name in ["query_shape", "value_shape", "key_shape"] { members.append(JSON.Member(name, .null)) }
        }
        return ["class_name": .text(kind), "config": .object(members)]
    }

    private func word(_ name: String, _ kind: String) -> String {
        switch (kind, name) {
        case ("InputLayer", "batch_shape"): return "batch_input_shape"
        case ("LeakyReLU", "negative_slope"): return "alpha"
        default: return name
        }
    }

    private func value(_ member: JSON.Member, _ layer: String) throws(Failure) -> JSON {
        let value = member.value
        if member.name.hasSuffix("activation") {
            if let text = value.text {
                guard KerasOlder.activations.contains(text) else {
                    throw KerasOlder.refusal("'\(layer)' has the activation \(text.shortened) of Keras 3")
                }
                return value
            }
            if value["class_name"] != nil {
                return KerasDescription.isHardSigmoid(value) ? "hard_sigmoid" : try self.layer(value)
            }
        }
        if member.name == "dtype" { return value["config"]?["name"] ?? value }
        if ["layer", "backward_layer", "cell"].contains(member.name), value["class_name"] != nil {
            return try self.layer(value)
        }
        if member.name == "cells", let cells = value.list {
            return .list(try cells.map { (cell) throws(Failure) in try self.layer(cell) })
        }
        return KerasOlder.bare(value)
    }

    /// Classes with another name in Keras 2.
    private static let classes = ["OrthogonalInitializer": "Orthogonal", "IdentityInitializer": "Identity"]

    /// An object without what Keras 3 says of its class.
    static func bare(_ json: JSON) -> JSON {
        guard let kind = json["class_name"] else { return json }
        let known = JSON.object((json.members ?? []).filter { $0.name != "module" && $0.name != "registered_name" })
        return known.setting("class_name", kind.text.flatMap { classes[$0] }.map { .text($0) } ?? kind)
    }

    // MARK: Training

    /// A training config. The optimiser is without the settings that Keras 2 does not have.
    static func training(_ json: JSON) -> JSON {
        guard let optimizer = json["optimizer_config"], let settings = optimizer["config"]?.members else { return json }
        let newer = ["loss_scale_factor", "gradient_accumulation_steps"]
        let known = settings.filter { !newer.contains($0.name) }.map { JSON.Member($0.name, bare($0.value)) }
        // Without this word it means the optimisers of before 2.11.
        let config = JSON.object(known + [JSON.Member("is_legacy_optimizer", .flag(false))])
        return json.setting("optimizer_config", bare(optimizer).setting("config", config))
    }
}
