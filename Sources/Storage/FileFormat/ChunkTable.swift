import Engine

/// Where the chunks of an array are, by any of the indexes that HDF5 has for them (specification, IV.A.2.i and VII).
struct ChunkTable {
    struct Chunk {
        /// Of its first element.
        let offsets: [Int]
        /// nil if it was never written.
        let address: UInt64?
        let size: Int
        /// A bit for each filter that was left out; all where it reaches over the array's end and is stored plainly for
        /// that.
        let mask: UInt32
    }

    /// A chunk as an index has it.
    struct Entry {
        let address: UInt64?
        let size: Int
        let mask: UInt32
    }

    private enum Source {
        /// One behind the other.
        case row(UInt64)
        /// In the order of the grid.
        case table([Entry?])
        /// Those that there are, by their place in that order.
        case some([Int: Entry])
    }

    let extents: [Int]
    let chunkBytes: Int
    /// How many chunks cover the array.
    let count: Int
    private let shape: [Int]
    private let grid: [Int]
    private let leavesEdgesPlain: Bool
    private let source: Source

    /// `body` is the layout's message, behind its class.
    init(
        _ file: StoredFile, _ body: inout Cursor, version: UInt8, _ extent: Extent, elementSize: Int, isFiltered: Bool,
        isPartial: Bool = false
    ) throws(Failure) {
        let shape = extent.shape ?? []
        let rank = shape.count
        let flags = version >= 4 ? try body.byte() : 0
        guard Int(try body.byte()) == rank + 1, rank > 0 else {
            throw file.damaged("its chunks have other axes than it")
        }
        let before = version == 3 ? try body.address() : nil
        let sizeBytes = version >= 4 ? Int(try body.byte()) : 4
        var extents: [Int] = []
        var bytes = elementSize
        for _ in 0..<rank {
            let extent = try body.length(sizeBytes)
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow, product < 1 << 32 else { throw file.damaged("it has impossible chunks") }
            bytes = product
            extents.append(extent)
        }
        guard try body.length(sizeBytes) == elementSize else { throw file.damaged("its chunks are of other elements") }
        let grid = zip(shape, extents).map { $0 == 0 ? 0 : ($0 - 1) / $1 + 1 }
        // The product of the shape is a number, so this one is.
        let count = grid.reduce(1, *)
        (self.shape, self.extents, self.grid, self.count, chunkBytes) = (shape, extents, grid, count, bytes)
        leavesEdgesPlain = flags & 1 != 0
        guard count > 0 else {
            source = .table([])
            return
        }
        // A chunk that is stored takes a byte, and one in an index as many as an address.
        guard isPartial || count <= file.size else {
            throw file.damaged("it has \(count) chunks, more than the file can hold")
        }
        func checkTable() throws(Failure) {
            guard count <= file.size / file.offsetSize else {
                throw file.damaged("it has \(count) chunks, more than the file can hold")
            }
        }

        let kind = version == 3 ? 0 : try body.byte()
        var fixed = (size: bytes, mask: UInt32(0))
        switch kind {
        case 1 where flags & 2 != 0: fixed = (try body.length(), UInt32(try body.unsigned(4)))
        case 3: try body.skip(1)
        case 4: try body.skip(5)
        case 5: try body.skip(6)
        default: break
        }
        guard let address = version == 3 ? before : try body.address() else {
            guard isPartial else { throw StoredArray.notHere(file) }
            source = .some([:])
            return
        }
        // Chunks along each axis when the array has grown to its most; an axis without a limit counts as it is.
        let most = extents.indices.map { (axis: Int) -> Int in
            extent.most[axis].map { max(1, (max($0, 1) - 1) / extents[axis] + 1) } ?? grid[axis]
        }
        switch kind {
        case 0, 5:
            let found =
                kind == 0
                ? try ChunkTable.fromBTree1(file, address, extents, bytes, isFiltered)
                : try ChunkTable.fromBTree2(file, address, rank, bytes)
            var entries: [Int: Entry] = [:]
            for (place, entry) in found where zip(place, grid).allSatisfy({ $0 < $1 }) {
                let index = zip(place, grid).reduce(0) { $0 * $1.1 + $1.0 }
                guard entries.updateValue(entry, forKey: index) == nil else {
                    throw file.damaged("it has two chunks in one place")
                }
            }
            source = .some(entries)
        case 1:
            guard count == 1 else { throw file.damaged("it has one chunk, and needs \(count)") }
            source = .table([Entry(address: address, size: fixed.size, mask: fixed.mask)])
        case 2:
            guard count <= file.size else {
                throw file.damaged("it has \(count) chunks, more than the file can hold")
            }
            guard most == grid else { throw file.unusual("has room for further chunks, which is not read here") }
            source = .row(address)
        case 3:
            try checkTable()
            let array = try FixedArray(file, at: address, chunkBytes: bytes)
            source = .table(try ChunkTable.entries(grid, most, first: nil, in: file, array.entry))
        case 4:
            try checkTable()
            guard let first = extent.most.firstIndex(of: nil) else {
                throw file.damaged("its index is for arrays that grow")
            }
            var array = try ExtensibleArray(file, at: address, chunkBytes: bytes)
            source = .table(
                try ChunkTable.entries(grid, most, first: first, in: file) { (index) throws(Failure) in
                    try array.entry(index)
                })
        default: throw file.damaged("it has an unknown index of chunks")
        }
    }

    /// From an index in the order of the grid that the array may grow to, with axis `first` in front of the others.
    private static func entries(
        _ grid: [Int], _ most: [Int], first: Int?, in file: StoredFile, _ entry: (Int) throws(Failure) -> Entry?
    ) throws(Failure) -> [Entry?] {
        var order = Array(grid.indices)
        if let first {
            order.remove(at: first)
            order.insert(first, at: 0)
        }
        var entries: [Entry?] = []
        for number in 0..<grid.reduce(1, *) {
            let place = ChunkTable.place(number, grid)
            var index = 0
            for axis in order {
                let (product, overflow) = index.multipliedReportingOverflow(by: most[axis])
                let (sum, further) = product.addingReportingOverflow(place[axis])
                guard !overflow, !further else { throw file.damaged("it may get more chunks than can be counted") }
                index = sum
            }
            entries.append(try entry(index))
        }
        return entries
    }

    private static func place(_ number: Int, _ grid: [Int]) -> [Int] {
        var rest = number
        var place = [Int](repeating: 0, count: grid.count)
        for axis in grid.indices.reversed() {
            place[axis] = rest % grid[axis]
            rest /= grid[axis]
        }
        return place
    }

    /// The chunks that there are, as far as that is known, else all; with `isWhole` all in any case.
    func numbers(isWhole: Bool) -> [Int] {
        if !isWhole, case .some(let entries) = source { return entries.keys.sorted() }
        return Array(0..<count)
    }

    func chunk(_ number: Int) -> Chunk {
        let place = ChunkTable.place(number, grid)
        let offsets = zip(place, extents).map { $0 * $1 }
        let reachesOver = shape.indices.contains { offsets[$0] + extents[$0] > shape[$0] }
        let mask: UInt32 = leavesEdgesPlain && reachesOver ? .max : 0
        switch source {
        case .row(let address):
            return Chunk(
                offsets: offsets, address: address &+ UInt64(number) &* UInt64(chunkBytes), size: chunkBytes, mask: mask
            )
        case .table(let entries): return chunk(entries[number], offsets, mask)
        case .some(let entries): return chunk(entries[number], offsets, mask)
        }
    }

    private func chunk(_ entry: Entry?, _ offsets: [Int], _ mask: UInt32) -> Chunk {
        Chunk(offsets: offsets, address: entry?.address, size: entry?.size ?? 0, mask: mask | (entry?.mask ?? 0))
    }

    // MARK: B-trees

    private static func fromBTree1(
        _ file: StoredFile, _ address: UInt64, _ extents: [Int], _ chunkBytes: Int, _ isFiltered: Bool
    ) throws(Failure) -> [([Int], Entry)] {
        var found: [([Int], Entry)] = []
        for (key, address) in try BTree1.children(file, address, type: 1, keySize: 8 + 8 * (extents.count + 1)) {
            var key = key
            let size = try key.length(4)
            let mask = UInt32(try key.unsigned(4))
            guard isFiltered || size == chunkBytes else {
                throw file.damaged("a chunk has \(size) bytes stored, but its shape needs \(chunkBytes)")
            }
            var place: [Int] = []
            for extent in extents {
                let offset = try key.length(8)
                guard offset % extent == 0 else { throw file.damaged("a chunk begins inside of another") }
                place.append(offset / extent)
            }
            found.append((place, Entry(address: address, size: size, mask: mask)))
        }
        return found
    }

    private static func fromBTree2(_ file: StoredFile, _ address: UInt64, _ rank: Int, _ chunkBytes: Int)
        throws(Failure) -> [([Int], Entry)]
    {
        let tree = try BTree2(file, at: address, as: [.chunks, .filteredChunks])
        let sizeBytes = tree.recordSize - file.offsetSize - 8 * rank - 4
        var found: [([Int], Entry)] = []
        for var record in tree.records {
            let address = try record.address()
            var entry = Entry(address: address, size: chunkBytes, mask: 0)
            if tree.purpose == .filteredChunks {
                entry = Entry(
                    address: address, size: try record.length(max(0, sizeBytes)), mask: UInt32(try record.unsigned(4)))
            }
            var place: [Int] = []
            for _ in 0..<rank { place.append(try record.length(8)) }
            found.append((place, entry))
        }
        return found
    }
}

extension Cursor {
    /// A chunk in an array of them: where it is, and, in as many bytes as are left, its size and the mask of its
    /// filters.
    mutating func chunkEntry(size: Int, isFiltered: Bool, chunkBytes: Int) throws(Failure) -> ChunkTable.Entry? {
        var body = try part(size)
        let address = try body.address()
        guard isFiltered else { return ChunkTable.Entry(address: address, size: chunkBytes, mask: 0) }
        let bytes = try body.length(max(0, body.rest - 4))
        return ChunkTable.Entry(address: address, size: bytes, mask: UInt32(try body.unsigned(4)))
    }
}
