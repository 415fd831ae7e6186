import Engine

/// A heap of objects of varying length, as links and attributes of new-style groups lie in (specification, III.G). It
/// is read as a whole: its blocks form a table of `width` columns, the sizes of whose rows double.
struct FractalHeap {
    /// The file may keep its heaps.
    private unowned let file: StoredFile
    private let address: UInt64
    private let identifierSize: Int
    private let hasChecksums: Bool
    private let width: Int
    private let startSize: Int
    private let largestDirect: Int
    private let offsetBytes: Int
    private let lengthBytes: Int
    private let hugeObjects: UInt64?
    /// Blocks in the order of their offsets in the heap.
    private var blocks: [(offset: Int, bytes: [UInt8])] = []
    private var huge: [UInt64: (address: UInt64, length: Int)]?

    private static let what = "a heap"

    init(_ file: StoredFile, at address: UInt64) throws(Failure) {
        self.file = file
        self.address = address
        let (offset, length) = (file.offsetSize, file.lengthSize)
        var header = try file.checkedBlock(address, 26 + 3 * offset + 12 * length, "FRHP", FractalHeap.what)
        try header.expect(0, "version")
        identifierSize = try header.int(2)
        guard try header.int(2) == 0 else {
            throw file.unusual("has its names or attributes compressed, which is not read here")
        }
        let flags = try header.byte()
        hasChecksums = flags & 2 != 0
        let mostManaged = try header.length(4)
        try header.skip(length)
        hugeObjects = try header.address()
        try header.skip(length + offset + 8 * length)
        width = try header.int(2)
        startSize = try header.length()
        largestDirect = try header.length()
        let heapBits = try header.int(2)
        try header.skip(2)
        let root = try header.address()
        let rows = try header.int(2)
        func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
        guard isPower(width), isPower(startSize), isPower(largestDirect), startSize <= largestDirect,
            largestDirect <= 1 << 32,
            (1...64).contains(heapBits), rows <= 64, (1...64).contains(identifierSize)
        else { throw file.damaged("\(FractalHeap.what) has impossible sizes") }
        offsetBytes = (heapBits + 7) / 8
        lengthBytes = min((largestDirect.trailingZeroBitCount + 7) / 8, bytesFor(mostManaged))
        guard let root else { return }
        if rows == 0 {
            try readDirect(root, startSize, at: 0)
        } else {
            try readIndirect(root, rows, at: 0, depth: 0)
        }
    }

    /// Both kinds of block begin alike; the cursor is behind that.
    private func checkStart(_ block: inout Cursor, at offset: Int) throws(Failure) {
        try block.expect(0, "version")
        let (owner, place) = (try block.address(), try block.unsigned(min(offsetBytes, 8)))
        guard owner == address, place == UInt64(offset) else {
            throw file.damaged("a block of \(FractalHeap.what) belongs elsewhere")
        }
    }

    private mutating func readDirect(_ address: UInt64, _ size: Int, at offset: Int) throws(Failure) {
        var bytes = try file.bytes(address, size, "a block of a heap")
        var block = Cursor(file, bytes, "a block of a heap")
        try block.expect("FHDB")
        try checkStart(&block, at: offset)
        if hasChecksums {
            // It is that of the block with zeros in its place.
            let place = block.position
            let stored = UInt32(try block.unsigned(4))
            bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0, 0])
            guard bytes.withUnsafeBytes({ MetadataChecksum.lookup3($0) }) == stored else {
                throw file.damaged("the checksum of a block of \(FractalHeap.what) does not fit its contents")
            }
        }
        blocks.append((offset, bytes))
    }

    private func size(ofRow row: Int) throws(Failure) -> Int {
        let shift = max(0, row - 1)
        guard shift < startSize.leadingZeroBitCount - 1 else {
            throw file.damaged("\(FractalHeap.what) has impossible sizes")
        }
        return startSize << shift
    }

    private mutating func readIndirect(_ address: UInt64, _ rows: Int, at start: Int, depth: Int) throws(Failure) {
        guard depth < 64, rows <= 64 else { throw file.damaged("\(FractalHeap.what) has impossible sizes") }
        let prefix = 5 + file.offsetSize + offsetBytes
        let count = prefix + rows * width * file.offsetSize + 4
        var block = try file.checkedBlock(address, count, "FHIB", "a table of a heap")
        try checkStart(&block, at: start)
        var offset = start
        for row in 0..<rows {
            let size = try size(ofRow: row)
            for _ in 0..<width {
                if let child = try block.address() {
                    if size <= largestDirect {
                        try readDirect(child, size, at: offset)
                    } else {
                        let below =
                            size.trailingZeroBitCount - startSize.trailingZeroBitCount - width.trailingZeroBitCount + 1
                        guard below > 0 else { throw file.damaged("\(FractalHeap.what) has impossible sizes") }
                        try readIndirect(child, below, at: offset, depth: depth + 1)
                    }
                }
                let (next, overflow) = offset.addingReportingOverflow(size)
                guard !overflow else { throw file.damaged("\(FractalHeap.what) has impossible sizes") }
                offset = next
            }
        }
    }

    /// The object that an identifier names.
    mutating func object(_ identifier: Cursor, _ what: String) throws(Failure) -> Cursor {
        var identifier = try { (cursor: Cursor) throws(Failure) in
            var cursor = cursor
            return try cursor.part(identifierSize)
        }(identifier)
        let first = try identifier.byte()
        guard first >> 6 == 0 else { throw file.damaged("\(what) has an identifier of an unknown version") }
        switch first >> 4 & 3 {
        case 0:
            let offset = try identifier.length(min(offsetBytes, 8))
            let length = try identifier.length(lengthBytes)
            return try managed(offset, length, what)
        case 1: return try hugeObject(identifier, what)
        case 2:
            // Short ones are in the identifier itself.
            var length = Int(first & 0x0F)
            if identifierSize > 18 { length = length << 8 | Int(try identifier.byte()) }
            return Cursor(file, try identifier.take(length + 1), what)
        default: throw file.damaged("\(what) has an identifier of an unknown kind")
        }
    }

    private func managed(_ offset: Int, _ length: Int, _ what: String) throws(Failure) -> Cursor {
        // The last block that begins at or before the object.
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { throw file.damaged("\(what) is not in its heap") }
        let block = blocks[low - 1]
        var cursor = Cursor(file, block.bytes, what)
        try cursor.skip(offset - block.offset)
        return try cursor.part(length)
    }

    private mutating func hugeObject(_ identifier: Cursor, _ what: String) throws(Failure) -> Cursor {
        var identifier = identifier
        if file.offsetSize + file.lengthSize <= identifierSize - 1 {
            let address = try file.address(identifier.address(), what)
            return try file.block(address, identifier.length(), what)
        }
        if huge == nil {
            var found: [UInt64: (address: UInt64, length: Int)] = [:]
            let tree = try BTree2(file, at: file.address(hugeObjects, "the table of \(what)"), as: [.hugeObjects])
            for var record in tree.records {
                let address = try file.address(record.address(), what)
                let length = try record.length()
                found[try record.unsigned(file.lengthSize)] = (address, length)
            }
            huge = found
        }
        let number = try identifier.unsigned(min(identifierSize - 1, 8))
        guard let place = huge?[number] else { throw file.damaged("\(what) is not in its heap") }
        return try file.block(place.address, place.length, what)
    }
}
