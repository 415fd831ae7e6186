import Engine

/// The index of chunks of an array that cannot grow: a table of them, in pages where it is long (specification, VII.C).
struct FixedArray {
    private var pages: [Cursor] = []
    private let entriesInPage: Int
    private let entrySize: Int
    private let count: Int
    private let isFiltered: Bool
    private let chunkBytes: Int
    private let file: StoredFile

    init(_ file: StoredFile, at address: UInt64, chunkBytes: Int) throws(Failure) {
        let what = "an index of chunks"
        (self.file, self.chunkBytes) = (file, chunkBytes)
        var header = try file.checkedBlock(address, 12 + file.lengthSize + file.offsetSize, "FAHD", what)
        try header.expect(0, "version")
        isFiltered = try header.byte() != 0
        entrySize = Int(try header.byte())
        let pageBits = Int(try header.byte())
        count = try header.length()
        guard entrySize >= file.offsetSize, pageBits < 32, count <= file.size / entrySize else {
            throw file.damaged("\(what) has impossible sizes")
        }
        entriesInPage = 1 << pageBits
        guard let block = try header.address() else { return }
        let prefix = 6 + file.offsetSize
        guard count > entriesInPage else {
            var whole = try file.checkedBlock(block, prefix + count * entrySize + 4, "FADB", what)
            try FixedArray.checkOwner(&whole, address, isFiltered)
            pages = [whole]
            return
        }
        // Which pages are there is said in a bit for each. All are, where all chunks are.
        let pageCount = (count - 1) / entriesInPage + 1
        let start = prefix + (pageCount + 7) / 8 + 4
        var first = try file.checkedBlock(block, start, "FADB", what)
        try FixedArray.checkOwner(&first, address, isFiltered)
        let bits = try first.take((pageCount + 7) / 8)
        var next = block &+ UInt64(start)
        for page in 0..<pageCount {
            let size = min(entriesInPage, count - page * entriesInPage) * entrySize + 4
            guard bits[page / 8] & (0x80 >> UInt8(page % 8)) != 0 else { throw StoredArray.notHere(file) }
            let bytes = try file.bytes(next, size, what)
            try file.verify(bytes, what)
            pages.append(Cursor(file, bytes, what))
            next = next &+ UInt64(size)
        }
    }

    private static func checkOwner(_ block: inout Cursor, _ address: UInt64, _ isFiltered: Bool) throws(Failure) {
        try block.expect(0, "version")
        try block.expect(isFiltered ? 1 : 0, "client")
        guard try block.address() == address else { throw block.file.damaged("\(block.what) belongs elsewhere") }
    }

    func entry(_ index: Int) throws(Failure) -> ChunkTable.Entry? {
        guard index < count else { throw file.damaged("its index of chunks is too short") }
        guard index / entriesInPage < pages.count else { return nil }
        var page = pages[index / entriesInPage]
        try page.skip(index % entriesInPage * entrySize)
        return try page.chunkEntry(size: entrySize, isFiltered: isFiltered, chunkBytes: chunkBytes)
    }
}
