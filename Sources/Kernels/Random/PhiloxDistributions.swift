// A chunk's words as numbers. The order of the values within a chunk is that of the vectors: it is part of what a seed
// means.

extension PhiloxChunk {
    typealias Reals = SIMD8<Double>

    @inline(__always)
    func storeWords(_ words: UnsafeMutablePointer<UInt64>) {
        let words = UnsafeMutableRawPointer(words)
        words.storeBytes(of: x0 | x1 &<< 32, as: Words.self)
        words.storeBytes(of: x2 | x3 &<< 32, toByteOffset: 64, as: Words.self)
    }

    /// 32 numbers in [0, 1), multiples of 2^-24.
    @inline(__always)
    func storeUnits24(_ units: UnsafeMutablePointer<Double>) {
        for (index, word) in [x0, x1, x2, x3].enumerated() {
            store(PhiloxChunk.real(word &>> 8) * 0x1p-24, units, index)
        }
    }

    /// 16 numbers in [0, 1), multiples of 2^-53.
    @inline(__always)
    func storeUnits53(_ units: UnsafeMutablePointer<Double>) {
        store(PhiloxChunk.unit53(x0, x1), units, 0)
        store(PhiloxChunk.unit53(x2, x3), units, 1)
    }

    /// 32 normal numbers, each pair from two words; the largest possible is 6.7.
    @inline(__always)
    func storeNormals32(_ normals: UnsafeMutablePointer<Double>) {
        let first = PhiloxChunk.boxMuller((PhiloxChunk.real(x0) + 0.5) * 0x1p-32, PhiloxChunk.real(x1) * 0x1p-32)
        store(first.0, normals, 0)
        store(first.1, normals, 1)
        let second = PhiloxChunk.boxMuller((PhiloxChunk.real(x2) + 0.5) * 0x1p-32, PhiloxChunk.real(x3) * 0x1p-32)
        store(second.0, normals, 2)
        store(second.1, normals, 3)
    }

    /// 16 normal numbers, each pair from four words; the largest possible is 8.6.
    @inline(__always)
    func storeNormals64(_ normals: UnsafeMutablePointer<Double>) {
        let pair = PhiloxChunk.boxMuller(PhiloxChunk.unit53(x0, x1) + 0x1p-54, PhiloxChunk.unit53(x2, x3))
        store(pair.0, normals, 0)
        store(pair.1, normals, 1)
    }

    /// 32 exponential numbers of rate 1, each from a word: above 0, the largest possible is 22.9.
    @inline(__always)
    func storeExponentials32(_ numbers: UnsafeMutablePointer<Double>) {
        for (index, word) in [x0, x1, x2, x3].enumerated() {
            store(PhiloxChunk.logarithm((PhiloxChunk.real(word) + 0.5) * 0x1p-32) * -1, numbers, index)
        }
    }

    /// 16 exponential numbers of rate 1, each from two words; the largest possible is 37.4.
    @inline(__always)
    func storeExponentials64(_ numbers: UnsafeMutablePointer<Double>) {
        store(PhiloxChunk.logarithm(PhiloxChunk.unit53(x0, x1) + 0x1p-54) * -1, numbers, 0)
        store(PhiloxChunk.logarithm(PhiloxChunk.unit53(x2, x3) + 0x1p-54) * -1, numbers, 1)
    }

    @inline(__always)
    private func store(_ values: Reals, _ target: UnsafeMutablePointer<Double>, _ index: Int) {
        UnsafeMutableRawPointer(target).storeBytes(of: values, toByteOffset: index * 64, as: Reals.self)
    }

    /// Words below 2^32 as doubles: put into the low bits of 2^52, which is then taken away.
    @inline(__always)
    private static func real(_ words: Words) -> Reals {
        unsafeBitCast(words | Words(repeating: 0x4330_0000_0000_0000), to: Reals.self) - 0x1p52
    }

    /// All of `high` and the upper 21 bits of `low`, as a number in [0, 1).
    @inline(__always)
    private static func unit53(_ low: Words, _ high: Words) -> Reals {
        real(high) * 0x1p-32 + real(low &>> 11) * 0x1p-53
    }

    /// sqrt(-2 ln u) (cos 2πv, sin 2πv), for u in (0, 1] and v in [0, 1).
    @inline(__always)
    private static func boxMuller(_ u: Reals, _ v: Reals) -> (Reals, Reals) {
        let radius = Reals.squareRoot(logarithm(u) * -2)
        let (cosine, sine) = cosineAndSine(turns: v)
        return (radius * cosine, radius * sine)
    }

    /// ln x for positive normal x, within an ulp: FreeBSD's e_log.c, with x = 2^k (1 + f) and s = f / (2 + f).
    @inline(__always)
    static func logarithm(_ x: Reals) -> Reals {
        // With sqrt(1/2) <= 1 + f < sqrt(2): moving the exponent's boundary there before it is cut off.
        let bits = unsafeBitCast(x, to: Words.self) &+ Words(repeating: 0x3FF0_0000_0000_0000 - 0x3FE6_A09E_667F_3BCD)
        let k = real(bits &>> 52) - 1023
        let mantissa = (bits & Words(repeating: 0x000F_FFFF_FFFF_FFFF)) &+ Words(repeating: 0x3FE6_A09E_667F_3BCD)
        let f = unsafeBitCast(mantissa, to: Reals.self) - 1
        let s = f / (f + 2)
        let z = s * s
        var r = Reals(repeating: 1.479819860511658591e-01)
        r = (r * z) + 1.531383769920937332e-01
        r = (r * z) + 1.818357216161805012e-01
        r = (r * z) + 2.222219843214978396e-01
        r = (r * z) + 2.857142874366239149e-01
        r = (r * z) + 3.999999999940941908e-01
        r = (r * z) + 6.666666666666735130e-01
        r = r * z
        let half = f * f * 0.5
        return k * 6.93147180369123816490e-01 - ((half - (s * (half + r) + k * 1.90821492927058770002e-10)) - f)
    }

    /// cos and sin of 2πv for v in [0, 1): a quarter turn at most off a multiple of a half π, then FreeBSD's k_cos.c
    /// and k_sin.c.
    @inline(__always)
    static func cosineAndSine(turns v: Reals) -> (Reals, Reals) {
        let t = v * 4
        // Adding 1.5 * 2^52 leaves the nearest whole number in the low bits.
        let shifted = t + 0x1.8p52
        let quadrant = unsafeBitCast(shifted, to: Words.self)
        let x = (t - (shifted - 0x1.8p52)) * (Double.pi / 2)
        let z = x * x
        var s = Reals(repeating: 1.58969099521155010221e-10)
        s = (s * z) - 2.50507602534068634195e-08
        s = (s * z) + 2.75573137070700676789e-06
        s = (s * z) - 1.98412698298579493134e-04
        s = (s * z) + 8.33333333332248946124e-03
        s = (s * z) - 1.66666666666666324348e-01
        let sine = x + x * z * s
        var c = Reals(repeating: -1.13596475577881948265e-11)
        c = (c * z) + 2.08757232129817482790e-09
        c = (c * z) - 2.75573143513906633035e-07
        c = (c * z) + 2.48015872894767294178e-05
        c = (c * z) - 1.38888888888741095749e-03
        c = (c * z) + 4.16666666666666019037e-02
        let cosine = (1 - z * 0.5) + z * z * c
        // In quadrants 1 and 3 they change places; the signs are bits of the quadrant. Swift would take this apart lane
        // by lane were it written as comparisons of integers.
        let (cosineBits, sineBits) = (unsafeBitCast(cosine, to: Words.self), unsafeBitCast(sine, to: Words.self))
        let swapped = (cosineBits ^ sineBits) & (0 &- (quadrant & 1))
        return (
            unsafeBitCast(cosineBits ^ swapped ^ ((quadrant &+ 1) & 2) &<< 62, to: Reals.self),
            unsafeBitCast(sineBits ^ swapped ^ (quadrant & 2) &<< 62, to: Reals.self)
        )
    }
}
