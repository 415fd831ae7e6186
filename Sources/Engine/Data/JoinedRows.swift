import Steps

/// The rows of several sources of the same columns, one after the other: files of one kind as one data set.
public final class JoinedRows: RowSource {
    public var count: Int { starts.last ?? 0 }
    public let columns: [RowLayout]
    public let roles: RowRoles
    public var isRandomAccess: Bool { parts.allSatisfy(\.isRandomAccess) }
    public var preferredRun: Int { parts.map(\.preferredRun).min() ?? 1 }
    public var runsInWindow: Int { parts.map(\.runsInWindow).min() ?? 64 }
    public var readsAhead: Bool { parts.contains(where: \.readsAhead) }
    private let parts: [any RowSource]
    /// starts[i]: the first row of part number i; at the end the number of rows.
    private let starts: [Int]

    public init(_ parts: [any RowSource]) throws(Failure) {
        guard let first = parts.first else { throw .argument(operation: "join", "there are no data sets to join") }
        var starts = [0]
        for (place, part) in parts.enumerated() {
            guard part.columns == first.columns, part.roles == first.roles else {
                throw .shape(
                    operation: "join",
                    "all data sets must have the same columns, but number \(place) has "
                        + "\(part.columns.map(\.text).joined(separator: ", ")) and the first has "
                        + first.columns.map(\.text).joined(separator: ", "))
            }
            let (sum, overflow) = starts[place].addingReportingOverflow(part.count)
            guard !overflow else { throw .shape(operation: "join", "there are more rows than can be counted") }
            starts.append(sum)
        }
        (columns, roles) = (first.columns, first.roles)
        (self.parts, self.starts) = (parts, starts)
    }

    /// The same with further parts behind.
    public func adding(_ more: [any RowSource]) throws(Failure) -> JoinedRows { try JoinedRows(parts + more) }

    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try read(rows, memory) { (part, some, targets) throws(Failure) in
            try parts[part].read(rows: some, into: targets)
        }
    }

    public func reader(_ pass: RowPass) -> any RowReader { Reader(self, parts.map { $0.reader(pass) }) }

    /// Calls `one` for each run of rows of one part.
    private func read(
        _ rows: [Int], _ memory: [UnsafeMutableRawPointer?],
        _ one: (Int, [Int], [UnsafeMutableRawPointer?]) throws(Failure) -> Void
    ) throws(Failure) {
        try RowChecks.check(rows, count, "join")
        var done = 0
        while done < rows.count {
            let part = part(of: rows[done])
            var end = done + 1
            while end < rows.count, rows[end] >= starts[part], rows[end] < starts[part + 1] { end += 1 }
            let targets = memory.enumerated().map { place, pointer in pointer.map { $0 + done * columns[place].bytes } }
            try one(part, rows[done..<end].map { $0 - starts[part] }, targets)
            done = end
        }
    }

    /// The last part that begins at or before a row.
    private func part(of row: Int) -> Int {
        var (low, high) = (0, parts.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= row { low = middle } else { high = middle - 1 }
        }
        return low
    }

    private final class Reader: RowReader {
        private let rows: JoinedRows
        private let readers: [any RowReader]
        init(_ rows: JoinedRows, _ readers: [any RowReader]) { (self.rows, self.readers) = (rows, readers) }

        func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            try rows.read(numbers, memory) { (part, some, targets) throws(Failure) in
                try readers[part].read(rows: some, into: targets)
            }
        }

        func prepare(_ numbers: Range<Int>) throws(Failure) {
            for (place, reader) in readers.enumerated() {
                let own = numbers.clamped(to: rows.starts[place]..<rows.starts[place + 1])
                if own.isEmpty { continue }
                try reader.prepare(own.lowerBound - rows.starts[place]..<own.upperBound - rows.starts[place])
            }
        }
    }
}

extension RowLayout {
    /// For a message.
    var text: String { "\(dtype.name)\(shape)" }
}

enum RowChecks {
    static func check(_ rows: [Int], _ count: Int, _ operation: String) throws(Failure) {
        for row in rows where row < 0 || row >= count {
            throw .index(operation: operation, "row \(row) does not exist; there are \(count)")
        }
    }
}
