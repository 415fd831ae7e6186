/// Eight successive blocks of Philox4x32-10, computed side by side.
///
/// J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11. A block is a function of a 128-bit counter
/// and a 64-bit key, so that any part of a stream can be computed anywhere. Each lane holds a 32-bit word in 64 bits,
/// which is what the widening multiplication works on.
struct PhiloxChunk {
    typealias Words = SIMD8<UInt64>

    static let blocks = 8

    /// The four words of each block.
    private(set) var x0: Words
    private(set) var x1: Words
    private(set) var x2: Words
    private(set) var x3: Words

    /// The blocks of counters high * 2^64 + low + 0 ... 7, where the sum with `low` wraps around.
    @inline(__always)
    init(low: UInt64, high: UInt64 = 0, key: UInt64) {
        let mask = Words(repeating: 0xFFFF_FFFF)
        let counter = Words(repeating: low) &+ Words(0, 1, 2, 3, 4, 5, 6, 7)
        x0 = counter & mask
        x1 = counter &>> 32
        x2 = Words(repeating: high & 0xFFFF_FFFF)
        x3 = Words(repeating: high >> 32)
        var (key0, key1) = (key & 0xFFFF_FFFF, key >> 32)
        for _ in 0..<10 {
            let product0 = x0 &* Words(repeating: 0xD251_1F53)
            let product2 = x2 &* Words(repeating: 0xCD9E_8D57)
            (x0, x1, x2, x3) = (
                (product2 &>> 32) ^ x1 ^ Words(repeating: key0), product2 & mask,
                (product0 &>> 32) ^ x3 ^ Words(repeating: key1), product0 & mask
            )
            key0 = (key0 &+ 0x9E37_79B9) & 0xFFFF_FFFF
            key1 = (key1 &+ 0xBB67_AE85) & 0xFFFF_FFFF
        }
    }
}
