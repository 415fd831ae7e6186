/// Softmax and its kin along the rows of a matrix [n, inner], whose columns are the rows meant: here a lane is a
/// column.
struct StridedRows<T: RowScalar> {
    let x: UnsafePointer<T>
    let n: Int
    let inner: Int

    private var end: UnsafePointer<T> { x + n * inner }

    /// y [n, inner] = softmax(x)
    func softmax(_ y: UnsafeMutablePointer<T>) {
        let endY = y + n * inner
        var column = 0
        while column < inner {
            let blocks = AxisBlocks<T>(Swift.min(T.Vector.scalarCount, inner - column))
            let largest = largest(column, blocks)
            for row in 0..<n {
                let at = row * inner + column
                blocks.store(blocks.load(x + at, 0, end: end) - largest, y + at, 0, end: endY)
            }
            column += T.Vector.scalarCount
        }
        T.exponentials(y, n * inner)
        column = 0
        while column < inner {
            let blocks = AxisBlocks<T>(Swift.min(T.Vector.scalarCount, inner - column))
            var sum = T.Vector()
            for row in 0..<n { sum += blocks.load(y + row * inner + column, 0, end: endY) }
            for row in 0..<n {
                let result = y + row * inner + column
                blocks.store(blocks.load(result, 0, end: endY) / sum, result, 0, end: endY)
            }
            column += T.Vector.scalarCount
        }
    }

    /// y [n, inner] = log softmax(x)
    func logSoftmax(_ y: UnsafeMutablePointer<T>) {
        let endY = y + n * inner
        logSums { column, blocks, shift, logarithm in
            for row in 0..<n {
                let at = row * inner + column
                blocks.store(blocks.load(x + at, 0, end: end) - shift - logarithm, y + at, 0, end: endY)
            }
        }
    }

    /// y [inner] = log(sum of exp(x))
    func logSumExp(_ y: UnsafeMutablePointer<T>) {
        logSums { column, blocks, shift, logarithm in blocks.store(shift + logarithm, y + column, 0, end: y + inner) }
    }

    private func largest(_ column: Int, _ blocks: AxisBlocks<T>) -> T.Vector {
        var largest = T.Vector(repeating: -.infinity)
        for row in 0..<n { largest = T.larger(largest, blocks.load(x + row * inner + column, 0, end: end)) }
        return largest
    }

    /// Calls `body` with each vector of columns and the two parts of log(sum of exp(x)), as `ContiguousRows.logSums`
    /// does.
    @inline(__always)
    private func logSums(
        _ body: (_ column: Int, _ blocks: AxisBlocks<T>, _ shift: T.Vector, _ logarithm: T.Vector) -> Void
    ) {
        let lanes = T.Vector.scalarCount
        // 1024 bytes is what Swift puts on the stack.
        let capacity = 1024 / MemoryLayout<T>.size
        withUnsafeTemporaryAllocation(of: T.self, capacity: capacity) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            var column = 0
            while column < inner {
                let blocks = AxisBlocks<T>(Swift.min(lanes, inner - column))
                var shift = largest(column, blocks)
                for lane in shift.indices where !(shift[lane].magnitude < .infinity) { shift[lane] = 0 }
                var sum = T.Vector()
                var first = 0
                while first < n {
                    let rows = Swift.min(capacity / lanes, n - first)
                    for row in 0..<rows {
                        let x = blocks.load(x + (first + row) * inner + column, 0, end: end)
                        UnsafeMutableRawPointer(scratch + row * lanes).storeBytes(of: x - shift, as: T.Vector.self)
                    }
                    T.exponentials(scratch, rows * lanes)
                    for row in 0..<rows {
                        sum += UnsafeRawPointer(scratch + row * lanes).loadUnaligned(as: T.Vector.self)
                    }
                    first += rows
                }
                for lane in sum.indices { sum[lane] = T.log(sum[lane]) }
                body(column, blocks, shift, sum)
                column += lanes
            }
        }
    }
}
