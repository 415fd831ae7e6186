import Engine

/// Where an HDF5 file's bytes are: in a file, or in memory, as those of a file inside of an archive.
enum ByteSource: ~Copyable {
    case file(RegularFile)
    /// `path` is for messages.
    case memory([UInt8], path: FilePath)

    var path: FilePath {
        switch self {
        case .file(let file): file.path
        case .memory(_, let path): path
        }
    }

    var size: Int {
        switch self {
        case .file(let file): file.size
        case .memory(let bytes, _): bytes.count
        }
    }

    /// What is asked for must lie inside.
    func read(at offset: Int, into memory: UnsafeMutableRawBufferPointer) throws(Failure) {
        switch self {
        case .file(let file): try file.read(at: offset, into: memory)
        case .memory(let bytes, _): memory.copyBytes(from: bytes[offset..<offset + memory.count])
        }
    }
}
