/// Pairs (x, y) of rows along a first axis: what batches are cut from. HDF5 files (Storage) and tensors in memory are
/// such sources.
public protocol RowSource: AnyObject {
    /// Number of rows.
    var count: Int { get }
    var x: RowLayout { get }
    /// nil where there is no y.
    var y: RowLayout? { get }

    /// True if any row can be reached at the same cost (data in memory): then an exact shuffle is cheap.
    var isRandomAccess: Bool { get }

    /// Neighbouring rows that are best read together (an HDF5 chunk's rows); 1 if it does not matter.
    var preferredRun: Int { get }

    /// How many runs of `preferredRun` rows a shuffle by chunks has in its window; 64 unless they would fill too much
    /// memory.
    var runsInWindow: Int { get }

    /// Whether rows come from a file. Then batches are read ahead by a thread of their own, and `read` and readers must
    /// allow for any thread.
    var readsAhead: Bool { get }

    /// What one pass over the rows reads through. `isWindowed`: rows are asked for about once, and those of one run at
    /// about the same time.
    func reader(isWindowed: Bool) -> any RowReader

    /// Writes rows `rows[0], rows[1], ...` (each in 0 ..< count, in any order) to dense row-major memory of the
    /// layouts' shapes. `x` has room for rows.count rows; `y` is nil where there is no y.
    func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure)
}

extension RowSource {
    public var runsInWindow: Int { 64 }
    public var readsAhead: Bool { false }
    public func reader(isWindowed: Bool) -> any RowReader { PlainRowReader(self) }
}

/// Reads the rows of a source for one pass, and may keep for later what it reads beside them. Used by one thread at a
/// time.
public protocol RowReader: AnyObject {
    /// As `RowSource.read`.
    func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure)

    /// Fetches neighbouring rows that will be asked for soon, where that saves waiting then.
    func prepare(_ rows: Range<Int>) throws(Failure)
}

/// Keeps nothing.
public final class PlainRowReader: RowReader {
    private let source: any RowSource
    public init(_ source: any RowSource) { self.source = source }
    public func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure) {
        try source.read(rows: rows, x: x, y: y)
    }
    public func prepare(_ rows: Range<Int>) {}
}

/// One row's dtype and extents (without the first axis).
public struct RowLayout: Equatable {
    public var dtype: DType
    public var shape: [Int]

    public init(dtype: DType, shape: [Int]) {
        self.dtype = dtype
        self.shape = shape
    }

    /// Bytes of one row.
    public var bytes: Int { shape.reduce(dtype.size, *) }
}
