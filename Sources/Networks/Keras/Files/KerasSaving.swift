import Engine

/// Files of Keras from modules: the trees that Storage writes (`writeKerasFile`).
extension KerasModel {
    public enum Format: String, CaseIterable {
        /// `.keras`: an archive of config and weights.
        case archive = "keras"
        /// A whole model in one HDF5 file.
        case whole = "h5"
        /// The same in the words of Keras 2.
        case older = "keras2"
        /// `.weights.h5`.
        case weights

        var isByLayer: Bool { self == .whole || self == .older }
    }

    /// The Keras that files say they are of: that of the first which reads all that is written.
    static let writtenVersion = "3.10.0"

    /// A model as a tree of the form of `ModelFile.keras`. `shapes`: of the inputs, without the batch, where the model
    /// does not know them. `training`: what `compile` was called with, as JSON.
    public static func tree(
        of module: Module, _ format: Format, shapes: [[Int?]]?, training: String?, optimizer: Optimizer?
    ) throws(Failure) -> StateTree {
        let model = try KerasEquivalents.module(module)
        let description = try KerasDescription(model, shapes: shapes)
        var config = description.config
        let given = try training.map { (text) throws(Failure) in try JSON(text, operation: "keras_save") }
        let compiled = given.map { KerasOptimizerState.training($0, optimizer, byLayer: format.isByLayer) }
        var tree = StateTree()
        tree.attributes = [("version", .text(format == .older ? KerasOlder.version : writtenVersion))]
        var weights = StateTree()
        if format.isByLayer {
            tree.attributes.append(("layout", .text("layers")))
            weights = byLayer(description)
            config = format == .older ? try KerasOlder.config(config) : plain(config)
            if let compiled {
                let training = format == .older ? KerasOlder.training(compiled) : compiled
                tree.attributes.append(("training", .text(training.written)))
            }
        } else {
            tree.attributes.append(("layout", .text("objects")))
            weights = byObject(description)
            if let compiled { config = config.setting("compile_config", compiled) }
        }
        if format != .weights { tree.attributes.append(("config", .text(config.written))) }
        tree.children = [("weights", weights)]
        if let optimizer {
            let state = try KerasOptimizerState.tree(
                of: optimizer, over: model, byLayer: format.isByLayer, withRate: format != .older)
            tree.children.append(("optimizer", state))
        }
        return tree
    }

    /// The config of a module of Keras' layers.
    public static func config(of module: Module, shapes: [[Int?]]?) throws(Failure) -> String {
        try KerasDescription(KerasEquivalents.module(module), shapes: shapes).config.written
    }

    /// Files of one group a layer say no module of the model. Those of its layers Keras reads as it does an archive's;
    /// without them it would take some texts for functions, and axes for the last ones.
    private static func plain(_ config: JSON) -> JSON {
        .object((config.members ?? []).filter { $0.name != "module" && $0.name != "registered_name" })
    }

    // MARK: Weights

    private static func byLayer(_ description: KerasDescription) -> StateTree {
        var tree = StateTree()
        tree.attributes.append(("layer_names", .list(description.layers.map { .text($0.name) })))
        for layer in description.layers {
            var group = StateTree()
            let weights = layer.module.map { KerasWeights.weights(of: $0) } ?? []
            var names: [Value] = []
            for (name, tensor) in weights {
                let path = layer.name + "/" + name.split(separator: ".").joined(separator: "/")
                names.append(.text(path))
                group.insert(tensor, at: path.split(separator: "/").map(String.init))
            }
            group.attributes.append(("weight_names", .list(names)))
            tree.children.append((layer.name, group))
        }
        return tree
    }

    /// The objects of a model: `layers/dense/vars/0`.
    private static func byObject(_ description: KerasDescription) -> StateTree {
        var container = StateTree()
        var counts: [String: Int] = [:]
        let isFunctional = description.layers.contains { $0.kind == "InputLayer" }
        for layer in description.layers where layer.module != nil || layer.kind == "InputLayer" {
            if layer.kind == "InputLayer", !isFunctional { continue }
            let kind = KerasWeights.snakeCase(layer.kind)
            let count = counts[kind] ?? 0
            counts[kind] = count + 1
            container.children.append((KerasWeights.key(kind, count), object(layer.module, layer.name)))
        }
        var tree = StateTree()
        tree.children = [("layers", container), ("vars", StateTree())]
        return tree
    }

    static func object(_ module: Module?, _ name: String) -> StateTree {
        if let module, KerasWeights.isModel(module), let inner = try? KerasDescription(module, name: name, shapes: nil)
        {
            return byObject(inner)
        }
        var tree = variables(module, name)
        for (name, child) in module?.children ?? [] { tree.children.append((name, object(child, name))) }
        return tree
    }

    /// An object with its own variables alone.
    static func variables(_ module: Module?, _ name: String) -> StateTree {
        var variables = StateTree()
        // The constants of a graph are in its config.
        let buffers = module.map { KerasWeights.isModel($0) ? [] : $0.buffers } ?? []
        for (place, own) in ((module?.parameters ?? []) + buffers).enumerated() {
            variables.arrays.append((String(place), own.tensor))
        }
        variables.attributes = [("name", .text(name))]
        var tree = StateTree()
        tree.children = [("vars", variables)]
        return tree
    }
}

extension StateTree {
    /// Puts an array into groups, which are made where there are none.
    fileprivate mutating func insert(_ tensor: Tensor, at path: [String]) {
        guard let first = path.first else { return }
        if path.count == 1 {
            arrays.append((first, tensor))
            return
        }
        let place = children.firstIndex { $0.name == first } ?? children.count
        if place == children.count { children.append((first, StateTree())) }
        children[place].tree.insert(tensor, at: Array(path.dropFirst()))
    }
}
