import Foundation
import XCTest

@testable import Engine

/// Draws as part of graphs; the stream itself is tested with the kernels.
final class RandomTests: XCTestCase {
    func testASeedGivesTheSameStreamAndAnotherSeedAnother() throws {
        let (a, b, c) = (try Generator(seed: 7), try Generator(seed: 7), try Generator(seed: 8))
        for kind in [Generator.Distribution.uniform, .normal] {
            let (x, y, z) = (
                try a.draw(kind, .float32, [50], 0, 1), try b.draw(kind, .float32, [50], 0, 1),
                try c.draw(kind, .float32, [50], 0, 1)
            )
            XCTAssertEqual(try x.bytes(), try y.bytes())
            XCTAssertNotEqual(try x.bytes(), try z.bytes())
        }
    }

    func testDrawsFollowEachOtherWithoutOverlap() throws {
        let generator = try Generator(seed: 3)
        let draws = try (0..<20).map { try generator.draw(.uniform, .float64, [$0 % 5 + 1], 0, 1).numbers() }.flatMap {
            $0
        }
        XCTAssertEqual(Set(draws).count, draws.count)
    }

    func testARestoredPositionGoesOnWhereItWas() throws {
        let generator = try Generator(seed: 3)
        _ = try generator.draw(.normal, .float32, [13], 0, 1)
        let (seed, offset) = try generator.position()
        XCTAssertEqual(seed, 3)
        let want = try generator.draw(.normal, .float32, [9], 0, 1).bytes()
        let other = try Generator(seed: 0)
        try other.restore(seed: seed, offset: offset)
        XCTAssertEqual(try other.draw(.normal, .float32, [9], 0, 1).bytes(), want)
        try generator.seed(3)
        XCTAssertEqual(try generator.position().offset, 0)
    }

    /// Within five standard errors of what the distribution has.
    func testDrawsHaveTheMomentsAndBoundsOfTheirDistribution() throws {
        let n = 40_000.0
        let generator = try Generator(seed: 11)
        for dtype in [DType.float32, .float64] {
            let uniform = try generator.draw(.uniform, dtype, [Int(n)], -2, 6).numbers()
            XCTAssert(uniform.allSatisfy { $0 >= -2 && $0 < 6 })
            XCTAssertEqual(uniform.reduce(0, +) / n, 2, accuracy: 5 * (64 / 12 / n).squareRoot())
            let normal = try generator.draw(.normal, dtype, [Int(n)], 3, 2).numbers()
            let mean = normal.reduce(0, +) / n
            XCTAssertEqual(mean, 3, accuracy: 5 * 2 / n.squareRoot())
            XCTAssertEqual(
                normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n, 4, accuracy: 5 * 4 * (2 / n).squareRoot())
        }
        for dtype in [DType.uint8, .int32, .int64] {
            let whole = try generator.draw(.integers, dtype, [Int(n)], 3, 8).numbers()
            XCTAssertEqual(Set(whole), [3, 4, 5, 6, 7])
            for value in 3..<8 {
                XCTAssertEqual(
                    Double(whole.filter { $0 == Double(value) }.count), n / 5, accuracy: 5 * (n * 0.16).squareRoot())
            }
        }
    }

    func testDrawsAreConstantsToDerivativesAndADrawOutsideIsComputedAtOnce() throws {
        let generator = try Generator(seed: 1)
        let noise = try generator.draw(.normal, .float64, [3], 0, 1)
        XCTAssertNotNil(try noise.node().value)
        let x = try leaf([1, 2, 3])
        try (x * noise).sum().backward()
        XCTAssertEqual(try x.gradient()?.numbers(), try noise.numbers())
    }

    func testParametersOutOfRangeAreRefused() throws {
        let generator = try Generator(seed: 1)
        XCTAssertEqual(failure { try generator.draw(.normal, .float32, [1], 0, -1) }?.kind, "argument")
        XCTAssertEqual(failure { try generator.draw(.uniform, .float32, [1], 0, .nan) }?.kind, "argument")
        XCTAssertEqual(failure { try generator.draw(.integers, .int32, [1], 5, 5) }?.kind, "argument")
        XCTAssertEqual(failure { try generator.draw(.integers, .float32, [1], 0, 5) }?.kind, "dtype")
        XCTAssertEqual(failure { try generator.draw(.uniform, .int32, [1], 0, 5) }?.kind, "dtype")
        XCTAssertEqual(try generator.position().offset, 0, "a refused draw takes nothing from the stream")
    }
}
