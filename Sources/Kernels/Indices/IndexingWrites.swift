import Steps
import Machine

// Writing by index: the elements that are named are set to others, or have others added. Indices are taken in their
// order, and all that goes to one place by one thread: where a place is named twice the last one stays, or sums are
// taken in order, on any number of threads. The indices have been checked (`firstBadIndex`).

/// destination[o, indices[c], i] = rows[o, c, i], or += with `accumulates`, for c = 0 ..< count. destination [outer, n,
/// inner].
public func putRows(
    _ dtype: DType, accumulates: Bool, _ rows: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType,
    indices: UnsafeRawPointer, count: Int, _ destination: UnsafeMutableRawPointer
) {
    let layout = PutLayout(
        outer: outer, n: n, inner: inner, count: count, indices: Indices(indexDType, indices), isElementwise: false)
    layout.put(dtype, accumulates, rows, destination)
}

/// destination[o, indices[o, c, i], i] = rows[o, c, i], or += with `accumulates`, for c = 0 ..< count.
public func putAlongAxis(
    _ dtype: DType, accumulates: Bool, _ rows: UnsafeRawPointer, outer: Int, n: Int, inner: Int, indexDType: DType,
    indices: UnsafeRawPointer, count: Int, _ destination: UnsafeMutableRawPointer
) {
    let layout = PutLayout(
        outer: outer, n: n, inner: inner, count: count, indices: Indices(indexDType, indices), isElementwise: true)
    layout.put(dtype, accumulates, rows, destination)
}

private struct PutLayout {
    let outer: Int
    let n: Int
    let inner: Int
    let count: Int
    let indices: Indices
    /// Whether each element has an index of its own; else each row has.
    let isElementwise: Bool

    func put(_ dtype: DType, _ accumulates: Bool, _ rows: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer) {
        guard accumulates else {
            switch dtype.size {
            case 1: return put(UInt8.self, rows, destination) { $0 = $1 }
            case 2: return put(UInt16.self, rows, destination) { $0 = $1 }
            case 4: return put(UInt32.self, rows, destination) { $0 = $1 }
            default: return put(UInt64.self, rows, destination) { $0 = $1 }
            }
        }
        switch dtype {
        // The sum of bools is their disjunction, as in NumPy.
        case .bool: put(UInt8.self, rows, destination) { $0 |= $1 }
        case .uint8: put(UInt8.self, rows, destination) { $0 &+= $1 }
        case .int32: put(Int32.self, rows, destination) { $0 &+= $1 }
        case .int64: put(Int64.self, rows, destination) { $0 &+= $1 }
        case .float32: put(Float.self, rows, destination) { $0 += $1 }
        case .float64: put(Double.self, rows, destination) { $0 += $1 }
        case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
        }
    }

    @inline(__always)
    private func put<T>(
        _ type: T.Type, _ rows: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ write: (inout T, T) -> Void
    ) {
        let rows = rows.assumingMemoryBound(to: T.self)
        let destination = destination.assumingMemoryBound(to: T.self)
        let width = 4096
        let parts = (inner + width - 1) / width
        let work = count * Swift.min(inner, width)
        guard work > 0 else { return }
        inPieces(outer * parts, grain: Swift.max(1, (1 << 16) / work)) { range in
            for position in range {
                let (o, part) = position.quotientAndRemainder(dividingBy: parts)
                if inner == 1, isElementwise, let wide = indices.int64 {
                    let (picks, from, to) = (wide + o * count, rows + o * count, destination + o * n)
                    for c in 0..<count {
                        let index = Int(picks[c])
                        write(&to[index < 0 ? index &+ n : index], from[c])
                    }
                    continue
                }
                let columns = part * width..<Swift.min(inner, part * width + width)
                for c in 0..<count {
                    let from = (o * count + c) * inner
                    if isElementwise {
                        for i in columns {
                            write(&destination[(o * n + indices.wrapped(from + i, n)) * inner + i], rows[from + i])
                        }
                    } else {
                        let to = (o * n + indices.wrapped(c, n)) * inner
                        for i in columns { write(&destination[to + i], rows[from + i]) }
                    }
                }
            }
        }
    }
}
