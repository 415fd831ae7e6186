/// Rows along a first axis, of several columns: inputs, targets, and a weight of each row. Batches are cut from them.
/// HDF5 files (Storage) and tensors in memory are such sources, and so is what is made of others.
public protocol RowSource: AnyObject {
    /// Number of rows.
    var count: Int { get }
    /// Inputs first, then targets, then the weight.
    var columns: [RowLayout] { get }
    var roles: RowRoles { get }

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

    /// What one pass over the rows reads through.
    func reader(_ pass: RowPass) -> any RowReader

    /// Writes rows `rows[0], rows[1], ...` (each in 0 ..< count, in any order) to dense row-major memory of the
    /// layouts' shapes, with room for rows.count rows; nil for a column that is not wanted.
    func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure)

    /// Takes up rows that have been added since, and gives their number. Not while a pass is under way.
    func refresh() throws(Failure)
}

extension RowSource {
    public var runsInWindow: Int { 64 }
    public var readsAhead: Bool { false }
    public func reader(_ pass: RowPass) -> any RowReader { PlainRowReader(self) }
    public func refresh() {}

    /// The first input.
    public var x: RowLayout { columns[0] }
    /// The first target; nil where there is none.
    public var y: RowLayout? { roles.targets > 0 ? columns[roles.inputs] : nil }

    /// The first input and the first target alone.
    public func read(rows: [Int], x: UnsafeMutableRawPointer?, y: UnsafeMutableRawPointer?) throws(Failure) {
        var memory = [UnsafeMutableRawPointer?](repeating: nil, count: columns.count)
        memory[0] = x
        if roles.targets > 0 { memory[roles.inputs] = y }
        try read(rows: rows, into: memory)
    }
}

/// What the columns of rows are for, in their order.
public struct RowRoles: Equatable {
    /// At least one.
    public var inputs: Int
    public var targets: Int
    /// Whether the last column is one number for each row, by which its loss counts.
    public var hasWeight: Bool

    public init(inputs: Int, targets: Int, hasWeight: Bool = false) {
        (self.inputs, self.targets, self.hasWeight) = (inputs, targets, hasWeight)
    }

    public var count: Int { inputs + targets + (hasWeight ? 1 : 0) }
}

/// What is known of a pass before it begins.
public struct RowPass {
    /// Rows are asked for about once, and those of one run at about the same time.
    public var isWindowed: Bool
    /// What random transforms depend on, beside the row.
    public var seed: UInt64
    public var epoch: UInt64

    public init(isWindowed: Bool, seed: UInt64, epoch: UInt64) {
        (self.isWindowed, self.seed, self.epoch) = (isWindowed, seed, epoch)
    }
}

/// Reads the rows of a source for one pass, and may keep for later what it reads beside them. Used by one thread at a
/// time.
public protocol RowReader: AnyObject {
    /// As `RowSource.read`.
    func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure)

    /// Fetches neighbouring rows that will be asked for soon, where that saves waiting then.
    func prepare(_ rows: Range<Int>) throws(Failure)
}

/// Keeps nothing.
public final class PlainRowReader: RowReader {
    private let source: any RowSource
    public init(_ source: any RowSource) { self.source = source }
    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try source.read(rows: rows, into: memory)
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
