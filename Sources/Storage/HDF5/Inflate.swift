import Glibc

/// Decompression of zlib streams, by libdeflate where it is installed (twice as fast), else by zlib. Any thread may
/// call.
enum Inflate {
    private typealias Decompress =
        @convention(c) (OpaquePointer?, UnsafeRawPointer, Int, UnsafeMutableRawPointer, Int, UnsafeMutablePointer<Int>)
        -> Int32
    private typealias Uncompress =
        @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<UInt>, UnsafeRawPointer, UInt) -> Int32

    private struct Deflate {
        let make: @convention(c) () -> OpaquePointer?
        let free: @convention(c) (OpaquePointer?) -> Void
        let decompress: Decompress
    }

    private static let deflate: Deflate? = {
        guard let library = dlopen("libdeflate.so.0", RTLD_NOW),
            let make = dlsym(library, "libdeflate_alloc_decompressor"),
            let free = dlsym(library, "libdeflate_free_decompressor"),
            let decompress = dlsym(library, "libdeflate_zlib_decompress")
        else { return nil }
        return Deflate(
            make: unsafeBitCast(make, to: (@convention(c) () -> OpaquePointer?).self),
            free: unsafeBitCast(free, to: (@convention(c) (OpaquePointer?) -> Void).self),
            decompress: unsafeBitCast(decompress, to: Decompress.self))
    }()

    private static let uncompress: Uncompress? = {
        guard let library = dlopen("libz.so.1", RTLD_NOW), let symbol = dlsym(library, "uncompress") else { return nil }
        return unsafeBitCast(symbol, to: Uncompress.self)
    }()

    static var isAvailable: Bool { deflate != nil || uncompress != nil }

    /// How many bytes the stream at `source` holds; nil if it is damaged or holds more than there is room for. What
    /// lies behind its end is not looked at.
    static func inflate(_ source: UnsafeRawPointer, _ bytes: Int, into target: UnsafeMutableRawPointer, _ capacity: Int)
        -> Int?
    {
        if let deflate, let decompressor = deflate.make() {
            defer { deflate.free(decompressor) }
            var length = 0
            return deflate.decompress(decompressor, source, bytes, target, capacity, &length) == 0 ? length : nil
        }
        guard let uncompress else { return nil }
        var length = UInt(capacity)
        return uncompress(target, &length, source, UInt(bytes)) == 0 ? Int(length) : nil
    }
}
