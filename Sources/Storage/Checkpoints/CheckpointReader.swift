import CHDF5
import Engine

/// Reads what `writeCheckpoint` wrote; `format` failures for files that are damaged, of another format or of a newer version.
/// Checkpoints that other tools have rewritten (edited attributes, compressed arrays) are read as well.
public func readCheckpoint(_ path: String) throws(Failure) -> StateTree {
    let isSealed = try Seal.check(path)
    let file = try HDF5File(path)
    if !isSealed, try !file.endsWithItsData() {
        throw .format(path: path, "damaged or cut short: the checksum at its end is missing")
    }
    return try CheckpointReader(file: file).root()
}

private final class CheckpointReader {
    private let file: HDF5File
    private var path: String { file.path }
    /// Addresses of the groups and arrays that were read. A second link to one could be a circle.
    private var visited: Set<haddr_t> = []

    init(file: HDF5File) { self.file = file }

    func root() throws(Failure) -> StateTree {
        let root = try HDF5.locked { () throws(Failure) -> Handle in
            try Handle(H5Gopen2(file.handle.id, "/", wb_h5_default()), path, "damaged")
        }
        guard HDF5.locked({ H5Aexists(root.id, CheckpointFormat.formatAttribute) > 0 }),
            case .text(CheckpointFormat.name) = try attribute(CheckpointFormat.formatAttribute, of: root.id, at: "")
        else { throw .format(path: path, "an HDF5 file, but not a Wingbeat checkpoint") }
        var tree = try group(root.id, at: "", depth: 0)
        guard let version = tree.integer(CheckpointFormat.versionAttribute) else {
            throw .format(path: path, "not a Wingbeat checkpoint: it does not say which version of the format it has")
        }
        guard version <= CheckpointFormat.version else {
            let writer = tree.text(CheckpointFormat.libraryAttribute).map { " by Wingbeat \($0)" } ?? ""
            throw .format(
                path: path,
                "written\(writer) in version \(version) of the checkpoint format; this library reads up to version \(CheckpointFormat.version)"
            )
        }
        tree.attributes.removeAll { CheckpointFormat.reserved.contains($0.name) }
        return tree
    }

    private func group(_ id: hid_t, at place: String, depth: Int) throws(Failure) -> StateTree {
        guard depth <= CheckpointFormat.deepest else { throw .format(path: path, "its groups are nested too deep, at '\(place)'") }
        try visit(id, at: place)
        var tree = StateTree()
        for name in try attributeNames(of: id, at: place) {
            tree.attributes.append((name, try attribute(name, of: id, at: place)))
        }
        for name in try linkNames(of: id, at: place) {
            let child = place.isEmpty ? name : place + "/" + name
            let object = try HDF5.locked { () throws(Failure) -> Handle in
                try Handle(H5Oopen(id, name, wb_h5_default()), path, "damaged: '\(child)' cannot be opened")
            }
            switch HDF5.locked({ H5Iget_type(object.id) }) {
            case H5I_GROUP: tree.children.append((name, try group(object.id, at: child, depth: depth + 1)))
            case H5I_DATASET:
                try visit(object.id, at: child)
                tree.arrays.append((name, try array(child)))
            default: throw .format(path: path, "'\(child)' is neither a group nor an array")
            }
        }
        return tree
    }

    private func visit(_ id: hid_t, at place: String) throws(Failure) {
        var address: haddr_t = 0
        _ = try HDF5.locked { () throws(Failure) in
            try HDF5.check(wb_h5_address(id, &address), path, "damaged: '\(place)' cannot be opened")
        }
        guard visited.insert(address).inserted else { throw .format(path: path, "'\(place)' is a second link to one object") }
    }

    private func array(_ place: String) throws(Failure) -> Tensor {
        let dataset = try HDF5Dataset.open(file, place, what: "array '\(place)'")
        let dtype: DType
        switch dataset.storedType {
        case .integers(.uint8): dtype = .uint8
        case .integers(.int32): dtype = .int32
        case .integers(.int64): dtype = .int64
        case .floats(.float32): dtype = .float32
        case .floats(.float64): dtype = .float64
        case .labels(_, isBoolean: true): dtype = .bool
        default:
            throw .format(path: path, "array '\(place)' holds \(dataset.storedType), which no checkpoint has")
        }
        guard dataset.isWholeAndHere() else { throw .format(path: path, "array '\(place)' is not stored in this file, or not all of it") }
        return try Tensor(dtype: dtype, shape: dataset.shape) { (memory) throws(Failure) in
            try dataset.read(into: memory)
            guard dtype == .bool else { return }
            let bytes = UnsafeRawBufferPointer(start: memory, count: dataset.shape.reduce(1, *))
            guard bytes.allSatisfy({ $0 <= 1 }) else { throw .format(path: path, "array '\(place)' holds a bool other than 0 and 1") }
        }
    }

    // MARK: Names

    private func linkNames(of id: hid_t, at place: String) throws(Failure) -> [String] {
        struct Found {
            var names: [String] = []
            var others: [String] = []
        }
        var found = Found()
        try HDF5.locked { () throws(Failure) in
            let creation = try Handle(H5Gget_create_plist(id), path, "damaged at '\(place)'")
            var order: UInt32 = 0
            try HDF5.check(H5Pget_link_creation_order(creation.id, &order), path, "damaged at '\(place)'")
            let index = order & wb_h5_order_tracked() == 0 ? H5_INDEX_NAME : H5_INDEX_CRT_ORDER
            let status = withUnsafeMutablePointer(to: &found) { found in
                wb_h5_iterate_links(
                    id, index,
                    { _, name, link, found in
                        guard let name, let link, let found = found?.assumingMemoryBound(to: Found.self) else { return -1 }
                        if link.pointee.type == H5L_TYPE_HARD {
                            found.pointee.names.append(String(cString: name))
                        } else {
                            found.pointee.others.append(String(cString: name))
                        }
                        return 0
                    }, found)
            }
            try HDF5.check(status, path, "damaged at '\(place)'")
        }
        if let link = found.others.first { throw .format(path: path, "'\(link)' in '/\(place)' is a link to elsewhere, which no checkpoint has") }
        return found.names
    }

    private func attributeNames(of id: hid_t, at place: String) throws(Failure) -> [String] {
        var names: [String] = []
        try HDF5.locked { () throws(Failure) in
            let creation = try Handle(H5Gget_create_plist(id), path, "damaged at '\(place)'")
            var order: UInt32 = 0
            try HDF5.check(H5Pget_attr_creation_order(creation.id, &order), path, "damaged at '\(place)'")
            let index = order & wb_h5_order_tracked() == 0 ? H5_INDEX_NAME : H5_INDEX_CRT_ORDER
            let status = withUnsafeMutablePointer(to: &names) { names in
                H5Aiterate2(
                    id, index, H5_ITER_INC, nil,
                    { _, name, _, names in
                        guard let name, let names = names?.assumingMemoryBound(to: [String].self) else { return -1 }
                        names.pointee.append(String(cString: name))
                        return 0
                    }, names)
            }
            try HDF5.check(status, path, "damaged at '\(place)'")
        }
        return names
    }

    // MARK: Attributes

    private func attribute(_ name: String, of object: hid_t, at place: String) throws(Failure) -> StateTree.Attribute {
        let what = "attribute '\(name)' of '/\(place)'"
        return try HDF5.locked { () throws(Failure) -> StateTree.Attribute in
            let attribute = try Handle(H5Aopen(object, name, wb_h5_default()), path, "damaged: \(what) cannot be opened")
            let type = try Handle(H5Aget_type(attribute.id), path, "damaged: \(what) cannot be read")
            let space = try Handle(H5Aget_space(attribute.id), path, "damaged: \(what) cannot be read")
            guard H5Sget_simple_extent_npoints(space.id) == 1 else { throw .format(path: path, "\(what) holds an array, not one value") }
            switch H5Tget_class(type.id) {
            case H5T_INTEGER:
                if H5Tget_size(type.id) == 8, H5Tget_sign(type.id) == H5T_SGN_NONE {
                    var value: UInt64 = 0
                    try HDF5.check(H5Aread(attribute.id, wb_h5_u64(), &value), path, "damaged: \(what) cannot be read")
                    guard let value = Int64(exactly: value) else { throw .format(path: path, "\(what) is too large: \(value)") }
                    return .integer(value)
                }
                var value: Int64 = 0
                try HDF5.check(H5Aread(attribute.id, wb_h5_i64(), &value), path, "damaged: \(what) cannot be read")
                return .integer(value)
            case H5T_FLOAT:
                var value = 0.0
                try HDF5.check(H5Aread(attribute.id, wb_h5_f64(), &value), path, "damaged: \(what) cannot be read")
                return .real(value)
            case H5T_STRING:
                return .text(try text(attribute.id, type.id, what))
            default:
                throw .format(path: path, "\(what) is neither a number nor a text")
            }
        }
    }

    private func text(_ attribute: hid_t, _ type: hid_t, _ what: String) throws(Failure) -> String {
        let unreadable = "damaged: \(what) cannot be read"
        var bytes: [UInt8]
        if H5Tis_variable_str(type) > 0 {
            var pointer: UnsafeMutablePointer<CChar>?
            try HDF5.check(H5Aread(attribute, type, &pointer), path, unreadable)
            guard let pointer else { return "" }
            defer { H5free_memory(pointer) }
            bytes = []
            var next = UnsafePointer(pointer)
            while next.pointee != 0 {
                bytes.append(UInt8(bitPattern: next.pointee))
                next += 1
            }
        } else {
            let size = H5Tget_size(type)
            guard size <= H5Aget_storage_size(attribute), size < 1 << 30 else { throw .format(path: path, unreadable) }
            bytes = [UInt8](repeating: 0, count: size)
            try HDF5.check(H5Aread(attribute, type, &bytes), path, unreadable)
            switch H5Tget_strpad(type) {
            case H5T_STR_NULLTERM: bytes = Array(bytes.prefix { $0 != 0 })
            case H5T_STR_SPACEPAD: while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
            default: while bytes.last == 0 { bytes.removeLast() }
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .format(path: path, "\(what) is not a text in UTF-8") }
        return text
    }
}
