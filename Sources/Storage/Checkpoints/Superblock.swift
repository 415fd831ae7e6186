import Engine

/// The first 48 bytes of an HDF5 file of the newer formats (HDF5 File Format Specification, II.A): signature, version, sizes,
/// flags, four addresses, and a checksum of the 44 bytes before it.
///
/// `H5Fget_file_image` clears the flag "open for writing" in its copy, but leaves the checksum that was right with it, so that
/// no library opens the image (seen in 1.10.8). For an image without this defect nothing changes.
enum Superblock {
    private static let checksumOffset = 44

    static func correctChecksum(of image: UnsafeMutableRawBufferPointer, _ path: String) throws(Failure) {
        guard image.count >= checksumOffset + 4, image[8] == 2 || image[8] == 3 else {
            throw .internal(operation: path, "libhdf5 has made a file of an unexpected format")
        }
        let words = (0..<checksumOffset / 4).map { UInt32(littleEndian: image.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        image.storeBytes(of: lookup3(words).littleEndian, toByteOffset: checksumOffset, as: UInt32.self)
    }

    /// Bob Jenkins' hash "lookup3" (2006) of little-endian words, with initial value 0: HDF5's checksum of metadata.
    static func lookup3(_ words: [UInt32]) -> UInt32 {
        func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
        var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: 4 * words.count)
        var (b, c) = (a, a)
        var rest = words[...]
        while rest.count > 3 {
            a = a &+ rest[rest.startIndex]
            b = b &+ rest[rest.startIndex + 1]
            c = c &+ rest[rest.startIndex + 2]
            a = (a &- c) ^ rotate(c, 4); c = c &+ b
            b = (b &- a) ^ rotate(a, 6); a = a &+ c
            c = (c &- b) ^ rotate(b, 8); b = b &+ a
            a = (a &- c) ^ rotate(c, 16); c = c &+ b
            b = (b &- a) ^ rotate(a, 19); a = a &+ c
            c = (c &- b) ^ rotate(b, 4); b = b &+ a
            rest = rest.dropFirst(3)
        }
        guard let first = rest.first else { return c }
        a = a &+ first
        if rest.count > 1 { b = b &+ rest[rest.startIndex + 1] }
        if rest.count > 2 { c = c &+ rest[rest.startIndex + 2] }
        c = (c ^ b) &- rotate(b, 14)
        a = (a ^ c) &- rotate(c, 11)
        b = (b ^ a) &- rotate(a, 25)
        c = (c ^ b) &- rotate(b, 16)
        a = (a ^ c) &- rotate(c, 4)
        b = (b ^ a) &- rotate(a, 14)
        return (c ^ b) &- rotate(b, 24)
    }
}
