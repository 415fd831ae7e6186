/// HDF5's checksum of chunks: Fletcher's sums of the bytes as big-endian 16-bit words.
enum Fletcher32 {
    static func sum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { sum($0) } }

    static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        func fold(_ sum: UInt32) -> UInt32 { sum & 0xFFFF &+ sum >> 16 }
        var (one, two): (UInt32, UInt32) = (0, 0)
        var position = 0
        let words = bytes.count / 2 * 2
        while position < words {
            // So many words leave room in 32 bits.
            let end = min(words, position + 720)
            while position < end {
                one = one &+ UInt32(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
                two = two &+ one
                position += 2
            }
            one = fold(one)
            two = fold(two)
        }
        if words < bytes.count {
            one = fold(one &+ UInt32(bytes[words]) << 8)
            two = fold(two &+ one)
        }
        return fold(two) << 16 | fold(one)
    }
}
