import Engine
import Foundation
import XCTest

@testable import Networks

/// Optimisers against the same formulas for one number, written as loops.
final class OptimizerTests: XCTestCase {
    private let start = [1.5, -0.7, 0.2]
    private func gradient(_ step: Int, _ place: Int) -> Double { sin(Double(3 * step + place)) + 0.1 }

    /// Runs ten steps and compares the parameter after each with `reference(place)`, a function from gradients to the next value.
    private func check(_ name: String, _ make: ([Tensor]) throws -> Optimizer, _ reference: (Double) -> (Double) -> Double) throws {
        for dtype in [DType.float64, .float32] {
            let parameter = try leaf([3], start, dtype)
            let optimizer = try make([parameter])
            let references = start.map { reference(dtype == .float32 ? Double(Float($0)) : $0) }
            for step in 0..<10 {
                try parameter.setGradient(tensor([3], (0..<3).map { gradient(step, $0) }))
                try optimizer.step()
                let want = references.enumerated().map { $1(gradient(step, $0)) }
                assertClose(try parameter.numbers(), want, dtype == .float64 ? 1e-14 : 1e-6, "\(name), step \(step + 1), \(dtype.name)")
            }
        }
    }

    func testSGDIsPyTorchsInAllItsVariants() throws {
        for (momentum, dampening, decay, nesterov) in [
            (0, 0, 0, false), (0, 0, 0.1, false), (0.9, 0, 0, false), (0.9, 0.3, 0, false), (0.9, 0, 0.05, true), (0.8, 0.5, 0.02, false), (0.5, 0, 0, true),
        ] as [(Double, Double, Double, Bool)] {
            let lr = 0.07
            try check("momentum \(momentum), dampening \(dampening), decay \(decay), nesterov \(nesterov)") {
                try SGD($0, lr: lr, momentum: momentum, dampening: dampening, weightDecay: decay, nesterov: nesterov)
            } _: { start in
                var (p, velocity) = (start, Double?.none)
                return { gradient in
                    let g = gradient + decay * p
                    velocity = velocity.map { momentum * $0 + (1 - dampening) * g } ?? g
                    let v = velocity ?? 0
                    p -= lr * (nesterov ? g + momentum * v : momentum == 0 ? g : v)
                    return p
                }
            }
        }
    }

    func testAdamAndAdamWAreThoseOfTheirPapers() throws {
        for (decay, decoupled) in [(0, false), (0.1, false), (0.1, true), (0, true)] as [(Double, Bool)] {
            let (lr, b1, b2, epsilon) = (0.03, 0.8, 0.95, 1e-4)
            try check("decay \(decay), decoupled \(decoupled)") {
                try Adam($0, lr: lr, beta1: b1, beta2: b2, epsilon: epsilon, weightDecay: decay, decoupled: decoupled)
            } _: { start in
                var (p, m, v, t) = (start, 0.0, 0.0, 0.0)
                return { gradient in
                    t += 1
                    if decoupled { p -= lr * decay * p }
                    let g = decoupled ? gradient : gradient + decay * p
                    m = b1 * m + (1 - b1) * g
                    v = b2 * v + (1 - b2) * g * g
                    p -= lr * (m / (1 - pow(b1, t))) / ((v / (1 - pow(b2, t))).squareRoot() + epsilon)
                    return p
                }
            }
        }
    }

    func testSettingsChangeBetweenStepsAndAreChecked() throws {
        let p = try leaf([1], [1])
        let sgd = try SGD([p], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false)
        for (rate, want) in [(1.0, 0.0), (0.25, -0.25), (0, -0.25)] {
            try sgd.set("lr", rate)
            XCTAssertEqual(try sgd.get("lr"), rate)
            try p.setGradient(tensor([1], [1]))
            try sgd.step()
            XCTAssertEqual(try p.item(), want)
        }
        XCTAssertEqual(failure { try sgd.set("lr", -1) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.set("lr", .nan) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.set("beta1", 0.5) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.get("speed") }?.kind, "argument")
        XCTAssertEqual(failure { try Adam([p], lr: 1, beta1: 1, beta2: 0.9, epsilon: 0, weightDecay: 0, decoupled: false) }?.kind, "argument")
        XCTAssertEqual(failure { try SGD([p], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: true) }?.kind, "argument")
        XCTAssertEqual(failure { try SGD([p, p], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false) }?.kind, "argument")
        XCTAssertEqual(failure { try SGD([], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false) }?.kind, "argument")
        XCTAssertEqual(failure { try SGD([p + 0], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false) }?.kind, "argument")
    }

    func testParametersWithoutAGradientStayAsTheyAre() throws {
        let (p, q) = (try leaf([1], [1]), try leaf([1], [5]))
        let sgd = try SGD([p, q], lr: 0.5, momentum: 0.9, dampening: 0, weightDecay: 0.1, nesterov: false)
        try (p * 2).sum().backward()
        try sgd.step()
        XCTAssertEqual(try p.item(), 1 - 0.5 * (2 + 0.1))
        XCTAssertEqual(try q.item(), 5)
        try sgd.zeroGrad()
        try sgd.step()
        XCTAssertEqual(try p.item(), 1 - 0.5 * (2 + 0.1))
    }

    func testAnOldValueThatSomebodyHoldsDoesNotChange() throws {
        let p = try leaf([1], [1])
        let held = try p.detach()
        let sgd = try SGD([p], lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false)
        try (p * p).sum().backward()
        try sgd.step()
        XCTAssertEqual(try held.item(), 1)
        XCTAssertEqual(try p.item(), -1)
        XCTAssertTrue(p.requiresGrad && p.isLeaf)
    }

    func testACapturedStepGivesTheBitsOfRecordingAnew() throws {
        let makers: [(String, ([Tensor]) throws -> Optimizer)] = [
            ("SGD", { try SGD($0, lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01, nesterov: false) }),
            ("Adam", { try Adam($0, lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: false) }),
            ("AdamW", { try Adam($0, lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true) }),
        ]
        for (name, make) in makers {
            func build() throws -> (Module, Optimizer) {
                try Generator.standard().seed(5)
                let model = try Sequential([Linear(4, 6, bias: true, dtype: .float32), Activation(.tanh, parameter: 0), Linear(6, 3, bias: true, dtype: .float32)])
                return (model, try make(model.allParameters.map { $0.tensor }))
            }
            func step(_ model: Module, _ optimizer: Optimizer, _ x: Tensor, _ y: Tensor) throws -> Tensor {
                let loss = try Loss.crossEntropy(model.forward(x), y)
                try optimizer.zeroGrad()
                try loss.backward()
                try optimizer.step()
                return loss
            }
            let (a, b) = (try build(), try build())
            let inputs = [try tensor([8, 4], noise(32), .float32), try tensor([8], [0, 1, 2, 0, 1, 2, 0, 1], .int64)]
            try Capture.begin(inputs)
            let program: Program
            do {
                program = try Capture.end([step(b.0, b.1, inputs[0], inputs[1])])
            } catch {
                try? Capture.cancel()
                throw error
            }
            for number in 0..<20 {
                if number == 10 { for optimizer in [a.1, b.1] { try optimizer.set("lr", 0.003) } }
                let x = try tensor([8, 4], noise(32, seed: UInt64(number + 1)), .float32)
                let y = try tensor([8], (0..<8).map { Double(($0 + number) % 3) }, .int64)
                XCTAssertEqual(try program.run([x, y])[0].bytes(), try step(a.0, a.1, x, y).bytes(), "\(name), loss \(number)")
                for (mine, other) in zip(a.0.allParameters, b.0.allParameters) {
                    XCTAssertEqual(try mine.tensor.bytes(), try other.tensor.bytes(), "\(name), \(mine.name) after step \(number)")
                }
            }
            XCTAssertEqual(a.1.state.map { $0.name }, b.1.state.map { $0.name })
            for (mine, other) in zip(a.1.state, b.1.state) { XCTAssertEqual(try mine.tensor.bytes(), try other.tensor.bytes(), "\(name), \(mine.name)") }
        }
    }
}
