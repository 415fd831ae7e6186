import Engine
import Glibc

/// Files of safetensors: eight bytes of the header's length, the header in JSON, and the elements of all arrays behind
/// it. Nothing that the header says is believed: arrays must lie in the file, one behind the other.
enum SafeTensors {
    /// The header's most, as the format has it.
    static let longestHeader = 100_000_000
    static let mostAxes = 64

    /// Names of types in the format, and here.
    private static let types: [(format: String, type: String, size: Int)] = [
        ("BOOL", "bool", 1), ("U8", "uint8", 1), ("I8", "int8", 1), ("U16", "uint16", 2), ("I16", "int16", 2),
        ("U32", "uint32", 4), ("I32", "int32", 4), ("U64", "uint64", 8), ("I64", "int64", 8), ("F16", "float16", 2),
        ("BF16", "bfloat16", 2), ("F32", "float32", 4), ("F64", "float64", 8), ("C64", "complex64", 8),
    ]

    /// Whether a file begins as such files do.
    static func isOne(_ file: borrowing RegularFile) throws(Failure) -> Bool {
        guard file.size >= 10 else { return false }
        let start = try bytes(file, 0, 9)
        let length = start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length <= UInt64(file.size - 8) && start[8] == UInt8(ascii: "{")
    }

    private static func bytes(_ file: borrowing RegularFile, _ offset: Int, _ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: Failure?
        bytes.withUnsafeMutableBytes { memory in
            do throws(Failure) { try file.read(at: offset, into: memory) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The arrays by name, in the order of their places; `__metadata__` as attributes.
    static func read(_ file: consuming RegularFile) throws(Failure) -> FileMap {
        let path = file.path
        func damaged(_ what: String) -> Failure { .format(path: "\(path)", "damaged: \(what)") }
        guard file.size >= 8 else { throw damaged("it has \(file.size) bytes, fewer than its header's length takes") }
        let stated = try bytes(file, 0, 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let length = Int(exactly: stated), length <= longestHeader, length <= file.size - 8 else {
            throw damaged("its header says to have \(stated) bytes, and the file has \(file.size)")
        }
        let header = try JSON(bytes(file, 8, length), operation: "\(path)")
        guard let members = header.members else { throw damaged("its header is no object") }
        let start = 8 + length
        let size = file.size - start
        var entries: [(name: String, type: String, item: Int, shape: [Int], from: Int, to: Int)] = []
        var attributes: [(name: String, value: FileValue)] = []
        for member in members {
            let name = member.name
            if name == "__metadata__" {
                for note in member.value.members ?? [] {
                    if let text = note.value.text { attributes.append((note.name, .text(text))) }
                }
                continue
            }
            guard let kind = member.value["dtype"]?.text, let axes = member.value["shape"]?.list,
                let offsets = member.value["data_offsets"]?.list, offsets.count == 2, axes.count <= mostAxes,
                let from = offsets[0].integer.flatMap({ Int(exactly: $0) }),
                let to = offsets[1].integer.flatMap({ Int(exactly: $0) })
            else { throw damaged("'\(name.shortened)' has no type, shape or place") }
            guard let type = types.first(where: { $0.format == kind }) else {
                throw .unsupported(
                    operation: "\(path)", "'\(name.shortened)' is of \(kind.shortened), which nothing here holds")
            }
            var shape: [Int] = []
            var bytes = type.size
            for axis in axes {
                guard let extent = axis.integer.flatMap({ Int(exactly: $0) }), extent >= 0 else {
                    throw damaged("'\(name.shortened)' has an impossible shape")
                }
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                guard !overflow else { throw damaged("'\(name.shortened)' has more elements than any memory") }
                bytes = product
                shape.append(extent)
            }
            guard from >= 0, to >= from, to <= size, to - from == bytes else {
                throw damaged("'\(name.shortened)' has \(bytes) bytes, and its place is \(from) to \(to) of \(size)")
            }
            entries.append((name, type.type, type.size, shape, from, to))
        }
        entries.sort { ($0.from, $0.to) < ($1.from, $1.to) }
        for (one, next) in zip(entries, entries.dropFirst()) where next.from < one.to {
            throw damaged("'\(one.name.shortened)' and '\(next.name.shortened)' have the same bytes")
        }
        let map = FileMap([], attributes: attributes)
        for entry in entries {
            let array = try FileArray(zeros: entry.type, itemSize: entry.item, shape: entry.shape, path: path)
            try file.read(
                at: start + entry.from,
                into: UnsafeMutableRawBufferPointer(start: array.memory, count: entry.to - entry.from))
            if entry.type == "bool", !array.bytes.allSatisfy({ $0 <= 1 }) {
                throw damaged("'\(entry.name.shortened)' holds a bool other than 0 and 1")
            }
            map.members.append((entry.name, .array(array)))
        }
        return map
    }

    /// Writes arrays by name, with texts beside them. Larger elements come first, so that all are aligned.
    static func write(
        _ arrays: [(name: String, tensor: Tensor)], _ notes: [(name: String, text: String)], to path: FilePath
    ) throws(Failure) {
        try Tensor.evaluate(arrays.map(\.tensor))
        var names: Set<String> = []
        for (name, _) in arrays {
            guard name != "__metadata__", names.insert(name).inserted else {
                throw .argument(operation: "\(path)", "there are two arrays '\(name)', or the name is the format's own")
            }
        }
        let sorted = arrays.sorted { ($1.tensor.dtype.size, $0.name) < ($0.tensor.dtype.size, $1.name) }
        var members: [JSON.Member] = []
        if !notes.isEmpty {
            members.append(JSON.Member("__metadata__", .object(notes.map { JSON.Member($0.name, .text($0.text)) })))
        }
        var offset = 0
        for (name, tensor) in sorted {
            let size = tensor.shape.reduce(tensor.dtype.size, *)
            let type = types.first { $0.type == tensor.dtype.name }?.format ?? ""
            members.append(
                JSON.Member(
                    name,
                    [
                        "dtype": .text(type), "shape": .list(tensor.shape.map { .integer(Int64($0)) }),
                        "data_offsets": [.integer(Int64(offset)), .integer(Int64(offset + size))],
                    ]))
            offset += size
        }
        var header = Array(JSON.object(members).written.utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        guard header.count <= longestHeader else {
            throw .argument(operation: "\(path)", "the names of the arrays are longer than the format allows")
        }
        let memory = try RawMemory(8 + header.count + offset, path: path)
        memory.start.storeBytes(of: UInt64(header.count).littleEndian, as: UInt64.self)
        header.withUnsafeBytes { header in
            if let from = header.baseAddress { (memory.start + 8).copyMemory(from: from, byteCount: header.count) }
        }
        var place = 8 + header.count
        for (_, tensor) in sorted {
            let size = tensor.shape.reduce(tensor.dtype.size, *)
            try tensor.withData { (data) throws(Failure) in
                (memory.start + place).copyMemory(from: data, byteCount: size)
            }
            place += size
        }
        try replaceFile(at: path, with: UnsafeRawBufferPointer(start: memory.start, count: memory.count))
    }
}
