import Engine
import Glibc

/// Rows are read inside it, by any number of threads at once, and a fork waits until none is: the child, which has the forking thread alone, would find what
/// others were in the middle of for ever unfinished, and their locks taken.
enum ReadGate {
    private static let lock: UnsafeMutablePointer<pthread_rwlock_t> = {
        let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
        make(lock)
        pthread_atfork({ pthread_rwlock_wrlock(ReadGate.lock) }, { pthread_rwlock_unlock(ReadGate.lock) }, { make(ReadGate.lock) })
        return lock
    }()

    private static func make(_ lock: UnsafeMutablePointer<pthread_rwlock_t>) {
        var attributes = pthread_rwlockattr_t()
        pthread_rwlockattr_init(&attributes)
        // A thread that reads batch after batch must not keep a fork waiting.
        pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
        pthread_rwlock_init(lock, &attributes)
        pthread_rwlockattr_destroy(&attributes)
    }

    static func reading(_ body: () throws(Failure) -> Void) throws(Failure) {
        pthread_rwlock_rdlock(lock)
        defer { pthread_rwlock_unlock(lock) }
        try body()
    }
}
