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

/// Shapes of inputs as a text: `(28, 28, 1)`, or a tuple of such for several.
private func inputShapes(_ pointer: UnsafePointer<CChar>?, _ operation: String) throws(Failure) -> [[Int?]]? {
    guard let pointer else { return nil }
    let given = try Reader.value(text(pointer, "the shapes", operation), operation: operation)
    func shape(_ value: Value) throws(Failure) -> [Int?] {
        try (value.list ?? [value]).map { (extent) throws(Failure) -> Int? in
            if extent == .none { return nil }
            guard let number = extent.integer, number > 0, number <= 1 << 30 else {
                throw .argument(
                    operation: operation, "a shape has extents above 0, or None, but found \(extent.literal.shortened)")
            }
            return Int(number)
        }
    }
    guard let list = given.list, list.contains(where: { $0.list != nil }) else { return [try shape(given)] }
    return try list.map { (value) throws(Failure) in try shape(value) }
}

@implementation @_cdecl("wb_keras_save") public func wb_keras_save(
    _ path: UnsafePointer<CChar>?, _ handle: OpaquePointer?, _ format: UnsafePointer<CChar>?,
    _ input_shape: UnsafePointer<CChar>?, _ training: UnsafePointer<CChar>?, _ optimizer: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_save"
        let path = try filePath(path, operation)
        let model = try module(handle, operation)
        let name = try text(format, "the format", operation)
        guard let format = KerasModel.Format(rawValue: name) else {
            throw .argument(
                operation: operation,
                "the format is 'keras', 'h5', 'keras2' or 'weights', but found '\(name.shortened)'")
        }
        let training = try training.map { (config) throws(Failure) in try text(config, "the training config", operation)
        }
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, operation)
        let tree = try KerasModel.tree(
            of: model, format, shapes: inputShapes(input_shape, operation), training: training, optimizer: optimizer)
        try writeKerasFile(tree, to: path, isArchive: format == .archive)
    }
}

/// Objects of a model and their paths in a file.
private func kerasObjects(
    _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ operation: String
) throws(Failure) -> [KerasModel.Object] {
    guard count > 0, paths != nil, modules != nil else {
        throw .argument(operation: operation, "\(count) objects are announced; the first is the model")
    }
    return try (0..<Int(count)).map { (place) throws(Failure) in
        (try text(paths?[place], "a path", operation), try module(modules?[place], operation))
    }
}

@implementation @_cdecl("wb_keras_save_objects") public func wb_keras_save_objects(
    _ path: UnsafePointer<CChar>?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?,
    _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ config: UnsafePointer<CChar>?,
    _ optimizer: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_save_objects"
        let path = try filePath(path, operation)
        let objects = try kerasObjects(paths, modules, count, operation)
        let config = try config.map { (config) throws(Failure) in try text(config, "the config", operation) }
        let optimizer: Optimizer? = optimizer == nil ? nil : try Handles.object(optimizer, .optimizer, operation)
        let tree = try KerasModel.tree(of: objects, config: config, optimizer: optimizer)
        try writeKerasFile(tree, to: path, isArchive: config != nil)
    }
}

@implementation @_cdecl("wb_keras_load_objects") public func wb_keras_load_objects(
    _ path: UnsafePointer<CChar>?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?,
    _ modules: UnsafePointer<OpaquePointer?>?, _ count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_load_objects"
        try refuseInRecording("weights are loaded in the middle of the forward pass")
        let path = try filePath(path, operation)
        try KerasModel.loadWeights(kerasTree(path), "\(path)", into: kerasObjects(paths, modules, count, operation))
    }
}

@implementation @_cdecl("wb_module_config") public func wb_module_config(
    _ handle: OpaquePointer?, _ input_shape: UnsafePointer<CChar>?,
    _ config: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_config"
        let target = try out(config, operation)
        target.pointee = try lasting(
            KerasModel.config(of: module(handle, operation), shapes: inputShapes(input_shape, operation)))
    }
}

@implementation @_cdecl("wb_keras_training") public func wb_keras_training(
    _ path: UnsafePointer<CChar>?, _ handle: OpaquePointer?, _ training: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "keras_training"
        let tree = try kerasTree(filePath(path, operation))
        let model = try module(handle, operation)
        let (config, optimizer) = try KerasModel.training(in: tree, of: model)
        training?.pointee = config.flatMap { lasting($0) }
        guard let result else { return }
        result.pointee = nil
        if let optimizer { try publish(optimizer, .optimizer, result) }
    }
}
