import Glibc

/// Memory of one tensor value. Its contents are written once, by the plan that computes them, and are then only read,
/// unless a later plan takes over a buffer that nothing else refers to (donation). Borrowed memory is never written.
public final class Buffer {
    public let pointer: UnsafeMutableRawPointer
    /// Bytes asked for.
    public let bytes: Int
    /// Bytes taken from the pool; 0 for borrowed memory.
    private let capacity: Int
    private let release: (() -> Void)?

    private init(pointer: UnsafeMutableRawPointer, bytes: Int, capacity: Int, release: (() -> Void)?) {
        self.pointer = pointer
        self.bytes = bytes
        self.capacity = capacity
        self.release = release
    }

    public var isBorrowed: Bool { capacity == 0 }

    /// Uninitialised memory, aligned to 64 bytes.
    static func allocate(_ bytes: Int, for operation: String) throws(Failure) -> Buffer {
        let capacity = BufferPool.capacity(for: bytes)
        guard let pointer = BufferPool.take(capacity) else { throw .memory(operation: operation, bytes: bytes) }
        return Buffer(pointer: pointer, bytes: bytes, capacity: capacity, release: nil)
    }

    /// Uninitialised memory for a layer above.
    public static func allocating(_ bytes: Int) throws(Failure) -> Buffer { try allocate(max(bytes, 1), for: "buffer") }

    /// Memory that belongs to the caller; `release` is called once, when nothing reads it any more.
    public static func borrowing(_ pointer: UnsafeRawPointer, bytes: Int, release: (() -> Void)?) -> Buffer {
        Buffer(pointer: UnsafeMutableRawPointer(mutating: pointer), bytes: bytes, capacity: 0, release: release)
    }

    deinit {
        if capacity > 0 { BufferPool.giveBack(pointer, capacity) } else { release?() }
    }
}
