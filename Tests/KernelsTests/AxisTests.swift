import Steps
import Glibc
import XCTest

@testable import Kernels
@testable import References

/// Softmax and its kin against SciPy's formulas in extended precision.
final class AxisTests: XCTestCase {
    private enum Function: CaseIterable { case softmax, logSoftmax, logSumExp }

    private let shapes: [(outer: Int, n: Int, inner: Int)] = [
        (1, 1, 1), (3, 1, 1), (1, 5, 1), (7, 10, 1), (33, 16, 1), (5, 17, 1), (9, 8, 1), (4, 1000, 1), (2, 5000, 1),
        (300, 3, 1), (2000, 100, 1), (1, 1, 4),
        (1, 5, 3), (2, 7, 16), (3, 16, 17), (1, 300, 2), (2, 3, 1000), (4, 50, 33), (3, 1000, 5), (100, 40, 20),
    ]

    private func run(_ function: Function, _ dtype: DType, _ x: Memory, _ shape: (outer: Int, n: Int, inner: Int))
        -> Memory
    {
        let count = shape.outer * shape.inner * (function == .logSumExp ? 1 : shape.n)
        let y = Memory(dtype, count)
        let (outer, n, inner) = shape
        switch function {
        case .softmax: AxisKernels.softmax(dtype, x.pointer, y.pointer, outer: outer, n: n, inner: inner)
        case .logSoftmax: AxisKernels.logSoftmax(dtype, x.pointer, y.pointer, outer: outer, n: n, inner: inner)
        case .logSumExp: AxisKernels.logSumExp(dtype, x.pointer, y.pointer, outer: outer, n: n, inner: inner)
        }
        XCTAssertTrue(y.isWallIntact)
        return y
    }

    /// The places in x of each row's elements.
    private func rows(_ shape: (outer: Int, n: Int, inner: Int)) -> [[Int]] {
        (0..<shape.outer * shape.inner).map { row in
            let (o, i) = row.quotientAndRemainder(dividingBy: shape.inner)
            return (0..<shape.n).map { (o * shape.n + $0) * shape.inner + i }
        }
    }

    /// The worst error in units of what the algorithm loses at most: the rounding of x - max, which an exponential
    /// multiplies by its size, and a few roundings of exponentials, sum and logarithm.
    private func worst(
        _ function: Function, _ dtype: DType, _ x: Memory, _ y: Memory, _ shape: (outer: Int, n: Int, inner: Int)
    ) -> Double {
        let epsilon: Float80 = dtype == .float32 ? 0x1p-23 : 0x1p-52
        let floor: Float80 = dtype == .float32 ? 0x1p-149 : 0x1p-1074
        var worst = 0.0
        func take(_ found: Number, _ exact: Float80, _ slack: Float80) {
            if exact.isNaN || !exact.isFinite {
                let isRight = exact.isNaN ? found.double.isNaN : Float80(found.double) == exact
                worst = Swift.max(worst, isRight ? 0 : .infinity)
            } else {
                let off = (Float80(found.double) - exact).magnitude / (slack * epsilon + floor)
                worst = Swift.max(worst, off.isNaN ? .infinity : Double(off))
            }
        }
        let additions = Float80(shape.n) / (shape.inner == 1 ? (dtype == .float32 ? 32 : 16) : 2)
        for (row, places) in rows(shape).enumerated() {
            let x = places.map { Float80(x[$0].double) }
            let largest = x.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
            let shift = largest.isFinite ? largest : 0
            let sum = x.reduce(0) { $0 + Glibc.exp($1 - shift) }
            let logarithm = Glibc.log(sum)
            // Not shifted by 0 instead of an infinity, like the logarithms.
            let total = largest.isFinite ? sum : x.reduce(0) { $0 + Glibc.exp($1 - largest) }
            if function == .logSumExp {
                take(y[row], shift + logarithm, shift.magnitude / 2 + logarithm.magnitude + 4 + additions)
                continue
            }
            for (index, place) in places.enumerated() {
                let distance = (x[index] - shift).magnitude
                if function == .softmax {
                    let exact = Glibc.exp(x[index] - largest) / total
                    take(y[place], exact, exact == 0 ? 0 : exact * (distance / 2 + 4 + additions))
                } else {
                    take(y[place], x[index] - shift - logarithm, distance + logarithm.magnitude + 4 + additions)
                }
            }
        }
        return worst
    }

    private func check(_ dtype: DType, _ x: Memory, _ shape: (outer: Int, n: Int, inner: Int), _ what: String) {
        for function in Function.allCases {
            let y = run(function, dtype, x, shape)
            let off = worst(function, dtype, x, y, shape)
            XCTAssertLessThanOrEqual(off, 1, "\(function) \(dtype) \(shape) \(what)")
        }
    }

    func testEveryShapeGivesTheFormulasWithinTheirRoundings() {
        var noise = Noise(1)
        for dtype in [DType.float32, .float64] {
            for shape in shapes where shape.n * shape.outer * shape.inner < 20_000 {
                check(dtype, .noise(dtype, shape.outer * shape.n * shape.inner, &noise), shape, "")
            }
        }
    }

    func testLargeLogitsNeitherOverflowNorLoseTheirDigits() {
        var noise = Noise(2)
        for dtype in [DType.float32, .float64] {
            for scale in [100.0, 1e4, 1e30] {
                for shape in [(5, 10, 1), (3, 100, 1), (2, 7, 5), (1, 1500, 1)] {
                    let numbers = (0..<shape.0 * shape.1 * shape.2).map { _ in noise.real(-scale, scale) }
                    check(dtype, Memory(dtype, numbers), (shape.0, shape.1, shape.2), "scale \(scale)")
                }
            }
        }
    }

    func testInfinitiesAndNaNFareAsInSciPy() {
        let rows: [[Double]] = [
            [-.infinity, 3, -.infinity], [-.infinity, -.infinity, -.infinity], [1, .infinity, 2],
            [.infinity, -.infinity, 0], [.nan, 1, 2],
            [1, .nan, 2], [1, 2, .nan], [.infinity, .infinity, 1], [-.infinity, .nan, -.infinity],
            [-.infinity, 1e4, 1e4],
        ]
        for dtype in [DType.float32, .float64] {
            for row in rows {
                for inner in [1, 2, 17] {
                    for repeats in [1, 30, 700] {
                        let n = row.count * repeats
                        let numbers = (0..<2 * n * inner).map { row[$0 / inner % row.count] }
                        check(dtype, Memory(dtype, numbers), (2, n, inner), "\(row)")
                    }
                }
            }
        }
    }

    func testARowsNeighboursDoNotMatter() {
        var noise = Noise(3)
        for dtype in [DType.float32, .float64] {
            for n in [3, 16, 21, 300] {
                let x = Memory.noise(dtype, 40 * n, &noise)
                for function in Function.allCases {
                    let together = run(function, dtype, x, (40, n, 1))
                    let size = together.bytes.count / 40
                    for row in [0, 1, 17, 39] {
                        let alone = Memory(dtype, (0..<n).map { x[row * n + $0] })
                        XCTAssertEqual(
                            run(function, dtype, alone, (1, n, 1)).bytes,
                            Array(together.bytes[row * size..<row * size + size]))
                    }
                }
            }
        }
    }

    func testTheNumberOfThreadsDoesNotChangeABit() {
        var noise = Noise(4)
        for shape in [(3000, 100, 1), (40, 5000, 1), (300, 30, 20)] {
            let x = Memory.noise(.float32, shape.0 * shape.1 * shape.2, &noise)
            for function in Function.allCases {
                sameOnAnyThreads { run(function, .float32, x, (shape.0, shape.1, shape.2)).bytes }
            }
        }
    }

    func testNothingIsSummedToMinusInfinityAndEmptyArraysAreLeftAlone() {
        for dtype in [DType.float32, .float64] {
            for inner in [1, 3] {
                XCTAssertEqual(
                    run(.logSumExp, dtype, Memory(dtype, 0), (2, 0, inner))[2 * inner - 1], .real(-.infinity))
                for function in Function.allCases { _ = run(function, dtype, Memory(dtype, 0), (0, 5, inner)) }
                _ = run(.softmax, dtype, Memory(dtype, 0), (2, 0, inner))
            }
            for function in Function.allCases { _ = run(function, dtype, Memory(dtype, 0), (2, 5, 0)) }
        }
    }

    // MARK: Arg-reductions

    private func first(_ x: Memory, _ places: [Int], maximum: Bool) -> Int64 {
        var best = 0
        for index in places.indices {
            let (value, held) = (x[places[index]].double, x[places[best]].double)
            if held.isNaN { break }
            if value.isNaN || (maximum ? value > held : value < held) { best = index }
        }
        return Int64(best)
    }

    func testTheFirstLargestAndSmallestElementAreFoundAndTheFirstNaNBeatsAll() {
        var noise = Noise(5)
        for dtype in DType.allCases where !dtype.isHalf {
            for shape in shapes where shape.n * shape.outer * shape.inner < 20_000 || dtype == .float32 {
                let x = Memory.noise(dtype, shape.outer * shape.n * shape.inner, &noise)
                // Few different values, so that there are equals.
                for place in 0..<x.count where noise.chance(50) { x[place] = .whole(Int64(noise.below(3))) }
                if dtype.isFloat {
                    for place in 0..<x.count where noise.chance(2) {
                        x[place] = noise.pick([.real(.nan), .real(.infinity), .real(-0.0)])
                    }
                }
                for maximum in [true, false] {
                    let found = sameOnAnyThreads { () -> [UInt8] in
                        let result = Memory(.int64, shape.outer * shape.inner)
                        AxisKernels.argReduce(
                            dtype, x.pointer, result.pointer.assumingMemoryBound(to: Int64.self), outer: shape.outer,
                            n: shape.n, inner: shape.inner,
                            maximum: maximum)
                        XCTAssertTrue(result.isWallIntact)
                        return result.bytes
                    }
                    let wanted = Memory(.int64, rows(shape).map { .whole(first(x, $0, maximum: maximum)) })
                    XCTAssertEqual(found, wanted.bytes, "\(dtype) \(shape) \(maximum)")
                }
            }
        }
    }

    func testWholeNumbersAreComparedInAllTheirDigits() {
        let x = Memory(.int64, [.whole(.max - 1), .whole(.max), .whole(.min + 1), .whole(.min)])
        var result: Int64 = -1
        AxisKernels.argReduce(.int64, x.pointer, &result, outer: 1, n: 4, inner: 1, maximum: true)
        XCTAssertEqual(result, 1)
        AxisKernels.argReduce(.int64, x.pointer, &result, outer: 1, n: 4, inner: 1, maximum: false)
        XCTAssertEqual(result, 3)
    }
}
