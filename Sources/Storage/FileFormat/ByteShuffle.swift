/// The filter that writes the first bytes of all elements, then their second bytes, and so on.
enum ByteShuffle {
    /// Undoes it for `bytes` bytes of elements of `size` bytes. What is left of bytes that are no whole number of
    /// elements stays at the end.
    static func undo(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ bytes: Int, _ size: Int) {
        let count = bytes / size
        let from = source.assumingMemoryBound(to: UInt8.self)
        switch size {
        case 2: gather(from, count, target.assumingMemoryBound(to: UInt16.self))
        case 4: gather(from, count, target.assumingMemoryBound(to: UInt32.self))
        case 8: gather(from, count, target.assumingMemoryBound(to: UInt64.self))
        default:
            let to = target.assumingMemoryBound(to: UInt8.self)
            for element in 0..<count {
                for byte in 0..<size { to[element &* size &+ byte] = from[byte &* count &+ element] }
            }
        }
        (target + count * size).copyMemory(from: source + count * size, byteCount: bytes - count * size)
    }

    @inline(__always)
    private static func gather<Word: FixedWidthInteger>(
        _ from: UnsafePointer<UInt8>, _ count: Int, _ to: UnsafeMutablePointer<Word>
    ) {
        for element in 0..<count {
            var word: Word = 0
            for byte in 0..<MemoryLayout<Word>.size {
                word |= Word(truncatingIfNeeded: from[byte &* count &+ element]) &<< Word(truncatingIfNeeded: 8 &* byte)
            }
            to[element] = word
        }
    }
}
