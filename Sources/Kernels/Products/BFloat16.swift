import Machine
import CVectors

/// bfloat16 is the upper half of a float32: its sign, its exponent, and 7 of its 23 bits of fraction. Matrix products
/// read it; no tensor is made of it.
enum BFloat16 {
    typealias Vector = SIMD16<UInt32>

    /// Whether the processor multiplies bfloat16.
    static let isNative = shim_has_bfloat16() != 0

    /// The bits of float32 numbers, rounded to the nearest bfloat16 in the upper half, ties to even; what is in the
    /// lower half is to be ignored. NaN stays NaN.
    @inline(__always)
    static func rounded(_ bits: Vector) -> Vector {
        let isNaN = (bits & 0x7FFF_FFFF) .> Vector(repeating: 0x7F80_0000)
        // What is added carries into the upper half from half its last bit on; exactly half does if that bit is odd.
        return (bits &+ 0x7FFF &+ (bits &>> 16 & 1)).replacing(with: bits | 0x0040_0000, where: isNaN)
    }

    /// Words of two bfloat16, from the bits of float32 numbers: `first` in the low halves.
    @inline(__always)
    static func pairs(_ first: Vector, _ second: Vector) -> Vector {
        rounded(first) &>> 16 | rounded(second) & 0xFFFF_0000
    }

    /// `count` float32 numbers, rounded to bfloat16 but kept as float32.
    static func round(_ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ count: Int) {
        inPieces(count, grain: 1 << 17) { part in
            let whole = part.lowerBound + part.count / 16 * 16
            for index in stride(from: part.lowerBound, to: whole, by: 16) {
                let bits = (source + index * 4).loadUnaligned(as: Vector.self)
                (destination + index * 4).storeBytes(of: rounded(bits) & 0xFFFF_0000, as: Vector.self)
            }
            for index in whole..<part.upperBound {
                let bits = Vector(repeating: (source + index * 4).loadUnaligned(as: UInt32.self))
                (destination + index * 4).storeBytes(of: (rounded(bits) & 0xFFFF_0000)[0], as: UInt32.self)
            }
        }
    }
}
