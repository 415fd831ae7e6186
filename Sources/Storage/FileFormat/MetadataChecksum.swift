/// HDF5's checksum of metadata: Bob Jenkins' hash "lookup3" (2006) with initial value 0.
enum MetadataChecksum {
    static func lookup3(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
        func word(_ position: Int) -> UInt32 {
            if position + 4 <= bytes.count {
                return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            }
            var word: UInt32 = 0
            for place in 0..<max(0, bytes.count - position) {
                word |= UInt32(bytes[position + place]) << UInt32(8 * place)
            }
            return word
        }
        var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
        var (b, c) = (a, a)
        var position = 0
        while bytes.count - position > 12 {
            a = a &+ word(position)
            b = b &+ word(position + 4)
            c = c &+ word(position + 8)
            a = (a &- c) ^ rotate(c, 4)
            c = c &+ b
            b = (b &- a) ^ rotate(a, 6)
            a = a &+ c
            c = (c &- b) ^ rotate(b, 8)
            b = b &+ a
            a = (a &- c) ^ rotate(c, 16)
            c = c &+ b
            b = (b &- a) ^ rotate(a, 19)
            a = a &+ c
            c = (c &- b) ^ rotate(b, 4)
            b = b &+ a
            position += 12
        }
        guard position < bytes.count else { return c }
        // A rest of up to twelve bytes, with zeros behind it.
        a = a &+ word(position)
        b = b &+ word(position + 4)
        c = c &+ word(position + 8)
        c = (c ^ b) &- rotate(b, 14)
        a = (a ^ c) &- rotate(c, 11)
        b = (b ^ a) &- rotate(a, 25)
        c = (c ^ b) &- rotate(b, 16)
        a = (a ^ c) &- rotate(c, 4)
        b = (b ^ a) &- rotate(a, 14)
        return (c ^ b) &- rotate(b, 24)
    }
}
