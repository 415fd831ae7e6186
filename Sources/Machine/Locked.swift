import Glibc

/// A value behind a mutex, which a fork takes too. For values that live as long as the process.
public final class Locked<Value>: @unchecked Sendable {
    @usableFromInline var value: Value
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        AtFork.handle(
            .values, prepare: { [mutex] in pthread_mutex_lock(mutex) },
            parent: { [mutex] in pthread_mutex_unlock(mutex) },
            child: { [mutex] in pthread_mutex_init(mutex, nil) })
    }

    // Inlined into the rooms above, since each tensor's memory passes here.
    @inlinable public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }
}
