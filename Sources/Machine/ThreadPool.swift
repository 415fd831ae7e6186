import Glibc
import Synchronization

/// The library's threads. A parallel loop is a number of pieces, cut by the problem's size alone; the caller and the
/// workers take the next piece from a shared counter until none is left, so which thread runs a piece is chance and
/// must not matter.
///
/// Training steps of small networks call `run` every few microseconds, so workers look for the next loop for a while
/// before they sleep, and nothing is allocated to start a loop. Whoever finds the pool at work (a loop inside a loop,
/// another thread) runs its pieces itself. A process forked off has no workers; the pool starts anew there when first
/// used.
public enum ThreadPool {
    /// The number of threads that take part in a loop, the caller included.
    public static var count: Int { pool.count.load(ordering: .relaxed) }

    /// Sets the number of threads; loops that are running keep theirs.
    public static func setCount(_ count: Int) {
        pool.count.store(Swift.max(1, Swift.min(count, Processors.maximum)), ordering: .relaxed)
    }

    /// Calls `body` once with each of 0..<pieces, in any order, and returns when all calls have. Where threads are
    /// used, the closure is put on the heap for the time of the call; `run(pieces:context:_:)` does without.
    public static func run(pieces: Int, _ body: (Int) -> Void) {
        guard pieces > 1, count > 1 else {
            for piece in 0..<Swift.max(0, pieces) { body(piece) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { context in
                run(pieces: pieces, context: context) { context, piece in
                    context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(piece)
                }
            }
        }
    }

    /// The same for a function without captures that is handed `context`.
    public static func run(
        pieces: Int, context: UnsafeRawPointer, _ body: @convention(c) (UnsafeRawPointer, Int) -> Void
    ) {
        let threads = Swift.min(count, pieces)
        guard threads > 1, pool.claim() else {
            for piece in 0..<Swift.max(0, pieces) { body(context, piece) }
            return
        }
        pool.run(Job(body: body, context: context, pieces: pieces), workers: threads - 1)
        pool.release()
    }
}

private let pool = Pool()

private struct Job {
    var body: @convention(c) (UnsafeRawPointer, Int) -> Void
    var context: UnsafeRawPointer
    var pieces: Int
}

private final class Pool: Sendable {
    let count: Atomic<Int>
    /// 1 while a loop runs: the pool serves one at a time.
    private let busy = Atomic<Int>(0)
    private let started = Atomic<Int>(0)
    /// Counts the loops published so far, which is what waiting workers watch.
    private let epoch = Atomic<Int>(0)
    /// How many more workers may join the loop, in the upper half; how many are in it, in the lower half. A worker that
    /// comes late finds no room, so the job may be overwritten as soon as the lower half is 0.
    private let gate = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)

    nonisolated(unsafe) private let job = UnsafeMutablePointer<Job>.allocate(capacity: 1)
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    nonisolated(unsafe) private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private static let room = 1 << 32
    private static let inside = room - 1
    /// How long an idle worker looks for work before it sleeps; waking it costs the caller about 5 µs.
    private static let patience = 40_000

    init() {
        count = Atomic(Processors.granted)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        AtFork.handle(.threads, child: { pool.restartAfterFork() })
    }

    func claim() -> Bool { busy.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged }

    func release() { busy.store(0, ordering: .releasing) }

    func run(_ newJob: Job, workers: Int) {
        while started.load(ordering: .relaxed) < workers, startWorker() {}
        job.initialize(to: newJob)
        next.store(0, ordering: .relaxed)
        gate.store(workers * Pool.room, ordering: .releasing)
        epoch.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            pthread_mutex_lock(mutex)
            for _ in 0..<workers { pthread_cond_signal(wake) }
            pthread_mutex_unlock(mutex)
        }
        takePieces()
        gate.bitwiseAnd(Pool.inside, ordering: .relaxed)
        var looks = 0
        while gate.load(ordering: .acquiring) != 0 {
            looks += 1
            // A worker in a long piece may have lost its processor, perhaps to this very loop.
            if looks > 4096 { sched_yield() }
        }
    }

    private func takePieces() {
        let job = self.job.pointee
        while true {
            let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if piece >= job.pieces { return }
            job.body(job.context, piece)
        }
    }

    private func work() -> Never {
        var seen = epoch.load(ordering: .acquiring)
        joinIfRoom()
        while true {
            seen = waitForChange(from: seen)
            joinIfRoom()
        }
    }

    private func joinIfRoom() {
        var state = gate.load(ordering: .relaxed)
        while state >= Pool.room {
            let (exchanged, found) = gate.compareExchange(
                expected: state, desired: state - Pool.room + 1, ordering: .acquiring)
            if exchanged {
                takePieces()
                gate.wrappingSubtract(1, ordering: .releasing)
                return
            }
            state = found
        }
    }

    private func waitForChange(from seen: Int) -> Int {
        var start = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        var waited = 0
        while waited < Pool.patience {
            for _ in 0..<256 {
                let now = epoch.load(ordering: .acquiring)
                if now != seen { return now }
            }
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            waited = (time.tv_sec - start.tv_sec) * 1_000_000_000 + time.tv_nsec - start.tv_nsec
        }
        pthread_mutex_lock(mutex)
        // Announced before the last look: a caller that publishes after the look sees the announcement and signals.
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        var now = epoch.load(ordering: .sequentiallyConsistent)
        while now == seen {
            pthread_cond_wait(wake, mutex)
            now = epoch.load(ordering: .acquiring)
        }
        sleepers.wrappingSubtract(1, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
        return now
    }

    /// Starts one more worker. Signals are for the host's own threads, so the worker blocks them all.
    private func startWorker() -> Bool {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, { _ in pool.work() }, nil)
        pthread_attr_destroy(&attributes)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        if status == 0 { started.wrappingAdd(1, ordering: .relaxed) }
        return status == 0
    }

    private func restartAfterFork() {
        busy.store(0, ordering: .relaxed)
        started.store(0, ordering: .relaxed)
        gate.store(0, ordering: .relaxed)
        sleepers.store(0, ordering: .relaxed)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }
}
