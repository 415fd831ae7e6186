import CWingbeat
import Engine
import Networks
import Storage

/// Models of Keras: from configs and files.

/// Layers that the caller has, by the names that the config gives them.
private func givenLayers(
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ operation: String
) throws(Failure) -> [String: Module] {
    guard count >= 0, count == 0 || names != nil && modules != nil else {
        throw .argument(
            operation: operation, "\(count) layers are announced, but an array is null or the count negative")
    }
    var given: [String: Module] = [:]
    for place in 0..<Int(count) {
        given[try text(names?[place], "a layer's name", operation)] = try module(modules?[place], operation)
    }
    return given
}

@implementation @_cdecl("wb_module_from_config") public func wb_module_from_config(
    _ config: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ type: wb_dtype,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_from_config"
        let target = try out(result, operation)
        let made = try KerasModel.make(
            text(config, "the config", operation), given: givenLayers(names, modules, count, operation),
            dtype: dtype(type, operation))
        try publish(made, .module, target)
    }
}

/// What Keras wrote, in a file that is no checkpoint.
private func kerasTree(_ path: FilePath) throws(Failure) -> StateTree {
    switch try readModelFile(path) {
    case .keras(let tree): return tree
    case .checkpoint: throw .format(path: "\(path)", "a Wingbeat checkpoint, not a file of Keras (wb_load reads it)")
    case .unknown: throw .format(path: "\(path)", "damaged, or neither a model nor weights of Keras")
    }
}

@implementation @_cdecl("wb_keras_load") public func wb_keras_load(
    _ path: UnsafePointer<CChar>?, _ config: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_load"
        let target = try out(result, operation)
        let path = try filePath(path, operation)
        let config = try config.map { (config) throws(Failure) in try text(config, "the config", operation) }
        let loaded = try KerasModel.load(
            kerasTree(path), "\(path)", config: config, given: givenLayers(names, modules, count, operation))
        try publish(loaded, .module, target)
    }
}

@implementation @_cdecl("wb_keras_load_weights") public func wb_keras_load_weights(
    _ path: UnsafePointer<CChar>?, _ handle: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_load_weights"
        try refuseInRecording("weights are loaded in the middle of the forward pass")
        let path = try filePath(path, operation)
        try KerasModel.loadWeights(kerasTree(path), "\(path)", into: module(handle, operation))
    }
}

@implementation @_cdecl("wb_keras_config") public func wb_keras_config(
    _ path: UnsafePointer<CChar>?, _ config: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(config, "keras_config")
        target.pointee = try kerasTree(filePath(path, "keras_config")).text("config").flatMap { lasting($0) }
    }
}
