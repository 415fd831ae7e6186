import Steps
import Machine
import Glibc

// Selection along an axis. Arrays are seen as [outer, n, inner], where n is the axis; negative indices count from its
// end. All indices have been checked (`firstBadIndex`).

/// The position in `indices` of the first that is outside an axis of `n`, or -1. Negative ones count from the end.
public func firstBadIndex(_ indexDType: DType, _ indices: UnsafeRawPointer, count: Int, n: Int) -> Int {
    Indices(indexDType, indices).firstOutside(-n..<n, count: count)
}

/// destination[o, c, i] = source[o, indices[c], i], destination [outer, count, inner].
public func gatherRows(
    elementBytes: Int, _ source: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType,
    indices: UnsafeRawPointer,
    count: Int, _ destination: UnsafeMutableRawPointer
) {
    let indices = Indices(indexDType, indices)
    let row = inner * elementBytes
    inPieces(outer * count, grain: Swift.max(1, (1 << 18) / Swift.max(16, row))) { part in
        for position in part {
            let (o, c) = position.quotientAndRemainder(dividingBy: count)
            let from = source + (o * n + indices.wrapped(c, n)) * row
            let to = destination + position * row
            // A row of one element is not worth a call.
            switch row {
            case 4: to.storeBytes(of: from.loadUnaligned(as: UInt32.self), as: UInt32.self)
            case 8: to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
            default: memcpy(to, from, row)
            }
        }
    }
}

/// destination[o, c, i] = source[o, indices[o, c, i], i], indices and destination [outer, count, inner].
public func takeAlongAxis(
    elementBytes: Int, _ source: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType,
    indices: UnsafeRawPointer,
    count: Int, _ destination: UnsafeMutableRawPointer
) {
    let indices = Indices(indexDType, indices)
    switch elementBytes {
    case 1: take(UInt8.self, source, outer: outer, n: n, inner: inner, indices, count: count, destination)
    case 2: take(UInt16.self, source, outer: outer, n: n, inner: inner, indices, count: count, destination)
    case 4: take(UInt32.self, source, outer: outer, n: n, inner: inner, indices, count: count, destination)
    default: take(UInt64.self, source, outer: outer, n: n, inner: inner, indices, count: count, destination)
    }
}

private func take<T>(
    _ type: T.Type, _ source: UnsafeRawPointer, outer: Int, n: Int, inner: Int, _ indices: Indices, count: Int,
    _ destination: UnsafeMutableRawPointer
) {
    let source = source.assumingMemoryBound(to: T.self)
    let destination = destination.assumingMemoryBound(to: T.self)
    if inner == 1, let wide = indices.int64 {
        // The last axis, as pools pick.
        inPieces(outer, grain: Swift.max(1, (1 << 16) / Swift.max(1, count))) { part in
            for o in part {
                let (from, picks, to) = (source + o * n, wide + o * count, destination + o * count)
                for place in 0..<count {
                    let index = Int(picks[place])
                    to[place] = from[index < 0 ? index &+ n : index]
                }
            }
        }
        return
    }
    inPieces(outer * count, grain: Swift.max(1, (1 << 16) / Swift.max(1, inner))) { part in
        for row in part {
            let o = row / count
            for i in 0..<inner {
                let position = row * inner + i
                destination[position] = source[(o * n + indices.wrapped(position, n)) * inner + i]
            }
        }
    }
}

/// destination[i, labels[i]] = 1 and all else 0, destination [count, classes]. Labels are 0 ..< classes: the position
/// of the first that is not is returned, and nothing is written; else -1.
public func oneHot(
    _ indexDType: DType, _ labels: UnsafeRawPointer, _ dtype: DType, _ destination: UnsafeMutableRawPointer, count: Int,
    classes: Int
) -> Int {
    let labels = Indices(indexDType, labels)
    let bad = labels.firstOutside(0..<classes, count: count)
    guard bad < 0 else { return bad }
    memset(destination, 0, count * classes * dtype.size)
    for row in 0..<count { fill(dtype, 1, destination + (row * classes + labels[row]) * dtype.size, 1) }
    return -1
}

/// Integers of any dtype.
struct Indices {
    private let dtype: DType
    private let pointer: UnsafeRawPointer

    @inline(__always)
    init(_ dtype: DType, _ pointer: UnsafeRawPointer) {
        self.dtype = dtype
        self.pointer = pointer
    }

    @inline(__always)
    subscript(position: Int) -> Int {
        switch dtype {
        case .int64: return Int(pointer.assumingMemoryBound(to: Int64.self)[position])
        case .int32: return Int(pointer.assumingMemoryBound(to: Int32.self)[position])
        default: return Int(pointer.assumingMemoryBound(to: UInt8.self)[position])
        }
    }

    /// The numbers, if they are such.
    var int64: UnsafePointer<Int64>? { dtype == .int64 ? pointer.assumingMemoryBound(to: Int64.self) : nil }

    /// The index at `position`, counted from the end of an axis of `n` where it is negative.
    @inline(__always)
    func wrapped(_ position: Int, _ n: Int) -> Int {
        let index = self[position]
        return index < 0 ? index + n : index
    }

    /// The position of the first index outside `bounds`, or -1.
    func firstOutside(_ bounds: Range<Int>, count: Int) -> Int {
        for position in 0..<count where !bounds.contains(self[position]) { return position }
        return -1
    }
}
