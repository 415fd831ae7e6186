import Engine
import Glibc

/// The last 20 bytes of a checkpoint, behind the end of the HDF5 file proper: a mark, the number of bytes before the seal, and
/// their CRC-32. libhdf5 ignores what lies behind its end of file, so every HDF5 tool reads a sealed file; and a reader that
/// checks the seal first never shows libhdf5, which does not withstand every damaged file, a damaged one.
///
/// A file that ends where its HDF5 part ends is legal as well: tools that change a file cut the seal off. Then libhdf5's own
/// checksums are the guard.
enum Seal {
    static let mark = Array("wb.crc32".utf8)
    static let size = 20

    static func bytes(for contents: UnsafeRawBufferPointer) -> [UInt8] {
        var crc = CRC32()
        crc.update(contents)
        return bytes(length: UInt64(contents.count), crc: crc.value)
    }

    private static func bytes(length: UInt64, crc: UInt32) -> [UInt8] {
        mark + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + (0..<4).map { UInt8(truncatingIfNeeded: crc >> (8 * $0)) }
    }

    /// True if the file is sealed, false if it has no seal; throws if the seal does not fit the contents.
    static func check(_ path: String) throws(Failure) -> Bool {
        let descriptor = try openRegularFile(path)
        defer { close(descriptor) }
        let length = Int(lseek(descriptor, 0, SEEK_END)) - size
        guard length >= 0 else { return false }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { block.deallocate() }
        let end = UnsafeMutableRawBufferPointer(rebasing: block[..<size])
        try read(descriptor, path, at: length, into: end)
        let seal = Array(end)
        guard seal.starts(with: mark) else { return false }

        var crc = CRC32()
        var position = 0
        while position < length {
            let count = min(block.count, length - position)
            let part = UnsafeMutableRawBufferPointer(rebasing: block[..<count])
            try read(descriptor, path, at: position, into: part)
            crc.update(UnsafeRawBufferPointer(part))
            position += count
        }
        guard seal == bytes(length: UInt64(length), crc: crc.value) else {
            throw .format(path: path, "damaged: its checksum does not fit its contents")
        }
        return true
    }

    private static func read(
        _ descriptor: Int32, _ path: String, at offset: Int, into memory: UnsafeMutableRawBufferPointer
    ) throws(Failure) {
        var done = 0
        while done < memory.count {
            let count = pread(descriptor, memory.baseAddress?.advanced(by: done), memory.count - done, offset + done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .file(path: path, "cannot be read: \(systemSentence(errno))") }
            guard count > 0 else { throw .format(path: path, "became shorter while it was read") }
            done += count
        }
    }
}
