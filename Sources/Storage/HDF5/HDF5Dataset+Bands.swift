import CHDF5
import Engine
import Glibc

/// Reading whole chunks at a time: the stored bytes come through libhdf5, under its lock; decoding them does not need it.
extension HDF5Dataset {
    /// Rows across more chunks than this are left to libhdf5.
    private static let mostChunksAcross = 4096

    /// Reads rows that begin where a chunk begins, and end where one does or at the end, into memory of their size. What the codec cannot decode
    /// is read by libhdf5, under its lock.
    func readBand(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        if rows.isEmpty || shape.contains(0) { return }
        guard let codec, let chunk, chunksAcross <= HDF5Dataset.mostChunksAcross else { return try read(rows: rows, into: memory) }
        var offset = [Int](repeating: 0, count: shape.count)
        offset[0] = rows.lowerBound
        while offset[0] < rows.upperBound {
            guard try readChunk(at: offset, of: rows, codec, into: memory) else { return try read(rows: rows, into: memory) }
            var axis = shape.count - 1
            offset[axis] += chunk[axis]
            while axis > 0, offset[axis] >= shape[axis] {
                offset[axis] = 0
                axis -= 1
                offset[axis] += chunk[axis]
            }
        }
    }

    /// False if libhdf5 gives no such chunk: its elements have the fill value, or a read by libhdf5 will tell what is wrong.
    private func readChunk(at offset: [Int], of rows: Range<Int>, _ codec: ChunkCodec, into memory: UnsafeMutableRawPointer) throws(Failure) -> Bool {
        guard let chunk else { return false }
        let unreadable = "\(what) cannot be read at rows \(offset[0]) to \(min(offset[0] + chunk[0], shape[0]) - 1)"
        let damaged = Failure.format(path: path, "\(unreadable): a chunk is damaged")
        let isWhole = offset[0] + chunk[0] <= rows.upperBound && chunk.dropFirst() == shape.dropFirst()
        let place = memory + (offset[0] - rows.lowerBound) * shape.dropFirst().reduce(element.size, *)
        var stored: UnsafeMutableRawPointer?
        var decoded: UnsafeMutableRawPointer?
        defer {
            free(stored)
            free(decoded)
        }
        let coordinates = offset.map { hsize_t($0) }
        var (mask, bytes): (UInt32, Int) = (0, 0)
        // All that needs libhdf5.
        let isStored = try HDF5.locked { () throws(Failure) -> Bool in
            var size: hsize_t = 0
            guard H5Dget_chunk_storage_size(handle.id, coordinates, &size) >= 0, size > 0 else { return false }
            guard size <= hsize_t(codec.mostStoredBytes) else { throw damaged }
            bytes = Int(size)
            // What needs no decoding is read to where it belongs.
            let goesStraight = isWhole && codec.isCopy && bytes == codec.bytes
            if !goesStraight {
                stored = malloc(bytes)
                guard stored != nil else { throw .memory(operation: path, bytes: bytes) }
            }
            // A chunk that was never written has a size all the same where there are no filters.
            return H5Dread_chunk(handle.id, wb_h5_default(), coordinates, &mask, stored ?? place) >= 0
        }
        guard isStored else { return false }
        try checkEnd(unreadable)
        guard let stored else { return true }
        if isWhole {
            guard codec.decode(stored, bytes, mask: mask, into: place) else { throw damaged }
            return true
        }
        decoded = malloc(max(codec.bytes, 1))
        guard let decoded else { throw .memory(operation: path, bytes: codec.bytes) }
        guard codec.decode(stored, bytes, mask: mask, into: decoded) else { throw damaged }
        scatter(decoded, chunk, at: offset, of: rows, into: memory)
        return true
    }

    /// Copies what a chunk holds of these rows.
    private func scatter(
        _ decoded: UnsafeRawPointer, _ chunk: [Int], at offset: [Int], of rows: Range<Int>, into memory: UnsafeMutableRawPointer
    ) {
        let rank = shape.count
        var extents = (0..<rank).map { min(chunk[$0], shape[$0] - offset[$0]) }
        extents[0] = min(extents[0], rows.upperBound - offset[0])
        let runBytes = extents[rank - 1] * element.size
        var index = [Int](repeating: 0, count: rank)
        while index[0] < extents[0] {
            var (from, to) = (0, 0)
            for axis in 0..<rank {
                from = from * chunk[axis] + index[axis]
                to = to * shape[axis] + offset[axis] + index[axis] - (axis == 0 ? rows.lowerBound : 0)
            }
            (memory + to * element.size).copyMemory(from: decoded + from * element.size, byteCount: runBytes)
            if rank == 1 { return }
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
