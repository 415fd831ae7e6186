import Steps
import XCTest

@testable import Kernels
@testable import References

/// The elementary functions against glibc's in extended precision. Bounds are in units of the last place and close to
/// what was measured; half a place is what no function can do without.
final class VectorMathTests: XCTestCase {
    private static let functions: [LoopOpcode] = [
        .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .softplus, .erf, .gelu, .normalCumulative, .rsqrt,
        .clampedLog, .exp2, .log2, .log10, .tan,
        .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .erfc,
    ]

    private static let places: [LoopOpcode: Double] = [
        .exp: 1.05, .expm1: 1.8, .log: 0.8, .log1p: 0.85, .sin: 1.6, .cos: 1.6, .tanh: 2.5, .sigmoid: 2.6,
        .softplus: 1.6, .erf: 1.7, .gelu: 4.5, .normalCumulative: 4.1, .rsqrt: 1.5,
        .clampedLog: 0.8, .exp2: 1.05, .log2: 1.8, .log10: 1.95, .tan: 3.5, .asin: 2.3, .acos: 1.15, .atan: 2.1,
        .sinh: 2.4, .cosh: 1.5, .asinh: 1.7, .acosh: 2.7, .atanh: 1.9, .erfc: 5.2,
    ]

    /// All exponents alike, both signs and NaN with them, by a step through the bit patterns that has no pattern
    /// itself.
    private var axis32: [Float] { stride(from: 0, to: UInt32.max - 4001, by: 4001).map { Float(bitPattern: $0) } }
    private var axis64: [Double] {
        stride(from: 0, to: UInt64.max - 92_233_720_368_547, by: 92_233_720_368_547).map { Double(bitPattern: $0) }
    }

    private func line<T: BinaryFloatingPoint>(_ low: Double, _ high: Double, _ count: Int) -> [T] {
        (0...count).map { T(low + (high - low) * Double($0) / Double(count)) }
    }

    /// Where each function is neither 0, 1 nor a line.
    private func region<T: BinaryFloatingPoint>(_ opcode: LoopOpcode, _ type: T.Type) -> [T] {
        let isWide = T.significandBitCount > 30
        switch opcode {
        case .exp, .expm1, .softplus:
            return line(-3, 3, 60_000) + (isWide ? line(-750, 712, 60_000) : line(-105, 90, 60_000))
        case .sigmoid: return line(-6, 6, 60_000) + (isWide ? line(-750, 40, 60_000) : line(-105, 20, 60_000))
        case .exp2: return line(-3, 3, 60_000) + (isWide ? line(-1080, 1030, 60_000) : line(-152, 130, 60_000))
        case .sinh, .cosh: return line(-3, 3, 60_000) + (isWide ? line(-712, 712, 60_000) : line(-90, 90, 60_000))
        case .asin, .acos, .atanh: return line(-1, 1, 120_000) + line(-0.01, 0.01, 30_000) + line(0.99, 1, 30_000)
        case .acosh: return line(1, 2, 60_000) + line(1, 1.001, 30_000) + line(1, 1e10, 30_000)
        case .erfc: return line(-3, 3, 60_000) + (isWide ? line(-7, 28, 60_000) : line(-5, 11, 60_000))
        case .log2, .log10: return line(0.5, 2, 60_000) + line(0.001, 20, 60_000)
        case .tanh: return line(-2, 2, 60_000) + line(-20, 20, 60_000)
        case .erf: return line(-2, 2, 60_000) + line(-7, 7, 60_000)
        case .gelu, .normalCumulative:
            return line(-3, 3, 60_000) + (isWide ? line(-40, 40, 60_000) : line(-15, 15, 60_000))
        case .log, .clampedLog, .rsqrt: return line(0.5, 2, 60_000) + line(0.001, 20, 60_000)
        case .log1p: return line(-0.999, 1, 60_000) + line(-0.3, 0.3, 60_000)
        default: return line(-7, 7, 60_000) + line(-9_990, 9_990, 60_000) + line(-99_000, 99_000, 30_000)
        }
    }

    private func check<T: RealLoopNumber & SIMDScalar & BitwiseCopyable>(_ axis: [T], _ compute: DType) {
        for opcode in VectorMathTests.functions {
            let x = axis + region(opcode, T.self)
            let y = evaluate(opcode, x, compute)
            var (worst, at) = (0.0, 0)
            for place in x.indices {
                let off = ulps(y[place], T.exact(opcode, x[place], 0, 0, 0))
                if off > worst { (worst, at) = (off, place) }
            }
            XCTAssertLessThanOrEqual(
                worst, VectorMathTests.places[opcode, default: 0], "\(opcode)(\(x[at])) = \(y[at])")
        }
    }

    func testFloat32FunctionsAreWithinTheirPlacesOnTheWholeAxis() { check(axis32, .float32) }

    func testFloat64FunctionsAreWithinTheirPlacesOnTheWholeAxis() { check(axis64, .float64) }

    /// The hardest arguments: what is left after the multiple of π/2 is taken away has few digits.
    func testSineAndCosineKeepTheirDigitsNextToMultiplesOfHalfPi() {
        let multiples =
            (1...40_000).map { Float80($0) * (Float80.pi / 2) }
            + (1...60).map { Float80.pi * Float80(sign: .plus, exponent: $0, significand: 1) }
        for opcode in [LoopOpcode.sin, .cos] {
            let floats = multiples.map { Float($0) }.flatMap { [$0, $0.nextUp, $0.nextDown, -$0] }
            let doubles = multiples.map { Double($0) }.flatMap { [$0, $0.nextUp, $0.nextDown, -$0] }
            let worst32 = zip(floats, evaluate(opcode, floats, .float32)).map {
                ulps($1, Float.exact(opcode, $0, 0, 0, 0))
            }.max()!
            let worst64 = zip(doubles, evaluate(opcode, doubles, .float64)).map {
                ulps($1, Double.exact(opcode, $0, 0, 0, 0))
            }.max()!
            XCTAssertLessThanOrEqual(worst32, 1.6, "\(opcode)")
            XCTAssertLessThanOrEqual(worst64, 1.6, "\(opcode)")
        }
    }

    private func edges<T: RealLoopNumber & SIMDScalar & BitwiseCopyable>(_ type: T.Type, _ compute: DType) {
        let (huge, tiny) = (T.greatestFiniteMagnitude, T.leastNonzeroMagnitude)
        let cases: [(LoopOpcode, T, T)] = [
            (.exp, 0, 1), (.exp, -0.0, 1), (.exp, .infinity, .infinity), (.exp, -.infinity, 0), (.exp, huge, .infinity),
            (.exp, -huge, 0),
            (.expm1, 0, 0), (.expm1, -0.0, -0.0), (.expm1, -.infinity, -1), (.expm1, .infinity, .infinity),
            (.expm1, -huge, -1),
            (.log, 1, 0), (.log, 0, -.infinity), (.log, -0.0, -.infinity), (.log, .infinity, .infinity),
            (.log, -1, .nan), (.log, -.infinity, .nan),
            (.log, -tiny, .nan), (.log1p, 0, 0), (.log1p, -0.0, -0.0), (.log1p, -1, -.infinity),
            (.log1p, .infinity, .infinity),
            (.log1p, (-1 as T).nextDown, .nan), (.log1p, tiny, tiny), (.log1p, -tiny, -tiny), (.sin, 0, 0),
            (.sin, -0.0, -0.0), (.sin, tiny, tiny),
            (.sin, .infinity, .nan), (.sin, -.infinity, .nan), (.cos, 0, 1), (.cos, -0.0, 1), (.cos, tiny, 1),
            (.cos, .infinity, .nan),
            (.tanh, 0, 0), (.tanh, -0.0, -0.0), (.tanh, tiny, tiny), (.tanh, .infinity, 1), (.tanh, -.infinity, -1),
            (.tanh, huge, 1), (.tanh, -20, -1),
            (.sigmoid, 0, 0.5), (.sigmoid, .infinity, 1), (.sigmoid, -.infinity, 0), (.sigmoid, huge, 1),
            (.sigmoid, -huge, 0),
            (.softplus, .infinity, .infinity), (.softplus, -.infinity, 0), (.softplus, huge, huge),
            (.softplus, -huge, 0), (.softplus, 1000, 1000),
            (.erf, 0, 0), (.erf, -0.0, -0.0), (.erf, .infinity, 1), (.erf, -.infinity, -1), (.erf, huge, 1),
            (.erf, -7, -1),
            (.gelu, 0, 0), (.gelu, .infinity, .infinity), (.gelu, -0.0, -0.0), (.gelu, -.infinity, 0),
            (.gelu, -huge, 0), (.gelu, huge, huge),
            (.gelu, 100, 100), (.normalCumulative, 0, 0.5), (.normalCumulative, -.infinity, 0),
            (.normalCumulative, .infinity, 1), (.normalCumulative, huge, 1),
            (.rsqrt, 0, .infinity), (.rsqrt, .infinity, 0), (.rsqrt, -1, .nan), (.rsqrt, 4, 0.5),
            (.clampedLog, 0, -100), (.clampedLog, -1, .nan),
            (.relu, -.infinity, 0), (.relu, .infinity, .infinity), (.sign, -0.0, -0.0), (.absolute, -0.0, 0),
            (.sqrt, -1, .nan),
            (.exp2, 0, 1), (.exp2, 10, 1024), (.exp2, -3, 0.125), (.exp2, .infinity, .infinity), (.exp2, -.infinity, 0),
            (.exp2, huge, .infinity), (.exp2, -huge, 0),
            (.log2, 1, 0), (.log2, 8, 3), (.log2, 0.25, -2), (.log2, 0, -.infinity), (.log2, .infinity, .infinity),
            (.log2, -1, .nan),
            (.log2, .leastNormalMagnitude, T(T.leastNormalMagnitude.exponent)), (.log2, tiny, T(tiny.exponent)),
            (.log10, 1, 0), (.log10, 10, 1), (.log10, 0, -.infinity), (.log10, .infinity, .infinity),
            (.log10, -1, .nan),
            (.tan, 0, 0), (.tan, -0.0, -0.0), (.tan, tiny, tiny), (.tan, .infinity, .nan), (.tan, -.infinity, .nan),
            (.asin, 0, 0), (.asin, -0.0, -0.0), (.asin, tiny, tiny), (.asin, (1 as T).nextUp, .nan),
            (.asin, -.infinity, .nan),
            (.acos, 1, 0), (.acos, (1 as T).nextUp, .nan), (.acos, (-1 as T).nextDown, .nan), (.acos, .infinity, .nan),
            (.atan, 0, 0), (.atan, -0.0, -0.0), (.atan, tiny, tiny), (.atan, -tiny, -tiny),
            (.sinh, 0, 0), (.sinh, -0.0, -0.0), (.sinh, tiny, tiny), (.sinh, .infinity, .infinity),
            (.sinh, -.infinity, -.infinity), (.sinh, huge, .infinity),
            (.cosh, 0, 1), (.cosh, -0.0, 1), (.cosh, tiny, 1), (.cosh, -.infinity, .infinity), (.cosh, huge, .infinity),
            (.asinh, 0, 0), (.asinh, -0.0, -0.0), (.asinh, tiny, tiny), (.asinh, .infinity, .infinity),
            (.asinh, -.infinity, -.infinity),
            (.acosh, 1, 0), (.acosh, (1 as T).nextDown, .nan), (.acosh, 0, .nan), (.acosh, -3, .nan),
            (.acosh, -huge, .nan), (.acosh, .infinity, .infinity),
            (.atanh, 0, 0), (.atanh, -0.0, -0.0), (.atanh, tiny, tiny), (.atanh, 1, .infinity),
            (.atanh, -1, -.infinity), (.atanh, (1 as T).nextUp, .nan),
            (.atanh, .infinity, .nan), (.atanh, -huge, .nan),
            (.erfc, 0, 1), (.erfc, -0.0, 1), (.erfc, .infinity, 0), (.erfc, -.infinity, 2), (.erfc, huge, 0),
            (.erfc, -huge, 2),
            (.round, 0.5, 0), (.round, 1.5, 2), (.round, -0.5, -0.0), (.round, -2.5, -2), (.round, huge, huge),
            (.round, -.infinity, -.infinity),
            (.floor, -0.5, -1), (.floor, -0.0, -0.0), (.ceil, -0.5, -0.0), (.ceil, tiny, 1), (.truncate, -1.9, -1),
            (.truncate, 1.9, 1), (.floor, .infinity, .infinity),

        ]
        for (opcode, x, wanted) in cases {
            let found = evaluate(opcode, [x], compute)[0]
            XCTAssertTrue(found.number.isSame(as: wanted.number), "\(opcode)(\(x)) = \(found), not \(wanted)")
        }
        for opcode in VectorMathTests.functions + [
            .round, .floor, .ceil, .truncate, .logGamma, .digamma, .relu, .sign, .absolute, .square, .sqrt, .reciprocal,
        ] {
            XCTAssertTrue(evaluate(opcode, [T.nan], compute)[0].isNaN, "\(opcode)")
        }
    }

    func testZerosInfinitiesAndTheLimitsAreExactAndNaNStays() {
        edges(Float.self, .float32)
        edges(Double.self, .float64)
    }

    func testOddFunctionsAreOddAndTheCosineIsEvenToTheBit() {
        let x = axis32.filter { !$0.isNaN } + region(.tanh, Float.self) + region(.sin, Float.self)
        let mirrored = x.map { -$0 }
        for opcode in [LoopOpcode.sin, .tanh, .erf, .tan, .asin, .atan, .sinh, .asinh, .atanh] {
            let (y, z) = (evaluate(opcode, x, .float32), evaluate(opcode, mirrored, .float32))
            XCTAssertTrue(
                zip(y, z).allSatisfy { ($0.isNaN && $1.isNaN) || $0.bitPattern == (-$1).bitPattern }, "\(opcode)")
        }
        let (y, z) = (evaluate(.cos, x, .float32), evaluate(.cos, mirrored, .float32))
        XCTAssertTrue(zip(y, z).allSatisfy { ($0.isNaN && $1.isNaN) || $0.bitPattern == $1.bitPattern })
    }

    func testBoundedFunctionsStayInTheirBounds() {
        func range<T: RealLoopNumber & SIMDScalar & BitwiseCopyable>(
            _ opcode: LoopOpcode, _ axis: [T], _ compute: DType
        ) -> ClosedRange<T> {
            let y = evaluate(opcode, axis + region(opcode, T.self), compute).filter { !$0.isNaN }
            return y.min()!...y.max()!
        }
        for opcode in [LoopOpcode.sin, .cos, .tanh, .erf] {
            XCTAssertTrue((-1...1).contains(range(opcode, axis32, .float32)), "\(opcode)")
            XCTAssertTrue((-1...1).contains(range(opcode, axis64, .float64)), "\(opcode)")
        }
        XCTAssertEqual(range(.sigmoid, axis32, .float32), 0...1)
        XCTAssertEqual(range(.sigmoid, axis64, .float64), 0...1)
        XCTAssertEqual(range(.softplus, axis32, .float32).lowerBound, 0)
        XCTAssertEqual(range(.expm1, axis64, .float64).lowerBound, -1)
    }

    /// Where pieces of a function meet and where it runs into its limit, neighbouring arguments may at most round the
    /// wrong way.
    func testRisingFunctionsStepBackByNoMoreThanOnePlace() {
        let joints: [LoopOpcode: [Float]] = [
            .erf: [0.9, 4, 3.8, 1.5], .tanh: [9.1, 9, 0.17, 1e-4], .sigmoid: [0, 17, -87, -103],
            .exp: [0.34657, 88.7, -87.3, -103.9], .expm1: [0.34657, -64, -17],
            .log: [0.70710678, 1, 1.1754944e-38], .log1p: [0, 0.41421356, -0.29289322, 1e8],
            .softplus: [0, 17, -87, -103], .normalCumulative: [0, 5.4, -13.2, -14.2, -15],
        ]
        for (opcode, places) in joints {
            for place in places {
                var x: [Float] = [place]
                for _ in 0..<20_000 { x.append(x.last!.nextUp) }
                var below = place
                for _ in 0..<20_000 {
                    below = below.nextDown
                    x.append(below)
                }
                x.sort()
                let y = evaluate(opcode, x, .float32)
                let back = zip(y, y.dropFirst()).map {
                    $0 > $1 ? ($0 - $1) / Swift.max($0.magnitude, $1.magnitude).ulp : 0
                }.max()!
                XCTAssertLessThanOrEqual(back, 1, "\(opcode) at \(place)")
            }
        }
    }
}
