import CWingbeat
import Engine
import Networks

/// Modules and initialisers.

/// Throws where a module is a part of the model whose forward pass is being written down: a line changes no module.
private func refuseInRecording(_ module: Module, _ what: @autoclosure () -> String) throws(Failure) {
    if let recording = ThreadState.currentRecorder as? Recording, recording.knows(module) {
        try recording.refuse(what())
    }
}

private func publishing(
    _ target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String, _ make: () throws(Failure) -> Module
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        try publish(make(), .module, target)
    }
}

@implementation @_cdecl("wb_module_create") public func wb_module_create(
    _ expression: UnsafePointer<CChar>?, _ type: wb_dtype, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "module_create") { () throws(Failure) in
        try Module.make(text(expression, "the expression", "module_create"), dtype: dtype(type, "module_create"))
    }
}

@implementation @_cdecl("wb_module_expression") public func wb_module_expression(
    _ handle: OpaquePointer?, _ expression: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(expression, "module_expression").pointee = lasting(module(handle, "module_expression").expression())
    }
}

@implementation @_cdecl("wb_module_sequential") public func wb_module_sequential(
    _ children: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "Sequential") { () throws(Failure) in
        guard count >= 0, count == 0 || children != nil else {
            throw .argument(
                operation: "Sequential", "\(count) children are announced, but the array is null or the count negative")
        }
        var modules: [Module] = []
        for place in 0..<Int(count) { modules.append(try module(children?[place], "Sequential")) }
        return try Sequential(modules)
    }
}

@implementation @_cdecl("wb_module_set_checkpoint") public func wb_module_set_checkpoint(
    _ handle: OpaquePointer?, _ segments: Int32
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_set_checkpoint")
        guard let sequential = module as? Sequential else {
            throw .unsupported(
                operation: "module_set_checkpoint", "a Sequential is expected, but the module is a \(module.className)")
        }
        guard segments >= -1 else {
            throw .argument(operation: "module_set_checkpoint", "the number of segments is negative: \(segments)")
        }
        sequential.checkpoint = segments == 0 ? .none : segments == -1 ? .squareRoot : .segments(Int(segments))
    }
}

@implementation @_cdecl("wb_module_free") public func wb_module_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .module, "module_free") }
}

@implementation @_cdecl("wb_module_add") public func wb_module_add(
    _ parent: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ child: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let (parent, child) = (try module(parent, "module_add"), try module(child, "module_add"))
        let name = try text(name, "the name", "module_add")
        try refuseInRecording(parent, "a module is added to the model in its forward pass, as '\(name.shortened)'")
        try parent.add(child, as: name)
    }
}

@implementation @_cdecl("wb_module_remove") public func wb_module_remove(
    _ parent: OpaquePointer?, _ name: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let parent = try module(parent, "module_remove")
        let name = try text(name, "the name", "module_remove")
        try refuseInRecording(parent, "a module of the model is removed in its forward pass, '\(name.shortened)'")
        guard parent.children.contains(where: { $0.name == name }) else {
            throw .argument(operation: "module_remove", "there is no child '\(name.shortened)'")
        }
        parent.remove(name)
    }
}

@implementation @_cdecl("wb_module_lend") public func wb_module_lend(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ tensor: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        try module(handle, "module_lend").lend(
            text(name, "the name", "module_lend"), optionalTensor(tensor, "module_lend"))
    }
}

@implementation @_cdecl("wb_module_set_parameter") public func wb_module_set_parameter(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ parameter: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_parameter"
        let (module, name) = (try module(handle, operation), try text(name, "the name", operation))
        try refuseInRecording(
            module, "the forward pass sets the parameter '\(name.shortened)'; only buffers may change")
        try module.setParameter(name, optionalTensor(parameter, operation))
    }
}

@implementation @_cdecl("wb_module_set_buffer") public func wb_module_set_buffer(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ buffer: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_buffer"
        let (module, name) = (try module(handle, operation), try text(name, "the name", operation))
        let tensor = try optionalTensor(buffer, operation)
        if let recording = ThreadState.currentRecorder as? Recording {
            try recording.recordBuffer(name, of: module, tensor)
        }
        try module.setBuffer(name, tensor)
    }
}

/// Has a module give results for tensors, and hands them out.
private func calling(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ inputCount: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32, _ outputCount: UnsafeMutablePointer<Int32>?,
    _ operation: String, _ run: (Module, [Tensor?]) throws(Failure) -> [Tensor?]
) -> wb_status {
    call { () throws(Failure) in
        let results = try run(module(handle, operation), optionalTensors(inputs, inputCount, operation))
        try publish(results, outputs, capacity, outputCount, operation)
    }
}

@implementation @_cdecl("wb_module_call") public func wb_module_call(
    _ handle: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ inputs: UnsafePointer<OpaquePointer?>?,
    _ input_count: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32, _ output_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    calling(handle, inputs, input_count, outputs, capacity, output_count, "module_call") {
        (module, given) throws(Failure) in
        try module.call(given, options: options.map { String(cString: $0) })
    }
}

@implementation @_cdecl("wb_module_call_layer") public func wb_module_call_layer(
    _ handle: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ inputs: UnsafePointer<OpaquePointer?>?,
    _ input_count: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32, _ output_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    calling(handle, inputs, input_count, outputs, capacity, output_count, "module_call_layer") {
        (module, given) throws(Failure) in
        try module.callLayer(given, options: options.map { String(cString: $0) })
    }
}

@implementation @_cdecl("wb_module_forward") public func wb_module_forward(
    _ handle: OpaquePointer?, _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        // What it calls writes itself down.
        let target = try out(y, "module_forward")
        try publish(module(handle, "module_forward")(tensor(x, "module_forward")), .tensor, target)
    }
}

@implementation @_cdecl("wb_module_parameter_count") public func wb_module_parameter_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "module_parameter_count").pointee = Int32(
            module(handle, "module_parameter_count").allParameters.count)
    }
}

@implementation @_cdecl("wb_module_parameter") public func wb_module_parameter(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ parameter: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try pick(module(handle, "module_parameter").allParameters, index, "parameter", name, parameter)
    }
}

@implementation @_cdecl("wb_module_buffer_count") public func wb_module_buffer_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "module_buffer_count").pointee = Int32(module(handle, "module_buffer_count").allBuffers.count)
    }
}

@implementation @_cdecl("wb_module_buffer") public func wb_module_buffer(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ buffer: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in try pick(module(handle, "module_buffer").allBuffers, index, "buffer", name, buffer) }
}

/// Tensors with their names, from two lists of the caller's.
func named(
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ operation: String
) throws(Failure) -> [(name: String, tensor: Tensor)] {
    var list: [(name: String, tensor: Tensor)] = []
    for (place, tensor) in try tensors(handles, count, operation).enumerated() {
        list.append((try text(names?[place], "a name", operation), tensor))
    }
    return list
}

/// Entry `index` of a list of named tensors.
func pick(
    _ list: [(name: String, tensor: Tensor)], _ index: Int32, _ what: String,
    _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) throws(Failure) {
    guard index >= 0, Int(index) < list.count else {
        throw .index(operation: what, "there is no \(what) number \(index); there are \(list.count)")
    }
    if let result { try publish(list[Int(index)].tensor, .tensor, result) }
    if let name { name.pointee = lasting(list[Int(index)].name) }
}

@implementation @_cdecl("wb_module_child_count") public func wb_module_child_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "module_child_count").pointee = Int32(module(handle, "module_child_count").children.count)
    }
}

@implementation @_cdecl("wb_module_child") public func wb_module_child(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ child: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let children = try module(handle, "module_child").children
        guard index >= 0, Int(index) < children.count else {
            throw .index(operation: "module_child", "there is no child number \(index); there are \(children.count)")
        }
        if let child { try publish(children[Int(index)].module, .module, child) }
        if let name { name.pointee = lasting(children[Int(index)].name) }
    }
}

@implementation @_cdecl("wb_module_identity") public func wb_module_identity(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UInt64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "module_identity").pointee = identity(module(handle, "module_identity"))
    }
}

@implementation @_cdecl("wb_set_module_callback") public func wb_set_module_callback(
    _ callback: wb_module_callback?, _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        guard let callback else { return Module.observe(nil) }
        let host = HostContext(context, confirms: Callbacks.confirms(callback))
        Module.observe { (module, outputs) throws(Failure) in
            _ = try host.ask("module_callback", given: outputs, count: 0) { lent, _ in
                callback(context, identity(module), lent, Int32(outputs.count))
            }
        }
    }
}

@implementation @_cdecl("wb_module_class_name") public func wb_module_class_name(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(name, "module_class_name").pointee = lasting(module(handle, "module_class_name").className)
    }
}

@implementation @_cdecl("wb_module_describe") public func wb_module_describe(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "module_describe").pointee = lasting(module(handle, "module_describe").description)
    }
}

@implementation @_cdecl("wb_module_summary") public func wb_module_summary(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "module_summary").pointee = lasting(module(handle, "module_summary").summary)
    }
}

@implementation @_cdecl("wb_module_attribute") public func wb_module_attribute(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try attribute(handle, name, "module_attribute")
        try out(value, "module_attribute").pointee = number(found.value, found.name, "module_attribute")
    }
}

@implementation @_cdecl("wb_module_attribute_text") public func wb_module_attribute_text(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try attribute(handle, name, "module_attribute_text")
        try out(result, "module_attribute_text").pointee = lasting(found.value.literal)
    }
}

@implementation @_cdecl("wb_module_set_attribute") public func wb_module_set_attribute(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_attribute"
        let found = try attribute(handle, name, operation)
        let (module, value) = (try module(handle, operation), try text(value, "the value", operation))
        try refuseInRecording(module, "the forward pass sets the argument '\(found.name)'")
        try module.setArgument(found.name, value)
    }
}

private func attribute(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ operation: String
) throws(Failure) -> (name: String, value: Value) {
    let module = try module(handle, operation)
    let name = try text(name, "the name", operation)
    let attributes = module.attributes
    guard let found = attributes.first(where: { $0.name == name }) else {
        let names = attributes.isEmpty ? "it has none" : "there are: \(attributes.map(\.name).joined(separator: ", "))"
        throw .argument(operation: operation, "\(module.className) has no attribute '\(name.shortened)'; \(names)")
    }
    return found
}

/// A value as a number; a flag is 1 or 0.
func number(_ value: Value, _ name: String, _ operation: String) throws(Failure) -> Double {
    if let flag = value.flag { return flag ? 1 : 0 }
    guard let number = value.real else {
        throw .argument(operation: operation, "\(name) is no number, but \(value.literal.shortened); read it as a text")
    }
    return number
}

@implementation @_cdecl("wb_module_set_training") public func wb_module_set_training(
    _ handle: OpaquePointer?, _ training: Int32
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_set_training")
        try refuseInRecording(module, "the forward pass sets the mode of a module (train or eval)")
        module.setTraining(training != 0)
    }
}

@implementation @_cdecl("wb_module_get_training") public func wb_module_get_training(
    _ handle: OpaquePointer?, _ training: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(training, "module_get_training").pointee = module(handle, "module_get_training").isTraining ? 1 : 0
    }
}

@implementation @_cdecl("wb_module_cast") public func wb_module_cast(
    _ handle: OpaquePointer?, _ type: wb_dtype
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_cast")
        try refuseInRecording(module, "the forward pass changes the dtype of a module")
        try module.cast(dtype(type, "module_cast"))
    }
}

@implementation @_cdecl("wb_module_zero_grad") public func wb_module_zero_grad(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_zero_grad")
        try refuseInRecording(module, "gradients are removed in the middle of the forward pass (zero_grad)")
        try module.zeroGrad()
    }
}

@implementation @_cdecl("wb_initialize") public func wb_initialize(
    _ handle: OpaquePointer?, _ kind: wb_initializer, _ a: Double, _ b: Double
) -> wb_status {
    call { () throws(Failure) in
        let initializer: Initializer = try decode(kind.rawValue, "initialiser", "initialize")
        try refuseInRecording("a tensor gets initial values in the middle of the forward pass")
        try initializer.fill(tensor(handle, "initialize"), a, b)
    }
}

@implementation @_cdecl("wb_initialize_truncated") public func wb_initialize_truncated(
    _ handle: OpaquePointer?, _ mean: Double, _ deviation: Double, _ low: Double, _ high: Double
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a tensor gets initial values in the middle of the forward pass")
        try Initializer.fillTruncated(
            tensor(handle, "initialize_truncated"), mean: mean, deviation: deviation, low, high)
    }
}
