import Engine
import Foundation
import XCTest

@testable import Networks

/// Buffers that a forward pass changes: once a pass, at its end, and not if it fails.
final class ForwardPassTests: XCTestCase {
    private func numbers(_ module: Module, _ path: String = "count") throws -> [Double] {
        try XCTUnwrap(module.allBuffers.first { $0.name == path }).tensor.numbers()
    }

    /// A module that looks at a buffer as whoever holds it sees it.
    private func witness(_ look: @escaping () throws -> Void) -> HostModule {
        host("Witness") { x throws(Failure) in
            do {
                try look()
            } catch {
                XCTFail("\(error)")
            }
            return x
        }
    }

    func testABufferWrittenTwiceChangesOnceAtTheEndAndReadsAsWhatWasWritten() throws {
        let body = [
            "before = mul(count, 1)", "count = add(count, 1)", "middle = mul(count, 1)", "x = look(x)",
            "count = mul(count, 10)", "x = look(x)",
            "after = mul(count, 1)",
        ]
        let graph = try make("Graph('x', '\(body.joined(separator: "\\n"))', 'before, middle, after', count=Buffer(1))")
        let box = graph.buffers[0].tensor
        var seen: [[Double]] = []
        try graph.add(witness { seen.append(try box.numbers()) }, as: "look")
        for want in [[0.0, 1, 10], [10, 11, 110], [110, 111, 1110]] {
            XCTAssertEqual(try graph.call([tensor([1], [5])]).map { try XCTUnwrap($0).numbers()[0] }, want)
            XCTAssertEqual(try box.numbers(), [want[2]])
            XCTAssertTrue(graph.buffers[0].tensor === box)
            XCTAssertFalse(box.requiresGrad)
        }
        XCTAssertEqual(seen.flatMap { $0 }, [0, 0, 10, 10, 110, 110])
    }

    func testTheEndIsThatOfTheOutermostCall() throws {
        let counter = try make("Graph('x', 'count = add(count, 1)\\ny = add(x, count)', 'y', count=Buffer(1))")
        var seen: [[Double]] = []
        let look = witness { seen.append(try counter.buffers[0].tensor.numbers()) }
        // The same module in three places: each reads what the one before has written.
        let model = try Sequential([counter, look, Sequential([counter, look]), counter, look])
        XCTAssertEqual(try model(tensor([1], [0])).numbers(), [1 + 2 + 3])
        XCTAssertEqual(seen, [[0], [0], [0]])
        XCTAssertEqual(try numbers(counter), [3])
        XCTAssertEqual(try model(tensor([1], [0])).numbers(), [4 + 5 + 6])
        XCTAssertEqual(try numbers(counter), [6])
    }

    func testAPassThatFailsChangesNoBuffer() throws {
        let graph = try make(
            "Graph('x', 'count = add(count, 1)\\ny = reshape(x, 3)\\ncount = add(count, 1)', 'y', count=Buffer(1))")
        let model = try Sequential([make("Graph('x', 'count = add(count, 1)', 'x', count=Buffer(1))"), graph])
        for _ in 0..<3 {
            XCTAssertEqual(failure { try model(tensor([2], [1, 2])) }?.kind, "shape")
            XCTAssertEqual(try model.allBuffers.map { try $0.tensor.numbers() }, [[0], [0]])
        }
        _ = try model(tensor([1, 3], [1, 2, 3]))
        XCTAssertEqual(try model.allBuffers.map { try $0.tensor.numbers() }, [[1], [2]])
        // A failure that somebody inside catches is none of the whole pass.
        let patient = HostModule(
            className: "Patient",
            HostFunction { (inputs, _) throws(Failure) in
                do throws(Failure) { return try graph.call(inputs) } catch { return inputs }
            })
        _ = try Sequential([model.children[0].module, patient])(tensor([2], [1, 2]))
        XCTAssertEqual(try model.allBuffers[0].tensor.numbers(), [2])
    }

    func testOneWriteThatFailsKeepsAllBuffersAndTheirShapes() throws {
        let graph = try make("Graph('x', 'a = add(a, 1)\\nb = cat((b, b))', 'x', a=Buffer(1), b=Buffer(2))")
        let found = failure { try graph(tensor([1], [1])) }
        XCTAssertEqual(found?.description, "buffer: line 2: a buffer of shape [2] cannot take a value of shape [4]")
        XCTAssertEqual(try graph.allBuffers.map { try $0.tensor.numbers() }, [[0], [0, 0]])
    }

    func testAValueOfAnotherDTypeTakesTheBuffers() throws {
        let graph = try make(
            "Graph('x', 'n = add(n, 1)\\nmean = mul(x, 2)', 'x', n=Buffer(dtype=int64), mean=Buffer(2, dtype=float32))")
        _ = try graph(leaf([2], [1.5, 2.5]))
        XCTAssertEqual(graph.allBuffers.map(\.tensor.dtype), [.int64, .float32])
        XCTAssertEqual(try graph.allBuffers.map { try $0.tensor.numbers() }, [[1], [3, 5]])
    }

    func testEvaluationWithoutGradientsAndTrainingWithThemWriteTheSame() throws {
        let inner = "Graph('x', 'y = mean(x, dim=0)', 'y')"
        let text = "Graph('x', 'mean = lerp(mean, mean_of(x), 0.25)', 'x', mean_of=\(inner), mean=Buffer(3))"
        let (one, two) = (try make(text), try make(text))
        for seed in 1...3 {
            let values = noise(12, seed: UInt64(seed))
            _ = try one(leaf([4, 3], values))
            _ = try ThreadState.withGrad(false) { () throws(Failure) in try two(Tensor.full([4, 3], 0, .float64)) }
            try two.buffers[0].tensor.become(one.buffers[0].tensor.detach())
            let x = try tensor([4, 3], values)
            _ = try ThreadState.withGrad(false) { () throws(Failure) in try two(x) }
            _ = try one(leaf([4, 3], values))
            XCTAssertEqual(try numbers(one, "mean"), try numbers(two, "mean"))
        }
    }

    // MARK: Checkpointed segments

    /// A chain whose segments write means of what goes through them.
    private func chain() throws -> Sequential {
        try Generator.standard().seed(4)
        func norm() throws -> Module {
            try graph(
                "x", "m = mean(x, dim=0)\nmean = lerp(mean, m, 0.5)\ncount = add(count, 1)\ny = sub(x, m)", "y",
                "mean=Buffer(4), count=Buffer(dtype=int64)")
        }
        return try Sequential([
            linear(3, 4), norm(), make("Tanh()"), linear(4, 4), norm(), make("Tanh()"), linear(4, 4), norm(),
        ])
    }

    func testACheckpointedSequentialWritesItsBuffersOnceWithTheSameBits() throws {
        for checkpoint in [Sequential.Checkpoint.segments(2), .segments(4), .segments(8), .squareRoot] {
            let (plain, sparing) = (try chain(), try chain())
            sparing.checkpoint = checkpoint
            for round in 1...3 {
                let x = try tensor([5, 3], noise(15, seed: UInt64(round)))
                var results: [Tensor] = []
                for model in [plain, sparing] {
                    try model.zeroGrad()
                    let result = try model(x)
                    try result.applying(.square).sum().backward()
                    results.append(result)
                }
                XCTAssertEqual(try results[1].bytes(), try results[0].bytes(), "\(checkpoint), round \(round)")
                for (mine, other) in zip(sparing.allBuffers, plain.allBuffers) {
                    XCTAssertEqual(
                        try mine.tensor.bytes(), try other.tensor.bytes(), "\(checkpoint), round \(round), \(mine.name)"
                    )
                }
                XCTAssertEqual(try numbers(sparing, "1.count"), [Double(round)])
                for (mine, other) in zip(sparing.allParameters, plain.allParameters) {
                    XCTAssertEqual(
                        try XCTUnwrap(mine.tensor.gradient()).bytes(), try XCTUnwrap(other.tensor.gradient()).bytes(),
                        "\(checkpoint), round \(round), \(mine.name)")
                }
            }
        }
    }

    func testABufferThatACheckpointedSegmentWritesIsReadByTheNext() throws {
        let counter = try make("Graph('x', 'count = add(count, sum(x))\\ny = add(x, count)', 'y', count=Buffer())")
        for checkpoint in [Sequential.Checkpoint.none, .segments(3)] {
            try counter.buffers[0].tensor.become(Tensor.full([], 0, .float64))
            let model = try Sequential([counter, counter, counter])
            model.checkpoint = checkpoint
            let x = try leaf([1], [1])
            let y = try model(x)
            // 1: count 1, y 2; 2: count 3, y 5; 3: count 8, y 13.
            XCTAssertEqual(try y.numbers(), [13], "\(checkpoint)")
            XCTAssertEqual(try numbers(counter), [8], "\(checkpoint)")
            try y.sum().backward()
            XCTAssertEqual(try x.gradient()?.numbers(), [1], "\(checkpoint): buffers are detached")
            XCTAssertEqual(try numbers(counter), [8], "\(checkpoint), after the backward pass")
        }
    }

    // MARK: Mapped functions

    func testAMappedFunctionChangesBuffersOnceWhateverTheNumberOfExamples() throws {
        let model = try graph("x", "count = add(count, 1)\ny = mul(x, count)", "y", "count=Buffer()")
        let v = try MappedFunction.begin([tensor([4, 2], noise(8))], axes: [0], .error)[0]
        let y = try MappedFunction.end([model(v)], axes: [0])[0]
        XCTAssertEqual(try y.numbers(), noise(8))
        XCTAssertEqual(try numbers(model), [1])
    }

    /// Which of the examples' values should it take?
    func testABufferTakesNoValueThatDependsOnTheExample() throws {
        let model = try graph(
            "x", "count = add(count, 1)\nmean = lerp(mean, x, 0.5)", "x", "count=Buffer(), mean=Buffer(2)")
        for _ in 0..<2 {
            let v = try MappedFunction.begin([tensor([4, 2], noise(8))], axes: [0], .error)[0]
            let found = failure { try model(v) }
            XCTAssertEqual(found?.kind, "state")
            XCTAssertEqual(
                found?.description.hasPrefix("vmap: line 2: a tensor from outside the mapped function"), true)
            try MappedFunction.cancel()
            XCTAssertEqual(
                try model.buffers.map { try $0.tensor.numbers() }, [[0], [0, 0]], "none changes if one cannot")
        }
        _ = try model(tensor([2], [2, 4]))
        XCTAssertEqual(try model.buffers.map { try $0.tensor.numbers() }, [[1], [1, 2]])
    }

    // MARK: Captured programs

    func testACapturedTrainingStepChangesBuffersOnceAStep() throws {
        try Generator.standard().seed(4)
        let once = "count = add(count, 1)\\n"
        let graph = try make(
            "Graph('x', '\(once)y = fc(x)', 'y', '\(once)\(once)y = fc(x)', fc=Linear(3, 2), count=Buffer(dtype=int64))"
        )
        let model = try Sequential([graph])
        let data = try TensorRows(tensor([10, 3], noise(30)), tensor([10, 2], noise(20)))
        let trainer = Trainer(
            model, try make("MSELoss()"), try Optimizer.make("SGD()", model.allParameters.map(\.tensor)))
        (trainer.options.epochs, trainer.options.batchSize) = (3, 4)
        _ = try trainer.fit(data, report: nil)
        XCTAssertEqual(try numbers(model, "0.count"), [9 * 2], "three batches an epoch")
        _ = try evaluate(model, trainer.loss, data, batchSize: 5)
        XCTAssertEqual(try numbers(model, "0.count"), [9 * 2 + 2])
    }

    /// A program that is captured in the middle of a pass has the change in it, and makes it when it runs.
    func testABlockThatIsCapturedInsideAPassHasItsOwnChanges() throws {
        let counter = try graph("x", "count = add(count, 1)\ny = add(x, count)", "y", "count=Buffer()")
        var program: Program?
        let compiled = host { x throws(Failure) in
            if program == nil {
                try Capture.begin([x])
                do throws(Failure) {
                    program = try Capture.end([counter(x)])
                } catch {
                    try? Capture.cancel()
                    throw error
                }
            }
            return try program?.run([x])[0] ?? x
        }
        let other = try graph("x", "count = add(count, 1)", "x", "count=Buffer()")
        let model = try Sequential([other, compiled, other])
        for round in 1...3 {
            XCTAssertEqual(try model(tensor([1], [10])).numbers(), [10 + Double(round)])
            XCTAssertEqual(try numbers(counter), [Double(round)])
            XCTAssertEqual(try numbers(other), [2 * Double(round)])
        }
        XCTAssertEqual(try program?.run([tensor([1], [0])])[0].numbers(), [4])
        XCTAssertEqual(try numbers(counter), [4])
    }
}
