import Engine

/// Modules from configs of Keras: a Sequential where one layer follows the other and no mask is used, else a Graph.
///
/// The lines of a graph are run as they are written (`KerasBody`), on lazy tensors, so that layers know their inputs'
/// shapes. Extents that the config leaves open get a size for this; where a model does not take it, another is tried.
final class KerasBuilder {
    private let version: Int
    private let dtype: DType
    private let given: [String: Module]
    /// What open extents are while lines are tried; nil: nothing is tried.
    private var extent: Int?
    private var depth = 0

    /// Sizes that models take: above what windows and strides make 0, and divisible by what they are halved.
    private static let extents = [32, 64, 128, 256, 75, 512, 8, 1]
    /// The batch while lines are tried.
    private static let batch = 2
    private static let deepest = 30
    /// Elements of an input while lines are tried: they are not computed, but their number is.
    private static let mostElements = 1 << 40

    private init(_ version: Int, _ dtype: DType, _ given: [String: Module], _ extent: Int?) {
        (self.version, self.dtype, self.given, self.extent) = (version, dtype, given, extent)
    }

    /// The module of a config, in evaluation mode as Keras' `predict` is. `given`: layers that are there already, by
    /// name. `version`: which Keras wrote it; nil: what the config looks like.
    static func module(_ config: JSON, version: Int?, dtype: DType, given: [String: Module]) throws(Failure) -> Module {
        let entry = try KerasEntry(config)
        let version = version ?? KerasBuilder.version(of: config)
        let modes = given.values.map { ($0, $0.modes) }
        defer { for (module, modes) in modes { module.restore(modes) } }
        for (module, _) in modes { module.setTraining(false) }
        let generator = try Generator.standard()
        let (seed, offset) = try generator.position()
        var failure: Failure?
        for extent in extents {
            do throws(Failure) {
                let module = try ThreadState.withGrad(false) { () throws(Failure) in
                    try KerasBuilder(version, dtype, given, extent).root(entry)
                }
                module.setTraining(false)
                return module
            } catch {
                // Another size helps against these alone.
                switch error {
                case .shape, .argument, .index: failure = failure ?? error
                default: throw error
                }
                try generator.restore(seed: seed, offset: offset)
            }
        }
        throw failure ?? KerasConfig.failure("the config describes no model")
    }

    /// Keras 3 says a layer's module, and where tensors come from; Keras 1 its own version, or none.
    private static func version(of config: JSON) -> Int {
        if let text = config["keras_version"]?.text, let major = Int(text.prefix { $0 != "." }) { return major }
        return config["module"] != nil || config["registered_name"] != nil || config["build_config"] != nil ? 3 : 2
    }

    private func root(_ entry: KerasEntry) throws(Failure) -> Module {
        guard entry.isModel else { return try layers.layer(entry) }
        return try model(entry, nil).module
    }

    private var layers: KerasConstruction {
        KerasConstruction(version: version, dtype: dtype, given: given) { [self] (entry) throws(Failure) in
            try model(entry, nil).module
        }
    }

    // MARK: Models

    /// A model that is made, with what is needed to write its lines into another's body.
    private struct Model {
        let module: Module
        let config: KerasConfig
        /// The results' masks are what another model needs to know.
        let outputs: [KerasBody.Value]
    }

    /// `inputs`: what goes in, where it is known.
    private func model(_ entry: KerasEntry, _ inputs: [Tensor]?) throws(Failure) -> Model {
        depth += 1
        defer { depth -= 1 }
        guard depth <= KerasBuilder.deepest else {
            throw KerasConfig.failure("models nest deeper than \(KerasBuilder.deepest) levels")
        }
        let config = try KerasConfig(entry)
        let names = KerasNames.children(config.layers.map(\.name))
        let ready = given[entry.name]
        var children: [String: Module] = [:]
        var list: [(name: String, module: Module)] = []
        for (layer, name) in zip(config.layers, names) where !layer.entry.isInput && !isOperation(layer) {
            let inner = layer.entry.isModel && given[layer.name] == nil && ready == nil
            // A nested model is made when it is called first, when the shapes of what goes in are known.
            if inner && (config.isSequential || !layer.calls.isEmpty) { continue }
            if let ready {
                children[layer.name] = try child(name, of: ready)
            } else {
                children[layer.name] = try layers.layer(layer.entry)
            }
        }
        let body = KerasBody(children: names)
        let places = Dictionary(zip(config.layers.map(\.name), names)) { first, _ in first }
        let run = KerasRun(builder: self, config: config, body: body, prefix: "", names: places, children: children)
        // Who has all layers knows the shapes, too, and wants no other layers.
        let own = config.layers.filter { !$0.entry.isInput && !isOperation($0) }
        run.keepsShapes = ready == nil && (own.isEmpty || own.contains { given[$0.name] == nil })
        let values = try self.inputs(config, places, body, inputs)
        let outputs = try run.outputs(values)
        for (layer, name) in zip(config.layers, names) {
            if let module = run.children[layer.name], !list.contains(where: { $0.name == name }) {
                list.append((name, module))
            }
        }
        // In a chain the layer that keeps the input's shape is the first.
        list = run.added + list
        if let ready { return Model(module: ready, config: config, outputs: outputs) }
        let module: Module
        if config.isSequential, body.isChain {
            module = try Sequential(Arguments(Sequential.signature, list.map(KerasBuilder.item)))
        } else {
            var items: [Arguments.Item] = [
                .init(.value(.text(values.map(\.item.name).joined(separator: ", ")))),
                .init(.value(.text(body.lines.joined(separator: "\n")))),
                .init(.value(.text(outputs.map(\.item.name).joined(separator: ", ")))),
            ]
            items += list.map(KerasBuilder.item)
            for (name, tensor) in body.constants {
                items.append(KerasBuilder.item((name, try DeclaredArray(buffer: tensor))))
            }
            let graph = try Graph(Arguments(Graph.signature, items))
            for (input, value) in zip(config.isSequential ? [] : config.inputs, values) {
                graph.inputFileNames[value.item.name] = KerasNames.fileName(input.layer, value.item.name)
            }
            module = graph
        }
        for (layer, name) in zip(config.layers, names) {
            run.children[layer.name]?.fileName = KerasNames.fileName(layer.name, name)
        }
        module.fileName = entry.name
        return Model(module: module, config: config, outputs: outputs)
    }

    private static func item(_ child: (name: String, module: AnyObject)) -> Arguments.Item {
        var item = Arguments.Item(.object(child.module), keyword: child.name)
        item.isChild = true
        return item
    }

    private func isOperation(_ layer: KerasConfig.Layer) -> Bool {
        given[layer.name] == nil && KerasRun.isOperation(layer.entry)
    }

    private func child(_ name: String, of module: Module) throws(Failure) -> Module {
        guard let child = module.children.first(where: { $0.name == name })?.module else {
            throw .argument(operation: module.className, "the model has no layer '\(name)'")
        }
        return child
    }

    // MARK: Inputs

    private func inputs(
        _ config: KerasConfig, _ names: [String: String], _ body: KerasBody, _ tensors: [Tensor]?
    ) throws(Failure) -> [KerasBody.Value] {
        let count = config.isSequential ? 1 : config.inputs.count
        if let tensors, tensors.count != count {
            throw .argument(
                operation: config.name.shortened,
                "\(tensors.count.counted("tensor")) given, but the model has \(count.counted("input"))")
        }
        var values: [KerasBody.Value] = []
        for place in 0..<count {
            let layer =
                config.isSequential
                ? config.layers.first : config.layers.first { $0.name == config.inputs[place].layer }
            let name = layer.flatMap { $0.entry.isInput ? names[$0.name] : nil } ?? "x"
            let shape = try layer.flatMap { (layer) throws(Failure) in try self.shape(layer.entry, config, 0) }
            var tensor = tensors?[place]
            if tensors == nil, let shape, let layer { tensor = try self.tensor(shape, layer.entry) }
            // A batch of one length has no shape without it.
            let declared = shape?.dropFirst().map { $0.integer.flatMap { Int(exactly: $0) } }
            values.append(body.input(name, tensor, declared))
        }
        return values
    }

    /// The shape of an input with the batch; nil where the config does not say it.
    private func shape(_ entry: KerasEntry, _ config: KerasConfig, _ depth: Int) throws(Failure) -> [JSON]? {
        var shape = entry.inputShape
        if entry.isModel, shape == nil {
            // A sequential model that begins with another.
            let inner = try KerasConfig(entry)
            let input = inner.inputs.first?.layer
            let first = inner.isSequential ? inner.layers.first : inner.layers.first { $0.name == input }
            guard let first, depth < KerasBuilder.deepest else { return nil }
            return try self.shape(first.entry, inner, depth + 1)
        }
        if shape == nil, config.isSequential { shape = config.shape }
        if shape == nil, entry.kind == "Embedding" {
            let length = entry.config["input_length"]
            shape = .list([.null, length?.integer == nil ? .null : length ?? .null])
        }
        guard let list = shape?.list, !list.isEmpty, list.count <= mostAxes else { return nil }
        return list
    }

    /// Zeros of the shape that an input has; nil where nothing is tried.
    private func tensor(_ list: [JSON], _ entry: KerasEntry) throws(Failure) -> Tensor? {
        guard let extent else { return nil }
        var extents: Shape = []
        var elements = 1
        for (place, item) in list.enumerated() {
            // Open extents, and those of a batch of one length.
            let size = item.integer.flatMap { Int(exactly: $0) } ?? (place == 0 ? KerasBuilder.batch : extent)
            let (product, overflow) = elements.multipliedReportingOverflow(by: max(size, 1))
            guard size > 0, !overflow, product <= KerasBuilder.mostElements else {
                throw KerasConfig.failure(
                    "the input of '\(entry.name.shortened)' has the shape \(JSON.list(list).written.shortened)")
            }
            elements = product
            extents.append(size)
        }
        let type = entry.config["dtype"]?.text ?? entry.config["input_dtype"]?.text
        let found = DType.allCases.first { $0.name == type } ?? dtype
        return try Tensor.full(extents, 0, found)
    }

    /// Makes a nested model on the occasion of its first call.
    func nested(_ entry: KerasEntry, _ inputs: [KerasBody.Value]) throws(Failure) -> (
        module: Module, masks: [Bool], config: KerasConfig
    ) {
        let tensors = inputs.compactMap(\.item.tensor)
        let model = try model(entry, tensors.count == inputs.count ? tensors : nil)
        return (model.module, model.outputs.map { $0.mask != nil }, model.config)
    }

    func layer(_ entry: KerasEntry) throws(Failure) -> Module { try layers.layer(entry) }

    /// Masks of several inputs are joined by "or" since Keras 3, by "and" before.
    var joinsMasksByOr: Bool { version >= 3 }
}
