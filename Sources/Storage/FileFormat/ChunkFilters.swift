import Engine
import Glibc

/// The filters that chunks were written through (specification, IV.A.2.l), undone.
struct ChunkFilters {
    private enum Filter {
        case deflate
        case shuffle(Int)
        case fletcher32
    }

    private var filters: [Filter] = []

    var isEmpty: Bool { filters.isEmpty }
    var compresses: Bool { filters.contains { if case .deflate = $0 { true } else { false } } }

    var hasChecksum: Bool { filters.contains { if case .fletcher32 = $0 { true } else { false } } }

    init(_ body: Cursor?, elementSize: Int, in file: StoredFile) throws(Failure) {
        guard var body else { return }
        let version = try body.byte()
        let count = Int(try body.byte())
        guard version == 1 || version == 2, count <= 32 else { throw file.damaged("it has \(count) filters") }
        if version == 1 { try body.skip(6) }
        for _ in 0..<count {
            let identifier = try body.int(2)
            var nameSize = version == 1 || identifier >= 256 ? try body.int(2) : 0
            try body.skip(2)
            let values = try body.int(2)
            if version == 1 { nameSize = (nameSize + 7) / 8 * 8 }
            let name = try body.take(nameSize).prefix { $0 != 0 }
            var numbers: [Int] = []
            for _ in 0..<values { numbers.append(try body.int(4)) }
            if version == 1, values % 2 == 1 { try body.skip(4) }
            switch identifier {
            case 1 where Inflate.isAvailable && !compresses: filters.append(.deflate)
            case 2: filters.append(.shuffle(numbers.first ?? elementSize))
            case 3: filters.append(.fletcher32)
            default:
                throw .unsupported(
                    operation: "\(file.path)",
                    "array '\(file.place)' is compressed with filter \(identifier) "
                        + "(\(String(decoding: name, as: UTF8.self))), "
                        + "which checkpoints are not read through: gzip, shuffle and fletcher32 are")
            }
        }
    }

    /// The bytes of a chunk, of which there are `chunkBytes`. A bit of `mask` tells that a filter was left out.
    func decode(_ stored: [UInt8], mask: UInt32, chunkBytes: Int, in file: StoredFile) throws(Failure) -> [UInt8] {
        // How many bytes go into each filter, as far as that is known.
        var sizes = [chunkBytes]
        for (place, filter) in filters.enumerated() {
            var size = sizes[place]
            if case .fletcher32 = filter, mask >> UInt32(place) & 1 == 0 { size += 4 }
            sizes.append(size)
        }
        var bytes = stored
        for (place, filter) in filters.enumerated().reversed() where mask >> UInt32(place) & 1 == 0 {
            switch filter {
            case .fletcher32:
                guard bytes.count >= 4 else { throw file.damaged("a chunk has \(bytes.count) bytes") }
                let sum = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                bytes.removeLast(4)
                guard Fletcher32.sum(bytes) == sum else {
                    throw file.damaged("the checksum of a chunk does not fit its contents")
                }
            case .deflate:
                let size = sizes[place]
                guard bytes.count <= size + size / 8 + 4096, size / 1_040 <= bytes.count else {
                    throw file.damaged("a chunk of \(size) bytes is stored as \(bytes.count)")
                }
                guard let memory = malloc(max(size, 1)) else { throw .memory(operation: "\(file.path)", bytes: size) }
                defer { free(memory) }
                let length = bytes.withUnsafeBytes {
                    $0.baseAddress.flatMap { Inflate.inflate($0, bytes.count, into: memory, size) }
                }
                guard length == size else {
                    throw file.damaged("a chunk does not hold the \(size) bytes that its shape needs")
                }
                bytes = Array(UnsafeRawBufferPointer(start: memory, count: size))
            case .shuffle(let elementSize):
                guard elementSize > 0 else { throw file.damaged("its elements are shuffled as if they had no bytes") }
                if elementSize == 1 || bytes.count / elementSize <= 1 { continue }
                bytes = [UInt8](unsafeUninitializedCapacity: bytes.count) { memory, count in
                    bytes.withUnsafeBytes { stored in
                        guard let from = stored.baseAddress, let to = memory.baseAddress else { return }
                        ByteShuffle.undo(from, UnsafeMutableRawPointer(to), stored.count, elementSize)
                        count = stored.count
                    }
                }
            }
        }
        guard bytes.count == chunkBytes else {
            throw file.damaged("a chunk holds \(bytes.count) bytes, but its shape needs \(chunkBytes)")
        }
        return bytes
    }
}
