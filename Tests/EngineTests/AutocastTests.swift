import Foundation
import XCTest

@testable import Engine

/// Products whose operands are rounded to bfloat16, in plans and in derivatives.
final class AutocastTests: XCTestCase {
    override func tearDown() { ThreadState.current.matMulPrecision = .full }

    private func inBFloat16<Result>(_ body: () throws -> Result) rethrows -> Result {
        ThreadState.current.matMulPrecision = .bfloat16
        defer { ThreadState.current.matMulPrecision = .full }
        return try body()
    }

    private func products(behind roots: [Tensor]) throws -> [MatMul] {
        try Linearization(roots.map { try $0.node() }).nodes.compactMap { $0.operation as? MatMul }
    }

    func testProductsOfFloat32AloneAreRounded() throws {
        for dtype in [DType.float32, .float64, .int64] {
            let (a, b) = (
                try tensor(noise([3, 4]), dtype), try tensor(noise([4, 2]), dtype == .int64 ? .float64 : dtype)
            )
            let product = try inBFloat16 { try a.matmul(b) }
            XCTAssertEqual(
                try products(behind: [product]).map { $0.precision }, [dtype == .float32 ? .bfloat16 : .full])
        }
    }

    func testDerivativesInheritThePrecisionInAllNestings() throws {
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
                let found = try products(behind: derivatives)
                XCTAssertFalse(found.isEmpty)
                XCTAssertTrue(found.allSatisfy { $0.precision == .bfloat16 })
            }
        }
    }

    /// But for epilogues, which run with float32 products only.
    func testPlansOfBothPrecisionsHaveTheSameStepsAndDifferentKeys() throws {
        func step() throws -> [Node] {
            let x = try tensor(noise([70, 50]), .float32)
            let parameters = try [[300, 50], [300], [90, 300], [90]].map { try leaf(noise($0), .float32) }
            let y = try x.linear(parameters[0], parameters[1]).applying(.tanh).linear(parameters[2], parameters[3])
            let gradients = try Tensor.gradients(of: [y.sum()], parameters, cotangents: nil, createGraph: false)
            return try gradients.map { try XCTUnwrap($0).node() } + [y.node()]
        }
        let (plain, cast) = (try step(), try inBFloat16(step))
        XCTAssertNotEqual(try Linearization(plain).key.words, try Linearization(cast).key.words)
        let all = Set(Pass.allCases)
        let labels = try [plain, cast].map {
            try PlanRun($0, passes: all.subtracting([.epilogue])).plan.steps.map { $0.label }
        }
        XCTAssertEqual(labels[1], try PlanRun(cast).plan.steps.map { $0.label })
        XCTAssertEqual(labels[0], labels[1].map { $0.replacingOccurrences(of: " bfloat16", with: "") })
        XCTAssertNotEqual(labels[0], labels[1])
        // Memory that products work in is nobody else's meanwhile (PlanRun looks), and no pass changes a bit.
        let want = try PlanRun(cast).outputs()
        for passes in [[]] + Pass.allCases.map({ all.subtracting([$0]) }) + Pass.allCases.map({ [$0] }) {
            XCTAssertEqual(try PlanRun(cast, passes: passes).outputs(), want, "\(passes.map { $0.rawValue }.sorted())")
        }
    }

    func testEqualProductsOfDifferentPrecisionStayTwo() throws {
        let a = try tensor(noise([8, 8]), .float32)
        let (plain, cast) = (try a.matmul(a), try inBFloat16 { try a.matmul(a) })
        XCTAssertEqual(
            try PlanRun([plain.node(), cast.node()]).plan.steps.map { $0.label },
            ["matmul 8x8x8", "matmul 8x8x8 bfloat16"])
        XCTAssertNotEqual(try plain.numbers(), try cast.numbers())
    }
}
