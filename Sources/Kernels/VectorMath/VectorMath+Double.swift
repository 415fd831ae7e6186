import CVectors
import Glibc

/// The constants and polynomials of 8 Doubles. The polynomials are minimax fits of the functions named in `MathVector`,
/// weighted by what each contributes to its result; none is off by more than 2⁻⁵⁴ of the result.
extension SIMD8: MathVector where Scalar == Double {
    typealias Bits = SIMD8<Int64>

    @inline(__always) static var rounder: Double { 6_755_399_441_055_744 }
    @inline(__always) static var ln2High: Double { 0.693147180369123816 }
    @inline(__always) static var ln2Low: Double { 1.90821492927058770e-10 }
    @inline(__always) static var halfPi: (Double, Double, Double) {
        (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
    }
    @inline(__always) static var quarterPi: (Double, Double) { (0.7853981633974483, 3.061616997868383e-17) }
    @inline(__always) static var log10Of2: (Double, Double) { (0.30102999566383914, 1.42050232272661e-13) }
    @inline(__always) static var trigonometricLimit: Double { 100_000 }
    @inline(__always) static var exponentLimits: (lower: Double, upper: Double) { (lower: -746, upper: 710) }
    @inline(__always) static var tanhLimit: Double { 19.1 }
    @inline(__always) static var erfLimit: Double { 6 }
    @inline(__always) static var normalLimit: Double { 40 }
    @inline(__always) static var normalScale: Double { 0.15625 }

    @inline(__always) static func limit(_ x: Self, _ lower: Self, _ upper: Self) -> Self {
        shim_limit_double8(x, lower, upper)
    }
    @inline(__always) static func squareRoot(_ x: Self) -> Self { shim_sqrt_double8(x) }
    @inline(__always) static func floor(_ x: Self) -> Self { shim_floor_double8(x) }
    @inline(__always) static func ceil(_ x: Self) -> Self { shim_ceil_double8(x) }
    @inline(__always) static func truncate(_ x: Self) -> Self { shim_trunc_double8(x) }
    @inline(__always) static func round(_ x: Self) -> Self { shim_round_even_double8(x) }
    static func glibcSin(_ x: Double) -> Double { Glibc.sin(x) }
    static func glibcCos(_ x: Double) -> Double { Glibc.cos(x) }
    static func glibcTan(_ x: Double) -> Double { Glibc.tan(x) }
    static func glibcFmod(_ x: Double, _ y: Double) -> Double { Glibc.fmod(x, y) }
    static func glibcPow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }

    @inline(__always) static func expPolynomial(_ r: Self) -> Self {
        var p = r.times(splat(2.092542471047952e-09), plus: 2.5112211811883152e-08)
        p = p.times(r, plus: 2.7557239559052255e-07)
        p = p.times(r, plus: 2.7557234352873124e-06)
        p = p.times(r, plus: 2.4801587364032956e-05)
        p = p.times(r, plus: 0.00019841269896892497)
        p = p.times(r, plus: 0.0013888888888865679)
        p = p.times(r, plus: 0.008333333333316836)
        p = p.times(r, plus: 0.0416666666666667)
        p = p.times(r, plus: 0.16666666666666682)
        return p.times(r, plus: 0.5)
    }

    @inline(__always) static func logPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(0.1479261535054613), plus: 0.15314416741620196)
        p = p.times(z, plus: 0.18183548425775387)
        p = p.times(z, plus: 0.2222219891828772)
        p = p.times(z, plus: 0.2857142873850769)
        p = p.times(z, plus: 0.3999999999943554)
        return p.times(z, plus: 0.6666666666666731)
    }

    @inline(__always) static func sinPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(1.5896819937543548e-10), plus: -2.5050758682598242e-08)
        p = p.times(z, plus: 2.7557313696733674e-06)
        p = p.times(z, plus: -0.00019841269829826011)
        p = p.times(z, plus: 0.008333333333322443)
        return p.times(z, plus: -0.16666666666666632)
    }

    @inline(__always) static func cosPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(-1.1361299348947938e-11), plus: 2.087575799425483e-09)
        p = p.times(z, plus: -2.75573146339075e-07)
        p = p.times(z, plus: 2.4801587290574772e-05)
        p = p.times(z, plus: -0.001388888888887613)
        return p.times(z, plus: 0.041666666666666616)
    }

    @inline(__always) static func atanPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(-0.01917540471101196), plus: 0.039230447784709195)
        p = p.times(z, plus: -0.050854078345862384)
        p = p.times(z, plus: 0.058581409048656254)
        p = p.times(z, plus: -0.06664510525508843)
        p = p.times(z, plus: 0.07692183125376885)
        p = p.times(z, plus: -0.09090904575306488)
        p = p.times(z, plus: 0.11111111015187018)
        p = p.times(z, plus: -0.14285714284665682)
        p = p.times(z, plus: 0.19999999999995516)
        return p.times(z, plus: -0.3333333333333333)
    }

    @inline(__always) static func asinPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(0.028759909742652395), plus: -0.014854837699703733)
        p = p.times(z, plus: 0.01740272595988301)
        p = p.times(z, plus: 0.0054568444632165595)
        p = p.times(z, plus: 0.010322964581502208)
        p = p.times(z, plus: 0.011479154971002126)
        p = p.times(z, plus: 0.013971215203097924)
        p = p.times(z, plus: 0.017352392575609228)
        p = p.times(z, plus: 0.02237217294812471)
        p = p.times(z, plus: 0.030381944138386928)
        p = p.times(z, plus: 0.04464285714635722)
        p = p.times(z, plus: 0.07499999999998432)
        return p.times(z, plus: 0.16666666666666669)
    }

    @inline(__always) static func erfPolynomial(_ z: Self) -> Self {
        var p = z.times(splat(-8.497784841792478e-10), plus: 1.4053170480317343e-08)
        p = p.times(z, plus: -1.627685161579122e-07)
        p = p.times(z, plus: 1.6455364093780596e-06)
        p = p.times(z, plus: -1.4925309923357528e-05)
        p = p.times(z, plus: 0.0001205532148611339)
        p = p.times(z, plus: -0.000854832676735515)
        p = p.times(z, plus: 0.005223977621820572)
        p = p.times(z, plus: -0.02686617064482882)
        p = p.times(z, plus: 0.1128379167095382)
        p = p.times(z, plus: -0.3761263890318373)
        return p.times(z, plus: 0.1283791670955126)
    }

    @inline(__always) static func erfTailPolynomial(_ u: Self) -> Self {
        var p = u.times(splat(-3.578110504380991e-13), plus: 8.982863329296788e-12)
        p = p.times(u, plus: -9.722181891115575e-11)
        p = p.times(u, plus: 5.81155261427541e-10)
        p = p.times(u, plus: -1.898809637108648e-09)
        p = p.times(u, plus: 9.697234095320337e-10)
        p = p.times(u, plus: 2.7325693073829163e-08)
        p = p.times(u, plus: -1.9203999967735005e-07)
        p = p.times(u, plus: 8.188652790273719e-07)
        p = p.times(u, plus: -2.371212182935983e-06)
        p = p.times(u, plus: 2.6468805675668835e-06)
        p = p.times(u, plus: 2.2473803712871324e-05)
        p = p.times(u, plus: -0.00021596332409517768)
        p = p.times(u, plus: 0.0012572166681393685)
        p = p.times(u, plus: -0.006006746384504888)
        p = p.times(u, plus: 0.025824140635002)
        p = p.times(u, plus: 0.8926403306150058)
        p = p.times(u, plus: 3.508800801779501)
        return p.times(u, plus: 3.3844920895515522)
    }

    @inline(__always) static func normalTailPolynomial(_ u: Self) -> Self {
        var p = u.times(splat(-3.0045485365267627e-10), plus: 6.201814764283021e-10)
        p = p.times(u, plus: 2.9577173901039553e-09)
        p = p.times(u, plus: -3.750717360909088e-09)
        p = p.times(u, plus: -2.6796148427044268e-08)
        p = p.times(u, plus: -9.326711340276379e-09)
        p = p.times(u, plus: 2.0245006181387685e-07)
        p = p.times(u, plus: 5.094348057958415e-07)
        p = p.times(u, plus: -5.688021033610608e-07)
        p = p.times(u, plus: -6.4254379872136846e-06)
        p = p.times(u, plus: -1.534827320736689e-05)
        p = p.times(u, plus: 9.770901543782624e-06)
        p = p.times(u, plus: 0.00021520013963799908)
        p = p.times(u, plus: 0.0009794328500871902)
        p = p.times(u, plus: 0.0030470784558149886)
        p = p.times(u, plus: 0.007572670851047076)
        p = p.times(u, plus: 0.015939034638274622)
        p = p.times(u, plus: 0.029269407054946253)
        p = p.times(u, plus: 0.04771876687014426)
        p = p.times(u, plus: 0.06984102479234698)
        p = p.times(u, plus: 0.0924376972281846)
        p = p.times(u, plus: 0.111166256357158)
        return p.times(u, plus: 0.1218253270853777)
    }
}
