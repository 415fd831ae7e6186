import Engine

/// Models as configs of Keras 3: the other way round from `KerasBuilder`.
///
/// A layer of the registry's `keras.` kinds is its class with its arguments. A Sequential of such is a Sequential, a
/// Graph a Functional: its lines become calls of layers and of operations. Lines that only make masks are left out,
/// since Keras makes its masks itself.
struct KerasDescription {
    /// What the file has of a layer: its class and name, and where its weights come from.
    struct Layer {
        let kind: String
        let name: String
        /// nil for inputs and operations.
        let module: Module?
    }

    let config: JSON
    /// In the config's order.
    let layers: [Layer]

    /// `shapes`: of the inputs, without the batch, where the model does not know them itself.
    init(_ module: Module, name: String? = nil, shapes: [[Int?]]?) throws(Failure) {
        if let sequential = module as? Sequential {
            try self.init(sequential, name ?? module.fileName ?? "sequential", shapes?.first, isWhole: name == nil)
        } else if let graph = module as? Graph {
            self = try KerasFunctional(graph, name ?? module.fileName ?? "functional", shapes).description()
        } else {
            throw KerasDescription.refusal(module, "the model")
        }
    }

    init(config: JSON, layers: [Layer]) { (self.config, self.layers) = (config, layers) }

    private init(_ module: Sequential, _ name: String, _ given: [Int?]?, isWhole: Bool) throws(Failure) {
        var entries: [JSON] = []
        var taken: Set<String> = []
        var layers: [Layer] = []
        if let shape = given ?? KerasDescription.shape(of: module, input: 0) {
            entries.append(KerasDescription.input("input_layer", shape))
        } else if isWhole, !module.allParameters.isEmpty || !module.allBuffers.isEmpty {
            throw .argument(
                operation: "keras_save",
                "the shape of the model's input is not known; give it (input_shape=), without the batch")
        }
        for (name, child) in module.children {
            let name = KerasNames.unique(child.fileName ?? name, &taken)
            layers.append(Layer(kind: KerasDescription.kind(child), name: name, module: child))
            entries.append(try KerasDescription.entry(child, name))
        }
        let config: JSON = [
            "name": .text(name), "trainable": .flag(true), "dtype": KerasDescription.policy(.float32),
            "layers": .list(entries),
        ]
        self.init(
            config: KerasDescription.object("Sequential", module: "keras", config: config), layers: layers)
    }

    static func refusal(_ module: Module, _ place: String) -> Failure {
        .unsupported(
            operation: "keras_save",
            "\(place) is a \(module.className.shortened), which is no layer of Keras; build the model from keras "
                + "layers, or save a checkpoint")
    }

    /// The layers of a model in the order that Keras gives them, which weights in files have; that of the children
    /// where it is no model of Keras'.
    static func layers(of model: Module) -> [(name: String, module: Module)] {
        guard let graph = model as? Graph,
            let found = try? KerasFunctional(graph, "model", nil, isBare: true).description().layers
        else { return model.children }
        let ordered = found.compactMap { layer in layer.module.map { (name: layer.name, module: $0) } }
        let known = Set(model.children.map { ObjectIdentifier($0.module) })
        // A layer that no line calls has no place in Keras' model.
        return ordered.count == known.count && ordered.allSatisfy { known.contains(ObjectIdentifier($0.module)) }
            ? ordered : model.children
    }

    // MARK: Objects

    /// Where Keras has the class Functional.
    static let functional = "keras.src.models.functional"

    static func object(_ kind: String, module: String, config: JSON) -> JSON {
        ["module": .text(module), "class_name": .text(kind), "config": config, "registered_name": .null]
    }

    static func policy(_ dtype: DType) -> JSON {
        object("DTypePolicy", module: "keras", config: ["name": .text(dtype.name)])
    }

    static func shape(_ extents: [Int?]) -> JSON {
        .list([.null] + extents.map { $0.map { .integer(Int64($0)) } ?? .null })
    }

    static func input(_ name: String, _ shape: [Int?]) -> JSON {
        object(
            "InputLayer", module: "keras.layers",
            config: [
                "batch_shape": self.shape(shape), "dtype": "float32", "sparse": .flag(false), "name": .text(name),
            ])
    }

    /// "Dense", "Sequential", "Functional".
    static func kind(_ module: Module) -> String {
        if module is Sequential { return "Sequential" }
        if module is Graph { return "Functional" }
        let name = module.className.hasPrefix("keras.") ? String(module.className.dropFirst(6)) : module.className
        return name == "ThresholdedReLU" ? "ReLU" : name
    }

    /// A layer, or a model that stands in a model.
    static func entry(_ module: Module, _ name: String) throws(Failure) -> JSON {
        if module is Sequential || module is Graph {
            return try KerasDescription(module, name: name, shapes: nil).config
        }
        guard module.className.hasPrefix("keras."), let arguments = module.arguments, !module.isForeign else {
            throw refusal(module, "'\(name.shortened)'")
        }
        let dtype = module.allParameters.first?.tensor.dtype ?? .float32
        var config: JSON = [
            "name": .text(name), "trainable": .flag(arguments.value("trainable")?.flag ?? true),
            "dtype": policy(dtype),
        ]
        for parameter in arguments.signature.parameters where !["input_shape", "dtype"].contains(parameter.name) {
            if parameter.isVariadic, parameter.name == "modules" { continue }  // children under names of their own
            if parameter.isVariadic {
                var list: [JSON] = []
                for entry in arguments.rest {
                    guard case .object(let object) = entry.item, let part = object as? Module else { continue }
                    list.append(try self.entry(part, entry.name ?? "layer"))
                }
                config = config.setting(parameter.name, .list(list))
            } else if let part = part(module, parameter.name, arguments) {
                config = config.setting(parameter.name, try entry(part, partName(parameter.name, part)))
            } else if let value = arguments.value(parameter.name) {
                if late.contains(parameter.name), parameter.initial?.isSame(as: value) == true { continue }
                config = config.setting(parameter.name, try json(value, parameter.name, name))
            }
        }
        if module.className == "keras.ThresholdedReLU" {
            config = [
                "name": .text(name), "trainable": .flag(true), "dtype": policy(dtype),
                "threshold": config["theta"] ?? .real(1),
            ]
        }
        return object(kind(module), module: "keras.layers", config: config)
    }

    /// Arguments that came late to Keras 3: left out where they are the default, for the versions before.
    private static let late: Set<String> = [
        "renorm", "renorm_clipping", "renorm_momentum", "zero_output_for_mask", "seed", "lora_rank", "lora_alpha",
        "quantization_config", "activity_regularizer",
    ]

    /// The module that an argument is: of wrappers, and in the place of an activation.
    private static func part(_ module: Module, _ name: String, _ arguments: Arguments) -> Module? {
        if let object = arguments.object(name) as? Module { return object }
        let parameter = arguments.signature.parameters.first { $0.name == name }
        guard parameter?.type.takesModules == true else { return nil }
        // Of two directions the forward one is the layer.
        let names = name == "layer" ? [name, "forward_layer"] : [name]
        return names.lazy.compactMap { name in module.children.first { $0.name == name }?.module }.first
    }

    private static func partName(_ parameter: String, _ part: Module) -> String {
        KerasWeights.snakeCase(kind(part))
    }

    /// An argument's value as Keras takes it.
    private static func json(_ value: Value, _ parameter: String, _ layer: String) throws(Failure) -> JSON {
        guard let text = value.text else { return json(value) }
        if parameter.hasSuffix("activation") {
            if text == "hard_sigmoid_v2" { return hardSigmoid }
            guard Reader.isWord(text) else {
                throw .unsupported(
                    operation: "keras_save",
                    "the activation '\(text.shortened)' of '\(layer.shortened)' has no name in Keras 3")
            }
            return .text(text)
        }
        for (suffix, folder) in [
            ("_initializer", "keras.initializers"), ("_regularizer", "keras.regularizers"),
            ("_constraint", "keras.constraints"),
        ] where parameter.hasSuffix(suffix) && !Reader.isWord(text) {
            return try call(text, folder)
        }
        return .text(text)
    }

    /// hard_sigmoid of Keras 1 and 2, which no name in Keras 3 means: clip(0.2 x + 0.5, 0, 1), as two layers.
    private static let hardSigmoid: JSON = object(
        "Sequential", module: "keras",
        config: [
            "name": "hard_sigmoid_v2", "trainable": .flag(true), "dtype": policy(.float32),
            "layers": [
                object(
                    "Rescaling", module: "keras.layers",
                    config: ["name": "hard_sigmoid_v2_scale", "scale": .real(0.2), "offset": .real(0.5)]),
                object(
                    "ReLU", module: "keras.layers", config: ["name": "hard_sigmoid_v2_clip", "max_value": .real(1)]),
            ],
        ])

    /// Whether an activation is these two layers.
    static func isHardSigmoid(_ json: JSON) -> Bool {
        let layers = (json["config"]?["layers"]?.list ?? []).filter { $0["class_name"]?.text != "InputLayer" }
        guard json["class_name"]?.text == "Sequential", layers.count == 2, layers[0]["class_name"]?.text == "Rescaling",
            layers[1]["class_name"]?.text == "ReLU", let first = layers[0]["config"], let second = layers[1]["config"]
        else { return false }
        return first["scale"]?.real == 0.2 && first["offset"]?.real == 0.5 && second["max_value"]?.real == 1
            && second["negative_slope"]?.real ?? 0 == 0 && second["threshold"]?.real ?? 0 == 0
    }

    static func json(_ value: Value) -> JSON {
        switch value {
        case .none: return .null
        case .flag(let value): return .flag(value)
        case .integer(let value): return .integer(value)
        case .real(let value): return .real(value)
        case .text(let value): return .text(value)
        case .list(let values): return .list(values.map { json($0) })
        }
    }

    /// The names of arguments that a call may give by their places.
    private static let places = [
        "L1": ["l1"], "L2": ["l2"], "L1L2": ["l1", "l2"], "OrthogonalRegularizer": ["factor", "mode"],
        "MaxNorm": ["max_value", "axis"], "UnitNorm": ["axis"],
        "MinMaxNorm": ["min_value", "max_value", "rate", "axis"],
        "Constant": ["value"], "RandomNormal": ["mean", "stddev", "seed"],
        "RandomUniform": ["minval", "maxval", "seed"],
        "TruncatedNormal": ["mean", "stddev", "seed"], "VarianceScaling": ["scale", "mode", "distribution", "seed"],
        "Orthogonal": ["gain", "seed"], "Identity": ["gain"],
    ]

    /// `RandomNormal(stddev=0.05)` as an object.
    private static func call(_ text: String, _ folder: String) throws(Failure) -> JSON {
        let call = try Reader.call(text, operation: "keras_save")
        let last = call.name.split(separator: ".").last.map(String.init) ?? call.name
        let capitals = last.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        let kind = ["L1l2": "L1L2"][capitals] ?? capitals
        var config: JSON = .object([])
        for (place, argument) in call.arguments.enumerated() {
            let names = places[kind] ?? []
            guard let value = argument.term.constant,
                let name = argument.keyword ?? (place < names.count ? names[place] : nil)
            else { throw .argument(operation: "keras_save", "'\(text.shortened)' is no call with values") }
            config = config.setting(name, json(value))
        }
        return object(kind, module: folder, config: config)
    }

    // MARK: Shapes of inputs

    /// The shape that a module was built for, of one of its inputs; nil where it does not say it.
    static func shape(of module: Module, input: Int) -> [Int?]? {
        if module is Sequential { return module.children.first.flatMap { shape(of: $0.module, input: input) } }
        if let graph = module as? Graph {
            return (try? KerasFunctional(graph, "", nil))?.inputShape(input)
        }
        guard let list = module.arguments?.value("input_shape")?.list else { return nil }
        let own =
            list.contains { $0.list != nil } ? (input < list.count ? list[input].list : nil) : input == 0 ? list : nil
        return own?.map { $0.integer.flatMap { Int(exactly: $0) } }
    }
}
