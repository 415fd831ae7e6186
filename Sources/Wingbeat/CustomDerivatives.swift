import CWingbeat
import Engine

/// Derivative rules of the host: custom operations, hooks, checkpoints.

@implementation @_cdecl("wb_custom") public func wb_custom(
    _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32, _ outputs: UnsafePointer<OpaquePointer?>?,
    _ output_count: Int32,
    _ vjp: wb_vjp_callback?, _ jvp: wb_jvp_callback?, _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ results: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a callback of the host gives derivatives (custom)")
        let arguments = try tensors(inputs, input_count, "custom")
        let values = try tensors(outputs, output_count, "custom")
        let target = try outs(results, values.count, "custom")
        let host = HostContext(context, confirms: Callbacks.confirms(vjp) || Callbacks.confirms(jvp))
        let made = try Tensor.custom(arguments, values, rule: HostRule(vjp: vjp, jvp: jvp, host: host))
        try publish(made, target)
        host.release = release
    }
}

@implementation @_cdecl("wb_tensor_register_hook") public func wb_tensor_register_hook(
    _ handle: OpaquePointer?, _ hook: wb_hook_callback?, _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a callback of the host is hooked to a gradient (register_hook)")
        guard let hook else { throw .argument(operation: "register_hook", "the hook is null") }
        let host = HostContext(context, confirms: Callbacks.confirms(hook))
        try tensor(handle, "register_hook").registerHook { (gradient) throws(Failure) in
            try host.ask("register_hook", given: [gradient], count: 1) { given, found in
                hook(host.pointer, given[0], found)
            }[0]
        }
        host.release = release
    }
}

@implementation @_cdecl("wb_checkpoint") public func wb_checkpoint(
    _ variables: UnsafePointer<OpaquePointer?>?, _ variable_count: Int32, _ outputs: UnsafePointer<OpaquePointer?>?,
    _ output_count: Int32,
    _ results: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let variables = try tensors(variables, variable_count, "checkpoint")
        let outputs = try tensors(outputs, output_count, "checkpoint")
        let target = try outs(results, outputs.count, "checkpoint")
        let results = try Tensor.checkpoint(variables, outputs)
        if let recorder = ThreadState.currentRecorder {
            for (result, output) in zip(results, outputs) { try recorder.recordAlias(of: result, to: output) }
        }
        try publish(results, target)
    }
}

@implementation @_cdecl("wb_function_captures") public func wb_function_captures(
    _ variables: UnsafePointer<OpaquePointer?>?, _ variable_count: Int32, _ outputs: UnsafePointer<OpaquePointer?>?,
    _ output_count: Int32,
    _ captures: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a recorded function is looked into (function_captures)")
        let variables = try tensors(variables, variable_count, "function_captures")
        let outputs = try tensors(outputs, output_count, "function_captures")
        let target = try out(count, "function_captures")
        guard capacity >= 0, capacity == 0 || captures != nil else {
            throw .argument(
                operation: "function_captures",
                "the array for the captures is null, or its capacity \(capacity) negative")
        }
        let found = try Tensor.captures(variables, outputs)
        try publish(Array(found.prefix(Int(capacity))), captures)
        target.pointee = Int32(found.count)
    }
}

@implementation @_cdecl("wb_function_call") public func wb_function_call(
    _ variables: UnsafePointer<OpaquePointer?>?, _ variable_count: Int32, _ outputs: UnsafePointer<OpaquePointer?>?,
    _ output_count: Int32,
    _ arguments: UnsafePointer<OpaquePointer?>?, _ argument_count: Int32,
    _ results: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a recorded function is called again (function_call)")
        let variables = try tensors(variables, variable_count, "function_call")
        let outputs = try tensors(outputs, output_count, "function_call")
        let arguments = try tensors(arguments, argument_count, "function_call")
        let target = try outs(results, outputs.count, "function_call")
        try publish(Tensor.call(variables, outputs, on: arguments), target)
    }
}

@implementation @_cdecl("wb_reversible") public func wb_reversible(
    _ x1: OpaquePointer?, _ x2: OpaquePointer?, _ f_variables: UnsafePointer<OpaquePointer?>?,
    _ f_outputs: UnsafePointer<OpaquePointer?>?,
    _ g_variables: UnsafePointer<OpaquePointer?>?, _ g_outputs: UnsafePointer<OpaquePointer?>?, _ block_count: Int32,
    _ y1: UnsafeMutablePointer<OpaquePointer?>?, _ y2: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "reversible"
        try refuseInRecording("reversible blocks are run, whose derivatives have a rule of their own (reversible)")
        let (fs, fResults) = (
            try tensors(f_variables, block_count, operation), try tensors(f_outputs, block_count, operation)
        )
        let (gs, gResults) = (
            try tensors(g_variables, block_count, operation), try tensors(g_outputs, block_count, operation)
        )
        let (first, second) = (try out(y1, operation), try out(y2, operation))
        let blocks = fs.indices.map { place in
            (
                f: Tensor.Recorded(variable: fs[place], output: fResults[place]),
                g: Tensor.Recorded(variable: gs[place], output: gResults[place])
            )
        }
        let results = try Tensor.reversible(tensor(x1, operation), tensor(x2, operation), blocks)
        try publish([(results[0], first), (results[1], second)])
    }
}

private final class HostRule: DerivativeRule {
    private let vjp: wb_vjp_callback?
    private let jvp: wb_jvp_callback?
    private let host: HostContext
    var hasReverse: Bool { vjp != nil }
    var hasForward: Bool { jvp != nil }

    init(vjp: wb_vjp_callback?, jvp: wb_jvp_callback?, host: HostContext) {
        (self.vjp, self.jvp, self.host) = (vjp, jvp, host)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        guard let vjp else { throw .internal(operation: "custom", "there is no vjp") }
        let flags = needed.map { Int32($0 ? 1 : 0) }
        let (outputCount, inputCount) = (Int32(outputs.count), Int32(needed.count))
        return try host.ask("custom", given: outputs + cotangents, count: needed.count) { [host] given, found in
            vjp(host.pointer, given, given + Int(outputCount), outputCount, flags, found, inputCount)
        }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        guard let jvp else { throw .internal(operation: "custom", "there is no jvp") }
        let (outputCount, inputCount) = (Int32(outputs.count), Int32(tangents.count))
        return try host.ask("custom", given: outputs + tangents, count: outputs.count) { [host] given, found in
            jvp(host.pointer, given, outputCount, given + Int(outputCount), inputCount, found)
        }
    }
}
