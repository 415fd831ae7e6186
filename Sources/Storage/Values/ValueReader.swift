import Engine
import Glibc

/// How files of others are read.
public struct FileReading {
    /// As the file has it, without looking at who wrote it.
    public var isRaw = false
    /// MATLAB's arrays get MATLAB's order of axes.
    public var turnsAxes = false
    /// Fill values become NaN, and scale_factor and add_offset are applied.
    public var scales = false
    /// Bytes that everything together may take; nil for 1 GiB and 16 times the file's size.
    public var limit: Int?

    public init() {}
}

/// What an HDF5 file holds at `name`, "" for all of it. Read without libhdf5: nothing that a file says is believed (see
/// StoredFile), and the whole takes no more memory than the limit.
public func readHDF5(_ path: FilePath, _ name: String, _ reading: FileReading) throws(Failure) -> FileValue {
    let reader = try ValueReader(path, reading)
    return try reader.value(at: name)
}

/// The attributes of an object of an HDF5 file.
public func hdf5Attributes(_ path: FilePath, _ name: String, _ reading: FileReading) throws(Failure) -> FileMap {
    let reader = try ValueReader(path, reading)
    let object = try reader.object(at: name)
    return FileMap(try reader.attributes(of: object))
}

/// Reads values of a file, and of the files that it leads to.
final class ValueReader {
    let reading: FileReading
    let path: FilePath
    private var room: Int
    private var items = 0
    private var files: [(path: [UInt8], file: StoredFile)] = []
    /// Objects that are being read, and what was found at those that were, with its number of items.
    var open: Set<Key> = []
    private var known: [Key: (value: FileValue, items: Int)] = [:]
    private var names: [UInt64: String]?
    var lastRegionArray: RegionArray?
    private var pyTables: [ObjectIdentifier: Bool] = [:]

    struct Key: Hashable {
        let file: ObjectIdentifier
        let address: UInt64

        init(_ object: StoredObject) { (file, address) = (ObjectIdentifier(object.file), object.address) }
    }

    static let deepest = 64
    private static let mostItems = 1 << 22
    private static let mostFiles = 4096
    /// What a text or an item takes beside its bytes.
    static let itemBytes = 64

    init(_ path: FilePath, _ reading: FileReading) throws(Failure) {
        (self.path, self.reading) = (path, reading)
        let file = try StoredFile(RegularFile(path))
        room = reading.limit ?? (1 << 30) + 16 * file.size
        files = [(path.bytes, file)]
    }

    var root: StoredFile { files[0].file }

    /// Throws where there is no room for so many bytes more.
    func take(_ bytes: Int, in file: StoredFile) throws(Failure) {
        guard bytes <= room else {
            throw .memory(operation: "\(file.path): '\(file.place.shortened)' is larger than the limit", bytes: bytes)
        }
        room -= bytes
    }

    /// Gives back what was taken for a while.
    func give(_ bytes: Int) { room += bytes }

    /// The product, which must be a number.
    func product(_ numbers: [Int], in file: StoredFile) throws(Failure) -> Int {
        var result = 1
        for number in numbers {
            let (product, overflow) = result.multipliedReportingOverflow(by: number)
            guard !overflow else { throw file.damaged("it has more elements than any memory") }
            result = product
        }
        return result
    }

    // MARK: Finding

    func value(at name: String) throws(Failure) -> FileValue {
        let object = try object(at: name)
        let value = try value(of: object, at: name, depth: 0)
        if case .unread(let reason) = value { throw .unsupported(operation: "\(path)", reason) }
        return value
    }

    func object(at name: String) throws(Failure) -> StoredObject {
        let object = try find(Array(name.utf8), from: StoredObject(root, at: root.root), links: 0)
        guard let object else {
            let (names, isWhole) = root.arrayNames(atMost: 8)
            let shown = names.map { $0.shortened }.joined(separator: ", ") + (isWhole ? "" : ", ...")
            throw .argument(
                operation: "\(path)",
                "there is nothing at '\(name.shortened)'; " + (names.isEmpty ? "it has no arrays" : "it has: \(shown)"))
        }
        return object
    }

    /// The object at the end of a path; nil where there is none.
    func find(_ path: [UInt8], from start: StoredObject, links: Int) throws(Failure) -> StoredObject? {
        guard links < 32 else { return nil }
        var object = start
        if path.first == UInt8(ascii: "/") { object = try StoredObject(start.file, at: start.file.root) }
        for part in path.split(separator: UInt8(ascii: "/")) where part != [UInt8(ascii: ".")] {
            guard object.isGroup else { return nil }
            let name = Array(part)
            guard let link = try object.links().first(where: { Array($0.name.utf8) == name }),
                let next = try target(of: link, in: object, links: links)
            else { return nil }
            object = next
        }
        return object
    }

    func target(of link: StoredObject.Link, in group: StoredObject, links: Int = 0) throws(Failure) -> StoredObject? {
        if let address = link.address { return try StoredObject(group.file, at: address) }
        guard let target = link.target else { return nil }
        guard let name = target.file else { return try find(target.path, from: group, links: links + 1) }
        guard let file = try file(named: name, from: group.file) else { return nil }
        return try find(target.path, from: StoredObject(file, at: file.root), links: links + 1)
    }

    /// A file that another names; nil where it is not there.
    func file(named name: [UInt8], from file: StoredFile) throws(Failure) -> StoredFile? {
        if name == [UInt8(ascii: ".")] { return file }
        guard let text = String(validating: name, as: UTF8.self), !text.isEmpty else { return nil }
        for place in OtherFiles.places(of: text, from: "\(file.path)", prefixes: "HDF5_EXT_PREFIX")
        where OtherFiles.kind(place) == .regular {
            let bytes = Array(place.utf8)
            if let known = files.first(where: { $0.path == bytes }) { return known.file }
            guard files.count < ValueReader.mostFiles else { throw file.damaged("it leads to too many files") }
            let found = try StoredFile(RegularFile(FilePath(place)))
            files.append((bytes, found))
            return found
        }
        return nil
    }

    /// Where an object is, by the first path that leads to it; nil where none does.
    func name(of address: UInt64) -> String? {
        if names == nil { names = root.objectNames() }
        return names?[address]
    }

    /// Whether PyTables wrote a file, and it is not read as it is.
    func isPyTables(_ file: StoredFile) throws(Failure) -> Bool {
        if reading.isRaw { return false }
        if let known = pyTables[ObjectIdentifier(file)] { return known }
        let names = try StoredObject(file, at: file.root).attributes().map(\.name)
        let found = names.contains("PYTABLES_FORMAT_VERSION")
        pyTables[ObjectIdentifier(file)] = found
        return found
    }

    // MARK: Values

    /// Of an object, once for all places where it is.
    func value(of object: StoredObject, at place: String, depth: Int) throws(Failure) -> FileValue {
        let key = Key(object)
        let before = items
        if let known = known[key] {
            try count(known.items, in: object.file)
            return known.value
        }
        guard depth <= ValueReader.deepest else { throw object.file.damaged("its groups are nested too deep") }
        guard open.insert(key).inserted else { return .unread("'\(place.shortened)' leads back to a group around it") }
        defer { open.remove(key) }
        try count(1, in: object.file)
        let outer = object.file.place
        object.file.place = place
        defer { object.file.place = outer }
        let value: FileValue
        do throws(Failure) {
            value = try object.isArray ? array(object, depth) : group(object, at: place, depth)
        } catch {
            // What is sound and not read here does not keep the rest from being read.
            guard case .unsupported(_, let reason) = error else { throw error }
            value = .unread(reason)
        }
        known[key] = (value, items - before)
        return value
    }

    func count(_ number: Int, in file: StoredFile) throws(Failure) {
        items += number
        guard items <= ValueReader.mostItems else { throw file.damaged("it has too many objects in all") }
    }

    private func group(_ object: StoredObject, at place: String, _ depth: Int) throws(Failure) -> FileValue {
        guard object.isGroup else {
            let kind = object.isType ? "a type with a name, and has no value" : "neither a group nor an array"
            return .unread("'\(place.shortened)' is \(kind)")
        }
        let map = FileMap([], attributes: try attributes(of: object))
        for link in try object.links() {
            if !reading.isRaw, place.isEmpty, ["#refs#", "#subsystem#"].contains(link.name) { continue }
            // PyTables' indexes of tables.
            if link.name.hasPrefix("_i_"), try isPyTables(object.file) { continue }
            let child = place.isEmpty ? link.name : place + "/" + link.name
            guard let target = try target(of: link, in: object) else {
                map.members.append((link.name, .unread("'\(child.shortened)' leads to what is not there")))
                continue
            }
            if target.isType { continue }
            if !reading.isRaw, try isBareDimension(target) { continue }
            map.members.append((link.name, try value(of: target, at: child, depth: depth + 1)))
        }
        return reading.isRaw ? .map(map) : try interpreted(map, of: object)
    }

    // MARK: Attributes

    func attributes(of object: StoredObject) throws(Failure) -> [(name: String, value: FileValue)] {
        var found: [(name: String, value: FileValue)] = []
        for attribute in try object.attributes() {
            do throws(Failure) {
                found.append((attribute.name, try value(of: attribute, in: object.file)))
            } catch {
                guard case .unsupported(_, let reason) = error else { throw error }
                found.append((attribute.name, .unread(reason)))
            }
        }
        return found
    }

    private func value(of attribute: StoredObject.Attribute, in file: StoredFile) throws(Failure) -> FileValue {
        let type = try ItemType(attribute.description.body, isShared: attribute.description.isShared, in: file)
        guard let shape = attribute.extent.shape else { return .nothing }
        let size = type.size(in: file)
        let count = try product(shape, in: file)
        guard size > 0, count <= attribute.data.rest / size else {
            throw file.damaged("attribute '\(attribute.name.shortened)' has fewer bytes than its shape needs")
        }
        var data = attribute.data
        let bytes = try data.take(count * size)
        let conversion = Conversion(reader: self, file: file, depth: 0, follows: false)
        let made: Result<FileValue, Failure> = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in
                try conversion.value(type, Places(bytes.baseAddress, count: count, stride: size), shape)
            }
        }
        return try made.get()
    }
}

extension StoredFile {
    /// First paths of all objects, by their addresses.
    func objectNames() -> [UInt64: String] {
        var names: [UInt64: String] = [:]
        func visit(_ address: UInt64, _ path: String, _ depth: Int) {
            guard depth <= 50, names.count <= 100_000, names[address] == nil else { return }
            names[address] = path
            guard let object = try? StoredObject(self, at: address), object.isGroup, let links = try? object.links()
            else { return }
            for link in links {
                if let target = link.address {
                    visit(target, path == "/" ? "/" + link.name : path + "/" + link.name, depth + 1)
                }
            }
        }
        visit(root, "/", 0)
        return names
    }
}
