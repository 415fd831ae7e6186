/// Plans by the key of their graph, so that a graph recorded anew costs a lookup. The least recently used one makes
/// room.
enum PlanCache {
    private struct Entry {
        var key: [Int]
        var plan: Plan
        var lastUse: Int
    }

    private static let capacity = 512
    nonisolated(unsafe) private static var entries: [Int: [Entry]] = [:]
    nonisolated(unsafe) private static var count = 0
    nonisolated(unsafe) private static var clock = 0

    /// Plans made so far: what tests count to show that a loop does not plan again.
    nonisolated(unsafe) static var misses = 0

    static func plan(for key: KeyBuilder, make: () throws(Failure) -> Plan) throws(Failure) -> Plan {
        clock += 1
        let hash = key.hash
        if var row = entries[hash], let place = row.firstIndex(where: { $0.key == key.words }) {
            row[place].lastUse = clock
            entries[hash] = row
            return row[place].plan
        }
        misses += 1
        let plan = try make()
        if count >= capacity { evict() }
        entries[hash, default: []].append(Entry(key: key.words, plan: plan, lastUse: clock))
        count += 1
        return plan
    }

    /// Drops the older half: one sweep now and then instead of a search at every miss.
    private static func evict() {
        let uses = entries.values.flatMap { $0.map { $0.lastUse } }.sorted()
        let limit = uses[uses.count / 2]
        for (hash, row) in entries {
            let kept = row.filter { $0.lastUse > limit }
            entries[hash] = kept.isEmpty ? nil : kept
        }
        count = entries.values.reduce(0) { $0 + $1.count }
    }
}
