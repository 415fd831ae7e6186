import CHDF5
import Engine
import Glibc

/// Writes rows of several columns to one HDF5 file, as many at a time as there are, with flat memory: to a new file, or
/// behind the rows that a file has, of which a copy is made. The file is there, whole, when `finish` returns; what is
/// never finished leaves nothing, or the old file.
final class RowFileWriter {
    struct Column {
        let name: String
        let layout: RowLayout
    }

    private(set) var count = 0
    /// Rows that were there before.
    let first: Int
    /// Which numbers each column takes; none of them where it is new, and takes all.
    private let limits: [Storability]
    private let path: String
    private let columns: [Column]
    /// nil once finished.
    private var replacement: FileReplacement?
    /// Closed in the order of their declaration by `finish`: data sets before the file.
    private var datasets: [Open] = []
    private var file: Open?
    private var failure: Failure?

    private final class Open {
        let handle: Handle
        init(_ handle: consuming Handle) { self.handle = handle }
    }

    /// Bytes of a chunk, about.
    private static let chunkBytes = 256 << 10

    init(_ location: FilePath, _ columns: [Column], appends: Bool = false) throws(Failure) {
        let path = "\(location)"
        try HDF5.require(for: path)
        guard !columns.isEmpty else { throw .argument(operation: path, "there are no columns to write") }
        (self.path, self.columns) = (path, columns)
        let replacement = try FileReplacement(location)
        let name = replacement.temporaryName
        var growing: GrowingFile?
        if appends {
            try replacement.copy(location)
            growing = try GrowingFile(name, of: location, columns)
        }
        first = growing?.rows ?? 0
        limits = growing?.limits ?? []
        self.replacement = consume replacement
        let (file, datasets) = try guarded { () throws(Failure) in
            try appends ? RowFileWriter.open(name, path, columns) : RowFileWriter.create(name, path, columns)
        }
        (self.file, self.datasets) = (file, datasets)
    }

    deinit {
        // The data sets go before the file, and the file before its name. libhdf5 may write as it closes them.
        _ = try? guarded { () throws(Failure) in
            if let file { HDF5.discard(file.handle.id) }
            close()
        }
    }

    private func close() {
        datasets = []
        file = nil
    }

    /// libhdf5 writes in all of its calls, and a limit on file sizes must not end the process.
    private func guarded<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        var result: Result?
        try withoutFileSizeSignal { () throws(Failure) in result = try HDF5.locked(body) }
        guard let result else { throw .internal(operation: path, "nothing was done") }
        return result
    }

    private static func access(_ path: String, _ cannot: String) throws(Failure) -> Handle {
        let access = try Handle(H5Pcreate(wb_h5_file_access()), path, cannot)
        try HDF5.check(H5Pset_fapl_sec2(access.id), path, cannot)
        try HDF5.check(H5Pset_file_locking(access.id, true, true), path, cannot)
        return access
    }

    private static func open(
        _ name: FilePath, _ path: String, _ columns: [Column]
    ) throws(Failure) -> (Open, [Open]) {
        let cannot = "cannot be written"
        let access = try access(path, cannot)
        let id = name.withCString { H5Fopen($0, wb_h5_read_write(), access.id) }
        let file = Open(try Handle(id, path, cannot))
        var datasets: [Open] = []
        for column in columns {
            let id = H5Dopen2(file.handle.id, column.name, wb_h5_default())
            datasets.append(Open(try Handle(id, path, "data set '\(column.name)' cannot be written")))
        }
        return (file, datasets)
    }

    private static func create(
        _ name: FilePath, _ path: String, _ columns: [Column]
    ) throws(Failure) -> (Open, [Open]) {
        let cannot = "cannot be written"
        let access = try access(path, cannot)
        // The format whose metadata all bears checksums, as in checkpoints.
        try HDF5.check(H5Pset_libver_bounds(access.id, H5F_LIBVER_V110, H5F_LIBVER_V110), path, cannot)
        let creation = try Handle(H5Pcreate(wb_h5_file_create()), path, cannot)
        try HDF5.check(H5Pset_obj_track_times(creation.id, false), path, cannot)
        let id = name.withCString { H5Fcreate($0, wb_h5_truncate(), creation.id, access.id) }
        let file = Open(try Handle(id, path, cannot))
        let links = try Handle(H5Pcreate(wb_h5_link_create()), path, cannot)
        try HDF5.check(H5Pset_char_encoding(links.id, H5T_CSET_UTF8), path, cannot)
        try HDF5.check(H5Pset_create_intermediate_group(links.id, 1), path, cannot)
        var datasets: [Open] = []
        for column in columns {
            let what = "data set '\(column.name)' cannot be made"
            guard !column.name.isEmpty, !column.name.utf8.contains(0) else {
                throw .argument(operation: path, "'\(column.name)' cannot be the name of a data set")
            }
            let shape = column.layout.shape
            guard shape.count < Int(H5S_MAX_RANK), column.layout.bytes > 0 else {
                throw .shape(operation: path, "rows of shape \(shape) cannot be stored in '\(column.name)'")
            }
            let rows = max(1, min(1 << 20, chunkBytes / column.layout.bytes))
            let inner = shape.map { hsize_t($0) }
            let space = try Handle(
                H5Screate_simple(Int32(shape.count + 1), [0] + inner, [hsize_t.max] + inner), path, what)
            let layout = try Handle(H5Pcreate(wb_h5_dataset_create()), path, what)
            try HDF5.check(H5Pset_obj_track_times(layout.id, false), path, what)
            try HDF5.check(
                H5Pset_chunk(layout.id, Int32(shape.count + 1), chunk(rows, inner, column.layout.dtype.size)), path,
                what)
            try HDF5.check(H5Pset_fletcher32(layout.id), path, what)
            let type = try HDF5.fileType(try stored(column.layout.dtype, path), path, what)
            datasets.append(
                Open(
                    try Handle(
                        H5Dcreate2(
                            file.handle.id, column.name, type.id, space.id, links.id, layout.id, wb_h5_default()),
                        path, what)))
        }
        return (file, datasets)
    }

    /// Chunks of rows; of rows that are too large for one, parts.
    private static func chunk(_ rows: Int, _ inner: [hsize_t], _ size: Int) -> [hsize_t] {
        var chunk = inner
        var bytes = inner.reduce(hsize_t(size)) { $0.multipliedReportingOverflow(by: $1).partialValue }
        var axis = 0
        while bytes > 16 << 20, axis < chunk.count {
            let part = max(1, chunk[axis] / max(1, bytes / (8 << 20)))
            bytes = bytes / chunk[axis] * part
            chunk[axis] = part
            axis += 1
        }
        return [hsize_t(rows)] + chunk
    }

    /// What a data set has for a dtype; a truth value is a byte.
    private static func stored(_ dtype: DType, _ path: String) throws(Failure) -> DType {
        guard dtype != .bfloat16 else {
            throw .dtype(operation: path, "HDF5 has no bfloat16; write float32")
        }
        return dtype == .bool ? .uint8 : dtype
    }

    /// Appends rows, dense and row-major, one pointer for each column. After a failure nothing more can be done.
    func append(_ memory: [UnsafeRawPointer], rows: Int) throws(Failure) {
        if let failure { throw failure }
        guard rows > 0 else { return }
        let (total, overflow) = count.addingReportingOverflow(rows)
        guard !overflow, !total.addingReportingOverflow(first).overflow, memory.count == columns.count else {
            throw .argument(operation: path, "\(rows) rows of \(memory.count) columns cannot be appended")
        }
        for (place, limit) in limits.enumerated() {
            let layout = columns[place].layout
            guard let misfit = limit.misfit(memory[place], rows * (layout.bytes / layout.dtype.size), layout.dtype)
            else { continue }
            throw .argument(operation: path, "\(misfit) does not fit into '\(columns[place].name)'")
        }
        do throws(Failure) {
            try guarded { () throws(Failure) in
                try checkFileSize(rows)
                for (place, column) in columns.enumerated() {
                    var isTruth = false
                    if limits.indices.contains(place), case .truth = limits[place] { isTruth = true }
                    try append(memory[place], rows, column, datasets[place], isTruth: isTruth)
                }
            }
        } catch {
            failure = error
            throw error
        }
        count = total
    }

    /// Where the process may not write files of any size: throws where some rows could go beyond that, before libhdf5
    /// has any that it cannot write.
    private func checkFileSize(_ rows: Int) throws(Failure) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max,
            let id = file?.handle.id
        else { return }
        var size: hsize_t = 0
        try HDF5.check(H5Fget_filesize(id, &size), path, "cannot be written")
        var needed = 65536.0
        for (place, column) in columns.enumerated() { needed += try bytes(rows, column, datasets[place]) }
        guard Double(size) + needed > Double(limit.rlim_cur) else { return }
        throw .file(path: path, "cannot be written: \(String(cString: strerror(EFBIG)))")
    }

    /// The most that further rows can take of the file: whole chunks, and what says where those lie.
    private func bytes(_ rows: Int, _ column: Column, _ dataset: Open) throws(Failure) -> Double {
        let layout = try Handle(H5Dget_create_plist(dataset.handle.id), path, "cannot be written")
        var chunk = [hsize_t](repeating: 1, count: column.layout.shape.count + 1)
        try HDF5.check(H5Pget_chunk(layout.id, Int32(chunk.count), &chunk), path, "cannot be written")
        let type = try Handle(H5Dget_type(dataset.handle.id), path, "cannot be written")
        let (before, extent) = (Double(first + count), chunk.map { Double(max(1, $0)) })
        var chunks = ((before + Double(rows)) / extent[0]).rounded(.up) - (before / extent[0]).rounded(.down)
        for (axis, length) in column.layout.shape.enumerated() {
            chunks *= (Double(length) / extent[axis + 1]).rounded(.up)
        }
        return chunks * (extent.reduce(Double(H5Tget_size(type.id)), *) + 64)
    }

    private func append(
        _ memory: UnsafeRawPointer, _ rows: Int, _ column: Column, _ dataset: Open, isTruth: Bool
    ) throws(Failure) {
        let cannot = "data set '\(column.name)' cannot be written"
        let inner = column.layout.shape.map { hsize_t($0) }
        do throws(Failure) {
            let before = first + count
            try HDF5.check(H5Dset_extent(dataset.handle.id, [hsize_t(before + rows)] + inner), path, cannot)
            let space = try Handle(H5Dget_space(dataset.handle.id), path, cannot)
            let start = [hsize_t(before)] + inner.map { _ in 0 }
            let extents = [hsize_t(rows)] + inner
            try HDF5.check(H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, extents, nil), path, cannot)
            let dense = try Handle(H5Screate_simple(Int32(extents.count), extents, nil), path, cannot)
            // A truth value that is stored as one is none of the numbers that libhdf5 converts.
            let type = try HDF5.fileType(
                try isTruth ? .bool : RowFileWriter.stored(column.layout.dtype, path), path, cannot)
            try HDF5.check(
                H5Dwrite(dataset.handle.id, type.id, dense.id, space.id, wb_h5_default(), memory), path, cannot)
        } catch {
            throw .file(path: path, error.description)
        }
    }

    /// Puts the file in its place.
    func finish() throws(Failure) {
        if let failure { throw failure }
        // The number alone: who held the file would keep it open, and locked, when it is in its place.
        guard let replacement = replacement.take(), let id = file?.handle.id else {
            throw .state(operation: path, "the file is finished already")
        }
        do throws(Failure) {
            try guarded { () throws(Failure) in
                if H5Fflush(id, H5F_SCOPE_GLOBAL) < 0 {
                    throw .file(path: path, "cannot be written: \(HDF5.reason())")
                }
                close()
            }
            try replacement.finish()
        } catch {
            failure = error
            throw error
        }
    }
}
