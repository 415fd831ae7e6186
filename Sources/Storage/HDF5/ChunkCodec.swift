import CHDF5
import Glibc

/// Undoes the filters that a data set's chunks were written through, without libhdf5, and so on any thread and on several at once.
struct ChunkCodec {
    /// Bytes of a decoded chunk.
    let bytes: Int
    private let elementSize: Int
    /// Places in the pipeline, which are bits of a chunk's mask; nil for a filter that is not used.
    private var shuffle: UInt32?
    private var deflate: UInt32?

    /// Whether stored bytes are those of memory, where the chunk was not written without its filters.
    var isCopy: Bool { deflate == nil && shuffle == nil }

    /// nil for pipelines other than shuffle, deflate, or shuffle before deflate.
    init?(_ properties: hid_t, bytes: Int, elementSize: Int) {
        self.bytes = bytes
        self.elementSize = elementSize
        var options: UInt32 = 0
        // Chunks at the data set's end may have been left out of the pipeline without a word in their masks.
        guard H5Pget_chunk_opts(properties, &options) >= 0, options == 0 else { return nil }
        let count = H5Pget_nfilters(properties)
        guard count >= 0 else { return nil }
        for place in 0..<UInt32(count) {
            var flags: UInt32 = 0
            var (size, values) = (1, UInt32(0))
            let filter = H5Pget_filter2(properties, place, &flags, &size, &values, 0, nil, nil)
            switch filter {
            case H5Z_FILTER_SHUFFLE where shuffle == nil && deflate == nil && Int(values) == elementSize: shuffle = place
            case H5Z_FILTER_DEFLATE where deflate == nil && Inflate.isAvailable: deflate = place
            default: return nil
            }
        }
    }

    /// No stored chunk has more bytes than this.
    var mostStoredBytes: Int { bytes + bytes / 8 + 4096 }

    /// Writes the `bytes` bytes of a chunk that is stored as `count` bytes with this mask of filters left out; false if they are something else.
    func decode(_ stored: UnsafeRawPointer, _ count: Int, mask: UInt32, into target: UnsafeMutableRawPointer) -> Bool {
        func isUsed(_ place: UInt32?) -> Bool { place.map { mask >> $0 & 1 == 0 } ?? false }
        let isShuffled = isUsed(shuffle) && elementSize > 1
        guard isUsed(deflate) else {
            guard count == bytes else { return false }
            if isShuffled { unshuffle(stored, target) } else { target.copyMemory(from: stored, byteCount: bytes) }
            return true
        }
        guard isShuffled else { return Inflate.inflate(stored, count, into: target, bytes) == bytes }
        guard let scratch = malloc(max(bytes, 1)) else { return false }
        defer { free(scratch) }
        guard Inflate.inflate(stored, count, into: scratch, bytes) == bytes else { return false }
        unshuffle(scratch, target)
        return true
    }

    /// The filter writes the first bytes of all elements, then their second bytes, and so on.
    private func unshuffle(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        let count = bytes / elementSize
        let from = source.assumingMemoryBound(to: UInt8.self)
        switch elementSize {
        case 2: gather(from, count, target.assumingMemoryBound(to: UInt16.self))
        case 4: gather(from, count, target.assumingMemoryBound(to: UInt32.self))
        case 8: gather(from, count, target.assumingMemoryBound(to: UInt64.self))
        default:
            let to = target.assumingMemoryBound(to: UInt8.self)
            for element in 0..<count {
                for byte in 0..<elementSize { to[element &* elementSize &+ byte] = from[byte &* count &+ element] }
            }
        }
    }

    @inline(__always)
    private func gather<Word: FixedWidthInteger>(_ from: UnsafePointer<UInt8>, _ count: Int, _ to: UnsafeMutablePointer<Word>) {
        for element in 0..<count {
            var word: Word = 0
            for byte in 0..<MemoryLayout<Word>.size { word |= Word(truncatingIfNeeded: from[byte &* count &+ element]) &<< Word(truncatingIfNeeded: 8 &* byte) }
            to[element] = word
        }
    }
}
