import Foundation
import Steps

@testable import Engine

/// Rows of parts of numbers, special functions, and what is made of them.
extension Row {
    private static func one(
        _ name: String, _ covers: (any Engine.Operation.Type)..., over range: ClosedRange<Double>,
        _ function: @escaping (Node) throws -> Node, _ reference: @escaping (Double) -> Double
    ) -> Row {
        Row(name, covers, [points([2, 5], range)], { try node($0[0], function) }, { $0[0].map(reference) })
    }

    private static func two(
        _ name: String, _ covers: any Engine.Operation.Type, over a: ClosedRange<Double>, _ b: ClosedRange<Double>,
        _ function: @escaping (Node, Node) throws -> Node, _ reference: @escaping (Double, Double) -> Double
    ) -> Row {
        Row(
            name, [covers], [points([2, 1], a, seed: 3), points([3], b, seed: 5)], { try nodes($0, function) },
            { $0[0].with($0[1], reference) })
    }

    /// A polynomial of degree 4.
    private static func degree(
        _ name: String, _ family: PolynomialFamily, _ reference: @escaping (Double) -> Double
    ) -> Row {
        one(
            name, OrthogonalPolynomial.self, over: -0.9...0.9, { x in try x.polynomial(family, x.number(4)) }, reference
        )
    }

    static let polynomials: [Row] = [
        degree("legendre", PolynomialFamily(.gegenbauer, 1)) { ((35 * $0 * $0 - 30) * $0 * $0 + 3) / 8 },
        degree("chebyshev_t", PolynomialFamily(.gegenbauer, 0)) { cos(4 * acos($0)) },
        degree("chebyshev_u", PolynomialFamily(.gegenbauer, 2)) { sin(5 * acos($0)) / sin(acos($0)) },
        degree("chebyshev_v", PolynomialFamily(.third)) { cos(4.5 * acos($0)) / cos(acos($0) / 2) },
        degree("chebyshev_w", PolynomialFamily(.fourth)) { sin(4.5 * acos($0)) / sin(acos($0) / 2) },
        degree("hermite_h", PolynomialFamily(.hermite)) { (16 * $0 * $0 - 48) * $0 * $0 + 12 },
        degree("hermite_he", PolynomialFamily(.statisticalHermite)) { ($0 * $0 - 6) * $0 * $0 + 3 },
        degree("laguerre", PolynomialFamily(.laguerre)) {
            ((($0 - 16) * $0 + 72) * $0 - 96) * $0 / 24 + 1
        },
    ]

    static let specialFunctions: [Row] = [
        one("sinc", Sinc.self, over: -2...2, { x in try x.sinc() }) { x in
            integral(0, 1) { cos(.pi * x * $0) }
        },
        one("erfcx", ScaledErfc.self, over: -2...3, { x in try x.scaledErfc() }) {
            exp($0 * $0) * erfc($0)
        },
        one("erfinv", InverseErf.self, over: -0.9...0.9, { x in try x.inverseErf() }) { x in
            bisected { erf($0) - x }
        },
        one("ndtri", NormalQuantile.self, over: 0.05...0.95, { x in try x.normalQuantile() }) { x in
            bisected { erfc(-$0 / 2.0.squareRoot()) / 2 - x }
        },
        one("log_ndtr", LogNormalCumulative.self, over: -3...3, { x in try x.logNormalCumulative() }) {
            log(erfc(-$0 / 2.0.squareRoot()) / 2)
        },
        one("entr", Entropy.self, over: 0.2...3, { x in try x.entropy() }) { -$0 * log($0) },
        one("bessel_j1", BesselFunction.self, over: -3...3, { x in try x.bessel(.first, 1) }) {
            j1($0)
        },
        one("bessel_y0", BesselFunction.self, over: 0.5...4, { x in try x.bessel(.second, 0) }) {
            y0($0)
        },
        one("i0", ModifiedBessel.self, over: -3...3, { x in try x.modifiedBessel(0) }) { x in
            integral(0, .pi) { exp(x * cos($0)) } / .pi
        },
        one(
            "i1e", ModifiedBessel.self, over: -3...3,
            { x in
                try x.modifiedBessel(1, isScaled: true)
            }
        ) { x in integral(0, .pi) { exp(x * cos($0) - abs(x)) * cos($0) } / .pi },
        one("k0", ModifiedBessel.self, over: 0.5...4, { x in try x.modifiedBesselOfSecondKind(0) }) { x in
            integral(0, 8) { exp(-x * cosh($0)) }
        },
        one(
            "k1e", ModifiedBessel.self, over: 0.5...4,
            { x in try x.modifiedBesselOfSecondKind(1, isScaled: true) }
        ) { x in integral(0, 8) { exp(x - x * cosh($0)) * cosh($0) } },
        Row(
            "igamma", [IncompleteGamma.self], [points([5], 0.3...4)],
            { try nodes([scalar(1.5, $0[0].dtype), $0[0]]) { a, x in try a.incompleteGamma(x, isUpper: false) } },
            { $0[0].map { x in integral(0, x.squareRoot()) { 2 * $0 * $0 * exp(-$0 * $0) } / tgamma(1.5) } }),
        Row(
            "zeta", [Zeta.self], [points([5], 0.5...4)],
            { try nodes([scalar(4, $0[0].dtype), $0[0]]) { s, q in try s.zeta(q) } },
            {
                $0[0].map { q in (0..<4000).reversed().reduce(pow(q + 3999.5, -3) / 3) { $0 + pow(q + Double($1), -4) }
                }
            }),
        two("hypot", Hypot.self, over: -2...2, 0.5...3, { x, y in try x.hypot(y) }) {
            ($0 * $0 + $1 * $1).squareRoot()
        },
        two("fmod", Fmod.self, over: -2...2, 0.61...0.63, { x, y in try x.fmod(y) }) {
            $0.truncatingRemainder(dividingBy: $1)
        },
        two("copysign", SignBit.self, over: -2...2, -2...2, { x, y in try x.copySign(y) }) {
            $1 < 0 ? -abs($0) : abs($0)
        },
        two("nextafter", NextAfter.self, over: -2...2, 3...4, { x, y in try x.nextAfter(y) }) { x, _ in
            x.nextUp
        },
        two("logaddexp", Softplus.self, over: -2...2, -2...2, { x, y in try x.logAddExp(y) }) {
            log(exp($0) + exp($1))
        },
        Row(
            "exponent", [BinaryExponent.self], [points([5], 0.3...9)], isDifferentiable: false, result: .int32,
            { Tensor(try $0[0].node().binaryParts().exponent) }, { $0[0].map { Double($0.exponent + 1) } }),
        common("gcd", CommonDivisor.self, { x, y in try x.commonDivisor(y) }, [6, 1, 4, 5, 0, 9]),
        common(
            "lcm", CommonMultiple.self, { x, y in try x.commonMultiple(y) }, [36, 21, 4, 10, 0, 18]),
    ]

    private static func common(
        _ name: String, _ covers: any Engine.Operation.Type, _ function: @escaping (Node, Node) throws -> Node,
        _ want: [Double]
    ) -> Row {
        Row(
            name, [covers], [Values([6], [12, -7, 4, 5, 0, 9]), Values([6], [18, 3, -4, 10, 0, 18])],
            isDifferentiable: false, result: .int64,
            { try nodes([$0[0].cast(.int64), $0[1].cast(.int64)], function) }, { _ in Values([6], want) })
    }
}

/// By Simpson's rule, of a smooth function.
private func integral(_ low: Double, _ high: Double, _ function: (Double) -> Double) -> Double {
    let parts = 4000
    let width = (high - low) / Double(parts)
    let inner = (1..<parts).reduce(0.0) { $0 + ($1 % 2 == 1 ? 4 : 2) * function(low + Double($1) * width) }
    return (function(low) + inner + function(high)) * width / 3
}

/// The root of a function that rises.
private func bisected(_ function: (Double) -> Double) -> Double {
    var (low, high) = (-10.0, 10.0)
    for _ in 0..<100 {
        let middle = (low + high) / 2
        if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
}
