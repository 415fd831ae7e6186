import Foundation
import XCTest

@testable import Engine

/// `backward` and the rules of requires_grad.
final class BackwardTests: XCTestCase {
    func testBackwardAddsToWhatIsThere() throws {
        let x = try leaf([1, 2, 3])
        try (x * x).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 4, 6])
        try (x * 5).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [7, 9, 11])
        try x.setGradient(nil)
        XCTAssertNil(try x.gradient())
        try x.setGradient(tensor([1, 1, 1]))
        try x.sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 2, 2])
    }

    func testTheGradientArgumentIsTheCotangent() throws {
        let x = try leaf([1, 2, 3])
        let y = try x * x
        XCTAssertEqual(failure { try y.backward() }?.kind, "shape")
        XCTAssertEqual(failure { try y.backward(gradient: tensor([1, 2])) }?.kind, "shape")
        try y.backward(gradient: tensor([1, 10, 100]))
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 40, 600])
    }

    /// On the way, each step would compute once more what all of them share.
    func testTheDerivativeOfADeepGraphIsNotEvaluatedOnTheWay() throws {
        let x = try leaf([0.5, 0.25])
        var y = x
        for _ in 0..<1_500 { y = try y.applying(.sin) }
        let loss = try (y * y).sum()
        let found = try Tensor.gradients(of: [loss], [x], cotangents: nil, createGraph: false)
        var (seen, waiting) = (Set<ObjectIdentifier>(), [try XCTUnwrap(found[0]).node()])
        while let node = waiting.popLast() {
            guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
            XCTAssertTrue(node.value == nil || node.inputs.isEmpty)
            waiting += node.inputs
        }
        XCTAssertGreaterThan(seen.count, 4_000)
        try loss.backward()
        XCTAssertEqual(try x.gradient()?.numbers(), try found[0]?.numbers())
    }

    /// Parts of a node have values by a rule, which records them without gradients.
    func testADeepGraphThatRequiresGradientsIsNotEvaluatedOnTheWay() throws {
        let x = try leaf([0.5, 0.25])
        var (y, deep) = (x, [Tensor]())
        for place in 0..<3_000 {
            y = try y.applying(.sin)
            if place % 500 == 0 { deep.append(y) }
        }
        let parts = try y.node().parts(0, 2)
        XCTAssertTrue(try deep.allSatisfy { try $0.node().value == nil } && y.node().value == nil)
        try Tensor(parts[1] * parts[1]).backward(gradient: tensor([1]))
        XCTAssertEqual(try x.gradient()?.numbers()[0], 0)
    }

    func testASecondBackwardNeedsRetainGraph() throws {
        let x = try leaf([1, 2])
        let y = try (x * x).sum()
        try y.backward(retainGraph: true)
        try y.backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [4, 8])
        let found = failure { try y.backward() }
        XCTAssertEqual(found?.kind, "state")
        XCTAssertEqual(found?.description.contains("retain_graph"), true)
        XCTAssertEqual(
            failure { try Tensor.gradients(of: [y], [x], cotangents: nil, createGraph: false) }?.kind, "state")
        XCTAssertEqual(failure { try Tensor.jvp([y], [x], tangents: [tensor([1, 1])]) }?.kind, "state")
        XCTAssertEqual(try x.gradient()?.numbers(), [4, 8], "a failed backward adds nothing")
        XCTAssertEqual(try y.item(), 5)
    }

    func testValuesThatSomebodyHoldsOutliveTheReleasedGraph() throws {
        let x = try leaf([1, 2])
        let squares = try x * x
        let apart = try squares.detach() + 1
        let loss = try squares.applying(.exp).sum()
        let other = try squares.sum()
        try loss.backward()
        XCTAssertEqual(try squares.numbers(), [1, 4])
        XCTAssertEqual(try apart.numbers(), [2, 5])
        XCTAssertEqual(try other.item(), 5)
        XCTAssertEqual(failure { try other.backward() }?.kind, "state")
    }

    func testBackwardComputesNoValueThatNobodyAsksFor() throws {
        let x = try leaf([1, 2])
        let inner = try (x + 1).node()
        let node = try ((Tensor(inner) * 3).sum() * 1.5).node()
        try Tensor(node).backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [4.5, 4.5])
        XCTAssertNil(inner.value, "the gradient of a sum does not depend on the summands")
    }

    func testGradientsReachEveryLeafThroughEveryPath() throws {
        let (a, b, c) = (try leaf([2]), try leaf([3]), try leaf([5]))
        let shared = try a * b
        try (shared * c + shared * shared + a).sum().backward()
        // a b c + a^2 b^2 + a: by a, b c + 2 a b^2 + 1; by b, a c + 2 a^2 b.
        XCTAssertEqual(try a.gradient()?.numbers(), [52])
        XCTAssertEqual(try b.gradient()?.numbers(), [34])
        XCTAssertEqual(try c.gradient()?.numbers(), [6])
    }

    func testGradientsOfFloat32LeavesInAFloat64SumAreFloat32() throws {
        let (a, b) = (try leaf([1, 2], .float32), try leaf([[3.0, 4]].flatMap { $0 }))
        let y = try (a * b).sum()
        XCTAssertEqual(y.dtype, .float64)
        try y.backward()
        XCTAssertEqual(try a.gradient()?.dtype, .float32)
        XCTAssertEqual(try a.gradient()?.numbers(), [3, 4])
        XCTAssertEqual(try b.gradient()?.dtype, .float64)
    }

    func testALeafThatTheGraphReachesByNoDerivativeButZeroCollectsZeros() throws {
        let steps: [(String, (Tensor) throws -> Tensor)] = [
            ("sign", { try $0.applying(.sign) }), ("times 0", { try $0 * 0 }),
            ("sign of a product", { try ($0 * $0).applying(.sign) }),
            ("a branch not taken", { try Tensor.choose($0.applying(.greater, 100), $0, tensor([1, 1])) }),
        ]
        for (name, function) in steps {
            for isCaptured in [false, true] {
                let (x, unused) = (try leaf([2, -3]), try leaf([1]))
                func run() throws {
                    guard isCaptured else { return try function(x).sum().backward() }
                    try Capture.begin([])
                    do { try function(x).sum().backward() } catch {
                        try? Capture.cancel()
                        throw error
                    }
                    _ = try Capture.end([]).run([])
                }
                try run()
                XCTAssertEqual(try x.gradient()?.numbers().map { abs($0) }, [0, 0], name)
                try (x * 3).sum().backward()
                try run()
                XCTAssertEqual(try x.gradient()?.numbers(), [3, 3], name)
                XCTAssertNil(try unused.gradient())
            }
        }
    }

    func testACastToAnotherFloatPassesDerivativesOn() throws {
        let x = try leaf([1, 2], .float32)
        let y = try x.cast(.float64)
        try (y * y).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 4])
        let tangent = try Tensor.jvp([x.cast(.float64)], [x], tangents: [tensor([3, 4], .float32)])[0]
        XCTAssertEqual(tangent.dtype, .float64)
        XCTAssertEqual(try tangent.numbers(), [3, 4])
    }

    // MARK: requires_grad

    func testOnlyFloatLeavesCanRequireGradients() throws {
        for dtype in DType.allCases where !dtype.isFloat {
            XCTAssertEqual(failure { try tensor([1], dtype).setRequiresGrad(true) }?.kind, "dtype", dtype.name)
        }
        let x = try leaf([1])
        XCTAssertEqual(failure { try (x * 2).setRequiresGrad(false) }?.kind, "state")
        XCTAssertEqual(failure { try tensor([1]).backward(gradient: tensor([1])) }?.kind, "state")
        XCTAssertFalse(try (x.cast(.int64)).requiresGrad)
        XCTAssertTrue(try (x * 2).requiresGrad)
        XCTAssertFalse(try (x * 2).isLeaf)
        try x.setRequiresGrad(false)
        XCTAssertFalse(try (x * 2).requiresGrad)
    }

    func testDetachedTensorsAreConstants() throws {
        let x = try leaf([2])
        try (x * (x * x).detach()).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [4])
    }

    /// Also of operations that change nothing and would give their operand back.
    func testNothingThatIsComputedUnderNoGradHasADerivative() throws {
        let x = try leaf(Values([1, 2], [3, 4]))
        let doubled = try x * 2
        try ThreadState.withGrad(false) { () throws(Failure) in
            for y in [x, doubled] {
                let results = [
                    try y * 2, try y + 0, try y * 1, try y.applying(.divide, 1), try y.applying(.power, 1),
                    try y.reshape([1, 2]), try y.cast(.float64),
                    try y.permute([0, 1]), try y.broadcast(to: [1, 2]), try y.slice(0, start: nil, stop: nil, step: 1),
                    try y.sum([]), try y.mean([]),
                    try y.reduce(.maximum, []), try y.reduce(.logSumExp, []), try y.applying(.identity),
                ]
                for (place, result) in results.enumerated() { XCTAssertFalse(result.requiresGrad, "result \(place)") }
            }
        }
        XCTAssertTrue(x.requiresGrad)
        let target = try ThreadState.withGrad(false) { () throws(Failure) in try doubled.reshape([1, 2]) }
        try (doubled * target).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [2 * 6, 2 * 8], "the target is a constant")
    }

    func testWhatIsComputedFromALeafIsNoLeafEvenIfNothingChanged() throws {
        let x = try leaf(Values([1, 2], [3, 4]))
        for y in [try x + 0, try x * 1, try x.reshape([1, 2]), try x.slice(1, start: nil, stop: nil, step: 1)] {
            XCTAssertFalse(y.isLeaf)
            XCTAssertTrue(y.requiresGrad)
            XCTAssertNil(try y.gradient())
            try y.sum().backward()
            XCTAssertNil(try y.gradient())
        }
        XCTAssertEqual(try x.gradient()?.numbers(), [4, 4])
    }

    func testLeavesAreWrittenInPlaceOnlyUnderNoGrad() throws {
        let x = try leaf([1, 2])
        let before = try x * 10
        XCTAssertEqual(failure { try x.assign(tensor([5, 6])) }?.kind, "state")
        try ThreadState.withGrad(false) { () throws(Failure) in try x.assign(x * 3) }
        XCTAssertEqual(try x.numbers(), [3, 6])
        XCTAssertTrue(x.requiresGrad && x.isLeaf)
        XCTAssertEqual(try before.numbers(), [10, 20], "what was computed from the old value keeps it")
        try (x * x).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [6, 12])
    }

    func testALossThatIsNotFiniteIsRefusedBeforeAnythingHappens() throws {
        Tensor.checksFinite = true
        defer { Tensor.checksFinite = false }
        for dtype in [DType.float32, .float64] {
            let x = try leaf([0, 1, 2], dtype)
            XCTAssertEqual(failure { try x.applying(.log).sum().backward() }?.kind, "notFinite")
            XCTAssertEqual(failure { try x.applying(.log).backward(gradient: tensor([1, 1, 1])) }?.kind, "notFinite")
            XCTAssertNil(try x.gradient())
            try (x * x).backward(gradient: tensor([1, 1, 1]))
            XCTAssertEqual(try x.gradient()?.numbers(), [0, 2, 4])
        }
    }
}
