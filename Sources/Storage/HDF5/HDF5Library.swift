import Machine
import CFiles
import CHDF5
import Engine
import Glibc

/// The one door to libhdf5. The library as it is packaged is not thread-safe and prints its errors, so every call is
/// made inside `locked`, which serialises the process and silences the library (and gives a host program that uses the
/// same libhdf5 its error printing back); its error stack becomes a sentence through `reason`.
enum HDF5 {
    /// Why there is no libhdf5 on this machine; nil where there is. The first to ask makes the process load it.
    private static let missing: String? = wb_h5_load().map { String(cString: $0) }

    /// To be called before any other use of libhdf5: throws where it is not installed. `path` is the file that needs
    /// it.
    static func require(for path: String) throws(Failure) {
        if let missing { throw .unsupported(operation: path, missing) }
        _ = mutex  // with its handler at exit
    }

    private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        AtFork.makeRecursive(mutex)
        guard missing == nil else { return mutex }
        // Registered after the exit handler of libhdf5 that another user of it may have asked for, so it runs before,
        // and silences it. It keeps the lock: threads that read ahead must not meet the library while it closes.
        atexit {
            var deadline = timespec()
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_sec += 5
            guard pthread_mutex_timedlock(HDF5.mutex, &deadline) == 0 else { return }
            H5Eset_auto2(wb_h5_error_stack(), nil, nil)
            if !HDF5.hasLostTrack { wb_h5_close_at_exit() }
        }
        // A fork waits until no thread is inside the library, so that the child finds it whole.
        AtFork.handle(
            .files, prepare: { pthread_mutex_lock(mutex) }, parent: { pthread_mutex_unlock(mutex) },
            child: { AtFork.makeRecursive(mutex) })
        return mutex
    }()

    /// Whether libhdf5 could not close something. It keeps the number then, but not what the number stands for: as it
    /// closes itself it would read memory that it has given back. Under its lock.
    private static nonisolated(unsafe) var hasLostTrack = false

    /// Gives a number back.
    fileprivate static func close(_ id: hid_t) { locked { if H5Idec_ref(id) < 0 { hasLostTrack = true } } }

    /// The system's descriptor of an open file; nil where it cannot be had. Under the lock.
    static func descriptor(of file: hid_t) -> Int32? {
        var pointer: UnsafeMutableRawPointer?
        guard H5Fget_vfd_handle(file, wb_h5_default(), &pointer) >= 0 else { return nil }
        return pointer?.load(as: Int32.self)
    }

    /// To be called before a file is closed that is not to be kept. What libhdf5 still has to write goes to memory: of
    /// what it cannot write as it closes, where a disk is full, it loses track. Under the lock.
    static func discard(_ file: hid_t) {
        if let descriptor = descriptor(of: file) { _ = wb_move_into_memory(descriptor) }
    }

    /// Runs `body` as the only user of libhdf5. Recursive: a body may call functions that lock.
    static func locked<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var printer: H5E_auto2_t?
        var context: UnsafeMutableRawPointer?
        let saved = H5Eget_auto2(wb_h5_error_stack(), &printer, &context) >= 0
        H5Eset_auto2(wb_h5_error_stack(), nil, nil)
        defer { if saved { H5Eset_auto2(wb_h5_error_stack(), printer, context) } }
        return try body()
    }

    /// What the library says about the call that has just failed: the innermost, most specific entry of its error
    /// stack. To be asked before the next call, which clears the stack, and under the same lock.
    static func reason() -> String {
        var text = ""
        withUnsafeMutablePointer(to: &text) { text in
            _ = H5Ewalk2(
                wb_h5_error_stack(), H5E_WALK_UPWARD,
                { depth, entry, text in
                    if depth == 0, let description = entry?.pointee.desc {
                        text?.assumingMemoryBound(to: String.self).pointee = String(cString: description)
                    }
                    return 0
                }, text)
        }
        return text.isEmpty ? "libhdf5 gives no reason" : String(text.prefix(300))
    }

    /// `result` if it tells of success, else a `format` failure: "PATH: WHAT: what libhdf5 says".
    @discardableResult
    static func check<Result: SignedInteger>(
        _ result: Result, _ path: String, _ what: @autoclosure () -> String
    ) throws(Failure) -> Result {
        guard result >= 0 else {
            let reason = reason()
            throw .format(path: path, "\(what()): \(reason)")
        }
        return result
    }
}

/// An HDF5 identifier of any kind, given back when its owner goes.
struct Handle: ~Copyable {
    let id: hid_t

    /// Takes over a valid identifier.
    init(_ id: hid_t) { self.id = id }

    /// Takes over what a call has returned, or throws why it failed.
    init(_ id: hid_t, _ path: String, _ what: @autoclosure () -> String) throws(Failure) {
        self.id = try HDF5.check(id, path, what())
    }

    deinit { HDF5.close(id) }
}
