import Glibc

/// Memory that a thread keeps for one purpose from one call to the next: it stays in the caches while loop follows
/// loop, and running a plan allocates nothing once a thread has seen its largest.
public struct ThreadScratch: Sendable {
    /// The values of a loop's block.
    public static let loop = ThreadScratch()
    /// What a matrix product has packed for all threads and for one, a tile of it, and a strip.
    public static let packed = ThreadScratch()
    public static let panels = ThreadScratch()
    public static let tile = ThreadScratch()
    /// A table of memory, for strips of a product.
    public static let table = ThreadScratch()
    public static let strip = ThreadScratch()
    /// Runs of neighbours under the windows of a convolution.
    public static let windows = ThreadScratch()
    /// What pieces of other loops work in; see ScratchLanes.
    public static let pieces = ThreadScratch()

    public static let alignment = 64
    private let key: pthread_key_t

    private init() {
        var key = pthread_key_t()
        pthread_key_create(&key) { $0?.deallocate() }
        self.key = key
    }

    /// The thread's memory, at least `bytes` of it. Its contents are undefined but initialised.
    public func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
        if let held = pthread_getspecific(key) {
            if held.load(as: Int.self) >= bytes { return held + ThreadScratch.alignment }
            pthread_setspecific(key, nil)
            held.deallocate()
        }
        return grow(bytes)
    }

    /// The first line holds the capacity.
    @inline(never)
    private func grow(_ bytes: Int) -> UnsafeMutableRawPointer {
        let capacity = Swift.max(64 << 10, (bytes + 4095) & ~4095)
        let held = UnsafeMutableRawPointer.allocate(
            byteCount: capacity + ThreadScratch.alignment, alignment: ThreadScratch.alignment)
        memset(held, 0, capacity + ThreadScratch.alignment)
        held.storeBytes(of: capacity, as: Int.self)
        pthread_setspecific(key, held)
        return held + ThreadScratch.alignment
    }
}
