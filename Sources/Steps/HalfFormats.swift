/// A float of 16 bits, as its bits. Rounding is to the nearest, ties to even; what is too large becomes infinite, and
/// NaN stays NaN.
///
/// The formulas have no branch, so that loops over them become vector instructions.
public protocol HalfFormat {
    static func float(_ bits: UInt16) -> Float
    static func bits(_ value: Float) -> UInt16
    /// The nearest number that 16 bits hold.
    static func rounded(_ value: Float) -> Float
}

/// The upper half of a float32.
public enum BFloat16Format: HalfFormat {
    @inlinable @inline(__always) public static func float(_ bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }

    /// float32 bits whose upper half is the result.
    @inlinable @inline(__always) static func upper(_ value: Float) -> UInt32 {
        let bits = value.bitPattern
        // What is added carries into the upper half from half its last bit on; exactly half does if that bit is odd.
        let nearest = bits &+ 0x7FFF &+ (bits &>> 16 & 1)
        return bits & 0x7FFF_FFFF > 0x7F80_0000 ? bits | 0x0040_0000 : nearest
    }

    @inlinable @inline(__always) public static func bits(_ value: Float) -> UInt16 {
        UInt16(truncatingIfNeeded: upper(value) &>> 16)
    }

    @inlinable @inline(__always) public static func rounded(_ value: Float) -> Float {
        Float(bitPattern: upper(value) & 0xFFFF_0000)
    }
}

/// IEEE 754's binary16.
public enum Float16Format: HalfFormat {
    @inlinable @inline(__always) public static func float(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        // As a float32 the exponent is too small by 112, also that of numbers below the least normal one, which float32
        // has as such.
        let scaled = (Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112).bitPattern
        // Infinity and NaN have an exponent of ones in both.
        return Float(bitPattern: (bits & 0x7C00 == 0x7C00 ? scaled | 0x7F80_0000 : scaled) | sign)
    }

    @inlinable @inline(__always) public static func bits(_ value: Float) -> UInt16 {
        let all = value.bitPattern
        let sign = all &>> 16 & 0x8000
        let size = all & 0x7FFF_FFFF
        // 2^-14 and more: the fraction loses 13 bits, and the exponent 112.
        let normal = (size &- 0x3800_0000 &+ 0xFFF &+ (size &>> 13 & 1)) &>> 13
        // Less: added to 1/2, whose last bit is worth 2^-24, it is rounded to a multiple of that.
        let small = (Float(bitPattern: size) + 0.5).bitPattern &- 0x3F00_0000
        var half = size < 0x3880_0000 ? small : normal
        // From 65,520 on the nearest is infinite.
        half = size >= 0x477F_F000 ? 0x7C00 : half
        half = size > 0x7F80_0000 ? 0x7E00 | (size &>> 13 & 0x1FF) : half
        return UInt16(truncatingIfNeeded: half | sign)
    }

    @inlinable @inline(__always) public static func rounded(_ value: Float) -> Float { float(bits(value)) }
}
