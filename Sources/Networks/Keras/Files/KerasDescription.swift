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
            try self.init(sequential, name ?? "sequential", shapes?.first, isWhole: name == nil)
        } else if let graph = module as? Graph {
            self = try KerasFunctional(graph, name ?? "functional", shapes).description()
        } else {
            throw KerasDescription.refusal(module, "the model")
        }
    }

    init(config: JSON, layers: [Layer]) { (self.config, self.layers) = (config, layers) }

    private init(_ module: Sequential, _ name: String, _ given: [Int?]?, isWhole: Bool) throws(Failure) {
        var entries: [JSON] = []
        var layers: [Layer] = []
        if let shape = given ?? KerasDescription.shape(of: module, input: 0) {
            entries.append(KerasDescription.input("input_layer", shape))
        } else if isWhole, !module.allParameters.isEmpty || !module.allBuffers.isEmpty {
            throw .argument(
                operation: "keras_save",
                "the shape of the model's input is not known; give it (input_shape=), without the batch")
        }
        for (name, child) in module.children {
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
            guard Reader.isWord(text), text != "hard_sigmoid_v2" else {
                throw .unsupported(
                    operation: "keras_save",
                    "the activation '\(text.shortened)' of '\(layer.shortened)' has no name in Keras 3"
                        + (text == "hard_sigmoid_v2" ? ", whose hard_sigmoid is another function" : ""))
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
