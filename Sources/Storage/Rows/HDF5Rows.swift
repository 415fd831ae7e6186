import Engine
import Glibc

/// Rows (x, y) of two data sets in an HDF5 file. What fits into `cacheBytes` as it is stored is read once, and then
/// served from memory, one byte an element where the file has bytes; what does not fit is streamed, with flat memory.
/// Any thread may read.
public final class HDF5Rows: RowSource, @unchecked Sendable {
    public let count: Int
    public var x: RowLayout { xColumn.layout }
    public var y: RowLayout? { yColumn?.layout }
    public let isRandomAccess: Bool
    public var preferredRun: Int { isRandomAccess ? 1 : xColumn.preferredRun }

    public let readsAhead = true
    /// Fewer than 64 runs where those are large: a pass by chunks keeps two windows of them.
    public var runsInWindow: Int {
        max(1, min(64, HDF5Rows.windowBytes / max(1, xColumn.preferredRun * xColumn.rowBytes)))
    }

    private let path: String
    private let xColumn: RowColumn
    private let yColumn: RowColumn?
    private let cacheBytes: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Stored elements; only with `isRandomAccess`, and under `lock`.
    private var xResident: ResidentColumn?
    private var yResident: ResidentColumn?
    /// What reads outside of a pass keep of compressed columns, so that row after row decodes each chunk once; also
    /// under `lock`.
    private var windows: (x: WindowColumn?, y: WindowColumn?)

    private static let windowBytes = 128 << 20

    /// x becomes `xDType`, multiplied by `scale` (in float32 as Float(value) * Float(scale)); an integer dtype needs
    /// scale 1. With `flatten` a row of x has rank 1. y keeps its values: integers become int64, floats `xDType`
    /// (float32 if that is an integer dtype).
    public init(
        path location: FilePath, x: String, y: String?, xDType: DType, scale: Double, flatten: Bool, cacheBytes: Int
    ) throws(Failure) {
        let path = "\(location)"
        guard scale.isFinite else {
            throw .argument(operation: path, "the scale of '\(x)' must be finite, but is \(scale)")
        }
        let file = try HDF5File(location)
        let xColumn = try RowColumn(file, x, dtype: xDType, floatDType: xDType, scale: scale, flatten: flatten)
        var yColumn: RowColumn?
        if let y { yColumn = try RowColumn(file, y, dtype: nil, floatDType: xDType, scale: 1, flatten: false) }
        if let y, let yColumn, yColumn.count != xColumn.count {
            throw .shape(operation: path, "'\(x)' has \(xColumn.count.counted("row")), but '\(y)' has \(yColumn.count)")
        }
        self.path = path
        self.cacheBytes = cacheBytes
        self.xColumn = xColumn
        self.yColumn = yColumn
        count = xColumn.count
        let (bytes, overflow) = xColumn.storedBytes.addingReportingOverflow(yColumn?.storedBytes ?? 0)
        isRandomAccess = !overflow && bytes <= cacheBytes
        if isRandomAccess {
            xResident = ResidentColumn(xColumn)
            yResident = yColumn.map { ResidentColumn($0) }
        }
        windows = isRandomAccess ? (nil, nil) : (HDF5Rows.window(xColumn), yColumn.flatMap { HDF5Rows.window($0) })
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    public func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure) {
        try check(rows)
        // No fork comes while it is taken: whoever reads is inside a call, or inside the gate.
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard let xResident else {
            try HDF5Rows.read(rows, xColumn, windows.x, x)
            if let y, let yColumn { try HDF5Rows.read(rows, yColumn, windows.y, y) }
            return
        }
        try xResident.read(rows, into: x)
        if let y, let yResident { try yResident.read(rows, into: y) }
    }

    public func reader(isWindowed: Bool) -> any RowReader {
        isRandomAccess
            ? PlainRowReader(self)
            : StreamReader(self, window(xColumn, isWindowed), yColumn.flatMap { window($0, isWindowed) })
    }

    private static func read(
        _ rows: [Int], _ column: RowColumn, _ window: WindowColumn?, _ target: UnsafeMutableRawPointer
    ) throws(Failure) {
        if let window { try window.read(rows, into: target) } else { try column.stream(rows, into: target) }
    }

    private static func window(_ column: RowColumn) -> WindowColumn? {
        column.isCompressed ? WindowColumn(column, bandRows: column.chunkRows ?? 1, most: 2) : nil
    }

    /// What a pass keeps of a column; nil where rows are read one by one.
    private func window(_ column: RowColumn, _ isWindowed: Bool) -> WindowColumn? {
        guard isWindowed || column.isCompressed else { return nil }
        let bandRows = column.chunkRows ?? xColumn.preferredRun
        // A pass by chunks has two windows of runs; an exact shuffle comes back to all bands all the time.
        let most = isWindowed ? 2 * runsInWindow : max(8, cacheBytes / max(1, bandRows * column.rowBytes))
        return WindowColumn(column, bandRows: bandRows, most: most)
    }

    fileprivate func check(_ rows: [Int]) throws(Failure) {
        for row in rows where row < 0 || row >= count {
            throw .index(operation: path, "row \(row) does not exist; there are \(count)")
        }
    }

    /// One pass over a file that is larger than the cache.
    private final class StreamReader: RowReader {
        private let rows: HDF5Rows
        private let xWindow: WindowColumn?
        private let yWindow: WindowColumn?

        init(_ rows: HDF5Rows, _ xWindow: WindowColumn?, _ yWindow: WindowColumn?) {
            (self.rows, self.xWindow, self.yWindow) = (rows, xWindow, yWindow)
        }

        func read(rows numbers: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure) {
            try rows.check(numbers)
            try HDF5Rows.read(numbers, rows.xColumn, xWindow, x)
            if let y, let yColumn = rows.yColumn { try HDF5Rows.read(numbers, yColumn, yWindow, y) }
        }

        func prepare(_ numbers: Range<Int>) throws(Failure) {
            try xWindow?.prepare(numbers)
            try yWindow?.prepare(numbers)
        }
    }
}
