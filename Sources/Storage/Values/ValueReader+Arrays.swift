import Engine
import Glibc

/// Memory of malloc's that goes with its owner.
struct RawMemory: ~Copyable {
    let start: UnsafeMutableRawPointer
    let count: Int

    /// Zeros.
    init(_ count: Int, path: FilePath) throws(Failure) {
        guard let start = calloc(max(count, 1), 1) else { throw .memory(operation: "\(path)", bytes: count) }
        (self.start, self.count) = (start, count)
    }

    deinit { free(start) }
}

extension ValueReader {
    func array(_ object: StoredObject, _ depth: Int) throws(Failure) -> FileValue {
        let file = object.file
        let header = object.header
        guard let typeMessage = header.first(.datatype), let extentMessage = header.first(.dataspace) else {
            throw file.damaged("an array without a type or a shape")
        }
        let type = try ItemType(typeMessage, in: file)
        guard let shape = try Extent(extentMessage, in: file).shape else { return .nothing }
        let size = type.size(in: file)
        let count = try product(shape, in: file)
        let bytes = try product([count, size], in: file)
        if case .other(let what, _) = type {
            throw .unsupported(operation: "\(file.path)", "'\(file.place.shortened)' holds \(what), which are not read")
        }
        try take(bytes, in: file)
        let memory = try RawMemory(bytes, path: file.path)
        try read(object, into: memory.start, count: count, size: size, depth: 0)
        let conversion = Conversion(reader: self, file: file, depth: depth, follows: true)
        let value = try conversion.value(type, Places(memory.start, count: count, stride: size), shape)
        give(bytes)
        return reading.isRaw ? value : try interpreted(value, of: object)
    }

    /// All elements of an array as stored, wherever they are; what was never stored has the fill value.
    func read(
        _ object: StoredObject, into memory: UnsafeMutableRawPointer, count: Int, size: Int, depth: Int
    ) throws(Failure) {
        if count == 0 { return }
        let fill = try object.header.fillValue(size: size, in: object.file)
        if fill.contains(where: { $0 != 0 }) {
            for index in 0..<count { (memory + index * size).copyMemory(from: fill, byteCount: size) }
        }
        if let list = object.header.first(.externalFiles) {
            return try readRawFiles(list.body, into: memory, bytes: count * size, object.file)
        }
        if let sources = try VirtualArray(object) {
            return try sources.read(self, into: memory, size: size, depth: depth)
        }
        try StoredArray(object.file, object.header, isPartial: true).readAsStored(into: memory)
    }

    /// Elements that lie in files of their own, one behind the other (specification, IV.A.2.h).
    private func readRawFiles(
        _ body: Cursor, into memory: UnsafeMutableRawPointer, bytes: Int, _ file: StoredFile
    ) throws(Failure) {
        var body = body
        try body.expect(1, "version")
        try body.skip(3)
        _ = try body.int(2)
        let count = try body.int(2)
        let heap = try file.address(body.address(), "the names of raw files")
        let names = try StoredObject.localHeap(file, heap)
        var done = 0
        for _ in 0..<count where done < bytes {
            let place = try body.length()
            let offset = try body.length()
            // All ones: as long as needed.
            let stated = try body.unsigned(file.lengthSize)
            let size = min(Int(clamping: stated), bytes - done)
            var cursor = names
            try cursor.skip(place)
            let name = try cursor.terminated().asText
            // libhdf5 looks beside the process, and the variable says where else; beside the file is what is meant.
            let places = OtherFiles.places(of: name, from: "\(file.path)", prefixes: "HDF5_EXTFILE_PREFIX")
            guard let found = places.first(where: { OtherFiles.kind($0) == .regular }) else {
                throw .format(
                    path: "\(file.path)",
                    "'\(file.place.shortened)' is in the file '\(name.shortened)', which is not there")
            }
            let raw = try RegularFile(FilePath(found))
            // A raw file that is shorter has zeros behind its end, as libhdf5 reads it.
            let there = max(0, min(size, raw.size - min(offset, raw.size)))
            try raw.read(at: offset, into: UnsafeMutableRawBufferPointer(start: memory + done, count: there))
            done += size
        }
    }
}
