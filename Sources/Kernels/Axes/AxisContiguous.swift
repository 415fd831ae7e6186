/// Softmax and its kin along contiguous rows. Exponentials are taken of many elements at a time, so that short rows
/// share vectors and calls.
struct ContiguousRows<T: RowScalar> {
    let x: UnsafePointer<T>
    let count: Int
    let n: Int

    private var end: UnsafePointer<T> { x + count * n }

    /// y [count, n] = scale * softmax(x) for each row; all rows have the first scale if the stride is 0.
    func softmax(_ y: UnsafeMutablePointer<T>, scale: UnsafePointer<T>? = nil, stride: Int = 0) {
        let blocks = AxisBlocks<T>(n)
        let endY = y + count * n
        // As many rows as stay in the first-level cache between the passes.
        let group = Swift.max(1, 2048 / Swift.max(1, n))
        var first = 0
        while first < count {
            let last = Swift.min(count, first + group)
            for row in first..<last {
                let source = x + row * n
                blocks.subtract(blocks.largest(source, end: end), from: source, end: end, into: y + row * n, end: endY)
            }
            T.exponentials(y + first * n, (last - first) * n)
            for row in first..<last {
                let result = y + row * n
                blocks.scale(result, by: (scale?[row * stride] ?? 1) / blocks.sum(result, end: endY), end: endY)
            }
            first = last
        }
    }

    /// y [count, n] = log softmax(x)
    func logSoftmax(_ y: UnsafeMutablePointer<T>) {
        let blocks = AxisBlocks<T>(n)
        let endY = y + count * n
        logSums { row, shift, logarithm in
            // Not their sum at once: it would lose the digits of the logarithm where the shift is large.
            blocks.subtract(shift, from: x + row * n, end: end, into: y + row * n, end: endY)
            blocks.subtract(logarithm, from: y + row * n, end: endY, into: y + row * n, end: endY)
        }
    }

    /// Calls `body` with each row and the two parts of log(sum of exp(x)): a shift, which is the row's largest number
    /// (0 where that is infinite, as in SciPy), and the logarithm of the sum of exp(x - shift).
    @inline(__always)
    func logSums(_ body: (_ row: Int, _ shift: T, _ logarithm: T) -> Void) {
        // 1024 bytes is what Swift puts on the stack.
        let capacity = 1024 / MemoryLayout<T>.size
        let width = Swift.max(1, Swift.min(n, capacity))
        let group = Swift.min(32, capacity / width)
        withUnsafeTemporaryAllocation(of: T.self, capacity: capacity) { scratch in
            withUnsafeTemporaryAllocation(of: T.self, capacity: 64) { results in
                guard let scratch = scratch.baseAddress, let shifts = results.baseAddress else { return }
                let sums = shifts + 32
                var first = 0
                while first < count {
                    let rows = Swift.min(count - first, group)
                    ContiguousRows(x: x + first * n, count: rows, n: n)
                        .exponentialSums(shifts, sums, end: end, scratch, scratch + capacity, width)
                    for row in 0..<rows { body(first + row, shifts[row], T.log(sums[row])) }
                    first += rows
                }
            }
        }
    }

    /// The sums are taken `width` columns at a time, which fit into `scratch` for all rows.
    private func exponentialSums(
        _ shifts: UnsafeMutablePointer<T>, _ sums: UnsafeMutablePointer<T>, end: UnsafePointer<T>,
        _ scratch: UnsafeMutablePointer<T>, _ scratchEnd: UnsafeMutablePointer<T>, _ width: Int
    ) {
        let whole = AxisBlocks<T>(n)
        for row in 0..<count {
            let largest = whole.largest(x + row * n, end: end)
            shifts[row] = largest.magnitude < .infinity ? largest : 0
            sums[row] = 0
        }
        var column = 0
        while column < n {
            let part = AxisBlocks<T>(Swift.min(width, n - column))
            for row in 0..<count {
                part.subtract(
                    shifts[row], from: x + row * n + column, end: end, into: scratch + row * part.n, end: scratchEnd)
            }
            T.exponentials(scratch, count * part.n)
            for row in 0..<count { sums[row] += part.sum(scratch + row * part.n, end: scratchEnd) }
            column += width
        }
    }
}
