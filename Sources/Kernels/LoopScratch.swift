import Glibc

/// Memory for the values of one block, kept by each thread from one loop to the next: it stays in the first-level cache while
/// loop follows loop, and running a program allocates nothing once a thread has seen its largest.
enum LoopScratch {
    static let alignment = 64

    /// The thread's memory, at least `bytes` of it. Its contents are undefined but initialised.
    static func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
        if let held = pthread_getspecific(key) {
            if held.load(as: Int.self) >= bytes { return held + alignment }
            pthread_setspecific(key, nil)
            held.deallocate()
        }
        return grow(bytes)
    }

    /// The first line holds the capacity.
    @inline(never)
    private static func grow(_ bytes: Int) -> UnsafeMutableRawPointer {
        let capacity = Swift.max(64 << 10, (bytes + 4095) & ~4095)
        let held = UnsafeMutableRawPointer.allocate(byteCount: capacity + alignment, alignment: alignment)
        memset(held, 0, capacity + alignment)
        held.storeBytes(of: capacity, as: Int.self)
        pthread_setspecific(key, held)
        return held + alignment
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { $0?.deallocate() }
        return key
    }()
}
