import Foundation
import XCTest

@testable import Engine

/// Where a function has a corner its derivative is a convention: PyTorch's. The numbers were printed by it.
final class KinkTests: XCTestCase {
    private func derivative(_ at: Double, _ function: (Tensor) throws -> Tensor) throws -> Double {
        let x = try leaf([at])
        return try Tensor.gradients(of: [function(x)], [x], cotangents: [tensor([1])], createGraph: false)[0]?
            .numbers()[0] ?? 0
    }

    func testActivations() throws {
        let cases: [(Tensor.Unary, Double?, Double, Double)] = [
            (.hardSwish, nil, -3, 0), (.hardSwish, nil, 3, 1), (.hardSigmoid, nil, -3, 0), (.hardSigmoid, nil, 3, 0),
            (.relu6, nil, 0, 0), (.relu6, nil, 6, 0),
            (.elu, 1.5, 0, 1.5), (.selu, nil, 0, 1.7580993408473766), (.celu, 1.5, 0, 1), (.softsign, nil, 0, 1),
            (.floor, nil, 1, 0),
        ]
        for (operation, parameter, at, want) in cases {
            XCTAssertEqual(
                try derivative(at) { try $0.applying(operation, parameter: parameter) }, want, accuracy: 1e-15,
                "\(operation) at \(at)")
        }
    }

    func testBounds() throws {
        for at in [-1.0, 1] {
            XCTAssertEqual(try derivative(at) { try $0.clamped(-1, 1) }, 0)
            XCTAssertEqual(try derivative(at) { try $0.hardTanh(-1, 1) }, 0)
        }
        XCTAssertEqual(try derivative(.infinity) { try $0.nanToNum(nan: 0, positive: nil, negative: nil) }, 0)
        XCTAssertEqual(try derivative(.nan) { try $0.nanToNum(nan: 0, positive: nil, negative: nil) }, 0)
        XCTAssertEqual(
            try derivative(2.5) { try $0.softplus(beta: 2, threshold: 5) }, 0.9933071490757152, accuracy: 1e-15)
        XCTAssertEqual(try derivative(2.6) { try $0.softplus(beta: 2, threshold: 5) }, 1)
    }

    func testExponentialUnitsDoNotOverflowInTheBranchNotTaken() throws {
        for operation in [Tensor.Unary.elu, .selu, .celu] {
            let y = try derivative(1000) { try $0.applying(operation) }
            XCTAssertEqual(y, operation == .selu ? 1.0507009873554805 : 1, "\(operation)")
        }
    }

    func testNormsAndDeviationsOfZerosHaveDerivativeZero() throws {
        for p in [1, 2, 3, 0.5, Double.infinity] {
            let x = try leaf([0, 0, 0])
            try x.norm(p).backward()
            XCTAssertEqual(try x.gradient()?.numbers(), [0, 0, 0], "order \(p)")
        }
        let x = try leaf([2, 2, 2])
        try x.standardDeviation().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [0, 0, 0])
        let y = try leaf([3, 0, -3])
        try y.norm(0.5).backward()
        assertClose(try y.gradient()!.numbers(), [2, 0, -2], 1e-14)
    }

    func testTheAngleOfTheOriginHasDerivativeZero() throws {
        let (y, x) = (try leaf([0, 0]), try leaf([0, -1]))
        try Tensor.apply(.atan2, y, x).sum().backward()
        XCTAssertEqual(try y.gradient()?.numbers(), [0, -1])
        XCTAssertEqual(try x.gradient()?.numbers(), [0, 0])
    }

    func testTheRemaindersDerivativeByTheDivisorIsTheQuotient() throws {
        let (a, b) = (try leaf([-5.5]), try leaf([2]))
        try Tensor.apply(.remainder, a, b).sum().backward()
        XCTAssertEqual(try a.gradient()?.numbers(), [1])
        XCTAssertEqual(try b.gradient()?.numbers(), [3])
    }
}
