import Steps
import XCTest

@testable import Kernels
@testable import References

/// The gamma family against extended precision: relative to each value, except that next to a zero what counts is how
/// far the argument is from it.
final class GammaTests: XCTestCase {
    private let positive =
        (1...20_000).map { Double($0) * 0.0013 } + stride(from: -300.0, through: 300, by: 0.7).map { Glibc.pow(10, $0) }
    private let negative = (1...20_000).map { -Double($0) * 0.00131 }.filter { ($0 - $0.rounded()).magnitude > 1e-3 }

    /// The largest error over the larger of |value| and `floor`, in units of 2^-52.
    private func worst(_ x: [Double], floor: Float80, _ function: (Double) -> Double, _ exact: (Float80) -> Float80)
        -> (Double, at: Double)
    {
        var (worst, at) = (0.0, 0.0)
        for x in x {
            let (found, wanted) = (function(x), exact(Float80(x)))
            if Double(wanted) == found { continue }
            let off = Double((Float80(found) - wanted).magnitude / Swift.max(wanted.magnitude, floor)) * 0x1p52
            if !(off <= worst) { (worst, at) = (off.isNaN ? .infinity : off, x) }
        }
        return (worst, at)
    }

    func testDigammaIsWithinItsPlaces() {
        XCTAssertLessThanOrEqual(worst(positive, floor: 1, Gamma.digamma, GammaReference.digamma).0, 4)
        XCTAssertLessThanOrEqual(
            worst(negative, floor: 1, Gamma.digamma, GammaReference.digamma).0, 1000, "a pole is at most 1e-3 away")
    }

    /// By the Taylor series around the root, which needs no difference of large numbers.
    func testDigammaKeepsItsDigitsAroundItsRoot() {
        // To twice a Double's digits.
        let (high, low) = (1.461_632_144_968_362_3, 9.549_995_429_965_697e-17)
        let root = Float80(high)
        let derivatives = (1...5).map { GammaReference.polygamma($0, root) }
        let near = (0..<2_000).map { high + (Double($0) - 1000) * 1e-7 } + [high, high.nextUp, high.nextDown]
        let (off, at) = worst(near, floor: 0, Gamma.digamma) { x in
            let d = (x - root) - Float80(low)
            return d
                * (derivatives[0] + d / 2
                    * (derivatives[1] + d / 3 * (derivatives[2] + d / 4 * (derivatives[3] + d / 5 * derivatives[4]))))
        }
        XCTAssertLessThanOrEqual(off, 4, "at \(at)")
    }

    func testPolygammaIsWithinItsPlaces() {
        for n in [1, 2, 3, 5, 9] {
            let x = positive.filter { $0 > 1e-20 && $0 < 1e20 }
            let (off, at) = worst(x, floor: 1e-290, { Gamma.polygamma(n, $0) }, { GammaReference.polygamma(n, $0) })
            XCTAssertLessThanOrEqual(off, 12, "order \(n) at \(at)")
        }
        XCTAssertLessThanOrEqual(
            worst(negative, floor: 1, { Gamma.polygamma(1, $0) }, { GammaReference.polygamma(1, $0) }).0, 2000)
    }

    func testHigherOrdersBelowZeroAreDerivativesOfLowerOnes() {
        for n in [2, 3, 4] {
            for x in [-0.3, -1.7, -2.5, -7.45] {
                let h = 1e-3
                let f = { (x: Double) in Gamma.polygamma(n - 1, x) }
                let slope = (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)
                XCTAssertEqual(
                    Gamma.polygamma(n, x), slope, accuracy: 1e-6 * Swift.max(1, slope.magnitude), "order \(n) at \(x)")
            }
        }
    }

    func testEdges() {
        XCTAssertEqual(Gamma.digamma(0), -.infinity)
        XCTAssertEqual(Gamma.digamma(-0.0), .infinity)
        XCTAssertTrue(Gamma.digamma(-3).isNaN)
        XCTAssertTrue(Gamma.digamma(.nan).isNaN)
        XCTAssertTrue(Gamma.digamma(-.infinity).isNaN)
        XCTAssertEqual(Gamma.digamma(.infinity), .infinity)
        XCTAssertEqual(Gamma.polygamma(1, 0), .infinity)
        XCTAssertEqual(Gamma.polygamma(1, .infinity), 0)
        XCTAssertEqual(Gamma.polygamma(3, -2), .infinity)
        XCTAssertEqual(Gamma.logarithm(0), .infinity)
        XCTAssertEqual(Gamma.logarithm(-2), .infinity)
        XCTAssertEqual(Gamma.logarithm(1), 0)
        XCTAssertEqual(Gamma.logarithm(-.infinity), .infinity)
        XCTAssertEqual(Gamma.polygamma(150, 1) / Gamma.polygamma(149, 1), -150, accuracy: 1e-9)
    }

    func testLoopsGiveWhatSingleElementsDoInBothPrecisions() {
        let x = (0..<1000).map { Double($0) * 0.037 - 9.3 }
        for (opcode, function) in [(LoopOpcode.logGamma, Gamma.logarithm), (.digamma, Gamma.digamma)]
            as [(LoopOpcode, (Double) -> Double)]
        {
            XCTAssertEqual(evaluate(opcode, x, .float64), x.map(function), "\(opcode)")
            let narrow = x.map { Float($0) }
            XCTAssertEqual(evaluate(opcode, narrow, .float32), narrow.map { Float(function(Double($0))) }, "\(opcode)")
        }
    }
}
