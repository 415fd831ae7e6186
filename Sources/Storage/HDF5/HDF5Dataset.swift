import CHDF5
import Engine
import Glibc

/// An array of numbers in a file, opened for reading.
struct HDF5Dataset: ~Copyable {
    let path: String
    /// What to call it in a message, like "data set 'train/images'".
    let what: String
    let shape: [Int]
    /// What a read gives.
    let element: Element
    /// Extents of the stored chunks; nil where it is not stored in chunks.
    let chunk: [Int]?
    /// How chunks are decoded; nil where it is not stored in chunks.
    let codec: ChunkCodec?
    /// Bytes of an element in the file.
    let storedSize: Int
    /// Whether elements have another form in memory.
    let isConverted: Bool
    /// What an element that was never stored has, in `memoryType`.
    let fill: [UInt8]
    /// Whether libhdf5 leaves memory as it is where nothing was stored.
    private let leavesHoles: Bool
    private let fileEnd: FileEnd?
    let handle: Handle
    let fileType: Handle
    let memoryType: Handle

    /// Whether chunks have gone through any filter.
    var isFiltered: Bool { codec.map { !$0.isCopy } ?? false }

    /// More of one data set's chunks than this are not kept decoded at a time.
    private static let largestChunkCache = 512 << 20

    /// `what` is what to call the data set at `name` in a message; `within` are the virtual data sets that it is a
    /// source of.
    static func open(_ file: HDF5File, _ name: String, what: String, within sources: VirtualSources? = nil)
        throws(Failure) -> HDF5Dataset
    {
        try HDF5.locked { () throws(Failure) -> HDF5Dataset in
            try openLocked(file, name, what, sources ?? VirtualSources())
        }
    }

    private static func openLocked(_ file: HDF5File, _ name: String, _ what: String, _ sources: VirtualSources)
        throws(Failure) -> HDF5Dataset
    {
        let path = file.path
        let unreadable = "\(what) cannot be read"
        let handle = try find(name, in: file, what)

        // Its sources come first: libhdf5 goes to them when it is asked for the extents.
        let properties = try Handle(H5Dget_create_plist(handle.id), path, unreadable)
        let layout = H5Pget_layout(properties.id)
        if layout == H5D_VIRTUAL { try sources.check(properties.id, of: name, in: file, what) }

        let type = try Handle(H5Dget_type(handle.id), path, unreadable)
        let storedType = StoredType(type.id)
        guard let element = storedType.element else { throw .format(path: path, "\(what) holds \(storedType)") }
        let storedSize = H5Tget_size(type.id)

        let space = try Handle(H5Dget_space(handle.id), path, unreadable)
        guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
            throw .format(path: path, "\(what) is null: it has no shape")
        }
        let rank = try HDF5.check(H5Sget_simple_extent_ndims(space.id), path, unreadable)
        var extents = [hsize_t](repeating: 0, count: Int(rank))
        try HDF5.check(H5Sget_simple_extent_dims(space.id, &extents, nil), path, unreadable)
        let shape = try checked(extents, storedSize, path, what)

        try checkFilters(properties.id, path, what)
        let memoryType = try storedType.memoryType(type.id, path, unreadable)
        guard H5Tget_size(memoryType.id) == element.size else {
            throw .format(path: path, "\(what) holds elements that make no sense")
        }
        let isConverted = H5Tequal(type.id, memoryType.id) <= 0
        let stored = try storedFile(handle.id, path, what)
        var (chunk, codec): ([Int]?, ChunkCodec?) = (nil, nil)
        switch layout {
        case H5D_CHUNKED:
            try HDF5.check(H5Pget_chunk(properties.id, rank, &extents), path, unreadable)
            let extents = try checked(extents, storedSize, path, what).map { max($0, 1) }
            codec = try chunks(handle.id, properties.id, extents, storedSize, stored, path, what)
            chunk = extents
        case H5D_VIRTUAL: break
        default:
            try checkStorage(
                handle.id, properties.id, bytes: shape.reduce(storedSize, *), stored, isCompact: layout == H5D_COMPACT,
                path, what)
        }
        let cache = chunk.flatMap { chunkCache(shape: shape, chunk: $0, elementSize: storedSize) }
        let fill = fillValue(properties.id, memoryType.id, element.size)
        return HDF5Dataset(
            path: path, what: what, shape: shape, element: element, chunk: chunk, codec: codec, storedSize: storedSize,
            isConverted: isConverted, fill: fill ?? [UInt8](repeating: 0, count: element.size),
            leavesHoles: fill == nil, fileEnd: end(of: handle.id),
            handle: try reopen(handle, in: file, name, cache: cache, unreadable), fileType: type, memoryType: memoryType
        )
    }

    /// How chunks are decoded, after their tree has been looked at.
    private static func chunks(
        _ handle: hid_t, _ properties: hid_t, _ chunk: [Int], _ storedSize: Int, _ file: StoredFile, _ path: String,
        _ what: String
    ) throws(Failure) -> ChunkCodec {
        let bytes = chunk.reduce(storedSize, *)
        guard bytes < 1 << 32 else { throw .format(path: path, "\(what) has chunks larger than any file: \(chunk)") }
        guard let codec = ChunkCodec(properties, bytes: bytes, elementSize: storedSize) else {
            throw .format(path: path, "\(what) cannot be read")
        }
        var address: haddr_t = 0
        try HDF5.check(wb_h5_address(handle, &address), path, "\(what) cannot be read")
        try ChunkTree.check(file, header: UInt64(address), chunk: chunk, storedBytes: codec.isCopy ? bytes : nil)
        return codec
    }

    /// Throws where elements in one piece are fewer than the extents say.
    private static func checkStorage(
        _ handle: hid_t, _ properties: hid_t, bytes: Int, _ file: StoredFile, isCompact: Bool, _ path: String,
        _ what: String
    ) throws(Failure) {
        if H5Pget_external_count(properties) > 0 {
            return try OtherFiles.checkRawFiles(properties, bytes: bytes, path, what)
        }
        let stored = H5Dget_storage_size(handle)
        let address = H5Dget_offset(handle)
        // Never stored: all elements have the fill value.
        if !isCompact && address == haddr_t.max { return }
        guard stored >= hsize_t(bytes) else {
            throw .format(
                path: path,
                "\(what) has \(stored) bytes stored where its shape and type have \(bytes): the file is damaged")
        }
        if isCompact { return }
        guard let position = Int(exactly: address), position <= file.size, bytes <= file.size - position else {
            throw .format(
                path: path,
                "\(what) has \(bytes) bytes from byte \(address) on in a file of \(file.size) bytes: the file is "
                    + "damaged or cut short"
            )
        }
    }

    /// The file that an object is in, which is another where a link led there, to be read beside libhdf5.
    private static func storedFile(_ handle: hid_t, _ path: String, _ what: String) throws(Failure) -> StoredFile {
        let length = try HDF5.check(H5Fget_name(handle, nil, 0), path, "\(what) cannot be read")
        var name = [CChar](repeating: 0, count: length + 1)
        try HDF5.check(H5Fget_name(handle, &name, name.count), path, "\(what) cannot be read")
        let file = try StoredFile(RegularFile(FilePath(name)))
        file.place = what
        return file
    }

    private static func end(of handle: hid_t) -> FileEnd? {
        guard let file = try? Handle(H5Iget_file_id(handle), "", "") else { return nil }
        return FileEnd(file.id)
    }

    /// nil where libhdf5 knows none, or never uses it.
    private static func fillValue(_ properties: hid_t, _ memoryType: hid_t, _ size: Int) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: max(size, 16))
        var (time, status) = (H5D_FILL_TIME_ERROR, H5D_FILL_VALUE_ERROR)
        guard H5Pget_fill_time(properties, &time) >= 0, time != H5D_FILL_TIME_NEVER,
            H5Pfill_value_defined(properties, &status) >= 0,
            status != H5D_FILL_VALUE_UNDEFINED, H5Pget_fill_value(properties, memoryType, &value) >= 0
        else { return nil }
        return Array(value.prefix(size))
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

    /// Throws if the file may not have had what was read from it.
    func checkEnd(_ unreadable: @autoclosure () -> String) throws(Failure) { try fileEnd?.check(path, unreadable()) }

    /// Throws where already one row touches more chunks than there can be memory for.
    func checkChunks() throws(Failure) {
        guard chunksAcross > HDF5Dataset.mostChunksInRead else { return }
        throw .format(
            path: path,
            "\(what) of shape \(shape) has \(chunksAcross) chunks across one row, too many to be read: the file is "
                + "damaged, or its chunks are too small"
        )
    }

    /// Reads neighbouring rows (positions along the first axis, which must exist) into memory of their size.
    func read(rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        if isFiltered { try readBand(rows, into: memory) } else { try readPlainly(rows, into: memory) }
    }

    /// The same through libhdf5, for what has no filters, and for chunks that have been looked at.
    func readPlainly(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        if rows.isEmpty || shape.contains(0) { return }
        let unreadable = "\(what) cannot be read at rows \(rows.lowerBound) to \(rows.upperBound - 1)"
        try checkChunks()
        if leavesHoles { memset(memory, 0, shape.dropFirst().reduce(rows.count * element.size, *)) }
        try HDF5.locked { () throws(Failure) in
            var start = [hsize_t](repeating: 0, count: shape.count)
            var extents = shape.map { hsize_t($0) }
            start[0] = hsize_t(rows.lowerBound)
            extents[0] = hsize_t(rows.count)
            let stored = try Handle(H5Dget_space(handle.id), path, unreadable)
            try HDF5.check(H5Sselect_hyperslab(stored.id, H5S_SELECT_SET, start, nil, extents, nil), path, unreadable)
            // Of the selection's own rank: libhdf5 copies selections of equal shape in runs, others element by element.
            let dense = try Handle(H5Screate_simple(Int32(extents.count), extents, nil), path, unreadable)
            try HDF5.check(
                H5Dread(handle.id, memoryType.id, dense.id, stored.id, wb_h5_default(), memory), path, unreadable)
        }
        try checkEnd(unreadable)
    }

    // MARK: Opening

    /// Follows `name` link by link, so that the message can say what is missing.
    private static func find(_ name: String, in file: HDF5File, _ what: String) throws(Failure) -> Handle {
        try file.checkWay(to: name)
        let parts = name.split(separator: "/").filter { $0 != "." }
        let links = try Handle(H5Pcreate(wb_h5_link_access()), file.path, what)
        try OtherFiles.guardLinks(links, file.path, what)
        var reached = ""
        for (depth, part) in parts.enumerated() {
            reached += reached.isEmpty ? part : "/" + part
            guard !name.utf8.contains(0), H5Lexists(file.handle.id, reached, links.id) > 0 else {
                throw .format(path: file.path, "has no \(what); \(file.listing())")
            }
            let object = try Handle(
                H5Oopen(file.handle.id, reached, links.id), file.path, "'\(reached)' cannot be opened")
            let kind = H5Iget_type(object.id)
            if depth == parts.count - 1, kind == H5I_DATASET { return object }
            guard kind == H5I_GROUP else {
                throw .format(path: file.path, "has no \(what): '\(reached)' is not a group; \(file.listing())")
            }
        }
        let found = parts.isEmpty ? "has no \(what)" : "'\(name)' is a group, not a data set"
        throw .format(path: file.path, "\(found); \(file.listing())")
    }

    /// Whether there is a link of that name; also where it cannot be followed, which `find` will tell.
    static func isThere(_ name: String, in file: HDF5File) throws(Failure) -> Bool {
        try HDF5.locked { () throws(Failure) -> Bool in
            try file.checkWay(to: name)
            let links = try Handle(H5Pcreate(wb_h5_link_access()), file.path, name)
            try OtherFiles.guardLinks(links, file.path, name)
            var reached = ""
            for part in name.split(separator: "/") where part != "." {
                reached += reached.isEmpty ? part : "/" + part
                let found = H5Lexists(file.handle.id, reached, links.id)
                if found <= 0 { return found < 0 }
            }
            return !reached.isEmpty
        }
    }

    /// Extents as Int, their product in bytes of the widest dtype, and of what is stored, being representable.
    private static func checked(_ extents: [hsize_t], _ storedSize: Int, _ path: String, _ what: String) throws(Failure)
        -> [Int]
    {
        var shape: [Int] = []
        var bytes = max(8, storedSize)
        for extent in extents {
            guard let extent = Int(exactly: extent) else {
                throw .format(path: path, "\(what) has an impossible extent \(extent)")
            }
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
        try OtherFiles.guardLinks(access, file.path, what)
        try HDF5.check(
            H5Pset_chunk_cache(access.id, cache.slots, cache.bytes, wb_h5_default_preemption()), file.path, what)
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
                operation: path,
                "\(what) is compressed with filter \(filter) (\(called)), which the HDF5 library here does not have")
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
        return (slots: max(521, min(count, 1 << 16) * 10 + 1), bytes: total)
    }
}
