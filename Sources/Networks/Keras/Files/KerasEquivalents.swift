import Engine

/// Layers with PyTorch's names as layers of Keras, where they mean the same: what `keras_save` does first with a
/// Sequential of such.
///
/// PyTorch has channels behind the batch, Keras at the end. A run of layers that know channels stands between two
/// Permute layers.
struct KerasEquivalents {
    /// The same module, if there is nothing in it that is not Keras'.
    static func module(_ module: Module) throws(Failure) -> Module {
        guard let sequential = module as? Sequential,
            sequential.children.contains(where: { !isKeras($0.module) })
        else { return module }
        var equivalents = KerasEquivalents()
        try equivalents.append(sequential, "")
        try equivalents.toFirst()
        let result = try Sequential([])
        for (name, child) in equivalents.layers { try result.add(child, as: name) }
        return result
    }

    private static func isKeras(_ module: Module) -> Bool {
        module.className.hasPrefix("keras.") || module is Graph
            || module is Sequential && module.children.allSatisfy { isKeras($0.module) }
    }

    private var layers: [(name: String, module: Module)] = []
    private var taken: Set<String> = []
    /// Spatial axes of the data, while channels are at the end; nil while they are behind the batch.
    private var lastAxes: Int?

    private mutating func add(_ expression: String, _ name: String) throws(Failure) {
        layers.append((KerasNames.unique(KerasNames.word(name), &taken), try Module.make(expression, dtype: .float32)))
    }

    /// Gives the last module its parameters.
    private func fill(_ values: [(String, Tensor?)], buffers: [(String, Tensor?)] = []) throws(Failure) {
        guard let module = layers.last?.module else { return }
        for (name, value) in values {
            guard let value else { continue }
            try module.setParameter(name, contiguous(value))
        }
        for (name, value) in buffers {
            guard let value else { continue }
            try module.setBuffer(name, contiguous(value))
        }
    }

    private func contiguous(_ tensor: Tensor) throws(Failure) -> Tensor {
        let value = try tensor.detach().cast(tensor.dtype)
        try Tensor.evaluate([value])
        return value
    }

    // MARK: Where the channels are

    private mutating func toLast(_ axes: Int) throws(Failure) {
        if lastAxes == axes { return }
        try toFirst()
        let order = Array(2...axes + 1) + [1]
        try add("keras.Permute(\(Value.list(order.map { .integer(Int64($0)) }).literal))", "channels_last")
        lastAxes = axes
    }

    private mutating func toFirst() throws(Failure) {
        guard let axes = lastAxes else { return }
        let order = [axes + 1] + Array(1...axes)
        try add("keras.Permute(\(Value.list(order.map { .integer(Int64($0)) }).literal))", "channels_first")
        lastAxes = nil
    }

    // MARK: Layers

    private func refused(_ module: Module, _ name: String, _ what: String) -> Failure {
        .unsupported(operation: "keras_save", "the layer '\(name)' (\(module.className)) \(what)")
    }

    private static let activations = [
        "ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "SiLU": "silu", "Softplus": "softplus",
        "Softsign": "softsign", "SELU": "selu", "Mish": "mish", "ReLU6": "relu6", "LogSigmoid": "log_sigmoid",
        "Hardswish": "hard_silu", "Hardsigmoid": "hard_sigmoid", "Hardtanh": "hard_tanh", "Tanhshrink": "tanh_shrink",
    ]

    private mutating func append(_ sequential: Sequential, _ prefix: String) throws(Failure) {
        for (name, child) in sequential.children {
            let name = Int(name) == nil ? prefix + name : "\(prefix)layer_\(name)"
            if let inner = child as? Sequential, !KerasEquivalents.isKeras(child) {
                try append(inner, name + "_")
            } else {
                try append(child, name)
            }
        }
    }

    private mutating func append(_ module: Module, _ name: String) throws(Failure) {
        if KerasEquivalents.isKeras(module) {
            try toFirst()
            layers.append((KerasNames.unique(KerasNames.word(name), &taken), module))
            return
        }
        guard let arguments = module.arguments, !module.isForeign else {
            throw refused(module, name, "has code of its own, which no file of Keras holds")
        }
        if let activation = KerasEquivalents.activations[module.className] {
            if module.className == "Softplus", arguments.optionalReal("beta") ?? 1 != 1 {
                throw refused(module, name, "has a beta, which Keras' softplus has not")
            }
            if module.className == "Hardtanh",
                arguments.optionalReal("min_val") ?? -1 != -1 || arguments.optionalReal("max_val") ?? 1 != 1
            {
                throw refused(module, name, "has bounds, which Keras' hard_tanh has not")
            }
            return try add("keras.Activation('\(activation)')", name)
        }
        switch module.className {
        case "Identity": return try add("keras.Identity()", name)
        case "GELU":
            guard arguments.optionalText("approximate") ?? "none" == "none" else {
                throw refused(module, name, "is the approximation by tanh, which no name in Keras means")
            }
            try add("keras.Activation('gelu')", name)
        case "LeakyReLU":
            try add("keras.LeakyReLU(negative_slope=\(arguments.optionalReal("negative_slope") ?? 0.01))", name)
        case "ELU": try add("keras.ELU(alpha=\(arguments.optionalReal("alpha") ?? 1))", name)
        case "Softmax", "LogSoftmax":
            try toFirst()
            guard arguments.optionalInteger("dim") == -1 || arguments.optionalInteger("dim") == 1 else {
                throw refused(module, name, "works along another axis than the last")
            }
            try add("keras.Activation('\(module.className == "Softmax" ? "softmax" : "log_softmax")')", name)
        case "Dropout": try add("keras.Dropout(\(arguments.optionalReal("p") ?? 0.5))", name)
        case "Flatten":
            try toFirst()
            guard arguments.optionalInteger("start_dim") == 1, arguments.optionalInteger("end_dim") == -1 else {
                throw refused(module, name, "flattens other axes than all behind the batch")
            }
            try add("keras.Flatten()", name)
        case "Linear", "LazyLinear": try linear(module, name)
        case "Conv1d": try convolution(module, arguments, name, 1)
        case "Conv2d": try convolution(module, arguments, name, 2)
        case "BatchNorm1d", "BatchNorm2d", "BatchNorm3d": try batchNorm(module, arguments, name)
        case "LayerNorm": try layerNorm(module, arguments, name)
        case "Embedding":
            try toFirst()
            guard let weight = module.parameter("weight"), weight.shape.count == 2 else {
                throw refused(module, name, "has no weight")
            }
            try add(
                "keras.Embedding(\(weight.shape[0]), \(weight.shape[1]), input_shape=(None,))", name)
            try fill([("embeddings", weight)])
        case "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d": try pool(module, arguments, name)
        default:
            throw refused(
                module, name, "has no equal in Keras that is written; build it from keras layers, or save a checkpoint")
        }
    }

    private mutating func linear(_ module: Module, _ name: String) throws(Failure) {
        // Of spatial data the last axis is not the channels.
        try toFirst()
        guard let weight = module.parameter("weight"), weight.shape.count == 2 else {
            throw refused(module, name, "has no weight yet; call the model once")
        }
        let bias = module.parameter("bias")
        try add(
            "keras.Dense(\(weight.shape[0]), use_bias=\(Value.flag(bias != nil).literal), "
                + "input_shape=(\(weight.shape[1]),))", name)
        try fill([("kernel", weight.permute([1, 0])), ("bias", bias)])
    }

    private func pairs(_ arguments: Arguments, _ name: String, _ axes: Int, _ initial: Int) -> [Int] {
        let given = arguments.optionalIntegers(name) ?? [initial]
        return given.count == axes ? given : Array(repeating: given.first ?? initial, count: axes)
    }

    private func literal(_ numbers: [Int]) -> String { Value.list(numbers.map { .integer(Int64($0)) }).literal }

    private mutating func padding(_ sides: [Int], _ name: String) throws(Failure) {
        guard sides.contains(where: { $0 != 0 }) else { return }
        let text = sides.map { "(\($0), \($0))" }.joined(separator: ", ")
        try add("keras.ZeroPadding\(sides.count)D(\(sides.count == 1 ? text : "(\(text))"))", name + "_pad")
    }

    private mutating func convolution(_ module: Module, _ arguments: Arguments, _ name: String, _ axes: Int)
        throws(Failure)
    {
        guard let weight = module.parameter("weight"), weight.shape.count == axes + 2,
            arguments.optionalText("padding_mode") ?? "zeros" == "zeros", arguments.optionalText("padding") != "same"
        else { throw refused(module, name, "has a padding that is not of zeros of a fixed number") }
        try toLast(axes)
        if arguments.optionalText("padding") == nil { try padding(pairs(arguments, "padding", axes, 0), name) }
        let bias = module.parameter("bias")
        let groups = arguments.optionalInteger("groups") ?? 1
        let spatial = Array(repeating: "None", count: axes).joined(separator: ", ")
        try add(
            "keras.Conv\(axes)D(\(weight.shape[0]), \(literal(Array(weight.shape[2...]))), "
                + "strides=\(literal(pairs(arguments, "stride", axes, 1))), "
                + "dilation_rate=\(literal(pairs(arguments, "dilation", axes, 1))), groups=\(groups), "
                + "use_bias=\(Value.flag(bias != nil).literal), "
                + "input_shape=(\(spatial), \(weight.shape[1] * groups)))", name)
        try fill([("kernel", weight.permute(Array(2...axes + 1) + [1, 0])), ("bias", bias)])
    }

    private mutating func batchNorm(_ module: Module, _ arguments: Arguments, _ name: String) throws(Failure) {
        guard let mean = module.buffer("running_mean"), let variance = module.buffer("running_var") else {
            throw refused(module, name, "keeps no statistics, which Keras' always does")
        }
        if module.className == "BatchNorm2d" { try toLast(2) }
        if module.className == "BatchNorm3d" { try toLast(3) }
        guard let momentum = arguments.optionalReal("momentum") else {
            throw refused(module, name, "has a momentum of None, which Keras has not")
        }
        let (weight, bias) = (module.parameter("weight"), module.parameter("bias"))
        // Of [N, C, L] the channels are not at the end; of [N, C] they are.
        let axis = lastAxes == nil && module.className == "BatchNorm1d" ? 1 : -1
        let spatial = lastAxes.map { Array(repeating: "None, ", count: $0).joined() } ?? ""
        try add(
            "keras.BatchNormalization(axis=\(axis), momentum=\(1 - momentum), "
                + "epsilon=\(arguments.optionalReal("eps") ?? 1e-5), center=\(Value.flag(bias != nil).literal), "
                + "scale=\(Value.flag(weight != nil).literal), input_shape=(\(spatial)\(mean.shape[0]),))", name)
        try fill(
            [("gamma", weight), ("beta", bias)], buffers: [("moving_mean", mean), ("moving_variance", variance)])
    }

    private mutating func layerNorm(_ module: Module, _ arguments: Arguments, _ name: String) throws(Failure) {
        try toFirst()
        let shape = arguments.optionalIntegers("normalized_shape") ?? []
        guard shape.count == 1 else { throw refused(module, name, "normalises along several axes") }
        let (weight, bias) = (module.parameter("weight"), module.parameter("bias"))
        try add(
            "keras.LayerNormalization(epsilon=\(arguments.optionalReal("eps") ?? 1e-5), "
                + "center=\(Value.flag(bias != nil).literal), scale=\(Value.flag(weight != nil).literal), "
                + "input_shape=(\(shape[0]),))", name)
        try fill([("gamma", weight), ("beta", bias)])
    }

    private mutating func pool(_ module: Module, _ arguments: Arguments, _ name: String) throws(Failure) {
        let axes = module.className.hasSuffix("1d") ? 1 : 2
        let size = pairs(arguments, "kernel_size", axes, 1)
        let strides = arguments.value("stride") == Value.none ? size : pairs(arguments, "stride", axes, 1)
        guard pairs(arguments, "padding", axes, 0).allSatisfy({ $0 == 0 }),
            pairs(arguments, "dilation", axes, 1).allSatisfy({ $0 == 1 }),
            arguments.value("ceil_mode")?.flag != true, arguments.value("return_indices")?.flag != true
        else { throw refused(module, name, "has padding, dilation, ceil_mode or indices, which Keras' has not") }
        try toLast(axes)
        let kind = module.className.hasPrefix("Max") ? "MaxPooling" : "AveragePooling"
        try add("keras.\(kind)\(axes)D(\(literal(size)), strides=\(literal(strides)))", name)
    }
}
