import Engine
import Foundation
import XCTest

@testable import Networks

final class LossTests: XCTestCase {
    private let rows = 4
    private let classes = 3
    private let labels: [Double] = [2, 0, 1, 1]
    private var scores: [Double] { noise(12, seed: 3).map { 3 * $0 } }
    private var shares: [Double] { noise(12, seed: 4).map { 0.5 + 0.45 * $0 } }

    private func softmax(_ z: [Double]) -> [Double] {
        (0..<rows).flatMap { row -> [Double] in
            let exps = (0..<classes).map { exp(z[row * classes + $0]) }
            return exps.map { $0 / exps.reduce(0, +) }
        }
    }

    /// Prediction, target, and the loss of each element or row in closed form.
    private func cases() throws -> [(name: String, loss: Loss, prediction: [Double], target: Tensor, elements: ([Double]) -> [Double])] {
        let (t, y, rows, classes) = (shares, labels, rows, classes)
        func pick(_ p: [Double]) -> [Double] { (0..<rows).map { -log(p[$0 * classes + Int(y[$0])]) } }
        func against(_ p: [Double]) -> [Double] { (0..<rows).map { row in -(0..<classes).reduce(0.0) { $0 + t[row * classes + $1] * log(p[row * classes + $1]) } } }
        func binary(_ p: Double, _ t: Double) -> Double { -(t * log(p) + (1 - t) * log(1 - p)) }
        let (sigmoid, softmax) = ({ (x: Double) in 1 / (1 + exp(-x)) }, softmax)
        let target = try tensor([4, 3], t)
        return [
            ("mse", .mse, scores, target, { zip($0, t).map { ($0 - $1) * ($0 - $1) } }),
            ("bce", .bce, noise(12, seed: 9).map { 0.5 + 0.4 * $0 }, target, { zip($0, t).map(binary) }),
            ("bce with logits", .bceWithLogits, scores, target, { zip($0, t).map { binary(sigmoid($0), $1) } }),
            ("cross entropy", .crossEntropy, scores, try tensor([4], y, .int64), { pick(softmax($0)) }),
            ("cross entropy, uint8", .crossEntropy, scores, try tensor([4], y, .uint8), { pick(softmax($0)) }),
            ("cross entropy, distributions", .crossEntropy, scores, target, { against(softmax($0)) }),
            ("probabilities", .crossEntropyProbabilities, noise(12, seed: 9).map { 0.5 + 0.4 * $0 }, try tensor([4], y, .int32), pick),
            ("probabilities, distributions", .crossEntropyProbabilities, noise(12, seed: 9).map { 0.5 + 0.4 * $0 }, target, against),
        ]
    }

    func testEveryLossAndReductionIsItsClosedForm() throws {
        for (name, loss, prediction, target, elements) in try cases() {
            let want = elements(prediction)
            let x = try tensor([4, 3], prediction)
            assertClose(try loss(x, target, .none).numbers(), want, 1e-14, name)
            assertClose(try loss(x, target, .total).numbers(), [want.reduce(0, +)], 1e-14, name)
            assertClose(try loss(x, target, .mean).numbers(), [want.reduce(0, +) / Double(want.count)], 1e-14, name)
            let narrow = try loss(x.cast(.float32), target, .mean)
            XCTAssertEqual(narrow.dtype, .float32)
            assertClose(try narrow.numbers(), [want.reduce(0, +) / Double(want.count)], 1e-6, name)
        }
    }

    func testEveryLossHasTheGradientThatFiniteDifferencesFind() throws {
        for (name, loss, prediction, target, elements) in try cases() {
            for reduction in [Loss.Reduction.mean, .total] {
                let x = try leaf([4, 3], prediction)
                try loss(x, target, reduction).backward()
                let count = reduction == .mean ? Double(elements(prediction).count) : 1
                let want = prediction.indices.map { place in
                    slope { h in
                        var moved = prediction
                        moved[place] += h
                        return elements(moved).reduce(0, +) / count
                    }
                }
                assertClose(try x.gradient()?.numbers() ?? [], want, 1e-8, "\(name) \(reduction)")
            }
        }
    }

    /// A - Y, in every way of writing the network down.
    func testTheGradientOfSoftmaxAndCrossEntropyIsSoftmaxMinusOneHot() throws {
        for scale in [1.0, 40, 1e4] {
            let z = scores.map { $0 * scale }
            let probabilities = try tensor([4, 3], z).softmax(1).numbers()
            let want = zip(probabilities, (0..<12).map { Int(labels[$0 / 3]) == $0 % 3 ? 1.0 : 0 }).map { $0 - $1 }
            let (y, hot) = (try tensor([4], labels, .int64), try Tensor.oneHot(tensor([4], labels, .int64), classes: 3, dtype: .float64))
            let layer = try Activation(.softmax, parameter: -1)
            let ways: [(String, (Tensor) throws -> Tensor)] = [
                ("logits", { try Loss.crossEntropy($0, y, .total) }), ("logits, one-hot", { try Loss.crossEntropy($0, hot, .total) }),
                ("softmax layer", { try Loss.crossEntropyProbabilities(layer.forward($0), y, .total) }),
                ("softmax layer, one-hot", { try Loss.crossEntropyProbabilities(layer.forward($0), hot, .total) }),
            ]
            for (name, loss) in ways {
                let x = try leaf([4, 3], z)
                try loss(x).backward()
                assertClose(try x.gradient()?.numbers() ?? [], want, 1e-15, "\(name) at \(scale)")
            }
        }
    }

    func testTheGradientOfSigmoidAndBinaryCrossEntropyIsSigmoidMinusTarget() throws {
        for scale in [1.0, 40, 1e4] {
            let z = scores.map { $0 * scale }
            let want = zip(try tensor([12], z).applying(.sigmoid).numbers(), shares).map { $0 - $1 }
            let target = try tensor([12], shares)
            let layer = try Activation(.sigmoid, parameter: 0)
            let ways: [(String, (Tensor) throws -> Tensor)] = [
                ("logits", { try Loss.bceWithLogits($0, target, .total) }), ("sigmoid layer", { try Loss.bce(layer.forward($0), target, .total) }),
            ]
            for (name, loss) in ways {
                let x = try leaf([12], z)
                try loss(x).backward()
                assertClose(try x.gradient()?.numbers() ?? [], want, 1e-15, "\(name) at \(scale)")
            }
        }
    }

    func testNoLossOverflows() throws {
        for dtype in [DType.float32, .float64] {
            let x = try leaf([2, 2], [1e4, -1e4, -1e4, 1e4], dtype)
            let loss = try Loss.crossEntropy(x, tensor([2], [1, 1], .int64), .none)
            XCTAssertEqual(try loss.numbers(), [2e4, 0])
            let binary = try Loss.bceWithLogits(x, tensor([2, 2], [0, 0, 1, 1]), .none)
            XCTAssertEqual(try binary.numbers(), [1e4, 0, 1e4, 0])
            try (loss.sum() + binary.sum()).backward()
            XCTAssertEqual(try x.gradient()?.numbers(), [1 + 1, -1, -1, 0])
        }
    }

    func testProbabilitiesOfZeroAndOneGiveFiniteLossesAndGradients() throws {
        for dtype in [DType.float32, .float64] {
            let p = try leaf([4], [0, 1, 0, 1], dtype)
            let loss = try Loss.bce(p, tensor([4], [0, 1, 1, 0]), .none)
            XCTAssertEqual(try loss.numbers(), [0, 0, 100, 100], "logarithms stop at -100, as in PyTorch")
            try loss.sum().backward()
            XCTAssert(try XCTUnwrap(p.gradient()).numbers().allSatisfy { $0.isFinite })
            let rows = try leaf([2, 2], [1, 0, 0, 1], dtype)
            let entropy = try Loss.crossEntropyProbabilities(rows, tensor([2], [0, 0], .int64), .none)
            XCTAssertEqual(try entropy.numbers(), [0, 100])
            try entropy.sum().backward()
            XCTAssertEqual(try rows.gradient()?.numbers(), [-1, 0, 0, 0])
        }
    }

    func testOneRowWithoutABatchAxisIsTakenAndWrongShapesAreNamed() throws {
        let z = try tensor([3], [1, 2, 3])
        let sum: Double = exp(1.0) + exp(2.0) + exp(3.0)
        let want = -log(exp(2.0) / sum)
        assertClose(try Loss.crossEntropy(z, tensor([], [1], .int64)).numbers(), [want], 1e-15)
        let two = try tensor([2, 3], [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(failure { try Loss.mse(two, z) }?.kind, "shape")
        XCTAssertEqual(failure { try Loss.crossEntropy(two, tensor([3], [0, 0, 0], .int64)) }?.kind, "shape")
        XCTAssertEqual(failure { try Loss.crossEntropy(two, z) }?.kind, "shape")
        XCTAssertEqual(failure { try Loss.mse(tensor([1], [1], .int32), tensor([1], [1])) }?.kind, "dtype")
        XCTAssertEqual(failure { try Loss.mse(tensor([0], []), tensor([0], [])) }?.kind, "shape")
        XCTAssertEqual(failure { try Loss.crossEntropy(two, tensor([2], [0, 3], .int64)).item() }?.kind, "index")
        XCTAssertEqual(failure { try Loss.crossEntropyProbabilities(two, tensor([2], [0, -1], .int64)).item() }?.kind, "index")
    }
}
