import Engine

/// An HDF5 file, read without libhdf5: libhdf5 frees what it never set, reads behind ends or runs in circles where a
/// file's structures are damaged, and a file may be damaged, or be made to do harm, and have right checksums all the
/// same. What is here (after the "HDF5 File Format Specification Version 3.0") believes nothing: every address and size
/// is checked before it is used, checksums are checked where there are any, depths are bounded, and so is the work as a
/// whole, by a multiple of the file's size.
final class StoredFile {
    /// Where the object is that is being read, for a message.
    var place = ""
    private(set) var offsetSize = 8
    private(set) var lengthSize = 8
    private(set) var root: UInt64 = 0
    /// Whether nothing lies behind what the file says is its end.
    private(set) var endsWithItsData = false
    /// Whether something was met that is not read here.
    private(set) var isUnusual = false

    private let source: ByteSource
    var path: FilePath { source.path }
    /// Bytes of the file, when it was opened.
    var size: Int { source.size }
    /// Addresses count from here.
    private var base = 0
    /// How many bytes may still be read. Sound files have each byte read once or twice.
    private var budget: Int
    var globalHeaps: [UInt64: GlobalHeap] = [:]
    private(set) var superblockExtension: UInt64?
    /// Which kinds of messages objects share, and in which heaps; nil until it is asked for.
    var sharedTable: [(kinds: Int, heap: UInt64)]?
    var sharedHeaps: [UInt64: FractalHeap] = [:]

    convenience init(_ file: consuming RegularFile) throws(Failure) { try self.init(.file(file)) }

    init(_ source: consuming ByteSource) throws(Failure) {
        budget = 8 * source.size + (1 << 20)
        self.source = source
        try readSuperblock()
    }

    func damaged(_ what: String) -> Failure {
        .format(path: "\(path)", place.isEmpty ? "damaged: \(what)" : "damaged at '\(place)': \(what)")
    }

    /// For what is sound, and not read here. libhdf5 may read it.
    func unusual(_ what: String) -> Failure {
        isUnusual = true
        return .format(path: "\(path)", "'\(place.isEmpty ? "/" : place)' \(what)")
    }

    /// Whether the file has tables of its own that a writer must keep: of shared descriptions, or of its free space.
    func managesItself() throws(Failure) -> Bool {
        guard let superblockExtension else { return false }
        let header = try ObjectHeader(self, at: superblockExtension)
        if header.first(.sharedTable) != nil { return true }
        guard var space = header.first(.fileSpace)?.body else { return false }
        // Version, strategy, and whether the free space is kept.
        guard try space.byte() == 1 else { return true }
        try space.skip(1)
        return try space.byte() != 0
    }

    // MARK: Bytes

    /// Whether so many bytes at an address are in the file.
    func holds(_ address: UInt64, _ count: Int) -> Bool {
        guard let offset = Int(exactly: address), count >= 0 else { return false }
        return offset <= size - base && count <= size - base - offset
    }

    /// Where in the file `count` bytes at an address are.
    private func position(_ address: UInt64, _ count: Int, _ what: String) throws(Failure) -> Int {
        guard let offset = Int(exactly: address), count >= 0, offset <= size - base, count <= size - base - offset
        else {
            throw damaged("\(what) of \(count) bytes at \(address) lies behind the file's end")
        }
        budget -= count
        guard budget >= 0 else { throw damaged("it has the same bytes for many things") }
        return base + offset
    }

    func read(_ address: UInt64, into memory: UnsafeMutableRawBufferPointer, _ what: String) throws(Failure) {
        try source.read(at: position(address, memory.count, what), into: memory)
    }

    func bytes(_ address: UInt64, _ count: Int, _ what: String) throws(Failure) -> [UInt8] {
        // Before memory is taken.
        guard count >= 0, count <= size else { throw damaged("\(what) of \(count) bytes lies behind the file's end") }
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: Failure?
        bytes.withUnsafeMutableBytes { memory in
            do throws(Failure) { try read(address, into: memory, what) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    func block(_ address: UInt64, _ count: Int, _ what: String) throws(Failure) -> Cursor {
        Cursor(self, try bytes(address, count, what), what)
    }

    /// A block that begins with a signature and ends with a checksum; the cursor is between them.
    func checkedBlock(_ address: UInt64, _ count: Int, _ signature: String, _ what: String) throws(Failure) -> Cursor {
        let bytes = try bytes(address, count, what)
        try verify(bytes, what)
        var whole = Cursor(self, bytes, what)
        var cursor = try whole.part(count - 4)
        try cursor.expect(signature)
        return cursor
    }

    /// Throws unless the last four bytes are the checksum of those before.
    func verify(_ bytes: [UInt8], _ what: String) throws(Failure) {
        guard bytes.count >= 4 else { throw damaged("\(what) ends too early") }
        let (found, expected) = bytes.withUnsafeBytes { bytes in
            (
                MetadataChecksum.lookup3(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 4)])),
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self))
            )
        }
        guard found == expected else { throw damaged("the checksum of \(what) does not fit its contents") }
    }

    // MARK: The superblock

    private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The signature is at the file's start, or behind a block of the user's of 512, 1024, 2048 ... bytes.
    private func findSuperblock() throws(Failure) -> Int {
        var start = 0
        while start + 8 <= size {
            if try bytes(UInt64(start), 8, "the superblock") == StoredFile.signature { return start }
            start = max(512, 2 * start)
        }
        throw .format(path: "\(path)", "not an HDF5 file")
    }

    private func readSuperblock() throws(Failure) {
        let start = try findSuperblock()
        let what = "the superblock"
        let bytes = try bytes(UInt64(start), min(size - start, 128), what)
        var cursor = Cursor(self, bytes, what)
        try cursor.skip(8)
        let version = cursor.rest > 0 ? try cursor.byte() : 0
        guard version <= 3 else {
            throw .format(path: "\(path)", "damaged, or of a newer HDF5: its superblock has version \(version)")
        }
        guard size - start >= (version >= 2 ? 48 : 96) else {
            throw .format(path: "\(path)", "damaged or cut short: it ends in its superblock, after \(size) bytes")
        }
        let stated: UInt64?
        var end: UInt64?
        if version >= 2 {
            try readSizes(&cursor)
            let flags = try cursor.byte()
            if version == 3, flags & 0b101 != 0 {
                throw .file(
                    path: "\(path)",
                    "is locked: it says that a program has it open for writing (if that has ended without closing it, "
                        + "`h5clear -s` unlocks it)"
                )
            }
            stated = try cursor.address()
            superblockExtension = try cursor.address()
            end = try cursor.address()
            root = try address(cursor.address(), "the root group")
            try verify(Array(bytes[..<min(bytes.count, cursor.position + 4)]), what)
        } else {
            try cursor.skip(4)
            try readSizes(&cursor)
            try cursor.skip(1 + 4 + 4 + (version == 1 ? 4 : 0))
            stated = try cursor.address()
            _ = try cursor.address()
            end = try cursor.address()
            _ = try cursor.address()
            try cursor.skip(offsetSize)
            root = try address(cursor.address(), "the root group")
        }
        // What was put in front of the file or taken away has moved everything.
        if let stated { end = end.map { $0 &+ UInt64(start) &- stated } }
        base = start
        guard let end, let end = Int(exactly: end), end <= size else {
            throw .format(
                path: "\(path)",
                "damaged or cut short: it has \(size) bytes, and says that it has \(end.map(String.init) ?? "none")")
        }
        endsWithItsData = end == size
    }

    private func readSizes(_ cursor: inout Cursor) throws(Failure) {
        offsetSize = Int(try cursor.byte())
        lengthSize = Int(try cursor.byte())
        guard [2, 4, 8].contains(offsetSize), [2, 4, 8].contains(lengthSize) else {
            throw damaged("its addresses have \(offsetSize) bytes, and its lengths \(lengthSize)")
        }
    }

    func address(_ address: UInt64?, _ what: String) throws(Failure) -> UInt64 {
        guard let address else { throw damaged("\(what) has no address") }
        return address
    }
}
