import Glibc

// The adjoints of selection: sums of the rows or elements that were selected from one place. Like the selections they check all
// indices before they write, and return -1 or the position of the first bad one. Each sum is taken in index order, by one
// thread.

/// destination [outer, n, inner] = 0, then destination[o, indices[c], i] += rows[o, c, i] for c = 0 ..< count.
public func scatterAddRows(
    _ dtype: DType, _ rows: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType, indices: UnsafeRawPointer,
    count: Int, _ destination: UnsafeMutableRawPointer
) -> Int {
    let indices = Indices(indexDType, indices)
    let bad = indices.firstOutside(-n..<n, count: count)
    guard bad < 0 else { return bad }
    let layout = ScatterLayout(outer: outer, n: n, inner: inner, count: count, indices: indices)
    switch dtype {
    case .bool: layout.addRows(Truth.self, rows, destination)
    case .uint8: layout.addRows(UInt8.self, rows, destination)
    case .int32: layout.addRows(Int32.self, rows, destination)
    case .int64: layout.addRows(Int64.self, rows, destination)
    case .float32: layout.addRows(Float.self, rows, destination)
    case .float64: layout.addRows(Double.self, rows, destination)
    }
    return -1
}

/// destination [outer, n, inner] = 0, then destination[o, indices[o, c, i], i] += rows[o, c, i] for c = 0 ..< count.
public func scatterAddAlongAxis(
    _ dtype: DType, _ rows: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType, indices: UnsafeRawPointer,
    count: Int, _ destination: UnsafeMutableRawPointer
) -> Int {
    let indices = Indices(indexDType, indices)
    let bad = indices.firstOutside(-n..<n, count: outer * count * inner)
    guard bad < 0 else { return bad }
    let layout = ScatterLayout(outer: outer, n: n, inner: inner, count: count, indices: indices)
    switch dtype {
    case .bool: layout.addElements(Truth.self, rows, destination)
    case .uint8: layout.addElements(UInt8.self, rows, destination)
    case .int32: layout.addElements(Int32.self, rows, destination)
    case .int64: layout.addElements(Int64.self, rows, destination)
    case .float32: layout.addElements(Float.self, rows, destination)
    case .float64: layout.addElements(Double.self, rows, destination)
    }
    return -1
}

private protocol Summand: BitwiseCopyable {
    static func sum(_ a: Self, _ b: Self) -> Self
}

extension Summand where Self: FixedWidthInteger {
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
}

extension UInt8: Summand {}
extension Int32: Summand {}
extension Int64: Summand {}

extension Float: Summand {
    @inline(__always) static func sum(_ a: Float, _ b: Float) -> Float { a + b }
}

extension Double: Summand {
    @inline(__always) static func sum(_ a: Double, _ b: Double) -> Double { a + b }
}

/// A bool's byte; the sum of bools is their disjunction, as in NumPy.
private struct Truth: Summand {
    var byte: UInt8
    @inline(__always) static func sum(_ a: Truth, _ b: Truth) -> Truth { Truth(byte: a.byte | b.byte) }
}

private struct ScatterLayout {
    let outer: Int
    let n: Int
    let inner: Int
    let count: Int
    let indices: Indices

    func addRows<T: Summand>(_ type: T.Type, _ rows: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer) {
        let rows = rows.assumingMemoryBound(to: T.self)
        let destination = destination.assumingMemoryBound(to: T.self)
        eachPart(destination) { o, columns in
            for c in 0..<count {
                let from = rows + (o * count + c) * inner
                let to = destination + (o * n + indices.wrapped(c, n)) * inner
                for i in columns { to[i] = T.sum(to[i], from[i]) }
            }
        }
    }

    func addElements<T: Summand>(_ type: T.Type, _ rows: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer) {
        let rows = rows.assumingMemoryBound(to: T.self)
        let destination = destination.assumingMemoryBound(to: T.self)
        eachPart(destination) { o, columns in
            for c in 0..<count {
                for i in columns {
                    let position = (o * count + c) * inner + i
                    let to = destination + ((o * n + indices.wrapped(position, n)) * inner + i)
                    to.pointee = T.sum(to.pointee, rows[position])
                }
            }
        }
    }

    /// Zeroes the destination part by part and hands each part, an outer index and a range of columns, to `body`.
    @inline(__always)
    private func eachPart<T>(_ destination: UnsafeMutablePointer<T>, _ body: (Int, Range<Int>) -> Void) {
        let width = 4096
        let parts = (inner + width - 1) / width
        guard parts > 0 else { return }
        let work = (n + count) * Swift.min(inner, width)
        inPieces(outer * parts, grain: Swift.max(1, (1 << 16) / Swift.max(1, work))) { range in
            for position in range {
                let (o, part) = position.quotientAndRemainder(dividingBy: parts)
                let columns = part * width..<Swift.min(inner, part * width + width)
                for row in 0..<n {
                    memset(destination + ((o * n + row) * inner + columns.lowerBound), 0, columns.count * MemoryLayout<T>.stride)
                }
                body(o, columns)
            }
        }
    }
}
