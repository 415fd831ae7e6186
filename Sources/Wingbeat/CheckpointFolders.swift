import CWingbeat
import Engine
import Networks
import Storage

/// Folders of checkpoints that look after themselves.

private func lasting(_ path: FilePath) -> UnsafePointer<CChar>? {
    CallState.current.lastText.set(path)
    return CallState.current.lastText.pointer
}

private func folder(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> CheckpointFolder {
    try Handles.object(handle, .checkpoints, operation)
}

@implementation @_cdecl("wb_checkpoints_open") public func wb_checkpoints_open(
    _ path: UnsafePointer<CChar>?, _ keep: Int32, _ best: UnsafePointer<CChar>?, _ largest_is_best: Int32,
    _ in_background: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "checkpoints_open"
        let target = try out(result, operation)
        var settings = CheckpointFolder.Settings()
        settings.keep = Int(keep)
        settings.best = best.map { String(cString: $0) }
        settings.isLargestBest = largest_is_best != 0
        settings.isInBackground = in_background != 0
        let folder = try CheckpointFolder(filePath(path, operation), settings, libraryVersion: libraryVersion)
        try publish(folder, .checkpoints, target)
    }
}

@implementation @_cdecl("wb_checkpoints_free") public func wb_checkpoints_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .checkpoints, "checkpoints_free") }
}

@implementation @_cdecl("wb_checkpoints_save") public func wb_checkpoints_save(
    _ handle: OpaquePointer?, _ model: OpaquePointer?, _ optimizer: OpaquePointer?, _ epoch: Int64, _ step: Int64,
    _ value: Double
) -> wb_status {
    call { () throws(Failure) in
        let operation = "checkpoints_save"
        let folder = try folder(handle, operation)
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, operation)
        let tree = try Checkpoint.tree(of: module(model, operation), optimizer, epoch: epoch, step: step)
        try folder.save(tree, number: Int(step), value: value)
    }
}

@implementation @_cdecl("wb_checkpoints_save_trainer") public func wb_checkpoints_save_trainer(
    _ handle: OpaquePointer?, _ trained: OpaquePointer?, _ value: Double
) -> wb_status {
    call { () throws(Failure) in
        let operation = "checkpoints_save_trainer"
        let folder = try folder(handle, operation)
        try folder.save(trainer(trained, operation), value)
    }
}

extension CheckpointFolder {
    fileprivate func save(_ trainer: Trainer, _ value: Double) throws(Failure) {
        try save(Checkpoint.tree(of: trainer), number: trainer.position.totalSteps, value: value)
    }
}

@implementation @_cdecl("wb_checkpoints_wait") public func wb_checkpoints_wait(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try folder(handle, "checkpoints_wait").wait() }
}

@implementation @_cdecl("wb_checkpoints_count") public func wb_checkpoints_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "checkpoints_count").pointee = Int32(
            truncatingIfNeeded: folder(handle, "checkpoints_count").paths().count)
    }
}

@implementation @_cdecl("wb_checkpoints_path") public func wb_checkpoints_path(
    _ handle: OpaquePointer?, _ index: Int32, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let paths = try folder(handle, "checkpoints_path").paths()
        guard paths.indices.contains(Int(index)) else {
            throw .index(
                operation: "checkpoints_path", "there is no checkpoint number \(index); there are \(paths.count)")
        }
        try out(result, "checkpoints_path").pointee = lasting(paths[Int(index)])
    }
}

@implementation @_cdecl("wb_checkpoints_best") public func wb_checkpoints_best(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "checkpoints_best").pointee = folder(handle, "checkpoints_best").bestPath().flatMap {
            lasting($0)
        }
    }
}

@implementation @_cdecl("wb_checkpoints_load_into") public func wb_checkpoints_load_into(
    _ handle: OpaquePointer?, _ model: OpaquePointer?, _ optimizer: OpaquePointer?, _ restore_random: Int32,
    _ epoch: UnsafeMutablePointer<Int64>?, _ step: UnsafeMutablePointer<Int64>?,
    _ path: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "checkpoints_load_into"
        try refuseInRecording("a checkpoint is loaded in the middle of the forward pass")
        let folder = try folder(handle, operation)
        let model = try module(model, operation)
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, operation)
        let found = try folder.newest { (tree, version, path) throws(Failure) in
            let root = tree.upgraded(from: version)
            try Checkpoint.load(root, "\(path)", into: model, optimizer, restoresRandom: restore_random != 0)
            epoch?.pointee = root.integer("epoch") ?? 0
            step?.pointee = root.integer("step") ?? 0
        }
        path?.pointee = found.flatMap { lasting($0) }
    }
}

@implementation @_cdecl("wb_checkpoints_resume") public func wb_checkpoints_resume(
    _ handle: OpaquePointer?, _ trained: OpaquePointer?, _ path: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "checkpoints_resume"
        try refuseInRecording("a checkpoint is loaded in the middle of the forward pass")
        let trainer = try trainer(trained, operation)
        let found = try folder(handle, operation).newest { (tree, version, path) throws(Failure) in
            try Checkpoint.load(tree.upgraded(from: version), "\(path)", into: trainer)
        }
        path?.pointee = found.flatMap { lasting($0) }
    }
}

@implementation @_cdecl("wb_trainer_set_checkpoints") public func wb_trainer_set_checkpoints(
    _ handle: OpaquePointer?, _ checkpoints: OpaquePointer?, _ every_steps: Int64
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_set_checkpoints"
        let trainer = try trainer(handle, operation)
        guard every_steps >= 0 else {
            throw .argument(operation: operation, "the number of steps must not be negative, but is \(every_steps)")
        }
        guard checkpoints != nil else {
            trainer.checkpoints = nil
            return
        }
        let folder = try folder(checkpoints, operation)
        trainer.checkpoints = Checkpointing(
            everySteps: Int(every_steps),
            save: { (trainer, progress) throws(Failure) in
                var value = Double.nan
                if let name = folder.settings.best, let progress { value = try trainer.value(name, in: progress) }
                try folder.save(trainer, value)
            },
            finish: { () throws(Failure) in try folder.wait() })
    }
}
