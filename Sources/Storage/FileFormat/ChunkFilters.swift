import Engine
import Glibc

/// The filters that chunks were written through (specification, IV.A.2.l), undone.
struct ChunkFilters {
    private enum Filter {
        case deflate
        case shuffle(Int)
        case fletcher32
        case lzf
        case nBit([Int])
        case scaleOffset([Int])
        case szip([Int])
    }

    private var filters: [Filter] = []

    var isEmpty: Bool { filters.isEmpty }
    var compresses: Bool { filters.contains { if case .deflate = $0 { true } else { false } } }

    /// The most that a byte stored may stand for, which bounds an array by its file.
    var largestRatio: Int {
        filters.reduce(1) { ratio, filter in
            switch filter {
            case .shuffle, .fletcher32: ratio
            // deflate makes bytes at most 1,032 times fewer.
            case .deflate: max(ratio, 1_040)
            case .lzf: max(ratio, 100)
            case .nBit: max(ratio, 64)
            // A chunk of one number in all its places is the number.
            case .scaleOffset, .szip: 1 << 20
            }
        }
    }

    /// Whether every libhdf5 writes through them, and withstands what it finds behind them.
    var areCommon: Bool {
        filters.allSatisfy { filter in
            switch filter {
            case .deflate, .shuffle, .fletcher32: true
            case .lzf, .nBit, .scaleOffset, .szip: false
            }
        }
    }

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
            case 4 where Szip.isAvailable: filters.append(.szip(numbers))
            case 5 where PackedBits.isNumbers(numbers): filters.append(.nBit(numbers))
            case 6: filters.append(.scaleOffset(numbers))
            case 32000: filters.append(.lzf)
            default:
                throw .unsupported(
                    operation: "\(file.path)",
                    "array '\(file.place)' is compressed with filter \(identifier) "
                        + "(\(ChunkFilters.name(identifier, Array(name)))), which is not here: "
                        + "gzip, shuffle, fletcher32, lzf, scale-offset, n-bit of numbers and szip with libsz are")
            }
        }
    }

    /// As the file names a filter, else as the HDF Group's list of filters does.
    private static func name(_ identifier: Int, _ stored: [UInt8]) -> String {
        let known = [
            1: "gzip, without a library for it", 4: "szip, without libsz", 5: "n-bit of records or arrays",
            307: "bzip2",
            32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32017: "sz",
            32026: "blosc2",
        ]
        return known[identifier] ?? (stored.isEmpty ? "of an unknown name" : stored.asText.shortened)
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
            case .lzf: bytes = try whole(LZF.expand(bytes, size: sizes[place]), in: file)
            case .nBit(let values): bytes = try whole(PackedBits.nBit(bytes, values, size: sizes[place]), in: file)
            case .scaleOffset(let values):
                bytes = try whole(PackedBits.scaleOffset(bytes, values, size: sizes[place]), in: file)
            case .szip(let values): bytes = try whole(Szip.expand(bytes, values, size: sizes[place]), in: file)
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

    private func whole(_ bytes: [UInt8]?, in file: StoredFile) throws(Failure) -> [UInt8] {
        guard let bytes else { throw file.damaged("a chunk does not hold what its shape needs") }
        return bytes
    }
}
