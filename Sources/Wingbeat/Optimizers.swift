import CWingbeat
import Engine
import Networks

/// Optimisers.

private func optimizer(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Optimizer {
    try Handles.object(handle, .optimizer, operation)
}

@implementation @_cdecl("wb_optimizer_create") public func wb_optimizer_create(
    _ expression: UnsafePointer<CChar>?, _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_create"
        let target = try out(result, operation)
        let made = try Optimizer.make(
            text(expression, "the expression", operation), tensors(parameters, count, operation))
        try publish(made, .optimizer, target)
    }
}

@implementation @_cdecl("wb_optimizer_add_group") public func wb_optimizer_add_group(
    _ handle: OpaquePointer?, _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ settings: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_add_group"
        try optimizer(handle, operation).addGroup(
            tensors(parameters, count, operation), settings.map { String(cString: $0) })
    }
}

@implementation @_cdecl("wb_optimizer_group_count") public func wb_optimizer_group_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "optimizer_group_count").pointee = Int32(optimizer(handle, "optimizer_group_count").groups.count)
    }
}

@implementation @_cdecl("wb_optimizer_group_size") public func wb_optimizer_group_size(
    _ handle: OpaquePointer?, _ group: Int32, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let groups = try optimizer(handle, "optimizer_group_size").groups
        guard groups.indices.contains(Int(group)) else {
            throw .index(
                operation: "optimizer_group_size", "there is no group number \(group); there are \(groups.count)")
        }
        try out(count, "optimizer_group_size").pointee = Int32(groups[Int(group)].places.count)
    }
}

@implementation @_cdecl("wb_optimizer_free") public func wb_optimizer_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .optimizer, "optimizer_free") }
}

@implementation @_cdecl("wb_optimizer_step") public func wb_optimizer_step(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("an optimiser takes a step in the middle of the forward pass")
        try optimizer(handle, "optimizer_step").step()
    }
}

@implementation @_cdecl("wb_optimizer_step_closure") public func wb_optimizer_step_closure(
    _ handle: OpaquePointer?, _ closure: wb_closure_callback?, _ context: UnsafeMutableRawPointer?,
    _ loss: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_step_closure"
        try refuseInRecording("an optimiser takes a step in the middle of the forward pass")
        let optimizer = try optimizer(handle, operation)
        guard let closure else { throw .argument(operation: operation, "the closure is null") }
        let host = HostContext(context, confirms: Callbacks.confirms(closure))
        let first = try optimizer.step { () throws(Failure) in
            let found = try host.ask(operation, given: [], count: 1) { _, results in closure(context, results) }
            guard let value = found[0] else { throw .argument(operation: operation, "the closure gave no loss") }
            return try value.item()
        }
        loss?.pointee = first
    }
}

@implementation @_cdecl("wb_optimizer_zero_grad") public func wb_optimizer_zero_grad(
    _ handle: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in try optimizer(handle, "optimizer_zero_grad").zeroGrad() }
}

@implementation @_cdecl("wb_optimizer_set") public func wb_optimizer_set(
    _ handle: OpaquePointer?, _ group: Int32, _ name: UnsafePointer<CChar>?, _ value: Double
) -> wb_status {
    // A flag is 1 or 0, and a count a whole number.
    set(handle, group, name, "optimizer_set") { Int64(exactly: value).map { .integer($0) } ?? .real(value) }
}

@implementation @_cdecl("wb_optimizer_set_text") public func wb_optimizer_set_text(
    _ handle: OpaquePointer?, _ group: Int32, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> wb_status {
    set(handle, group, name, "optimizer_set_text") { () throws(Failure) in
        try Reader.value(text(value, "the value", "optimizer_set_text"), operation: "optimizer_set_text")
    }
}

private func set(
    _ handle: OpaquePointer?, _ group: Int32, _ name: UnsafePointer<CChar>?, _ operation: String,
    _ value: () throws(Failure) -> Value
) -> wb_status {
    call { () throws(Failure) in
        try optimizer(handle, operation).set(
            text(name, "the name", operation), value(), of: group == -1 ? nil : Int(group))
    }
}

@implementation @_cdecl("wb_optimizer_get") public func wb_optimizer_get(
    _ handle: OpaquePointer?, _ group: Int32, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_get"
        let name = try text(name, "the name", operation)
        let found = try optimizer(handle, operation).setting(name, of: Int(group))
        try out(value, operation).pointee = number(found, name, operation)
    }
}

@implementation @_cdecl("wb_optimizer_get_text") public func wb_optimizer_get_text(
    _ handle: OpaquePointer?, _ group: Int32, _ name: UnsafePointer<CChar>?,
    _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_get_text"
        let found = try optimizer(handle, operation).setting(text(name, "the name", operation), of: Int(group))
        try out(result, operation).pointee = lasting(found.literal)
    }
}

@implementation @_cdecl("wb_optimizer_get_settings") public func wb_optimizer_get_settings(
    _ handle: OpaquePointer?, _ group: Int32, _ settings: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try optimizer(handle, "optimizer_get_settings").settings(of: Int(group))
        let texts = found.map { "\($0.name)=\($0.value.literal)" }
        try out(settings, "optimizer_get_settings").pointee = lasting(texts.joined(separator: ", "))
    }
}

@implementation @_cdecl("wb_optimizer_set_settings") public func wb_optimizer_set_settings(
    _ handle: OpaquePointer?, _ group: Int32, _ settings: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "optimizer_set_settings"
        try optimizer(handle, operation).set(text(settings, "the settings", operation), of: Int(group))
    }
}

@implementation @_cdecl("wb_optimizer_class_name") public func wb_optimizer_class_name(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(name, "optimizer_class_name").pointee = StaticText.pointer(
            optimizer(handle, "optimizer_class_name").className)
    }
}

@implementation @_cdecl("wb_optimizer_load_state") public func wb_optimizer_load_state(
    _ handle: OpaquePointer?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ states: UnsafePointer<OpaquePointer?>?,
    _ count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let optimizer = try optimizer(handle, "optimizer_load_state")
        try optimizer.load(state: named(names, states, count, "optimizer_load_state"))
    }
}

@implementation @_cdecl("wb_optimizer_state_count") public func wb_optimizer_state_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "optimizer_state_count").pointee = Int32(optimizer(handle, "optimizer_state_count").stateCount)
    }
}

@implementation @_cdecl("wb_optimizer_state") public func wb_optimizer_state(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ state: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let optimizer = try optimizer(handle, "optimizer_state")
        guard let entry = optimizer.stateEntry(Int(index)) else {
            throw .index(
                operation: "state", "there is no state number \(index); there are \(optimizer.stateCount)")
        }
        if let state { try publish(entry.tensor, .tensor, state) }
        if let name { name.pointee = lasting(entry.name) }
    }
}
