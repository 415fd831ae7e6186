import XCTest

@testable import Kernels

/// Selections and their adjoints against loops over single elements.
final class IndexingTests: XCTestCase {
    private let shapes: [(outer: Int, n: Int, inner: Int, count: Int)] = [
        (1, 1, 1, 1), (1, 5, 1, 9), (3, 4, 1, 7), (2, 7, 3, 5), (1, 100, 2, 300), (2, 3, 300, 4), (1, 50, 5000, 20), (3, 10, 1000, 40), (2, 5, 3, 0), (0, 5, 3, 2),
        (2, 5, 0, 3), (1, 3, 200_000, 2),
    ]

    private func indices(_ dtype: DType, _ count: Int, _ n: Int, _ noise: inout Noise) -> Memory {
        let isSigned = dtype != .uint8
        return Memory(dtype, (0..<count).map { _ in .whole(Int64(noise.below(isSigned ? 2 * n : n)) - Int64(isSigned ? n : 0)) })
    }

    private func wrapped(_ indices: Memory, _ place: Int, _ n: Int) -> Int {
        let index = Int(indices[place].int64)
        return index < 0 ? index + n : index
    }

    private let indexTypes: [DType] = [.uint8, .int32, .int64]

    func testGatheredRowsAreTheRowsThatWereNamed() {
        var noise = Noise(1)
        for (number, shape) in shapes.enumerated() {
            for dtype in [DType.uint8, .float32, .int64] {
                let (outer, n, inner, count) = shape
                let x = Memory.noise(dtype, outer * n * inner, &noise)
                let indices = indices(indexTypes[number % 3], count, n, &noise)
                let wanted = Memory(dtype, outer * count * inner)
                for place in 0..<wanted.count {
                    let (row, i) = place.quotientAndRemainder(dividingBy: inner)
                    wanted[place] = x[(row / count * n + wrapped(indices, row % count, n)) * inner + i]
                }
                let found = sameOnAnyThreads { () -> [UInt8] in
                    let y = Memory(dtype, wanted.count)
                    let bad = gatherRows(
                        elementBytes: dtype.size, x.pointer, outer: outer, n: n, inner: inner, indexDType: indices.dtype, indices: indices.pointer, count: count,
                        y.pointer)
                    XCTAssertEqual(bad, -1)
                    XCTAssertTrue(y.isWallIntact)
                    return y.bytes
                }
                XCTAssertTrue(found == wanted.bytes, "\(dtype) \(shape)")
            }
        }
    }

    func testElementsTakenAlongAnAxisAreThoseThatWereNamed() {
        var noise = Noise(2)
        for (number, shape) in shapes.enumerated() {
            for dtype in [DType.bool, .int32, .float64] {
                let (outer, n, inner, count) = shape
                let x = Memory.noise(dtype, outer * n * inner, &noise)
                let indices = indices(indexTypes[number % 3], outer * count * inner, n, &noise)
                let wanted = Memory(dtype, outer * count * inner)
                for place in 0..<wanted.count {
                    let (row, i) = place.quotientAndRemainder(dividingBy: inner)
                    wanted[place] = x[(row / count * n + wrapped(indices, place, n)) * inner + i]
                }
                let found = sameOnAnyThreads { () -> [UInt8] in
                    let y = Memory(dtype, wanted.count)
                    let bad = takeAlongAxis(
                        elementBytes: dtype.size, x.pointer, outer: outer, n: n, inner: inner, indexDType: indices.dtype, indices: indices.pointer, count: count,
                        y.pointer)
                    XCTAssertEqual(bad, -1)
                    XCTAssertTrue(y.isWallIntact)
                    return y.bytes
                }
                XCTAssertTrue(found == wanted.bytes, "\(dtype) \(shape)")
            }
        }
    }

    /// The sum in the order of the indices, in the dtype itself: floats are equal to the bit, integers wrap, and bools are true once one is.
    private func add(_ dtype: DType, _ a: Number, _ b: Number) -> Number {
        switch dtype {
        case .bool: return .whole(a.isTrue || b.isTrue ? 1 : 0)
        case .float32: return .real(Double(a.float + b.float))
        case .float64: return .real(a.double + b.double)
        default: return .whole(a.int64 &+ b.int64)
        }
    }

    func testScatteredSumsAreTakenInTheOrderOfTheIndices() {
        var noise = Noise(3)
        for (number, shape) in shapes.enumerated() {
            let (outer, n, inner, count) = shape
            for dtype in DType.allCases where outer * count * inner < 200_000 || dtype == .float32 {
                for isAlongAxis in [false, true] {
                    let rows = Memory.noise(dtype, outer * count * inner, &noise)
                    let indices = indices(indexTypes[number % 3], isAlongAxis ? rows.count : count, n, &noise)
                    let wanted = Memory(dtype, [Number](repeating: .whole(0), count: outer * n * inner))
                    for place in 0..<rows.count {
                        let (row, i) = place.quotientAndRemainder(dividingBy: inner)
                        let to = (row / count * n + wrapped(indices, isAlongAxis ? place : row % count, n)) * inner + i
                        wanted[to] = add(dtype, wanted[to], rows[place])
                    }
                    let found = sameOnAnyThreads { () -> [UInt8] in
                        let y = Memory(dtype, wanted.count)
                        let kernel = isAlongAxis ? scatterAddAlongAxis : scatterAddRows
                        XCTAssertEqual(kernel(dtype, rows.pointer, outer, n, inner, indices.dtype, indices.pointer, count, y.pointer), -1)
                        XCTAssertTrue(y.isWallIntact)
                        return y.bytes
                    }
                    XCTAssertTrue(found == wanted.bytes, "\(dtype) \(shape) \(isAlongAxis)")
                }
            }
        }
    }

    func testOneHotRowsHaveOneWhereTheLabelIs() {
        var noise = Noise(4)
        for labelType in indexTypes {
            for dtype in DType.allCases {
                let labels = Memory(labelType, (0..<30).map { _ in .whole(Int64(noise.below(7))) })
                let y = Memory(dtype, 210)
                XCTAssertEqual(oneHot(labelType, labels.pointer, dtype, y.pointer, count: 30, classes: 7), -1)
                let wanted = Memory(dtype, (0..<210).map { .whole(labels[$0 / 7].int64 == Int64($0 % 7) ? 1 : 0) })
                XCTAssertEqual(y.bytes, wanted.bytes)
                XCTAssertTrue(y.isWallIntact)
            }
        }
    }

    func testTheFirstBadIndexIsNamedAndNothingIsWritten() {
        for dtype in indexTypes {
            let bad: [Int64] = dtype == .uint8 ? [4, 255] : dtype == .int32 ? [4, -5, 1 << 30] : [4, -5, .max, .min]
            for number in bad {
                let indices = Memory(dtype, [0, 3, 1, number, number, 2].map { .whole($0) })
                var noise = Noise(5)
                let x = Memory.noise(.float32, 4 * 6, &noise)
                let untouched = Memory(.float32, 48).bytes
                let y = Memory(.float32, 48)
                let (d, i) = (y.pointer, indices.pointer)
                XCTAssertEqual(gatherRows(elementBytes: 4, x.pointer, outer: 1, n: 4, inner: 2, indexDType: dtype, indices: i, count: 6, d), 3)
                XCTAssertEqual(takeAlongAxis(elementBytes: 4, x.pointer, outer: 1, n: 4, inner: 2, indexDType: dtype, indices: i, count: 3, d), 3)
                XCTAssertEqual(scatterAddRows(.float32, x.pointer, outer: 1, n: 4, inner: 2, indexDType: dtype, indices: i, count: 6, d), 3)
                XCTAssertEqual(scatterAddAlongAxis(.float32, x.pointer, outer: 1, n: 4, inner: 2, indexDType: dtype, indices: i, count: 3, d), 3)
                XCTAssertEqual(oneHot(dtype, i, .float32, d, count: 6, classes: 4), 3)
                XCTAssertEqual(y.bytes, untouched)
            }
        }
        // Labels do not count from the end.
        let y = Memory(.float32, 4)
        XCTAssertEqual(oneHot(.int64, Memory(.int64, [.whole(-1)]).pointer, .float32, y.pointer, count: 1, classes: 4), 0)
    }
}
