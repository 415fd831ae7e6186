import Steps

/// Some of the rows of a source, in an order of their own: ranges, parts of a split, the share of a rank.
public final class PickedRows: RowSource {
    public enum Choice {
        /// first, first + step, ...; `step` from 1.
        case range(first: Int, count: Int, step: Int)
        case list([Int])
    }

    public let count: Int
    public var columns: [RowLayout] { source.columns }
    public var roles: RowRoles { source.roles }
    public var isRandomAccess: Bool { source.isRandomAccess }
    public var preferredRun: Int { max(1, min(source.preferredRun, count)) }
    public var runsInWindow: Int { source.runsInWindow }
    public var readsAhead: Bool { source.readsAhead }
    private let source: any RowSource
    private let choice: Choice

    public init(_ source: any RowSource, _ choice: Choice) throws(Failure) {
        switch choice {
        case .range(let first, let count, let step):
            guard first >= 0, count >= 0, step >= 1 else {
                throw .argument(
                    operation: "pick",
                    "a range begins at 0 or later, has 0 rows or more and a step of 1 or more, but "
                        + "\(first), \(count) and \(step) were given")
            }
            let (span, overflow) = max(count - 1, 0).multipliedReportingOverflow(by: step)
            guard !overflow, first <= source.count, count == 0 || span < source.count - first else {
                throw .index(
                    operation: "pick",
                    "\(count.counted("row")) from row \(first) on, each \(step) after the one before, are not among "
                        + "the \(source.count) that there are")
            }
            self.count = count
        case .list(let rows):
            try RowChecks.check(rows, source.count, "pick")
            count = rows.count
        }
        (self.source, self.choice) = (source, choice)
    }

    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try source.read(rows: try picked(rows), into: memory)
    }

    public func reader(_ pass: RowPass) -> any RowReader { Reader(self, source.reader(pass)) }

    fileprivate func picked(_ rows: [Int]) throws(Failure) -> [Int] {
        try RowChecks.check(rows, count, "pick")
        switch choice {
        case .range(let first, _, let step): return rows.map { first + $0 * step }
        case .list(let list): return rows.map { list[$0] }
        }
    }

    private final class Reader: RowReader {
        private let rows: PickedRows
        private let reader: any RowReader
        init(_ rows: PickedRows, _ reader: any RowReader) { (self.rows, self.reader) = (rows, reader) }

        func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            try reader.read(rows: try rows.picked(numbers), into: memory)
        }

        /// Where the rows are far apart, what lies between them is not fetched.
        func prepare(_ numbers: Range<Int>) throws(Failure) {
            guard !numbers.isEmpty else { return }
            let some = try rows.picked([numbers.lowerBound, numbers.upperBound - 1])
            let (first, last) = (min(some[0], some[1]), max(some[0], some[1]))
            if last - first < 2 * numbers.count { try reader.prepare(first..<last + 1) }
        }
    }
}

/// How rows are divided.
public enum RowSplit {
    /// Sizes of two parts: the first has the fraction, rounded to the nearest.
    private static func first(_ count: Int, _ fraction: Double) throws(Failure) -> Int {
        guard fraction >= 0, fraction <= 1 else {
            throw .argument(operation: "split", "the fraction must be from 0 to 1, but is \(fraction)")
        }
        return min(count, Int((Double(count) * fraction).rounded()))
    }

    /// The earliest rows and the rest.
    public static func byTime(
        _ source: any RowSource, _ fraction: Double
    ) throws(Failure) -> (any RowSource, any RowSource) {
        let first = try first(source.count, fraction)
        return (
            try PickedRows(source, .range(first: 0, count: first, step: 1)),
            try PickedRows(source, .range(first: first, count: source.count - first, step: 1))
        )
    }

    /// Rows drawn from the seed, and the rest; each part in the order of the source, so that it is read in passing.
    public static func atRandom(
        _ source: any RowSource, _ fraction: Double, seed: UInt64
    ) throws(Failure) -> (any RowSource, any RowSource) {
        let order = try RandomOrder.permutation(source.count, seed: seed, offset: 1 << 63, for: "split")
        let first = try first(source.count, fraction)
        return try parts(source, order[..<first].map { Int($0) })
    }

    /// All rows of a group are in one part. Groups are drawn from the seed, until the first part has the fraction of
    /// the rows or would have more than by leaving the next group out. `groups`: a number for each row.
    public static func byGroup(
        _ source: any RowSource, _ fraction: Double, groups: [Int64], seed: UInt64
    ) throws(Failure) -> (any RowSource, any RowSource) {
        guard groups.count == source.count else {
            throw .shape(
                operation: "split",
                "there must be a group for each row, but there are \(groups.count) for \(source.count.counted("row"))")
        }
        let wanted = try first(source.count, fraction)
        var sizes: [Int64: Int] = [:]
        var names: [Int64] = []
        for group in groups {
            if sizes[group] == nil { names.append(group) }
            sizes[group, default: 0] += 1
        }
        var (chosen, count) = (Set<Int64>(), 0)
        for place in try RandomOrder.permutation(names.count, seed: seed, offset: 1 << 63 | 1, for: "split") {
            let name = names[Int(place)]
            let size = sizes[name] ?? 0
            if abs(count + size - wanted) < abs(count - wanted) {
                chosen.insert(name)
                count += size
            }
        }
        return try parts(source, groups.indices.filter { chosen.contains(groups[$0]) })
    }

    private static func parts(
        _ source: any RowSource, _ rows: [Int]
    ) throws(Failure) -> (any RowSource, any RowSource) {
        try MachineMemory.require(source.count, of: 2 * MemoryLayout<Int>.size, for: "split")
        var isFirst = [Bool](repeating: false, count: source.count)
        for row in rows { isFirst[row] = true }
        return (
            try PickedRows(source, .list(isFirst.indices.filter { isFirst[$0] })),
            try PickedRows(source, .list(isFirst.indices.filter { !isFirst[$0] }))
        )
    }

    /// The share of one of several ranks: as many rows for each, neighbours, so that each reads its own chunks. Up to
    /// ranks - 1 rows at the end are nobody's.
    public static func share(_ source: any RowSource, rank: Int, of ranks: Int) throws(Failure) -> any RowSource {
        guard ranks >= 1, rank >= 0, rank < ranks else {
            throw .argument(operation: "shard", "there is no rank \(rank) of \(ranks)")
        }
        let size = source.count / ranks
        return try PickedRows(source, .range(first: rank * size, count: size, step: 1))
    }
}

/// Permutations from the engine's generator.
enum RandomOrder {
    static func permutation(_ count: Int, seed: UInt64, offset: UInt64, for operation: String) throws(Failure)
        -> [Int64]
    {
        try MachineMemory.require(count, of: MemoryLayout<Int>.size, for: operation)
        let state = try RandomState.buffer(seed: seed ^ 0x5368_7566_666C_6521, offset: offset, for: operation)
        let places = try Buffer.allocate(max(count, 1) * DType.int64.size, for: operation)
        try Plan.backend.run(
            .permutation(PermutationStep(count: count, state: 0, result: 1)), [state.pointer, places.pointer],
            for: operation)
        let drawn = UnsafeBufferPointer(start: places.pointer.assumingMemoryBound(to: Int64.self), count: count)
        return withExtendedLifetime(places) { Array(drawn) }
    }
}
