import Engine

/// Messages that objects share: types with a name of their own, and what lies in heaps of the file's where its writer
/// has asked for that (specification, IV.A.2 and III.I).
extension StoredFile {
    /// A message that is stored in a heap of shared ones; nil where it is another object's.
    func sharedMessage(_ body: Cursor, _ kind: ObjectHeader.Kind) throws(Failure) -> Cursor? {
        var body = body
        guard try body.byte() == 3, try body.byte() == 1 else { return nil }
        return try sharedMessage(identifier: body.part(8), kind)
    }

    /// The same by its identifier in the heap.
    func sharedMessage(identifier: Cursor, _ kind: ObjectHeader.Kind) throws(Failure) -> Cursor {
        let what = "a shared description"
        guard let place = try sharedHeap(kind) else { throw damaged("\(what) is in no heap") }
        var heap: FractalHeap
        if let known = sharedHeaps[place] { heap = known } else { heap = try FractalHeap(self, at: place) }
        defer { sharedHeaps[place] = heap }
        return try heap.object(identifier, what)
    }

    /// The address of another object that has the message.
    private func sharedAddress(_ body: Cursor) throws(Failure) -> UInt64 {
        var body = body
        let version = try body.byte()
        _ = try body.byte()
        switch version {
        case 1: try body.skip(6)
        case 2, 3: break
        default: throw damaged("a shared description has version \(version)")
        }
        return try address(body.address(), "a shared description")
    }

    /// The description of a type or shape: itself, or that which it shares.
    func description(_ body: Cursor, isShared: Bool, _ kind: ObjectHeader.Kind) throws(Failure) -> Cursor {
        guard isShared else { return body }
        if let found = try sharedMessage(body, kind) { return found }
        let header = try ObjectHeader(self, at: sharedAddress(body))
        guard let message = header.first(kind), !message.isShared else { throw damaged("a shared description is none") }
        return message.body
    }

    /// Where messages of a kind are shared; nil where they are not.
    private func sharedHeap(_ kind: ObjectHeader.Kind) throws(Failure) -> UInt64? {
        if sharedTable == nil { sharedTable = try readSharedTable() }
        // The older form of fill values is the newer one's.
        let bit = 1 << Int((kind == .oldFillValue ? .fillValue : kind).rawValue)
        return sharedTable?.first { $0.kinds & bit != 0 }?.heap
    }

    private func readSharedTable() throws(Failure) -> [(kinds: Int, heap: UInt64)] {
        guard let superblockExtension else { return [] }
        // Its messages lie in none of the heaps that they tell of.
        sharedTable = []
        guard let message = try ObjectHeader(self, at: superblockExtension).first(.sharedTable) else { return [] }
        var body = message.body
        try body.expect(0, "version")
        let what = "the table of shared descriptions"
        let place = try address(body.address(), what)
        let count = Int(try body.byte())
        guard (1...8).contains(count) else { throw damaged("\(what) has \(count) parts") }
        let size = 14 + 2 * offsetSize
        var table = try checkedBlock(place, 8 + count * size, "SMTB", what)
        var found: [(kinds: Int, heap: UInt64)] = []
        for _ in 0..<count {
            try table.expect(0, "version")
            try table.skip(1)
            let kinds = try table.int(2)
            try table.skip(4 + 3 * 2 + offsetSize)
            if let heap = try table.address() { found.append((kinds, heap)) }
        }
        return found
    }
}
