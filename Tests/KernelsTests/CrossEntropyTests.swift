import Steps
import Glibc
import XCTest

@testable import Kernels
@testable import References

final class CrossEntropyTests: XCTestCase {
    private static let labelTypes: [DType] = [.uint8, .int32, .int64]
    private let shapes = [(1, 1), (1, 5), (7, 10), (40, 16), (33, 17), (5, 300), (3, 2100), (64, 3)]

    private func epsilon(_ dtype: DType) -> Float80 { dtype == .float32 ? 0x1p-23 : 0x1p-52 }

    private func losses(_ dtype: DType, _ logits: Memory, _ labels: Memory, _ rows: Int, _ classes: Int) -> (
        bad: Int, loss: Memory
    ) {
        let loss = Memory(dtype, rows)
        let bad = AxisKernels.crossEntropy(
            dtype, logits: logits.pointer, labelDType: labels.dtype, labels: labels.pointer, loss: loss.pointer,
            rows: rows, classes: classes)
        XCTAssertTrue(loss.isWallIntact)
        return (bad, loss)
    }

    private func gradient(
        _ dtype: DType, _ logits: Memory, _ labels: Memory, _ upstream: Memory, _ stride: Int, _ rows: Int,
        _ classes: Int
    ) -> (bad: Int, gradient: Memory) {
        let gradient = Memory(dtype, rows * classes)
        let bad = AxisKernels.crossEntropyGradient(
            dtype, logits: logits.pointer, labelDType: labels.dtype, labels: labels.pointer, upstream: upstream.pointer,
            upstreamStride: stride,
            gradient: gradient.pointer, rows: rows, classes: classes)
        XCTAssertTrue(gradient.isWallIntact)
        return (bad, gradient)
    }

    private func labels(_ dtype: DType, _ rows: Int, _ classes: Int, _ noise: inout Noise) -> Memory {
        Memory(dtype, (0..<rows).map { _ in .whole(Int64(noise.below(Swift.min(classes, 256)))) })
    }

    func testLossesAndGradientsAreThoseOfTheFormulasWithinTheirRoundings() {
        var noise = Noise(1)
        for dtype in [DType.float32, .float64] {
            for (rows, classes) in shapes {
                for (labelType, scale) in zip(CrossEntropyTests.labelTypes, [3.0, 50, 1e4]) {
                    let logits = Memory(dtype, (0..<rows * classes).map { _ in noise.real(-scale, scale) })
                    let labels = labels(labelType, rows, classes, &noise)
                    let stride = noise.below(2)
                    let upstream = Memory.noise(dtype, rows, &noise)
                    let (_, loss) = losses(dtype, logits, labels, rows, classes)
                    let (_, gradient) = gradient(dtype, logits, labels, upstream, stride, rows, classes)
                    for row in 0..<rows {
                        let x = (0..<classes).map { Float80(logits[row * classes + $0].double) }
                        let label = Int(labels[row].int64)
                        let sum = x.reduce(0) { $0 + Glibc.exp($1 - x.max()!) }
                        let distance = x.max()! - x[label]
                        // The difference and the logarithm are each rounded, and their sum.
                        let slack = (distance + Glibc.log(sum)) * 1.5 + 4 + Float80(classes) / 32
                        let off = (Float80(loss[row].double) - (distance + Glibc.log(sum))).magnitude / epsilon(dtype)
                        XCTAssertLessThanOrEqual(Double(off), Double(slack), "\(dtype) \(rows) \(classes) \(scale)")
                        let up = Float80(upstream[row * stride].double)
                        var worst = 0.0
                        for c in 0..<classes {
                            let p = Glibc.exp(x[c] - x.max()!) / sum
                            let exact = (p - (c == label ? 1 : 0)) * up
                            let roundings =
                                p * ((x[c] - x.max()!).magnitude / 2 + 4 + Float80(classes) / 32) + (c == label ? 1 : 0)
                            let error = (Float80(gradient[row * classes + c].double) - exact).magnitude
                            worst = Swift.max(
                                worst, Double(error / (roundings * epsilon(dtype) * up.magnitude + 0x1p-149)))
                        }
                        XCTAssertLessThanOrEqual(worst, 1, "\(dtype) \(rows) \(classes) \(scale)")
                    }
                }
            }
        }
    }

    /// Near a sure and right answer the loss is e^-distance, of which a difference of large numbers would keep nothing.
    func testTheSmallLossOfASureAnswerIsNotLostBetweenLargeLogits() {
        for (dtype, places) in [(DType.float32, 0x1p-24), (.float64, 0x1p-53)] {
            let logits = Memory(dtype, [1000, 990, 1000, 995])
            let (_, loss) = losses(dtype, logits, Memory(.uint8, [.whole(0), .whole(0)]), 2, 2)
            for (row, distance) in [(0, 10.0), (1, 5.0)] {
                // The rounding of 1 + e^-distance is all that is lost.
                XCTAssertEqual(loss[row].double, Glibc.log1p(Glibc.exp(-distance)), accuracy: places)
            }
        }
    }

    func testInfiniteLogitsGiveTheLimits() {
        for dtype in [DType.float32, .float64] {
            let logits = Memory(dtype, [-.infinity, 0, -.infinity, 0, .nan, 0])
            let (_, loss) = losses(dtype, logits, Memory(.int64, [.whole(1), .whole(0), .whole(1)]), 3, 2)
            XCTAssertEqual([loss[0].double, loss[1].double], [0, .infinity])
            XCTAssertTrue(loss[2].double.isNaN)
        }
    }

    func testABadLabelIsNamedByItsRowAndNothingIsWritten() {
        var noise = Noise(2)
        for dtype in [DType.float32, .float64] {
            for labelType in CrossEntropyTests.labelTypes {
                for (bad, number) in [
                    (0, 5), (6, 200), (3, labelType == .uint8 ? 255 : -1), (2, labelType == .int64 ? Int64.min : 5),
                ] {
                    let logits = Memory.noise(dtype, 35, &noise)
                    let labels = labels(labelType, 7, 5, &noise)
                    labels[bad] = .whole(number)
                    // A second one behind it is not the first.
                    labels[6] = .whole(99)
                    let untouched = Memory(dtype, 35).bytes
                    let (row, loss) = losses(dtype, logits, labels, 7, 5)
                    XCTAssertEqual(row, bad)
                    XCTAssertEqual(loss.bytes, Array(untouched.prefix(7 * dtype.size)))
                    let (place, gradient) = gradient(dtype, logits, labels, .noise(dtype, 7, &noise), 1, 7, 5)
                    XCTAssertEqual(place, bad)
                    XCTAssertEqual(gradient.bytes, untouched)
                }
            }
        }
    }

    func testNoRowsOfAnyNumberOfClassesAreRight() {
        for classes in [0, 1, 5] {
            XCTAssertEqual(losses(.float32, Memory(.float32, 0), Memory(.int64, 0), 0, classes).bad, -1)
            XCTAssertEqual(
                gradient(.float64, Memory(.float64, 0), Memory(.int64, 0), Memory(.float64, 1), 0, 0, classes).bad, -1)
        }
        XCTAssertEqual(losses(.float32, Memory(.float32, 0), Memory(.uint8, [.whole(0)]), 1, 0).bad, 0)
    }

    func testTheNumberOfThreadsDoesNotChangeABit() {
        var noise = Noise(3)
        let (rows, classes) = (4000, 100)
        let (logits, upstream) = (Memory.noise(.float32, rows * classes, &noise), Memory.noise(.float32, rows, &noise))
        let labels = labels(.int32, rows, classes, &noise)
        sameOnAnyThreads { losses(.float32, logits, labels, rows, classes).loss.bytes }
        sameOnAnyThreads { gradient(.float32, logits, labels, upstream, 1, rows, classes).gradient.bytes }
    }
}
