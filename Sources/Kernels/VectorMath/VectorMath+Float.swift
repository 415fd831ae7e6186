import CVectors
import Glibc

/// The constants and polynomials of 16 Floats. The polynomials are minimax fits of the functions named in `MathVector`,
/// weighted by what each contributes to its result; none is off by more than 2⁻²⁶ of the result.
extension SIMD16: MathVector where Scalar == Float {
    typealias Bits = SIMD16<Int32>

    @inline(__always) static var rounder: Float { 12_582_912 }
    @inline(__always) static var ln2High: Float { 0.693145751953125 }
    @inline(__always) static var ln2Low: Float { 1.428606765330187e-06 }
    @inline(__always) static var halfPi: (Float, Float, Float) {
        (1.5707964, -4.371139e-08, -1.7151245e-15)
    }
    @inline(__always) static var quarterPi: (Float, Float) { (0.7853982, -2.1855694e-08) }
    @inline(__always) static var log10Of2: (Float, Float) { (0.301025390625, 4.605039e-06) }
    @inline(__always) static var trigonometricLimit: Float { 10_000 }
    @inline(__always) static var exponentLimits: (lower: Float, upper: Float) { (lower: -104, upper: 89) }
    @inline(__always) static var tanhLimit: Float { 9.1 }
    @inline(__always) static var erfLimit: Float { 4 }
    @inline(__always) static var normalLimit: Float { 15 }
    @inline(__always) static var normalScale: Float { 0.296875 }

    @inline(__always) static func limit(_ x: Self, _ lower: Self, _ upper: Self) -> Self {
        shim_limit_float16(x, lower, upper)
    }
    @inline(__always) static func squareRoot(_ x: Self) -> Self { shim_sqrt_float16(x) }
    @inline(__always) static func floor(_ x: Self) -> Self { shim_floor_float16(x) }
    @inline(__always) static func ceil(_ x: Self) -> Self { shim_ceil_float16(x) }
    @inline(__always) static func truncate(_ x: Self) -> Self { shim_trunc_float16(x) }
    @inline(__always) static func round(_ x: Self) -> Self { shim_round_even_float16(x) }
    static func glibcSin(_ x: Float) -> Float { Glibc.sin(x) }
    static func glibcCos(_ x: Float) -> Float { Glibc.cos(x) }
    static func glibcTan(_ x: Float) -> Float { Glibc.tan(x) }
    static func glibcFmod(_ x: Float, _ y: Float) -> Float { Glibc.fmod(x, y) }
    static func glibcPow(_ x: Float, _ y: Float) -> Float { Glibc.pow(x, y) }

    @inline(__always) static func expPolynomial(_ r: Self) -> Self {
        var p = r.times(splat(0.0013942089), plus: 0.008368747)
        p = p.times(r, plus: 0.041666385)
        p = p.times(r, plus: 0.16666521)
        return p.times(r, plus: 0.5)
    }

    @inline(__always) static func logPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(0.23579682), plus: 0.28537467)
        p = p.times(z, plus: 0.4000033)
        return p.times(z, plus: 0.6666666)
    }

    @inline(__always) static func sinPolynomial(_ z: Self) -> Self {
        let p = z.times(splat(-0.00019517246), plus: 0.008332178)
        return p.times(z, plus: -0.16666655)
    }

    @inline(__always) static func cosPolynomial(_ z: Self) -> Self {
        let p = z.times(splat(2.4439514e-05), plus: -0.0013887378)
        return p.times(z, plus: 0.041666646)
    }

    @inline(__always) static func atanPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(-0.064517185), plus: 0.10743669)
        p = p.times(z, plus: -0.1426395)
        p = p.times(z, plus: 0.1999954)
        return p.times(z, plus: -0.3333333)
    }

    @inline(__always) static func asinPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(0.033691835), plus: 0.017148687)
        p = p.times(z, plus: 0.031100769)
        p = p.times(z, plus: 0.04459939)
        p = p.times(z, plus: 0.07500095)
        return p.times(z, plus: 0.16666666)
    }

    @inline(__always) static func erfPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(-0.0006111292), plus: 0.0050162305)
        p = p.times(z, plus: -0.026781961)
        p = p.times(z, plus: 0.1128223)
        p = p.times(z, plus: -0.37612534)
        return p.times(z, plus: 0.12837915)
    }

    @inline(__always) static func erfTailPolynomial(_ u: Self) -> Self {
        var p = u.times(splat(-0.0001971764), plus: 0.0012809719)
        p = p.times(u, plus: -0.006014919)
        p = p.times(u, plus: 0.02581624)
        p = p.times(u, plus: 0.8926405)
        p = p.times(u, plus: 3.5088012)
        return p.times(u, plus: 3.3844922)
    }

    @inline(__always) static func normalTailPolynomial(_ u: Self) -> Self {
        var p = u.times(splat(-4.07529e-05), plus: 9.045469e-05)
        p = p.times(u, plus: 0.00025687875)
        p = p.times(u, plus: -0.00065300126)
        p = p.times(u, plus: -0.0023367355)
        p = p.times(u, plus: 0.002461415)
        p = p.times(u, plus: 0.028933138)
        p = p.times(u, plus: 0.08736927)
        p = p.times(u, plus: 0.16396567)
        return p.times(u, plus: 0.21995366)
    }
}
