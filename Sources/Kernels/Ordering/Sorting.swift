import Steps
import Machine

/// result [outer, n, inner] = along n, the places of the elements in ascending (descending) order; equal ones stay in
/// their order. NaN counts as larger than all numbers, as in PyTorch.
///
/// `scratch` has the bytes of `sortScratch`.
public func argSort(
    _ dtype: DType, _ x: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, outer: Int, n: Int, inner: Int,
    isDescending: Bool,
    _ lanes: ScratchLanes, _ scratch: UnsafeMutableRawPointer?
) {
    let rows = SortRows(outer: outer, n: n, inner: inner, lanes: lanes, scratch: scratch)
    switch dtype {
    case .bool, .uint8:
        let x = x.assumingMemoryBound(to: UInt8.self)
        rows.sort(result, isDescending) { UInt32(x[$0]) }
    case .int32:
        let x = x.assumingMemoryBound(to: Int32.self)
        rows.sort(result, isDescending) { UInt32(bitPattern: x[$0]) ^ 1 << 31 }
    case .int64:
        let x = x.assumingMemoryBound(to: Int64.self)
        rows.sort(result, isDescending) { UInt64(bitPattern: x[$0]) ^ 1 << 63 }
    case .float32:
        let x = x.assumingMemoryBound(to: Float.self)
        rows.sort(result, isDescending) { place -> UInt32 in
            // -0 + 0 is 0, which sorts as an equal.
            let number = x[place] + 0
            let bits = number.bitPattern
            return number != number ? .max : bits >> 31 == 0 ? bits | 1 << 31 : ~bits
        }
    case .float64:
        let x = x.assumingMemoryBound(to: Double.self)
        rows.sort(result, isDescending) { place -> UInt64 in
            let number = x[place] + 0
            let bits = number.bitPattern
            return number != number ? .max : bits >> 63 == 0 ? bits | 1 << 63 : ~bits
        }
    case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
    }
}

/// What argSort of `rows` rows of n elements works in: keys and places, twice.
public func sortScratch(_ dtype: DType, rows: Int, n: Int) -> ScratchLanes {
    ScratchLanes(pieces: rows, bytes: 2 * n * ((dtype.size == 8 ? 8 : 4) + MemoryLayout<Int64>.size))
}

/// result [n] = the rows of x [n, width] in the order of their first elements, of equal ones of their second, and so
/// on; equal rows stay in their order. NaN counts as larger than all numbers. `scratch` has room for n.
public func rowOrder(
    _ dtype: DType, _ x: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, scratch: UnsafeMutablePointer<Int64>,
    n: Int, width: Int
) {
    func order<T: Comparable>(_ type: T.Type) {
        let x = x.assumingMemoryBound(to: T.self)
        for row in 0..<n { result[row] = Int64(row) }
        mergeSort(result, scratch, n) { a, b in
            let (left, right) = (x + Int(a) * width, x + Int(b) * width)
            for column in 0..<width {
                let (p, q) = (left[column], right[column])
                if p < q { return true }
                if q < p { return false }
                let (isNaN, isOther) = (p != p, q != q)
                if isNaN != isOther { return isOther }
            }
            return false
        }
    }
    switch dtype {
    case .bool, .uint8: order(UInt8.self)
    case .int32: order(Int32.self)
    case .int64: order(Int64.self)
    case .float32: order(Float.self)
    case .float64: order(Double.self)
    case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
    }
}

/// Sorts so that equals stay in their order: neighbouring runs of 1, 2, 4, ... become one.
@inline(__always)
private func mergeSort(
    _ rows: UnsafeMutablePointer<Int64>, _ scratch: UnsafeMutablePointer<Int64>, _ n: Int,
    _ isBefore: (Int64, Int64) -> Bool
) {
    var (from, to) = (rows, scratch)
    var length = 1
    while length < n {
        for start in stride(from: 0, to: n, by: 2 * length) {
            let (middle, end) = (Swift.min(start + length, n), Swift.min(start + 2 * length, n))
            var (left, right) = (start, middle)
            for place in start..<end {
                if left < middle, right == end || !isBefore(from[right], from[left]) {
                    to[place] = from[left]
                    left += 1
                } else {
                    to[place] = from[right]
                    right += 1
                }
            }
        }
        (from, to) = (to, from)
        length *= 2
    }
    if from != rows { rows.update(from: from, count: n) }
}

/// The rows of x [n, width] in the order of `order` in runs of equals: inverse[place] is the run of each row, counts
/// and firsts (each with room for n) have a run's length and its first place in the order. Returns the number of runs.
/// NaN equals nothing.
public func runsOfEquals(
    _ dtype: DType, _ x: UnsafeRawPointer, _ order: UnsafePointer<Int64>, n: Int, width: Int,
    inverse: UnsafeMutablePointer<Int64>,
    counts: UnsafeMutablePointer<Int64>, firsts: UnsafeMutablePointer<Int64>
) -> Int {
    func runs<T: Equatable>(_ type: T.Type) -> Int {
        let x = x.assumingMemoryBound(to: T.self)
        func areEqual(_ a: Int, _ b: Int) -> Bool {
            for column in 0..<width where x[a * width + column] != x[b * width + column] { return false }
            return true
        }
        var run = -1
        for place in 0..<n {
            let element = Int(order[place])
            if place == 0 || !areEqual(element, Int(order[place - 1])) {
                run += 1
                counts[run] = 0
                firsts[run] = order[place]
            }
            counts[run] += 1
            inverse[element] = Int64(run)
        }
        return run + 1
    }
    switch dtype {
    case .bool, .uint8: return runs(UInt8.self)
    case .int32: return runs(Int32.self)
    case .int64: return runs(Int64.self)
    case .float32: return runs(Float.self)
    case .float64: return runs(Double.self)
    case .bfloat16, .float16: return 0  // they come as float32 (PlanGraph.widened)
    }
}

/// result [rows, count] = how many of the row's ascending `edges` [rows, n] are at most the value [rows, count].
public func countBelow(
    _ edges: UnsafePointer<Double>, _ values: UnsafePointer<Double>, _ result: UnsafeMutablePointer<Int64>, rows: Int,
    n: Int, count: Int
) {
    inPieces(rows * count, grain: 1 << 14) { part in
        for place in part {
            let row = edges + place / count * n
            var (low, high) = (0, n)
            while low < high {
                let middle = (low + high) / 2
                if row[middle] <= values[place] { low = middle + 1 } else { high = middle }
            }
            result[place] = Int64(low)
        }
    }
}

/// Rows to be sorted, by radix: keys are unsigned integers in the elements' order.
private struct SortRows {
    var outer: Int
    var n: Int
    var inner: Int
    var lanes: ScratchLanes
    var scratch: UnsafeMutableRawPointer?

    /// Up to here insertion is faster than counting.
    private static let short = 40

    /// `key` gives the key of the element at a place.
    @inline(__always)
    func sort<Key: FixedWidthInteger & UnsignedInteger>(
        _ result: UnsafeMutablePointer<Int64>, _ isDescending: Bool, _ key: (Int) -> Key
    ) {
        // The complement reverses the order of keys, and leaves equals in theirs.
        let flip: Key = isDescending ? .max : 0
        lanes.run(outer * inner, grain: Swift.max(1, (1 << 13) / Swift.max(1, n)), scratch) { part, memory in
            let places = memory.assumingMemoryBound(to: Int64.self)
            let keys = (memory + 2 * n * MemoryLayout<Int64>.size).assumingMemoryBound(to: Key.self)
            for row in part {
                let (o, i) = row.quotientAndRemainder(dividingBy: inner)
                let start = o * n * inner + i
                for k in 0..<n {
                    keys[k] = key(start + k * inner) ^ flip
                    places[k] = Int64(k)
                }
                let sorted = n <= Self.short ? insert(keys, places) : count(keys, places)
                for k in 0..<n { result[start + k * inner] = sorted[k] }
            }
        }
    }

    @inline(__always)
    private func insert<Key: FixedWidthInteger>(
        _ keys: UnsafeMutablePointer<Key>, _ places: UnsafeMutablePointer<Int64>
    ) -> UnsafeMutablePointer<Int64> {
        for end in 1..<Swift.max(1, n) {
            let (key, place) = (keys[end], places[end])
            var hole = end
            while hole > 0, keys[hole - 1] > key {
                (keys[hole], places[hole]) = (keys[hole - 1], places[hole - 1])
                hole -= 1
            }
            (keys[hole], places[hole]) = (key, place)
        }
        return places
    }

    /// Byte by byte from the last: each pass keeps the order of equals. Bytes that all keys share are left out.
    @inline(__always)
    private func count<Key: FixedWidthInteger>(_ keys: UnsafeMutablePointer<Key>, _ places: UnsafeMutablePointer<Int64>)
        -> UnsafeMutablePointer<Int64>
    {
        var (from, to) = ((keys, places), (keys + n, places + n))
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { starts in
            for shift in stride(from: 0, to: Key.bitWidth, by: 8) {
                starts.initialize(repeating: 0)
                for k in 0..<n { starts[Int(truncatingIfNeeded: from.0[k] &>> Key(shift)) & 255] += 1 }
                if starts[Int(truncatingIfNeeded: from.0[0] &>> Key(shift)) & 255] == n { continue }
                var start = 0
                for byte in 0..<256 {
                    let length = starts[byte]
                    starts[byte] = start
                    start += length
                }
                for k in 0..<n {
                    let byte = Int(truncatingIfNeeded: from.0[k] &>> Key(shift)) & 255
                    to.0[starts[byte]] = from.0[k]
                    to.1[starts[byte]] = from.1[k]
                    starts[byte] += 1
                }
                (from, to) = (to, from)
            }
        }
        return from.1
    }
}
