import Foundation
import XCTest

@testable import Engine

/// Products of bfloat16 under autocast, in plans and in derivatives.
final class AutocastTests: XCTestCase {
    override func tearDown() { ThreadState.current.autocast = nil }

    private func inBFloat16<Result>(_ body: () throws -> Result) rethrows -> Result {
        ThreadState.current.autocast = .bfloat16
        defer { ThreadState.current.autocast = nil }
        return try body()
    }

    private func products(behind roots: [Tensor]) throws -> [DType] {
        try Linearization(roots.map { try $0.node() }).nodes.filter { $0.operation is MatMul }.map {
            $0.inputs[0].dtype
        }
    }

    func testProductsOfFloatsBelow64BitsAreOfTheDType() throws {
        for dtype in [DType.float32, .float16, .float64] {
            let (a, b) = (try tensor(noise([3, 4]), dtype), try tensor(noise([4, 2]), dtype))
            let product = try inBFloat16 { try a.matmul(b) }
            XCTAssertEqual(product.dtype, dtype == .float64 ? .float64 : .bfloat16)
        }
    }

    func testDerivativesHaveTheDTypesOfTheirProductsInAllNestings() throws {
        for transposed in [false, true] {
            let (x, v) = (try leaf(noise([3, 4]), .float32), try tensor(noise([3, 4], seed: 3), .float32))
            let w = try leaf(noise(transposed ? [2, 4] : [4, 2], seed: 2), .float32)
            let y = try inBFloat16 { try transposed ? x.linear(w, nil) : x.matmul(w) }
            let loss = try (y * y).sum()
            let first = try Tensor.gradients(of: [loss], [x, w], cotangents: nil, createGraph: true).map {
                try XCTUnwrap($0)
            }
            let second = try Tensor.gradients(of: [(first[0] * v).sum()], [x, w], cotangents: nil, createGraph: true)
                .map { try XCTUnwrap($0) }
            let tangents = try Tensor.jvp(first, [x], tangents: [v])
            for derivatives in [first, second, tangents, try Tensor.hvp(loss, [x], vectors: [v])] {
                XCTAssertTrue(derivatives.allSatisfy { $0.dtype == .float32 })
                let found = try products(behind: derivatives)
                XCTAssertFalse(found.isEmpty)
                XCTAssertTrue(found.allSatisfy { $0 == .bfloat16 })
            }
        }
    }

    func testNoPassChangesABitOfWhatAutocastComputes() throws {
        func step() throws -> [Node] {
            let x = try tensor(noise([70, 50]), .float32)
            let parameters = try [[300, 50], [300], [90, 300], [90]].map { try leaf(noise($0), .float32) }
            let y = try x.linear(parameters[0], parameters[1]).applying(.tanh).linear(parameters[2], parameters[3])
            let gradients = try Tensor.gradients(of: [y.sum()], parameters, cotangents: nil, createGraph: false)
            return try gradients.map { try XCTUnwrap($0).node() } + [y.node()]
        }
        let (plain, cast) = (try step(), try inBFloat16(step))
        XCTAssertNotEqual(try Linearization(plain).key.words, try Linearization(cast).key.words)
        // Memory that products work in is nobody else's meanwhile (PlanRun looks).
        let all = Set(Pass.allCases)
        let want = try PlanRun(cast).outputs()
        for passes in [[]] + Pass.allCases.map({ all.subtracting([$0]) }) + Pass.allCases.map({ [$0] }) {
            XCTAssertEqual(try PlanRun(cast, passes: passes).outputs(), want, "\(passes.map { $0.rawValue }.sorted())")
        }
    }

    func testEqualProductsOfDifferentDTypesStayTwo() throws {
        let a = try tensor(noise([8, 8]), .float32)
        let (plain, cast) = (try a.matmul(a), try inBFloat16 { try a.matmul(a) })
        let labels = try PlanRun([plain.node(), cast.node()]).plan.steps.map { $0.label }
        XCTAssertTrue(labels.contains("matmul 8x8x8"), "\(labels)")
        XCTAssertTrue(labels.contains("matmul 8x8x8 bfloat16"), "\(labels)")
        XCTAssertNotEqual(try plain.numbers(), try cast.numbers())
    }
}
