import Foundation
import XCTest

@testable import Engine

/// What each pass does, and that it changes no bit.
final class PlannerTests: XCTestCase {
    private let all = Set(Pass.allCases)
    private var combinations: [Set<Pass>] {
        [[]] + Pass.allCases.map { all.subtracting([$0]) } + Pass.allCases.map { [$0] }
    }

    private func assertSameBits(_ wanted: [Node], donations: [PlanGraph.Donation] = [], _ name: String) throws {
        let want = try PlanRun(wanted, donations: donations).outputs()
        for passes in combinations {
            let got = try PlanRun(wanted, donations: donations, passes: passes).outputs()
            XCTAssertEqual(got, want, "\(name) with \(passes.map { $0.rawValue }.sorted())")
        }
    }

    func testNoPassChangesABitOfATablesRowOrItsGradients() throws {
        for row in Row.all {
            for dtype in [DType.float32, .float64] {
                let xs = try row.inputs.map { try leaf($0, dtype) }
                let y = try row.function(xs)
                var wanted = [try y.node()]
                if row.isDifferentiable {
                    let weight = try tensor(noise(y.shape, seed: 77), dtype)
                    for gradient in try Tensor.gradients(of: [y], xs, cotangents: [weight], createGraph: true) {
                        if let gradient { wanted.append(try gradient.node()) }
                    }
                }
                try assertSameBits(wanted, "\(row.name) \(dtype.name)")
            }
        }
    }

    /// Forward, loss, backward and momentum step of a perceptron, with parameters and momenta given up for their
    /// successors.
    private func trainingStep(_ dtype: DType) throws -> (wanted: [Node], donations: [PlanGraph.Donation]) {
        let x = try tensor(noise([7, 5], seed: 1), dtype)
        let parameters = try [[4, 5], [4], [3, 4], [3]].enumerated().map {
            try leaf(noise($1, seed: UInt64($0 + 2)), dtype)
        }
        let momenta = try parameters.map { try tensor(noise($0.shape, seed: 40), dtype) }
        let hidden = try x.linear(parameters[0], parameters[1]).applying(.tanh)
        let logits = try hidden.linear(parameters[2], parameters[3])
        let loss = try Tensor.crossEntropy(logits: logits, labels: tensor([0, 1, 2, 2, 1, 0, 1], .int64)).mean()
        let gradients = try Tensor.gradients(of: [loss], parameters, cotangents: nil, createGraph: false)
        var wanted = [try loss.node()]
        for (place, gradient) in gradients.enumerated() {
            let velocity = try momenta[place] * 0.9 + XCTUnwrap(gradient)
            wanted += [try velocity.node(), try (parameters[place].detach() - velocity * 0.1).node()]
        }
        let lines = try Linearization(wanted)
        var donations: [PlanGraph.Donation] = []
        for place in parameters.indices {
            for (tensor, output) in [(momenta[place], 1 + 2 * place), (parameters[place], 2 + 2 * place)] {
                // Detaching made another leaf of the parameter's value.
                let value = try tensor.node().value
                let leaf = try XCTUnwrap(lines.leaves.lastIndex { $0.value === value })
                donations.append(PlanGraph.Donation(leaf: leaf, output: output))
            }
        }
        return (wanted, donations)
    }

    func testNoPassChangesABitOfATrainingStep() throws {
        for dtype in [DType.float32, .float64] {
            let (wanted, donations) = try trainingStep(dtype)
            try assertSameBits(wanted, "step")
            try assertSameBits(wanted, donations: donations, "step in place")
        }
    }

    func testATrainingStepWritesMomentaInTheirOwnMemory() throws {
        let (wanted, donations) = try trainingStep(.float32)
        let plan = try PlanRun(wanted, donations: donations).plan
        for place in 0..<4 {
            let output = plan.outputs[1 + 2 * place]
            XCTAssertEqual(output, .donated(leaf: donations[2 * place].leaf), "momentum \(place):\n\(plan.listing)")
        }
        XCTAssert(
            try PlanRun(wanted, donations: donations, passes: all.subtracting([.inplace])).plan.outputs.allSatisfy {
                $0 == .fresh
            })
    }

    // MARK: What each pass removes

    private func plans(without pass: Pass, _ wanted: [Node], aliases: Bool = false) throws -> (
        with: Plan, without: Plan
    ) {
        (
            try PlanRun(wanted, aliases: aliases).plan,
            try PlanRun(wanted, aliases: aliases, passes: all.subtracting([pass])).plan
        )
    }

    func testFoldingLeavesOneConstantOfArithmeticOnConstants() throws {
        let x = try tensor([1, 2, 3]).node()
        let constant = try (Node.scalar(2, like: x) + Node.scalar(3, like: x)).square().broadcast(to: [3])
        let (with, without) = try plans(without: .fold, [Multiply().record([x, constant])])
        XCTAssertEqual(with.steps.count, 1, with.listing)
        XCTAssertGreaterThan(without.steps.count, 1, without.listing)
        XCTAssertEqual(with.nodeCount, 3)
    }

    func testFoldingComputesInTheDTypeOfThePlan() throws {
        let x = try tensor([1], .float32).node()
        let constant = try Node.scalar(0.1, like: x) + Node.scalar(0.2, like: x)
        let got = try PlanRun([x * constant.broadcast(to: [1])]).outputs()[0].withUnsafeBytes {
            $0.load(as: Float.self)
        }
        XCTAssertEqual(got, Float(0.1) + Float(0.2))
        XCTAssertNotEqual(Double(got), 0.1 + 0.2)
    }

    func testSimplifyingRemovesWhatChangesNothing() throws {
        let x = try tensor(noise([2, 3, 4])).node()
        let one = try Node.full([2, 3, 4], 1, .float64)
        for (name, node) in [
            ("two permutes", try x.permute([2, 0, 1]).permute([1, 2, 0])),
            ("two reshapes", try x.reshape([6, 4]).reshape([2, 3, 4])),
            ("two negatives", try -(-x)), ("a factor of one", try Multiply().record([x, one])),
            ("a quotient by one", try Divide().record([x, one])),
            ("identities", try Identity().record([Identity().record([x])])),
        ] {
            let (with, without) = try plans(without: .simplify, [node.exp()])
            XCTAssertEqual(with.nodeCount, 2, name)
            XCTAssertGreaterThan(without.nodeCount, 2, name)
        }
    }

    func testAProductOverOneElementBecomesAnElementwiseOneThatFuses() throws {
        let column = try tensor(noise([6, 1], seed: 1)).node()
        let row = try tensor(noise([5, 1], seed: 2)).node()
        for product in [
            try MatMul(transposeB: true).record([column, row]),
            try MatMul(transposeA: true, transposeB: true).record([column.reshape([1, 6]), row]),
            try MatMul().record([column.broadcast(to: [3, 6, 1]), row.reshape([1, 1, 5])]),
        ] {
            let (with, without) = try plans(without: .simplify, [product.exp()])
            XCTAssertEqual(with.steps.count, 1, with.listing)
            XCTAssertTrue(without.steps.contains { $0.label.hasPrefix("matmul") }, without.listing)
        }
    }

    func testCommonSubexpressionsAreComputedOnce() throws {
        let x = try tensor(noise([4, 4])).node()
        let twice = try x.matmul(x).exp() + x.matmul(x).exp() * x.matmul(x)
        let (with, without) = try plans(without: .cse, [twice])
        XCTAssertEqual(with.steps.filter { $0.label.hasPrefix("matmul") }.count, 1)
        XCTAssertEqual(without.steps.filter { $0.label.hasPrefix("matmul") }.count, 3)
        // Equal operations with other attributes or other inputs stay apart.
        let y = try tensor(noise([4, 4], seed: 2)).node()
        let apart = try [
            x.leakyRelu(0.1), x.leakyRelu(0.2), y.leakyRelu(0.1), x.sum([0], keepdims: true),
            x.sum([1], keepdims: false),
        ]
        XCTAssertEqual(
            try PlanRun(apart).graph.mergingCommonSubexpressions().nodes.count, try PlanRun(apart).graph.nodes.count)
    }

    func testFusionMakesOneLoopOfAChainAndItsReduction() throws {
        let x = try tensor(noise([8, 8])).node()
        let (with, without) = try plans(without: .fuse, [((x.exp() * x).tanh() + x).sum([0, 1], keepdims: false)])
        XCTAssertEqual(with.steps.count, 1, with.listing)
        XCTAssertEqual(without.steps.count, 5, without.listing)
        XCTAssertEqual(with.arenaBytes, 0)
    }

    func testSchedulingLetsAnUpdateWaitForTheReadersOfTheOldValue() throws {
        let p = try tensor(noise([16]))
        let (updated, reader) = (
            try (p * 0.5).node(), try p.applying(.exp).reshape([4, 4]).matmul(tensor(noise([4, 4]))).node()
        )
        let lines = try Linearization([updated, reader])
        let place = try XCTUnwrap(lines.leaves.firstIndex { $0.value === p.stored.value })
        let donations = [PlanGraph.Donation(leaf: place, output: 0)]
        XCTAssertEqual(try PlanRun([updated, reader], donations: donations).plan.outputs[0], .donated(leaf: place))
        // Without fusion too, or the two would be one loop.
        XCTAssertEqual(
            try PlanRun([updated, reader], donations: donations, passes: all.subtracting([.schedule, .fuse])).plan
                .outputs[0], .fresh)
    }

    /// The second weight's gradient after the product that reads the weight, so that the update need not wait for it,
    /// and before the first weight's gradient, while what it reads is in the cache.
    func testSchedulingPutsAGradientRightBeforeTheUpdateThatItIsFor() throws {
        let x = try tensor(noise([32, 20])).node()
        let (first, second) = (try tensor(noise([20, 12], seed: 2)), try tensor(noise([12, 6], seed: 3)))
        let hidden = try x.matmul(first.node()).tanh()
        let above = try hidden.matmul(second.node())
        let below = try above.matmul(second.node().transposed()) * (hidden * hidden)
        let firstUpdate = try first.node() - x.transposed().matmul(below)
        let secondUpdate = try second.node() - hidden.transposed().matmul(above)
        let wanted = [firstUpdate, secondUpdate]
        let leaves = try Linearization(wanted).leaves
        let donations = try [first, second].enumerated().map { place, weight in
            PlanGraph.Donation(
                leaf: try XCTUnwrap(leaves.firstIndex { $0.value === weight.stored.value }), output: place)
        }
        for passes in [all, all.subtracting([.epilogue])] {
            let plan = try PlanRun(wanted, donations: donations, passes: passes).plan
            let products = plan.steps.compactMap {
                $0.label.split(separator: " ").dropFirst($0.label.hasPrefix("matmul") ? 1 : .max).first
            }
            XCTAssertEqual(products, ["32x12x20", "32x6x12", "32x12x6", "12x6x32", "20x12x32"], plan.listing)
            XCTAssertEqual(plan.outputs, donations.map { .donated(leaf: $0.leaf) }, plan.listing)
        }
    }

    /// Strip by strip, the product's rows would lie where the loop has yet to read.
    func testAProductThatIsKeptOverwritesNothingThatItsLoopReads() throws {
        let (x, w) = (try tensor(noise([256, 64])), try tensor(noise([64, 64], seed: 2)))
        let a = try tensor(noise([256, 64], seed: 3)).softmax(1)
        let b = try tensor(noise([256, 64], seed: 4)).softmax(1)
        let kept = try x.matmul(w)
        let gated = try b + a * kept
        let wanted = [try (gated.matmul(w) - kept.matmul(w.transpose(0, 1))).node()]
        let run = try PlanRun(wanted)
        XCTAssertTrue(run.plan.steps.contains { !$0.early.isEmpty && $0.inPlace.count == 2 }, run.plan.listing)
        XCTAssertEqual(try run.outputs(), try PlanRun(wanted, passes: []).outputs(), run.plan.listing)
    }

    func testInPlaceResultsTakeOverMemoryThatIsNotReadAgain() throws {
        let x = try tensor(noise([64, 64])).node()
        let y = try x.matmul(x).exp().matmul(x).tanh().matmul(x)
        let with = try PlanRun([y], passes: all.subtracting([.epilogue])).plan
        let without = try PlanRun([y], passes: all.subtracting([.epilogue, .inplace])).plan
        XCTAssertEqual(with.arenaBytes, 2 * 64 * 64 * 8, with.listing)
        XCTAssertEqual(without.arenaBytes, 4 * 64 * 64 * 8, without.listing)
    }

    func testALoopThatReadsAProductRunsWithItAndTheProductIsNotStored() throws {
        let x = try tensor(noise([70, 40])).node()
        let w = try tensor(noise([40, 40], seed: 2)).node()
        let bias = try tensor(noise([40], seed: 3)).node()
        let (with, without) = try plans(without: .epilogue, [(x.matmul(w) + bias.broadcast(to: [70, 40])).tanh()])
        XCTAssertEqual(with.steps.count, 1, with.listing)
        XCTAssertEqual(with.arenaBytes, 0)
        XCTAssertEqual(without.steps.count, 2, without.listing)
        // One that somebody else reads too is stored, as it is made.
        let product = try x.matmul(w)
        let both = try PlanRun([product.exp(), product.matmul(w)]).plan
        XCTAssertEqual(both.steps.count, 2, both.listing)
        XCTAssertTrue(both.steps[0].label.contains(" + "))
    }

    /// What a loop writes over must not be an operand that later strips of the product read.
    func testALoopDoesNotWriteOverTheOperandsOfItsProduct() throws {
        let p = try tensor(noise([64, 64]))
        let g = try tensor(noise([64, 64], seed: 2)).node()
        let updated = try p.node() - p.node().matmul(g)
        let lines = try Linearization([updated])
        let place = try XCTUnwrap(lines.leaves.firstIndex { $0.value === p.stored.value })
        let donations = [PlanGraph.Donation(leaf: place, output: 0)]
        let runs = try [all, all.subtracting([.epilogue]), all.subtracting([.inplace])].map {
            try PlanRun([updated], donations: donations, passes: $0).outputs()
        }
        XCTAssertEqual(runs[0], runs[1])
        XCTAssertEqual(runs[0], runs[2])
    }

    func testSignsMoveIntoConstantsAndSums() throws {
        let (a, b) = (try tensor(noise([3, 3])).node(), try tensor(noise([3, 3], seed: 2)).node())
        let two = try Node.full([3, 3], 2, .float64)
        for (name, node, operations) in [
            ("a + -b", try a + -b, ["subtract"]), ("-a + b", try -a + b, ["subtract"]), ("a - -b", try a - -b, ["add"]),
            ("-(2 a)", try -(two * a), ["multiply"]), ("a + (-b) a", try a + (-b) * a, ["multiply", "subtract"]),
        ] {
            let (with, _) = try plans(without: .simplify, [node])
            XCTAssertEqual(with.steps.map { $0.label }, [operations.joined(separator: " ") + " [3, 3]"], name)
        }
    }

    func testAStepThatMayFailComesBeforeAnythingThatIsOverwritten() throws {
        let (wanted, donations) = try trainingStep(.float64)
        let plan = try PlanRun(wanted, donations: donations).plan
        let fallible = try XCTUnwrap(plan.steps.lastIndex { $0.mayFail })
        for (number, step) in plan.steps.enumerated() where number <= fallible {
            for storage in step.writes {
                if case .leaf = plan.bindings[storage].place {
                    XCTFail("step \(number) overwrites a leaf before step \(fallible) may fail")
                }
            }
        }
        XCTAssert(plan.outputs.contains { if case .donated = $0 { true } else { false } })
    }

    func testALeafThatIsAnOutputItselfIsNotOverwritten() throws {
        let p = try tensor(noise([5]))
        let wanted = [try (p * 2).node(), try p.node()]
        for aliases in [true, false] {
            let run = try PlanRun(wanted, donations: [PlanGraph.Donation(leaf: 0, output: 0)], aliases: aliases)
            XCTAssertEqual(try run.outputs()[1], try p.bytes())
            XCTAssertEqual(try run.outputs()[0], try (p * 2).bytes())
        }
    }
}
