import Engine
import Glibc

/// Rows (x, y) of two data sets in an HDF5 file. What fits into `cacheBytes` as it is stored is read once and then served
/// from memory, one byte an element where the file has bytes; what does not fit is streamed, with flat memory.
/// Any thread may read.
public final class HDF5Rows: RowSource, @unchecked Sendable {
    public let count: Int
    public var x: RowLayout { xColumn.layout }
    public var y: RowLayout? { yColumn?.layout }
    public let isRandomAccess: Bool
    public var preferredRun: Int { isRandomAccess ? 1 : xColumn.preferredRun }

    private let path: String
    private let xColumn: RowColumn
    private let yColumn: RowColumn?
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Stored elements, once they have been read; only with `isRandomAccess`, and under `lock`.
    private var xStored: UnsafeMutableRawPointer?
    private var yStored: UnsafeMutableRawPointer?

    /// x becomes `xDType`, multiplied by `scale` (in float32 as Float(value) * Float(scale)); an integer dtype needs scale 1.
    /// With `flatten` a row of x has rank 1. y keeps its values: integers become int64, floats `xDType` (float32 if that
    /// is an integer dtype).
    public init(
        path: String, x: String, y: String?, xDType: DType, scale: Double, flatten: Bool, cacheBytes: Int
    ) throws(Failure) {
        guard scale.isFinite else { throw .argument(operation: path, "the scale of '\(x)' must be finite, but is \(scale)") }
        let file = try HDF5File(path)
        let xColumn = try RowColumn(file, x, dtype: xDType, floatDType: xDType, scale: scale, flatten: flatten)
        var yColumn: RowColumn?
        if let y { yColumn = try RowColumn(file, y, dtype: nil, floatDType: xDType, scale: 1, flatten: false) }
        if let y, let yColumn, yColumn.count != xColumn.count {
            throw .shape(operation: path, "'\(x)' has \(xColumn.count) rows, but '\(y)' has \(yColumn.count)")
        }
        self.path = path
        self.xColumn = xColumn
        self.yColumn = yColumn
        count = xColumn.count
        let (bytes, overflow) = xColumn.storedBytes.addingReportingOverflow(yColumn?.storedBytes ?? 0)
        isRandomAccess = !overflow && bytes <= cacheBytes
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        free(xStored)
        free(yStored)
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    public func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure) {
        for row in rows where row < 0 || row >= count {
            throw .index(operation: path, "row \(row) does not exist; there are \(count) rows")
        }
        guard isRandomAccess else {
            try xColumn.stream(rows, into: x)
            if let y, let yColumn { try yColumn.stream(rows, into: y) }
            return
        }
        let stored = try load()
        try xColumn.gather(rows, from: stored.x, into: x)
        if let y, let yColumn, let storedY = stored.y { try yColumn.gather(rows, from: storedY, into: y) }
    }

    private func load() throws(Failure) -> (x: UnsafeRawPointer, y: UnsafeRawPointer?) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let yColumn, yStored == nil { yStored = try yColumn.load() }
        let y = yStored.map { UnsafeRawPointer($0) }
        if let xStored { return (UnsafeRawPointer(xStored), y) }
        let x = try xColumn.load()
        xStored = x
        return (UnsafeRawPointer(x), y)
    }
}
