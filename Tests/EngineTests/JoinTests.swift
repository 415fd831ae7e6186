import Steps
import XCTest

@testable import Engine

/// Values that are written where a concatenation joins them.
final class JoinTests: XCTestCase {
    /// Each made from the one before, which it does not share a loop with.
    private func sequence(_ shape: Shape, _ count: Int) throws -> [Tensor] {
        let matrix = try tensor(noise([shape[1], shape[1]], seed: 2))
        var steps = [try leaf(noise(shape, seed: 1)).applying(.tanh)]
        for _ in 1..<count { steps.append(try (steps[steps.count - 1].matmul(matrix)).applying(.tanh)) }
        return steps
    }

    private func joined(_ parts: [Tensor], _ axis: Int) throws -> Tensor {
        Tensor(try Concatenate(axis: axis).record(parts.map { try $0.node() }))
    }

    /// How many parts of the plan's first concatenation lie in its result. The plan has the bits of one without passes.
    private func pieces(_ wanted: [Tensor], _ passes: Set<Pass> = Set(Pass.allCases)) throws -> Int {
        let nodes = try wanted.map { try $0.node() }
        let run = try PlanRun(nodes, passes: passes)
        XCTAssertEqual(try run.outputs(), try PlanRun(nodes, passes: []).outputs())
        let plan = run.plan
        for step in plan.steps {
            guard case .concatenate = step.kind else { continue }
            return Set(step.reads).filter { isPiece($0, of: step.writes[0], plan) }.count
        }
        return -1
    }

    func testStepsOfASequenceLieWhereTheyAreJoined() throws {
        let steps = try sequence([1, 8], 4)
        let all = try joined(steps, 0)
        XCTAssertEqual(try pieces([all.applying(.exp)]), 4)
        XCTAssertEqual(try pieces([all.applying(.exp)], Set(Pass.allCases).subtracting([.join])), 0)
    }

    func testPartsAreReadAfterTheyAreJoinedAndAfterTheWholeIs() throws {
        let steps = try sequence([1, 8], 4)
        let all = try joined(steps, 0)
        let product = try all.matmul(tensor(noise([8, 8], seed: 3)))
        let later = try (product.sum() * steps[1]).applying(.exp) + steps[3]
        XCTAssertEqual(try pieces([product.applying(.tanh), later]), 4)
    }

    func testWhatIsJoinedIsJoinedAgain() throws {
        let steps = try sequence([1, 8], 4)
        let both = try [joined([steps[0], steps[2]], 0), joined([steps[1], steps[3]], 0)]
        let all = try joined(both, 0)
        let product = try all.matmul(tensor(noise([8, 8], seed: 3)))
        XCTAssertEqual(try pieces([product, both[0].matmul(tensor(noise([8, 8], seed: 4)))]), 2)
    }

    func testOthersAreCopied() throws {
        // Rows of several parts lie between each other.
        XCTAssertEqual(try pieces([joined(sequence([2, 8], 3), 1).applying(.exp)]), 0)
        // 24 bytes: parts but the first begin inside of a cache line.
        XCTAssertEqual(try pieces([joined(sequence([1, 3], 3), 0).applying(.exp)]), 1)
        // A part cannot lie in two places, and a leaf and an output have places of their own.
        let steps = try sequence([1, 8], 2)
        XCTAssertEqual(try pieces([joined([steps[1], steps[1]], 0).applying(.exp)]), 0)
        XCTAssertEqual(try pieces([joined(steps, 0).applying(.exp), steps[0]]), 1)
        let x = try tensor(noise([1, 8], seed: 5))
        XCTAssertEqual(try pieces([joined([x, steps[1]], 0).applying(.exp)]), 1)
    }
}
