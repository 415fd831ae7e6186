import Engine

/// The tree of version 1 that most files index their chunks by, looked through before libhdf5 follows it: libhdf5 goes
/// as deep as the tree says, and reads as many bytes of a chunk without filters as the tree says. Other indexes do not
/// say how large such a chunk is, and have checksums.
enum ChunkTree {
    /// Throws if the tree of the data set whose object header is at that address is damaged. `storedBytes`: what each
    /// chunk must be stored as; nil where filters decide.
    static func check(_ file: StoredFile, header: UInt64, chunk: [Int], storedBytes: Int?) throws(Failure) {
        guard let layout = try ObjectHeader(file, at: header).first(.layout) else {
            throw file.damaged("it has no layout")
        }
        guard let root = try root(layout.body, rank: chunk.count) else { return }
        var last: [Int]?
        for (key, address) in try BTree1.children(file, root, type: 1, keySize: 8 + 8 * (chunk.count + 1)) {
            var key = key
            let bytes = try key.length(4)
            try key.skip(4)
            guard bytes == storedBytes ?? bytes else {
                throw file.damaged("a chunk of shape \(chunk) has \(storedBytes ?? 0) bytes, but \(bytes) are stored")
            }
            guard address <= UInt64(file.size), bytes <= file.size - Int(address) else {
                throw file.damaged("a chunk of \(bytes) bytes at \(address) lies behind the file's end")
            }
            var offsets: [Int] = []
            for extent in chunk {
                let offset = try key.length(8)
                guard offset % extent == 0 else { throw file.damaged("a chunk begins inside of another") }
                offsets.append(offset)
            }
            if let last, !last.lexicographicallyPrecedes(offsets) {
                throw file.damaged("its chunks are not in their order")
            }
            last = offsets
        }
    }

    /// nil where there is no such tree.
    private static func root(_ layout: Cursor, rank: Int) throws(Failure) -> UInt64? {
        var layout = layout
        let version = try layout.byte()
        if version > 3 { return nil }
        let (first, second) = (try layout.byte(), try layout.byte())
        let (kind, dimensions) = version < 3 ? (second, first) : (first, second)
        guard kind == 2, Int(dimensions) == rank + 1 else {
            throw layout.file.damaged("its chunks have other axes than it")
        }
        if version < 3 { try layout.skip(5) }
        return try layout.address()
    }
}
