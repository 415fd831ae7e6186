import Machine
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
    }

    private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        AtFork.makeRecursive(mutex)
        guard missing == nil else { return mutex }
        // After a damaged file libhdf5 may complain, as it closes itself at exit, of what it has lost track of. Its
        // exit handler is registered by H5open, which loading it has called, so this one, which silences it, runs
        // before. It keeps the lock: threads that read ahead must not meet the library while it closes.
        atexit {
            var deadline = timespec()
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_sec += 5
            guard pthread_mutex_timedlock(HDF5.mutex, &deadline) == 0 else { return }
            H5Eset_auto2(wb_h5_error_stack(), nil, nil)
        }
        // A fork waits until no thread is inside the library, so that the child finds it whole.
        AtFork.handle(
            .files, prepare: { pthread_mutex_lock(mutex) }, parent: { pthread_mutex_unlock(mutex) },
            child: { AtFork.makeRecursive(mutex) })
        return mutex
    }()

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

    deinit {
        let id = id
        HDF5.locked { _ = H5Idec_ref(id) }
    }
}
