import CWingbeat
import Engine
import Networks
import Storage

/// Checkpoints: files of the trees that Networks makes and takes (Saving/Checkpoint.swift).

@implementation @_cdecl("wb_save") public func wb_save(
    _ path: UnsafePointer<CChar>?, _ model: OpaquePointer?, _ optimizer: OpaquePointer?, _ epoch: Int64, _ step: Int64
) -> wb_status {
    call { () throws(Failure) in
        let path = try filePath(path, "save")
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, "save")
        let root = try Checkpoint.tree(
            of: module(model, "save"), optimizer, epoch: epoch, step: step)
        try writeCheckpoint(root, to: path, libraryVersion: libraryVersion)
    }
}

@implementation @_cdecl("wb_trainer_save") public func wb_trainer_save(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let trainer = try trainer(handle, "trainer_save")
        let path = try filePath(path, "trainer_save")
        let root = try Checkpoint.tree(of: trainer)
        try writeCheckpoint(root, to: path, libraryVersion: libraryVersion)
    }
}

/// What a file of any version says, as the present version says it.
private func read(_ path: FilePath) throws(Failure) -> StateTree {
    let (tree, version) = try readCheckpoint(path)
    return tree.upgraded(from: version)
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
        if case .keras(let tree) = try readModelFile(path) {
            try publish(KerasModel.load(tree, "\(path)", config: nil, given: [:]), .module, target)
            return
        }
        let root = try read(path)
        let model = try Checkpoint.model(in: root, "\(path)", classes: names)
        try publish(model, .module, target)
    }
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
        try Checkpoint.load(root, "\(path)", into: model, optimizer, restoresRandom: restore_random != 0)
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
        try Checkpoint.load(root, "\(path)", into: trainer)
    }
}
