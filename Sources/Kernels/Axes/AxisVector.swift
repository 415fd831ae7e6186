import Glibc

/// What the row kernels need of a float type: a vector of 64 bytes and the operations that Swift turns into single
/// instructions only where it sees the concrete type, such as comparisons.
protocol RowScalar: BinaryFloatingPoint, SIMDScalar, BitwiseCopyable, Codable {
    associatedtype Vector: SIMD, BitwiseCopyable where Vector.Scalar == Self
    typealias Mask = SIMDMask<Vector.MaskStorage>

    /// The lanes below `count`.
    static func lanes(below count: Int) -> Mask
    /// b where it is larger than a, else a: of a NaN and a number, the first.
    static func larger(_ a: Vector, _ b: Vector) -> Vector
    /// The largest lane and the sum of the lanes, taken pairwise; full vectors, because Swift compares halves lane by
    /// lane.
    static func largest(_ x: Vector) -> Self
    static func sum(_ x: Vector) -> Self
    /// exp of `count` elements in place; a call for many, because Swift does not inline this much into generic code.
    static func exponentials(_ x: UnsafeMutablePointer<Self>, _ count: Int)
    static func log(_ x: Self) -> Self
}

extension RowScalar {
    /// One loop for all vectors: where the exponential is in two places, the compiler makes calls of it.
    @inline(__always)
    fileprivate static func exponentials(_ x: UnsafeMutablePointer<Self>, _ count: Int, _ exp: (Vector) -> Vector) {
        let width = Vector.scalarCount
        for start in stride(from: 0, to: count, by: width) {
            let target = UnsafeMutableRawPointer(x + start)
            let rest = count - start
            var vector = Vector()
            if rest >= width {
                vector = target.loadUnaligned(as: Vector.self)
            } else {
                for lane in 0..<rest { vector[lane] = x[start + lane] }
            }
            vector = exp(vector)
            if rest >= width {
                target.storeBytes(of: vector, as: Vector.self)
            } else {
                for lane in 0..<rest { x[start + lane] = vector[lane] }
            }
        }
    }
}

extension Float: RowScalar {
    typealias Vector = SIMD16<Float>

    @inline(__always)
    static func lanes(below count: Int) -> Mask {
        SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) .< SIMD16(repeating: Float(count))
    }

    @inline(__always)
    static func larger(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .> a) }

    @inline(__always)
    static func largest(_ x: Vector) -> Float {
        var x = x
        for _ in 0..<4 {
            x = larger(
                SIMD16(lowHalf: x.evenHalf, highHalf: x.evenHalf), SIMD16(lowHalf: x.oddHalf, highHalf: x.oddHalf))
        }
        return x[0]
    }

    @inline(__always)
    static func sum(_ x: Vector) -> Float {
        let a = x.lowHalf + x.highHalf
        let b = a.lowHalf + a.highHalf
        let c = b.lowHalf + b.highHalf
        return c.x + c.y
    }

    /// The same as MathVector.exp, without its last digit: softmax of [1024, 1000] takes 0.58 ms with this, and 0.78
    /// with that. Within two ulps: e^x = 2^n e^r with |r| <= ln 2 / 2 and Cephes's polynomial for e^r (expf.c).
    @inline(__always)
    static func exp(_ x: Vector) -> Vector {
        // Beyond these the result is 0 or infinite; NaN passes.
        var x = x.replacing(with: -104, where: x .< -104)
        x.replace(with: 89, where: x .> 89)
        // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
        let shifted = Vector(repeating: 0x1.8p23).addingProduct(x, Vector(repeating: 0x1.715476p0))
        let n = shifted - 0x1.8p23
        let r = x.addingProduct(n, Vector(repeating: -0x1.62E4p-1)).addingProduct(n, Vector(repeating: -0x1.7F7D1Cp-20))
        var p = Vector(repeating: 1.9875691500e-4)
        p = Vector(repeating: 1.3981999507e-3).addingProduct(p, r)
        p = Vector(repeating: 8.3334519073e-3).addingProduct(p, r)
        p = Vector(repeating: 4.1665795894e-2).addingProduct(p, r)
        p = Vector(repeating: 1.6666665459e-1).addingProduct(p, r)
        p = Vector(repeating: 5.0000001201e-1).addingProduct(p, r)
        p = r.addingProduct(p, r * r) + 1
        // In two factors, because 2^n alone may be too large or too small for a float.
        let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- 0x4B40_0000
        let half = bits &>> 1
        let first = unsafeBitCast((half &+ 127) &<< 23, to: Vector.self)
        let second = unsafeBitCast((bits &- half &+ 127) &<< 23, to: Vector.self)
        return p * first * second
    }

    static func exponentials(_ x: UnsafeMutablePointer<Float>, _ count: Int) { exponentials(x, count) { exp($0) } }

    @inline(__always)
    static func log(_ x: Float) -> Float { Glibc.logf(x) }
}

extension Double: RowScalar {
    typealias Vector = SIMD8<Double>

    @inline(__always)
    static func lanes(below count: Int) -> Mask {
        SIMD8<Double>(0, 1, 2, 3, 4, 5, 6, 7) .< SIMD8(repeating: Double(count))
    }

    @inline(__always)
    static func larger(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .> a) }

    @inline(__always)
    static func largest(_ x: Vector) -> Double {
        var x = x
        for _ in 0..<3 {
            x = larger(SIMD8(lowHalf: x.evenHalf, highHalf: x.evenHalf), SIMD8(lowHalf: x.oddHalf, highHalf: x.oddHalf))
        }
        return x[0]
    }

    @inline(__always)
    static func sum(_ x: Vector) -> Double {
        let a = x.lowHalf + x.highHalf
        let b = a.lowHalf + a.highHalf
        return b.x + b.y
    }

    /// Within two ulps: as for float32, with the Taylor polynomial of degree 13, whose error is below 2^-57.
    @inline(__always)
    static func exp(_ x: Vector) -> Vector {
        var x = x.replacing(with: -746, where: x .< -746)
        x.replace(with: 710, where: x .> 710)
        let shifted = Vector(repeating: 0x1.8p52).addingProduct(x, Vector(repeating: 0x1.71547652B82FEp0))
        let n = shifted - 0x1.8p52
        let r = x.addingProduct(n, Vector(repeating: -0x1.62E42FEE00000p-1))
            .addingProduct(n, Vector(repeating: -0x1.A39EF35793C76p-33))
        var p = Vector(repeating: 1 / 6_227_020_800)
        p = Vector(repeating: 1 / 479_001_600).addingProduct(p, r)
        p = Vector(repeating: 1 / 39_916_800).addingProduct(p, r)
        p = Vector(repeating: 1 / 3_628_800).addingProduct(p, r)
        p = Vector(repeating: 1 / 362_880).addingProduct(p, r)
        p = Vector(repeating: 1 / 40_320).addingProduct(p, r)
        p = Vector(repeating: 1 / 5_040).addingProduct(p, r)
        p = Vector(repeating: 1 / 720).addingProduct(p, r)
        p = Vector(repeating: 1 / 120).addingProduct(p, r)
        p = Vector(repeating: 1 / 24).addingProduct(p, r)
        p = Vector(repeating: 1 / 6).addingProduct(p, r)
        p = Vector(repeating: 1 / 2).addingProduct(p, r)
        p = r.addingProduct(p, r * r) + 1
        let bits = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &- 0x4338_0000_0000_0000
        let half = bits &>> 1
        let first = unsafeBitCast((half &+ 1023) &<< 52, to: Vector.self)
        let second = unsafeBitCast((bits &- half &+ 1023) &<< 52, to: Vector.self)
        return p * first * second
    }

    static func exponentials(_ x: UnsafeMutablePointer<Double>, _ count: Int) { exponentials(x, count) { exp($0) } }

    @inline(__always)
    static func log(_ x: Double) -> Double { Glibc.log(x) }
}
