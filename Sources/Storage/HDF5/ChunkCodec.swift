import CHDF5
import Glibc

/// The filters that a data set's chunks were written through, and how they are undone without libhdf5: on any thread,
/// on several at once, and with every length looked at. libhdf5 itself takes chunks for as large as they should be,
/// whatever came out of its filters.
struct ChunkCodec {
    private enum Filter {
        /// Writes the first bytes of all elements of that many bytes, then their second bytes, and so on.
        case shuffle(Int)
        case deflate
        /// Four bytes of checksum behind the others.
        case fletcher32
        /// One that libhdf5 undoes, with its parameters.
        case foreign(H5Z_filter_t, [UInt32])
    }

    /// Bytes of a decoded chunk, as it is in the file.
    let bytes: Int
    /// Bytes of an element.
    private let elementSize: Int
    private let filters: [Filter]
    /// Whether chunks that stick out over the data set's end were written without filters.
    let leavesEdges: Bool

    /// Whether stored bytes are decoded ones.
    var isCopy: Bool { filters.isEmpty }
    /// Whether chunks can be decoded here.
    let isComplete: Bool

    /// nil for pipelines that cannot be had.
    init?(_ properties: hid_t, bytes: Int, elementSize: Int) {
        self.bytes = bytes
        self.elementSize = elementSize
        var options: UInt32 = 0
        guard H5Pget_chunk_opts(properties, &options) >= 0 else { return nil }
        leavesEdges = options != 0
        let count = H5Pget_nfilters(properties)
        guard count >= 0 else { return nil }
        var filters: [Filter] = []
        for place in 0..<UInt32(count) {
            var flags: UInt32 = 0
            var values = [UInt32](repeating: 0, count: 32)
            var size = values.count
            let filter = H5Pget_filter2(properties, place, &flags, &size, &values, 0, nil, nil)
            guard filter >= 0 else { return nil }
            switch filter {
            case H5Z_FILTER_SHUFFLE: filters.append(.shuffle(max(1, Int(values[0]))))
            case H5Z_FILTER_DEFLATE where Inflate.isAvailable: filters.append(.deflate)
            case H5Z_FILTER_FLETCHER32: filters.append(.fletcher32)
            default: filters.append(.foreign(filter, Array(values.prefix(size))))
            }
        }
        self.filters = filters
        isComplete = filters.allSatisfy { if case .foreign = $0 { false } else { true } }
    }

    /// No stored chunk has more bytes than this.
    var mostStoredBytes: Int { bytes + bytes / 8 + 4096 }

    /// Writes the `bytes` bytes of a chunk that is stored as `count` bytes with this mask of filters left out; false if
    /// they are something else.
    func decode(_ stored: UnsafeRawPointer, _ count: Int, mask: UInt32, into target: UnsafeMutableRawPointer) -> Bool {
        undo(stored, count, mask: mask, into: target) { decoded, count, foreign in
            guard foreign == nil, count == bytes else { return false }
            if decoded != UnsafeRawPointer(target) { target.copyMemory(from: decoded, byteCount: bytes) }
            return true
        }
    }

    /// Whether libhdf5, asked for this chunk, would find as many bytes as its filters read and give as many as a chunk
    /// has. Where nothing is known of a filter, it is taken to be right.
    func isSound(_ stored: UnsafeRawPointer, _ count: Int, mask: UInt32) -> Bool {
        undo(stored, count, mask: mask, into: nil) { found, count, foreign in
            guard let foreign, case .foreign(let filter, let values) = filters[foreign] else { return count == bytes }
            var expected = bytes
            for place in 0..<foreign where isUsed(place, mask) {
                switch filters[place] {
                case .shuffle: break
                case .fletcher32: expected += 4
                case .deflate, .foreign: return true
                }
            }
            return ForeignFilter(filter, values).gives(expected, elementSize: elementSize, from: found, count)
        }
    }

    private func isUsed(_ place: Int, _ mask: UInt32) -> Bool { place >= 32 || mask >> UInt32(place) & 1 == 0 }

    /// Undoes filters from the last to the first, or to one that is foreign, whose place `then` gets. The innermost
    /// writes to `target` if that has the room.
    private func undo(
        _ stored: UnsafeRawPointer, _ count: Int, mask: UInt32, into target: UnsafeMutableRawPointer?,
        then: (UnsafeRawPointer, Int, Int?) -> Bool
    ) -> Bool {
        // Room for a checksum behind the values for each filter.
        let most = mostStoredBytes + 4 * filters.count
        guard count >= 0, count <= most else { return false }
        var scratch: (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
        defer {
            free(scratch.0)
            free(scratch.1)
        }
        let used = filters.indices.reversed().filter { isUsed($0, mask) }
        var innermost: Int?
        for place in used {
            switch filters[place] {
            case .shuffle, .deflate: innermost = place
            case .fletcher32, .foreign: innermost = nil
            }
        }
        var (source, count) = (stored, count)
        /// Where the next filter writes: not where it reads.
        func next(_ place: Int) -> (UnsafeMutableRawPointer, Int)? {
            if place == innermost, let target { return (target, bytes) }
            scratch = (scratch.1, scratch.0)
            scratch.0 = scratch.0 ?? malloc(max(most, 1))
            return scratch.0.map { ($0, most) }
        }
        for place in used {
            switch filters[place] {
            case .foreign: return then(source, count, place)
            case .fletcher32:
                guard count >= 4, ChunkCodec.hasItsChecksum(source, count - 4) else { return false }
                count -= 4
            case .shuffle(let size):
                guard size > 1, count / size > 1 else { continue }
                guard let (destination, room) = next(place), count <= room else { return false }
                ByteShuffle.undo(source, destination, count, size)
                source = UnsafeRawPointer(destination)
            case .deflate:
                guard let (destination, room) = next(place),
                    let length = Inflate.inflate(source, count, into: destination, room)
                else { return false }
                (source, count) = (UnsafeRawPointer(destination), length)
            }
        }
        return then(source, count, nil)
    }

    /// Whether the four bytes behind `count` bytes are their checksum.
    private static func hasItsChecksum(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        let stored = UInt32(littleEndian: (bytes + count).loadUnaligned(as: UInt32.self))
        let sum = Fletcher32.sum(UnsafeRawBufferPointer(start: bytes, count: count))
        // Releases of libhdf5 before 1.6.3 wrote it with the bytes of each half swapped.
        return stored == sum || stored == (sum & 0xFF00_FF00) >> 8 | (sum & 0x00FF_00FF) << 8
    }
}
