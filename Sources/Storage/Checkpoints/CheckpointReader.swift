import Engine
import Machine

/// Reads what `writeCheckpoint` wrote; `format` failures for files that are damaged, of another format or of a newer
/// version. Checkpoints that other tools have rewritten (edited attributes, compressed arrays) are read as well.
/// `version` is that of the file's format.
public func readCheckpoint(_ path: FilePath) throws(Failure) -> (tree: StateTree, version: Int) {
    try CheckpointReader(file: sealedFile(path)).root()
}

/// The attributes of a checkpoint's root alone. Below it only the seal is looked at, which is of all bytes.
func checkpointAttributes(_ path: FilePath) throws(Failure) -> StateTree {
    try CheckpointReader(file: sealedFile(path)).attributes()
}

/// A file whose seal fits, or which has none and ends where its HDF5 part does.
private func sealedFile(_ path: FilePath) throws(Failure) -> StoredFile {
    let opened = try RegularFile(path)
    let isSealed = try Seal.check(opened)
    let file = try StoredFile(opened)
    if !isSealed, !file.endsWithItsData {
        throw .format(path: "\(path)", "damaged or cut short: the checksum at its end is missing")
    }
    return file
}

private final class CheckpointReader {
    private let file: StoredFile
    private var path: String { "\(file.path)" }
    /// Addresses of the groups and arrays that were read. A second link to one could be a circle.
    private var visited: Set<UInt64> = []

    init(file: StoredFile) { self.file = file }

    func root() throws(Failure) -> (tree: StateTree, version: Int) {
        let root = try StoredObject(file, at: file.root)
        let format = try root.attributes().first { $0.name == CheckpointFormat.formatAttribute }
        guard let format, case .text(CheckpointFormat.name) = try value(format, at: "") else {
            throw .format(path: path, "an HDF5 file, but not a Wingbeat checkpoint")
        }
        var tree = try group(root, at: "", depth: 0)
        guard let version = tree.integer(CheckpointFormat.versionAttribute) else {
            throw .format(path: path, "not a Wingbeat checkpoint: it does not say which version of the format it has")
        }
        guard version <= CheckpointFormat.version else {
            let writer = tree.text(CheckpointFormat.libraryAttribute).map { " by Wingbeat \($0)" } ?? ""
            throw .format(
                path: path,
                "written\(writer) in version \(version) of the checkpoint format; this library reads up to version "
                    + "\(CheckpointFormat.version)"
            )
        }
        guard version >= 1 else { throw .format(path: path, "there is no version \(version) of the checkpoint format") }
        tree.attributes.removeAll { CheckpointFormat.reserved.contains($0.name) }
        return (tree, Int(version))
    }

    func attributes() throws(Failure) -> StateTree {
        var tree = StateTree()
        for attribute in try StoredObject(file, at: file.root).attributes() {
            tree.attributes.append((attribute.name, try value(attribute, at: "")))
        }
        return tree
    }

    private func group(_ object: StoredObject, at place: String, depth: Int) throws(Failure) -> StateTree {
        guard depth <= CheckpointFormat.deepest else {
            throw .format(path: path, "its groups are nested too deep, at '\(place)'")
        }
        try visit(object, at: place)
        file.place = place
        var tree = StateTree()
        for attribute in try object.attributes() {
            tree.attributes.append((attribute.name, try value(attribute, at: place)))
        }
        for link in try object.links() {
            guard let address = link.address else {
                throw .format(
                    path: path, "'\(link.name)' in '/\(place)' is a link to elsewhere, which no checkpoint has")
            }
            let child = place.isEmpty ? link.name : place + "/" + link.name
            file.place = child
            let object = try StoredObject(file, at: address)
            if object.isGroup {
                tree.children.append((link.name, try group(object, at: child, depth: depth + 1)))
            } else if object.isArray {
                try visit(object, at: child)
                tree.arrays.append((link.name, try array(object, child)))
            } else {
                throw .format(path: path, "'\(child)' is neither a group nor an array")
            }
        }
        return tree
    }

    private func visit(_ object: StoredObject, at place: String) throws(Failure) {
        guard visited.insert(object.address).inserted else {
            throw .format(path: path, "'\(place)' is a second link to one object")
        }
    }

    private func array(_ object: StoredObject, _ place: String) throws(Failure) -> Tensor {
        let array = try object.array()
        let dtype: DType
        switch array.type {
        case .integer(1, false, _): dtype = .uint8
        case .integer(4, true, _): dtype = .int32
        case .integer(8, true, _): dtype = .int64
        case .float(4, _): dtype = .float32
        case .float(8, _): dtype = .float64
        case .float(2, _): dtype = .float16
        case .integer(2, _, _) where try isBFloat16(object, place): dtype = .bfloat16
        case .flag: dtype = .bool
        default:
            throw .format(path: path, "array '\(place)' holds \(array.type.name), which no checkpoint has")
        }
        let bytes = array.shape.reduce(dtype.size, *)
        return try Tensor(dtype: dtype, shape: array.shape) { (memory) throws(Failure) in
            try array.read(into: memory)
            try checkChecksum(of: array, UnsafeRawBufferPointer(start: memory, count: bytes), object, place)
            guard dtype == .bool else { return }
            let bytes = UnsafeRawBufferPointer(start: memory, count: array.shape.reduce(1, *))
            guard bytes.allSatisfy({ $0 <= 1 }) else {
                throw .format(path: path, "array '\(place)' holds a bool other than 0 and 1")
            }
        }
    }

    /// Where the elements are not those that the writer took a checksum of, and HDF5's own is right, another program
    /// has changed them by way of HDF5, which is allowed. Where HDF5 keeps none, nobody can tell: then the file counts
    /// as damaged.
    private func checkChecksum(
        of array: StoredArray, _ bytes: UnsafeRawBufferPointer, _ object: StoredObject, _ place: String
    ) throws(Failure) {
        let stored = try object.attributes().first { $0.name == CheckpointFormat.checksumAttribute }
        guard let stored, case .integer(let expected) = try value(stored, at: place) else { return }
        var crc = CRC32()
        crc.update(bytes)
        if Int64(crc.value) == expected { return }
        guard array.hasChecksum else {
            throw .format(path: path, "damaged: the checksum of array '\(place)' does not fit its elements")
        }
        Log.note("\(path): another program has changed array '\(place)' since it was saved")
    }

    /// Whether an array of 16-bit integers has bfloat16 numbers' bits, which an attribute says, as in Keras's files.
    private func isBFloat16(_ object: StoredObject, _ place: String) throws(Failure) -> Bool {
        let dtype = try object.attributes().first { $0.name == CheckpointFormat.dtypeAttribute }
        guard let dtype, case .text(DType.bfloat16.name) = try value(dtype, at: place) else { return false }
        return true
    }

    // MARK: Attributes

    private func value(_ attribute: StoredObject.Attribute, at place: String) throws(Failure) -> Value {
        let what = "attribute '\(attribute.name)' of '/\(place)'"
        guard let shape = attribute.extent.shape else { return .none }
        guard shape.count == 1 else {
            guard attribute.extent.count == 1 else {
                throw .format(path: path, "\(what) holds an array of several axes")
            }
            return try file.values(attribute, 1, what)[0]
        }
        let count = shape[0]
        guard count <= CheckpointFormat.longestList else {
            throw .format(path: path, "\(what) holds \(count.counted("value")), which are too many")
        }
        if count == 0 { return .list([]) }
        let values = try file.values(attribute, count, what)
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
    }
}
