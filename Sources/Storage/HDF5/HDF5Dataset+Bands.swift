import CHDF5
import Engine
import Glibc

/// Reading whole chunks at a time: the stored bytes come through libhdf5, under its lock; decoding them does not need
/// it.
extension HDF5Dataset {
    /// Reads rows into memory of their size. Any number of threads may; where nothing is converted and no filter is
    /// foreign, they wait for each other only while bytes come from the file. Those that begin and end with chunks go
    /// straight where they belong if they are stored as they are.
    func readBand(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        if rows.isEmpty || shape.contains(0) { return }
        guard let codec, let chunk else { return try readPlainly(rows, into: memory) }
        try checkChunks()
        var offset = [Int](repeating: 0, count: shape.count)
        offset[0] = rows.lowerBound / chunk[0] * chunk[0]
        while offset[0] < rows.upperBound {
            guard try readChunk(at: offset, of: rows, codec, chunk, into: memory) else {
                return try readPlainly(rows, into: memory)
            }
            var axis = shape.count - 1
            offset[axis] += chunk[axis]
            while axis > 0, offset[axis] >= shape[axis] {
                offset[axis] = 0
                axis -= 1
                offset[axis] += chunk[axis]
            }
        }
        // Every chunk has been found to be what libhdf5 takes it for.
        if !codec.isComplete { try readPlainly(rows, into: memory) }
    }

    /// What libhdf5 gives of a chunk.
    private enum Stored {
        case nothing, straight
        case bytes(UnsafeMutableRawPointer, Int, mask: UInt32)
    }

    /// False if all is to be left to libhdf5: a chunk without filters has no size of its own, so it cannot be told from
    /// one that was never stored.
    private func readChunk(
        at offset: [Int], of rows: Range<Int>, _ codec: ChunkCodec, _ chunk: [Int], into memory: UnsafeMutableRawPointer
    ) throws(Failure) -> Bool {
        let unreadable = "\(what) cannot be read at rows \(offset[0]) to \(min(offset[0] + chunk[0], shape[0]) - 1)"
        let damaged = Failure.format(path: path, "\(unreadable): a chunk is damaged")
        let isWhole =
            offset[0] >= rows.lowerBound && offset[0] + chunk[0] <= rows.upperBound
            && chunk.dropFirst() == shape.dropFirst()
        // Where a chunk's elements are one piece of memory.
        let place =
            isWhole && !isConverted
            ? memory + (offset[0] - rows.lowerBound) * shape.dropFirst().reduce(element.size, *) : nil
        let stored = try fetch(offset, codec, codec.isCopy ? place : nil, unreadable, damaged)
        guard case .bytes(let bytes, let count, var mask) = stored else {
            if case .straight = stored { return true }
            guard isFiltered else { return false }
            if codec.isComplete { copy(fill: fill, chunk, at: offset, of: rows, into: memory) }
            return true
        }
        defer { free(bytes) }
        let isEdge = zip(offset, zip(chunk, shape)).contains { $0 + $1.0 > $1.1 }
        if codec.leavesEdges && isEdge { mask = ~0 }
        guard codec.isComplete else {
            guard codec.isSound(bytes, count, mask: mask) else { throw damaged }
            return true
        }
        if let place {
            guard codec.decode(bytes, count, mask: mask, into: place) else { throw damaged }
            return true
        }
        let elements = codec.bytes / storedSize
        let capacity = max(elements * max(storedSize, element.size), 1)
        guard let decoded = malloc(capacity) else { throw .memory(operation: path, bytes: capacity) }
        defer { free(decoded) }
        guard codec.decode(bytes, count, mask: mask, into: decoded) else { throw damaged }
        if isConverted {
            try HDF5.locked { () throws(Failure) in
                _ = try HDF5.check(
                    H5Tconvert(fileType.id, memoryType.id, elements, decoded, nil, wb_h5_default()), path, unreadable)
            }
        }
        copy(decoded, chunk, at: offset, of: rows, into: memory)
        return true
    }

    /// All that needs libhdf5 where nothing is converted.
    private func fetch(
        _ offset: [Int], _ codec: ChunkCodec, _ place: UnsafeMutableRawPointer?, _ unreadable: String,
        _ damaged: Failure
    ) throws(Failure) -> Stored {
        let coordinates = offset.map { hsize_t($0) }
        let stored = try HDF5.locked { () throws(Failure) -> Stored in
            var (size, mask): (hsize_t, UInt32) = (0, 0)
            if H5Dget_chunk_storage_size(handle.id, coordinates, &size) < 0 {
                let reason = HDF5.reason()
                guard reason.contains("not allocated") else { throw .format(path: path, "\(unreadable): \(reason)") }
            }
            if size == 0 { return .nothing }
            guard size <= hsize_t(codec.mostStoredBytes) else { throw damaged }
            let bytes = Int(size)
            if let place, bytes == codec.bytes {
                return H5Dread_chunk(handle.id, wb_h5_default(), coordinates, &mask, place) >= 0 ? .straight : .nothing
            }
            guard let memory = malloc(bytes) else { throw .memory(operation: path, bytes: bytes) }
            if H5Dread_chunk(handle.id, wb_h5_default(), coordinates, &mask, memory) >= 0 {
                return .bytes(memory, bytes, mask: mask)
            }
            free(memory)
            guard isFiltered else { return .nothing }
            throw .format(path: path, "\(unreadable): \(HDF5.reason())")
        }
        do throws(Failure) {
            try checkEnd(unreadable)
        } catch {
            if case .bytes(let memory, _, _) = stored { free(memory) }
            throw error
        }
        return stored
    }

    /// Copies what a chunk holds of these rows: its elements in memory, or one value for all of them.
    private func copy(
        _ decoded: UnsafeRawPointer? = nil, fill: [UInt8] = [], _ chunk: [Int], at offset: [Int], of rows: Range<Int>,
        into memory: UnsafeMutableRawPointer
    ) {
        let rank = shape.count
        let size = element.size
        var extents = (0..<rank).map { min(chunk[$0], shape[$0] - offset[$0]) }
        extents[0] = min(extents[0], rows.upperBound - offset[0])
        let firstRow = max(0, rows.lowerBound - offset[0])
        let isOneRun = rank == 1
        let runLength = isOneRun ? extents[0] - firstRow : extents[rank - 1]
        var index = [Int](repeating: 0, count: rank)
        index[0] = firstRow
        while index[0] < extents[0] {
            var (from, to) = (0, 0)
            for axis in 0..<rank {
                from = from * chunk[axis] + index[axis]
                to = to * shape[axis] + offset[axis] + index[axis] - (axis == 0 ? rows.lowerBound : 0)
            }
            let target = memory + to * size
            if let decoded {
                target.copyMemory(from: decoded + from * size, byteCount: runLength * size)
            } else {
                for place in 0..<runLength {
                    fill.withUnsafeBytes {
                        (target + place * size).copyMemory(
                            from: $0.baseAddress ?? UnsafeRawPointer(target), byteCount: size)
                    }
                }
            }
            if isOneRun { return }
            var axis = rank - 2
            index[axis] += 1
            while axis > 0, index[axis] == extents[axis] {
                index[axis] = 0
                axis -= 1
                index[axis] += 1
            }
        }
    }
}
