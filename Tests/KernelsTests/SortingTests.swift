import Steps
import XCTest

@testable import Kernels
@testable import References

final class SortingTests: XCTestCase {
    private let layouts = [
        (1, 1, 1), (1, 0, 1), (3, 7, 1), (2, 40, 3), (2, 41, 2), (5, 300, 4), (1, 70_000, 1), (0, 5, 1),
    ]

    private func sort(
        _ dtype: DType, _ x: UnsafeRawPointer, _ places: UnsafeMutablePointer<Int64>, outer: Int, n: Int, inner: Int,
        isDescending: Bool
    ) {
        let lanes = sortScratch(dtype, rows: outer * inner, n: n)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: lanes.bytes + 1, alignment: 64)
        defer { scratch.deallocate() }
        argSort(dtype, x, places, outer: outer, n: n, inner: inner, isDescending: isDescending, lanes, scratch)
    }

    /// Swift's own sort of pairs (element, place), with PyTorch's place for NaN.
    private func check<T: Comparable & BitwiseCopyable>(_ dtype: DType, _ element: (inout Noise) -> T) {
        for (outer, n, inner) in layouts {
            var noise = Noise(UInt64(n + 1))
            let x = (0..<outer * n * inner).map { _ in element(&noise) }
            for isDescending in [false, true] {
                let found = sameOnAnyThreads { () -> [Int64] in
                    var places = [Int64](repeating: -1, count: x.count + 1)
                    sort(dtype, x, &places, outer: outer, n: n, inner: inner, isDescending: isDescending)
                    return places
                }
                XCTAssertEqual(found.last, -1)
                for o in 0..<outer {
                    for i in 0..<inner {
                        let row = (0..<n).map { x[(o * n + $0) * inner + i] }
                        func isBefore(_ a: T, _ b: T) -> Bool {
                            let (aIsNaN, bIsNaN) = (a != a, b != b)
                            if aIsNaN || bIsNaN { return isDescending ? aIsNaN && !bIsNaN : !aIsNaN && bIsNaN }
                            return isDescending ? a > b : a < b
                        }
                        let wanted = (0..<n).sorted { a, b in
                            isBefore(row[a], row[b]) || (!isBefore(row[b], row[a]) && a < b)
                        }
                        let got = (0..<n).map { Int(found[(o * n + $0) * inner + i]) }
                        XCTAssertTrue(got == wanted, "\(dtype) \((outer, n, inner)) descending \(isDescending)")
                    }
                }
            }
        }
    }

    func testPlacesAreThoseOfAStableSort() {
        check(.uint8) { UInt8($0.below(256)) }
        check(.int32) { Int32($0.below(7)) - 3 }
        check(.int64) { $0.chance(9) ? Int64($0.below(1000)) - 500 : $0.chance(2) ? .min : .max }
        let edges: [Double] = [
            0, -0.0, .infinity, -.infinity, .nan, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .greatestFiniteMagnitude,
        ]
        check(.float64) { $0.chance(3) ? edges[$0.below(edges.count)] : $0.real(-5, 5) }
        check(.float32) { Float($0.chance(3) ? edges[$0.below(edges.count)] : $0.real(-5, 5)) }
    }

    func testRunsOfEquals() {
        let x: [Double] = [3, .nan, 1, 3, -0.0, .nan, 0, 3]
        var order = [Int64](repeating: 0, count: 8)
        sort(.float64, x, &order, outer: 1, n: 8, inner: 1, isDescending: false)
        var (inverse, counts, firsts) = (
            [Int64](repeating: -1, count: 8), [Int64](repeating: -1, count: 8), [Int64](repeating: -1, count: 8)
        )
        XCTAssertEqual(
            runsOfEquals(.float64, x, order, n: 8, width: 1, inverse: &inverse, counts: &counts, firsts: &firsts), 5)
        XCTAssertEqual(inverse, [2, 3, 1, 2, 0, 4, 0, 2])
        XCTAssertEqual(Array(counts.prefix(5)), [2, 1, 3, 1, 1])
        XCTAssertEqual(Array(firsts.prefix(5)), [4, 2, 0, 1, 5])
        XCTAssertEqual(
            runsOfEquals(.float64, x, order, n: 0, width: 1, inverse: &inverse, counts: &counts, firsts: &firsts), 0)
    }

    func testRowsAreInTheOrderOfSwiftsSortAndEqualsKeepTheirs() {
        for n in [0, 1, 2, 3, 7, 64, 65, 1000] {
            var noise = Noise(UInt64(n + 1))
            let rows = (0..<n).map { _ in (0..<3).map { _ in Int64(noise.below(4)) } }
            var (order, scratch) = ([Int64](repeating: -1, count: n + 1), [Int64](repeating: -1, count: n + 1))
            rowOrder(.int64, rows.flatMap { $0 }, &order, scratch: &scratch, n: n, width: 3)
            let wanted = (0..<n).sorted { a, b in
                rows[a] == rows[b] ? a < b : rows[a].lexicographicallyPrecedes(rows[b])
            }
            XCTAssertEqual(order, wanted.map { Int64($0) } + [-1])
        }
    }

    func testRunsOfEqualRows() {
        let x: [Double] = [1, 2, 1, 3, 1, 2]
        let order: [Int64] = [0, 2, 1]
        var (inverse, counts, firsts) = (
            [Int64](repeating: -1, count: 3), [Int64](repeating: -1, count: 3), [Int64](repeating: -1, count: 3)
        )
        XCTAssertEqual(
            runsOfEquals(.float64, x, order, n: 3, width: 2, inverse: &inverse, counts: &counts, firsts: &firsts), 2)
        XCTAssertEqual([inverse, Array(counts.prefix(2)), Array(firsts.prefix(2))], [[0, 1, 0], [2, 1], [0, 1]])
    }

    func testCountBelowFindsTheIntervalOfEachValue() {
        var result = [Int64](repeating: 0, count: 6)
        countBelow([1, 1, 2, 4, 5, 6], [0.5, 1, 9, 4.5, 3, 6], &result, rows: 2, n: 3, count: 3)
        XCTAssertEqual(result, [0, 2, 3, 1, 0, 3])
    }
}
