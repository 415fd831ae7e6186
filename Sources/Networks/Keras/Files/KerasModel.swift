import Engine

/// Models of files that Keras wrote.
public enum KerasModel {
    /// The module that a config describes, with new weights. `given`: layers that are there already, by name.
    public static func make(_ config: String, given: [String: Module], dtype: DType) throws(Failure) -> Module {
        try KerasBuilder.module(
            JSON(config, operation: "module_from_config"), version: nil, dtype: dtype, given: given)
    }

    /// The module in a file, as Storage reads it (`ModelFile.keras`). `config`: the architecture, where it comes from
    /// elsewhere.
    public static func load(
        _ tree: StateTree, _ place: String, config: String?, given: [String: Module]
    ) throws(Failure) -> Module {
        guard let text = config ?? tree.text("config") else {
            throw .unsupported(
                operation: place,
                "weights of Keras without an architecture: give it as JSON (model.to_json()), put it beside the file "
                    + "as NAME.arch.json, or load the weights into a model that is there")
        }
        do throws(Failure) {
            let json = try JSON(text, operation: "config")
            // Building a model draws initial values; the stream of the standard generator is none the wiser.
            let generator = try Generator.standard()
            let (seed, offset) = try generator.position()
            defer { try? generator.restore(seed: seed, offset: offset) }
            let version = version(tree, json)
            let module = try KerasBuilder.module(json, version: version, dtype: .float32, given: given)
            try loadWeights(tree, into: module, version: version, asListed: true)
            return module
        } catch {
            // The loader's own sentences tell of the file; those of layers name themselves.
            throw error.renamed { $0 == "load" ? place : "\(place): \($0)" }
        }
    }

    /// Weights of a file into a model that is there, all or nothing.
    public static func loadWeights(_ tree: StateTree, _ place: String, into module: Module) throws(Failure) {
        do throws(Failure) {
            try loadWeights(tree, into: module, version: version(tree, nil), asListed: false)
        } catch {
            throw error.renamed { $0 == "load" ? place : "\(place): \($0)" }
        }
    }

    /// The training config of a file as JSON, and its optimiser over a module that was loaded from it, with its state;
    /// nil for what the file has not. The rate is the stored one.
    public static func training(in tree: StateTree, of module: Module) throws(Failure) -> (
        config: String?, optimizer: Optimizer?
    ) {
        var training = try tree.text("training").map { (text) throws(Failure) in try JSON(text, operation: "training") }
        if training == nil, let text = tree.text("config") {
            training = try JSON(text, operation: "config")["compile_config"]
        }
        guard let training, training.members?.isEmpty == false else { return (nil, nil) }
        let optimizer = try KerasOptimizerState.optimizer(
            training, tree[child: "optimizer"], module, byLayer: tree.text("layout") == "layers")
        return (training.written, optimizer)
    }

    private static func loadWeights(
        _ tree: StateTree, into module: Module, version: Int, asListed: Bool
    ) throws(Failure) {
        guard let weights = tree[child: "weights"] else { throw KerasConfig.failure("the file has no weights") }
        let found =
            tree.text("layout") == "layers"
            ? try KerasWeights(byLayer: weights, into: module, version: version, asListed: asListed)
            : try KerasWeights(byObject: weights, into: module, asListed: asListed)
        try found.load()
    }

    /// The major version of Keras that wrote a file. What says none is of Keras 1, or a tree of objects.
    private static func version(_ tree: StateTree, _ config: JSON?) -> Int {
        for text in [tree.text("version"), config?["keras_version"]?.text] {
            if let text, let major = Int(text.prefix { $0 != "." }) { return major }
        }
        if tree.text("layout") == "objects" {
            return config.map { $0["module"] != nil || $0["registered_name"] != nil ? 3 : 2 } ?? 3
        }
        return 1
    }
}
