import Glibc

/// How many processors this process may use: by its affinity mask, by the CPU quota of its control groups, or by the
/// environment.
enum Processors {
    static let maximum = 256

    /// WINGBEAT_NUM_THREADS if it is a positive number, else what the system grants.
    static var granted: Int {
        if let text = getenv("WINGBEAT_NUM_THREADS"), let wanted = Int(String(cString: text)), wanted > 0 {
            return Swift.min(wanted, maximum)
        }
        return Swift.max(1, Swift.min(inAffinityMask, quota ?? maximum, maximum))
    }

    /// Glibc's overlay leaves out sched_getaffinity; the kernel writes the same mask as hexadecimal digits.
    private static var inAffinityMask: Int {
        let label = "Cpus_allowed:"
        guard
            let line = contents("/proc/thread-self/status").split(separator: "\n").first(where: { $0.hasPrefix(label) })
        else {
            return Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
        return line.dropFirst(label.count).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
    }

    /// The smallest quota on the way from the process's control group up to the root, in processors rounded up.
    private static var quota: Int? {
        var smallest: Int?
        for line in contents("/proc/self/cgroup").split(separator: "\n") {
            // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isVersion2 = fields[0] == "0"
            guard isVersion2 || fields[1].split(separator: ",").contains("cpu") else { continue }
            var path = fields[2].split(separator: "/")
            while true {
                let group = (isVersion2 ? "/sys/fs/cgroup/" : "/sys/fs/cgroup/cpu/") + path.joined(separator: "/")
                if let found = isVersion2 ? quotaVersion2(group) : quotaVersion1(group) {
                    smallest = Swift.min(smallest ?? found, found)
                }
                if path.popLast() == nil { break }
            }
        }
        return smallest
    }

    /// cpu.max holds "quota period" in microseconds, or "max period".
    private static func quotaVersion2(_ group: String) -> Int? {
        let numbers = contents(group + "/cpu.max").split(whereSeparator: { $0 == " " || $0 == "\n" }).map { Int($0) }
        guard numbers.count == 2, let quota = numbers[0], let period = numbers[1] else { return nil }
        return roundedUp(quota, period)
    }

    private static func quotaVersion1(_ group: String) -> Int? {
        func number(_ name: String) -> Int? {
            contents(group + "/" + name).split(separator: "\n").first.flatMap { Int($0) }
        }
        guard let quota = number("cpu.cfs_quota_us"), let period = number("cpu.cfs_period_us") else { return nil }
        return roundedUp(quota, period)
    }

    private static func roundedUp(_ quota: Int, _ period: Int) -> Int? {
        guard quota > 0, period > 0 else { return nil }
        return Swift.max(1, (quota - 1) / period + 1)
    }

    /// The text of a small file; empty if it cannot be read.
    private static func contents(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16384)
        let length = read(file, &bytes, bytes.count)
        return length > 0 ? String(decoding: bytes[..<length], as: UTF8.self) : ""
    }
}
