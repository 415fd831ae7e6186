import CWingbeat
import Engine
import Machine

/// Callbacks of hosts that can be cut off before they return a value: Python's, by an exception of a signal's handler,
/// whose foreign-function layer then returns whatever lies in a register. They confirm their end by a call.
enum Callbacks {
    /// Their addresses.
    nonisolated(unsafe) private static var confirming: Set<UInt> = []

    static func confirms<Function>(_ function: Function?) -> Bool {
        guard !confirming.isEmpty, let function else { return false }
        return confirming.contains(unsafeBitCast(function, to: UInt.self))
    }

    static func add(_ address: UnsafeRawPointer) { confirming.insert(UInt(bitPattern: address)) }
}

/// Runs a callback of the host's without the lock, so that other threads, and the callback itself, may call the
/// library. What it left open of this thread's state is closed.
func callHost(_ operation: String, confirms: Bool, _ callback: () -> Int32) throws(Failure) -> Int32 {
    let state = CallState.current
    let outer = state.callbackResult
    state.callbackResult = nil
    defer { state.callbackResult = outer }
    EngineLock.callbacks += 1
    defer { EngineLock.callbacks -= 1 }
    let returned = ThreadState.current.inBlock { EngineLock.unlocked(callback) }
    let result = confirms ? state.callbackResult : returned
    guard let result, result != WB_ERROR_INTERRUPTED.rawValue else {
        throw .interrupted(operation: operation, "the callback was cut off before its end")
    }
    return result
}

/// The same of a callback that gives a status, which becomes the call's.
func askHost(_ operation: String, confirms: Bool, _ callback: () -> wb_status) throws(Failure) {
    CallState.current.lastError.clear()
    let result = try callHost(operation, confirms: confirms) { Int32(bitPattern: callback().rawValue) }
    guard result == 0 else { throw Failure(wb_status(rawValue: UInt32(bitPattern: result)), operation) }
}

@implementation @_cdecl("wb_callback_confirms") public func wb_callback_confirms(_ callback: UnsafeRawPointer?)
    -> wb_status
{
    call { () throws(Failure) in
        guard let callback else { throw .argument(operation: "callback_confirms", "the callback is null") }
        Callbacks.add(callback)
    }
}

@implementation @_cdecl("wb_callback_done") public func wb_callback_done(_ result: Int32) -> wb_status {
    call { () throws(Failure) in CallState.current.callbackResult = result }
}

// MARK: Runs that the host ends

@implementation @_cdecl("wb_interrupt") public func wb_interrupt() { Interruption.request() }

@implementation @_cdecl("wb_set_run_callback") public func wb_set_run_callback(
    _ callback: wb_run_callback?, _ context: UnsafeMutableRawPointer?, _ descriptor: Int32
) -> wb_status {
    call { () throws(Failure) in
        Interruption.setPipe(callback == nil ? -1 : descriptor)
        guard let callback else {
            LongRuns.tell = nil
            return
        }
        let confirms = Callbacks.confirms(callback)
        LongRuns.tell = { (event) throws(Failure) in
            try askHost("run", confirms: confirms) { callback(context, wb_run_event(UInt32(event.rawValue))) }
        }
    }
}

// MARK: Blocks of a thread's state

@implementation @_cdecl("wb_block_begin") public func wb_block_begin(_ changes: Int32) -> wb_status {
    call { () throws(Failure) in
        func holds(_ change: wb_block_change) -> Bool { UInt32(bitPattern: changes) & change.rawValue != 0 }
        let state = ThreadState.current
        guard (0..<1024).contains(changes) else {
            throw .argument(operation: "block_begin", "\(changes) is no sum of a wb_block_change")
        }
        let autocast: DType? =
            holds(WB_BLOCK_BFLOAT16)
            ? .bfloat16 : holds(WB_BLOCK_FLOAT16) ? .float16 : holds(WB_BLOCK_FLOAT32) ? nil : state.autocast
        if autocast != state.autocast { try refuseInRecording("autocast is changed") }
        state.beginBlock()
        state.autocast = autocast
        if holds(WB_BLOCK_GRAD_ON) { state.isGradEnabled = true }
        if holds(WB_BLOCK_GRAD_OFF) { state.isGradEnabled = false }
        if holds(WB_BLOCK_TRAINING) { state.phase = true }
        if holds(WB_BLOCK_EVALUATION) { state.phase = false }
        if holds(WB_BLOCK_TRANSFORM) { state.transforms += 1 }
        if holds(WB_BLOCK_THEN_GRAD_ON) { state.setGradAfterBlock(true) }
        if holds(WB_BLOCK_THEN_GRAD_OFF) { state.setGradAfterBlock(false) }
    }
}

@implementation @_cdecl("wb_block_end") public func wb_block_end() -> wb_status {
    call { () throws(Failure) in try ThreadState.current.endBlock() }
}
