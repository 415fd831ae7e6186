import CHDF5
import Engine

/// An array of numbers in a file, opened for reading.
struct HDF5Dataset: ~Copyable {
    let path: String
    /// What to call it in a message, like "data set 'train/images'".
    let what: String
    let shape: [Int]
    let storedType: StoredType
    /// What a read gives.
    let element: Element
    /// Extents of the stored chunks; nil where it is not stored in chunks.
    let chunk: [Int]?
    /// How chunks are decoded without libhdf5; nil where that is not known, or where elements have another form in memory.
    let codec: ChunkCodec?
    /// Whether chunks have gone through any filter.
    let isFiltered: Bool
    private let fileEnd: FileEnd?
    let handle: Handle
    private let memoryType: Handle

    /// More of one data set's chunks than this are not kept decoded at a time.
    private static let largestChunkCache = 512 << 20

    /// `what` is what to call the data set at `name` in a message.
    static func open(_ file: HDF5File, _ name: String, what: String) throws(Failure) -> HDF5Dataset {
        try HDF5.locked { () throws(Failure) -> HDF5Dataset in try openLocked(file, name, what) }
    }

    private static func openLocked(_ file: HDF5File, _ name: String, _ what: String) throws(Failure) -> HDF5Dataset {
        let path = file.path
        let unreadable = "\(what) cannot be read"
        let handle = try find(name, in: file, what)

        let type = try Handle(H5Dget_type(handle.id), path, unreadable)
        let storedType = StoredType(type.id)
        guard let element = storedType.element else { throw .format(path: path, "\(what) holds \(storedType)") }

        let space = try Handle(H5Dget_space(handle.id), path, unreadable)
        guard H5Sget_simple_extent_type(space.id) != H5S_NULL else { throw .format(path: path, "\(what) is null: it has no shape") }
        let rank = try HDF5.check(H5Sget_simple_extent_ndims(space.id), path, unreadable)
        var extents = [hsize_t](repeating: 0, count: Int(rank))
        try HDF5.check(H5Sget_simple_extent_dims(space.id, &extents, nil), path, unreadable)
        let shape = try checked(extents, path, what)

        let properties = try Handle(H5Dget_create_plist(handle.id), path, unreadable)
        try checkFilters(properties.id, path, what)
        let memoryType = try storedType.memoryType(type.id, path, unreadable)
        var (chunk, codec): ([Int]?, ChunkCodec?) = (nil, nil)
        if H5Pget_layout(properties.id) == H5D_CHUNKED {
            try HDF5.check(H5Pget_chunk(properties.id, rank, &extents), path, unreadable)
            let extents = try checked(extents, path, what).map { max($0, 1) }
            try checkFirstChunk(handle.id, properties.id, chunk: extents, elementSize: H5Tget_size(type.id), path, what)
            chunk = extents
            if let bytes = chunkBytes(extents, element.size), bytes < 1 << 32, H5Tequal(type.id, memoryType.id) > 0 {
                codec = ChunkCodec(properties.id, bytes: bytes, elementSize: element.size)
            }
        }
        let cache = chunk.flatMap { chunkCache(shape: shape, chunk: $0, elementSize: H5Tget_size(type.id)) }
        return HDF5Dataset(
            path: path, what: what, shape: shape, storedType: storedType, element: element, chunk: chunk, codec: codec,
            isFiltered: H5Pget_nfilters(properties.id) > 0, fileEnd: FileEnd(file.handle.id),
            handle: try reopen(handle, in: file, name, cache: cache, unreadable), memoryType: memoryType)
    }

    /// libhdf5 takes about 400 bytes for each chunk that a read touches, before it looks whether the chunk is there.
    private static let mostChunksInRead = 1 << 20

    /// Chunks that one row touches; Int.max if they cannot be counted.
    var chunksAcross: Int {
        guard let chunk else { return 1 }
        var count = 1
        for (extent, length) in zip(shape, chunk).dropFirst() {
            let (product, overflow) = count.multipliedReportingOverflow(by: max(1, (extent - 1) / length + 1))
            if overflow { return Int.max }
            count = product
        }
        return count
    }

    /// Reads all elements, row-major, into memory of their size.
    func read(into memory: UnsafeMutableRawPointer) throws(Failure) {
        if shape.contains(0) { return }
        if let rows = shape.first, let chunk, chunksAcross < HDF5Dataset.mostChunksInRead {
            // As many rows of chunks at a time as may be touched.
            let run = max(1, HDF5Dataset.mostChunksInRead / chunksAcross).multipliedReportingOverflow(by: chunk[0])
            if !run.overflow, run.partialValue < rows {
                let rowBytes = shape.dropFirst().reduce(element.size, *)
                for start in stride(from: 0, to: rows, by: run.partialValue) {
                    try read(rows: start..<min(rows, start + run.partialValue), into: memory + start * rowBytes)
                }
                return
            }
        }
        try checkChunks()
        _ = try HDF5.locked { () throws(Failure) in
            try HDF5.check(
                H5Dread(handle.id, memoryType.id, wb_h5_all(), wb_h5_all(), wb_h5_default(), memory), path, "\(what) cannot be read")
        }
        try checkEnd("\(what) cannot be read")
    }

    /// Throws if the file may not have had what was read from it.
    func checkEnd(_ unreadable: @autoclosure () -> String) throws(Failure) { try fileEnd?.check(path, unreadable()) }

    /// Throws where already one row touches more chunks than there can be memory for.
    private func checkChunks() throws(Failure) {
        guard chunksAcross > HDF5Dataset.mostChunksInRead else { return }
        throw .format(
            path: path, "\(what) of shape \(shape) has \(chunksAcross) chunks across one row, too many to be read: the file is damaged, or its chunks are too small")
    }

    /// Reads neighbouring rows (positions along the first axis, which must exist) into memory of their size.
    func read(rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        if rows.isEmpty || shape.contains(0) { return }
        let unreadable = "\(what) cannot be read at rows \(rows.lowerBound) to \(rows.upperBound - 1)"
        try checkChunks()
        try HDF5.locked { () throws(Failure) in
            var start = [hsize_t](repeating: 0, count: shape.count)
            var extents = shape.map { hsize_t($0) }
            start[0] = hsize_t(rows.lowerBound)
            extents[0] = hsize_t(rows.count)
            let stored = try Handle(H5Dget_space(handle.id), path, unreadable)
            try HDF5.check(H5Sselect_hyperslab(stored.id, H5S_SELECT_SET, start, nil, extents, nil), path, unreadable)
            // Of the selection's own rank: libhdf5 copies selections of equal shape in runs, others element by element.
            let dense = try Handle(H5Screate_simple(Int32(extents.count), extents, nil), path, unreadable)
            try HDF5.check(H5Dread(handle.id, memoryType.id, dense.id, stored.id, wb_h5_default(), memory), path, unreadable)
        }
        try checkEnd(unreadable)
    }

    // MARK: Opening

    /// Follows `name` link by link, so that the message can say what is missing.
    private static func find(_ name: String, in file: HDF5File, _ what: String) throws(Failure) -> Handle {
        try file.checkWay(to: name)
        let parts = name.split(separator: "/").filter { $0 != "." }
        var reached = ""
        for (depth, part) in parts.enumerated() {
            reached += reached.isEmpty ? part : "/" + part
            guard !name.utf8.contains(0), H5Lexists(file.handle.id, reached, wb_h5_default()) > 0 else {
                throw .format(path: file.path, "has no \(what); \(file.listing())")
            }
            let object = try Handle(H5Oopen(file.handle.id, reached, wb_h5_default()), file.path, "'\(reached)' cannot be opened")
            let kind = H5Iget_type(object.id)
            if depth == parts.count - 1, kind == H5I_DATASET { return object }
            guard kind == H5I_GROUP else {
                throw .format(path: file.path, "has no \(what): '\(reached)' is not a group; \(file.listing())")
            }
        }
        let found = parts.isEmpty ? "has no \(what)" : "'\(name)' is a group, not a data set"
        throw .format(path: file.path, "\(found); \(file.listing())")
    }

    /// Extents as Int, their product in bytes of the widest dtype being representable.
    private static func checked(_ extents: [hsize_t], _ path: String, _ what: String) throws(Failure) -> [Int] {
        var shape: [Int] = []
        var bytes = 8
        for extent in extents {
            guard let extent = Int(exactly: extent) else { throw .format(path: path, "\(what) has an impossible extent \(extent)") }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow else { throw .format(path: path, "\(what) has more elements than any memory: \(extents)") }
            bytes = product
            shape.append(extent)
        }
        return shape
    }

    /// A data set has one cache, which is settled when it is opened first.
    private static func reopen(
        _ handle: consuming Handle, in file: HDF5File, _ name: String, cache: (slots: Int, bytes: Int)?, _ what: String
    ) throws(Failure) -> Handle {
        guard let cache else { return handle }
        _ = consume handle
        let access = try Handle(H5Pcreate(wb_h5_dataset_access()), file.path, what)
        try HDF5.check(H5Pset_chunk_cache(access.id, cache.slots, cache.bytes, wb_h5_default_preemption()), file.path, what)
        return try Handle(H5Dopen2(file.handle.id, name, access.id), file.path, what)
    }

    private static func checkFilters(_ properties: hid_t, _ path: String, _ what: String) throws(Failure) {
        for index in 0..<max(0, H5Pget_nfilters(properties)) {
            var flags: UInt32 = 0
            var values = 0
            var name = [CChar](repeating: 0, count: 64)
            let filter = H5Pget_filter2(properties, UInt32(index), &flags, &values, nil, name.count, &name, nil)
            guard filter < 0 || H5Zfilter_avail(filter) <= 0 else { continue }
            name[name.count - 1] = 0
            let called = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            throw .unsupported(
                operation: path, "\(what) is compressed with filter \(filter) (\(called)), which the HDF5 library here does not have")
        }
    }

    /// A cache that holds all chunks which one row touches, so that reading row by row decodes each chunk once; nil if
    /// libhdf5's default of 1 MiB does.
    private static func chunkCache(shape: [Int], chunk: [Int], elementSize: Int) -> (slots: Int, bytes: Int)? {
        var count = 1
        var bytes = elementSize
        for (axis, (extent, length)) in zip(shape, chunk).enumerated() {
            let across = axis == 0 ? 1 : extent / length + (extent % length == 0 ? 0 : 1)
            count = count.multipliedReportingOverflow(by: max(across, 1)).partialValue
            bytes = bytes.multipliedReportingOverflow(by: length).partialValue
            guard count > 0, bytes > 0, count <= largestChunkCache, bytes <= largestChunkCache else { return nil }
        }
        let (total, overflow) = count.multipliedReportingOverflow(by: bytes)
        guard !overflow, total > 1 << 20, total <= largestChunkCache else { return nil }
        return (slots: max(521, count * 10 + 1), bytes: total)
    }
}
