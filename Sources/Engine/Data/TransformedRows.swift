import Steps

/// A source whose rows go through transforms as they are read, column by column.
public final class TransformedRows: RowSource {
    public var count: Int { source.count }
    public let columns: [RowLayout]
    public var roles: RowRoles { source.roles }
    public var isRandomAccess: Bool { source.isRandomAccess }
    public var preferredRun: Int { source.preferredRun }
    public var runsInWindow: Int { source.runsInWindow }
    public var readsAhead: Bool { source.readsAhead }
    private let source: any RowSource
    private let column: Int
    private let steps: [any RowTransform]
    /// Of the column before each step, and at the end.
    private let layouts: [RowLayout]

    /// `text`: calls, as `RandomCrop(28, padding=4), RandomFlip()`.
    public init(_ source: any RowSource, column: Int, _ text: String) throws(Failure) {
        guard source.columns.indices.contains(column) else {
            throw .index(
                operation: "transform", "there is no column \(column); there are \(source.columns.count)")
        }
        steps = try RowTransforms.parse(text)
        var layouts = [source.columns[column]]
        for step in steps {
            let next = try step.layout(layouts[layouts.count - 1])
            try Tensor.checkType([1] + next.shape, next.dtype)
            layouts.append(next)
        }
        var columns = source.columns
        columns[column] = layouts[layouts.count - 1]
        (self.source, self.column, self.layouts, self.columns) = (source, column, layouts, columns)
        try roles.checkWeight(columns, operation: "transform")
    }

    public func refresh() throws(Failure) { try source.refresh() }

    /// As in the first epoch of seed 0.
    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        let pass = RowPass(isWindowed: false, seed: 0, epoch: 0)
        try read(rows, memory, pass) { (some, targets) throws(Failure) in try source.read(rows: some, into: targets) }
    }

    public func reader(_ pass: RowPass) -> any RowReader { Reader(self, source.reader(pass), pass) }

    private func read(
        _ rows: [Int], _ memory: [UnsafeMutableRawPointer?], _ pass: RowPass,
        _ one: ([Int], [UnsafeMutableRawPointer?]) throws(Failure) -> Void
    ) throws(Failure) {
        guard let target = memory[column], !rows.isEmpty, !steps.isEmpty else { return try one(rows, memory) }
        let first = layouts[0]
        let (bytes, overflow) = rows.count.multipliedReportingOverflow(by: max(first.bytes, 1))
        guard !overflow else { throw .memory(operation: "transform", bytes: Int.max) }
        let stage = try Buffer.allocate(bytes, for: "transform")
        var wanted = memory
        wanted[column] = stage.pointer
        try one(rows, wanted)
        // Two rows between the first and the last, one after the other.
        let widest = max(1, layouts.map(\.bytes).max() ?? 1)
        let between = [
            try Buffer.allocate(widest, for: "transform"), try Buffer.allocate(widest, for: "transform"),
        ]
        let last = layouts[layouts.count - 1]
        for (place, row) in rows.enumerated() {
            var draw = RowDraw(pass, row: row, column: column)
            var from = UnsafeRawPointer(stage.pointer + place * first.bytes)
            for (number, step) in steps.enumerated() {
                let to = number == steps.count - 1 ? target + place * last.bytes : between[number % 2].pointer
                try step.apply(from, layouts[number], to, layouts[number + 1], &draw)
                from = UnsafeRawPointer(to)
            }
        }
        withExtendedLifetime(between) {}
    }

    private final class Reader: RowReader {
        private let rows: TransformedRows
        private let reader: any RowReader
        private let pass: RowPass
        init(_ rows: TransformedRows, _ reader: any RowReader, _ pass: RowPass) {
            (self.rows, self.reader, self.pass) = (rows, reader, pass)
        }

        func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            try rows.read(numbers, memory, pass) { (some, targets) throws(Failure) in
                try reader.read(rows: some, into: targets)
            }
        }

        func prepare(_ numbers: Range<Int>) throws(Failure) { try reader.prepare(numbers) }
    }
}
