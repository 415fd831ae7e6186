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

    static func exponentials(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
        let full = count / Vector.scalarCount * Vector.scalarCount
        for start in stride(from: 0, to: full, by: Vector.scalarCount) {
            let target = UnsafeMutableRawPointer(x + start)
            target.storeBytes(of: Vector.exp(target.loadUnaligned(as: Vector.self)), as: Vector.self)
        }
        if full < count {
            var rest = Vector()
            for lane in 0..<count - full { rest[lane] = x[full + lane] }
            rest = Vector.exp(rest)
            for lane in 0..<count - full { x[full + lane] = rest[lane] }
        }
    }

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

    static func exponentials(_ x: UnsafeMutablePointer<Double>, _ count: Int) {
        let full = count / Vector.scalarCount * Vector.scalarCount
        for start in stride(from: 0, to: full, by: Vector.scalarCount) {
            let target = UnsafeMutableRawPointer(x + start)
            target.storeBytes(of: Vector.exp(target.loadUnaligned(as: Vector.self)), as: Vector.self)
        }
        if full < count {
            var rest = Vector()
            for lane in 0..<count - full { rest[lane] = x[full + lane] }
            rest = Vector.exp(rest)
            for lane in 0..<count - full { x[full + lane] = rest[lane] }
        }
    }

    @inline(__always)
    static func log(_ x: Double) -> Double { Glibc.log(x) }
}
