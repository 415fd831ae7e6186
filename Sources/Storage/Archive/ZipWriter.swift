import Engine

/// A zip archive of stored members, in memory.
struct ZipWriter {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// The first day that zip knows: the same members give the same bytes.
    private static let date: UInt16 = 1 << 5 | 1
    private static let most = UInt32.max

    mutating func add(_ name: String, _ contents: [UInt8]) throws(Failure) {
        guard contents.count < Int(ZipWriter.most) - bytes.count else {
            throw .unsupported(
                operation: name, "an archive of more than 4 GiB is not written; save the model as h5")
        }
        var crc = CRC32()
        contents.withUnsafeBytes { crc.update($0) }
        let offset = UInt32(bytes.count)
        // What the entry and the header before the data both say.
        var common: [UInt8] = []
        for number in [20, 0, 0, 0, ZipWriter.date] as [UInt16] { common.append(number) }
        for number in [crc.value, UInt32(contents.count), UInt32(contents.count)] { common.append(number) }
        for number in [UInt16(name.utf8.count), 0] { common.append(number) }
        bytes.append(0x0403_4B50 as UInt32)
        bytes += common + Array(name.utf8) + contents
        directory.append(0x0201_4B50 as UInt32)
        directory.append(20 as UInt16)
        directory += common
        for number in [0, 0, 0] as [UInt16] { directory.append(number) }
        for number in [0, offset] { directory.append(number) }
        directory += Array(name.utf8)
        count += 1
    }

    func finished() -> [UInt8] {
        var result = bytes + directory
        result.append(0x0605_4B50 as UInt32)
        for number in [0, 0, count, count] { result.append(number) }
        for number in [UInt32(directory.count), UInt32(bytes.count)] { result.append(number) }
        result.append(0 as UInt16)
        return result
    }
}

extension [UInt8] {
    /// A number in little-endian order.
    fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        for place in 0..<MemoryLayout<Number>.size {
            append(UInt8(truncatingIfNeeded: number >> Number(8 * place)))
        }
    }
}
