import CHDF5
import Engine
import Glibc

/// Writes a tree of the form of `ModelFile.keras` as Keras does: whole or not at all. An archive has three stored
/// members; HDF5 is what all of Keras' own files have: a superblock of version 0, groups with tables of symbols,
/// contiguous arrays in little-endian order, no filters.
public func writeKerasFile(_ tree: StateTree, to path: FilePath, isArchive: Bool) throws(Failure) {
    let image = try KerasImage(path: "\(path)").image(of: tree)
    var bytes = image
    if isArchive {
        let version = tree.text("version") ?? ""
        var archive = ZipWriter()
        let metadata: JSON = ["keras_version": .text(version), "date_saved": .text(now())]
        try archive.add("metadata.json", Array(metadata.written.utf8))
        try archive.add("config.json", Array((tree.text("config") ?? "{}").utf8))
        try archive.add("model.weights.h5", image)
        bytes = archive.finished()
    }
    var failure: Failure?
    bytes.withUnsafeBytes { bytes in
        do throws(Failure) { try replaceFile(at: path, with: bytes) } catch { failure = error }
    }
    if let failure { throw failure }
}

/// "2025-01-31@12:00:00", in universal time.
private func now() -> String {
    var (seconds, fields) = (time(nil), tm())
    gmtime_r(&seconds, &fields)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(fields.tm_year + 1900)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday))"
    return "\(day)@\(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec))"
}

/// An HDF5 file in memory, made by libhdf5 in the oldest form that it writes.
private struct KerasImage {
    let path: String

    func image(of tree: StateTree) throws(Failure) -> [UInt8] {
        try HDF5.require(for: path)
        let file = try HDF5.locked { () throws(Failure) -> Handle in
            let access = try Handle(H5Pcreate(wb_h5_file_access()), path, cannot)
            try check(H5Pset_libver_bounds(access.id, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110))
            try check(H5Pset_fapl_core(access.id, 1 << 20, false))
            let creation = try Handle(H5Pcreate(wb_h5_file_create()), path, cannot)
            var generator = SystemRandomNumberGenerator()
            let name = "wingbeat-\(String(generator.next(), radix: 36))"
            return try Handle(H5Fcreate(name, wb_h5_truncate(), creation.id, access.id), path, cannot)
        }
        let weights = tree[child: "weights"] ?? StateTree()
        let version = Value.text(tree.text("version") ?? "")
        let marks: [(name: String, value: Value)] = [("keras_version", version), ("backend", .text("tensorflow"))]
        if tree.text("layout") == "layers" {
            try write(marks, to: file.id)
            try write(tree.text("config").map { [("model_config", .text($0))] } ?? [], to: file.id)
            try write(tree.text("training").map { [("training_config", .text($0))] } ?? [], to: file.id)
            let group = try createGroup("model_weights", in: file.id)
            try write(marks, to: group.id)
            try write(weights, to: group.id, depth: 1)
            if let optimizer = tree[child: "optimizer"] {
                let group = try createGroup("optimizer_weights", in: file.id)
                try write(optimizer, to: group.id, depth: 1)
            }
        } else {
            try write(weights, to: file.id, depth: 0)
            if let optimizer = tree[child: "optimizer"] {
                let group = try createGroup("optimizer", in: file.id)
                try write(optimizer, to: group.id, depth: 1)
            }
        }
        return try bytes(of: file.id)
    }

    private func bytes(of file: hid_t) throws(Failure) -> [UInt8] {
        try HDF5.locked { () throws(Failure) -> [UInt8] in
            try check(H5Fflush(file, H5F_SCOPE_GLOBAL))
            let size = Int(try check(H5Fget_file_image(file, nil, 0)))
            var bytes = [UInt8](repeating: 0, count: size)
            let got = bytes.withUnsafeMutableBytes { H5Fget_file_image(file, $0.baseAddress, size) }
            try check(got)
            return bytes
        }
    }

    private func write(_ tree: StateTree, to group: hid_t, depth: Int) throws(Failure) {
        guard depth <= 64 else { throw .argument(operation: path, "modules are nested too deep for a file of Keras") }
        try write(tree.attributes, to: group)
        var seen: Set<String> = []
        for name in tree.arrays.map(\.name) + tree.children.map(\.name) {
            guard !name.isEmpty, name != ".", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0),
                seen.insert(name).inserted
            else {
                throw .argument(operation: path, "'\(name.shortened)' cannot be a name in the file, or is there twice")
            }
        }
        for (name, tensor) in tree.arrays { try write(name, tensor, to: group) }
        for (name, child) in tree.children {
            let subgroup = try createGroup(name, in: group)
            try write(child, to: subgroup.id, depth: depth + 1)
        }
    }

    private func createGroup(_ name: String, in group: hid_t) throws(Failure) -> Handle {
        try HDF5.locked { () throws(Failure) -> Handle in
            try Handle(
                H5Gcreate2(group, name, wb_h5_default(), wb_h5_default(), wb_h5_default()), path, cannot)
        }
    }

    private func write(_ name: String, _ tensor: Tensor, to group: hid_t) throws(Failure) {
        try tensor.withData { (data) throws(Failure) in
            try HDF5.locked { () throws(Failure) in
                let extents = tensor.shape.map { hsize_t($0) }
                let space =
                    extents.isEmpty
                    ? try Handle(H5Screate(H5S_SCALAR), path, cannot)
                    : try Handle(H5Screate_simple(Int32(extents.count), extents, nil), path, cannot)
                let type = try type(of: tensor.dtype, name)
                let creation = try Handle(H5Pcreate(wb_h5_dataset_create()), path, cannot)
                try check(H5Pset_obj_track_times(creation.id, false))
                let dataset = try Handle(
                    H5Dcreate2(
                        group, name, type.id, space.id, wb_h5_default(), creation.id, wb_h5_default()), path, cannot)
                if tensor.count > 0 {
                    try check(H5Dwrite(dataset.id, type.id, wb_h5_all(), wb_h5_all(), wb_h5_default(), data))
                }
                // Keras finds by it what the two bytes are.
                if tensor.dtype == .bfloat16 { try write("dtype", tensor.dtype.name, to: dataset.id) }
            }
        }
    }

    private func type(of dtype: DType, _ name: String) throws(Failure) -> Handle {
        guard dtype != .bool else {
            throw .unsupported(
                operation: path, "'\(name)' is of \(dtype.name), which is not written for Keras; cast it to float32")
        }
        if dtype == .bfloat16 {
            let type = try Handle(H5Tcreate(H5T_OPAQUE, dtype.size), path, cannot)
            try check(H5Tset_tag(type.id, ""))
            return type
        }
        return try HDF5.fileType(dtype, path, cannot)
    }

    // MARK: Attributes

    /// Bytes of a list in one attribute: HDF5 has 64 KiB for all that it says of an object.
    private static let mostBytes = 64_512

    private func write(_ attributes: [(name: String, value: Value)], to object: hid_t) throws(Failure) {
        for (name, value) in attributes {
            if let text = value.text {
                try write(name, text, to: object)
            } else if let list = value.list {
                try write(name, list.compactMap(\.text), to: object)
            }
        }
    }

    /// A text of any length, which lies in a heap of the file.
    private func write(_ name: String, _ text: String, to object: hid_t) throws(Failure) {
        guard !text.utf8.contains(0) else {
            throw .argument(operation: path, "the text of attribute '\(name)' holds a zero byte")
        }
        try HDF5.locked { () throws(Failure) in
            let type = try Handle(H5Tcopy(wb_h5_string()), path, cannot)
            try check(H5Tset_size(type.id, Int(bitPattern: UInt.max)))  // H5T_VARIABLE
            try check(H5Tset_cset(type.id, H5T_CSET_UTF8))
            let space = try Handle(H5Screate(H5S_SCALAR), path, cannot)
            let attribute = try Handle(
                H5Acreate2(object, name, type.id, space.id, wb_h5_default(), wb_h5_default()), path, cannot)
            let written = text.withCString { text in
                var pointer: UnsafePointer<CChar>? = text
                return withUnsafeMutablePointer(to: &pointer) { H5Awrite(attribute.id, type.id, $0) }
            }
            try check(written)
        }
    }

    /// Texts of one length, in several attributes where one would be too large; an empty list is one of numbers.
    private func write(_ name: String, _ texts: [String], to object: hid_t) throws(Failure) {
        let size = max(1, texts.map { $0.utf8.count }.max() ?? 1)
        let most = max(1, KerasImage.mostBytes / size)
        guard size <= KerasImage.mostBytes else {
            throw .argument(operation: path, "a name in '\(name)' has \(size) bytes; HDF5 stores up to 64 KiB")
        }
        var parts: [ArraySlice<String>] = []
        var rest = texts[...]
        while !rest.isEmpty {
            parts.append(rest.prefix(most))
            rest = rest.dropFirst(most)
        }
        if parts.isEmpty { parts = [[]] }
        for (number, part) in parts.enumerated() {
            let own = parts.count == 1 ? name : "\(name)\(number)"
            var bytes: [UInt8] = []
            for text in part { bytes += Array(text.utf8) + Array(repeating: 0, count: size - text.utf8.count) }
            try HDF5.locked { () throws(Failure) in
                let type: Handle
                if part.isEmpty {
                    type = try Handle(H5Tcopy(wb_h5_f64_le()), path, cannot)
                } else {
                    type = try Handle(H5Tcopy(wb_h5_string()), path, cannot)
                    try check(H5Tset_size(type.id, size))
                    try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD))
                }
                let space = try Handle(H5Screate_simple(1, [hsize_t(part.count)], nil), path, cannot)
                let attribute = try Handle(
                    H5Acreate2(object, own, type.id, space.id, wb_h5_default(), wb_h5_default()), path, cannot)
                if !bytes.isEmpty { try check(H5Awrite(attribute.id, type.id, bytes)) }
            }
        }
    }

    private var cannot: String { "the file of Keras cannot be made" }

    @discardableResult
    private func check<ID: SignedInteger>(_ id: ID) throws(Failure) -> ID { try HDF5.check(id, path, cannot) }
}
