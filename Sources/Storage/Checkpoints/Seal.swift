import Engine

/// The last 20 bytes of a checkpoint, behind the end of the HDF5 file proper: a mark, the number of bytes before the
/// seal, and their CRC-32. libhdf5 ignores what lies behind its end of file, so every HDF5 tool reads a sealed file.
///
/// A file that ends where its HDF5 part ends is legal as well: tools that change a file cut the seal off. Then HDF5's
/// own checksums are the guard, where there are any.
enum Seal {
    static let mark = Array("wb.crc32".utf8)
    static let size = 20

    static func bytes(for contents: UnsafeRawBufferPointer) -> [UInt8] {
        var crc = CRC32()
        crc.update(contents)
        return bytes(length: UInt64(contents.count), crc: crc.value)
    }

    private static func bytes(length: UInt64, crc: UInt32) -> [UInt8] {
        mark + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: crc >> (8 * $0)) }
    }

    /// True if the file is sealed, false if it has no seal; throws if the seal does not fit the contents.
    static func check(_ file: borrowing RegularFile) throws(Failure) -> Bool {
        let length = file.size - size
        guard length >= 0 else { return false }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { block.deallocate() }
        let end = UnsafeMutableRawBufferPointer(rebasing: block[..<size])
        try file.read(at: length, into: end)
        let seal = Array(end)
        guard seal.starts(with: mark) else { return false }

        var crc = CRC32()
        var position = 0
        while position < length {
            let count = min(block.count, length - position)
            let part = UnsafeMutableRawBufferPointer(rebasing: block[..<count])
            try file.read(at: position, into: part)
            crc.update(UnsafeRawBufferPointer(part))
            position += count
        }
        guard seal == bytes(length: UInt64(length), crc: crc.value) else {
            throw .format(path: "\(file.path)", "damaged: its checksum does not fit its contents")
        }
        return true
    }
}
