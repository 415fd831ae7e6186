import Engine

/// A checkpoint as a tree: what goes into it, and what it changes. Everything is read and checked before anything is
/// changed. `place` names the file in sentences.
public enum Checkpoint {
    public static func tree(
        of model: Module, _ optimizer: Optimizer?, epoch: Int64, step: Int64
    ) throws(Failure) -> StateTree {
        var root = StateTree()
        root.attributes = [("epoch", .integer(epoch)), ("step", .integer(step))]
        root.children = [
            ("model", model.structure), ("parameters", model.parameterTree), ("buffers", model.bufferTree),
        ]
        if let optimizer { root.children.append(("optimizer", optimizer.tree)) }
        root.children.append(("random", try Generator.standard().tree()))
        return root
    }

    public static func tree(of trainer: Trainer) throws(Failure) -> StateTree {
        var root = try tree(
            of: trainer.model, trainer.optimizer, epoch: Int64(trainer.position.epoch),
            step: Int64(trainer.position.totalSteps))
        root.children.append(("trainer", trainer.tree))
        return root
    }

    /// The model that a checkpoint describes. `classes`: those of the host that it may name.
    public static func model(
        in root: StateTree, _ place: String, classes: Set<String>
    ) throws(Failure) -> Module {
        // Building a model draws initial values; the stream of the standard generator is none the wiser.
        let generator = try Generator.standard()
        let (seed, offset) = try generator.position()
        defer { try? generator.restore(seed: seed, offset: offset) }
        return try Module.build(
            child(root, "model", place), parameters: child(root, "parameters", place),
            buffers: child(root, "buffers", place), classes: classes)
    }

    public static func load(
        _ root: StateTree, _ place: String, into model: Module, _ optimizer: Optimizer?, restoresRandom: Bool
    ) throws(Failure) {
        try model.structure.checkSame(as: child(root, "model", place))
        let pairs = try model.matching(
            parameters: child(root, "parameters", place), buffers: child(root, "buffers", place))
        let optimizerTree = optimizer == nil ? nil : try child(root, "optimizer", place)
        if let optimizer, let optimizerTree { try optimizer.check(optimizerTree) }
        let randomTree = restoresRandom ? try child(root, "random", place) : nil
        if let randomTree, randomTree.integer("seed") == nil || randomTree.integer("offset") == nil {
            throw .structure(operation: "load", "the random state of \(place) lacks seed or offset")
        }
        for (tensor, value) in pairs { try tensor.become(value) }
        if let optimizer, let optimizerTree { try optimizer.load(optimizerTree) }
        if let randomTree { try Generator.standard().load(randomTree) }
    }

    public static func load(_ root: StateTree, _ place: String, into trainer: Trainer) throws(Failure) {
        let state = try child(root, "trainer", place)
        try trainer.check(state)
        try load(root, place, into: trainer.model, trainer.optimizer, restoresRandom: true)
        try trainer.load(state)
    }

    private static func child(_ root: StateTree, _ name: String, _ place: String) throws(Failure) -> StateTree {
        guard let tree = root[child: name] else {
            throw .structure(operation: "load", "the checkpoint \(place) has no '\(name)'")
        }
        return tree
    }
}
