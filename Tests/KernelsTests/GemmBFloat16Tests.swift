import Steps
import Machine
import XCTest

@testable import Kernels
@testable import References

final class GemmBFloat16Tests: XCTestCase {
    /// The nearest bfloat16, ties to even, by arithmetic on the number instead of its bits.
    private func rounded(_ x: Double) -> Double {
        if x == 0 || !x.isFinite { return x }
        let unit = Double(sign: .plus, exponent: Int(x.exponent) - 7, significand: 1)
        return Double(Float((x / unit).rounded(.toNearestOrEven) * unit))
    }

    private func run(
        _ a: Memory, _ b: Memory, _ m: Int, _ n: Int, _ k: Int, transposeA: Bool, transposeB: Bool,
        offsetsA: [Int] = [0], offsetsB: [Int] = [0],
        isNative: Bool? = nil
    ) -> Memory {
        let gemm = GemmBFloat16(
            m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, batchOffsetsA: offsetsA,
            batchOffsetsB: offsetsB, isNative: isNative)
        let c = Memory(.float32, offsetsA.count * m * n)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: gemm.scratchBytes + 64, alignment: 64)
        defer { scratch.deallocate() }
        memset(scratch, 0xFF, gemm.scratchBytes)
        memset(scratch + gemm.scratchBytes, 0x5A, 64)
        gemm.run(a.pointer, b.pointer, c.pointer, scratch: scratch)
        XCTAssertTrue(c.isWallIntact)
        XCTAssertTrue(
            (0..<64).allSatisfy { scratch.load(fromByteOffset: gemm.scratchBytes + $0, as: UInt8.self) == 0x5A })
        return c
    }

    /// The processor's instruction where there is one, and what stands in for it.
    private var ways: [Bool] { BFloat16.isNative ? [true, false] : [false] }
    private let transpositions = [(false, false), (true, false), (false, true), (true, true)]

    func testRoundingIsToTheNearestTiesToEvenAndKeepsNaNAndInfinity() {
        var noise = Noise(1)
        var patterns: [UInt32] = [
            0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x3F80_8000, 0x3F81_8000, 0x3F80_7FFF, 0x3F80_8001, 0x7F7F_FFFF,
            0x7F7F_7FFF,
        ]
        for _ in 0..<100_003 { patterns.append(UInt32(truncatingIfNeeded: noise.next())) }
        let source = patterns.map { Float(bitPattern: $0) }
        var result = [Float](repeating: -1, count: source.count)
        source.withUnsafeBytes { from in
            result.withUnsafeMutableBytes { to in BFloat16.round(from.baseAddress!, to.baseAddress!, source.count) }
        }
        for (x, y) in zip(source, result) {
            XCTAssertEqual(y.bitPattern & 0xFFFF, 0)
            if x.isNaN {
                XCTAssertTrue(y.isNaN)
            } else if x.isNormal || x == 0 || x.isInfinite {
                XCTAssertEqual(y, Float(rounded(Double(x))), "\(x.bitPattern)")
            }
        }
    }

    /// Small whole numbers are bfloat16 numbers, and their products exact in any order.
    func testProductsOfWholeNumbersAreExactForAllSizesAndTranspositions() {
        var noise = Noise(2)
        let sizes = [0, 1, 2, 3, 8, 17, 33, 70]
        for isNative in ways {
            for m in sizes {
                for n in sizes {
                    for k in sizes {
                        let a = Memory(.float32, (0..<m * k).map { _ in Double(noise.below(9) - 4) })
                        let b = Memory(.float32, (0..<k * n).map { _ in Double(noise.below(9) - 4) })
                        let (transposeA, transposeB) = noise.pick(transpositions)
                        let c = run(a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, isNative: isNative)
                        let isSame = (0..<m * n).allSatisfy { place in
                            let (i, j) = place.quotientAndRemainder(dividingBy: n)
                            var sum = 0.0
                            for l in 0..<k {
                                sum +=
                                    a[transposeA ? l * m + i : i * k + l].double
                                    * b[transposeB ? j * k + l : l * n + j].double
                            }
                            return c[place].double == sum
                        }
                        XCTAssertTrue(isSame, "\(isNative) \(m) \(n) \(k) \(transposeA) \(transposeB)")
                    }
                }
            }
        }
    }

    func testProductsAreThoseOfTheRoundedOperandsWithinTheRoundingsOfTheirSums() {
        var noise = Noise(3)
        for (m, n, k) in [(30, 40, 50), (1, 64, 300), (100, 1, 700), (128, 130, 1300)] {
            for (transposeA, transposeB) in transpositions {
                let (a, b) = (Memory.noise(.float32, m * k, &noise), Memory.noise(.float32, k * n, &noise))
                for isNative in ways {
                    let c = run(a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, isNative: isNative)
                    for place in 0..<m * n {
                        let (i, j) = place.quotientAndRemainder(dividingBy: n)
                        var (sum, magnitude) = (0.0, 0.0)
                        for l in 0..<k {
                            let term =
                                rounded(a[transposeA ? l * m + i : i * k + l].double)
                                * rounded(b[transposeB ? j * k + l : l * n + j].double)
                            sum += term
                            magnitude += term.magnitude
                        }
                        // Higham: k roundings of each term at most.
                        if (c[place].double - sum).magnitude > Double(k) * 0x1p-24 * magnitude {
                            return XCTFail("\(isNative) \(m) \(n) \(k) \(transposeA) \(transposeB) [\(place)]")
                        }
                    }
                }
            }
        }
    }

    /// Sizes that are cut into blocks of rows, of columns and along the inner axis, the last ones smaller.
    func testProductsThatAreCutAreExactAndTheSameOnAnyNumberOfThreads() {
        defer { ThreadPool.setCount(2) }
        var noise = Noise(4)
        let sizes = [
            (300, 260, 170), (70, 530, 1350), (1030, 70, 1350), (530, 130, 2400), (1, 1500, 400), (1500, 1, 400),
            (600, 600, 65), (260, 100, 3000),
            (900, 30, 2100),
        ]
        for (m, n, k) in sizes {
            let a = Memory(.float32, (0..<m * k).map { _ in Double(noise.below(5) - 2) })
            let b = Memory(.float32, (0..<k * n).map { _ in Double(noise.below(5) - 2) })
            for isNative in ways {
                for (transposeA, transposeB) in transpositions {
                    let results = [1, 2, 3].map { threads in
                        ThreadPool.setCount(threads)
                        return run(a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, isNative: isNative)
                    }
                    let call = "\(isNative) \(m) \(n) \(k) \(transposeA) \(transposeB)"
                    XCTAssertEqual(results[1].bytes, results[0].bytes, call)
                    XCTAssertEqual(results[2].bytes, results[0].bytes, call)
                    for _ in 0..<200 {
                        let (i, j) = (noise.below(m), noise.below(n))
                        var sum = 0.0
                        for l in 0..<k {
                            sum +=
                                a[transposeA ? l * m + i : i * k + l].double
                                * b[transposeB ? j * k + l : l * n + j].double
                        }
                        XCTAssertEqual(results[0][i * n + j].double, sum, call)
                    }
                }
            }
        }
    }

    /// Small matrices, and ones that are cut.
    func testEachProductOfABatchReadsItsOwnOrASharedOperand() {
        var noise = Noise(5)
        for (m, n, k) in [(3, 5, 4), (40, 200, 36), (1100, 9, 5)] {
            let a = Memory(.float32, (0..<4 * m * k + 2).map { _ in Double(noise.below(9) - 4) })
            let b = Memory(.float32, (0..<4 * k * n + 1).map { _ in Double(noise.below(9) - 4) })
            let batches = [
                ((0..<4).map { $0 * m * k }, (0..<4).map { $0 * k * n }), ([2, 2, 2], [1, k * n + 1, 2 * k * n + 1]),
                ([3 * m * k, 0], [0, 0]), ([], []),
            ]
            for isNative in ways {
                for (offsetsA, offsetsB) in batches {
                    let c = run(
                        a, b, m, n, k, transposeA: false, transposeB: true, offsetsA: offsetsA, offsetsB: offsetsB,
                        isNative: isNative)
                    for (index, (offsetA, offsetB)) in zip(offsetsA, offsetsB).enumerated() {
                        for place in 0..<m * n {
                            let (i, j) = place.quotientAndRemainder(dividingBy: n)
                            var sum = 0.0
                            for l in 0..<k { sum += a[offsetA + i * k + l].double * b[offsetB + j * k + l].double }
                            if c[index * m * n + place].double != sum {
                                return XCTFail("\(isNative) \(m) product \(index) [\(place)]")
                            }
                        }
                    }
                }
            }
        }
    }

    func testNaNAndInfinityReachTheElementsThatTheyAreAFactorOfAndNoOthers() {
        let (m, n, k) = (9, 35, 3)
        for isNative in ways {
            var (left, right) = ([Double](repeating: 1, count: m * k), [Double](repeating: 1, count: k * n))
            left[2 * k + 2] = .nan
            right[2 * n + 34] = .infinity
            let c = run(
                Memory(.float32, left), Memory(.float32, right), m, n, k, transposeA: false, transposeB: false,
                isNative: isNative)
            for i in 0..<m {
                for j in 0..<n {
                    let value = c[i * n + j].double
                    if i == 2 { XCTAssertTrue(value.isNaN) } else { XCTAssertEqual(value, j == 34 ? .infinity : 3) }
                }
            }
        }
    }

    func testTheBitsOfARowDependNeitherOnTheRowsBesideItNorOnTheCut() {
        var noise = Noise(6)
        let (n, k) = (200, 2100)
        let (a, b) = (Memory.noise(.float32, 700 * k, &noise), Memory.noise(.float32, k * n, &noise))
        let all = run(a, b, 700, n, k, transposeA: false, transposeB: false).bytes
        for m in [2, 17, 260] {
            let some = run(a, b, m, n, k, transposeA: false, transposeB: false)
            XCTAssertEqual(some.bytes, Array(all.prefix(m * n * 4)))
        }
    }
}
