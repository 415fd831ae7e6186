import Glibc
import Kernels

/// Where buffers come from. Freed memory is kept for the next buffer of the same size class, because page faults cost more
/// than the arithmetic of a small training step. Sizes are rounded up to classes an eighth of a power of two apart, so that at most
/// 12 % is lost. An allocation that the machine cannot back with memory is refused here: an overcommitting kernel would
/// grant it and later kill the process.
public enum BufferPool {
    public struct Usage: Equatable {
        public var inUse = 0
        public var peak = 0
        public var cached = 0
        /// Buffers handed out so far: what tests count to show that a program allocates nothing.
        public var allocations = 0
    }

    fileprivate struct State {
        /// By the number of the size class.
        var free = [[UnsafeMutableRawPointer]](repeating: [], count: BufferPool.classes)
        var usage = Usage()
    }

    private static let state = Locked(State())

    public static var usage: Usage { state.withLock { $0.usage } }

    static func capacity(for bytes: Int) -> Int {
        if bytes <= 512 { return max(64, (bytes + 63) & ~63) }
        let power = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
        let step = max(64, 1 << (power - 3))
        let (sum, overflow) = bytes.addingReportingOverflow(step - 1)
        return overflow ? Int.max : sum & ~(step - 1)
    }

    /// Size classes have numbers: up to 512 bytes one each 64 bytes, then eight each power of two.
    private static let classes = 9 + 8 * 54

    private static func number(ofClass capacity: Int) -> Int {
        if capacity <= 512 { return capacity / 64 }
        let power = Int.bitWidth - 1 - capacity.leadingZeroBitCount
        return 8 * (power - 8) + (capacity >> (power - 3)) & 7
    }

    static func take(_ capacity: Int) -> UnsafeMutableRawPointer? {
        let kept = state.withLock { state -> UnsafeMutableRawPointer? in
            guard let pointer = state.free[number(ofClass: capacity)].popLast() else { return nil }
            state.usage.cached -= capacity
            state.noteTaken(capacity)
            return pointer
        }
        if let kept { return kept }
        guard let pointer = fresh(capacity) else { return nil }
        state.withLock { $0.noteTaken(capacity) }
        return pointer
    }

    static func giveBack(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
        state.withLock { state in
            state.usage.inUse -= capacity
            state.usage.cached += capacity
            state.free[number(ofClass: capacity)].append(pointer)
        }
    }

    /// Returns memory kept for reuse to the system.
    public static func trim() {
        let pointers = state.withLock { state -> [UnsafeMutableRawPointer] in
            let pointers = state.free.flatMap { $0 }
            for place in state.free.indices { state.free[place] = [] }
            state.usage.cached = 0
            return pointers
        }
        for pointer in pointers { free(pointer) }
    }

    private static func fresh(_ capacity: Int) -> UnsafeMutableRawPointer? {
        if capacity >= 1 << 26, capacity > MachineMemory.available() {
            trim()
            if capacity > MachineMemory.available() { return nil }
        }
        var pointer: UnsafeMutableRawPointer?
        if posix_memalign(&pointer, 64, capacity) == 0 { return pointer }
        trim()
        return posix_memalign(&pointer, 64, capacity) == 0 ? pointer : nil
    }
}

extension BufferPool.State {
    fileprivate mutating func noteTaken(_ capacity: Int) {
        usage.inUse += capacity
        usage.peak = max(usage.peak, usage.inUse)
        usage.allocations += 1
    }
}
