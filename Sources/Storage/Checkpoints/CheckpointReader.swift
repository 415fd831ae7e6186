import CHDF5
import Engine

/// Reads what `writeCheckpoint` wrote; `format` failures for files that are damaged, of another format or of a newer version.
/// Checkpoints that other tools have rewritten (edited attributes, compressed arrays) are read as well. `version` is that of the file's format.
public func readCheckpoint(_ path: String) throws(Failure) -> (tree: StateTree, version: Int) {
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

    func root() throws(Failure) -> (tree: StateTree, version: Int) {
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
        guard version >= 1 else { throw .format(path: path, "there is no version \(version) of the checkpoint format") }
        tree.attributes.removeAll { CheckpointFormat.reserved.contains($0.name) }
        return (tree, Int(version))
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
            switch H5Sget_simple_extent_type(space.id) {
            case H5S_NULL: return .none
            case H5S_SIMPLE where H5Sget_simple_extent_ndims(space.id) == 1:
                let count = Int(H5Sget_simple_extent_npoints(space.id))
                guard count >= 0, count <= CheckpointFormat.longestList else { throw .format(path: path, "\(what) holds \(count) values, which are too many") }
                if count == 0 { return .list([]) }
                let values = try values(attribute.id, type.id, count, what)
                // A list of texts is one of values in Python's notation.
                guard case .text? = values.first else { return .list(values) }
                return .list(
                    try values.map { (value) throws(Failure) -> Value in
                        do throws(Failure) {
                            return try Reader.value(value.text ?? "", operation: path)
                        } catch {
                            throw .format(path: path, "\(what) holds a text that is no value: \(error)")
                        }
                    })
            default:
                guard H5Sget_simple_extent_npoints(space.id) == 1 else { throw .format(path: path, "\(what) holds an array of several axes") }
                return try values(attribute.id, type.id, 1, what)[0]
            }
        }
    }

    /// `count` values of one type.
    private func values(_ attribute: hid_t, _ type: hid_t, _ count: Int, _ what: String) throws(Failure) -> [Value] {
        let unreadable = "damaged: \(what) cannot be read"
        switch H5Tget_class(type) {
        case H5T_INTEGER where H5Tget_size(type) == 8 && H5Tget_sign(type) == H5T_SGN_NONE:
            var numbers = [UInt64](repeating: 0, count: count)
            try HDF5.check(H5Aread(attribute, wb_h5_u64(), &numbers), path, unreadable)
            return try numbers.map { (number) throws(Failure) -> Value in
                guard let number = Int64(exactly: number) else { throw .format(path: path, "\(what) is too large: \(number)") }
                return .integer(number)
            }
        case H5T_INTEGER:
            var numbers = [Int64](repeating: 0, count: count)
            try HDF5.check(H5Aread(attribute, wb_h5_i64(), &numbers), path, unreadable)
            return numbers.map { .integer($0) }
        case H5T_FLOAT:
            var numbers = [Double](repeating: 0, count: count)
            try HDF5.check(H5Aread(attribute, wb_h5_f64(), &numbers), path, unreadable)
            return numbers.map { .real($0) }
        case H5T_ENUM:
            guard StoredType.isBoolean(type), H5Tget_size(type) == 1 else { throw .format(path: path, "\(what) is an enumeration other than FALSE and TRUE") }
            var flags = [UInt8](repeating: 0, count: count)
            try HDF5.check(H5Aread(attribute, type, &flags), path, unreadable)
            guard flags.allSatisfy({ $0 <= 1 }) else { throw .format(path: path, "\(what) holds a flag other than 0 and 1") }
            return flags.map { .flag($0 == 1) }
        case H5T_STRING: return try texts(attribute, type, count, what).map { .text($0) }
        default: throw .format(path: path, "\(what) is neither a number nor a text")
        }
    }

    private func texts(_ attribute: hid_t, _ type: hid_t, _ count: Int, _ what: String) throws(Failure) -> [String] {
        let unreadable = "damaged: \(what) cannot be read"
        var found: [[UInt8]] = []
        if H5Tis_variable_str(type) > 0 {
            var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
            try HDF5.check(H5Aread(attribute, type, &pointers), path, unreadable)
            defer { for pointer in pointers { H5free_memory(pointer) } }
            for pointer in pointers {
                var bytes: [UInt8] = []
                var next = pointer.map { UnsafePointer($0) }
                while let byte = next?.pointee, byte != 0 {
                    bytes.append(UInt8(bitPattern: byte))
                    next = next.map { $0 + 1 }
                }
                found.append(bytes)
            }
        } else {
            let size = H5Tget_size(type)
            guard size > 0, size < 1 << 30, size * count <= H5Aget_storage_size(attribute) else { throw .format(path: path, unreadable) }
            var bytes = [UInt8](repeating: 0, count: size * count)
            try HDF5.check(H5Aread(attribute, type, &bytes), path, unreadable)
            for place in 0..<count {
                var part = Array(bytes[place * size..<(place + 1) * size])
                switch H5Tget_strpad(type) {
                case H5T_STR_NULLTERM: part = Array(part.prefix { $0 != 0 })
                case H5T_STR_SPACEPAD: while part.last == UInt8(ascii: " ") { part.removeLast() }
                default: while part.last == 0 { part.removeLast() }
                }
                found.append(part)
            }
        }
        return try found.map { (bytes) throws(Failure) -> String in
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .format(path: path, "\(what) is not a text in UTF-8") }
            return text
        }
    }
}
