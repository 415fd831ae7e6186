import Steps
import XCTest

@testable import Kernels
@testable import References

final class ScanTests: XCTestCase {
    /// [outer, n, inner] of each kind: rows that are alone, side by side, more than a block of them, empty, long.
    private let layouts = [
        (1, 7, 1), (3, 5, 1), (2, 4, 3), (2, 3, 130), (4, 0, 2), (0, 3, 2), (2, 3, 0), (1, 100_000, 1), (700, 200, 1),
    ]

    private func noise(_ count: Int, _ seed: UInt64) -> [Double] {
        var noise = Noise(seed)
        return (0..<count).map { _ in noise.real(-1, 1) }
    }

    func testScansAreTheirDefinitionsOnAnyNumberOfThreads() {
        for (outer, n, inner) in layouts {
            let count = outer * n * inner
            for isReversed in [false, true] {
                let (a, b) = (noise(count, 1), noise(count, 2))
                var (sums, recurrence) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
                for o in 0..<outer {
                    for i in 0..<inner {
                        var (sum, last) = (0.0, 0.0)
                        for k in 0..<n {
                            let place = (o * n + (isReversed ? n - 1 - k : k)) * inner + i
                            sum += b[place]
                            last = a[place] * last + b[place]
                            (sums[place], recurrence[place]) = (sum, last)
                        }
                    }
                }
                let found = sameOnAnyThreads { () -> [[Double]] in
                    var (x, y) = ([Double](repeating: -1, count: count + 1), [Double](repeating: -1, count: count + 1))
                    cumulativeSum(.float64, b, &x, outer: outer, n: n, inner: inner, isReversed: isReversed)
                    linearRecurrence(.float64, a, b, &y, outer: outer, n: n, inner: inner, isReversed: isReversed)
                    return [x, y]
                }
                XCTAssertEqual(found[0], sums + [-1], "sum over \((outer, n, inner))")
                XCTAssertEqual(found[1], recurrence + [-1], "recurrence over \((outer, n, inner))")
                let narrow = b.map { Float($0) }
                var y = [Float](repeating: 0, count: count)
                cumulativeSum(.float32, narrow, &y, outer: outer, n: n, inner: inner, isReversed: isReversed)
                for (found, wanted) in zip(y, sums) {
                    XCTAssertEqual(Double(found), wanted, accuracy: 1e-7 * Double(Swift.max(n, 10)))
                }
            }
        }
    }

    func testIntegersWrap() {
        let x: [Int64] = [.max, 1, 5]
        var y = [Int64](repeating: 0, count: 3)
        cumulativeSum(.int64, x, &y, outer: 1, n: 3, inner: 1, isReversed: false)
        XCTAssertEqual(y, [.max, .min, .min + 5])
        linearRecurrence(.int64, x, [3, 4, 5] as [Int64], &y, outer: 1, n: 3, inner: 1, isReversed: false)
        XCTAssertEqual(y, [3, 7, 40])
    }
}
