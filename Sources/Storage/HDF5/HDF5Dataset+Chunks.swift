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

        var expected = elementSize
        for extent in chunk {
            let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw .format(path: path, "\(what) has chunks larger than any memory: \(chunk)") }
            expected = product
        }
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
        guard let raw = malloc(max(bytes, 1)), let whole = malloc(expected + checksum + 1) else { throw .memory(operation: path, bytes: expected) }
        defer {
            free(raw)
            free(whole)
        }
        try HDF5.check(H5Dread_chunk(handle, wb_h5_default(), offset, &mask, raw), path, unreadable)
        // A checksum that was put on after the compression is behind the stream, which ends by itself.
        guard let length = Zlib.uncompressed(raw, bytes, into: whole, expected + checksum + 1) else { throw damaged }
        guard length == expected || length == expected + checksum else { throw damaged }
    }

    /// The filters that chunks go through; nil if there is one whose output's size is not known.
    private static func filters(_ properties: hid_t) -> Set<H5Z_filter_t>? {
        var found: Set<H5Z_filter_t> = []
        for index in 0..<max(0, H5Pget_nfilters(properties)) {
            var flags: UInt32 = 0
            var values = 0
            let filter = H5Pget_filter2(properties, UInt32(index), &flags, &values, nil, 0, nil, nil)
            guard [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32].contains(filter) else { return nil }
            found.insert(filter)
        }
        return found
    }
}

/// The one function of zlib that is needed. libhdf5 has loaded the library already.
private enum Zlib {
    private typealias Uncompress = @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<UInt>, UnsafeRawPointer, UInt) -> Int32

    private static let uncompress: Uncompress? = {
        guard let library = dlopen("libz.so.1", RTLD_NOW), let symbol = dlsym(library, "uncompress") else { return nil }
        return unsafeBitCast(symbol, to: Uncompress.self)
    }()

    /// The bytes that a stream holds, nil if it is damaged or holds more than there is room for.
    static func uncompressed(_ source: UnsafeRawPointer, _ bytes: Int, into target: UnsafeMutableRawPointer, _ capacity: Int) -> Int? {
        guard let uncompress else { return capacity - 1 }
        var length = UInt(capacity)
        return uncompress(target, &length, source, UInt(bytes)) == 0 ? Int(length) : nil
    }
}
