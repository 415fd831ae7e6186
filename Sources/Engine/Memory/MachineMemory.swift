import Glibc

/// How much memory this process can still get.
public enum MachineMemory {
    /// Bytes of memory that the machine has, swap included. No tensor is larger.
    static let total: Int = {
        let memory = field("MemTotal:", in: "/proc/meminfo") ?? (1 << 40)
        return (memory + (field("SwapTotal:", in: "/proc/meminfo") ?? 0)) << 10
    }()

    /// Throws where so many bytes beside the pool, of which there are `count` of `size` each, cannot be had now. An
    /// array that could not be had would end the process.
    public static func require(_ count: Int, of size: Int, for operation: String) throws(Failure) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow else { throw .memory(operation: operation, bytes: Int.max) }
        guard bytes >= 1 << 26 else { return }
        guard bytes <= available(),
            let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else {
            throw .memory(operation: operation, bytes: bytes)
        }
        munmap(memory, bytes)
    }

    /// The least of what the kernel calls available, and what the process's control group leaves.
    static func available() -> Int {
        var least = field("MemAvailable:", in: "/proc/meminfo").map { $0 << 10 } ?? Int.max
        for (limit, current) in [
            ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        ] {
            // A group without a limit says "max", or a number near Int.max.
            if let limit = number(in: limit), let current = number(in: current) {
                least = min(least, max(0, limit - current))
            }
        }
        return least
    }

    private static func number(in path: String) -> Int? {
        text(of: path).flatMap { Int($0.prefix { $0.isNumber }) }
    }

    private static func field(_ name: String, in path: String) -> Int? {
        guard let line = text(of: path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
