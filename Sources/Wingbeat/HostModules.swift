import CWingbeat
import Engine
import Networks

/// Modules with a forward pass of the host's.

/// How many tensors a host's forward pass may give.
private let mostOutputs = 256

private final class HostCallback: HostForward {
    private let forward: wb_forward_callback
    private let host: HostContext
    private let className: String

    init(_ forward: wb_forward_callback, _ host: HostContext, _ className: String) {
        (self.forward, self.host, self.className) = (forward, host, className)
    }

    func forward(_ inputs: [Tensor?], _ options: String?) throws(Failure) -> [Tensor?] {
        var count: Int32 = -1
        let results = try host.ask(className, given: inputs, count: mostOutputs) { [forward, host] given, found in
            withUnsafeMutablePointer(to: &count) { count in
                guard let options else {
                    return forward(host.pointer, nil, given, Int32(inputs.count), found, Int32(mostOutputs), count)
                }
                return options.withCString {
                    forward(host.pointer, $0, given, Int32(inputs.count), found, Int32(mostOutputs), count)
                }
            }
        }
        guard count >= 0, Int(count) <= mostOutputs else {
            throw .argument(
                operation: className,
                "its forward pass must say how many tensors it gives, 0 to \(mostOutputs), but said \(count)")
        }
        return Array(results.prefix(Int(count)))
    }
}

@implementation @_cdecl("wb_module_host") public func wb_module_host(
    _ class_name: UnsafePointer<CChar>?, _ forward: wb_forward_callback?, _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "module_host")
        let name = try className(class_name, "module_host")
        let host = HostContext(context, confirms: Callbacks.confirms(forward))
        let callback = forward.map { HostCallback($0, host, name) }
        try publish(HostModule(className: name, callback, keeping: host), .module, target)
        host.release = release
    }
}

@implementation @_cdecl("wb_module_set_forward") public func wb_module_set_forward(
    _ handle: OpaquePointer?, _ class_name: UnsafePointer<CChar>?, _ forward: wb_forward_callback?,
    _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_set_forward"
        let module = try module(handle, operation)
        let name = try className(class_name, operation)
        guard let forward else { throw .argument(operation: operation, "the forward pass is null") }
        let host = HostContext(context, confirms: Callbacks.confirms(forward))
        module.setHost(HostCallback(forward, host, name), className: name)
        host.release = release
    }
}

@implementation @_cdecl("wb_module_wrap") public func wb_module_wrap(
    _ handle: OpaquePointer?, _ forward: wb_forward_callback?, _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_wrap"
        let module = try module(handle, operation)
        guard module.constructor != nil, forward == nil || !module.isForeign else {
            throw .state(
                operation: operation, "a layer of the library's is expected, but the module's own pass is the host's")
        }
        guard let forward else { return module.setHost(nil, className: nil) }
        let host = HostContext(context, confirms: Callbacks.confirms(forward))
        module.setHost(HostCallback(forward, host, module.className), className: nil, keeping: host)
        host.release = release
    }
}

private func className(_ pointer: UnsafePointer<CChar>?, _ operation: String) throws(Failure) -> String {
    let name = try text(pointer, "the class name", operation)
    guard !name.isEmpty else { throw .argument(operation: operation, "the class name is empty") }
    return name
}

@implementation @_cdecl("wb_module_set_note") public func wb_module_set_note(
    _ handle: OpaquePointer?, _ note: UnsafePointer<CChar>?
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_set_note")
        module.note = try note.map { (note) throws(Failure) in try text(note, "the note", "module_set_note") }
    }
}

@implementation @_cdecl("wb_module_note") public func wb_module_note(
    _ handle: OpaquePointer?, _ note: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(note, "module_note").pointee = module(handle, "module_note").note.flatMap { lasting($0) }
    }
}

@implementation @_cdecl("wb_module_kind") public func wb_module_kind(
    _ handle: OpaquePointer?, _ kind: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(kind, "module_kind").pointee = module(handle, "module_kind").constructor.flatMap { lasting($0.name) }
    }
}

@implementation @_cdecl("wb_module_has_host") public func wb_module_has_host(
    _ handle: OpaquePointer?, _ has: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let module = try module(handle, "module_has_host")
        try out(has, "module_has_host").pointee = module.isForeign ? 1 : 0
    }
}

@implementation @_cdecl("wb_module_needs_host") public func wb_module_needs_host(
    _ handle: OpaquePointer?, _ needs: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(needs, "module_needs_host").pointee = module(handle, "module_needs_host").needsHost ? 1 : 0
    }
}
