import Engine
import Glibc

/// Rows of data sets in an HDF5 file. What fits into `cacheBytes` as it is stored is read once, and then served from
/// memory, one byte an element where the file has bytes; what does not fit is streamed, with flat memory. Any thread
/// may read.
public final class HDF5Rows: RowSource, @unchecked Sendable {
    /// A data set, and what its elements become.
    public struct Column {
        public var name: String
        /// nil: integers become int64, floats `floatDType`.
        public var dtype: DType?
        public var floatDType: DType
        public var scale: Double
        public var flatten: Bool

        public init(_ name: String, dtype: DType?, floatDType: DType, scale: Double = 1, flatten: Bool = false) {
            (self.name, self.dtype, self.floatDType, self.scale, self.flatten) = (
                name, dtype, floatDType, scale, flatten
            )
        }
    }

    public let count: Int
    public let columns: [RowLayout]
    public let roles: RowRoles
    public let isRandomAccess: Bool
    public var preferredRun: Int { isRandomAccess ? 1 : stored[0].preferredRun }

    public let readsAhead = true
    /// Fewer than 64 runs where those are large: a pass by chunks keeps two windows of them.
    public var runsInWindow: Int {
        max(1, min(64, HDF5Rows.windowBytes / max(1, stored[0].preferredRun * stored[0].rowBytes)))
    }

    /// What the cache will hold of it.
    var residentBytes: Int { isRandomAccess ? stored.reduce(0) { $0 + $1.storedBytes } : 0 }

    private let path: String
    private let stored: [RowColumn]
    private let cacheBytes: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Stored elements; only with `isRandomAccess`, and under `lock`.
    private var resident: [ResidentColumn] = []
    /// What reads outside of a pass keep of compressed columns, so that row after row decodes each chunk once; also
    /// under `lock`.
    private var windows: [WindowColumn?] = []

    private static let windowBytes = 128 << 20

    /// x becomes `xDType`, multiplied by `scale` (in float32 as Float(value) * Float(scale)); an integer dtype needs
    /// scale 1. With `flatten` a row of x has rank 1. y keeps its values: integers become int64, floats `xDType`
    /// (float32 if that is an integer dtype).
    public convenience init(
        path: FilePath, x: String, y: String?, xDType: DType, scale: Double, flatten: Bool, cacheBytes: Int
    ) throws(Failure) {
        var columns = [Column(x, dtype: xDType, floatDType: xDType, scale: scale, flatten: flatten)]
        if let y { columns.append(Column(y, dtype: nil, floatDType: xDType)) }
        try self.init(
            path: path, columns, RowRoles(inputs: 1, targets: y == nil ? 0 : 1), cacheBytes: cacheBytes)
    }

    public init(path location: FilePath, _ wanted: [Column], _ roles: RowRoles, cacheBytes: Int) throws(Failure) {
        let path = "\(location)"
        for column in wanted where !column.scale.isFinite {
            throw .argument(
                operation: path, "the scale of '\(column.name)' must be finite, but is \(column.scale)")
        }
        let file = try HDF5File(location)
        let stored = try wanted.map { (column) throws(Failure) in
            try RowColumn(
                file, column.name, dtype: column.dtype, floatDType: column.floatDType, scale: column.scale,
                flatten: column.flatten)
        }
        guard let first = stored.first, roles.count == stored.count else {
            throw .argument(operation: path, "data sets and what they are for are not as many")
        }
        for (column, other) in zip(stored, wanted) where column.count != first.count {
            throw .shape(
                operation: path,
                "'\(wanted[0].name)' has \(first.count.counted("row")), but '\(other.name)' has \(column.count)")
        }
        columns = stored.map(\.layout)
        try roles.checkWeight(columns, operation: path)
        (self.path, self.cacheBytes, self.stored, self.roles, count) = (path, cacheBytes, stored, roles, first.count)
        var (bytes, isTooMuch) = (0, false)
        for column in stored {
            let (sum, overflow) = bytes.addingReportingOverflow(column.storedBytes)
            bytes = sum
            isTooMuch = isTooMuch || overflow
        }
        isRandomAccess = !isTooMuch && bytes <= cacheBytes
        if isRandomAccess {
            resident = stored.map { ResidentColumn($0) }
        } else {
            windows = stored.map { HDF5Rows.window($0) }
        }
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try check(rows)
        // No fork comes while it is taken: whoever reads is inside a call, or inside the gate.
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        for (place, target) in memory.enumerated() {
            guard let target else { continue }
            if isRandomAccess {
                try resident[place].read(rows, into: target)
            } else {
                try HDF5Rows.read(rows, stored[place], windows[place], target)
            }
        }
    }

    public func reader(_ pass: RowPass) -> any RowReader {
        isRandomAccess ? PlainRowReader(self) : StreamReader(self, stored.map { window($0, pass.isWindowed) })
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
        let bandRows = column.chunkRows ?? stored[0].preferredRun
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
        private let windows: [WindowColumn?]

        init(_ rows: HDF5Rows, _ windows: [WindowColumn?]) { (self.rows, self.windows) = (rows, windows) }

        func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            try rows.check(numbers)
            for (place, target) in memory.enumerated() {
                if let target { try HDF5Rows.read(numbers, rows.stored[place], windows[place], target) }
            }
        }

        func prepare(_ numbers: Range<Int>) throws(Failure) {
            for window in windows { try window?.prepare(numbers) }
        }
    }
}
