/// The cyclic redundancy check of zlib, PNG and Ethernet (reflected polynomial 0xEDB88320), so that Python's
/// `zlib.crc32` and MATLAB can check a file too. Eight bytes a step through eight tables ("slicing by eight").
struct CRC32 {
    private(set) var value: UInt32 = 0

    /// tables[256 k + b]: the remainder that byte b leaves after k zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320 }
            tables[byte] = remainder
        }
        for index in 256..<8 * 256 {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var remainder = ~value
        CRC32.tables.withUnsafeBufferPointer { tables in
            var position = 0
            while position + 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                    ^ UInt64(remainder)
                remainder = 0
                for k in 0..<8 { remainder ^= tables[256 * (7 - k) + Int(word >> (8 * UInt64(k)) & 0xFF)] }
                position += 8
            }
            while position < bytes.count {
                remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt32(bytes[position])) & 0xFF)]
                position += 1
            }
        }
        value = ~remainder
    }
}
