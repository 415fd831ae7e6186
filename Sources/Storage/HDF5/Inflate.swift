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
        /// The same of a stream without zlib's frame.
        let raw: Decompress
    }

    private static let deflate: Deflate? = {
        guard let library = dlopen("libdeflate.so.0", RTLD_NOW),
            let make = dlsym(library, "libdeflate_alloc_decompressor"),
            let free = dlsym(library, "libdeflate_free_decompressor"),
            let decompress = dlsym(library, "libdeflate_zlib_decompress"),
            let raw = dlsym(library, "libdeflate_deflate_decompress")
        else { return nil }
        return Deflate(
            make: unsafeBitCast(make, to: (@convention(c) () -> OpaquePointer?).self),
            free: unsafeBitCast(free, to: (@convention(c) (OpaquePointer?) -> Void).self),
            decompress: unsafeBitCast(decompress, to: Decompress.self),
            raw: unsafeBitCast(raw, to: Decompress.self))
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

    // MARK: Without zlib's frame

    /// zlib's z_stream, up to what is used of it (zlib.h): 112 bytes where pointers have eight.
    private struct Stream {
        var nextIn: UnsafeRawPointer?
        var availableIn: UInt32 = 0
        var totalIn: UInt = 0
        var nextOut: UnsafeMutableRawPointer?
        var availableOut: UInt32 = 0
        var totalOut: UInt = 0
        var rest: (UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt) = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    private struct Raw {
        let begin: @convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32
        let run: @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
        let end: @convention(c) (UnsafeMutableRawPointer) -> Int32
    }

    private static let raw: Raw? = {
        guard let library = dlopen("libz.so.1", RTLD_NOW), let begin = dlsym(library, "inflateInit2_"),
            let run = dlsym(library, "inflate"), let end = dlsym(library, "inflateEnd")
        else { return nil }
        return Raw(
            begin: unsafeBitCast(
                begin,
                to: (@convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32).self),
            run: unsafeBitCast(run, to: (@convention(c) (UnsafeMutableRawPointer, Int32) -> Int32).self),
            end: unsafeBitCast(end, to: (@convention(c) (UnsafeMutableRawPointer) -> Int32).self))
    }()

    /// The `size` bytes that a stream without a frame holds, as in zip archives; nil if it is damaged or holds another
    /// number of them.
    static func raw(_ source: [UInt8], size: Int) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
            source.withUnsafeBytes { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                isWhole = raw(from, source.count, into: UnsafeMutableRawPointer(to), size)
            }
            // Nothing that was not written is handed out.
            if !isWhole { target.update(repeating: 0) }
            count = size
        }
        return isWhole ? bytes : nil
    }

    private static func raw(
        _ source: UnsafeRawPointer, _ bytes: Int, into target: UnsafeMutableRawPointer, _ size: Int
    ) -> Bool {
        if let deflate, let decompressor = deflate.make() {
            defer { deflate.free(decompressor) }
            var length = 0
            return deflate.raw(decompressor, source, bytes, target, size, &length) == 0 && length == size
        }
        guard let raw, MemoryLayout<Stream>.size == 112 else { return false }
        var stream = Stream()
        // Windows of 2^15 bytes; negative: no frame.
        guard raw.begin(&stream, -15, "1", 112) == 0 else { return false }
        defer { _ = raw.end(&stream) }
        var (read, written) = (0, 0)
        while true {
            let (input, output) = (min(bytes - read, 1 << 30), min(size - written, 1 << 30))
            (stream.nextIn, stream.availableIn) = (source + read, UInt32(input))
            (stream.nextOut, stream.availableOut) = (target + written, UInt32(output))
            let status = raw.run(&stream, 0)
            read += input - Int(stream.availableIn)
            written += output - Int(stream.availableOut)
            if status == 1 { return written == size }
            guard status == 0, input > 0 || output > 0 else { return false }
            if Int(stream.availableIn) == input, Int(stream.availableOut) == output { return false }
        }
    }
}
