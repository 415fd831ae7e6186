import Engine

/// Which groups of a tree are not read, by their names at its root.
public typealias LeftOut = Set<String>

/// The tree of an HDF5 file of anybody's: attributes that are numbers and texts, arrays of numbers, groups. What no
/// `StateTree` holds (records, references, texts as arrays) is left out. Read without libhdf5, and bounded as
/// `StoredFile` is: the arrays together are no larger than the file, unless they are compressed.
struct StoredTree {
    private let file: StoredFile
    /// Objects that were read. A second link to one could be a circle.
    private var visited: Set<UInt64> = []
    /// Bytes of arrays that may still be made.
    private var room: Int

    /// Groups in groups, and objects in all.
    private static let deepest = 64
    private static let mostObjects = 1 << 20

    private init(_ file: StoredFile) {
        self.file = file
        room = 16 * file.size + (1 << 20)
    }

    static func read(_ file: StoredFile, leavingOut: LeftOut) throws(Failure) -> StateTree {
        var tree = StoredTree(file)
        return try tree.group(StoredObject(file, at: file.root), at: "", depth: 0, leavingOut)
    }

    private mutating func group(_ object: StoredObject, at place: String, depth: Int, _ leavingOut: LeftOut)
        throws(Failure) -> StateTree
    {
        guard depth <= StoredTree.deepest else {
            throw .format(path: "\(file.path)", "its groups are nested too deep, at '\(place.shortened)'")
        }
        try visit(object, at: place)
        file.place = place
        var tree = StateTree()
        for attribute in try object.attributes() {
            guard let value = try value(attribute, at: place) else { continue }
            tree.attributes.append((attribute.name, value))
        }
        for link in try object.links() where !leavingOut.contains(link.name) {
            // A link by a path leads to what has a place of its own, or to another file, which is never opened.
            guard let address = link.address else { continue }
            let child = place.isEmpty ? link.name : place + "/" + link.name
            file.place = child
            let object = try StoredObject(file, at: address)
            if object.isGroup {
                tree.children.append((link.name, try group(object, at: child, depth: depth + 1, [])))
            } else if object.isArray {
                try visit(object, at: child)
                if let tensor = try array(object) { tree.arrays.append((link.name, tensor)) }
            }
        }
        return tree
    }

    private mutating func visit(_ object: StoredObject, at place: String) throws(Failure) {
        guard visited.insert(object.address).inserted else {
            throw .format(path: "\(file.path)", "'\(place.shortened)' is a second link to one object")
        }
        guard visited.count <= StoredTree.mostObjects else {
            throw .format(path: "\(file.path)", "it has more than \(StoredTree.mostObjects) groups and arrays")
        }
    }

    // MARK: Attributes

    /// Values in one list, whatever their axes; nil for what is neither a number nor a text.
    private func value(_ attribute: StoredObject.Attribute, at place: String) throws(Failure) -> Value? {
        if case .other = attribute.type { return nil }
        guard let shape = attribute.extent.shape else { return Value.none }
        let what = "attribute '\(attribute.name.shortened)' of '/\(place.shortened)'"
        let values = try file.values(attribute, attribute.extent.count, what)
        return shape.isEmpty ? values.first : .list(values)
    }

    // MARK: Arrays

    private mutating func array(_ object: StoredObject) throws(Failure) -> Tensor? {
        let array = try object.array()
        let (read, dtype): (Int, DType)
        switch array.type {
        case .integer(1, false, _): (read, dtype) = (1, .uint8)
        case .integer(4, true, _): (read, dtype) = (4, .int32)
        case .integer(8, _, _): (read, dtype) = (8, .int64)
        case .float(4, _): (read, dtype) = (4, .float32)
        case .float(8, _): (read, dtype) = (8, .float64)
        case .float(2, _): (read, dtype) = (2, .float16)
        case .flag: (read, dtype) = (1, .bool)
        // The bits of bfloat16.
        case .other("opaque bytes", 2): (read, dtype) = (2, .bfloat16)
        case .integer(1, true, _), .integer(2, _, _): (read, dtype) = (array.elementSize, .int32)
        case .integer(4, false, _): (read, dtype) = (4, .int64)
        default: return nil
        }
        let count = array.shape.reduce(1, *)
        let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.size)
        guard array.shape.count <= mostAxes, !overflow else { return nil }
        room -= bytes
        guard room >= 0 else {
            throw .format(path: "\(file.path)", "'\(file.place.shortened)' is larger than the file can be taken for")
        }
        return try Tensor(dtype: dtype, shape: array.shape) { (memory) throws(Failure) in
            // Smaller elements come to the end first, and are widened from the front.
            let start = memory + bytes - count * read
            try array.read(into: start)
            switch array.type {
            case .integer(1, true, _): widen(start, memory, count, Int8.self, Int32.self)
            case .integer(2, true, _): widen(start, memory, count, Int16.self, Int32.self)
            case .integer(2, false, _): widen(start, memory, count, UInt16.self, Int32.self)
            case .integer(4, false, _): widen(start, memory, count, UInt32.self, Int64.self)
            case .flag:
                let flags = UnsafeRawBufferPointer(start: memory, count: count)
                guard flags.allSatisfy({ $0 <= 1 }) else { throw file.damaged("it holds a bool other than 0 and 1") }
            default: break
            }
        }
    }
}

private func widen<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
    _ start: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _: Narrow.Type, _: Wide.Type
) {
    for place in 0..<count {
        let value = start.loadUnaligned(fromByteOffset: place * MemoryLayout<Narrow>.size, as: Narrow.self)
        target.storeBytes(
            of: Wide(truncatingIfNeeded: value), toByteOffset: place * MemoryLayout<Wide>.size, as: Wide.self)
    }
}
