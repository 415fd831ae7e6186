import CHDF5
import Engine
import Glibc

/// Writes `tree` to `path` as docs/checkpoint-format.md says: made in memory, then put in the place of the old file at
/// once. The same tree gives the same bytes. Any failure leaves the old file as it was.
public func writeCheckpoint(_ tree: StateTree, to path: FilePath, libraryVersion: String) throws(Failure) {
    let image = try CheckpointWriter(path: "\(path)").image(of: Snapshot(tree), libraryVersion: libraryVersion)
    try replaceFile(at: path, with: image.bytes)
}

/// A tree whose values stay as they are, whatever happens to the tensors: who writes it needs nothing of the engine.
struct Snapshot {
    let attributes: [(name: String, value: StateTree.Attribute)]
    let arrays: [(name: String, array: HeldArray)]
    let children: [(name: String, tree: Snapshot)]

    struct HeldArray {
        let dtype: DType
        let shape: [Int]
        let memory: Buffer

        var count: Int { shape.reduce(1, *) }
        var bytes: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(start: memory.pointer, count: count * dtype.size)
        }
    }

    init(_ tree: StateTree) throws(Failure) {
        try Tensor.evaluate(tree.arrays.map(\.tensor))
        attributes = tree.attributes
        arrays = try tree.arrays.map { (name, tensor) throws(Failure) in
            (name, HeldArray(dtype: tensor.dtype, shape: tensor.shape, memory: try tensor.heldValue()))
        }
        children = try tree.children.map { (name, child) throws(Failure) in (name, try Snapshot(child)) }
    }
}

/// A sealed HDF5 file in memory.
struct FileImage: ~Copyable {
    let bytes: UnsafeRawBufferPointer
    deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
}

/// The lock on libhdf5 is taken for each array anew, so that no other thread's reading waits for a large checkpoint.
struct CheckpointWriter {
    /// For messages.
    let path: String
    /// No checkpoint: without its marks, checksums and seal, and lists of texts are texts.
    var isPlain = false
    /// Of arrays, by their paths.
    var arrayAttributes: [String: [(name: String, value: StateTree.Attribute)]] = [:]

    /// A file with nothing in it but the tree.
    func plainImage(of tree: Snapshot) throws(Failure) -> FileImage {
        try HDF5.require(for: path)
        let file = try createFile()
        try write(tree, to: file.id, depth: 0, at: "")
        return try image(of: file.id)
    }

    private func image(of file: hid_t) throws(Failure) -> FileImage {
        try HDF5.locked { () throws(Failure) -> FileImage in
            try check(H5Fflush(file, H5F_SCOPE_GLOBAL))
            let size = Int(try check(H5Fget_file_image(file, nil, 0)))
            let seal = isPlain ? 0 : Seal.size
            guard let memory = malloc(size + seal) else { throw .memory(operation: path, bytes: size) }
            let image = FileImage(bytes: UnsafeRawBufferPointer(start: memory, count: size + seal))
            try check(H5Fget_file_image(file, memory, size))
            try Superblock.correctChecksum(of: UnsafeMutableRawBufferPointer(start: memory, count: size), path)
            if isPlain { return image }
            let mark = Seal.bytes(for: UnsafeRawBufferPointer(rebasing: image.bytes[..<size]))
            UnsafeMutableRawBufferPointer(start: memory + size, count: Seal.size).copyBytes(from: mark)
            return image
        }
    }

    func image(of tree: Snapshot, libraryVersion: String) throws(Failure) -> FileImage {
        try HDF5.require(for: path)
        for (name, _) in tree.attributes where CheckpointFormat.reserved.contains(name) {
            throw .argument(operation: path, "the attribute name '\(name)' belongs to the checkpoint's format")
        }
        let file = try createFile()
        try write(CheckpointFormat.formatAttribute, .text(CheckpointFormat.name), to: file.id)
        try write(CheckpointFormat.versionAttribute, .integer(CheckpointFormat.version), to: file.id)
        try write(CheckpointFormat.libraryAttribute, .text(libraryVersion), to: file.id)
        try write(tree, to: file.id, depth: 0, at: "")
        return try image(of: file.id)
    }

    private func write(_ tree: Snapshot, to group: hid_t, depth: Int, at place: String) throws(Failure) {
        guard depth <= CheckpointFormat.deepest else {
            throw .argument(operation: path, "modules are nested deeper than \(CheckpointFormat.deepest) levels")
        }
        try checkNames(tree.attributes.map(\.name), "attribute")
        try checkNames(tree.arrays.map(\.name) + tree.children.map(\.name), "array or group")
        for (name, value) in tree.attributes { try write(name, value, to: group) }
        for (name, array) in tree.arrays { try write(name, array, to: group, at: place + name) }
        for (name, child) in tree.children {
            let subgroup = try createGroup(name, in: group)
            try write(child, to: subgroup.id, depth: depth + 1, at: place + name + "/")
        }
    }

    private func checkNames(_ names: [String], _ what: String) throws(Failure) {
        var seen: Set<String> = []
        for name in names {
            guard !name.isEmpty, name != ".", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
                throw .argument(operation: path, "'\(name)' cannot be the name of an \(what)")
            }
            guard seen.insert(name).inserted else {
                throw .argument(operation: path, "there are two of the \(what) '\(name)'")
            }
        }
    }

    // MARK: Objects

    /// Only in memory. The format of HDF5 1.10 is the oldest whose metadata, chunk indexes included, all bears
    /// checksums.
    private func createFile() throws(Failure) -> Handle {
        try HDF5.locked { () throws(Failure) -> Handle in
            let access = try Handle(H5Pcreate(wb_h5_file_access()), path, cannot)
            try check(H5Pset_libver_bounds(access.id, H5F_LIBVER_V110, H5F_LIBVER_V110))
            try check(H5Pset_fapl_core(access.id, 1 << 20, false))
            let creation = try Handle(H5Pcreate(wb_h5_file_create()), path, cannot)
            try keepOrder(creation.id)
            // libhdf5 tells files in memory apart by their names.
            var generator = SystemRandomNumberGenerator()
            let name = "wingbeat-\(String(generator.next(), radix: 36))"
            return try Handle(H5Fcreate(name, wb_h5_truncate(), creation.id, access.id), path, cannot)
        }
    }

    private func createGroup(_ name: String, in group: hid_t) throws(Failure) -> Handle {
        try HDF5.locked { () throws(Failure) -> Handle in
            let creation = try Handle(H5Pcreate(wb_h5_group_create()), path, cannot)
            try keepOrder(creation.id)
            let links = try utf8Links()
            return try Handle(H5Gcreate2(group, name, links.id, creation.id, wb_h5_default()), path, cannot)
        }
    }

    private func write(_ name: String, _ array: Snapshot.HeldArray, to group: hid_t, at place: String) throws(Failure) {
        guard array.shape.count <= H5S_MAX_RANK else {
            throw .argument(
                operation: path, "array '\(name)' has rank \(array.shape.count); HDF5 stores up to \(H5S_MAX_RANK)")
        }
        var crc = CRC32()
        crc.update(array.bytes)
        try HDF5.locked { () throws(Failure) in
            let extents = array.shape.map { hsize_t($0) }
            let space =
                extents.isEmpty
                ? try Handle(H5Screate(H5S_SCALAR), path, cannot)
                : try Handle(H5Screate_simple(Int32(extents.count), extents, nil), path, cannot)
            let type = try HDF5.fileType(array.dtype, path, cannot)
            let creation = try datasetLayout(array)
            let links = try utf8Links()
            let dataset = try Handle(
                H5Dcreate2(group, name, type.id, space.id, links.id, creation.id, wb_h5_default()), path, cannot)
            if array.dtype == .bfloat16 {
                // HDF5 has no such number: its bits, and Keras's word for it.
                try write(CheckpointFormat.dtypeAttribute, .text(array.dtype.name), to: dataset.id)
            }
            for (name, value) in arrayAttributes[place] ?? [] { try write(name, value, to: dataset.id) }
            if !isPlain { try write(CheckpointFormat.checksumAttribute, .integer(Int64(crc.value)), to: dataset.id) }
            if array.count > 0 {
                try check(
                    H5Dwrite(dataset.id, type.id, wb_h5_all(), wb_h5_all(), wb_h5_default(), array.memory.pointer))
            }
        }
    }

    /// One value is a scalar; a list is an array of one axis: of numbers, of flags, or of texts in Python's notation
    /// where its elements are of several types.
    private func write(_ name: String, _ value: StateTree.Attribute, to object: hid_t) throws(Failure) {
        try HDF5.locked { () throws(Failure) in
            let creation = try Handle(H5Pcreate(wb_h5_attribute_create()), path, cannot)
            try check(H5Pset_char_encoding(creation.id, H5T_CSET_UTF8))
            let stored: StoredValue = try stored(value, name)
            let space: Handle
            switch stored.extent {
            case .nothing: space = try Handle(H5Screate(H5S_NULL), path, cannot)
            case .one: space = try Handle(H5Screate(H5S_SCALAR), path, cannot)
            case .many(let count): space = try Handle(H5Screate_simple(1, [hsize_t(count)], nil), path, cannot)
            }
            let attribute = try Handle(
                H5Acreate2(object, name, stored.type.id, space.id, creation.id, wb_h5_default()), path,
                "attribute '\(name)' cannot be written")
            // HDF5 has no bytes for an array of no elements.
            if !stored.bytes.isEmpty { try check(H5Awrite(attribute.id, stored.type.id, stored.bytes)) }
        }
    }

    private enum Extent {
        case nothing, one
        case many(Int)
    }

    /// A value as HDF5 stores it.
    private struct StoredValue: ~Copyable {
        let type: Handle
        let extent: Extent
        let bytes: [UInt8]
    }

    private func stored(_ value: Value, _ name: String) throws(Failure) -> StoredValue {
        switch value {
        case .none: return StoredValue(type: try integers(), extent: .nothing, bytes: [])
        case .integer(let integer):
            return StoredValue(type: try integers(), extent: .one, bytes: littleEndian(UInt64(bitPattern: integer)))
        case .real(let real): return StoredValue(type: try reals(), extent: .one, bytes: littleEndian(real.bitPattern))
        case .flag(let flag):
            return StoredValue(type: try HDF5.fileType(.bool, path, cannot), extent: .one, bytes: [flag ? 1 : 0])
        case .text(let text): return try texts([text], .one, name)
        case .list(let values):
            guard values.count <= CheckpointFormat.longestList else {
                throw .argument(
                    operation: path,
                    "the list of attribute '\(name)' holds \(values.count.counted("value")); a checkpoint stores up to "
                        + "\(CheckpointFormat.longestList)"
                )
            }
            let extent = Extent.many(values.count)
            let whole = values.compactMap(\.integer)
            if whole.count == values.count {
                return StoredValue(
                    type: try integers(), extent: extent, bytes: whole.flatMap { littleEndian(UInt64(bitPattern: $0)) })
            }
            let flags = values.compactMap(\.flag)
            if flags.count == values.count {
                return StoredValue(
                    type: try HDF5.fileType(.bool, path, cannot), extent: extent, bytes: flags.map { $0 ? 1 : 0 })
            }
            let real = values.compactMap { $0.integer == nil ? $0.real : nil }
            if real.count == values.count {
                return StoredValue(
                    type: try reals(), extent: extent, bytes: real.flatMap { littleEndian($0.bitPattern) })
            }
            let words = values.compactMap(\.text)
            return try texts(
                isPlain && words.count == values.count ? words : values.map(\.literal), extent, name)
        }
    }

    private func integers() throws(Failure) -> Handle { try Handle(H5Tcopy(wb_h5_i64_le()), path, cannot) }
    private func reals() throws(Failure) -> Handle { try Handle(H5Tcopy(wb_h5_f64_le()), path, cannot) }

    /// Texts of one length, the longest's, filled up with zero bytes.
    private func texts(_ texts: [String], _ extent: Extent, _ name: String) throws(Failure) -> StoredValue {
        let size = max(1, texts.map { $0.utf8.count }.max() ?? 1)  // HDF5 has no type of zero bytes
        var bytes: [UInt8] = []
        for text in texts {
            guard !text.utf8.contains(0) else {
                throw .argument(operation: path, "the text of attribute '\(name)' holds a zero byte")
            }
            bytes += Array(text.utf8) + Array(repeating: 0, count: size - text.utf8.count)
        }
        let type = try Handle(H5Tcopy(wb_h5_string()), path, cannot)
        try check(H5Tset_size(type.id, size))
        try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD))
        try check(H5Tset_cset(type.id, H5T_CSET_UTF8))
        return StoredValue(type: type, extent: extent, bytes: bytes)
    }

    // MARK: Properties

    private func datasetLayout(_ array: Snapshot.HeldArray) throws(Failure) -> Handle {
        let creation = try Handle(H5Pcreate(wb_h5_dataset_create()), path, cannot)
        try check(H5Pset_obj_track_times(creation.id, false))
        if array.bytes.count <= CheckpointFormat.compactBytes {
            try check(H5Pset_layout(creation.id, H5D_COMPACT))
        } else {
            let chunk = CheckpointFormat.chunk(of: array.shape, elementSize: array.dtype.size).map { hsize_t($0) }
            try check(H5Pset_chunk(creation.id, Int32(chunk.count), chunk))
            try check(H5Pset_fletcher32(creation.id))
        }
        return creation
    }

    /// Remembers in which order links and attributes are made, and no times: the same tree shall give the same bytes.
    private func keepOrder(_ creation: hid_t) throws(Failure) {
        let order = wb_h5_order_tracked() | wb_h5_order_indexed()
        try check(H5Pset_link_creation_order(creation, order))
        try check(H5Pset_attr_creation_order(creation, order))
        try check(H5Pset_obj_track_times(creation, false))
    }

    private func utf8Links() throws(Failure) -> Handle {
        let links = try Handle(H5Pcreate(wb_h5_link_create()), path, cannot)
        try check(H5Pset_char_encoding(links.id, H5T_CSET_UTF8))
        return links
    }

    private func littleEndian(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }

    private var cannot: String { "the checkpoint cannot be made" }

    @discardableResult
    private func check<ID: SignedInteger>(_ id: ID) throws(Failure) -> ID { try HDF5.check(id, path, cannot) }
}
