import Engine

/// A B-tree of version 2: records of one size in nodes of one size (specification, III.A.2).
struct BTree2 {
    /// What a tree is for.
    enum Purpose: UInt8 {
        case hugeObjects = 1
        case linksByName = 5
        case attributesByName = 8
        case chunks = 10
        case filteredChunks = 11
    }

    let purpose: Purpose
    let recordSize: Int
    private(set) var records: [Cursor] = []

    private let file: StoredFile
    private let nodeSize: Int
    /// For each level above the leaves: bytes of the number of records in a node below, and of those in the whole
    /// subtree there.
    private var countSizes: [(node: Int, subtree: Int)] = []

    /// No sound tree is higher: each level multiplies the number of records.
    private static let highest = 32

    init(_ file: StoredFile, at address: UInt64, as purposes: Set<Purpose>) throws(Failure) {
        self.file = file
        let what = "a B-tree"
        let (offset, length) = (file.offsetSize, file.lengthSize)
        var header = try file.checkedBlock(address, 22 + offset + length, "BTHD", what)
        try header.expect(0, "version")
        guard let purpose = Purpose(rawValue: try header.byte()), purposes.contains(purpose) else {
            throw file.damaged("\(what) is of another kind")
        }
        self.purpose = purpose
        nodeSize = try header.length(4)
        recordSize = try header.int(2)
        let depth = try header.int(2)
        try header.skip(2)
        let root = try header.address()
        let count = try header.int(2)
        let total = try header.length()
        guard recordSize > 0, nodeSize > 10 + recordSize, depth < BTree2.highest else {
            throw file.damaged("\(what) has impossible sizes")
        }

        let mostInLeaf = (nodeSize - 10) / recordSize
        var most = (node: mostInLeaf, subtree: mostInLeaf)
        let nodeCountSize = bytesFor(mostInLeaf)
        for level in 0..<depth {
            countSizes.append((nodeCountSize, level == 0 ? 0 : bytesFor(most.subtree)))
            let pointer = offset + countSizes[level].node + countSizes[level].subtree
            guard nodeSize > 10 + 2 * pointer + recordSize else { throw file.damaged("\(what) has impossible sizes") }
            most.node = (nodeSize - 10 - pointer) / (recordSize + pointer)
            let (product, overflow) = most.subtree.multipliedReportingOverflow(by: most.node + 1)
            most.subtree = overflow ? Int.max / 2 : min(product, Int.max / 2) + most.node
        }
        guard let root else {
            guard total == 0 else { throw file.damaged("\(what) has lost its root") }
            return
        }
        try readNode(root, count, depth)
        guard records.count == total else {
            throw file.damaged("\(what) says that it has \(total) records, and has \(records.count)")
        }
    }

    private mutating func readNode(_ address: UInt64, _ count: Int, _ level: Int) throws(Failure) {
        let what = "a B-tree node"
        var used = 10 + count * recordSize
        if level > 0 {
            used += (count + 1) * (file.offsetSize + countSizes[level - 1].node + countSizes[level - 1].subtree)
        }
        guard used <= nodeSize else { throw file.damaged("\(what) has more records than fit") }
        var node = try file.checkedBlock(address, used, level == 0 ? "BTLF" : "BTIN", what)
        try node.expect(0, "version")
        try node.expect(purpose.rawValue, "type")
        var own: [Cursor] = []
        for _ in 0..<count { own.append(try node.part(recordSize)) }
        guard level > 0 else {
            records += own
            return
        }
        for child in 0...count {
            let below = try file.address(node.address(), what)
            let belowCount = try node.length(countSizes[level - 1].node)
            try node.skip(countSizes[level - 1].subtree)
            try readNode(below, belowCount, level - 1)
            if child < count { records.append(own[child]) }
        }
    }
}

/// How many bytes HDF5 takes for numbers up to a limit.
func bytesFor(_ limit: Int) -> Int { limit <= 0 ? 1 : (Int.bitWidth - 1 - limit.leadingZeroBitCount) / 8 + 1 }
