import Steps
import XCTest

@testable import Kernels
@testable import References

/// Selections and their adjoints against loops over single elements.
final class IndexingTests: XCTestCase {
    private let shapes: [(outer: Int, n: Int, inner: Int, count: Int)] = [
        (1, 1, 1, 1), (1, 5, 1, 9), (3, 4, 1, 7), (2, 7, 3, 5), (1, 100, 2, 300), (2, 3, 300, 4), (1, 50, 5000, 20),
        (3, 10, 1000, 40), (2, 5, 3, 0), (0, 5, 3, 2),
        (2, 5, 0, 3), (1, 3, 200_000, 2),
    ]

    private func indices(_ dtype: DType, _ count: Int, _ n: Int, _ noise: inout Noise) -> Memory {
        let isSigned = dtype != .uint8
        return Memory(
            dtype, (0..<count).map { _ in .whole(Int64(noise.below(isSigned ? 2 * n : n)) - Int64(isSigned ? n : 0)) })
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
                    gatherRows(
                        elementBytes: dtype.size, x.pointer, outer: outer, n: n, inner: inner,
                        indexDType: indices.dtype, indices: indices.pointer, count: count,
                        y.pointer)
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
                    takeAlongAxis(
                        elementBytes: dtype.size, x.pointer, outer: outer, n: n, inner: inner,
                        indexDType: indices.dtype, indices: indices.pointer, count: count,
                        y.pointer)
                    XCTAssertTrue(y.isWallIntact)
                    return y.bytes
                }
                XCTAssertTrue(found == wanted.bytes, "\(dtype) \(shape)")
            }
        }
    }

    /// The sum in the order of the indices, in the dtype itself: floats are equal to the bit, integers wrap, and bools
    /// are true once one is.
    private func add(_ dtype: DType, _ a: Number, _ b: Number) -> Number {
        switch dtype {
        case .bool: return .whole(a.isTrue || b.isTrue ? 1 : 0)
        case .float32: return .real(Double(a.float + b.float))
        case .float64: return .real(a.double + b.double)
        default: return .whole(a.int64 &+ b.int64)
        }
    }

    func testWhatIsWrittenByIndexIsWrittenInTheOrderOfTheIndices() {
        var noise = Noise(3)
        for (number, shape) in shapes.enumerated() {
            let (outer, n, inner, count) = shape
            for dtype in DType.allCases where outer * count * inner < 200_000 || dtype == .float32 {
                // Sums of 16 bits are those of float32 (PlanGraph.widened).
                for (isAlongAxis, accumulates) in [(false, false), (false, true), (true, false), (true, true)]
                where !(accumulates && dtype.isHalf) {
                    let rows = Memory.noise(dtype, outer * count * inner, &noise)
                    let before = Memory.noise(dtype, outer * n * inner, &noise)
                    let indices = indices(indexTypes[number % 3], isAlongAxis ? rows.count : count, n, &noise)
                    let wanted = Memory(dtype, (0..<before.count).map { before[$0] })
                    for place in 0..<rows.count {
                        let (row, i) = place.quotientAndRemainder(dividingBy: inner)
                        let to = (row / count * n + wrapped(indices, isAlongAxis ? place : row % count, n)) * inner + i
                        wanted[to] = accumulates ? add(dtype, wanted[to], rows[place]) : rows[place]
                    }
                    let found = sameOnAnyThreads { () -> [UInt8] in
                        let y = Memory(dtype, (0..<before.count).map { before[$0] })
                        let kernel = isAlongAxis ? putAlongAxis : putRows
                        kernel(
                            dtype, accumulates, rows.pointer, outer, n, inner, indices.dtype, indices.pointer, count,
                            y.pointer)
                        XCTAssertTrue(y.isWallIntact)
                        return y.bytes
                    }
                    XCTAssertTrue(found == wanted.bytes, "\(dtype) \(shape) \(isAlongAxis) \(accumulates)")
                }
            }
        }
    }

    func testSeveralIndicesBecomeOneAndOneBecomesSeveral() {
        var noise = Noise(6)
        let extents = [3, 5, 4]
        for kinds in [[DType.int64, .uint8, .int32], [.uint8, .int32, .int64], [.int32, .int64, .uint8]] {
            let indices = zip(kinds, extents).map { self.indices($0, 40, $1, &noise) }
            let flat = Memory(.int64, 40)
            for (place, index) in indices.enumerated() {
                let numbers = flat.pointer.assumingMemoryBound(to: Int64.self)
                ravel(isFirst: place == 0, n: extents[place], index.dtype, index.pointer, count: 40, numbers)
            }
            let wanted = (0..<40).map { c in
                (wrapped(indices[0], c, 3) * 5 + wrapped(indices[1], c, 5)) * 4 + wrapped(indices[2], c, 4)
            }
            XCTAssertEqual((0..<40).map { Int(flat[$0].int64) }, wanted)
            let places = Memory(.int64, 120)
            unravel(
                flat.pointer.assumingMemoryBound(to: Int64.self), 40, extents: extents,
                places.pointer.assumingMemoryBound(to: Int64.self))
            XCTAssertEqual(
                (0..<120).map { Int(places[$0].int64) },
                (0..<120).map { wrapped(indices[$0 % 3], $0 / 3, extents[$0 % 3]) })
            XCTAssertTrue(flat.isWallIntact && places.isWallIntact)
        }
    }

    func testPositionsOfTrueElementsAreTheirs() {
        var noise = Noise(7)
        for count in [0, 1, 2, 63, 64, 1000] {
            let mask = Memory(.bool, (0..<count).map { _ in .whole(Int64(noise.below(2))) })
            let wanted = (0..<count).filter { mask[$0].isTrue }
            XCTAssertEqual(countTrue(mask.pointer, count), wanted.count)
            let positions = Memory(.int64, wanted.count)
            truePositions(mask.pointer, count, positions.pointer.assumingMemoryBound(to: Int64.self))
            XCTAssertEqual((0..<wanted.count).map { Int(positions[$0].int64) }, wanted)
            XCTAssertTrue(positions.isWallIntact)
        }
    }

    func testOneHotRowsHaveOneWhereTheLabelIs() {
        var noise = Noise(4)
        for labelType in indexTypes {
            for dtype in DType.allCases where !dtype.isHalf {
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
                let untouched = Memory(.float32, 48).bytes
                let y = Memory(.float32, 48)
                XCTAssertEqual(firstBadIndex(dtype, indices.pointer, count: 6, n: 4), 3)
                XCTAssertEqual(firstBadIndex(dtype, indices.pointer, count: 3, n: 4), -1)
                XCTAssertEqual(oneHot(dtype, indices.pointer, .float32, y.pointer, count: 6, classes: 4), 3)
                XCTAssertEqual(y.bytes, untouched)
            }
        }
        // Labels do not count from the end.
        let y = Memory(.float32, 4)
        XCTAssertEqual(
            oneHot(.int64, Memory(.int64, [.whole(-1)]).pointer, .float32, y.pointer, count: 1, classes: 4), 0)
    }
}
