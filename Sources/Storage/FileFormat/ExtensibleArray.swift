import Engine

/// The index of chunks of an array that grows along one axis (specification, VII.D): a first block with some entries,
/// addresses of blocks of entries, and addresses of blocks of such addresses. Sizes double with every second of these.
struct ExtensibleArray {
    private let file: StoredFile
    private let address: UInt64
    private let chunkBytes: Int
    private let isFiltered: Bool
    private let entrySize: Int
    private let offsetBytes: Int
    private let entriesInFirst: Int
    private let leastEntries: Int
    private let entriesInPage: Int
    private let levelsInFirst: Int
    private let levels: Int
    private var first: Cursor?
    private var dataBlocks: [UInt64?] = []
    private var superBlocks: [UInt64?] = []
    /// Addresses in blocks of addresses, and entries in blocks and pages, that were read.
    private var addresses: [UInt64: [UInt64?]] = [:]
    private var blocks: [UInt64: Cursor] = [:]

    private static let what = "an index of chunks"

    init(_ file: StoredFile, at address: UInt64, chunkBytes: Int) throws(Failure) {
        let what = ExtensibleArray.what
        (self.file, self.address, self.chunkBytes) = (file, address, chunkBytes)
        var header = try file.checkedBlock(address, 16 + 6 * file.lengthSize + file.offsetSize, "EAHD", what)
        try header.expect(0, "version")
        isFiltered = try header.byte() != 0
        entrySize = Int(try header.byte())
        let bits = Int(try header.byte())
        entriesInFirst = Int(try header.byte())
        leastEntries = Int(try header.byte())
        let leastAddresses = Int(try header.byte())
        let pageBits = Int(try header.byte())
        try header.skip(6 * file.lengthSize)
        func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
        guard entrySize >= file.offsetSize, (1...62).contains(bits), isPower(leastEntries), isPower(leastAddresses),
            pageBits < 32,
            bits >= leastEntries.trailingZeroBitCount
        else { throw file.damaged("\(what) has impossible sizes") }
        offsetBytes = (bits + 7) / 8
        entriesInPage = 1 << pageBits
        levels = 1 + bits - leastEntries.trailingZeroBitCount
        levelsInFirst = min(levels, 2 * leastAddresses.trailingZeroBitCount)
        guard let place = try header.address() else { return }
        let direct = 2 * (leastAddresses - 1)
        let size =
            6 + file.offsetSize + entriesInFirst * entrySize + (direct + levels - levelsInFirst) * file.offsetSize + 4
        var block = try file.checkedBlock(place, size, "EAIB", what)
        try checkOwner(&block)
        first = try block.part(entriesInFirst * entrySize)
        for _ in 0..<direct { dataBlocks.append(try block.address()) }
        for _ in 0..<levels - levelsInFirst { superBlocks.append(try block.address()) }
    }

    private func checkOwner(_ block: inout Cursor) throws(Failure) {
        try block.expect(0, "version")
        try block.expect(isFiltered ? 1 : 0, "client")
        guard try block.address() == address else { throw file.damaged("\(ExtensibleArray.what) belongs elsewhere") }
    }

    mutating func entry(_ number: Int) throws(Failure) -> ChunkTable.Entry? {
        guard let first else { return nil }
        if number < entriesInFirst { return try entry(number, in: first) }
        let index = number - entriesInFirst
        let level = Int.bitWidth - 1 - (index / leastEntries + 1).leadingZeroBitCount
        guard level < levels else { throw file.damaged("\(ExtensibleArray.what) is too short") }
        // Of the levels before this one: their entries and blocks.
        var (entriesBefore, blocksBefore) = (0, 0)
        for before in 0..<level {
            entriesBefore += (1 << before) * leastEntries
            blocksBefore += 1 << (before / 2)
        }
        let entriesInBlock = 1 << ((level + 1) / 2) * leastEntries
        let block = (index - entriesBefore) / entriesInBlock
        let place = (index - entriesBefore) % entriesInBlock
        let address: UInt64?
        if level < levelsInFirst {
            guard blocksBefore + block < dataBlocks.count else {
                throw file.damaged("\(ExtensibleArray.what) is too short")
            }
            address = dataBlocks[blocksBefore + block]
        } else {
            guard let superBlock = superBlocks[level - levelsInFirst] else { return nil }
            let found = try blockAddresses(superBlock, count: 1 << (level / 2), entriesInBlock)
            guard block < found.count else { throw file.damaged("\(ExtensibleArray.what) is too short") }
            address = found[block]
        }
        guard let address else { return nil }
        return try entry(place, inBlockOf: entriesInBlock, at: address)
    }

    private mutating func blockAddresses(_ address: UInt64, count: Int, _ entriesInBlock: Int) throws(Failure)
        -> [UInt64?]
    {
        if let known = addresses[address] { return known }
        // Which pages are there is said in bits. All are, where all chunks are; one that is not has no checksum that
        // fits.
        let bits = entriesInBlock > entriesInPage ? (entriesInBlock / entriesInPage + 7) / 8 * count : 0
        guard count <= file.size, bits <= file.size else {
            throw file.damaged("\(ExtensibleArray.what) has impossible sizes")
        }
        let size = 6 + file.offsetSize + offsetBytes + bits + count * file.offsetSize + 4
        var block = try file.checkedBlock(address, size, "EASB", ExtensibleArray.what)
        try checkOwner(&block)
        try block.skip(offsetBytes + bits)
        var found: [UInt64?] = []
        for _ in 0..<count { found.append(try block.address()) }
        addresses[address] = found
        return found
    }

    private mutating func entry(_ place: Int, inBlockOf count: Int, at address: UInt64) throws(Failure) -> ChunkTable
        .Entry?
    {
        let what = ExtensibleArray.what
        let prefix = 6 + file.offsetSize + offsetBytes
        let isPaged = count > entriesInPage
        let inPage = min(count, entriesInPage)
        guard inPage <= file.size / entrySize else { throw file.damaged("\(what) has impossible sizes") }
        let start = isPaged ? address &+ UInt64(prefix + 4 + place / inPage * (inPage * entrySize + 4)) : address
        if let known = blocks[start] { return try entry(place % inPage, in: known) }
        var block: Cursor
        if isPaged {
            let bytes = try file.bytes(start, inPage * entrySize + 4, what)
            try file.verify(bytes, what)
            block = Cursor(file, bytes, what)
        } else {
            block = try file.checkedBlock(start, prefix + inPage * entrySize + 4, "EADB", what)
            try checkOwner(&block)
            try block.skip(offsetBytes)
        }
        blocks[start] = block
        return try entry(place % inPage, in: block)
    }

    private func entry(_ place: Int, in block: Cursor) throws(Failure) -> ChunkTable.Entry? {
        var block = block
        try block.skip(place * entrySize)
        return try block.chunkEntry(size: entrySize, isFiltered: isFiltered, chunkBytes: chunkBytes)
    }
}
