import Engine
import Glibc

/// The rows of a folder of parts, which may grow.
public final class FolderRows: RowSource, @unchecked Sendable {
    public var count: Int { rows.count }
    public var columns: [RowLayout] { rows.columns }
    public var roles: RowRoles { rows.roles }
    public var isRandomAccess: Bool { rows.isRandomAccess }
    public var preferredRun: Int { rows.preferredRun }
    public var runsInWindow: Int { rows.runsInWindow }
    public let readsAhead = true
    private let folder: RowFolder
    private let wanted: [HDF5Rows.Column]
    /// What is left of the cache.
    private var cacheBytes: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Under `lock`: a pass that has begun keeps what was there then.
    private var joined: JoinedRows

    private var rows: JoinedRows {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return joined
    }

    public static func isFolder(_ path: FilePath) -> Bool { RowFolder.isThere(path) }

    /// At least one part must be there, since nobody knows the columns before.
    public init(_ path: FilePath, _ wanted: [HDF5Rows.Column], _ roles: RowRoles, cacheBytes: Int) throws(Failure) {
        let folder = try RowFolder(path, makes: false)
        let parts = try folder.parts()
        guard !parts.isEmpty else { throw .file(path: "\(path)", "has no parts yet: there is no part-*.h5 in it") }
        var (sources, left) = ([HDF5Rows](), cacheBytes)
        for part in parts {
            let source = try HDF5Rows(path: part.path, wanted, roles, cacheBytes: left)
            left -= source.residentBytes
            sources.append(source)
        }
        joined = try JoinedRows(sources)
        (self.folder, self.wanted, self.cacheBytes) = (folder, wanted, left)
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    public func refresh() throws(Failure) {
        let known = rows
        var (more, left) = ([HDF5Rows](), cacheBytes)
        for part in try folder.parts(from: known.count) {
            let source = try HDF5Rows(path: part.path, wanted, known.roles, cacheBytes: left)
            left -= source.residentBytes
            more.append(source)
        }
        if more.isEmpty { return }
        let grown = try known.adding(more)
        cacheBytes = left
        pthread_mutex_lock(lock)
        joined = grown
        pthread_mutex_unlock(lock)
    }

    public func read(rows numbers: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        try rows.read(rows: numbers, into: memory)
    }

    public func reader(_ pass: RowPass) -> any RowReader { rows.reader(pass) }
}
