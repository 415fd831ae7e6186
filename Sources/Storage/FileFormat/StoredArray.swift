import Engine
import Glibc

/// An array of a file: where its elements are, and how they are stored (specification, IV.A.2.i).
struct StoredArray {
    let type: ElementType
    let shape: [Int]
    /// Whether HDF5 keeps a checksum of the elements, so that whoever changed one without it has damaged the file.
    let hasChecksum: Bool
    private let file: StoredFile
    let elementSize: Int
    private let place: Place
    private let isPartial: Bool

    private enum Place {
        case compact(Cursor)
        case contiguous(UInt64)
        case chunks(ChunkTable, ChunkFilters)
        /// Not in this file, or nowhere.
        case nowhere
    }

    /// Whether there are chunks, compressed or not.
    var chunkExtents: [Int]? { if case .chunks(let table, _) = place { table.extents } else { nil } }

    /// `isPartial`: elements that were never stored, or not in this file, are left out by `read`. Without it there must
    /// be none.
    init(_ file: StoredFile, _ header: ObjectHeader, isPartial: Bool = false) throws(Failure) {
        self.isPartial = isPartial
        self.file = file
        guard let typeMessage = header.first(.datatype), let extentMessage = header.first(.dataspace),
            let layout = header.first(.layout)
        else {
            throw file.damaged("an array without a type, a shape or a place")
        }
        type = try ElementType(typeMessage, in: file)
        let extent = try Extent(extentMessage, in: file)
        guard let shape = extent.shape else { throw file.unusual("is null: it has no shape") }
        self.shape = shape
        elementSize = type.size(in: file)
        let (bytes, overflow) = extent.count.multipliedReportingOverflow(by: elementSize)
        guard !overflow else { throw file.damaged("it has more elements than any memory") }
        if header.first(.externalFiles) != nil {
            guard isPartial else { throw StoredArray.notHere(file) }
            (place, hasChecksum) = (.nowhere, false)
            return
        }

        var body = layout.body
        let version = try body.byte()
        guard version >= 3 else { throw file.unusual("is stored as before HDF5 1.6, which is not read here") }
        guard version <= 5 else {
            throw file.unusual("is stored in version \(version) of HDF5's layouts, which is not read here")
        }
        let kind = try body.byte()
        switch kind {
        case 0:
            let data = try body.part(body.int(2))
            guard data.rest >= bytes else {
                throw file.damaged("it has \(data.rest) bytes stored, but its shape needs \(bytes)")
            }
            place = .compact(data)
            hasChecksum = header.hasChecksum
        case 1:
            let address = try body.address()
            let stored = try body.length()
            hasChecksum = false
            if bytes == 0 {
                place = .contiguous(0)
            } else if address == nil, isPartial {
                place = .nowhere
            } else {
                guard let address else { throw StoredArray.notHere(file) }
                guard stored >= bytes, bytes <= file.size else {
                    throw file.damaged("it has \(stored) bytes stored, but its shape needs \(bytes)")
                }
                place = .contiguous(address)
            }
        case 2:
            let filters = try ChunkFilters(header.first(.filters)?.body, elementSize: elementSize, in: file)
            let table = try ChunkTable(
                file, &body, version: version, extent, elementSize: elementSize, isFiltered: !filters.isEmpty,
                isPartial: isPartial)
            guard isPartial || bytes / filters.largestRatio <= file.size else {
                throw file.damaged("its shape needs \(bytes) bytes, more than the file can hold")
            }
            place = .chunks(table, filters)
            hasChecksum = filters.hasChecksum
        case 3 where isPartial: (place, hasChecksum) = (.nowhere, false)
        case 3: throw StoredArray.notHere(file)
        default: throw file.damaged("it is stored in an unknown way")
        }
    }

    /// Throws where a chunk does not lie in the file, or has gone through filters that not every libhdf5 has.
    func checkChunks() throws(Failure) {
        guard case .chunks(let table, let filters) = place else { return }
        guard filters.areCommon else {
            throw .unsupported(
                operation: "\(file.path)",
                "'\(file.place.shortened)' is compressed in another way than gzip, shuffle and fletcher32 (lzf, "
                    + "scale-offset, n-bit or szip), and is not written to here")
        }
        for number in table.numbers(isWhole: false) {
            let chunk = table.chunk(number)
            guard let address = chunk.address else { continue }
            guard file.holds(address, chunk.size) else {
                throw file.damaged("a chunk of \(chunk.size) bytes at \(address) lies behind the file's end")
            }
        }
    }

    static func notHere(_ file: StoredFile) -> Failure { file.unusual("is not stored in this file, or not all of it") }

    /// Reads all elements, row-major and in this machine's byte order, into memory of their size.
    func read(into memory: UnsafeMutableRawPointer) throws(Failure) {
        try readAsStored(into: memory)
        if isBigEndian { swapBytes(memory, shape.reduce(elementSize, *)) }
    }

    /// The same in the file's byte order.
    func readAsStored(into memory: UnsafeMutableRawPointer) throws(Failure) {
        let bytes = shape.reduce(elementSize, *)
        if bytes == 0 { return }
        switch place {
        case .compact(var data):
            UnsafeMutableRawBufferPointer(start: memory, count: bytes).copyBytes(from: try data.take(bytes))
        case .contiguous(let address):
            try file.read(address, into: UnsafeMutableRawBufferPointer(start: memory, count: bytes), "an array")
        case .chunks(let table, let filters):
            for index in table.numbers(isWhole: !isPartial) {
                try read(table.chunk(index), table, filters, into: memory)
            }
        case .nowhere: return
        }
    }

    private func read(
        _ chunk: ChunkTable.Chunk, _ table: ChunkTable, _ filters: ChunkFilters, into memory: UnsafeMutableRawPointer
    ) throws(Failure) {
        guard let address = chunk.address else {
            if isPartial { return }
            throw StoredArray.notHere(file)
        }
        let stored = try file.bytes(address, chunk.size, "a chunk")
        let decoded = try filters.decode(stored, mask: chunk.mask, chunkBytes: table.chunkBytes, in: file)
        decoded.withUnsafeBytes { decoded in
            guard let from = decoded.baseAddress else { return }
            copy(from, table.extents, at: chunk.offsets, into: memory)
        }
    }

    /// Copies what lies inside of the array, a run along the last axis at a time.
    private func copy(
        _ from: UnsafeRawPointer, _ extents: [Int], at offsets: [Int], into memory: UnsafeMutableRawPointer
    ) {
        let rank = shape.count
        let inside = (0..<rank).map { min(extents[$0], shape[$0] - offsets[$0]) }
        // Axes behind which the chunk covers the array are one run.
        var axis = rank - 1
        var run = inside[axis] * elementSize
        while axis > 0, extents[axis] == shape[axis] {
            axis -= 1
            run *= inside[axis]
        }
        var index = [Int](repeating: 0, count: rank)
        while true {
            var (source, target) = (0, 0)
            for place in 0..<rank {
                source = source * extents[place] + index[place]
                target = target * shape[place] + offsets[place] + index[place]
            }
            (memory + target * elementSize).copyMemory(from: from + source * elementSize, byteCount: run)
            var next = axis - 1
            while next >= 0 {
                index[next] += 1
                if index[next] < inside[next] { break }
                index[next] = 0
                next -= 1
            }
            if next < 0 { return }
        }
    }

    private var isBigEndian: Bool {
        switch type {
        case .integer(_, _, let isBigEndian), .float(_, let isBigEndian): isBigEndian
        default: false
        }
    }

    private func swapBytes(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
        for start in stride(from: 0, to: bytes, by: elementSize) {
            var element = UnsafeMutableRawBufferPointer(start: memory + start, count: elementSize)
            element.reverse()
        }
    }
}
