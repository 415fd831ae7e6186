import Glibc

/// The values of one batch, in memory of their own.
public struct Batch {
    /// Rows, from the beginning of the buffers on.
    public let rows: Int
    /// A buffer for each column, [rows, ...], dense and row-major.
    public let values: [Buffer]
    private let roles: RowRoles

    public init(rows: Int, values: [Buffer], roles: RowRoles) {
        (self.rows, self.values, self.roles) = (rows, values, roles)
    }

    /// Memory for rows of a source, not yet filled.
    public init(rows: Int, of source: any RowSource) throws(Failure) {
        var values: [Buffer] = []
        for column in source.columns { values.append(try Buffer.allocating(rows * column.bytes)) }
        self.init(rows: rows, values: values, roles: source.roles)
    }

    /// The first input.
    public var x: Buffer { values[0] }
    /// The first target; nil where there is none.
    public var y: Buffer? { roles.targets > 0 ? values[roles.inputs] : nil }
}

/// Hands out the batches of one pass with their values. Those of files are read ahead by a thread of their own, so that
/// the caller seldom waits; what is handed out is the same either way. A batch that cannot be read is a failure of the
/// `next` that asks for it, and stays the next one.
public final class BatchReader {
    private let batches: Batches
    /// Batches handed out so far.
    public private(set) var position: Int
    /// Batches in all.
    public var count: Int { batches.count }
    private var ahead: ReadAhead?
    private var reader: (any RowReader)?

    /// Takes over `batches` at its position.
    public init(_ batches: Batches) {
        self.batches = batches
        position = batches.position
    }

    /// Goes to batch number `place`.
    public func seek(_ place: Int) {
        position = min(max(place, 0), batches.count)
        (ahead, reader) = (nil, nil)
    }

    /// nil after the last.
    public func next() throws(Failure) -> Batch? {
        guard position < batches.count else { return nil }
        let batch = try batches.source.readsAhead ? nextAhead() : nextHere()
        position += 1
        if position == batches.count { (ahead, reader) = (nil, nil) }
        return batch
    }

    private func nextAhead() throws(Failure) -> Batch {
        if ahead?.isOfThisProcess != true { ahead = try ReadAhead(batches.copy(at: position)) }
        guard let ahead else { return try nextHere() }  // the system gives no thread
        do throws(Failure) {
            return try ahead.next()
        } catch {
            self.ahead = nil
            throw error
        }
    }

    private func nextHere() throws(Failure) -> Batch {
        let reader = self.reader ?? batches.reader()
        self.reader = reader
        if batches.position != position { batches.seek(position) }
        let batch = try batches.emptyBatch(at: position)
        guard let rows = try batches.next() else {
            throw .internal(operation: "batches", "no batch number \(position)")
        }
        try reader.read(rows: rows, into: batch.values.map(\.pointer))
        return batch
    }
}

extension Batches {
    /// Memory for batch number `place`, not yet filled.
    func emptyBatch(at place: Int) throws(Failure) -> Batch { try Batch(rows: rows(in: place), of: source) }
}
