import Foundation
import XCTest

@testable import Engine

/// Nodes that are no functions of tensors, and the verifier, which must see what it is there to see.
final class GraphTests: XCTestCase {
    func testAnEvaluatedConstantForgetsWhereItCameFromAndAVariableDoesNot() throws {
        let constant = try tensor([1, 2]) * 3
        let variable = try leaf([1, 2]) * 3
        try Tensor.evaluate([constant, variable])
        XCTAssert(try constant.node().operation is Leaf)
        XCTAssertEqual(try constant.node().inputs.count, 0)
        XCTAssert(try variable.node().operation is Multiply)
        try Verifier.check([constant.node(), variable.node()])
    }

    func testBackwardLeavesReleasedNodesAndKeepsLeaves() throws {
        let x = try leaf([1, 2])
        let y = try (x * x).sum()
        try y.backward()
        XCTAssert(try y.node().operation is Released)
        XCTAssert(try x.node().operation is Leaf)
        try Verifier.check([y.node(), x.node()])
    }

    func testABlockReadsPlaceholdersAndItsUpdatedParametersAreLeaves() throws {
        let (x, p) = (try tensor([1, 2]), try leaf([3, 4]))
        try Capture.begin([x])
        XCTAssert(try x.node().operation is Placeholder)
        try Tensor.update([(p, ThreadState.withGrad(false) { () throws(Failure) in try p * x })])
        let updated = try p.node()
        XCTAssert(updated.operation is LeafOf)
        XCTAssertTrue(updated.requiresGrad)
        try Verifier.check([updated])
        let y = try (p * p).sum()
        // A derivative stops at the updated parameter.
        let gradient = try XCTUnwrap(Tensor.gradients(of: [y], [p], cotangents: nil, createGraph: false)[0])
        let program = try Capture.end([gradient])
        XCTAssertEqual(try program.run([tensor([1, 2])])[0].numbers(), [6, 16])
        XCTAssertEqual(try p.numbers(), [3, 8])
    }

    func testTheVerifierSeesAWrongTypeALostInputAndALostValue() throws {
        let x = try leaf([1, 2]).node()
        func refuses(_ node: Node, line: UInt = #line) {
            XCTAssertEqual(failure { try Verifier.check([node]) }?.kind, "internal", line: line)
        }
        refuses(Node(Exp(), [x], TensorType([3], .float64), requiresGrad: true))
        refuses(Node(Exp(), [x], TensorType([2], .float32), requiresGrad: true))
        refuses(Node(Leaf(), [], TensorType([2], .float32), requiresGrad: false))
        refuses(Node(Exp(), [try tensor([1, 2]).node()], TensorType([2], .float64), requiresGrad: true))
        let y = try Exp().record([Exp().record([x])])
        y.inputs[0].forgetInputs(as: Released())
        refuses(y)
        XCTAssertThrowsError(
            try Verifier.check([Node(Add(), [x, try leaf([1, 2, 3]).node()], x.type, requiresGrad: true)]))
    }

    func testTheVerifierSeesAPlanGraphOutOfOrder() throws {
        let y = try (leaf([1, 2]) * 2).applying(.exp).node()
        let lines = try Linearization([y])
        let graph = lines.graph(donations: [])
        try Verifier.check(graph)
        var swapped = graph
        swapped.nodes.swapAt(graph.nodes.count - 1, graph.nodes.count - 2)
        XCTAssertThrowsError(try Verifier.check(swapped))
        var retyped = graph
        retyped.nodes[graph.nodes.count - 1].type.shape = [3]
        XCTAssertThrowsError(try Verifier.check(retyped))
        var outside = graph
        outside.outputs = [graph.nodes.count]
        XCTAssertThrowsError(try Verifier.check(outside))
    }

    func testTheUsesOfANodeAreItsBoxesAndUsers() throws {
        let x = try tensor([1])
        XCTAssertEqual(try x.node().uses, 1)
        var y: Tensor? = try x * x
        XCTAssertEqual(try x.node().uses, 3)
        let copy = try x.detach()
        XCTAssertEqual(try x.node().uses, 4)
        y = nil
        XCTAssertEqual(try x.node().uses, 2)
        XCTAssertNil(y)
        XCTAssertEqual(try copy.item(), 1)
    }
}
