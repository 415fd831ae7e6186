import Foundation
import XCTest

@testable import Engine

/// Taylor mode, against nested forward mode and against closed forms.
final class TaylorTests: XCTestCase {
    private func taylor(_ y: Tensor, _ xs: [Tensor], _ directions: [Tensor], _ order: Int) throws -> [Tensor] {
        let found = try Tensor.taylor([y], xs, curves: directions.map { [$0] }, order: order)[0]
        try Verifier.check(found.map { try $0.node() })
        return found
    }

    /// The derivatives along a straight line, each the tangent of the one before.
    private func nested(_ y: Tensor, _ xs: [Tensor], _ directions: [Tensor], _ order: Int) throws -> [Tensor] {
        var results = [y]
        for _ in 0..<order { results.append(try Tensor.jvp([results.last!], xs, tangents: directions)[0]) }
        return Array(results.dropFirst())
    }

    func testEveryRowHasTheDerivativesThatNestedForwardModeHas() throws {
        for row in Row.all where !row.inputs.isEmpty {
            let xs = try row.inputs.map { try leaf($0) }
            let y = try row.function(xs)
            let directions = try row.inputs.enumerated().map { try tensor(noise($1.shape, seed: 31 + UInt64($0))) }
            let (got, want) = (try taylor(y, xs, directions, 4), try nested(y, xs, directions, 4))
            for k in 0..<4 {
                XCTAssertEqual(got[k].shape, y.shape, row.name)
                XCTAssertEqual(got[k].dtype, y.dtype, row.name)
                let scale = try want[...k].flatMap { try $0.numbers() }.reduce(1) { max($0, abs($1)) }
                assertClose(
                    try got[k].numbers(), try want[k].numbers(), 1e-10, atLeast: scale, "\(row.name), order \(k + 1)")
            }
        }
    }

    func testFloat32GivesFloat32AndWhatFloat64Gives() throws {
        for row in Row.all where row.isDifferentiable && !row.inputs.isEmpty {
            let inputs = row.inputs.map { $0.map { Double(Float($0)) } }
            let along = row.inputs.enumerated().map { noise($1.shape, seed: 31 + UInt64($0)).map { Double(Float($0)) } }
            let (narrow, wide) = (try inputs.map { try leaf($0, .float32) }, try inputs.map { try leaf($0) })
            let got = try taylor(row.function(narrow), narrow, along.map { try tensor($0, .float32) }, 2)
            let want = try taylor(row.function(wide), wide, along.map { try tensor($0) }, 2)
            for k in 0..<2 {
                XCTAssertEqual(got[k].dtype, row.result ?? .float32, row.name)
                let scale = try want[...k].flatMap { try $0.numbers() }.reduce(1) { max($0, abs($1)) }
                assertClose(
                    try got[k].numbers(), try want[k].numbers(), 2e-5, atLeast: scale, "\(row.name), order \(k + 1)")
            }
        }
    }

    // MARK: Closed forms

    /// Polynomials in y, by coefficient: the derivatives of y with y' = p(y) are p, p' p, (p' p)' p, ...
    private func derivatives(ofSolution p: [Double], at y: Double, _ order: Int) -> [Double] {
        var (current, results) = (p, [Double]())
        for _ in 0..<order {
            results.append(current.reversed().reduce(0) { $0 * y + $1 })
            let slope = current.indices.dropFirst().map { Double($0) * current[$0] }
            var next = [Double](repeating: 0, count: slope.count + p.count)
            for (i, a) in slope.enumerated() { for (j, b) in p.enumerated() { next[i + j] += a * b } }
            current = next
        }
        return results
    }

    private let order = 10

    private func falling(_ c: Double, _ k: Int) -> Double { (0..<k).reduce(1) { $0 * (c - Double($1)) } }

    private func check(
        _ name: String, _ points: [Double], _ function: (Tensor) throws -> Tensor, _ closed: (Double, Int) -> Double,
        line: UInt = #line
    ) throws {
        let x = try leaf(points)
        let found = try taylor(function(x), [x], [Tensor.full([points.count], 1, .float64)], order).map {
            try $0.numbers()
        }
        for (place, point) in points.enumerated() {
            for k in 1...order {
                let want = closed(point, k)
                XCTAssertEqual(
                    found[k - 1][place], want, accuracy: 1e-12 * max(abs(want), 1), "\(name) at \(point), order \(k)",
                    line: line)
            }
        }
    }

    func testTenDerivativesOfTranscendentalFunctionsAreTheClosedForms() throws {
        func turning(_ place: Int) -> (Double, Int) -> Double {
            { x, k in
                let cycle: [Double] = [sin(x), cos(x), -sin(x), -cos(x)]
                return cycle[(place + k) % 4]
            }
        }
        try check("exp", [-1.5, 0, 2], { try $0.applying(.exp) }, { x, _ in exp(x) })
        try check("sin", [-2, 0, 0.7, 30], { try $0.applying(.sin) }, turning(0))
        try check("cos", [-2, 0, 0.7], { try $0.applying(.cos) }, turning(1))
        try check(
            "log", [0.3, 1, 5], { try $0.applying(.log) }, { x, k in self.falling(-1, k - 1) * pow(x, -Double(k)) })
    }

    func testTenDerivativesOfPowersAreTheClosedForms() throws {
        func power(_ c: Double) -> (Double, Int) -> Double {
            { x, k in
                let factor = self.falling(c, k)
                return factor == 0 ? 0 : factor * pow(x, c - Double(k))
            }
        }
        try check("1 / x", [-2, 0.5, 3], { try $0.applying(.reciprocal) }, power(-1))
        try check("1 over x", [-2, 0.5], { try scalar(1) / $0 }, power(-1))
        try check("x^2.5", [0.5, 3], { try $0.applying(.power, 2.5) }, power(2.5))
        try check("x^6", [-1.5, 0, 2], { try $0.applying(.power, 6) }, power(6))
        try check("sqrt", [0.5, 3], { try $0.applying(.sqrt) }, power(0.5))
    }

    func testTenDerivativesOfSolutionsOfEquationsAreTheClosedForms() throws {
        func solution(_ p: [Double], _ y: @escaping (Double) -> Double) -> (Double, Int) -> Double {
            { x, k in self.derivatives(ofSolution: p, at: y(x), k)[k - 1] }
        }
        try check("tanh", [-1.3, 0, 0.4], { try $0.applying(.tanh) }, solution([1, 0, -1], { tanh($0) }))
        try check(
            "sigmoid", [-1.3, 0, -2], { try $0.applying(.sigmoid) }, solution([0, 1, -1], { 1 / (1 + exp(-$0)) }))
        try check("tan", [-0.9, 0, 1], { try $0.applying(.tan) }, solution([1, 0, 1], { tan($0) }))
    }

    /// d/dt and d^2/dt^2 of f(x(t)) by the chain rule, for a curve that is no line: f = x^3 y.
    func testACurveMayBendAndInputsMayRest() throws {
        let (x, y, z) = (try leaf([2]), try leaf([5]), try leaf([7]))
        let f = try x * x * x * y
        let curves: [[Tensor?]] = [
            [try tensor([1]), try tensor([0.5]), try tensor([-2])], [nil, try tensor([3])], [],
        ]
        let found = try Tensor.taylor([f, z], [x, y, z], curves: curves, order: 3)
        // x = 2 + t + t^2/4 - t^3/3, y = 5 + 3/2 t^2: with u = x^3, u' = 12, u'' = 12 + 6, u''' = 6 + 18 - 24.
        XCTAssertEqual(try found[0].map { try $0.item() }, [60, 114, 108], "u' y, u'' y + u y'', u''' y + 3 u' y''")
        XCTAssertEqual(try found[1].map { try $0.item() }, [0, 0, 0])
        let twice = try Tensor.taylor([f], [x, x], curves: [[tensor([1])], [tensor([2]), tensor([1])]], order: 2)[0]
        XCTAssertEqual(try twice.map { try $0.item() }, [180, 600], "an input that is named twice moves along both")
    }

    func testEndingSeriesEnd() throws {
        let x = try leaf([-1.5, 2])
        let line = try tensor([1, 1])
        let found = try taylor(x.applying(.relu) + x * 3, [x], [line], 3)
        XCTAssertEqual(try found.map { try $0.numbers() }, [[3, 4], [0, 0], [0, 0]])
        XCTAssertEqual(try taylor(x.applying(.floor), [x], [line], 2).map { try $0.numbers() }, [[0, 0], [0, 0]])
        XCTAssertEqual(try Tensor.taylor([x], [x], curves: [[line]], order: 0)[0].count, 0)
    }

    // MARK: Nesting

    func testItNestsWithReverseModeAndWithItself() throws {
        let (x, v) = (try leaf([0.3, -0.8, 1.1]), try tensor([1, 0.5, -2]))
        func f(_ x: Tensor) throws -> Tensor { try (x.applying(.sin) * x.applying(.exp)).applying(.tanh) }
        // grad of taylor: the gradient of the sum of d^2 f is what nested modes give.
        let of = try Tensor.gradients(
            of: [taylor(f(x), [x], [v], 2)[1].sum()], [x], cotangents: nil, createGraph: true)[0]!
        let wanted = try Tensor.gradients(
            of: [nested(f(x), [x], [v], 2)[1].sum()], [x], cotangents: nil, createGraph: true)[0]!
        assertClose(try of.numbers(), try wanted.numbers(), 1e-13)
        // taylor of grad.
        let gradient = try Tensor.gradients(of: [f(x).sum()], [x], cotangents: nil, createGraph: true)[0]!
        for (got, want) in try zip(taylor(gradient, [x], [v], 3), nested(gradient, [x], [v], 3)) {
            assertClose(try got.numbers(), try want.numbers(), 1e-12)
        }
        // taylor of taylor, along another direction, and of a variable inside.
        let w = try tensor([-0.2, 1, 0.4])
        let inner = try taylor(f(x), [x], [v], 2)[1]
        let plain = try nested(f(x), [x], [v], 2)[1]
        for (got, want) in try zip(taylor(inner, [x], [w], 3), nested(plain, [x], [w], 3)) {
            assertClose(try got.numbers(), try want.numbers(), 1e-11, atLeast: 1)
        }
        // Perturbations are kept apart: d/dx [x d/dy (x + y)] is 1.
        let (a, b) = (try scalar(3).variable(), try scalar(1).variable())
        let one = try scalar(1)
        XCTAssertEqual(try taylor(a * taylor(a + b, [b], [one], 1)[0], [a], [one], 1)[0].item(), 1)
        XCTAssertEqual(try taylor(a * taylor(a * b, [b], [one], 1)[0], [a], [one], 2).map { try $0.item() }, [6, 2])
    }

    func testWithoutGradientsResultsAreConstants() throws {
        let x = try leaf([0.5])
        let y = try x.applying(.softplus)
        let found = try ThreadState.withGrad(false) { () throws(Failure) in
            try Tensor.taylor([y], [x], curves: [[tensorOfOne()]], order: 3)[0]
        }
        let s = 1 / (1 + exp(-0.5))
        assertClose(try found.map { try $0.item() }, [s, s * (1 - s), s * (1 - s) * (1 - 2 * s)], 1e-14)
        XCTAssert(found.allSatisfy { !$0.requiresGrad })
    }

    private func tensorOfOne() throws(Failure) -> Tensor { try Tensor.full([1], 1, .float64) }

    /// A tower of 20,000 nodes does not recurse, and order 100 has few nodes where recurrences have.
    func testLongChainsAndHighOrdersAreFine() throws {
        let x = try leaf([0.25])
        var y = x
        for _ in 0..<20_000 { y = try y + x }
        XCTAssertEqual(try taylor(y, [x], [tensorOfOne()], 2).map { try $0.item() }, [20_001, 0])
        let found = try taylor(x.applying(.exp), [x], [tensorOfOne()], 100)
        for derivative in found { XCTAssertEqual(try derivative.item(), exp(0.25), accuracy: 1e-12) }
    }

    /// The recurrence of sine needs cosine and that of cosine sine: they are two series, not one of each for every
    /// order.
    func testTheNumberOfNodesGrowsWithTheSquareOfTheOrder() throws {
        func count(_ order: Int) throws -> Int {
            let x = try leaf([0.25])
            var (met, stack) = (
                Set<Int>(), try taylor(x.applying(.sin), [x], [tensorOfOne()], order).map { try $0.node() }
            )
            while let node = stack.popLast() { if met.insert(node.serial).inserted { stack += node.inputs } }
            return met.count
        }
        XCTAssertLessThan(try count(32), 5 * (try count(16)))
    }

    // MARK: Misuse

    func testMisuseGetsASentence() throws {
        let (x, v) = (try leaf([1, 2]), try tensor([1, 1]))
        let y = try x.applying(.exp)
        func kind(_ inputs: [Tensor], _ curves: [[Tensor?]], _ order: Int) -> String? {
            failure { try Tensor.taylor([y], inputs, curves: curves, order: order) }?.kind
        }
        XCTAssertEqual(kind([x], [[v]], -1), "argument")
        XCTAssertEqual(kind([x], [[v]], 101), "argument")
        XCTAssertEqual(kind([x], [], 2), "argument")
        XCTAssertEqual(kind([v], [[v]], 2), "state")
        XCTAssertEqual(kind([x], [[try tensor([1])]], 2), "shape")
        let released = try x.applying(.sin)
        try released.sum().backward()
        XCTAssertEqual(failure { try Tensor.taylor([released], [x], curves: [[v]], order: 2) }?.kind, "state")
    }
}
