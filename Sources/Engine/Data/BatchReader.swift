import Glibc

/// The values of one batch, in memory of their own.
public struct Batch {
    /// Rows, from the beginning of both buffers on.
    public let rows: Int
    /// [rows, ...], dense and row-major.
    public let x: Buffer
    /// nil where the data set has no y.
    public let y: Buffer?

    public init(rows: Int, x: Buffer, y: Buffer?) { (self.rows, self.x, self.y) = (rows, x, y) }
}

/// Hands out the batches of one pass with their values. Those of files are read ahead by a thread of their own, so that
/// the caller seldom waits; what is handed out is the same either way. A batch that cannot be read is a failure of the
/// `next` that asks for it, and stays the next one.
public final class BatchReader {
    private let batches: Batches
    /// Batches handed out so far.
    private var position: Int
    private var ahead: ReadAhead?
    private var reader: (any RowReader)?

    /// Takes over `batches` at its position.
    public init(_ batches: Batches) {
        self.batches = batches
        position = batches.position
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
        try reader.read(rows: rows, x: batch.x.pointer, y: batch.y?.pointer)
        return batch
    }
}

extension Batches {
    /// Memory for batch number `place`, not yet filled.
    func emptyBatch(at place: Int) throws(Failure) -> Batch {
        let rows = rows(in: place)
        var y: Buffer?
        if let layout = source.y { y = try Buffer.allocating(rows * layout.bytes) }
        return Batch(rows: rows, x: try Buffer.allocating(rows * source.x.bytes), y: y)
    }
}
