/// Numbers that 16 bits hold (Steps/HalfFormats.swift), 16 floats at once.
extension SIMD16 where Scalar == Float {
    /// Up to half of what one unit of the last bit that stays is worth, so that a carry rounds: to the nearest, ties to
    /// even. `bits`: those that go.
    @inline(__always) private static func nearest(_ x: SIMD16<Int32>, without bits: Int32) -> SIMD16<Int32> {
        let half = SIMD16<Int32>(repeating: 1 << (bits - 1) - 1)
        let isOdd = (x &>> bits) & 1
        return (x &+ half &+ isOdd) & SIMD16<Int32>(repeating: -1 << bits)
    }

    @inline(__always) static func roundBFloat16(_ x: Self) -> Self {
        fromBits(nearest(x.bits, without: 16)).replacing(with: x, where: x .!= x)
    }

    @inline(__always) static func roundFloat16(_ x: Self) -> Self {
        let size = x.magnitude
        let normal = fromBits(nearest(size.bits, without: 13))
        // Below 2^-14: added to 1/2, whose last bit is worth 2^-24, it is rounded to a multiple of that.
        let small = (size + splat(0.5)) - splat(0.5)
        let near = normal.replacing(with: small, where: size .< splat(0x1p-14))
            .replacing(with: splat(.infinity), where: size .>= splat(65520))
        return near.signed(like: x).replacing(with: x, where: x .!= x)
    }
}

extension SIMD8 where Scalar == Double {
    @inline(__always) static func roundBFloat16(_ x: Self) -> Self { x }
    @inline(__always) static func roundFloat16(_ x: Self) -> Self { x }
}
