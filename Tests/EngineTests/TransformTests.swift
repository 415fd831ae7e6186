import Foundation
import XCTest

@testable import Engine

/// Derivatives of derivatives, and functions whose variables are nested.
final class TransformTests: XCTestCase {
    private func grad(_ y: Tensor, _ x: Tensor) throws -> Tensor {
        try XCTUnwrap(Tensor.gradients(of: [y], [x], cotangents: nil, createGraph: true)[0])
    }

    func testDerivativesUpToTheFourthAreThoseOfTheClosedForms() throws {
        let at = [-1.3, -0.2, 0.4, 1.7]
        func t(_ x: Double) -> Double { tanh(x) }
        let functions: [(String, (Tensor) throws -> Tensor, [(Double) -> Double])] = [
            ("exp", { try $0.applying(.exp) }, [exp, exp, exp, exp]),
            (
                "5 x^4 - 3 x^3 + x", { x in try x.applying(.power, 4) * 5 - x * x * x * 3 + x },
                [{ 20 * $0 * $0 * $0 - 9 * $0 * $0 + 1 }, { 60 * $0 * $0 - 18 * $0 }, { 120 * $0 - 18 }, { _ in 120 }]
            ),
            (
                "tanh", { try $0.applying(.tanh) },
                [
                    { 1 - t($0) * t($0) }, { -2 * t($0) * (1 - t($0) * t($0)) },
                    { (1 - t($0) * t($0)) * (6 * t($0) * t($0) - 2) },
                    { x in
                        let y = t(x)
                        return (1 - y * y) * (16 * y - 24 * y * y * y)
                    },
                ]
            ),
            ("sin", { try $0.applying(.sin) }, [cos, { -sin($0) }, { -cos($0) }, sin]),
        ]
        for (name, function, derivatives) in functions {
            let x = try leaf(at)
            var reverse = try function(x)
            var forward = reverse
            for (order, derivative) in derivatives.enumerated() {
                reverse = try grad(reverse.sum(), x)
                forward = try Tensor.jvp([forward], [x], tangents: [tensor([1, 1, 1, 1])])[0]
                try Verifier.check([reverse.node(), forward.node()])
                assertClose(
                    try reverse.numbers(), at.map(derivative), 1e-13, atLeast: 1, "\(name), order \(order + 1), reverse"
                )
                assertClose(
                    try forward.numbers(), at.map(derivative), 1e-13, atLeast: 1, "\(name), order \(order + 1), forward"
                )
            }
        }
    }

    /// f(a, b) = sum of (a b)^2 a with Hessian blocks written out by hand: f = sum a^3 b^2.
    func testHessianVectorProductsAreThoseOfTheExplicitHessian() throws {
        let (a, b) = (try leaf([1, -2, 3]), try leaf([0.5, 4, -1]))
        let (va, vb) = ([0.3, -0.7, 2], [1.1, 0.2, -0.4])
        let f = try ((a * b).applying(.square) * a).sum()
        let products = try Tensor.hvp(f, [a, b], vectors: [tensor(va), tensor(vb)])
        let (x, y) = (try a.numbers(), try b.numbers())
        let (wantA, wantB) = (0..<3).reduce(into: ([Double](), [Double]())) { want, i in
            let (aa, ab, bb) = (6 * x[i] * y[i] * y[i], 6 * x[i] * x[i] * y[i], 2 * x[i] * x[i] * x[i])
            want.0.append(aa * va[i] + ab * vb[i])
            want.1.append(ab * va[i] + bb * vb[i])
        }
        assertClose(try products[0].numbers(), wantA, 1e-14)
        assertClose(try products[1].numbers(), wantB, 1e-14)
    }

    func testTheHessianOfANetworkIsSymmetricAndThatOfFiniteDifferences() throws {
        let x = try tensor(noise([3, 2], seed: 4))
        let weights = noise([8], seed: 5)
        func loss(_ w: Tensor) throws -> Tensor {
            let hidden = try x.matmul(w.slice(0, start: 0, stop: 6, step: 1).reshape([2, 3])).applying(.tanh)
            return try hidden.sum([1]).linear(noiseRow(), nil).applying(.square).sum() + (w * w).sum()
                * w.slice(0, start: 7, stop: 8, step: 1).sum()
        }
        func noiseRow() throws -> Tensor { try tensor(noise([2, 3], seed: 6)) }
        let w = try leaf(weights)
        let f = try loss(w)
        let rows = try (0..<8).map { k in
            try Tensor.hvp(f, [w], vectors: [tensor((0..<8).map { $0 == k ? 1 : 0 })])[0].numbers()
        }
        for i in 0..<8 {
            for j in 0..<8 { XCTAssertEqual(rows[i][j], rows[j][i], accuracy: 1e-12) }
            let want = try slope { h in
                let moved = try leaf((0..<8).map { weights.data[$0] + ($0 == i ? h : 0) })
                return try grad(loss(moved), moved).numbers()
            }
            assertClose(rows[i], want, 1e-8, atLeast: 1)
        }
    }

    func testInputsThatNothingDependsOnHaveNoGradientAndNoTangent() throws {
        let (x, unused) = (try leaf([1, 2]), try leaf(Values([3, 1], [1, 1, 1])))
        let y = try x.sum()
        let gradients = try Tensor.gradients(of: [y], [x, unused], cotangents: nil, createGraph: false)
        XCTAssertEqual(try gradients[0]?.numbers(), [1, 1])
        XCTAssertNil(gradients[1])
        XCTAssertEqual(try Tensor.jvp([y], [unused], tangents: [unused])[0].item(), 0)
        XCTAssertEqual(try Tensor.hvp(y, [unused], vectors: [unused])[0].values(), Values([3, 1], [0, 0, 0]))
        XCTAssertEqual(
            failure { try Tensor.gradients(of: [y], [tensor([1])], cotangents: nil, createGraph: false) }?.kind, "state"
        )
        XCTAssertEqual(failure { try Tensor.jvp([y], [x], tangents: []) }?.kind, "argument")
        XCTAssertEqual(failure { try Tensor.jvp([y], [x], tangents: [tensor([1])]) }?.kind, "shape")
    }

    func testSeveralOutputsAddUp() throws {
        let x = try leaf([2, 3])
        let gradients = try Tensor.gradients(
            of: [x * x, x * 5, x], [x], cotangents: [tensor([1, 1]), tensor([1, 0]), tensor([0, 7])], createGraph: false
        )
        XCTAssertEqual(try gradients[0]?.numbers(), [4 + 5, 6 + 7])
    }

    func testGradientsOfInnerNodesAreThoseOfWhatFollowsThem() throws {
        let x = try leaf([2])
        let y = try x * x
        let z = try (y * y).sum()
        let gradients = try Tensor.gradients(of: [z], [y, x], cotangents: nil, createGraph: false)
        XCTAssertEqual(try gradients.map { try $0?.item() }, [8, 32])
    }

    // MARK: Perturbation confusion

    /// d/dx [x d/dy (x + y)] is 1: a derivative that confused the two variables would say 2.
    func testDerivativesWithRespectToDifferentVariablesAreKeptApart() throws {
        for mode in ["reverse", "forward"] {
            func d(_ y: Tensor, _ x: Tensor) throws -> Tensor {
                mode == "reverse"
                    ? try grad(y, x) : try Tensor.jvp([y], [x], tangents: [Tensor.full([], 1, .float64)])[0]
            }
            let x = try scalar(3).variable()
            let y = try scalar(1).variable()
            XCTAssertEqual(try d(x * d(x + y, y), x).item(), 1, mode)
            // d/dx [x d/dy (x y)] at y = 1 is d/dx x^2.
            XCTAssertEqual(try d(x * d(x * y, y), x).item(), 6, mode)
            // d/dx of d/dy f(x y) at y = x, with f = cube: d/dx 3 x^5.
            let inner = try x.variable()
            let product = try x * inner
            XCTAssertEqual(try d(d(product * product * product, inner), x).item(), 18 * 81 - 3 * 81, mode)
        }
    }

    /// The derivative above, by hand: with y a fresh variable that stands for x, g(x) = 3 x^3 y^2 at y = x, and y
    /// passes derivatives on to x.
    func testAVariableIsFreshAndStillPassesDerivativesOn() throws {
        let x = try leaf([3])
        let y = try x.variable()
        XCTAssertEqual(try grad((y * y).sum(), y).numbers(), [6])
        XCTAssertEqual(try grad((y * x).sum(), y).numbers(), [3], "x itself is a constant to y")
        XCTAssertEqual(try grad((y * x).sum(), x).numbers(), [6], "but y depends on x")
        XCTAssertNil(try Tensor.gradients(of: [x * x], [y], cotangents: [tensor([1])], createGraph: false)[0])
        XCTAssertEqual(failure { try tensor([1], .int32).variable() }?.kind, "dtype")
    }

    // MARK: Deep graphs

    private static let depth = 100_000

    func testAHundredThousandNodesInARowAreEvaluatedDifferentiatedAndFreed() throws {
        let x = try leaf([0.5, -0.25])
        var y = x
        for _ in 0..<TransformTests.depth { y = try y * 0.99999 }
        let factor = pow(0.99999, Double(TransformTests.depth))
        try y.sum().backward()
        assertClose(try x.gradient()?.numbers() ?? [], [factor, factor], 1e-9)
        assertClose(try y.numbers(), [0.5 * factor, -0.25 * factor], 1e-9)
    }

    /// A rule that reads a value which is not there yet, deep in the graph, has it computed in the middle of the walk.
    func testALongChainThatNobodyEvaluatedHasItsWholeGradient() throws {
        let x = try leaf([0.5, -0.25])
        var y = x
        for _ in 0..<5000 { y = try (y * y + y) * 0.5 }
        let gradient = try XCTUnwrap(
            Tensor.gradients(of: [y], [x], cotangents: [tensor([1, 1])], createGraph: false)[0]
        ).numbers()
        for (place, start) in [0.5, -0.25].enumerated() {
            var (value, slope) = (start, 1.0)
            for _ in 0..<5000 { (value, slope) = ((value * value + value) * 0.5, slope * (2 * value + 1) * 0.5) }
            XCTAssertEqual(gradient[place], slope, accuracy: 1e-12)
        }
    }

    func testDeepGraphsThatWereNeverEvaluatedAreFreed() throws {
        let x = try leaf([1])
        var y = x
        for _ in 0..<TransformTests.depth { y = try y * y + x }
        XCTAssertGreaterThan(try x.node().uses, TransformTests.depth)
        y = x
        XCTAssertEqual(try x.node().uses, 1, "only the box")
    }

    func testALoopThatNeverAsksForAValueKeepsTheGraphShort() throws {
        var y = try tensor([1])
        for _ in 0..<20_000 { y = try y + 1 }
        XCTAssertLessThan(try y.node().depth, 3000)
        XCTAssertEqual(try y.item(), 20_001)
    }
}
