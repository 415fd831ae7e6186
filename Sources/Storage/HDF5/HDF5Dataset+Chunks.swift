import CHDF5
import Engine
import Glibc

/// libhdf5 believes a file that says how large its chunks are, and reads behind the end of one that turns out smaller once it is decompressed. So one
/// chunk is tried beforehand: sizes are said once for all chunks, and the contents of each have a checksum.
extension HDF5Dataset {
    /// Throws if the first stored chunk has another size than its extents say. For filters other than deflate, shuffle and fletcher32 the size is not known.
    static func checkFirstChunk(
        _ handle: hid_t, _ properties: hid_t, chunk: [Int], elementSize: Int, _ path: String, _ what: String
    ) throws(Failure) {
        let unreadable = "\(what) cannot be read"
        let space = try Handle(H5Dget_space(handle), path, unreadable)
        var count: hsize_t = 0
        try HDF5.check(H5Dget_num_chunks(handle, space.id, &count), path, unreadable)
        if count == 0 { return }
        var offset = [hsize_t](repeating: 0, count: chunk.count)
        var (mask, address, stored): (UInt32, haddr_t, hsize_t) = (0, 0, 0)
        try HDF5.check(H5Dget_chunk_info(handle, space.id, 0, &offset, &mask, &address, &stored), path, unreadable)

        guard let expected = chunkBytes(chunk, elementSize) else { throw .format(path: path, "\(what) has chunks larger than any memory: \(chunk)") }
        guard let filters = filters(properties), let bytes = Int(exactly: stored) else { return }
        let damaged = Failure.format(
            path: path, "\(what) has a chunk that does not hold the \(expected) bytes that chunks of shape \(chunk) have: the file is damaged")
        let checksum = filters.contains(H5Z_FILTER_FLETCHER32) ? 4 : 0
        guard filters.contains(H5Z_FILTER_DEFLATE), mask == 0 else {
            guard bytes == expected + checksum else { throw damaged }
            return
        }
        // deflate makes bytes at most 1,032 times fewer.
        guard bytes >= expected / 1_040 else { throw damaged }
        guard Inflate.isAvailable else { return }
        guard let raw = malloc(max(bytes, 1)), let whole = malloc(expected + checksum + 1) else { throw .memory(operation: path, bytes: expected) }
        defer {
            free(raw)
            free(whole)
        }
        try HDF5.check(H5Dread_chunk(handle, wb_h5_default(), offset, &mask, raw), path, unreadable)
        // A checksum that was put on after the compression is behind the stream, which ends by itself.
        guard let length = Inflate.inflate(raw, bytes, into: whole, expected + checksum + 1) else { throw damaged }
        guard length == expected || length == expected + checksum else { throw damaged }
    }

    /// nil if there are too many to be counted.
    static func chunkBytes(_ chunk: [Int], _ elementSize: Int) -> Int? {
        var bytes = elementSize
        for extent in chunk {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }

    /// The filters that chunks go through; nil if there is one whose output's size is not known, if what deflate gave was shuffled, or if
    /// chunks at the data set's end were left out.
    private static func filters(_ properties: hid_t) -> Set<H5Z_filter_t>? {
        var found: Set<H5Z_filter_t> = []
        var options: UInt32 = 0
        guard H5Pget_chunk_opts(properties, &options) >= 0, options == 0 else { return nil }
        for index in 0..<max(0, H5Pget_nfilters(properties)) {
            var flags: UInt32 = 0
            var values = 0
            let filter = H5Pget_filter2(properties, UInt32(index), &flags, &values, nil, 0, nil, nil)
            guard [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32].contains(filter) else { return nil }
            if filter == H5Z_FILTER_SHUFFLE, found.contains(H5Z_FILTER_DEFLATE) { return nil }
            found.insert(filter)
        }
        return found
    }
}
