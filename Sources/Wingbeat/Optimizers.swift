import CWingbeat
import Engine
import Networks

/// Optimisers.

private func optimizer(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Optimizer {
    try Handles.object(handle, .optimizer, operation)
}

private func publishing(
    _ target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String, _ make: () throws(Failure) -> Optimizer
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        try publish(make(), .optimizer, target)
    }
}

@implementation @_cdecl("wb_sgd_create") public func wb_sgd_create(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ lr: Double, _ momentum: Double, _ dampening: Double,
    _ weight_decay: Double, _ nesterov: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "SGD") { () throws(Failure) in
        try SGD(
            tensors(parameters, count, "SGD"), lr: lr, momentum: momentum, dampening: dampening, weightDecay: weight_decay,
            nesterov: nesterov != 0)
    }
}

@implementation @_cdecl("wb_adam_create") public func wb_adam_create(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ lr: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double,
    _ weight_decay: Double, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "Adam") { () throws(Failure) in
        try Adam(
            tensors(parameters, count, "Adam"), lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weight_decay,
            decoupled: false)
    }
}

@implementation @_cdecl("wb_adamw_create") public func wb_adamw_create(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ lr: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double,
    _ weight_decay: Double, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    publishing(result, "AdamW") { () throws(Failure) in
        try Adam(
            tensors(parameters, count, "AdamW"), lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weight_decay,
            decoupled: true)
    }
}

@implementation @_cdecl("wb_optimizer_free") public func wb_optimizer_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .optimizer, "optimizer_free") }
}

@implementation @_cdecl("wb_optimizer_step") public func wb_optimizer_step(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try optimizer(handle, "optimizer_step").step() }
}

@implementation @_cdecl("wb_optimizer_zero_grad") public func wb_optimizer_zero_grad(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try optimizer(handle, "optimizer_zero_grad").zeroGrad() }
}

@implementation @_cdecl("wb_optimizer_set") public func wb_optimizer_set(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: Double
) -> wb_status {
    call { () throws(Failure) in try optimizer(handle, "optimizer_set").set(text(name, "the name", "optimizer_set"), value) }
}

@implementation @_cdecl("wb_optimizer_get") public func wb_optimizer_get(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try optimizer(handle, "optimizer_get").get(text(name, "the name", "optimizer_get"))
        try out(value, "optimizer_get").pointee = found
    }
}

@implementation @_cdecl("wb_optimizer_class_name") public func wb_optimizer_class_name(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(name, "optimizer_class_name").pointee = StaticText.pointer(optimizer(handle, "optimizer_class_name").className)
    }
}

@implementation @_cdecl("wb_optimizer_load_state") public func wb_optimizer_load_state(
    _ handle: OpaquePointer?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ states: UnsafePointer<OpaquePointer?>?, _ count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let optimizer = try optimizer(handle, "optimizer_load_state")
        var given: [(name: String, tensor: Tensor)] = []
        for (place, state) in try tensors(states, count, "optimizer_load_state").enumerated() {
            given.append((try text(names?[place], "a name", "optimizer_load_state"), state))
        }
        try optimizer.load(state: given)
    }
}

@implementation @_cdecl("wb_optimizer_state_count") public func wb_optimizer_state_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "optimizer_state_count").pointee = Int32(optimizer(handle, "optimizer_state_count").state.count)
    }
}

@implementation @_cdecl("wb_optimizer_state") public func wb_optimizer_state(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ state: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in try pick(optimizer(handle, "optimizer_state").state, index, "state", name, state) }
}
