import Engine
import Foundation
import XCTest

@testable import Networks

final class InitializerTests: XCTestCase {
    /// A weight [out, in, ...] with enough elements for its moments: fan-in 40 * 5, fan-out 60 * 5.
    private let shape = [60, 40, 5]
    private let (fanIn, fanOut, count) = (200.0, 300.0, 12_000.0)

    private func filled(_ kind: Initializer, _ a: Double, _ b: Double, seed: UInt64 = 1, _ dtype: DType = .float64)
        throws -> [Double]
    {
        let weight = try leaf(shape, [Double](repeating: 9, count: 12_000), dtype)
        try Generator.standard().seed(seed)
        try kind.fill(weight, a, b)
        XCTAssertTrue(weight.requiresGrad && weight.isLeaf)
        return try weight.numbers()
    }

    func testUniformInitialisersHaveTheirBoundsAndFillThem() throws {
        for (kind, gain, bound) in [
            (.xavierUniform, 1.5, 1.5 * (6 / (fanIn + fanOut)).squareRoot()),
            (.kaimingUniform, 2.0.squareRoot(), (6 / fanIn).squareRoot()),
            (.kaimingUniformFanOut, 2.0.squareRoot(), (6 / fanOut).squareRoot()),
            (.linearDefault, 1, 1 / fanIn.squareRoot()),
        ] as [(Initializer, Double, Double)] {
            let values = try filled(kind, gain, 0)
            XCTAssertLessThanOrEqual(values.map { abs($0) }.max()!, bound, "\(kind)")
            XCTAssertGreaterThan(values.max()!, 0.99 * bound, "\(kind)")
            XCTAssertLessThan(values.min()!, -0.99 * bound, "\(kind)")
            let variance = values.reduce(0) { $0 + $1 * $1 } / count
            // Five standard errors of the variance of a uniform distribution: var(x^2) = bound^4 4/45.
            XCTAssertEqual(
                variance, bound * bound / 3, accuracy: 5 * bound * bound * (4 / 45 / count).squareRoot(), "\(kind)")
        }
        let values = try filled(.uniform, -1, 3)
        XCTAssert(values.allSatisfy { $0 >= -1 && $0 < 3 })
        XCTAssertEqual(values.reduce(0, +) / count, 1, accuracy: 5 * (16 / 12 / count).squareRoot())
    }

    func testNormalInitialisersHaveTheirDeviation() throws {
        for (kind, a, b, mean, deviation) in [
            (.xavierNormal, 1.5, 0, 0, 1.5 * (2 / (fanIn + fanOut)).squareRoot()),
            (.kaimingNormal, 2.0.squareRoot(), 0, 0, (2 / fanIn).squareRoot()),
            (.kaimingNormalFanOut, 1, 0, 0, 1 / fanOut.squareRoot()), (.lecunNormal, 1, 0, 0, 1 / fanIn.squareRoot()),
            (.normal, 4, 0.5, 4, 0.5),
        ] as [(Initializer, Double, Double, Double, Double)] {
            let values = try filled(kind, a, b)
            XCTAssertEqual(values.reduce(0, +) / count, mean, accuracy: 5 * deviation / count.squareRoot(), "\(kind)")
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            XCTAssertEqual(
                variance, deviation * deviation, accuracy: 5 * deviation * deviation * (2 / count).squareRoot(),
                "\(kind)")
        }
    }

    func testASeedGivesTheSameWeightsAndAnotherOneOthers() throws {
        // Those left out are not drawn, or are of matrices and kernels alone.
        for kind in Initializer.allCases where ![.constant, .eye, .sparse, .dirac].contains(kind) {
            XCTAssertEqual(try filled(kind, 0.5, 1, seed: 3), try filled(kind, 0.5, 1, seed: 3), "\(kind)")
            XCTAssertNotEqual(try filled(kind, 0.5, 1, seed: 3), try filled(kind, 0.5, 1, seed: 4), "\(kind)")
        }
        XCTAssertEqual(Set(try filled(.constant, 0.25, 0, .float32)), [0.25])
        try Generator.standard().seed(1)
        let first = try linear(3, 2, .float32)
        let second = try linear(3, 2, .float32)
        XCTAssertNotEqual(try first.parameters[0].tensor.bytes(), try second.parameters[0].tensor.bytes())
        XCTAssert(
            try first.allParameters.allSatisfy {
                try $0.tensor.numbers().allSatisfy { abs($0) <= 1 / 3.0.squareRoot() }
            })
    }

    func testWhatHasNoFansIsRefused() throws {
        XCTAssertEqual(failure { try Initializer.xavierUniform.fill(tensor([3], [0, 0, 0]), 1, 0) }?.kind, "shape")
        XCTAssertEqual(failure { try Initializer.kaimingNormal.fill(tensor([3, 0], []), 1, 0) }?.kind, "shape")
        XCTAssertEqual(failure { try Initializer.constant.fill(tensor([1], [1], .int32), 1, 0) }?.kind, "dtype")
        XCTAssertEqual(failure { try Initializer.uniform.fill(tensor([1], [1]), .infinity, 0) }?.kind, "argument")
    }
}
