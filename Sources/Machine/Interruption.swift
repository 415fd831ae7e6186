import Glibc
import Synchronization

/// Ends long runs before their time. Somebody asks for it (`request`, or a byte in a pipe that a signal's handler
/// writes), and a run that may be ended looks: between its steps, and in matrix products and loops between their
/// pieces. What it has written by then is dropped.
///
/// One run at a time may be ended, as one lock is around all calls. Its pieces run on all threads.
public enum Interruption {
    @usableFromInline static let state = State()

    @usableFromInline
    final class State: Sendable {
        let isRequested = Atomic<Bool>(false)
        @usableFromInline let isArmed = Atomic<Bool>(false)
        let isStopping = Atomic<Bool>(false)
        /// When the pipe is looked at next, in nanoseconds of the monotonic clock.
        let due = Atomic<Int>(0)
        let pipe = Atomic<Int32>(-1)
    }

    /// Nanoseconds between two looks.
    private static let interval = 20_000_000

    // MARK: Asking

    /// Safe in a signal's handler.
    public static func request() { state.isRequested.store(true, ordering: .sequentiallyConsistent) }

    /// Forgets what was asked before; so a request meets the call that runs, or none.
    public static func forget() {
        if state.isRequested.load(ordering: .relaxed) { state.isRequested.store(false, ordering: .relaxed) }
    }

    /// The end of a pipe in which a byte means a request; -1 for none.
    public static func setPipe(_ descriptor: Int32) { state.pipe.store(descriptor, ordering: .relaxed) }

    // MARK: Looking

    /// Whether somebody has asked. The clock decides whether the pipe is looked at.
    public static func isAsked() -> Bool {
        if state.isRequested.load(ordering: .relaxed) { return true }
        let pipe = state.pipe.load(ordering: .relaxed)
        guard pipe >= 0 else { return false }
        let (now, due) = (monotonicNanoseconds(), state.due.load(ordering: .relaxed))
        guard now >= due,
            state.due.compareExchange(expected: due, desired: now + interval, ordering: .relaxed).exchanged
        else { return false }
        var bytes: (UInt64, UInt64) = (0, 0)
        return withUnsafeMutableBytes(of: &bytes) { read(pipe, $0.baseAddress, $0.count) } > 0
    }

    /// Whether the run that may be ended is to stop. For places that a long run comes by every few milliseconds.
    @inlinable @inline(__always)
    public static func isStopping() -> Bool { state.isArmed.load(ordering: .relaxed) && looks() }

    @inline(never) @usableFromInline
    static func looks() -> Bool {
        if state.isStopping.load(ordering: .relaxed) { return true }
        guard isAsked() else { return false }
        state.isStopping.store(true, ordering: .relaxed)
        return true
    }

    /// From now on the run may be ended.
    public static func arm() {
        state.isStopping.store(false, ordering: .relaxed)
        state.isArmed.store(true, ordering: .relaxed)
    }

    /// From now on it ends by itself. Whether it has been stopped before.
    public static func disarm() -> Bool {
        state.isArmed.store(false, ordering: .relaxed)
        return state.isStopping.exchange(false, ordering: .relaxed)
    }

    /// Does not look at the pipe for a while, which doubles with the number.
    public static func rest(_ number: Int) {
        state.due.store(monotonicNanoseconds() + interval << Swift.min(number + 1, 20), ordering: .relaxed)
    }
}

/// Nanoseconds of the monotonic clock.
public func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
