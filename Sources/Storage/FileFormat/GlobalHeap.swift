import Engine

/// A collection of objects, most of them texts of varying length (specification, III.E).
struct GlobalHeap {
    /// Bytes, and no cursors: those hold the file, which holds this.
    private var objects: [Int: [UInt8]] = [:]

    init(_ file: StoredFile, at address: UInt64) throws(Failure) {
        let what = "a collection of texts"
        let prefix = 8 + file.lengthSize
        var start = try file.block(address, prefix, what)
        try start.expect("GCOL")
        try start.expect(1, "version")
        try start.skip(3)
        let size = try start.length()
        guard size >= prefix else { throw file.damaged("\(what) has \(size) bytes") }
        var cursor = try file.block(address, size, what)
        try cursor.skip(prefix)
        while cursor.rest >= 8 + file.lengthSize {
            let rest = cursor.rest
            let index = try cursor.int(2)
            try cursor.skip(6)
            let length = try cursor.length()
            // The free space behind the others. libhdf5 goes on behind it, and so does not end where it says to have no
            // bytes.
            if index == 0 {
                guard length == rest else { throw file.damaged("\(what) has \(length) free bytes of \(rest)") }
                return
            }
            objects[index] = try cursor.take(length)
            try cursor.skip(min(cursor.rest, (8 - length % 8) % 8))
        }
    }

    func object(_ index: Int) -> [UInt8]? { objects[index] }
}

extension StoredFile {
    /// The text that an element of varying length names.
    func longText(_ element: inout Cursor) throws(Failure) -> [UInt8] {
        Array(try heapObject(&element, itemSize: 1).prefix { $0 != 0 })
    }

    /// The bytes of an element of varying length, of items of `itemSize` bytes.
    func heapObject(_ element: inout Cursor, itemSize: Int) throws(Failure) -> ArraySlice<UInt8> {
        let count = try element.length(4)
        let address = try element.unsigned(offsetSize)
        let index = try element.length(4)
        if count == 0 { return [] }
        let (length, overflow) = count.multipliedReportingOverflow(by: itemSize)
        guard !overflow else { throw damaged("a list of varying length is larger than any file") }
        return try heapObject(address, index, length: length)[..<length]
    }

    /// An object of a collection, of at least `length` bytes.
    func heapObject(_ address: UInt64, _ index: Int, length: Int = 0) throws(Failure) -> [UInt8] {
        let heap: GlobalHeap
        if let known = globalHeaps[address] {
            heap = known
        } else {
            heap = try GlobalHeap(self, at: address)
            globalHeaps[address] = heap
        }
        guard let object = heap.object(index), length <= object.count else {
            throw damaged("a text is not in its collection")
        }
        return object
    }
}
