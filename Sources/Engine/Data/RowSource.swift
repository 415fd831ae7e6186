/// Pairs (x, y) of rows along a first axis: what batches are cut from. HDF5 files (Storage) and tensors in memory are such sources.
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

    /// Writes rows `rows[0], rows[1], ...` (each in 0 ..< count, in any order) to dense row-major memory of the layouts' shapes.
    /// `x` has room for rows.count rows; `y` is nil where there is no y.
    func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure)
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
