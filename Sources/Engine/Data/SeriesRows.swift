import Steps

/// Windows over a time series whose rows are its moments. Window number i has the inputs of the rows from `stride` i
/// on, `length` of them, and the targets of `horizon` rows, of which the first is `offset` behind the window's last.
/// Where the source has no targets, the inputs of those rows are the targets.
public final class SeriesRows: RowSource {
    public struct Window {
        public var length: Int
        public var stride: Int
        /// Rows of the targets; 0: the one row, without an axis for it.
        public var horizon: Int
        /// 1: the targets begin with the moment after the window.
        public var offset: Int

        public init(length: Int, stride: Int = 1, horizon: Int = 0, offset: Int = 1) {
            (self.length, self.stride, self.horizon, self.offset) = (length, stride, horizon, offset)
        }
    }

    public var count: Int { SeriesRows.count(source.count, window) }
    public let columns: [RowLayout]
    public let roles: RowRoles
    public var isRandomAccess: Bool { source.isRandomAccess }
    public var preferredRun: Int { max(1, min(source.preferredRun / window.stride, count)) }
    public var runsInWindow: Int { source.runsInWindow }
    public var readsAhead: Bool { source.readsAhead }
    private let source: any RowSource
    private let window: Window
    /// Whether the inputs are the targets too.
    private let foretells: Bool

    /// Windows do not go from one joined file to the next where each file is windowed before they are joined.
    public init(_ source: any RowSource, _ window: Window) throws(Failure) {
        guard window.length >= 1, window.stride >= 1, window.horizon >= 0, window.offset >= 1 - window.length,
            window.length < 1 << 40, window.horizon < 1 << 40, window.offset < 1 << 40, window.stride < 1 << 40
        else {
            throw .argument(
                operation: "windows",
                "length and stride are from 1 on, horizon from 0, offset from 1 - length, but \(window.length), "
                    + "\(window.stride), \(window.horizon) and \(window.offset) were given")
        }
        (self.source, self.window) = (source, window)
        foretells = source.roles.targets == 0
        var (columns, roles) = (source.columns, source.roles)
        let inputs = columns[..<roles.inputs].map { RowLayout(dtype: $0.dtype, shape: [window.length] + $0.shape) }
        func target(_ layout: RowLayout) -> RowLayout {
            window.horizon == 0 ? layout : RowLayout(dtype: layout.dtype, shape: [window.horizon] + layout.shape)
        }
        let targets = foretells ? columns[..<roles.inputs] : columns[roles.inputs..<roles.inputs + roles.targets]
        let weight = roles.hasWeight ? [columns[columns.count - 1]] : []
        columns = inputs + targets.map(target) + weight
        roles.targets = targets.count
        for column in columns { try Tensor.checkType([1] + column.shape, column.dtype) }
        (self.columns, self.roles) = (columns, roles)
    }

    /// Rows that one window needs, from its first on.
    private static func span(_ window: Window) -> Int {
        max(window.length, window.length - 1 + window.offset + max(window.horizon, 1))
    }

    private static func count(_ rows: Int, _ window: Window) -> Int {
        let span = span(window)
        return rows < span ? 0 : (rows - span) / window.stride + 1
    }

    public func refresh() throws(Failure) { try source.refresh() }

    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try read(rows, memory) { (some, targets) throws(Failure) in try source.read(rows: some, into: targets) }
    }

    public func reader(_ pass: RowPass) -> any RowReader { Reader(self, source.reader(pass)) }

    /// Each column is read for the rows that it needs.
    private func read(
        _ rows: [Int], _ memory: [UnsafeMutableRawPointer?],
        _ one: ([Int], [UnsafeMutableRawPointer?]) throws(Failure) -> Void
    ) throws(Failure) {
        try RowChecks.check(rows, count, "windows")
        let inputs = roles.inputs
        let lengths = (window.length, max(window.horizon, 1))
        let (most, overflow) = rows.count.multipliedReportingOverflow(by: max(lengths.0, lengths.1))
        guard !overflow else { throw .memory(operation: "windows", bytes: Int.max) }
        try MachineMemory.require(most, of: 2 * MemoryLayout<Int>.size, for: "windows")
        let beginnings = rows.map { row in row * window.stride }
        let seen = beginnings.flatMap { first in first..<first + lengths.0 }
        let aims = beginnings.flatMap { first in
            first + window.length - 1 + window.offset..<first + window.length - 1 + window.offset + lengths.1
        }
        var none = [UnsafeMutableRawPointer?](repeating: nil, count: source.columns.count)
        for place in 0..<inputs { none[place] = memory[place] }
        try one(seen, none)
        var wanted = [UnsafeMutableRawPointer?](repeating: nil, count: source.columns.count)
        for place in 0..<roles.targets { wanted[foretells ? place : inputs + place] = memory[inputs + place] }
        try one(aims, wanted)
        guard roles.hasWeight, let target = memory[memory.count - 1] else { return }
        var weight = [UnsafeMutableRawPointer?](repeating: nil, count: source.columns.count)
        weight[weight.count - 1] = target
        // The weight of a window is that of its last row.
        try one(beginnings.map { $0 + window.length - 1 }, weight)
    }

    private final class Reader: RowReader {
        private let rows: SeriesRows
        private let reader: any RowReader
        init(_ rows: SeriesRows, _ reader: any RowReader) { (self.rows, self.reader) = (rows, reader) }

        func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            try rows.read(numbers, memory) { (some, targets) throws(Failure) in
                try reader.read(rows: some, into: targets)
            }
        }

        func prepare(_ numbers: Range<Int>) throws(Failure) {
            guard !numbers.isEmpty else { return }
            let (first, last) = (numbers.lowerBound * rows.window.stride, (numbers.upperBound - 1) * rows.window.stride)
            try reader.prepare(first..<min(last + SeriesRows.span(rows.window), rows.source.count))
        }
    }
}
