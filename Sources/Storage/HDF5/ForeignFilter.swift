import CHDF5

/// A filter that libhdf5 undoes, without looking at how many bytes there are to read.
struct ForeignFilter {
    private let filter: H5Z_filter_t
    private let values: [Int]

    init(_ filter: H5Z_filter_t, _ values: [UInt32]) { (self.filter, self.values) = (filter, values.map { Int($0) }) }

    /// Whether these bytes are enough to read, and give `expected` bytes. What is not known is taken to be right.
    func gives(_ expected: Int, elementSize: Int, from bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        switch filter {
        case H5Z_FILTER_SCALEOFFSET: return scaleOffset(expected, elementSize, bytes, count)
        case H5Z_FILTER_NBIT: return nBit(expected, elementSize, count)
        case H5Z_FILTER_SZIP:
            return count >= 4 && Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))) == expected
        default: return true
        }
    }

    /// Parameters: kind of scaling, its factor, number of elements, class, size, sign, byte order, ... The bytes: four
    /// of the number of bits, one of the length of the least value, that value in 16 bytes, and then the bits of all
    /// elements.
    private func scaleOffset(_ expected: Int, _ elementSize: Int, _ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        let head = 21
        guard values.count >= 8, values[4] == elementSize, count >= head else { return false }
        let (size, overflow) = values[2].multipliedReportingOverflow(by: elementSize)
        guard !overflow, size == expected else { return false }
        let bits = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard bits <= 8 * elementSize, (bytes + 4).load(as: UInt8.self) <= 16 else { return false }
        return count - head >= (values[2] * bits + 7) / 8
    }

    /// Parameters: how many there are, whether elements are left as they are, number of elements, class, and for a
    /// number: size, byte order, precision, offset.
    private func nBit(_ expected: Int, _ elementSize: Int, _ count: Int) -> Bool {
        guard values.count >= 5 else { return false }
        if values[1] != 0 { return count == expected }
        let isNumber = values[3] == 1
        guard isNumber, values.count >= 8, values[4] == elementSize else { return false }
        let (size, overflow) = values[2].multipliedReportingOverflow(by: elementSize)
        let (precision, offset) = (values[6], values[7])
        guard !overflow, size == expected, precision >= 1, precision <= 8 * elementSize,
            offset <= 8 * elementSize - precision
        else { return false }
        return count >= (values[2] * precision + 7) / 8
    }
}
