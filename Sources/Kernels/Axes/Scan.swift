import Steps
import Machine

// Scans along an axis. Arrays are seen as [outer, n, inner]; each of the outer * inner rows is scanned for itself, from
// its end if reversed. Floats are accumulated in float64.

/// y[k] = x[0] + ... + x[k]. dtype: int64, float32 or float64.
public func cumulativeSum(
    _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int,
    isReversed: Bool
) {
    let rows = ScanRows(outer: outer, n: n, inner: inner, isReversed: isReversed)
    switch dtype {
    case .float32:
        let x = x.assumingMemoryBound(to: Float.self)
        rows.scan(y, start: 0.0, store: { Float($0) }) { total, place in total + Double(x[place]) }
    case .float64:
        let x = x.assumingMemoryBound(to: Double.self)
        rows.scan(y, start: 0.0, store: { $0 }) { total, place in total + x[place] }
    default:
        let x = x.assumingMemoryBound(to: Int64.self)
        rows.scan(y, start: 0 as Int64, store: { $0 }) { total, place in total &+ x[place] }
    }
}

/// y[k] = a[k] y[k - 1] + b[k], where y before the first is 0. dtype: int64, float32 or float64.
public func linearRecurrence(
    _ dtype: DType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int,
    inner: Int, isReversed: Bool
) {
    let rows = ScanRows(outer: outer, n: n, inner: inner, isReversed: isReversed)
    switch dtype {
    case .float32:
        let (a, b) = (a.assumingMemoryBound(to: Float.self), b.assumingMemoryBound(to: Float.self))
        rows.scan(y, start: 0.0, store: { Float($0) }) { total, place in Double(a[place]) * total + Double(b[place]) }
    case .float64:
        let (a, b) = (a.assumingMemoryBound(to: Double.self), b.assumingMemoryBound(to: Double.self))
        rows.scan(y, start: 0.0, store: { $0 }) { total, place in a[place] * total + b[place] }
    default:
        let (a, b) = (a.assumingMemoryBound(to: Int64.self), b.assumingMemoryBound(to: Int64.self))
        rows.scan(y, start: 0 as Int64, store: { $0 }) { total, place in a[place] &* total &+ b[place] }
    }
}

/// The rows of a scan.
private struct ScanRows {
    var outer: Int
    var n: Int
    var inner: Int
    var isReversed: Bool

    /// Rows that lie side by side are scanned together, so that memory is read as it lies.
    private static let width = 64

    /// `step` takes the element at a place into the total of its row.
    @inline(__always)
    func scan<Total: BitwiseCopyable, Element>(
        _ y: UnsafeMutableRawPointer, start: Total, store: (Total) -> Element, step: (Total, Int) -> Total
    ) {
        let y = y.assumingMemoryBound(to: Element.self)
        let blocks = (inner + Self.width - 1) / Self.width
        inPieces(
            outer * blocks,
            grain: Swift.max(1, AxisKernels.pieceElements / Swift.max(1, n * Swift.min(inner, Self.width)))
        ) { part in
            withUnsafeTemporaryAllocation(of: Total.self, capacity: Self.width) { totals in
                for item in part {
                    let (o, block) = item.quotientAndRemainder(dividingBy: blocks)
                    let columns = block * Self.width..<Swift.min(inner, (block + 1) * Self.width)
                    for column in 0..<columns.count { totals[column] = start }
                    for k in 0..<n {
                        let row = (o * n + (isReversed ? n - 1 - k : k)) * inner + columns.lowerBound
                        for column in 0..<columns.count {
                            totals[column] = step(totals[column], row + column)
                            y[row + column] = store(totals[column])
                        }
                    }
                }
            }
        }
    }
}
