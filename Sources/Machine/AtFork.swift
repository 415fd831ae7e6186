import Glibc

/// What a fork waits for, and what the child puts in order. The child has the forking thread alone: what other threads
/// were in the middle of would stay unfinished there for ever, and their locks taken. So the forking thread takes all
/// locks of the library first, in the order in which calls take them, and the child makes them anew.
public enum AtFork {
    /// In the order in which locks are taken.
    public enum Level: Int, CaseIterable {
        /// The lock around every call.
        case calls
        /// Threads that read ahead.
        case reading
        /// libhdf5.
        case files
        /// Values behind a lock of their own.
        case values
        /// The threads of parallel loops, which are at rest by then.
        case threads
    }

    public typealias Action = () -> Void

    private struct Handlers {
        var prepare: Action
        var parent: Action
        var child: Action
    }

    private static let most = 16
    /// `most` places for each level.
    nonisolated(unsafe) private static let table = UnsafeMutablePointer<Handlers>.allocate(
        capacity: Level.allCases.count * most)
    nonisolated(unsafe) private static let counts: UnsafeMutablePointer<Int> = {
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: Level.allCases.count)
        counts.initialize(repeating: 0, count: Level.allCases.count)
        pthread_atfork(
            { AtFork.forEach { $0.prepare() } }, { AtFork.forEachBackward { $0.parent() } },
            { AtFork.forEachBackward { $0.child() } })
        return counts
    }()
    nonisolated(unsafe) private static let registering: UnsafeMutablePointer<pthread_mutex_t> = {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        return mutex
    }()

    /// Adds what is to be done before a fork, and after it in the parent and in the child. Called inside a lock of an
    /// earlier level, if there is one: a fork that waits for that finds the new entry when it goes on.
    public static func handle(
        _ level: Level, prepare: @escaping Action = {}, parent: @escaping Action = {}, child: @escaping Action
    ) {
        pthread_mutex_lock(registering)
        defer { pthread_mutex_unlock(registering) }
        precondition(counts[level.rawValue] < most)
        (table + level.rawValue * most + counts[level.rawValue]).initialize(
            to: Handlers(prepare: prepare, parent: parent, child: child))
        counts[level.rawValue] += 1
    }

    /// Makes a lock that its owner may take again: at first, and in the child of a fork, whose thread is another to it.
    public static func makeRecursive(_ mutex: UnsafeMutablePointer<pthread_mutex_t>) {
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, CInt(PTHREAD_MUTEX_RECURSIVE))
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    private static func forEach(_ body: (Handlers) -> Void) {
        for level in Level.allCases {
            // The number may grow until the level before is locked.
            for place in 0..<counts[level.rawValue] { body(table[level.rawValue * most + place]) }
        }
    }

    private static func forEachBackward(_ body: (Handlers) -> Void) {
        for level in Level.allCases.reversed() {
            for place in (0..<counts[level.rawValue]).reversed() { body(table[level.rawValue * most + place]) }
        }
    }
}

/// Threads of the library's own that work while no call is in progress do so inside this gate, and wait for each other
/// outside: a fork closes it.
public enum ForkGate {
    nonisolated(unsafe) private static let lock: UnsafeMutablePointer<pthread_rwlock_t> = {
        let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
        make(lock)
        AtFork.handle(
            .reading, prepare: { pthread_rwlock_wrlock(lock) }, parent: { pthread_rwlock_unlock(lock) },
            child: { make(lock) })
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

    /// Makes the gate. To be called before the first thread is started that goes through it.
    public static func open() { _ = lock }

    /// Not to be nested: a fork that waits in between would wait for ever.
    public static func inside<Result>(_ body: () -> Result) -> Result {
        pthread_rwlock_rdlock(lock)
        defer { pthread_rwlock_unlock(lock) }
        return body()
    }
}
