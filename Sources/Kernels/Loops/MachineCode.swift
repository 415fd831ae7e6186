import CVectors
import Glibc
import Machine
import Synchronization

/// Machine code in memory of its own: written, then made executable and no longer writable.
final class MachineCode {
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Bytes of the vectors that the build may use; nil where there is no assembler for the processor.
    static var vectorBytes: Int? {
        #if arch(x86_64)
            return Int(SHIM_VECTOR_BYTES)
        #else
            return nil
        #endif
    }

    /// Nil where the system does not let a process make code.
    init?(_ code: [UInt8]) {
        var isMade = false
        defer { if !isMade { MachineCode.refusal.note() } }
        let page = sysconf(Int32(_SC_PAGESIZE))
        byteCount = (code.count + page - 1) / page * page
        guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return nil }
        self.memory = memory
        code.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        guard mprotect(memory, byteCount, PROT_READ | PROT_EXEC) == 0 else { return nil }
        isMade = true
    }

    private static let refusal = Refusal()

    /// Said once in a process.
    private final class Refusal: Sendable {
        private let isSaid = Atomic<Bool>(false)

        func note() {
            guard !isSaid.exchange(true, ordering: .relaxed) else { return }
            Log.note("the system refuses memory for machine code: loops are interpreted, and products use built tiles")
        }
    }

    deinit { munmap(memory, byteCount) }

    func address(_ offset: Int) -> UnsafeRawPointer { UnsafeRawPointer(memory + offset) }
}
