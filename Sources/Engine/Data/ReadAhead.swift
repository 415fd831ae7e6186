import Machine
import Glibc
import Steps

/// A thread that reads the batches of a pass before they are asked for, into a bounded number of buffers. The buffers
/// are got and given back by the caller of `next`: the thread touches nothing of the engine but them and the source.
final class ReadAhead {
    private let shared: Shared
    private let thread: pthread_t
    private let process = getpid()
    private let batches: Batches
    /// The first batch without a buffer so far.
    private var place: Int

    /// What lies in buffers is at most about this, but two batches at least: enough to bridge a slow read, and little
    /// enough to stay in a processor's cache.
    private static let bytesAhead = 4 << 20
    private static let mostBatches = 64

    /// Starts at the position of `batches`, which belongs to the thread from here on. nil if the system gives no
    /// thread.
    init?(_ batches: Batches) throws(Failure) {
        let bytes = batches.batchSize.multipliedReportingOverflow(
            by: max(1, batches.source.columns.reduce(0) { $0 + $1.bytes }))
        let depth = bytes.overflow ? 2 : min(max(2, ReadAhead.bytesAhead / bytes.partialValue), ReadAhead.mostBatches)
        let end = min(batches.position + depth, batches.count)
        var empty: [Batch] = []
        for place in batches.position..<end { empty.append(try batches.emptyBatch(at: place)) }
        place = end
        self.batches = batches.copy(at: 0)
        shared = Shared(batches, empty)
        guard let thread = OwnThread.start({ [shared] in shared.work() }) else { return nil }
        self.thread = thread
    }

    /// Waits for the thread to end, which is at the latest when it has read the batch that it is at.
    deinit {
        guard isOfThisProcess else {
            // Forked: the thread is not here, and may have held the lock.
            _ = Unmanaged.passRetained(shared)
            return
        }
        shared.stop()
        pthread_join(thread, nil)
    }

    /// A forked child has the memory, but not the thread.
    var isOfThisProcess: Bool { process == getpid() }

    /// The next batch, waiting for it if need be; or why it could not be read. Not to be called again after a failure,
    /// nor after the last batch.
    func next() throws(Failure) -> Batch {
        if place < batches.count {
            shared.offer(try batches.emptyBatch(at: place))
            place += 1
        }
        return try shared.take().get()
    }
}

/// What the two threads share.
private final class Shared {
    private let batches: Batches
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let hasEmpty = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let hasFull = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Under `mutex`, each a queue:
    private var empty: [Batch]
    private var full: [Result<Batch, Failure>] = []
    /// The batch that the thread is at. It has no reference of its own: buffers must not end on it, in the middle of
    /// somebody's fork.
    private var current: Batch?
    private var isReaderWaiting = false
    private var isStopping = false
    private let depth: Int

    init(_ batches: Batches, _ empty: [Batch]) {
        self.batches = batches
        self.empty = empty
        depth = empty.count
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(hasEmpty, nil)
        pthread_cond_init(hasFull, nil)
    }

    deinit {
        pthread_cond_destroy(hasEmpty)
        pthread_cond_destroy(hasFull)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        hasEmpty.deallocate()
        hasFull.deallocate()
    }

    // MARK: The caller's side

    func offer(_ batch: Batch) {
        pthread_mutex_lock(mutex)
        empty.append(batch)
        // Half of the buffers at a time: waking a thread costs more than filling the buffer of a small batch.
        if isReaderWaiting, full.isEmpty || 2 * empty.count >= depth { pthread_cond_signal(hasEmpty) }
        pthread_mutex_unlock(mutex)
    }

    func take() -> Result<Batch, Failure> {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if full.isEmpty, isReaderWaiting { pthread_cond_signal(hasEmpty) }
        while full.isEmpty { pthread_cond_wait(hasFull, mutex) }
        return full.removeFirst()
    }

    func stop() {
        pthread_mutex_lock(mutex)
        isStopping = true
        pthread_cond_signal(hasEmpty)
        pthread_mutex_unlock(mutex)
    }

    // MARK: The thread's side

    func work() {
        let reader = ForkGate.inside { batches.reader() }
        while let memory = nextEmpty(), ForkGate.inside({ readNext(reader, memory) }) {}
    }

    /// Reads one batch; false where there is none or it cannot be read.
    private func readNext(_ reader: any RowReader, _ memory: [UnsafeMutableRawPointer?]) -> Bool {
        do throws(Failure) {
            guard let rows = try batches.next() else { return false }
            try reader.read(rows: rows, into: memory)
        } catch {
            give(error)
            return false
        }
        give(nil)
        prepare(reader)
        return true
    }

    /// What fails here fails again, and is told, when the rows are asked for.
    private func prepare(_ reader: any RowReader) {
        for run in batches.nextRuns() { try? reader.prepare(run) }
    }

    private func nextEmpty() -> [UnsafeMutableRawPointer?]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while empty.isEmpty, !isStopping {
            isReaderWaiting = true
            pthread_cond_wait(hasEmpty, mutex)
            isReaderWaiting = false
        }
        guard !isStopping else { return nil }
        let next = empty.removeFirst()
        current = next
        return next.values.map(\.pointer)
    }

    private func give(_ failure: Failure?) {
        pthread_mutex_lock(mutex)
        if let failure {
            full.append(.failure(failure))
        } else if let batch = current {
            full.append(.success(batch))
            current = nil
        }
        pthread_cond_signal(hasFull)
        pthread_mutex_unlock(mutex)
    }
}
