import XCTest

@testable import Engine

/// Assignments to parts of a value: what they cost, and that they never reach what somebody else holds.
final class UpdateTests: XCTestCase {
    private let row = Index.at(1)
    private let rows = Index.slice(start: 2, stop: 4, step: 1)

    private func box(_ shape: Shape, seed: UInt64 = 1) throws -> Tensor {
        try tensor(noise(shape, seed: seed), .float32)
    }

    /// x[1] = y; x[2:4] += y; x[[0, 3]] = y: three updates in a row.
    private func updated(_ x: Tensor, _ y: Tensor) throws -> Tensor {
        let result = try x.applying(.identity)
        try result.assign([row], y)
        try result.assign([rows], result.index([rows]) + y)
        try result.assign([.tensor(tensor([0, 3], .int64))], y)
        return result
    }

    func testAChainOfAssignmentsToADonatedLeafMovesNoMoreThanItsSlices() throws {
        let (x, y) = (try box([1000, 64]), try box([64], seed: 2))
        let result = try updated(x, y)
        let lines = try Linearization([result.node()])
        let leaf = try XCTUnwrap(lines.leaves.firstIndex { $0 === x.stored })
        let donation = PlanGraph.Donation(leaf: leaf, output: 0)
        let run = try PlanRun([result.node()], donations: [donation])
        XCTAssertEqual(run.plan.outputs, [.donated(leaf: leaf)], run.plan.listing)
        XCTAssertLessThan(run.plan.arenaBytes, 4096, run.plan.listing)
        let updates = run.plan.steps.filter { $0.updates != nil }
        XCTAssertEqual(updates.count, 3)
        for step in updates { XCTAssertEqual(run.plan.bindings[step.writes[0]].place, .leaf(leaf)) }
        let lastCheck = try XCTUnwrap(run.plan.steps.lastIndex { $0.mayFail })
        let firstWrite = try XCTUnwrap(run.plan.steps.firstIndex { $0.updates != nil })
        if lastCheck > firstWrite {
            XCTFail("an index is checked after something has been written over:\n\(run.plan.listing)")
        }
        // The listing counts what is moved, not the size of what it is moved into.
        let last = try XCTUnwrap(run.plan.listing.split(separator: "\n").last).split(separator: " ").compactMap {
            Int($0.replacingOccurrences(of: ",", with: ""))
        }
        XCTAssertLessThan(last.reduce(0, +), 8192, run.plan.listing)
        XCTAssertEqual(try run.outputs(), try PlanRun([result.node()], passes: []).outputs())
    }

    func testAChainThatIsHandedOutIsCopiedOnce() throws {
        let run = try PlanRun([updated(box([1000, 64]), box([64], seed: 2)).node()])
        XCTAssertLessThan(run.plan.arenaBytes, 4096, run.plan.listing)
        XCTAssertEqual(run.plan.outputs, [.fresh])
    }

    func testAnOldValueThatIsReadLaterIsNotWrittenOver() throws {
        let (x, y) = (try box([6, 4]), try box([4], seed: 2))
        let changed = try updated(x, y)
        let late = try (x * changed).sum([0])
        let lines = try Linearization([changed.node(), late.node()])
        let leaf = try XCTUnwrap(lines.leaves.firstIndex { $0 === x.stored })
        let run = try PlanRun([changed.node(), late.node()], donations: [PlanGraph.Donation(leaf: leaf, output: 0)])
        XCTAssertEqual(try run.outputs(), try PlanRun([changed.node(), late.node()], passes: []).outputs())
    }

    /// Assignments and readers in any order: every set of passes gives the same bits, and no two values that are alive
    /// lie in one place.
    func testRandomChainsOfUpdatesGiveTheSameBitsWithAnyPasses() throws {
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<60 {
            let x = try box([6, 4], seed: state | 1)
            var values = [x, try box([6, 4], seed: 3)]
            var wanted: [Tensor] = []
            for _ in 0..<(2 + below(8)) {
                let target = try values[below(values.count)].applying(.identity)
                let source = values[below(values.count)]
                switch below(6) {
                case 0: try target.assign([row], source.index([.at(below(6))]))
                case 1: try target.assign([rows], source.index([.slice(start: 1, stop: 3, step: 1)]) * 2)
                case 2:
                    try target.assign(
                        [.slice(start: nil, stop: nil, step: -2)], source.index([.slice(start: 0, stop: 3, step: 1)]))
                case 3:
                    try target.assign(
                        [.tensor(tensor([0, -1, 0], .int32)), .at(1)],
                        source.index([.slice(start: 3, stop: nil, step: 1), .at(2)]))
                case 4:
                    let index = try tensor(Values([2, 4], [0, 1, 2, 3, 5, 1, 1, 0]), .int64)
                    values.append(try target.scatter(0, index, source, accumulates: below(2) == 0))
                default: values.append(try target * source)
                }
                values.append(target)
                if below(3) == 0 { wanted.append(values[below(values.count)]) }
            }
            wanted.append(values[values.count - 1])
            let nodes = try wanted.map { try $0.node() }
            let lines = try Linearization(nodes)
            let leaf = lines.leaves.firstIndex { $0 === x.stored }
            let donations = leaf.map { [PlanGraph.Donation(leaf: $0, output: nodes.count - 1)] } ?? []
            let plain = try PlanRun(nodes, passes: []).outputs()
            for pass in Pass.allCases {
                XCTAssertEqual(
                    try PlanRun(nodes, donations: donations, passes: Set(Pass.allCases).subtracting([pass])).outputs(),
                    plain)
            }
            for aliases in [false, true] {
                XCTAssertEqual(try PlanRun(nodes, donations: donations, aliases: aliases).outputs(), plain)
            }
        }
    }

    func testAnIndexOutOfRangeInAProgramChangesNothing() throws {
        let (state, index, y) = (try box([3, 2]), try tensor([0], .int64), try box([1, 2], seed: 2))
        let before = try state.bytes()
        try Capture.begin([index, y])
        try state.assign([.at(1)], y)
        try state.assign([.tensor(index)], y)
        let program = try Capture.end([])
        XCTAssertEqual(failure { try program.run([try tensor([3], .int64), y]) }?.kind, "index")
        XCTAssertEqual(try state.bytes(), before)
        _ = try program.run([index, y])
        XCTAssertNotEqual(try state.bytes(), before)
    }
}
