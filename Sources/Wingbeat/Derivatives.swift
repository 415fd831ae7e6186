import CWingbeat
import Engine

/// Derivatives and captured programs.

@implementation @_cdecl("wb_backward") public func wb_backward(
    _ root: OpaquePointer?, _ gradient: OpaquePointer?, _ retain_graph: Int32
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("derivatives are taken in the middle of the forward pass (backward)")
        let gradient = try optionalTensor(gradient, "backward")
        try tensor(root, "backward").backward(gradient: gradient, retainGraph: retain_graph != 0)
    }
}

@implementation @_cdecl("wb_grad") public func wb_grad(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ output_count: Int32, _ inputs: UnsafePointer<OpaquePointer?>?,
    _ input_count: Int32,
    _ cotangents: UnsafePointer<OpaquePointer?>?, _ create_graph: Int32, _ allow_unused: Int32,
    _ gradients: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("derivatives are taken in the middle of the forward pass (grad)")
        let roots = try tensors(outputs, output_count, "grad")
        let wanted = try tensors(inputs, input_count, "grad")
        let seeds = cotangents == nil ? nil : try tensors(cotangents, output_count, "grad")
        let target = try outs(gradients, wanted.count, "grad")
        var results = try Tensor.gradients(of: roots, wanted, cotangents: seeds, createGraph: create_graph != 0)
        if allow_unused == 0 {
            for place in results.indices where results[place] == nil {
                results[place] = try Tensor.full(wanted[place].shape, 0, wanted[place].dtype)
            }
        }
        try publish(results, target)
    }
}

@implementation @_cdecl("wb_jvp") public func wb_jvp(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ output_count: Int32, _ inputs: UnsafePointer<OpaquePointer?>?,
    _ input_count: Int32,
    _ tangents: UnsafePointer<OpaquePointer?>?, _ tangents_out: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("derivatives are taken in the middle of the forward pass (jvp)")
        let roots = try tensors(outputs, output_count, "jvp")
        let wanted = try tensors(inputs, input_count, "jvp")
        let directions = try tensors(tangents, input_count, "jvp")
        let target = try outs(tangents_out, roots.count, "jvp")
        try publish(Tensor.jvp(roots, wanted, tangents: directions), target)
    }
}

@implementation @_cdecl("wb_taylor") public func wb_taylor(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ output_count: Int32, _ inputs: UnsafePointer<OpaquePointer?>?,
    _ input_count: Int32,
    _ directions: UnsafePointer<OpaquePointer?>?, _ direction_count: Int32, _ order: Int32,
    _ derivatives: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("derivatives are taken in the middle of the forward pass (taylor)")
        let roots = try tensors(outputs, output_count, "taylor")
        let wanted = try tensors(inputs, input_count, "taylor")
        let curves = try curves(directions, direction_count, of: wanted.count)
        let target = try outs(derivatives, roots.count * max(0, Int(order)), "taylor")
        try publish(Tensor.taylor(roots, wanted, curves: curves, order: Int(order)).flatMap { $0 }, target)
    }
}

/// `length` derivatives of each of `count` curves.
private func curves(
    _ handles: UnsafePointer<OpaquePointer?>?, _ length: Int32, of count: Int
) throws(Failure) -> [[Tensor?]] {
    guard length >= 0, length == 0 || count == 0 || handles != nil else {
        throw .argument(
            operation: "taylor",
            length < 0 ? "a count is negative: \(length)" : "\(length) directions are announced, but the array is null")
    }
    var curves: [[Tensor?]] = []
    for input in 0..<count {
        var derivatives: [Tensor?] = []
        for place in 0..<Int(length) {
            derivatives.append(try optionalTensor(handles?[input * Int(length) + place], "taylor"))
        }
        curves.append(derivatives)
    }
    return curves
}

@implementation @_cdecl("wb_hvp") public func wb_hvp(
    _ output: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32,
    _ vectors: UnsafePointer<OpaquePointer?>?, _ products: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("derivatives are taken in the middle of the forward pass (hvp)")
        let root = try tensor(output, "hvp")
        let wanted = try tensors(inputs, input_count, "hvp")
        let directions = try tensors(vectors, input_count, "hvp")
        let target = try outs(products, wanted.count, "hvp")
        try publish(Tensor.hvp(root, wanted, vectors: directions), target)
    }
}

@implementation @_cdecl("wb_variable") public func wb_variable(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "variable", aliasOf: x) { () throws(Failure) in try tensor(x, "variable").variable() }
}

@implementation @_cdecl("wb_tensor_depends_on_leaf") public func wb_tensor_depends_on_leaf(
    _ handle: OpaquePointer?, _ depends: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(depends, "depends_on_leaf").pointee = tensor(handle, "depends_on_leaf").dependsOnLeaf() ? 1 : 0
    }
}

@implementation @_cdecl("wb_set_grad_enabled") public func wb_set_grad_enabled(
    _ enabled: Int32, _ previous: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        previous?.pointee = ThreadState.current.isGradEnabled ? 1 : 0
        ThreadState.current.isGradEnabled = enabled != 0
    }
}

@implementation @_cdecl("wb_get_grad_enabled") public func wb_get_grad_enabled(
    _ enabled: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(enabled, "get_grad_enabled").pointee = ThreadState.current.isGradEnabled ? 1 : 0
    }
}

@implementation @_cdecl("wb_grad_flags") public func wb_grad_flags(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ flags: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(flags, "grad_flags")
        var sum = ThreadState.current.isGradEnabled ? WB_GRAD_ENABLED.rawValue : 0
        if ThreadState.current.autocast == .bfloat16 { sum |= WB_GRAD_BFLOAT16.rawValue }
        if ThreadState.current.autocast == .float16 { sum |= WB_GRAD_FLOAT16.rawValue }
        if DType.standard == .float64 { sum |= WB_GRAD_FLOAT64.rawValue }
        if let phase = ThreadState.current.phase {
            sum |= phase ? WB_GRAD_TRAINING.rawValue : WB_GRAD_EVALUATION.rawValue
        }
        if Capture.isOpen { sum |= WB_GRAD_CAPTURE.rawValue }
        if ThreadState.current.transforms > 0 { sum |= WB_GRAD_TRANSFORM.rawValue }
        if Anomalies.areValuesWatched { sum |= WB_GRAD_WATCHED.rawValue }
        if try tensors(handles, count, "grad_flags").contains(where: { $0.requiresGrad }) {
            sum |= WB_GRAD_REQUIRED.rawValue
        }
        target.pointee = Int32(sum)
    }
}

@implementation @_cdecl("wb_capture_begin") public func wb_capture_begin(
    _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a program is captured in the middle of the forward pass")
        try Capture.begin(tensors(inputs, input_count, "capture"))
    }
}

@implementation @_cdecl("wb_capture_end") public func wb_capture_end(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ output_count: Int32, _ program: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(program, "capture")
        try publish(Capture.end(tensors(outputs, output_count, "capture")), .program, target)
    }
}

@implementation @_cdecl("wb_capture_cancel") public func wb_capture_cancel() -> wb_status {
    call { () throws(Failure) in try Capture.cancel() }
}

@implementation @_cdecl("wb_capture_depends") public func wb_capture_depends(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "capture")
        guard Capture.isOpen else { throw .state(operation: "capture", "no capture block is open on this thread") }
        module.noteInCapture()
    }
}

@implementation @_cdecl("wb_module_changed") public func wb_module_changed(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        guard handle != nil else { return Hooks.changed() }
        try module(handle, "module_changed").changed()
    }
}

private func program(_ handle: OpaquePointer?) throws(Failure) -> Program {
    try Handles.object(handle, .program, "program")
}

private let runs = "a captured program runs in the middle of the forward pass"

private func checkCounts(_ program: Program, _ inputs: Int32, _ outputs: Int32) throws(Failure) {
    guard Int(inputs) == program.inputCount else {
        throw .argument(operation: "program", "\(program.inputCount) inputs are expected, but \(inputs) were given")
    }
    guard Int(outputs) == program.outputCount else {
        throw .argument(
            operation: "program", "the program has \(program.outputCount) outputs, but there is room for \(outputs)")
    }
}

@implementation @_cdecl("wb_program_run") public func wb_program_run(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ output_count: Int32
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording(runs)
        let program = try program(handle)
        try checkCounts(program, input_count, output_count)
        let arguments = try tensors(inputs, input_count, "program")
        let target = try outs(outputs, Int(output_count), "program")
        try publish(program.run(arguments), target)
    }
}

@implementation @_cdecl("wb_program_run_if_matching") public func wb_program_run_if_matching(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ memory: UnsafePointer<UnsafeRawPointer?>?,
    _ input_count: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ output_count: Int32, _ matches: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording(runs)
        let matches = try out(matches, "program")
        let program = try program(handle)
        try checkCounts(program, input_count, output_count)
        let target = try outs(outputs, Int(output_count), "program")
        guard let results = try program.runIfMatching(arguments(program, inputs, memory)) else {
            matches.pointee = 0
            return
        }
        try publish(results, target)
        matches.pointee = 1
    }
}

private func arguments(
    _ program: Program, _ inputs: UnsafePointer<OpaquePointer?>?, _ memory: UnsafePointer<UnsafeRawPointer?>?
) throws(Failure) -> [Program.Argument] {
    var arguments: [Program.Argument] = []
    arguments.reserveCapacity(program.inputCount)
    for place in 0..<program.inputCount {
        if let pointer = memory?[place] {
            try checkAlignment(pointer, program.inputType(place), "input \(place)")
            arguments.append(.memory(pointer))
        } else {
            arguments.append(.tensor(try tensor(inputs?[place], "program")))
        }
    }
    return arguments
}

private func checkAlignment(
    _ pointer: UnsafeRawPointer, _ type: TensorType, _ what: @autoclosure () -> String
) throws(Failure) {
    guard UInt(bitPattern: pointer) % UInt(type.dtype.size) == 0 else {
        throw .argument(
            operation: "program",
            "the memory of \(what()) is not aligned to the \(type.dtype.size) bytes of \(type.dtype.name)")
    }
}

@implementation @_cdecl("wb_program_run_pointers") public func wb_program_run_pointers(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ input_count: Int32,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ output_count: Int32
) -> wb_status {
    runOverMemory(handle, inputs, input_count, outputs, output_count) { (program) throws(Failure) in
        try program.run(arguments: { inputs?[$0] }, results: { outputs?[$0] })
    }
}

@implementation @_cdecl("wb_program_run_pointers_if_matching") public func wb_program_run_pointers_if_matching(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ input_count: Int32,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ output_count: Int32, _ matches: UnsafeMutablePointer<Int32>?
) -> wb_status {
    runOverMemory(handle, inputs, input_count, outputs, output_count) { (program) throws(Failure) in
        let matches = try out(matches, "program")
        matches.pointee = try program.runIfCurrent(arguments: { inputs?[$0] }, results: { outputs?[$0] }) ? 1 : 0
    }
}

private func runOverMemory(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ input_count: Int32,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ output_count: Int32, _ run: (Program) throws(Failure) -> Void
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording(runs)
        let program = try program(handle)
        try checkCounts(program, input_count, output_count)
        for place in 0..<program.inputCount {
            let type = program.inputType(place)
            guard let pointer = inputs?[place] ?? (type.shape.contains(0) ? UnsafeRawPointer(bitPattern: 64) : nil)
            else {
                throw .argument(operation: "program", "the pointer of input \(place) is null")
            }
            try checkAlignment(pointer, type, "input \(place)")
        }
        for place in 0..<program.outputCount {
            guard let pointer = outputs?[place] else { continue }
            try checkAlignment(pointer, program.outputType(place), "output \(place)")
        }
        try run(program)
    }
}

@implementation @_cdecl("wb_program_renew") public func wb_program_renew(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try program(handle).renew() }
}

@implementation @_cdecl("wb_program_writes_input") public func wb_program_writes_input(
    _ handle: OpaquePointer?, _ index: Int32, _ writes: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let writes = try out(writes, "program_writes_input")
        let program = try program(handle)
        guard index >= 0, Int(index) < program.inputCount else {
            throw .index(
                operation: "program_writes_input", "there is no input number \(index); there are \(program.inputCount)")
        }
        writes.pointee = program.writesInput(Int(index)) ? 1 : 0
    }
}

@implementation @_cdecl("wb_program_collides") public func wb_program_collides(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32,
    _ collides: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(collides, "program_collides")
        let program = try program(handle)
        let inputs = try tensors(inputs, input_count, "program_collides")
        guard inputs.count == program.inputCount else {
            throw .argument(
                operation: "program_collides",
                "\(program.inputCount) inputs are expected, but \(inputs.count) were given")
        }
        target.pointee = program.collides(inputs) ? 1 : 0
    }
}

@implementation @_cdecl("wb_program_explain") public func wb_program_explain(
    _ handle: OpaquePointer?, _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(text, "program_explain")
        try target.pointee = lasting(program(handle).listing)
    }
}

@implementation @_cdecl("wb_program_profile") public func wb_program_profile(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32,
    _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(text, "program_profile")
        let program = try program(handle)
        let arguments = inputs == nil && input_count == 0 ? nil : try tensors(inputs, input_count, "program_profile")
        try target.pointee = lasting(program.profile(arguments))
    }
}

@implementation @_cdecl("wb_program_free") public func wb_program_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .program, "program_free") }
}

/// The text of this thread that lives until the next one.
func lasting(_ text: String) -> UnsafePointer<CChar>? {
    CallState.current.lastText.set(text)
    return CallState.current.lastText.pointer
}
