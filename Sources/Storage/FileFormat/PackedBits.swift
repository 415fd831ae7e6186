import Glibc

/// Filters that store each element in as few bits as it needs: n-bit and scale-offset of libhdf5.
enum PackedBits {
    /// Numbers of `width` bits, one behind the other, the highest bit first; nil where there are too few.
    private static func numbers(_ bytes: ArraySlice<UInt8>, _ count: Int, width: Int) -> [UInt64]? {
        guard width >= 1, width <= 64, count <= bytes.count * 8 / width else { return nil }
        var numbers: [UInt64] = []
        numbers.reserveCapacity(count)
        var (place, bit) = (bytes.startIndex, 0)
        for _ in 0..<count {
            var number: UInt64 = 0
            var left = width
            while left > 0 {
                let taken = min(left, 8 - bit)
                let part = (bytes[place] << UInt8(bit)) >> UInt8(8 - taken)
                number = taken == 64 ? UInt64(part) : number << UInt64(taken) | UInt64(part)
                left -= taken
                bit += taken
                if bit == 8 { (place, bit) = (place + 1, 0) }
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func write(_ words: [UInt64], size: Int, isBigEndian: Bool) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: words.count * size)
        for (index, word) in words.enumerated() {
            for place in 0..<size {
                bytes[index * size + (isBigEndian ? size - 1 - place : place)] = UInt8(
                    truncatingIfNeeded: word >> UInt64(8 * place))
            }
        }
        return bytes
    }

    /// Numbers without the bits that their type leaves out. `values` are the filter's: how many there are, whether
    /// elements are left as they are, number of elements, class, and for a number: size, byte order, precision, offset.
    /// nil where the bytes do not fit them.
    static func nBit(_ bytes: [UInt8], _ values: [Int], size: Int) -> [UInt8]? {
        guard values.count >= 5 else { return nil }
        if values[1] != 0 { return bytes.count == size ? bytes : nil }
        guard values.count >= 8, values[3] == 1 else { return nil }
        let (element, precision, offset) = (values[4], values[6], values[7])
        guard (1...8).contains(element), precision >= 1, offset >= 0, precision <= 8 * element,
            offset <= 8 * element - precision, values[2] == size / element, size % element == 0,
            let numbers = numbers(bytes[...], values[2], width: precision)
        else { return nil }
        return write(numbers.map { $0 << UInt64(offset) }, size: element, isBigEndian: values[5] == 1)
    }

    /// Whether n-bit's elements are single numbers, the ones that are read.
    static func isNumbers(_ values: [Int]) -> Bool { values.count >= 5 && (values[1] != 0 || values[3] == 1) }

    /// Chunks larger than this must have some bytes stored.
    private static let largest = 1 << 28

    /// Differences from the least number; of floating-point numbers, times a power of ten. `values` are the filter's:
    /// kind of scaling, its factor, number of elements, class, size, sign, byte order, whether there is a fill value,
    /// and that. The bytes: four of the number of bits, one of the length of the least value, that value in 16 bytes,
    /// and the bits of all elements. nil where they do not fit.
    static func scaleOffset(_ bytes: [UInt8], _ values: [Int], size: Int) -> [UInt8]? {
        let head = 21
        guard values.count >= 8, bytes.count >= head, size <= max(largest, 1_040 * bytes.count) else { return nil }
        let (kind, factor, count, element) = (values[0], values[1], values[2], values[4])
        guard [1, 2, 4, 8].contains(element), count == size / element, size % element == 0, factor < 300 else {
            return nil
        }
        let isBigEndian = values[6] == 1
        let width = bytes[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        let least = bytes[5..<13].prefix(Int(min(bytes[4], 8))).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let isFloat = values[3] == 1
        guard width <= 8 * element, !isFloat || kind == 0 && (element == 4 || element == 8) else { return nil }
        let packed = bytes[head...]
        if width == 8 * element {
            guard packed.count >= size else { return nil }
            let numbers = (0..<count).map { index in
                packed[(head + index * element)..<(head + (index + 1) * element)].reversed().reduce(UInt64(0)) {
                    $0 << 8 | UInt64($1)
                }
            }
            return write(numbers, size: element, isBigEndian: isBigEndian)
        }
        // One number in all places takes no bits.
        let zeros = [UInt64](repeating: 0, count: min(count, 1))
        guard let numbers = width == 0 ? zeros : numbers(packed, count, width: width) else { return nil }
        // All ones stand for the fill value.
        var fill: UInt64?
        if values[7] == 1 {
            fill = values.dropFirst(8).prefix(2).reversed().reduce(UInt64(0)) {
                $0 << 32 | UInt64(UInt32(truncatingIfNeeded: $1))
            }
        }
        let ones = width == 0 ? UInt64.max : (1 << UInt64(width)) - 1
        let words = numbers.map { number -> UInt64 in
            if let fill, width > 0, number == ones { return fill }
            guard isFloat else { return number &+ least }
            if element == 4 {
                let scaled = Float(Int32(truncatingIfNeeded: number)) / Float(pow(10, Double(factor)))
                return UInt64((scaled + Float(bitPattern: UInt32(truncatingIfNeeded: least))).bitPattern)
            }
            let scaled = Double(Int64(bitPattern: number)) / pow(10, Double(factor))
            return (scaled + Double(bitPattern: least)).bitPattern
        }
        let written = write(words, size: element, isBigEndian: isBigEndian)
        return width > 0 ? written : (0..<count).flatMap { _ in written }
    }
}
