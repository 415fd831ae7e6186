import Steps

/// The order in which one pass visits the rows of a data set. Raw values are those of wb_shuffle.
public enum Shuffle: Int32, CaseIterable {
    case none
    /// A random permutation of all rows.
    case exact
    /// Runs of neighbouring rows in random order, shuffled inside windows of several runs.
    case chunks
    /// Exact where rows are in memory, else by chunks.
    case automatic
}

/// What makes the order of a pass beside seed and epoch: the kind of shuffle that was decided on, and the runs that it
/// moves. Both depend on the source and on what fits its cache, so whoever goes on with a training keeps them.
public struct RowOrder: Equatable {
    /// Never `automatic`.
    public let shuffle: Shuffle
    /// Rows of a run.
    public let run: Int
    public let runsInWindow: Int

    public init(_ shuffle: Shuffle, over source: any RowSource) {
        self.shuffle = shuffle == .automatic ? (source.isRandomAccess ? .exact : .chunks) : shuffle
        run = max(1, min(source.preferredRun, source.count))
        runsInWindow = max(1, source.runsInWindow)
    }

    /// An order decided on before; nil for one that no source can have had.
    public init?(_ shuffle: Shuffle, run: Int, runsInWindow: Int) {
        let (rowsInWindow, overflow) = run.multipliedReportingOverflow(by: runsInWindow)
        guard shuffle != .automatic, run > 0, runsInWindow > 0, !overflow, rowsInWindow <= 1 << 60 else { return nil }
        (self.shuffle, self.run, self.runsInWindow) = (shuffle, run, runsInWindow)
    }
}

/// One pass over a data set in batches. The order depends on seed and epoch alone, so a pass can be taken up in its
/// middle.
public final class Batches {
    public let source: any RowSource
    /// Rows when the pass was made.
    private let rowCount: Int
    public let rowOrder: RowOrder
    public let batchSize: Int
    public let count: Int
    /// Batches handed out so far.
    public private(set) var position = 0

    private let seed: UInt64
    private let epoch: UInt64
    /// The permutation of all rows, or of all runs.
    private var order: [Int64] = []
    /// Where the permutation put the run that holds the data set's end: all runs have `run` rows, except that one.
    private var shortPlace = 0
    /// How many runs `nextRuns` has named so far, from the beginning of the order on.
    private var namedRuns = 0
    /// Rows of window number `windowIndex`, in the order of the pass.
    private var window: [Int] = []
    private var windowIndex = -1

    private var shuffle: Shuffle { rowOrder.shuffle }
    private var run: Int { rowOrder.run }
    private var runsInWindow: Int { rowOrder.runsInWindow }

    public convenience init(
        _ source: any RowSource, batchSize: Int, shuffle: Shuffle, seed: UInt64, epoch: Int, dropLast: Bool
    ) throws(Failure) {
        try self.init(
            source, batchSize: batchSize, order: RowOrder(shuffle, over: source), seed: seed, epoch: epoch,
            dropLast: dropLast)
    }

    public init(
        _ source: any RowSource, batchSize: Int, order rowOrder: RowOrder, seed: UInt64, epoch: Int, dropLast: Bool
    ) throws(Failure) {
        guard batchSize > 0 else {
            throw .argument(operation: "batches", "the batch size must be positive, but is \(batchSize)")
        }
        let rowCount = source.count
        guard rowCount > 0 else { throw .argument(operation: "batches", "the data set is empty") }
        guard epoch >= 0 else {
            throw .argument(operation: "batches", "the epoch must not be negative, but is \(epoch)")
        }
        (self.source, self.rowCount) = (source, rowCount)
        self.batchSize = batchSize
        count = dropLast ? rowCount / batchSize : (rowCount - 1) / batchSize + 1
        guard count > 0 else {
            throw .argument(
                operation: "batches",
                "the data set has \(rowCount.counted("row")), fewer than one batch of \(batchSize)")
        }
        self.rowOrder = rowOrder
        self.seed = seed
        self.epoch = UInt64(epoch)
        switch shuffle {
        case .exact: order = try permutation(rowCount, stream: 0)
        case .chunks:
            order = try permutation((rowCount - 1) / run + 1, stream: 0)
            shortPlace = order.firstIndex(of: Int64((rowCount - 1) / run)) ?? 0
        default: break
        }
    }

    private init(_ other: Batches, position: Int) {
        (source, rowCount, batchSize, count, rowOrder, seed, epoch) = (
            other.source, other.rowCount, other.batchSize, other.count, other.rowOrder, other.seed, other.epoch
        )
        (order, shortPlace) = (other.order, other.shortPlace)
        self.position = position
    }

    /// The same pass at batch number `place`. Touches only what never changes, so that another thread may be at work on
    /// this object.
    func copy(at place: Int) -> Batches { Batches(self, position: min(max(place, 0), count)) }

    /// What the pass reads through.
    func reader() -> any RowReader { source.reader(RowPass(isWindowed: shuffle != .exact, seed: seed, epoch: epoch)) }

    /// Goes to batch number `place`.
    public func seek(_ place: Int) {
        position = min(max(place, 0), count)
        namedRuns = 0
    }

    /// Rows in batch number `place`.
    public func rows(in place: Int) -> Int { min(batchSize, rowCount - place * batchSize) }

    /// The rows of the next batch; nil after the last.
    public func next() throws(Failure) -> [Int]? {
        guard position < count else { return nil }
        let start = position * batchSize
        let end = min(start + batchSize, rowCount)
        try MachineMemory.require(end - start, of: MemoryLayout<Int>.size, for: "batches")
        var rows: [Int] = []
        rows.reserveCapacity(end - start)
        switch shuffle {
        case .exact: for place in start..<end { rows.append(Int(order[place])) }
        case .chunks: for place in start..<end { rows.append(try chunked(place)) }
        default: rows.append(contentsOf: start..<end)
        }
        position += 1
        return rows
    }

    /// Runs of the next window that are to be read before the next batch, so that all of it is there when it begins: as
    /// large a part of them as of this window's rows have been handed out.
    func nextRuns() -> [Range<Int>] {
        guard shuffle == .chunks else { return [] }
        let window = max(windowIndex, 0)
        let rowsDone = min(position * batchSize, rowCount) - window * runsInWindow * run
        let share = min(max(rowsDone / run + 1, 0), runsInWindow)
        let end = min((window + 1) * runsInWindow + share, order.count)
        let begin = max(namedRuns, (window + 1) * runsInWindow)
        namedRuns = max(namedRuns, end)
        return begin < end ? order[begin..<end].map { rows(ofRun: Int($0)) } : []
    }

    private func rows(ofRun number: Int) -> Range<Int> { number * run..<min((number + 1) * run, rowCount) }

    /// Row number `place` of a pass by chunks.
    private func chunked(_ place: Int) throws(Failure) -> Int {
        let shortRows = rowCount - (rowCount - 1) / run * run
        func start(ofRun number: Int) -> Int { number * run - (number > shortPlace ? run - shortRows : 0) }
        var number = min(place / run, order.count - 1)
        while number + 1 < order.count, start(ofRun: number + 1) <= place { number += 1 }
        let index = number / runsInWindow
        if index != windowIndex { try fillWindow(index) }
        return window[place - start(ofRun: index * runsInWindow)]
    }

    private func fillWindow(_ index: Int) throws(Failure) {
        let runs = order[(index * runsInWindow)..<min((index + 1) * runsInWindow, order.count)]
        // Rows, their permutation, and the two put together.
        try MachineMemory.require(runs.count * run, of: 3 * MemoryLayout<Int>.size, for: "batches")
        var rows: [Int] = []
        rows.reserveCapacity(runs.count * run)
        for number in runs { rows.append(contentsOf: self.rows(ofRun: Int(number))) }
        window = try permutation(rows.count, stream: UInt64(index) + 1).map { rows[Int($0)] }
        windowIndex = index
    }

    /// A permutation from a stream of its own for each epoch and window.
    private func permutation(_ count: Int, stream: UInt64) throws(Failure) -> [Int64] {
        try RandomOrder.permutation(count, seed: seed, offset: epoch << 40 &+ stream << 28, for: "batches")
    }
}
