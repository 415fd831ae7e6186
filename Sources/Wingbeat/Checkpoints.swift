import CWingbeat
import Engine
import Networks
import Storage

/// Checkpoints: which trees go into a file, and what a file changes. Everything is read and checked before anything is
/// changed.

private func tree(
    _ model: Module, _ optimizer: Optimizer?, epoch: Int64, step: Int64, trainer: StateTree?
) throws(Failure) -> StateTree {
    var root = StateTree()
    root.attributes = [("epoch", .integer(epoch)), ("step", .integer(step))]
    root.children = [("model", model.structure), ("parameters", model.parameterTree), ("buffers", model.bufferTree)]
    if let optimizer { root.children.append(("optimizer", optimizer.tree)) }
    root.children.append(("random", try Generator.standard().tree()))
    if let trainer { root.children.append(("trainer", trainer)) }
    return root
}

@implementation @_cdecl("wb_save") public func wb_save(
    _ path: UnsafePointer<CChar>?, _ model: OpaquePointer?, _ optimizer: OpaquePointer?, _ epoch: Int64, _ step: Int64
) -> wb_status {
    call { () throws(Failure) in
        let path = try filePath(path, "save")
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, "save")
        let root = try tree(module(model, "save"), optimizer, epoch: epoch, step: step, trainer: nil)
        try writeCheckpoint(root, to: path, libraryVersion: libraryVersion)
    }
}

@implementation @_cdecl("wb_trainer_save") public func wb_trainer_save(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let trainer = try trainer(handle, "trainer_save")
        let path = try filePath(path, "trainer_save")
        let root = try tree(
            trainer.model, trainer.optimizer, epoch: Int64(trainer.position.epoch),
            step: Int64(trainer.position.totalSteps),
            trainer: trainer.tree)
        try writeCheckpoint(root, to: path, libraryVersion: libraryVersion)
    }
}

/// What a file of any version says, as the present version says it.
private func read(_ path: FilePath) throws(Failure) -> StateTree {
    let (tree, version) = try readCheckpoint(path)
    return tree.upgraded(from: version)
}

private func child(_ root: StateTree, _ name: String, _ path: FilePath) throws(Failure) -> StateTree {
    guard let tree = root[child: name] else {
        throw .structure(operation: "load", "the checkpoint \(path) has no '\(name)'")
    }
    return tree
}

@implementation @_cdecl("wb_load") public func wb_load(
    _ path: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    load(path, [], result)
}

@implementation @_cdecl("wb_load_with") public func wb_load_with(
    _ path: UnsafePointer<CChar>?, _ classes: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int32,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    load(path, UnsafeBufferPointer(start: classes, count: classes == nil ? 0 : Int(max(count, 0))), result)
}

private func load(
    _ path: UnsafePointer<CChar>?, _ classes: some Sequence<UnsafePointer<CChar>?>,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "load")
        let path = try filePath(path, "load")
        var names: Set<String> = []
        for name in classes { names.insert(try text(name, "a class name", "load")) }
        let root = try read(path)
        // Building a model draws initial values; the stream of the standard generator is none the wiser.
        let generator = try Generator.standard()
        let (seed, offset) = try generator.position()
        defer { try? generator.restore(seed: seed, offset: offset) }
        let parameters = try child(root, "parameters", path)
        let model = try Module.build(
            child(root, "model", path), parameters: parameters, buffers: child(root, "buffers", path), classes: names)
        try publish(model, .module, target)
    }
}

/// Loads model, optimiser and random state from a checkpoint; `more` checks and then applies what else there is.
private func load(
    _ root: StateTree, _ path: FilePath, _ model: Module, _ optimizer: Optimizer?, restoresRandom: Bool
) throws(Failure) {
    let structure = try child(root, "model", path)
    try model.structure.checkSame(as: structure)
    let pairs = try model.matching(parameters: child(root, "parameters", path), buffers: child(root, "buffers", path))
    let optimizerTree = optimizer == nil ? nil : try child(root, "optimizer", path)
    if let optimizer, let optimizerTree { try optimizer.check(optimizerTree) }
    let randomTree = restoresRandom ? try child(root, "random", path) : nil
    if let randomTree, randomTree.integer("seed") == nil || randomTree.integer("offset") == nil {
        throw .structure(operation: "load", "the random state of \(path) lacks seed or offset")
    }
    for (tensor, value) in pairs { try tensor.become(value) }
    if let optimizer, let optimizerTree { try optimizer.load(optimizerTree) }
    if let randomTree { try Generator.standard().load(randomTree) }
}

@implementation @_cdecl("wb_load_into") public func wb_load_into(
    _ path: UnsafePointer<CChar>?, _ model: OpaquePointer?, _ optimizer: OpaquePointer?, _ restore_random: Int32,
    _ epoch: UnsafeMutablePointer<Int64>?, _ step: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a checkpoint is loaded in the middle of the forward pass")
        let path = try filePath(path, "load_into")
        let model = try module(model, "load_into")
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, "load_into")
        let root = try read(path)
        try load(root, path, model, optimizer, restoresRandom: restore_random != 0)
        epoch?.pointee = root.integer("epoch") ?? 0
        step?.pointee = root.integer("step") ?? 0
    }
}

@implementation @_cdecl("wb_trainer_load") public func wb_trainer_load(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a checkpoint is loaded in the middle of the forward pass")
        let trainer = try trainer(handle, "trainer_load")
        let path = try filePath(path, "trainer_load")
        let root = try read(path)
        let state = try child(root, "trainer", path)
        try trainer.check(state)
        try load(root, path, trainer.model, trainer.optimizer, restoresRandom: true)
        try trainer.load(state)
    }
}
