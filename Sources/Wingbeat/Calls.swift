import CWingbeat
import Engine
import Storage
import Glibc
import Machine

/// What every exported function does around its work: takes the lock, turns a thrown failure into a status, keeps its
/// sentence.
func call(_ body: () throws(Failure) -> Void) -> wb_status {
    EngineLock.lock()
    defer { EngineLock.unlock() }
    if EngineLock.callbacks == 0 { Interruption.forget() }
    do throws(Failure) {
        try body()
        return WB_OK
    } catch {
        CallState.current.lastError.set(error.description)
        return error.status
    }
}

extension Failure {
    var status: wb_status {
        switch self {
        case .argument: return WB_ERROR_ARGUMENT
        case .shape: return WB_ERROR_SHAPE
        case .dtype: return WB_ERROR_DTYPE
        case .index: return WB_ERROR_INDEX
        case .handle: return WB_ERROR_HANDLE
        case .memory: return WB_ERROR_MEMORY
        case .file: return WB_ERROR_FILE
        case .format: return WB_ERROR_FORMAT
        case .structure: return WB_ERROR_STRUCTURE
        case .state: return WB_ERROR_STATE
        case .notFinite: return WB_ERROR_NOT_FINITE
        case .unsupported: return WB_ERROR_UNSUPPORTED
        case .internal: return WB_ERROR_INTERNAL
        case .interrupted: return WB_ERROR_INTERRUPTED
        }
    }
}

/// One lock for the whole engine, taken by each call; a thread that has it may take it again.
enum EngineLock {
    nonisolated(unsafe) private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        AtFork.makeRecursive(mutex)
        // The child's thread is another to the mutex, also where it forks in the middle of a call of its own, as a
        // signal's handler may.
        AtFork.handle(
            .calls, prepare: { pthread_mutex_lock(mutex) }, parent: { pthread_mutex_unlock(mutex) },
            child: {
                AtFork.makeRecursive(mutex)
                for _ in 0..<depth { pthread_mutex_lock(mutex) }
            })
        // A thread that ends with an open capture block lets go of nodes that others use.
        ThreadState.ending = { release in
            lock()
            defer { unlock() }
            release()
        }
        return mutex
    }()

    /// How often its owner has taken it. Touched by the owner only.
    nonisolated(unsafe) private static var depth = 0
    /// How many callbacks are under way, inside which calls are part of others. Behind the lock.
    nonisolated(unsafe) static var callbacks = 0
    /// Calls to the host that are due when the lock is let go.
    nonisolated(unsafe) private static var due: [() -> Void] = []

    /// The owner's floating-point mode outside of calls, where it is not the library's.
    nonisolated(unsafe) private static var hostMode: FloatMode?

    static func lock() {
        pthread_mutex_lock(mutex)
        depth += 1
        if depth == 1, let other = FloatMode.enter() { hostMode = other }
    }

    static func unlock() {
        depth -= 1
        guard depth == 0 else {
            pthread_mutex_unlock(mutex)
            return
        }
        if let mode = hostMode {
            hostMode = nil
            mode.restore()
        }
        guard !due.isEmpty else {
            pthread_mutex_unlock(mutex)
            return
        }
        let calls = due
        due = []
        pthread_mutex_unlock(mutex)
        CallState.current.keepingTexts { for call in calls { call() } }
    }

    /// Calls the host once nobody holds the lock: in the middle of a call it could meet the engine half way through a
    /// change, or wait for a thread of its own that waits for the lock.
    static func afterwards(_ call: @escaping () -> Void) {
        lock()
        due.append(call)
        unlock()
    }

    /// Lets go of the lock altogether while the host's code runs.
    static func unlocked<Result>(_ body: () -> Result) -> Result {
        let taken = depth
        for _ in 0..<taken { unlock() }
        defer { for _ in 0..<taken { lock() } }
        return body()
    }
}

/// A C string that stays at its address until it is set again.
final class LastingText {
    private var memory: UnsafeMutablePointer<CChar>?

    func set(_ text: String) {
        free(memory)
        memory = strdup(text)
    }

    /// A path's bytes, which need not be a text.
    func set(_ path: FilePath) {
        free(memory)
        memory = path.withCString { strdup($0) }
    }

    /// Empties it, without memory.
    func clear() {
        free(memory)
        memory = nil
    }

    var pointer: UnsafePointer<CChar>? { UnsafePointer(memory) }

    deinit { free(memory) }
}

/// What each thread has of its own at the ABI: its last error, its last text, and its scopes.
final class CallState {
    private(set) var lastError = LastingText()
    private(set) var lastText = LastingText()
    /// What the callback that this thread is in has said to be its result (wb_callback_done).
    var callbackResult: Int32?

    private struct Scope {
        var handles: [UInt64] = []
        /// How many handles there are before those that were freed are forgotten.
        var limit = 1024
    }

    /// Innermost last.
    private var scopes: [Scope] = []

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { state in
            if let state { Unmanaged<CallState>.fromOpaque(state).release() }
        }
        return key
    }()

    static var current: CallState {
        if let raw = pthread_getspecific(key) { return Unmanaged<CallState>.fromOpaque(raw).takeUnretainedValue() }
        let fresh = CallState()
        pthread_setspecific(key, Unmanaged.passRetained(fresh).toOpaque())
        return fresh
    }

    func note(_ handle: UInt64) {
        guard let innermost = scopes.indices.last else { return }
        scopes[innermost].handles.append(handle)
        if scopes[innermost].handles.count >= scopes[innermost].limit {
            scopes[innermost].handles.removeAll { !Handles.isAlive($0) }
            scopes[innermost].limit = max(1024, 2 * scopes[innermost].handles.count)
        }
    }

    /// The texts that the caller was promised stay as they are while the host's code runs in between.
    func keepingTexts(_ body: () -> Void) {
        let kept = (lastError, lastText)
        (lastError, lastText) = (LastingText(), LastingText())
        body()
        (lastError, lastText) = kept
    }

    func beginScope() { scopes.append(Scope()) }

    func endScope() throws(Failure) {
        guard let scope = scopes.popLast() else { throw .state(operation: "scope", "no scope is open on this thread") }
        for handle in scope.handles { Handles.releaseIfAlive(handle) }
    }

    /// Moves a handle to the scope around the innermost one that has it.
    func keep(_ handle: UInt64) throws(Failure) {
        guard let innermost = scopes.indices.last else {
            throw .state(operation: "scope", "no scope is open on this thread")
        }
        guard let place = scopes[innermost].handles.lastIndex(of: handle) else {
            throw .argument(operation: "scope", "this handle was not made in the innermost scope")
        }
        scopes[innermost].handles.remove(at: place)
        if innermost > 0 { scopes[innermost - 1].handles.append(handle) }
    }
}
