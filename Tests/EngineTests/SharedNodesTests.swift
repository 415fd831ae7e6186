import XCTest

@testable import Engine

/// What is recorded twice is walked once by reverse mode, and the derivatives stay what they are.
final class SharedNodesTests: XCTestCase {
    private let x = Values([4, 3]) { Double($0[0] * 3 + $0[1]) / 5 - 1 }
    private let w = Values([2, 3]) { Double($0[1]) / 2 - Double($0[0]) / 3 }

    private func gradient(_ root: Tensor, _ wanted: Tensor, createGraph: Bool = false) throws -> Tensor {
        let found = try Tensor.gradients(of: [root], [wanted], cotangents: nil, createGraph: createGraph)[0]
        return try XCTUnwrap(found)
    }

    /// The operations behind a tensor, each node once.
    private func operations(behind tensor: Tensor) throws -> [String] {
        try Linearization([tensor.node()]).nodes.map { $0.operation.name }
    }

    private func layer(_ x: Tensor, _ w: Tensor) throws -> Tensor { try x.linear(w, nil).applying(.tanh) }

    func testAFunctionThatIsEvaluatedTwiceIsWalkedOnce() throws {
        let (x, w) = (try tensor(x), try leaf(w))
        let once = try gradient(layer(x, w).applying(.square).sum(), w)
        let twice = try gradient((layer(x, w) * layer(x, w)).sum(), w)
        XCTAssertEqual(
            try operations(behind: twice).filter { $0 == "matmul" }.count, 3,
            "two that were recorded, and one for the gradient")
        for (a, b) in zip(try once.numbers(), try twice.numbers()) { XCTAssertEqual(a, b, accuracy: 1e-14) }
    }

    func testVariablesOfTransformsDoNotTellEvaluationsApart() throws {
        let (x, w) = (try tensor(x), try leaf(w))
        let (inside, outside) = (try layer(x.variable(), w), try layer(x, w))
        let result = try gradient((inside + outside).sum(), w)
        XCTAssertEqual(
            try operations(behind: result).filter { $0 == "matmul" }.count, 2,
            "the first that was recorded, and one for the gradient")
        let expected = try gradient(layer(x, w).sum(), w).numbers()
        for (a, b) in zip(try result.numbers(), expected) { XCTAssertEqual(a, 2 * b, accuracy: 1e-14) }
    }

    func testANodeThatIsAskedForIsNotItsEqual() throws {
        let w = try leaf(w)
        let x = try tensor(x)
        let (h, other) = (try layer(x, w), try layer(x, w))
        let root = try (h * 3 + other * 5).sum()
        XCTAssertEqual(Set(try gradient(root, h).numbers()), [3])
        XCTAssertEqual(Set(try gradient(root, other).numbers()), [5])
        let variable = try w.variable()
        let both = try (layer(x, variable) * 3 + layer(x, w) * 5).sum()
        let single = try gradient(layer(x, w).sum(), w).numbers()
        for (a, b) in zip(try gradient(both, variable).numbers(), single) { XCTAssertEqual(a, 3 * b, accuracy: 1e-13) }
        for (a, b) in zip(try gradient(both, w).numbers(), single) { XCTAssertEqual(a, 8 * b, accuracy: 1e-13) }
    }

    func testAConstantIsNotTheVariableThatItWasTakenFrom() throws {
        let w = try leaf([0.3, -0.2])
        let root = try
            ((w * 2).applying(.tanh) + (w.detach() * 2).applying(.tanh) * w.detach() + (w.detach() * w).applying(.tanh))
            .sum()
        let expected = try w.numbers().map { 2 / pow(cosh(2 * $0), 2) + $0 / pow(cosh($0 * $0), 2) }
        for (a, b) in zip(try gradient(root, w).numbers(), expected) { XCTAssertEqual(a, b, accuracy: 1e-14) }
    }

    func testGradientsThatAreDifferentiatedAgainKeepEqualNodesApart() throws {
        let x = try leaf([0.4])
        let (a, b) = (try x.applying(.tanh), try x.applying(.tanh))
        let first = try gradient((a * b).sum(), x, createGraph: true)
        // d/dx = a (1 - b^2) + b (1 - a^2) as it is recorded; d/da of that.
        let (p, q) = (try a.item(), try b.item())
        XCTAssertEqual(try gradient(first.sum(), a, createGraph: true).item(), 1 - q * q - 2 * p * q, accuracy: 1e-14)
    }

    func testDrawsOfTwoStatesAreTwoValues() throws {
        let w = try leaf([1, 1, 1, 1])
        let generator = try Generator(seed: 3)
        func noisy() throws -> Tensor { try (w * generator.draw(.uniform, .float64, [4], 0, 1)).applying(.square) }
        let (a, b) = (
            try generator.draw(.uniform, .float64, [4], 0, 1), try generator.draw(.uniform, .float64, [4], 0, 1)
        )
        try generator.seed(3)
        let root = try (noisy() + noisy()).sum()
        let expected = zip(try a.numbers(), try b.numbers()).map { 2 * $0 * $0 + 2 * $1 * $1 }
        for (x, y) in zip(try gradient(root, w).numbers(), expected) { XCTAssertEqual(x, y, accuracy: 1e-14) }
    }

    func testAGraphThatWasReleasedSaysSoBesideAnEqualOneThatWasNot() throws {
        let (x, w) = (try tensor(x), try leaf(w))
        let (released, alive) = (try layer(x, w), try layer(x, w))
        try released.sum().backward()
        XCTAssertEqual(failure { try gradient((alive + released).sum(), w) }?.kind, "state")
        XCTAssertEqual(failure { try gradient((released + alive).sum(), w) }?.kind, "state")
        XCTAssertNoThrow(try gradient(alive.sum(), w))
    }

    /// Random expressions of which parts are recorded twice, against forward mode, which merges nothing.
    func testGradientsOfRepeatedExpressionsAreThoseOfForwardMode() throws {
        for seed in 1...40 {
            let x = try leaf(noise([3], seed: UInt64(seed)))
            func expression(_ x: Tensor, _ seed: Int) throws -> Tensor {
                var (values, state) = ([x, try x * 0.5], UInt64(seed))
                for _ in 0..<8 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let (a, b) = (values[Int(state >> 33) % values.count], values[Int(state >> 40) % values.count])
                    switch Int(state >> 50) % 5 {
                    case 0: values.append(try a + b)
                    case 1: values.append(try (a * b).applying(.tanh))
                    case 2: values.append(try a.applying(.sin))
                    case 3: values.append(try a.variable() * 0.7)
                    default: values.append(try (a - b.detach()).applying(.tanh))
                    }
                }
                return values[values.count - 1]
            }
            let parts = [
                try expression(x, seed), try expression(x, seed), try expression(x.variable(), seed),
                try expression(x, seed + 1),
            ]
            let root = try (parts[0] * parts[1] + parts[2] * parts[3]).sum()
            let found = try gradient(root, x).numbers()
            for place in 0..<3 {
                let direction = try tensor([0, 1, 2].map { $0 == place ? 1.0 : 0 })
                XCTAssertEqual(
                    found[place], try Tensor.jvp([root], [x], tangents: [direction])[0].item(), accuracy: 1e-12,
                    "seed \(seed)")
            }
        }
    }
}
