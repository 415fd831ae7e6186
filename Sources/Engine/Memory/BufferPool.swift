import Machine
import Glibc
import Steps

/// Where buffers come from. Freed memory is kept for the next buffer of the same size class, because page faults cost
/// more than the arithmetic of a small training step. Sizes are rounded up to classes an eighth of a power of two
/// apart, so that at most 12 % is lost. What is kept and what is in use are together at most twice what was ever in use
/// at once, and some room: beyond that, sizes that have not been asked for for the longest time go back to the system.
/// An allocation that the machine cannot back with memory is refused here: an overcommitting kernel would grant it and
/// later kill the process.
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
        /// When a class was last taken from or given back to, in calls of `take` and `giveBack`.
        var lastUse = [Int](repeating: 0, count: BufferPool.classes)
        var clock = 0
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
            let number = number(ofClass: capacity)
            state.noteUse(of: number)
            guard let pointer = state.free[number].popLast() else { return nil }
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
        let excess = state.withLock { state -> [UnsafeMutableRawPointer] in
            let number = number(ofClass: capacity)
            state.noteUse(of: number)
            state.usage.inUse -= capacity
            state.usage.cached += capacity
            state.free[number].append(pointer)
            return state.usage.inUse + state.usage.cached > bound(state.usage.peak) ? state.takeOldest() : []
        }
        for pointer in excess { free(pointer) }
    }

    /// What may be held in all, if so much was in use at most. Parts of a program that alternate need memory of other
    /// sizes, one after the other.
    fileprivate static func bound(_ peak: Int) -> Int { 2 * peak + 1 << 26 }

    /// The size of a class: the inverse of `number`.
    fileprivate static func capacity(ofClass number: Int) -> Int {
        if number <= 8 { return 64 * number }
        return (8 + number & 7) << (number / 8 + 5)
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
    fileprivate mutating func noteUse(of number: Int) {
        clock += 1
        lastUse[number] = clock
    }

    /// Takes out what has lain idle for the longest time, until an eighth of the bound is free: then it is some time to
    /// the next look at all classes.
    fileprivate mutating func takeOldest() -> [UnsafeMutableRawPointer] {
        let target = BufferPool.bound(usage.peak) / 8 * 7
        var taken: [UnsafeMutableRawPointer] = []
        while usage.inUse + usage.cached > target,
            let oldest = free.indices.filter({ !free[$0].isEmpty }).min(by: { lastUse[$0] < lastUse[$1] })
        {
            let capacity = BufferPool.capacity(ofClass: oldest)
            while usage.inUse + usage.cached > target, let pointer = free[oldest].popLast() {
                usage.cached -= capacity
                taken.append(pointer)
            }
        }
        return taken
    }

    fileprivate mutating func noteTaken(_ capacity: Int) {
        usage.inUse += capacity
        usage.peak = max(usage.peak, usage.inUse)
        usage.allocations += 1
    }
}
