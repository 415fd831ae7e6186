import Glibc

/// szip, by way of libsz where that is installed. Its decoder checks what it reads (libaec).
enum Szip {
    /// libsz's SZ_com_t.
    private struct Parameters {
        var options: Int32
        var bitsPerPixel: Int32
        var pixelsPerBlock: Int32
        var pixelsPerScanline: Int32
    }

    private typealias Expand =
        @convention(c) (
            UnsafeMutableRawPointer, UnsafeMutablePointer<Int>, UnsafeRawPointer, Int, UnsafeMutableRawPointer
        ) -> Int32

    private static let expand: Expand? = {
        guard let library = dlopen("libsz.so.2", RTLD_NOW), let function = dlsym(library, "SZ_BufftoBuffDecompress")
        else { return nil }
        return unsafeBitCast(function, to: Expand.self)
    }()

    static var isAvailable: Bool { expand != nil }

    /// The `size` bytes that a chunk holds; nil if it is damaged or holds another number of them. `values` are the
    /// filter's: options, pixels of a block, bits of a pixel, pixels of a scan line. The bytes begin with their number.
    static func expand(_ bytes: [UInt8], _ values: [Int], size: Int) -> [UInt8]? {
        guard let expand, values.count >= 4, bytes.count > 4, size / 8_192 <= bytes.count else { return nil }
        let (options, block, bits, line) = (values[0], values[1], values[2], values[3])
        // The sizes that libsz knows.
        guard options < 1 << 16, (1...32).contains(bits) || bits == 64, (2...32).contains(block), block % 2 == 0,
            line >= block, line <= 4096, bytes[..<4].reversed().reduce(0, { $0 << 8 | Int($1) }) == size
        else { return nil }
        var parameters = Parameters(
            options: Int32(options), bitsPerPixel: Int32(bits), pixelsPerBlock: Int32(block),
            pixelsPerScanline: Int32(line))
        var target = [UInt8](repeating: 0, count: size)
        var length = size
        let status = target.withUnsafeMutableBytes { to in
            bytes.withUnsafeBytes { from -> Int32 in
                guard let to = to.baseAddress, let from = from.baseAddress else { return -1 }
                return expand(to, &length, from + 4, bytes.count - 4, &parameters)
            }
        }
        return status == 0 && length == size ? target : nil
    }
}
