import Foundation
import XCTest

@testable import Engine

/// The ends of the number line, and the kinks, where derivatives are a convention: PyTorch's.
final class EdgeValueTests: XCTestCase {
    private let ends: [Double] = [
        -.infinity, -1e308, -1e38, -1000, -745, -104, -88, -20, -1, -1e-10, -1e-300, -0.0, 0, 1e-300, 1e-10, 1, 20, 88,
        104, 709, 1000, 1e38, 1e308, .infinity, .nan,
    ]

    private func functions() -> [(Tensor.Unary, (Double) -> Double)] {
        [
            (.exp, exp), (.expm1, expm1), (.log, log), (.log1p, log1p), (.sqrt, { $0.squareRoot() }), (.tanh, tanh),
            (.erf, erf), (.absolute, abs),
            (.reciprocal, { 1 / $0 }), (.square, { $0 * $0 }), (.negative, -),
            (.sigmoid, { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }),
            (.softplus, { max($0, 0) + log1p(exp(-abs($0))) }), (.relu, { $0.isNaN ? $0 : max($0, 0) }),
            (.sign, { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
        ]
    }

    /// Relative to each element itself: results of 1e-300 count as much as those of 1e300.
    func testElementaryFunctionsHoldFromMinusInfinityToInfinity() throws {
        for (operation, function) in functions() {
            let got = try tensor(ends).applying(operation).numbers()
            for (x, y) in zip(ends, got) { check(y, function(x), 4e-15, "\(operation)(\(x))") }
        }
    }

    func testFloat32FunctionsHoldFromMinusInfinityToInfinity() throws {
        let narrow = ends.map { Double(Float($0)) }
        for (operation, function) in functions() {
            let got = try tensor(narrow, .float32).applying(operation).numbers()
            for (x, y) in zip(narrow, got) {
                let want = Double(Float(function(x)))
                // Numbers below the smallest normal one have fewer bits.
                if abs(want) < Double(Float.leastNormalMagnitude) {
                    XCTAssertEqual(y, want, accuracy: Double(Float.leastNormalMagnitude), "\(operation)(\(x))")
                } else {
                    check(y, want, 1e-6, "\(operation)(\(x)) in float32")
                }
            }
        }
    }

    private func check(_ got: Double, _ want: Double, _ tolerance: Double, _ what: String) {
        if want.isNaN { return XCTAssert(got.isNaN, "\(what) is \(got)") }
        if want.isInfinite || want == 0 { return XCTAssertEqual(got, want, what) }
        XCTAssertLessThanOrEqual(abs(got - want), tolerance * abs(want), "\(what) is \(got), not \(want)")
    }

    func testGradientsThereAreFiniteWhereTheyExist() throws {
        let far = [-1e4, -800, 800, 1e4]
        for (operation, want) in [
            (.sigmoid, [0, 0, 0, 0]), (.tanh, [0, 0, 0, 0]), (.softplus, [0, 0, 1, 1]), (.gelu, [0, 0, 1, 1]),
            (.geluTanh, [0, 0, 1, 1]), (.erf, [0, 0, 0, 0]),
        ] as [(Tensor.Unary, [Double])] {
            let x = try leaf(far)
            let y = try x.applying(operation).sum()
            let gradient = try XCTUnwrap(Tensor.gradients(of: [y], [x], cotangents: nil, createGraph: true)[0])
            assertClose(try gradient.numbers(), want, 1e-15, "\(operation)")
            let second = try XCTUnwrap(
                Tensor.gradients(of: [gradient.sum()], [x], cotangents: nil, createGraph: false)[0])
            XCTAssertEqual(try second.numbers().map { abs($0) }, [0, 0, 0, 0], "\(operation), second derivative")
        }
    }

    func testGeluAndItsDerivativeKeepTheirDigitsInTheTail() throws {
        let far = stride(from: -9.0, through: 0, by: 0.125).map { $0 }
        for (dtype, tolerance) in [(DType.float32, 1.2e-5), (.float64, 2e-14)] {
            let x = try leaf(far, dtype)
            let y = try x.applying(.gelu)
            let gradient = try XCTUnwrap(Tensor.gradients(of: [y.sum()], [x], cotangents: nil, createGraph: false)[0])
            for (place, x) in far.enumerated() where abs(x + 0.75) > 0.2 {
                let cumulative = erfc(-x / 2.0.squareRoot()) / 2
                check(try y.numbers()[place], x * cumulative, tolerance, "gelu(\(x)), \(dtype.name)")
                let slope = cumulative + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
                check(try gradient.numbers()[place], slope, tolerance, "gelu'(\(x)), \(dtype.name)")
            }
        }
    }

    func testKinksHavePyTorchsDerivatives() throws {
        func derivative(_ at: Double, _ function: (Tensor) throws -> Tensor) throws -> Double {
            let x = try leaf([at])
            // Where the derivative is zero everywhere there is none.
            return try Tensor.gradients(of: [function(x)], [x], cotangents: [tensor([1])], createGraph: false)[0]?
                .numbers()[0] ?? 0
        }
        XCTAssertEqual(try derivative(0) { try $0.applying(.relu) }, 0)
        XCTAssertEqual(try derivative(0) { try $0.applying(.leakyRelu, parameter: 0.2) }, 0.2)
        XCTAssertEqual(try derivative(0) { try $0.applying(.absolute) }, 0)
        XCTAssertEqual(try derivative(0) { try $0.applying(.maximum, 0) }, 0.5)
        XCTAssertEqual(try derivative(0) { try $0.applying(.power, 0) }, 0)
        XCTAssertEqual(try derivative(0) { try $0.applying(.power, 1) }, 1)
        XCTAssertEqual(try derivative(0) { try $0.applying(.power, 2) }, 0)
        XCTAssertEqual(try derivative(0) { try $0.applying(.power, 3) }, 0)
        XCTAssertEqual(try derivative(2) { try $0.applying(.power, 0, reversed: true) }, 0)
        XCTAssertEqual(try derivative(0) { try Tensor.apply(.power, tensor([0]), $0) }, 0)
        XCTAssertEqual(try derivative(0) { try Tensor.apply(.power, $0, tensor([0])) }, 0)
    }

    func testEqualLargestElementsShareTheGradient() throws {
        let x = try leaf(Values([2, 3], [1, 4, 4, 5, 5, 5]))
        try x.reduce(.maximum, [1]).backward(gradient: tensor([6, 6]))
        XCTAssertEqual(try x.gradient()?.numbers(), [0, 3, 3, 2, 2, 2])
        XCTAssertEqual(try x.reduce(.argMaximum, [1]).numbers(), [1, 0], "the first of equals")
        let y = try leaf([7, 7])
        try Tensor.apply(.minimum, y, tensor([7, 9])).sum().backward()
        XCTAssertEqual(try y.gradient()?.numbers(), [0.5, 1])
    }

    func testNaNIsNeitherLostNorFound() throws {
        let x = try tensor([1, .nan, 3])
        XCTAssert(try x.reduce(.maximum).item().isNaN)
        XCTAssert(try x.reduce(.minimum).item().isNaN)
        XCTAssert(try x.sum().item().isNaN)
        XCTAssertEqual(
            try Tensor.apply(.maximum, x, tensor([0, 0, .nan])).numbers().map { $0.isNaN }, [false, true, true])
        XCTAssertEqual(try Tensor.apply(.equal, x, x).numbers(), [1, 0, 1])
        XCTAssertEqual(try Tensor.apply(.notEqual, x, x).numbers(), [0, 1, 0])
        XCTAssertEqual(try Tensor.apply(.lessEqual, x, x).numbers(), [1, 0, 1])
        // A branch that is not taken does not leak into the gradient.
        let z = try leaf([0, 4])
        try Tensor.choose(z.applying(.greater, 0), z, tensor([1, 1])).sum().backward()
        XCTAssertEqual(try z.gradient()?.numbers(), [0, 1])
    }

    func testSoftmaxesOfLargeNumbersDoNotOverflow() throws {
        let x = try tensor(Values([3, 2], [1e4, -1e4, -1e4, -1e4, 1e308, 1e308]))
        XCTAssertEqual(try x.softmax(1).numbers(), [1, 0, 0.5, 0.5, 0.5, 0.5])
        assertClose(try x.logSoftmax(1).numbers(), [0, -2e4, -log(2), -log(2), -log(2), -log(2)], 1e-15)
        XCTAssertEqual(try x.reduce(.logSumExp, [1]).numbers(), [1e4, -1e4 + log(2), 1e308])
    }
}
