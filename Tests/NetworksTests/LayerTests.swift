import Engine
import Foundation
import XCTest

@testable import Networks

/// Layers that are more than one function of a tensor.
final class LayerTests: XCTestCase {
    // MARK: Dropout

    func testDropoutZeroesItsShareAndScalesTheRest() throws {
        try Generator.standard().seed(1)
        for (p, dtype) in [(0.25, DType.float64), (0.5, .float32), (0.9, .float64)] {
            let x = try tensor([100, 200], Array(repeating: 3, count: 20_000), dtype)
            let y = try make("Dropout(\(p))")(x)
            XCTAssertEqual(y.dtype, dtype)
            XCTAssertEqual(y.shape, [100, 200])
            let values = try y.numbers()
            for value in Set(values).subtracting([0]) { XCTAssertEqual(value, 3 / (1 - p), accuracy: 1e-5) }
            // Five standard errors of a share.
            let share = Double(values.count { $0 == 0 }) / 20_000
            XCTAssertEqual(share, p, accuracy: 5 * (p * (1 - p) / 20_000).squareRoot())
        }
    }

    func testDropoutDrawsAnewFromTheDefaultGenerator() throws {
        let (layer, x) = (try make("Dropout()"), try tensor([64], Array(repeating: 1, count: 64)))
        func drawn(seed: UInt64) throws -> [[Double]] {
            try Generator.standard().seed(seed)
            return try (0..<2).map { _ in try layer(x).numbers() }
        }
        let first = try drawn(seed: 5)
        XCTAssertNotEqual(first[0], first[1])
        XCTAssertEqual(try drawn(seed: 5), first)
        XCTAssertNotEqual(try drawn(seed: 6), first)
    }

    func testTheGradientOfDropoutIsItsMask() throws {
        let x = try leaf([50], noise(50))
        let y = try make("Dropout(0.5)")(x)
        try y.sum().backward()
        let mask = try zip(y.numbers(), x.numbers()).map { $0 / $1 }
        assertClose(try x.gradient()?.numbers() ?? [], mask, 1e-15)
    }

    func testDropoutOfNothingOrEverythingOrInEvaluation() throws {
        let x = try tensor([3], [1, -2, 3])
        let (none, all) = (try make("Dropout(0)"), try make("Dropout(1)"))
        XCTAssertEqual(try none(x).numbers(), [1, -2, 3])
        XCTAssertEqual(try all(x).numbers(), [0, 0, 0])
        all.setTraining(false)
        XCTAssertEqual(try all(x).numbers(), [1, -2, 3])
        XCTAssertEqual(failure { try make("Dropout()")(tensor([1], [1], .int64)) }?.kind, "dtype")
    }

    // MARK: Softplus

    func testSoftplusIsItsFormulaAndLinearAboveItsThreshold() throws {
        let x = [-800.0, -3, 0, 0.5, 4, 9.99, 10.01, 800]
        for (text, beta, threshold) in [
            ("Softplus()", 1.0, 20.0), ("Softplus(2)", 2, 20), ("Softplus(0.5, 5)", 0.5, 5), ("Softplus(-1)", -1, 20),
            ("Softplus(1, inf)", 1, .infinity), ("Softplus(1, -inf)", 1, -.infinity),
        ] {
            let want = x.map { x in
                let z = beta * x
                return z > threshold ? x : (max(z, 0) + log1p(exp(-abs(z)))) / beta
            }
            assertClose(try make(text)(tensor([8], x)).numbers(), want, 1e-15, text)
        }
    }

    func testTheSlopeOfSoftplusIsASigmoidBelowItsThresholdAndThenOne() throws {
        let x = try leaf([4], [-800, 0, 1, 9])
        try make("Softplus(2, 5)")(x).sum().backward()
        assertClose(try x.gradient()?.numbers() ?? [], [0, 0.5, 1 / (1 + exp(-2.0)), 1], 1e-15)
    }

    // MARK: Containers

    func testASequentialIsTheChainOfItsModulesWhateverTheirNames() throws {
        let model = try make("Sequential(Linear(3, 4), act=Tanh(), 'a b'=Linear(4, 2))")
        let x = try tensor([5, 3], noise(15))
        var want = x
        for child in model.children { want = try child.module(want) }
        XCTAssertEqual(try model(x).bytes(), try want.bytes())
        XCTAssertEqual(model.children.map(\.name), ["0", "act", "a b"])
        XCTAssertTrue(try make("Sequential()")(x) === x)
        XCTAssertTrue(try make("Identity()")(x) === x)
    }

    func testAContainerHoldsNamesAndHasNoForwardPass() throws {
        let model = try make("Container(fc=Linear(2, 2), scale=Parameter(2), inner=Container(seen=Buffer(1)))")
        XCTAssertEqual(model.allParameters.map(\.name), ["scale", "fc.weight", "fc.bias"])
        XCTAssertEqual(model.allBuffers.map(\.name), ["inner.seen"])
        let found = failure { try model(tensor([2], [1, 2])) }
        XCTAssertEqual(found?.kind, "unsupported")
        XCTAssertEqual(found?.description, "Container: it has no forward pass; call the modules in it")
        XCTAssertEqual(failure { try model.call([]) }?.kind, "unsupported")
    }

    func testACheckpointedSequentialHasNoMoreSegmentsThanModules() throws {
        let model = try XCTUnwrap(try make("Sequential(Linear(2, 2), Tanh())") as? Sequential)
        model.checkpoint = .segments(3)
        let x = try leaf([2], [1, 2])
        XCTAssertEqual(
            failure { try model(x) }?.description, "Sequential: 3 segments are more than there are modules, 2")
        XCTAssertEqual(try ThreadState.withGrad(false) { () throws(Failure) in try model(x) }.shape, [2])
        model.checkpoint = .squareRoot
        XCTAssertEqual(try model(x).shape, [2])
    }
}
