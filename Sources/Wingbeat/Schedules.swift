import CWingbeat
import Engine
import Networks

/// Schedules.

private func schedule(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Schedule {
    try Handles.object(handle, .schedule, operation)
}

private func optimizer(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Optimizer {
    try Handles.object(handle, .optimizer, operation)
}

@implementation @_cdecl("wb_schedule_create") public func wb_schedule_create(
    _ expression: UnsafePointer<CChar>?, _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_create"
        let target = try out(result, operation)
        let made = try Schedule.make(
            text(expression, "the expression", operation), optimizer(handle, operation))
        try publish(made, .schedule, target)
    }
}

@implementation @_cdecl("wb_schedule_create_function") public func wb_schedule_create_function(
    _ expression: UnsafePointer<CChar>?, _ handle: OpaquePointer?, _ factor: wb_factor_callback?,
    _ release: wb_release_callback?, _ context: UnsafeMutableRawPointer?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_create_function"
        let target = try out(result, operation)
        guard let factor else { throw .argument(operation: operation, "the function is null") }
        let confirms = Callbacks.confirms(factor)
        let host = HostContext(context, confirms: confirms)
        let function = FactorFunction { (group, epoch) throws(Failure) in
            var value = Double.nan
            try withUnsafeMutablePointer(to: &value) { (pointer) throws(Failure) in
                try askHost(operation, confirms: confirms) {
                    factor(host.pointer, Int32(clamping: group), Int64(epoch), pointer)
                }
            }
            return value
        }
        let made = try Schedule.make(
            text(expression, "the expression", operation), optimizer(handle, operation), factor: function)
        try publish(made, .schedule, target)
        host.release = release
    }
}

@implementation @_cdecl("wb_schedule_create_composed") public func wb_schedule_create_composed(
    _ expression: UnsafePointer<CChar>?, _ handle: OpaquePointer?, _ parts: UnsafePointer<OpaquePointer?>?,
    _ count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_create_composed"
        let target = try out(result, operation)
        try checkCount(count, isNull: parts == nil, operation)
        var found: [Schedule] = []
        for place in 0..<Int(count) { found.append(try schedule(parts?[place], operation)) }
        let made = try Schedule.make(
            text(expression, "the expression", operation), optimizer(handle, operation), parts: found)
        try publish(made, .schedule, target)
    }
}

@implementation @_cdecl("wb_schedule_free") public func wb_schedule_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .schedule, "schedule_free") }
}

@implementation @_cdecl("wb_schedule_step") public func wb_schedule_step(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a schedule takes a step in the middle of the forward pass")
        try schedule(handle, "schedule_step").step()
    }
}

@implementation @_cdecl("wb_schedule_step_to") public func wb_schedule_step_to(
    _ handle: OpaquePointer?, _ epoch: Double
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a schedule takes a step in the middle of the forward pass")
        try schedule(handle, "schedule_step_to").step(to: epoch)
    }
}

@implementation @_cdecl("wb_schedule_step_metric") public func wb_schedule_step_metric(
    _ handle: OpaquePointer?, _ metric: Double
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a schedule takes a step in the middle of the forward pass")
        try schedule(handle, "schedule_step_metric").step(metric: metric)
    }
}

@implementation @_cdecl("wb_schedule_class_name") public func wb_schedule_class_name(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_class_name"
        try out(name, operation).pointee = StaticText.pointer(schedule(handle, operation).className)
    }
}

@implementation @_cdecl("wb_schedule_get") public func wb_schedule_get(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_get"
        let name = try text(name, "the name", operation)
        let found = try schedule(handle, operation).value(name)
        try out(value, operation).pointee = number(found, name, operation)
    }
}

@implementation @_cdecl("wb_schedule_get_text") public func wb_schedule_get_text(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_get_text"
        let found = try schedule(handle, operation).value(text(name, "the name", operation))
        try out(result, operation).pointee = lasting(found.literal)
    }
}

@implementation @_cdecl("wb_schedule_state") public func wb_schedule_state(
    _ handle: OpaquePointer?, _ state: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(state, "schedule_state").pointee = lasting(schedule(handle, "schedule_state").text)
    }
}

@implementation @_cdecl("wb_schedule_load_state") public func wb_schedule_load_state(
    _ handle: OpaquePointer?, _ state: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "schedule_load_state"
        try schedule(handle, operation).load(text(state, "the state", operation))
    }
}

@implementation @_cdecl("wb_trainer_set_schedule") public func wb_trainer_set_schedule(
    _ handle: OpaquePointer?, _ given: OpaquePointer?, _ when: wb_schedule_when
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_set_schedule"
        let trainer: Trainer = try Handles.object(handle, .trainer, operation)
        let moment: ScheduleMoment = try decode(when.rawValue, "moment of a schedule", operation)
        guard let given else { return try trainer.setSchedule(nil, moment) }
        try trainer.setSchedule(schedule(given, operation), moment)
    }
}
