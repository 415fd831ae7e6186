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

    /// The loss that a text spells, with its reduction in the place of "%".
    private func loss(_ text: String, _ reduction: LossReduction) throws -> Module {
        try make(text.replacingOccurrences(of: "%", with: "reduction='\(reduction)'"))
    }

    /// Prediction, target, and the loss of each element or row in closed form.
    private func cases() throws -> [(
        name: String, loss: String, prediction: [Double], target: Tensor, elements: ([Double]) -> [Double]
    )] {
        let (t, y, rows, classes) = (shares, labels, rows, classes)
        func pick(_ p: [Double]) -> [Double] { (0..<rows).map { -log(p[$0 * classes + Int(y[$0])]) } }
        func against(_ p: [Double]) -> [Double] {
            (0..<rows).map { row in
                -(0..<classes).reduce(0.0) { $0 + t[row * classes + $1] * log(p[row * classes + $1]) }
            }
        }
        func binary(_ p: Double, _ t: Double) -> Double { -(t * log(p) + (1 - t) * log(1 - p)) }
        let (sigmoid, softmax) = ({ (x: Double) in 1 / (1 + exp(-x)) }, softmax)
        let target = try tensor([4, 3], t)
        return [
            ("mse", "MSELoss(%)", scores, target, { zip($0, t).map { ($0 - $1) * ($0 - $1) } }),
            ("bce", "BCELoss(%)", noise(12, seed: 9).map { 0.5 + 0.4 * $0 }, target, { zip($0, t).map(binary) }),
            ("bce with logits", "BCEWithLogitsLoss(%)", scores, target, { zip($0, t).map { binary(sigmoid($0), $1) } }),
            ("cross entropy", "CrossEntropyLoss(%)", scores, try tensor([4], y, .int64), { pick(softmax($0)) }),
            ("cross entropy, uint8", "CrossEntropyLoss(%)", scores, try tensor([4], y, .uint8), { pick(softmax($0)) }),
            ("cross entropy, distributions", "CrossEntropyLoss(%)", scores, target, { against(softmax($0)) }),
            (
                "probabilities", "CrossEntropyLoss(from_logits=False, %)", noise(12, seed: 9).map { 0.5 + 0.4 * $0 },
                try tensor([4], y, .int32), pick
            ),
            (
                "probabilities, distributions", "CrossEntropyLoss(from_logits=False, %)",
                noise(12, seed: 9).map { 0.5 + 0.4 * $0 }, target, against
            ),
        ]
    }

    func testEveryLossAndReductionIsItsClosedForm() throws {
        for (name, text, prediction, target, elements) in try cases() {
            let want = elements(prediction)
            let x = try tensor([4, 3], prediction)
            assertClose(try loss(text, .none)(x, target).numbers(), want, 1e-14, name)
            assertClose(try loss(text, .sum)(x, target).numbers(), [want.reduce(0, +)], 1e-14, name)
            assertClose(
                try loss(text, .mean)(x, target).numbers(), [want.reduce(0, +) / Double(want.count)], 1e-14, name)
            let narrow = try loss(text, .mean)(x.cast(.float32), target)
            XCTAssertEqual(narrow.dtype, .float32)
            assertClose(try narrow.numbers(), [want.reduce(0, +) / Double(want.count)], 1e-6, name)
        }
    }

    func testEveryLossHasTheGradientThatFiniteDifferencesFind() throws {
        for (name, text, prediction, target, elements) in try cases() {
            for reduction in [LossReduction.mean, .sum] {
                let x = try leaf([4, 3], prediction)
                try loss(text, reduction)(x, target).backward()
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
        let logits = try make("CrossEntropyLoss(reduction='sum')")
        let probabilities = try make("CrossEntropyLoss(reduction='sum', from_logits=False)")
        for scale in [1.0, 40, 1e4] {
            let z = scores.map { $0 * scale }
            let want = zip(
                try tensor([4, 3], z).softmax(1).numbers(), (0..<12).map { Int(labels[$0 / 3]) == $0 % 3 ? 1.0 : 0 }
            ).map { $0 - $1 }
            let (y, hot) = (
                try tensor([4], labels, .int64),
                try Tensor.oneHot(tensor([4], labels, .int64), classes: 3, dtype: .float64)
            )
            let layer = try make("Softmax(dim=-1)")
            let ways: [(String, (Tensor) throws -> Tensor)] = [
                ("logits", { try logits($0, y) }), ("logits, one-hot", { try logits($0, hot) }),
                ("softmax layer", { try probabilities(layer($0), y) }),
                ("softmax layer, one-hot", { try probabilities(layer($0), hot) }),
            ]
            for (name, loss) in ways {
                let x = try leaf([4, 3], z)
                try loss(x).backward()
                assertClose(try x.gradient()?.numbers() ?? [], want, 1e-15, "\(name) at \(scale)")
            }
        }
    }

    func testTheGradientOfSigmoidAndBinaryCrossEntropyIsSigmoidMinusTarget() throws {
        let (logits, probabilities) = (
            try make("BCEWithLogitsLoss(reduction='sum')"), try make("BCELoss(reduction='sum')")
        )
        for scale in [1.0, 40, 1e4] {
            let z = scores.map { $0 * scale }
            let want = zip(try tensor([12], z).applying(.sigmoid).numbers(), shares).map { $0 - $1 }
            let target = try tensor([12], shares)
            let layer = try make("Sigmoid()")
            let ways: [(String, (Tensor) throws -> Tensor)] = [
                ("logits", { try logits($0, target) }), ("sigmoid layer", { try probabilities(layer($0), target) }),
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
            let loss = try make("CrossEntropyLoss(reduction='none')")(x, tensor([2], [1, 1], .int64))
            XCTAssertEqual(try loss.numbers(), [2e4, 0])
            let binary = try make("BCEWithLogitsLoss(reduction='none')")(x, tensor([2, 2], [0, 0, 1, 1]))
            XCTAssertEqual(try binary.numbers(), [1e4, 0, 1e4, 0])
            try (loss.sum() + binary.sum()).backward()
            XCTAssertEqual(try x.gradient()?.numbers(), [1 + 1, -1, -1, 0])
        }
    }

    func testProbabilitiesOfZeroAndOneGiveFiniteLossesAndGradients() throws {
        for dtype in [DType.float32, .float64] {
            let p = try leaf([4], [0, 1, 0, 1], dtype)
            let loss = try make("BCELoss(reduction='none')")(p, tensor([4], [0, 1, 1, 0]))
            XCTAssertEqual(try loss.numbers(), [0, 0, 100, 100], "logarithms stop at -100, as in PyTorch")
            try loss.sum().backward()
            XCTAssert(try XCTUnwrap(p.gradient()).numbers().allSatisfy { $0.isFinite })
            let rows = try leaf([2, 2], [1, 0, 0, 1], dtype)
            let entropy = try make("CrossEntropyLoss(reduction='none', from_logits=False)")(
                rows, tensor([2], [0, 0], .int64))
            XCTAssertEqual(try entropy.numbers(), [0, 100])
            try entropy.sum().backward()
            XCTAssertEqual(try rows.gradient()?.numbers(), [-1, 0, 0, 0])
        }
    }

    func testOneRowWithoutABatchAxisIsTakenAndWrongShapesAreNamed() throws {
        let (mse, entropy, ofProbabilities) = (
            try make("MSELoss()"), try make("CrossEntropyLoss()"), try make("CrossEntropyLoss(from_logits=False)")
        )
        let z = try tensor([3], [1, 2, 3])
        let sum: Double = exp(1.0) + exp(2.0) + exp(3.0)
        let want = -log(exp(2.0) / sum)
        assertClose(try entropy(z, tensor([], [1], .int64)).numbers(), [want], 1e-15)
        let two = try tensor([2, 3], [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(failure { try mse(two, z) }?.kind, "shape")
        XCTAssertEqual(failure { try entropy(two, tensor([3], [0, 0, 0], .int64)) }?.kind, "shape")
        XCTAssertEqual(failure { try entropy(two, z) }?.kind, "shape")
        XCTAssertEqual(failure { try mse(tensor([1], [1], .int32), tensor([1], [1])) }?.kind, "dtype")
        XCTAssertEqual(failure { try mse(tensor([0], []), tensor([0], [])) }?.kind, "shape")
        XCTAssertEqual(failure { try entropy(two, tensor([2], [0, 3], .int64)).item() }?.kind, "index")
        XCTAssertEqual(failure { try ofProbabilities(two, tensor([2], [0, -1], .int64)).item() }?.kind, "index")
    }
}
