import Foundation
import XCTest

@testable import Engine

/// A classifier of one layer and its optimiser with momentum, in tensors alone.
private final class Model {
    let w: Tensor
    let velocity: Tensor
    let rate: Tensor
    static let rows = 6

    init() throws {
        w = try leaf(noise([3, 4], seed: 3), .float32)
        velocity = try tensor(Values([3, 4]) { _ in 0 }, .float32)
        rate = try scalar(0.1, .float32)
    }

    func step(_ x: Tensor, _ labels: Tensor) throws -> Tensor {
        let loss = try Tensor.crossEntropy(logits: x.linear(w, nil), labels: labels).mean()
        try w.setGradient(nil)
        try loss.backward()
        let gradient = try XCTUnwrap(w.gradient())
        let faster = try velocity * 0.9 + gradient
        let moved = try ThreadState.withGrad(false) { () throws(Failure) in try w - rate * faster }
        try Tensor.update([(velocity, faster), (w, moved)])
        return loss
    }

    func captured() throws -> Program {
        try capture([
            tensor(Values([Model.rows, 4]) { _ in 0 }, .float32), tensor(Values([Model.rows]) { _ in 0 }, .int64),
        ]) { [try self.step($0[0], $0[1])] }
    }

    static func batch(_ number: Int) throws -> [Tensor] {
        [
            try tensor(noise([rows, 4], seed: UInt64(number + 10)), .float32),
            try tensor(Values([rows]) { Double(($0[0] * 7 + number) % 3) }, .int64),
        ]
    }

    var state: [[UInt8]] { get throws { [try w.bytes(), try velocity.bytes()] } }
}

/// The program of a block; a block that throws is closed.
private func capture(_ inputs: [Tensor], _ body: ([Tensor]) throws -> [Tensor]) throws -> Program {
    try Capture.begin(inputs)
    do {
        return try Capture.end(try body(inputs))
    } catch {
        try? Capture.cancel()
        throw error
    }
}

final class CaptureTests: XCTestCase {
    override func tearDown() {
        XCTAssertNil(ThreadState.current.capture, "a block was left open")
        try? Capture.cancel()
    }

    func testAProgramGivesTheBitsOfRecordingAnewOverTwentySteps() throws {
        let (recorded, other) = (try Model(), try Model())
        let program = try other.captured()
        XCTAssertEqual(try other.state, try Model().state, "capturing computes nothing")
        for number in 0..<20 {
            let batch = try Model.batch(number)
            let want = try recorded.step(batch[0], batch[1])
            let got = try program.run(batch)[0]
            XCTAssertEqual(try got.bytes(), try want.bytes(), "loss \(number)")
            XCTAssertEqual(try other.state, try recorded.state, "state after step \(number)")
            XCTAssertEqual(try other.w.gradient()?.bytes(), try recorded.w.gradient()?.bytes())
        }
    }

    func testALearningRateThatChangesBetweenRunsIsSeen() throws {
        let (recorded, other) = (try Model(), try Model())
        let program = try other.captured()
        for (number, rate) in [0.1, 0.5, 0].enumerated() {
            for model in [recorded, other] { try model.rate.assign(scalar(rate, .float32)) }
            let batch = try Model.batch(number)
            _ = try recorded.step(batch[0], batch[1])
            _ = try program.run(batch)
            XCTAssertEqual(try other.state, try recorded.state)
        }
    }

    func testAGradientThatIsAnotherOneEachTimeIsReadAnew() throws {
        let w = try leaf(noise([3], seed: 1), .float32)
        try w.setGradient(Tensor.full([3], 1, .float32))
        let program = try capture([]) { _ in [try XCTUnwrap(w.gradient()) * 2] }
        for number in 0..<20 {
            // Often at the address of the one before.
            try w.setGradient(nil)
            try w.setGradient(Tensor.full([3], Double(number), .float32) + 0)
            XCTAssertEqual(try program.run([])[0].reduce(.sum).item(), Double(6 * number))
        }
    }

    func testAnOldValueThatSomebodyHoldsDoesNotChange() throws {
        let model = try Model()
        let program = try model.captured()
        let before = try model.w.bytes()
        let held = try model.w.detach()
        let lazily = try model.w.detach() * 2
        _ = try program.run(Model.batch(0))
        XCTAssertEqual(try held.bytes(), before)
        XCTAssertEqual(try lazily.numbers(), try held.numbers().map { $0 * 2 })
        XCTAssertNotEqual(try model.w.bytes(), before)
        let after = try model.w.detach()
        let afterBytes = try after.bytes()
        _ = try program.run(Model.batch(1))
        XCTAssertEqual(try after.bytes(), afterBytes)
        let gradient = try XCTUnwrap(model.w.gradient())
        let gradientBytes = try gradient.bytes()
        _ = try program.run(Model.batch(2))
        XCTAssertEqual(try gradient.bytes(), gradientBytes)
    }

    func testARunThatFailsLeavesEverythingAsItWas() throws {
        let model = try Model()
        let program = try model.captured()
        _ = try program.run(Model.batch(0))
        let state = try model.state
        let gradient = try model.w.gradient()?.bytes()
        var batch = try Model.batch(1)
        batch[1] = try tensor(Values([Model.rows]) { $0[0] == 4 ? 3 : 0 }, .int64)
        let found = failure { try program.run(batch) }
        XCTAssertEqual(found?.kind, "index")
        XCTAssertEqual(
            found?.description, "cross_entropy: label 3 at position 4 is outside 0 ..< 3, the number of classes")
        XCTAssertEqual(try model.state, state)
        XCTAssertEqual(try model.w.gradient()?.bytes(), gradient)
        _ = try program.run(Model.batch(1))
        XCTAssertNotEqual(try model.state, state, "and the program still runs")
    }

    func testAnUpdateThatDoesNotDependOnTheFailingStepIsNotMadeEither() throws {
        let total = try tensor([1, 2])
        let program = try capture([tensor([0], .int64)]) { inputs in
            try total.assign(total * 2)
            return [try tensor([5, 6]).select(0, inputs[0])]
        }
        XCTAssertEqual(failure { try program.run([tensor([7], .int64)]) }?.kind, "index")
        XCTAssertEqual(try total.numbers(), [1, 2])
        XCTAssertEqual(try program.run([tensor([1], .int64)])[0].numbers(), [6])
        XCTAssertEqual(try total.numbers(), [2, 4])
    }

    func testRunsOverTheCallersMemoryAllocateNothing() throws {
        let model = try Model()
        let program = try model.captured()
        let batches = try (0..<3).map { try Model.batch($0) }
        for batch in batches { try Tensor.evaluate(batch) }
        var loss = Float(0)
        func run(_ number: Int) throws {
            let values = try batches[number].map { try $0.node().value }
            try withUnsafeMutableBytes(of: &loss) { memory in
                try program.run(
                    arguments: { values[$0].map { UnsafeRawPointer($0.pointer) } }, results: { _ in memory.baseAddress }
                )
            }
        }
        try run(0)
        let first = loss
        let before = BufferPool.usage.allocations
        for number in 0..<30 { try run(number % 3) }
        XCTAssertEqual(BufferPool.usage.allocations, before)
        XCTAssertLessThan(loss, first)
    }

    func testALoopThatRecordsAnewPlansOnce() throws {
        let model = try Model()
        for number in 0..<3 { _ = try model.step(Model.batch(number)[0], Model.batch(number)[1]).item() }
        let before = PlanCache.misses
        for number in 0..<20 { _ = try model.step(Model.batch(number)[0], Model.batch(number)[1]).item() }
        XCTAssertEqual(PlanCache.misses, before)
    }

    // MARK: Hidden inputs and outputs

    func testBoxesThatABlockReadsAndWritesAreHiddenInputsAndOutputs() throws {
        let (read, written, counter) = (try tensor([1, 2]), try tensor([0, 0]), try scalar(0))
        let program = try capture([tensor([0, 0])]) { inputs in
            try written.assign(inputs[0] * read)
            try counter.assign(counter + 1)
            return [try written + counter]
        }
        XCTAssertEqual(program.inputCount, 1)
        XCTAssertEqual(program.outputCount, 1)
        XCTAssertEqual(try program.run([tensor([10, 20])])[0].numbers(), [11, 41])
        try read.assign(tensor([5, 5]))
        XCTAssertEqual(try program.run([tensor([1, 2])])[0].numbers(), [7, 12])
        XCTAssertEqual(try written.numbers(), [5, 10])
        XCTAssertEqual(try counter.item(), 2)
    }

    func testABlockMayExchangeTwoBoxes() throws {
        let (a, b) = (try tensor([1, 2]), try tensor([3, 4]))
        let program = try capture([]) { _ in
            let old = try a.detach()
            try a.assign(b)
            try b.assign(old)
            return []
        }
        for run in 1...3 {
            _ = try program.run([])
            XCTAssertEqual(try a.numbers(), run % 2 == 1 ? [3, 4] : [1, 2])
            XCTAssertEqual(try b.numbers(), run % 2 == 1 ? [1, 2] : [3, 4])
        }
    }

    func testGradientsAccumulateOverRunsUnlessTheBlockClearsThem() throws {
        let x = try leaf([1, 2])
        let program = try capture([tensor([0, 0])]) { inputs in
            try (x * inputs[0]).sum().backward()
            return []
        }
        XCTAssertNil(try x.gradient())
        _ = try program.run([tensor([1, 10])])
        XCTAssertEqual(try x.gradient()?.numbers(), [1, 10])
        _ = try program.run([tensor([2, 20])])
        XCTAssertEqual(try x.gradient()?.numbers(), [3, 30])
        try x.setGradient(nil)
        _ = try program.run([tensor([5, 5])])
        XCTAssertEqual(try x.gradient()?.numbers(), [5, 5])
        let twice = try capture([tensor([0, 0])]) { inputs in
            try x.setGradient(nil)
            try (x * inputs[0]).sum().backward()
            try (x * inputs[0]).sum().backward()
            return []
        }
        for _ in 0..<2 { _ = try twice.run([tensor([1, 2])]) }
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 4])
        let clearing = try capture([]) { _ in
            try x.setGradient(nil)
            return []
        }
        _ = try clearing.run([])
        XCTAssertNil(try x.gradient())
    }

    func testWritingAnArgumentReachesTheTensorThatIsGivenForIt() throws {
        let program = try capture([tensor([0])]) { inputs in
            try inputs[0].assign(inputs[0] * 2)
            return [try inputs[0] + 0.5]
        }
        let x = try tensor([3])
        XCTAssertTrue(program.writesInput(0))
        XCTAssertEqual(try program.run([x])[0].numbers(), [6.5])
        XCTAssertEqual(try x.numbers(), [6])
        XCTAssertEqual(try program.run([x])[0].numbers(), [12.5])
        XCTAssertEqual(try x.numbers(), [12])
    }

    func testAnArgumentThatTheProgramWritesIsReadWithItsOldValueThroughout() throws {
        let (p, other) = (try tensor([1, 2, 3]), try tensor([0, 0, 0]))
        let q = try tensor([0, 0, 0])
        // p is updated in place, q is written without being read, and the argument is needed before, between and after.
        let program = try capture([tensor([0, 0, 0])]) { inputs in
            try p.assign(p * 2 + inputs[0])
            try q.assign(p + inputs[0])
            return [try inputs[0] * 10, try (inputs[0] * p).reduce(.sum)]
        }
        for _ in 0..<3 { _ = try program.run([other]) }
        for argument in [p, q, p, try p.detach(), other, q, p] {
            let (x, old) = (try argument.numbers(), try p.numbers())
            let new = zip(old, x).map { $0 * 2 + $1 }
            let results = try program.run([argument])
            XCTAssertEqual(try results[0].numbers(), x.map { $0 * 10 })
            XCTAssertEqual(try results[1].item(), zip(x, new).map { $0 * $1 }.reduce(0, +))
            XCTAssertEqual(try p.numbers(), new)
            XCTAssertEqual(try q.numbers(), zip(new, x).map { $0 + $1 })
        }
    }

    func testAGradientThatTheProgramAddsToMayBeItsArgument() throws {
        let x = try leaf([1, 2])
        let program = try capture([tensor([0, 0])]) { inputs in
            try (x * inputs[0]).sum().backward()
            return [try inputs[0] * 10]
        }
        for _ in 0..<3 { _ = try program.run([tensor([1, 5])]) }
        for _ in 0..<3 {
            let gradient = try XCTUnwrap(x.gradient())
            let old = try gradient.numbers()
            XCTAssertEqual(try program.run([gradient])[0].numbers(), old.map { $0 * 10 })
            XCTAssertEqual(try x.gradient()?.numbers(), old.map { $0 * 2 })
            XCTAssertEqual(try gradient.numbers(), old)
        }
    }

    func testRandomNumbersInABlockAreDrawnAnewAtEachRunAndAsOutsideOfIt() throws {
        let (inside, outside) = (try Generator(seed: 5), try Generator(seed: 5))
        let program = try capture([]) { _ in [try inside.draw(.normal, .float32, [7], 0, 1)] }
        for _ in 0..<3 {
            XCTAssertEqual(try program.run([])[0].bytes(), try outside.draw(.normal, .float32, [7], 0, 1).bytes())
        }
        XCTAssertEqual(try inside.position().offset, try outside.position().offset)
    }

    // MARK: Errors

    func testAValueAskedForInsideABlockIsRefused() throws {
        let (x, p) = (try tensor([1]), try leaf([2]))
        try Capture.begin([x])
        defer { try? Capture.cancel() }
        XCTAssertEqual(failure { try x.item() }?.kind, "state")
        XCTAssertEqual(failure { try (p * 2).numbers() }?.kind, "state")
        XCTAssertEqual(try scalar(4).item(), 4, "what does not depend on the block's inputs has a value")
    }

    func testBlocksDoNotNestAndProgramsDoNotRunInsideThem() throws {
        let program = try capture([tensor([1])]) { [try $0[0] * 2] }
        let x = try tensor([1])
        XCTAssertEqual(failure { try Capture.begin([x, x]) }?.kind, "argument")
        try Capture.begin([x])
        XCTAssertEqual(failure { try Capture.begin([tensor([1])]) }?.kind, "state")
        XCTAssertEqual(failure { try program.run([x]) }?.kind, "state")
        try Capture.cancel()
        XCTAssertEqual(failure { try Capture.cancel() }?.kind, "state")
        XCTAssertEqual(failure { try Capture.end([x]) }?.kind, "state")
    }

    func testInputsOfAnotherNumberShapeOrDTypeAreRefused() throws {
        let program = try capture([tensor([1, 2], .float32)]) { [try $0[0] * 2] }
        XCTAssertEqual(failure { try program.run([]) }?.kind, "argument")
        for wrong in [
            try tensor([1, 2, 3], .float32), try tensor([1, 2], .float64),
            try tensor(Values([2, 1], [1, 2]), .float32),
        ] {
            XCTAssertEqual(failure { try program.run([wrong]) }?.kind, "shape")
        }
        XCTAssertEqual(try program.run([tensor([1, 2], .float32)])[0].numbers(), [2, 4])
    }

    func testABoxThatChangedItsDTypeIsRefusedUntilTheBlockIsCapturedAnew() throws {
        let box = try tensor([1, 2], .float32)
        let program = try capture([]) { _ in [try box * 2] }
        try box.become(tensor([1, 2], .float64))
        XCTAssertEqual(failure { try program.run([]) }?.kind, "state")
    }

    func testAGradientThatChangedItsDTypeIsRefused() throws {
        let (x, total) = (try leaf([1, 2], .float64), try tensor([0, 0]))
        try x.setGradient(tensor([3, 4]))
        let program = try capture([]) { _ in
            if let gradient = try x.gradient() { try total.assign(total + gradient) }
            return []
        }
        _ = try program.run([])
        XCTAssertEqual(try total.numbers(), [3, 4])
        try x.become(tensor([1, 2], .float32))
        try x.setGradient(tensor([3, 4]))
        XCTAssertEqual(failure { try program.run([]) }?.kind, "state")
        XCTAssertEqual(try total.numbers(), [3, 4])
    }

    func testATensorOfAnotherBlockOrWithAHistoryIsRefused() throws {
        let x = try tensor([1])
        try Capture.begin([x])
        let stray = try x * 2
        try Capture.cancel()
        XCTAssertEqual(failure { try stray.item() }?.kind, "state")
        XCTAssertEqual(failure { try capture([]) { _ in [try stray + 1] } }?.kind, "state")
        let product = try leaf([1]) * 2
        XCTAssertEqual(failure { try capture([]) { _ in [try product + 1] } }?.kind, "state")
        let constant = try product.detach()
        XCTAssertEqual(try capture([]) { _ in [try constant + 1] }.run([])[0].numbers(), [3])
    }
}
