import CWingbeat
import Engine
import Networks

/// Modules and initialisers.

private func publishing(
    _ target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String, _ make: () throws(Failure) -> Module
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        try publish(make(), .module, target)
    }
}

@implementation @_cdecl("wb_module_linear") public func wb_module_linear(
    _ in_features: Int64, _ out_features: Int64, _ bias: Int32, _ type: wb_dtype, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "Linear") { () throws(Failure) in
        try Linear(Int(in_features), Int(out_features), bias: bias != 0, dtype: dtype(type, "Linear"))
    }
}

@implementation @_cdecl("wb_module_activation") public func wb_module_activation(
    _ kind: wb_activation, _ parameter: Double, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "activation") { () throws(Failure) in
        try Activation(decode(kind.rawValue, "activation", "activation"), parameter: parameter)
    }
}

@implementation @_cdecl("wb_module_flatten") public func wb_module_flatten(
    _ start_axis: Int32, _ end_axis: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "Flatten") { () throws(Failure) in Flatten(startAxis: Int(start_axis), endAxis: Int(end_axis)) }
}

@implementation @_cdecl("wb_module_sequential") public func wb_module_sequential(
    _ children: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "Sequential") { () throws(Failure) in
        guard count >= 0, count == 0 || children != nil else {
            throw .argument(operation: "Sequential", "\(count) children are announced, but the array is null or the count negative")
        }
        var modules: [Module] = []
        for place in 0..<Int(count) { modules.append(try module(children?[place], "Sequential")) }
        return try Sequential(modules)
    }
}

@implementation @_cdecl("wb_module_set_checkpoint") public func wb_module_set_checkpoint(_ handle: OpaquePointer?, _ segments: Int32) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_set_checkpoint")
        guard let sequential = module as? Sequential else {
            throw .unsupported(operation: "module_set_checkpoint", "a Sequential is expected, but the module is a \(module.className)")
        }
        guard segments >= -1 else { throw .argument(operation: "module_set_checkpoint", "the number of segments is negative: \(segments)") }
        sequential.checkpoint = segments == 0 ? .none : segments == -1 ? .squareRoot : .segments(Int(segments))
    }
}

@implementation @_cdecl("wb_module_custom") public func wb_module_custom(
    _ class_name: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "module_custom") { () throws(Failure) in
        let name = try text(class_name, "the class name", "module_custom")
        guard !name.isEmpty else { throw .argument(operation: "module_custom", "the class name is empty") }
        return CustomModule(className: name)
    }
}

@implementation @_cdecl("wb_module_free") public func wb_module_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .module, "module_free") }
}

@implementation @_cdecl("wb_module_add") public func wb_module_add(
    _ parent: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ child: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        try module(parent, "module_add").add(module(child, "module_add"), as: text(name, "the name", "module_add"))
    }
}

@implementation @_cdecl("wb_module_set_parameter") public func wb_module_set_parameter(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ parameter: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_parameter"
        try module(handle, operation).setParameter(text(name, "the name", operation), optionalTensor(parameter, operation))
    }
}

@implementation @_cdecl("wb_module_set_buffer") public func wb_module_set_buffer(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ buffer: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_buffer"
        try module(handle, operation).setBuffer(text(name, "the name", operation), optionalTensor(buffer, operation))
    }
}

@implementation @_cdecl("wb_module_forward") public func wb_module_forward(
    _ handle: OpaquePointer?, _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "module_forward") { () throws(Failure) in try module(handle, "module_forward").forward(tensor(x, "module_forward")) }
}

@implementation @_cdecl("wb_module_parameter_count") public func wb_module_parameter_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "module_parameter_count").pointee = Int32(module(handle, "module_parameter_count").allParameters.count)
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

/// Entry `index` of a list of named tensors.
func pick(
    _ list: [(name: String, tensor: Tensor)], _ index: Int32, _ what: String, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
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

@implementation @_cdecl("wb_module_class_name") public func wb_module_class_name(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in try out(name, "module_class_name").pointee = lasting(module(handle, "module_class_name").className) }
}

@implementation @_cdecl("wb_module_describe") public func wb_module_describe(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in try out(result, "module_describe").pointee = lasting(module(handle, "module_describe").description) }
}

@implementation @_cdecl("wb_module_attribute") public func wb_module_attribute(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_attribute")
        let name = try text(name, "the name", "module_attribute")
        guard let found = module.attributes.first(where: { $0.name == name })?.value else {
            throw .argument(operation: "module_attribute", "\(module.className) has no attribute '\(name)'")
        }
        try out(value, "module_attribute").pointee = found
    }
}

@implementation @_cdecl("wb_module_set_training") public func wb_module_set_training(_ handle: OpaquePointer?, _ training: Int32) -> wb_status {
    call { () throws(Failure) in try module(handle, "module_set_training").setTraining(training != 0) }
}

@implementation @_cdecl("wb_module_get_training") public func wb_module_get_training(
    _ handle: OpaquePointer?, _ training: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(training, "module_get_training").pointee = module(handle, "module_get_training").isTraining ? 1 : 0
    }
}

@implementation @_cdecl("wb_module_cast") public func wb_module_cast(_ handle: OpaquePointer?, _ type: wb_dtype) -> wb_status {
    call { () throws(Failure) in try module(handle, "module_cast").cast(dtype(type, "module_cast")) }
}

@implementation @_cdecl("wb_module_zero_grad") public func wb_module_zero_grad(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try module(handle, "module_zero_grad").zeroGrad() }
}

@implementation @_cdecl("wb_initialize") public func wb_initialize(
    _ handle: OpaquePointer?, _ kind: wb_initializer, _ a: Double, _ b: Double
) -> wb_status {
    call { () throws(Failure) in
        let initializer: Initializer = try decode(kind.rawValue, "initialiser", "initialize")
        try initializer.fill(tensor(handle, "initialize"), a, b)
    }
}
