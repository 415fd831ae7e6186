import Engine

/// An array whose elements are in other arrays (specification, IV.A.2.i, class 3, and VII.C).
struct VirtualArray {
    private struct Source {
        let file: [UInt8]
        let name: [UInt8]
        let from: FileSelection
        let to: FileSelection
    }

    private let object: StoredObject
    private let shape: [Int]
    private let type: ElementType
    private let sources: [Source]

    private static let mostSources = 1 << 16
    private static let deepest = 8
    /// Runs of elements that are copied.
    private static let mostParts = 1 << 23

    /// nil where the array is of another kind.
    init?(_ object: StoredObject) throws(Failure) {
        guard let layout = object.header.first(.layout), let type = object.header.first(.datatype),
            let extent = object.header.first(.dataspace)
        else { return nil }
        let file = object.file
        var body = layout.body
        guard try body.byte() >= 4, try body.byte() == 3 else { return nil }
        let address = try body.address()
        let index = try body.int(4)
        self.object = object
        self.type = try ElementType(type, in: file)
        shape = try Extent(extent, in: file).shape ?? []
        var sources: [Source] = []
        if let address {
            var list = Cursor(file, try file.heapObject(address, index), "the sources of an array")
            let version = try list.byte()
            guard version == 0 else {
                throw .unsupported(
                    operation: "\(file.path)",
                    "'\(file.place.shortened)' has its sources in version \(version) of their list, which is not read")
            }
            let count = try list.length()
            guard count <= VirtualArray.mostSources else { throw file.damaged("it has \(count) sources") }
            for _ in 0..<count {
                sources.append(
                    Source(
                        file: try list.terminated(), name: try list.terminated(), from: try FileSelection(&list),
                        to: try FileSelection(&list)))
            }
        }
        self.sources = sources
    }

    func read(
        _ reader: ValueReader, into memory: UnsafeMutableRawPointer, size: Int, depth: Int
    ) throws(Failure) {
        let file = object.file
        guard depth < VirtualArray.deepest else { throw file.damaged("its sources are virtual too often") }
        var parts = 0
        var last: (file: [UInt8], name: [UInt8], read: SourceArray)?
        for source in sources {
            // Names with a number for each block, as long as there are such arrays.
            let isNumbered = source.file.isNumbered || source.name.isNumbered
            let blocks = isNumbered ? try source.to.blocks(in: shape, file) : [source.to]
            for (number, block) in blocks.enumerated() {
                let (name, array) = (source.file.numbered(number), source.name.numbered(number))
                if last == nil || last?.file != name || last?.name != array {
                    last = nil
                    guard let found = try self.array(name, array, reader, size: size, depth) else { continue }
                    last = (name, array, found)
                }
                guard let read = last?.read else { continue }
                let (from, to) = (try source.from.runs(in: read.shape, file), try block.runs(in: shape, file))
                parts += from.count + to.count
                guard parts <= VirtualArray.mostParts else { throw file.damaged("its sources have too many parts") }
                copy(from, to, read.memory.start, memory, size)
            }
        }
    }

    private final class SourceArray {
        let shape: [Int]
        let memory: RawMemory

        init(shape: [Int], memory: consuming RawMemory) {
            self.shape = shape
            self.memory = memory
        }
    }

    /// nil where it is not there: its elements have the fill value.
    private func array(
        _ name: [UInt8], _ array: [UInt8], _ reader: ValueReader, size: Int, _ depth: Int
    ) throws(Failure) -> SourceArray? {
        let file = object.file
        guard let other = try reader.file(named: name, from: file),
            let source = try reader.find(array, from: StoredObject(other, at: other.root), links: 0), source.isArray,
            let type = source.header.first(.datatype), let extent = source.header.first(.dataspace)
        else { return nil }
        guard try ElementType(type, in: other) == self.type else {
            throw .unsupported(
                operation: "\(file.path)",
                "'\(file.place.shortened)' is of other elements than its source '\(array.asText.shortened)', "
                    + "which is not read")
        }
        let shape = try Extent(extent, in: other).shape ?? []
        let count = try reader.product(shape, in: other)
        let bytes = try reader.product([count, size], in: other)
        try reader.take(bytes, in: file)
        defer { reader.give(bytes) }
        let memory = try RawMemory(bytes, path: file.path)
        try reader.read(source, into: memory.start, count: count, size: size, depth: depth + 1)
        return SourceArray(shape: shape, memory: memory)
    }

    private func copy(
        _ from: [Range<Int>], _ to: [Range<Int>], _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer,
        _ size: Int
    ) {
        var (i, j, a, b) = (0, 0, from.first?.lowerBound ?? 0, to.first?.lowerBound ?? 0)
        while i < from.count, j < to.count {
            let count = min(from[i].upperBound - a, to[j].upperBound - b)
            (target + b * size).copyMemory(from: source + a * size, byteCount: count * size)
            (a, b) = (a + count, b + count)
            if a == from[i].upperBound {
                i += 1
                if i < from.count { a = from[i].lowerBound }
            }
            if b == to[j].upperBound {
                j += 1
                if j < to.count { b = to[j].lowerBound }
            }
        }
    }
}

extension Array where Element == UInt8 {
    fileprivate var isNumbered: Bool {
        indices.dropLast().contains { self[$0] == UInt8(ascii: "%") && self[$0 + 1] == UInt8(ascii: "b") }
    }

    /// With a number for "%b", and "%" for "%%".
    fileprivate func numbered(_ number: Int) -> [UInt8] {
        guard contains(UInt8(ascii: "%")) else { return self }
        var result: [UInt8] = []
        var place = 0
        while place < count {
            let next = place + 1 < count ? self[place + 1] : 0
            if self[place] == UInt8(ascii: "%"), next == UInt8(ascii: "b") || next == UInt8(ascii: "%") {
                result += next == UInt8(ascii: "b") ? Array("\(number)".utf8) : [next]
                place += 2
            } else {
                result.append(self[place])
                place += 1
            }
        }
        return result
    }
}
