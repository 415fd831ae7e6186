import CWingbeat
import Engine
import Machine

/// Status, version, errors, threads, memory, scopes.

let libraryVersion = "0.1.0"

/// Strings with the life of the process.
enum StaticText {
    nonisolated(unsafe) private static var known: [String: UnsafePointer<CChar>] = [:]

    static func pointer(_ text: String) -> UnsafePointer<CChar>? {
        EngineLock.lock()
        defer { EngineLock.unlock() }
        if let pointer = known[text] { return pointer }
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
        for (place, byte) in text.utf8.enumerated() { memory[place] = CChar(bitPattern: byte) }
        memory[text.utf8.count] = 0
        known[text] = UnsafePointer(memory)
        return UnsafePointer(memory)
    }
}

@implementation @_cdecl("wb_version") public func wb_version() -> UnsafePointer<CChar>? {
    StaticText.pointer(libraryVersion)
}

@implementation @_cdecl("wb_abi_version") public func wb_abi_version() -> Int32 { WB_ABI_VERSION }

@implementation @_cdecl("wb_last_error") public func wb_last_error() -> UnsafePointer<CChar>? {
    CallState.current.lastError.pointer ?? StaticText.pointer("")
}

@implementation @_cdecl("wb_status_name") public func wb_status_name(_ status: wb_status) -> UnsafePointer<CChar>? {
    let names = [
        "WB_OK", "WB_ERROR_ARGUMENT", "WB_ERROR_SHAPE", "WB_ERROR_DTYPE", "WB_ERROR_INDEX", "WB_ERROR_HANDLE",
        "WB_ERROR_MEMORY",
        "WB_ERROR_FILE", "WB_ERROR_FORMAT", "WB_ERROR_STRUCTURE", "WB_ERROR_STATE", "WB_ERROR_NOT_FINITE",
        "WB_ERROR_UNSUPPORTED",
        "WB_ERROR_INTERNAL", "WB_ERROR_INTERRUPTED",
    ]
    let number = Int(status.rawValue)
    return StaticText.pointer(names.indices.contains(number) ? names[number] : "WB_ERROR_UNKNOWN")
}

@implementation @_cdecl("wb_set_num_threads") public func wb_set_num_threads(_ count: Int32) -> wb_status {
    call { () throws(Failure) in
        guard (1...256).contains(count) else {
            throw .argument(operation: "set_num_threads", "1 to 256 threads are possible, not \(count)")
        }
        ThreadPool.setCount(Int(count))
    }
}

@implementation @_cdecl("wb_get_num_threads") public func wb_get_num_threads(_ count: UnsafeMutablePointer<Int32>?)
    -> wb_status
{
    call { () throws(Failure) in try out(count, "get_num_threads").pointee = Int32(ThreadPool.count) }
}

@implementation @_cdecl("wb_set_check_finite") public func wb_set_check_finite(_ enabled: Int32) -> wb_status {
    call { () throws(Failure) in Tensor.checksFinite = enabled != 0 }
}

@implementation @_cdecl("wb_memory_usage") public func wb_memory_usage(
    _ in_use: UnsafeMutablePointer<Int64>?, _ peak: UnsafeMutablePointer<Int64>?, _ cached: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let usage = BufferPool.usage
        in_use?.pointee = Int64(usage.inUse)
        peak?.pointee = Int64(usage.peak)
        cached?.pointee = Int64(usage.cached)
    }
}

@implementation @_cdecl("wb_memory_trim") public func wb_memory_trim() -> wb_status {
    call { () throws(Failure) in BufferPool.trim() }
}

@implementation @_cdecl("wb_set_log_callback") public func wb_set_log_callback(
    _ callback: wb_log_callback?, _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in Log.set(callback, context) }
}

@implementation @_cdecl("wb_scope_begin") public func wb_scope_begin() -> wb_status {
    call { () throws(Failure) in CallState.current.beginScope() }
}

@implementation @_cdecl("wb_scope_end") public func wb_scope_end() -> wb_status {
    call { () throws(Failure) in try CallState.current.endScope() }
}

@implementation @_cdecl("wb_scope_keep") public func wb_scope_keep(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in
        _ = try tensor(handle, "scope_keep")
        try CallState.current.keep(UInt64(UInt(bitPattern: handle)))
    }
}

/// Where events worth a line go.
enum Log {
    nonisolated(unsafe) private static var callback: wb_log_callback?
    nonisolated(unsafe) private static var context: UnsafeMutableRawPointer?

    static func set(_ callback: wb_log_callback?, _ context: UnsafeMutableRawPointer?) {
        (self.callback, self.context) = (callback, context)
    }

    static func write(_ line: String) {
        guard let callback else { return }
        let context = context
        EngineLock.unlocked { line.withCString { callback(context, $0) } }
    }
}
