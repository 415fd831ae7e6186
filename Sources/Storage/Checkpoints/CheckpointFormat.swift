/// What writer and reader agree on; told to users in docs/checkpoint-format.md.
enum CheckpointFormat {
    static let name = "wingbeat-checkpoint"
    /// Rises when an older library would misread a file.
    static let version: Int64 = 2

    static let formatAttribute = "format"
    static let versionAttribute = "format_version"
    static let libraryAttribute = "library_version"
    /// Attributes of the root group that belong to the file, not to the tree.
    static let reserved: Set<String> = [formatAttribute, versionAttribute, libraryAttribute]

    /// Of an array of 16-bit integers that are bfloat16 numbers: their dtype.
    static let dtypeAttribute = "dtype"
    /// Of an array: the CRC-32 of its elements, row-major and little-endian.
    static let checksumAttribute = "crc32"

    /// Groups nested deeper are refused, so that no file makes the reader's recursion run out of stack.
    static let deepest = 200
    /// Values in the list of an attribute.
    static let longestList = 1 << 20

    /// Arrays up to this size lie inside their object header, which is checksummed; larger ones in chunks of about
    /// `chunkBytes`, each with a checksum of its own.
    static let compactBytes = 8 << 10
    static let chunkBytes = 1 << 20

    /// Extents of chunks that cover `shape` evenly, whole trailing axes first.
    static func chunk(of shape: [Int], elementSize: Int) -> [Int] {
        var chunk = shape
        var room = max(1, chunkBytes / elementSize)
        for axis in shape.indices.reversed() {
            let pieces = (shape[axis] + room - 1) / room
            chunk[axis] = (shape[axis] + pieces - 1) / pieces
            room = max(1, room / chunk[axis])
        }
        return chunk
    }
}
