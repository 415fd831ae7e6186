import Engine
import Foundation
import XCTest

@testable import Networks

/// Optimisers against the same formulas for one number, written as loops.
final class OptimizerTests: XCTestCase {
    private let start = [1.5, -0.7, 0.2]
    private func gradient(_ step: Int, _ place: Int) -> Double { sin(Double(3 * step + place)) + 0.1 }

    /// Runs ten steps and compares the parameter after each with `reference(place)`, a function from gradients to the
    /// next value.
    private func check(
        _ name: String, _ make: ([Tensor]) throws -> Optimizer, _ reference: (Double) -> (Double) -> Double
    ) throws {
        for dtype in [DType.float64, .float32] {
            let parameter = try leaf([3], start, dtype)
            let optimizer = try make([parameter])
            let references = start.map { reference(dtype == .float32 ? Double(Float($0)) : $0) }
            for step in 0..<10 {
                try parameter.setGradient(tensor([3], (0..<3).map { gradient(step, $0) }))
                try optimizer.step()
                let want = references.enumerated().map { $1(gradient(step, $0)) }
                assertClose(
                    try parameter.numbers(), want, dtype == .float64 ? 1e-14 : 1e-6,
                    "\(name), step \(step + 1), \(dtype.name)")
            }
        }
    }

    func testSGDIsPyTorchsInAllItsVariants() throws {
        for (momentum, dampening, decay, nesterov) in [
            (0, 0, 0, false), (0, 0, 0.1, false), (0.9, 0, 0, false), (0.9, 0.3, 0, false), (0.9, 0, 0.05, true),
            (0.8, 0.5, 0.02, false), (0.5, 0, 0, true),
        ] as [(Double, Double, Double, Bool)] {
            let lr = 0.07
            try check("momentum \(momentum), dampening \(dampening), decay \(decay), nesterov \(nesterov)") {
                try Optimizer.make(
                    "SGD(lr=\(lr), momentum=\(momentum), dampening=\(dampening), weight_decay=\(decay), "
                        + "nesterov=\(Value.flag(nesterov).literal))",
                    $0)
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
                try Optimizer.make(
                    "\(decoupled ? "AdamW" : "Adam")(lr=\(lr), betas=(\(b1), \(b2)), eps=\(epsilon), "
                        + "weight_decay=\(decay))",
                    $0)
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
        let sgd = try Optimizer.make("SGD(lr=1)", [p])
        for (rate, want) in [(1.0, 0.0), (0.25, -0.25), (0, -0.25)] {
            try sgd.set("lr", .real(rate), of: nil)
            XCTAssertEqual(try sgd.setting("lr", of: 0), .real(rate))
            try p.setGradient(tensor([1], [1]))
            try sgd.step()
            XCTAssertEqual(try p.item(), want)
        }
        XCTAssertEqual(failure { try sgd.set("lr", .real(-1), of: nil) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.set("lr", .real(.nan), of: nil) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.set("beta1", .real(0.5), of: nil) }?.kind, "argument")
        XCTAssertEqual(failure { try sgd.setting("speed", of: 0) }?.kind, "argument")
        XCTAssertEqual(failure { try Optimizer.make("Adam(lr=1, betas=(1, 0.9), eps=0)", [p]) }?.kind, "argument")
        XCTAssertEqual(failure { try Optimizer.make("SGD(lr=1, nesterov=True)", [p]) }?.kind, "argument")
        XCTAssertEqual(failure { try Optimizer.make("SGD(lr=1)", [p, p]) }?.kind, "argument")
        XCTAssertEqual(failure { try Optimizer.make("SGD(lr=1)", []) }?.kind, "argument")
        XCTAssertEqual(failure { try Optimizer.make("SGD(lr=1)", [p + 0]) }?.kind, "argument")
    }

    func testParametersWithoutAGradientStayAsTheyAre() throws {
        let (p, q) = (try leaf([1], [1]), try leaf([1], [5]))
        let sgd = try Optimizer.make("SGD(lr=0.5, momentum=0.9, weight_decay=0.1)", [p, q])
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
        let sgd = try Optimizer.make("SGD(lr=1)", [p])
        try (p * p).sum().backward()
        try sgd.step()
        XCTAssertEqual(try held.item(), 1)
        XCTAssertEqual(try p.item(), -1)
        XCTAssertTrue(p.requiresGrad && p.isLeaf)
    }

    // MARK: What happens between steps

    private func sgd(_ parameters: [Tensor], dampening: Double = 0) throws -> Optimizer {
        try Optimizer.make("SGD(lr=0.5, momentum=0.75, dampening=\(dampening))", parameters)
    }

    /// The same on plain numbers; all are halves of halves, so that no digit is lost.
    private struct Plain {
        var p: [Double]
        var velocity: [Double]?
        var dampening = 0.0
        init(_ p: [Double], dampening: Double = 0) { (self.p, self.dampening) = (p, dampening) }

        mutating func step(_ g: [Double]) {
            let next = velocity.map { zip($0, g).map { 0.75 * $0 + (1 - dampening) * $1 } } ?? g
            velocity = next
            p = zip(p, next).map { $0 - 0.5 * $1 }
        }
    }

    private func assign(_ p: Tensor, _ value: Tensor) throws {
        try ThreadState.withGrad(false) { () throws(Failure) in try p.assign(value) }
    }

    func testStepsSeeParametersThatWereChangedBetweenThem() throws {
        var held: [(tensor: Tensor, numbers: [Double])] = []
        let changes: [(String, (Tensor) throws -> Void)] = [
            ("assigned", { p in try self.assign(p, tensor([3], [4, -2, 1])) }),
            ("assigned lazily", { p in try self.assign(p, p.detach() * 2) }),
            (
                "written",
                { p in
                    try p.write { memory in
                        for place in 0..<3 {
                            memory.storeBytes(of: Double(place), toByteOffset: 8 * place, as: Double.self)
                        }
                    }
                }
            ),
            ("held", { p in held.append((try p.detach(), try p.numbers())) }),
            ("read lazily", { p in held.append((try p.detach() * 2, try p.numbers().map { $0 * 2 })) }),
            (
                "narrow and wide again",
                { p in
                    let gradient = try XCTUnwrap(p.gradient())
                    try p.become(p.cast(.float32))
                    try p.become(p.cast(.float64))
                    try p.setGradient(gradient)
                }
            ),
            (
                "taken over",
                { p in
                    let other = try tensor([3], [0.5, 0.25, 8])
                    held.append((other, [0.5, 0.25, 8]))
                    try p.become(other)
                }
            ),
            (
                "constant and variable again",
                { p in
                    try p.setRequiresGrad(false)
                    try p.setRequiresGrad(true)
                }
            ),
        ]
        let p = try leaf([3], [1, 2, 3])
        let optimizer = try sgd([p])
        var plain = Plain([1, 2, 3])
        for step in 0..<30 {
            let g = (0..<3).map { Double(($0 + step) % 5 - 2) }
            try p.setGradient(tensor([3], g))
            if step > 3 {
                try changes[step % changes.count].1(p)
                plain.p = try p.numbers()
            }
            try optimizer.step()
            plain.step(g)
            assertClose(try p.numbers(), plain.p, 1e-14, "step \(step), \(changes[step % changes.count].0)")
            for (tensor, numbers) in held { XCTAssertEqual(try tensor.numbers(), numbers, "step \(step)") }
            XCTAssertTrue(p.requiresGrad && p.isLeaf)
        }
    }

    func testGradientsMayBeAnyTensors() throws {
        let (p, q, r) = (try leaf([3], [1, 2, 3]), try leaf([3], [-1, 0.5, 4]), try leaf([3], [2, 2, 2]))
        let (optimizer, other) = (try sgd([p, q]), try sgd([r]))
        var (a, b) = (Plain([1, 2, 3]), Plain([-1, 0.5, 4]))
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: 3)
        defer { memory.deallocate() }
        for place in 0..<3 { memory[place] = Double(place) - 0.5 }
        let borrowed = try Tensor(
            dtype: .float64, shape: [3], buffer: Buffer.borrowing(UnsafeRawPointer(memory), bytes: 24, release: nil))
        let gradients: [(String, () throws -> (Tensor, Tensor))] = [
            (
                "one tensor",
                {
                    let g = try tensor([3], [1, 0, -1])
                    return (g, g)
                }
            ),
            ("its own", { (p, q) }),
            ("each other's", { (q, p) }),
            ("borrowed", { (borrowed, borrowed) }),
            (
                "another optimiser's parameter's",
                {
                    try (r * r).sum().backward()
                    let gradient = try XCTUnwrap(r.gradient())
                    return (gradient, gradient)
                }
            ),
            ("another optimiser's parameter", { (r, r) }),
            ("a momentum", { (optimizer.state[0].tensor, optimizer.state[1].tensor) }),
            ("not computed yet", { (try p.detach() * q.detach(), try q.detach() * 2) }),
        ]
        for step in 0..<32 {
            let (name, make) = gradients[step < 3 ? 0 : step % gradients.count]
            let (g, h) = try make()
            try p.setGradient(g)
            try q.setGradient(h)
            let (was, wasToo) = (try XCTUnwrap(p.gradient()), try XCTUnwrap(q.gradient()))
            let (numbers, numbersToo) = (try was.numbers(), try wasToo.numbers())
            try optimizer.step()
            try other.step()
            a.step(numbers)
            b.step(numbersToo)
            assertClose(try p.numbers(), a.p, 1e-14, "step \(step), \(name)")
            assertClose(try q.numbers(), b.p, 1e-14, "step \(step), \(name)")
            XCTAssertEqual(try was.numbers(), numbers, name)
            XCTAssertEqual(try wasToo.numbers(), numbersToo, name)
            try other.zeroGrad()
        }
        XCTAssertEqual((0..<3).map { memory[$0] }, [-0.5, 0.5, 1.5])
    }

    func testAParameterMadeAConstantStillTakesTheGradientItHas() throws {
        let p = try leaf([1], [8])
        let optimizer = try sgd([p])
        var plain = Plain([8])
        for step in 0..<6 {
            if step == 3 { try p.setRequiresGrad(false) }
            try p.setGradient(tensor([1], [1]))
            try optimizer.step()
            plain.step([1])
            XCTAssertEqual(try p.numbers(), plain.p)
            XCTAssertEqual(p.requiresGrad, step < 3)
        }
    }

    func testAGraphThatIsKeptHasTheValuesOfBeforeTheStep() throws {
        let p = try leaf([2], [1, -3])
        let optimizer = try sgd([p])
        var plain = Plain([1, -3])
        for _ in 0..<5 {
            let old = try p.numbers()
            let loss = try (p * p).sum()
            try optimizer.zeroGrad()
            try loss.backward(retainGraph: true)
            try optimizer.step()
            plain.step(old.map { 2 * $0 })
            try loss.backward()
            XCTAssertEqual(try p.gradient()?.numbers(), old.map { 4 * $0 })
            XCTAssertEqual(try p.numbers(), plain.p)
        }
    }

    func testTwoOptimisersMayShareAParameterAndOneMayAlsoStepInsideABlock() throws {
        let p = try leaf([2], [4, -8])
        let (first, second) = (try sgd([p]), try sgd([p], dampening: 0.5))
        var velocities = [[Double]?](repeating: nil, count: 2)
        var plain = Plain([4, -8])
        func step(_ place: Int, _ g: [Double]) {
            plain.dampening = place == 0 ? 0 : 0.5
            plain.velocity = velocities[place]
            plain.step(g)
            velocities[place] = plain.velocity
        }
        try Capture.begin([])
        try p.setGradient(p.detach())
        try first.step()
        let program = try Capture.end([])
        for round in 0..<12 {
            let g = [Double(round % 3), 1]
            if round % 2 == 0 {
                step(0, try p.numbers())
                _ = try program.run([])
                XCTAssertEqual(try p.numbers(), plain.p, "in a block, round \(round)")
            }
            try p.setGradient(tensor([2], g))
            try first.step()
            step(0, g)
            assertClose(try p.numbers(), plain.p, 1e-14, "the first, round \(round)")
            try second.step()
            step(1, g)
            assertClose(try p.numbers(), plain.p, 1e-14, "the second, round \(round)")
        }
    }

    func testABlockCapturedAfterAChangeOfDTypeRunsMoreThanOnce() throws {
        let p = try leaf([2], [4, -8], .float32)
        let optimizer = try sgd([p])
        var plain = Plain([4, -8])
        for _ in 0..<3 {
            try p.setGradient(tensor([2], [1, 2]))
            try optimizer.step()
            plain.step([1, 2])
        }
        try p.become(p.cast(.float64))
        try Capture.begin([])
        try p.setGradient(Tensor.full([2], 1, .float64))
        try optimizer.step()
        let program = try Capture.end([])
        for _ in 0..<4 {
            _ = try program.run([])
            plain.step([1, 1])
            XCTAssertEqual(try p.numbers(), plain.p)
        }
    }

    // MARK: Dampening

    func testTheFirstStepOfEachParameterIsNotDampened() throws {
        for isCaptured in [false, true] {
            let (p, q) = (try leaf([1], [1]), try leaf([1], [2]))
            let optimizer = try sgd([p, q], dampening: 0.5)
            var (a, b) = (Plain([1], dampening: 0.5), Plain([2], dampening: 0.5))
            var programs: [Bool: Program] = [:]
            for step in 0..<8 {
                let both = step > 2 && step != 5
                if isCaptured {
                    if programs[both] == nil {
                        try Capture.begin([])
                        try p.setGradient(Tensor.full([1], 1, .float64))
                        try q.setGradient(both ? Tensor.full([1], -1, .float64) : nil)
                        try optimizer.step()
                        programs[both] = try Capture.end([])
                    }
                    _ = try programs[both]?.run([])
                } else {
                    try p.setGradient(tensor([1], [1]))
                    try q.setGradient(both ? tensor([1], [-1]) : nil)
                    try optimizer.step()
                }
                a.step([1])
                if both { b.step([-1]) }
                XCTAssertEqual(try p.numbers() + q.numbers(), a.p + b.p, "step \(step), captured: \(isCaptured)")
            }
        }
    }

    func testDampeningThatBeginsLaterFindsTheMomentum() throws {
        let p = try leaf([1], [1])
        let optimizer = try sgd([p])
        var plain = Plain([1])
        for step in 0..<6 {
            if step == 3 {
                try optimizer.set("dampening", .real(0.5), of: nil)
                plain.dampening = 0.5
            }
            try p.setGradient(tensor([1], [1]))
            try optimizer.step()
            plain.step([1])
            XCTAssertEqual(try p.numbers(), plain.p)
        }
    }

    func testStatesWithOneCountForAllParametersAreStillLoaded() throws {
        for form in ["one count", "a count each", "none"] {
            let (p, q) = (try leaf([1], [1]), try leaf([1], [2]))
            let optimizer = try sgd([p, q], dampening: 0.5)
            var state: [(name: String, tensor: Tensor)] = [("0.momentum_buffer", try tensor([1], [4]))]
            if form == "one count" { state.append(("step", try tensor([], [3]))) }
            if form == "a count each" { state.append(("0.step", try tensor([], [3]))) }
            try optimizer.load(state: state)
            var (a, b) = (Plain([1], dampening: 0.5), Plain([2], dampening: 0.5))
            a.velocity = [4]
            for _ in 0..<4 {
                for parameter in [p, q] { try parameter.setGradient(tensor([1], [1])) }
                try optimizer.step()
                a.step([1])
                b.step([1])
                XCTAssertEqual(try p.numbers() + q.numbers(), a.p + b.p, form)
            }
            XCTAssertEqual(
                Set(optimizer.state.map { $0.name }), ["0.momentum_buffer", "0.step", "1.momentum_buffer", "1.step"])
            // Loaded once more, into boxes that are there.
            try optimizer.load(state: state)
            a.velocity = [4]
            b.velocity = nil
            for parameter in [p, q] { try parameter.setGradient(tensor([1], [1])) }
            try optimizer.step()
            a.step([1])
            b.step([1])
            XCTAssertEqual(try p.numbers() + q.numbers(), a.p + b.p, form)
        }
    }

    // MARK: Captured steps

    func testACapturedStepGivesTheBitsOfRecordingAnew() throws {
        for text in [
            "SGD(lr=0.1, momentum=0.9, dampening=0.2, weight_decay=0.01)", "Adam(lr=0.01, weight_decay=0.01)",
            "AdamW(lr=0.01, weight_decay=0.01)",
        ] {
            let name = text.prefix { $0 != "(" }
            func build() throws -> (Module, Optimizer) {
                try Generator.standard().seed(5)
                let model = try make("Sequential(Linear(4, 6), Tanh(), Linear(6, 3))", .float32)
                return (model, try Optimizer.make(text, model.allParameters.map { $0.tensor }))
            }
            func step(_ model: Module, _ optimizer: Optimizer, _ x: Tensor, _ y: Tensor) throws -> Tensor {
                let loss = try Tensor.crossEntropy(logits: model(x), y)
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
                if number == 10 { for optimizer in [a.1, b.1] { try optimizer.set("lr", .real(0.003), of: nil) } }
                let x = try tensor([8, 4], noise(32, seed: UInt64(number + 1)), .float32)
                let y = try tensor([8], (0..<8).map { Double(($0 + number) % 3) }, .int64)
                XCTAssertEqual(
                    try program.run([x, y])[0].bytes(), try step(a.0, a.1, x, y).bytes(), "\(name), loss \(number)")
                for (mine, other) in zip(a.0.allParameters, b.0.allParameters) {
                    XCTAssertEqual(
                        try mine.tensor.bytes(), try other.tensor.bytes(), "\(name), \(mine.name) after step \(number)")
                }
            }
            XCTAssertEqual(a.1.state.map { $0.name }, b.1.state.map { $0.name })
            for (mine, other) in zip(a.1.state, b.1.state) {
                XCTAssertEqual(try mine.tensor.bytes(), try other.tensor.bytes(), "\(name), \(mine.name)")
            }
        }
    }
}
