/// Kernels that normalise or reduce along one axis: arrays are seen as [outer, n, inner], and each of the outer * inner rows of n
/// elements, `inner` apart, is taken for itself. Infinities and NaN fare as in SciPy.
public enum RowKernels {
    /// Elements that are worth a piece of their own.
    static let pieceElements = 1 << 16

    /// y = exp(x) / sum of exp(x)
    public static func softmax(
        _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int
    ) {
        run(.softmax, dtype, x, y, outer: outer, n: n, inner: inner)
    }

    /// y = x - log(sum of exp(x))
    public static func logSoftmax(
        _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int
    ) {
        run(.logSoftmax, dtype, x, y, outer: outer, n: n, inner: inner)
    }

    /// y = log(sum of exp(x)), y [outer, inner]
    public static func logSumExp(
        _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int
    ) {
        run(.logSumExp, dtype, x, y, outer: outer, n: n, inner: inner)
    }

    private enum Function { case softmax, logSoftmax, logSumExp }

    private static func run(
        _ function: Function, _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int
    ) {
        if dtype == .float32 {
            run(function, Float.self, x, y, outer: outer, n: n, inner: inner)
        } else {
            run(function, Double.self, x, y, outer: outer, n: n, inner: inner)
        }
    }

    private static func run<T: RowScalar>(
        _ function: Function, _ type: T.Type, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int, inner: Int
    ) {
        let (x, y) = (x.assumingMemoryBound(to: T.self), y.assumingMemoryBound(to: T.self))
        inPieces(outer, grain: Swift.max(1, pieceElements / Swift.max(1, n * inner))) { part in
            if inner == 1 {
                rows(function, x + part.lowerBound * n, y + part.lowerBound * (function == .logSumExp ? 1 : n), part.count, n)
            } else {
                for index in part {
                    let results = function == .logSumExp ? inner : n * inner
                    columns(function, x + index * n * inner, y + index * results, n, inner)
                }
            }
        }
    }

    /// Contiguous rows.
    @inline(__always)
    private static func rows<T: RowScalar>(
        _ function: Function, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ count: Int, _ n: Int
    ) {
        let blocks = RowBlocks<T>(n)
        let (endX, endY) = (x + count * n, y + count * n)
        for index in 0..<count {
            let row = x + index * n
            let result = y + index * n
            switch function {
            case .softmax:
                let largest = blocks.largest(row, end: endX)
                var sums = T.Vector()
                if n <= T.Vector.scalarCount {
                    blocks.each(row, end: endX) { start, x in
                        let exponentials = T.exp(x - largest)
                        blocks.store(exponentials / T.sum(exponentials), result, start, end: endY)
                    }
                    continue
                }
                blocks.each(row, end: endX) { start, x in
                    let exponentials = T.exp(x - largest)
                    sums += exponentials
                    blocks.store(exponentials, result, start, end: endY)
                }
                let sum = T.sum(sums)
                blocks.each(result, end: endY) { start, y in blocks.store(y / sum, result, start, end: endY) }
            case .logSoftmax:
                let (shift, sum) = blocks.exponentialSum(row, end: endX)
                let logarithm = T.log(sum)
                blocks.each(row, end: endX) { start, x in blocks.store(x - shift - logarithm, result, start, end: endY) }
            case .logSumExp:
                let (shift, sum) = blocks.exponentialSum(row, end: endX)
                y[index] = shift + T.log(sum)
            }
        }
    }

    /// One matrix [n, inner] whose columns are the rows: the lanes are columns.
    @inline(__always)
    private static func columns<T: RowScalar>(
        _ function: Function, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ inner: Int
    ) {
        let (endX, endY) = (x + n * inner, y + (function == .logSumExp ? inner : n * inner))
        for start in stride(from: 0, to: inner, by: T.Vector.scalarCount) {
            let blocks = RowBlocks<T>(Swift.min(T.Vector.scalarCount, inner - start))
            let (x, y) = (x + start, y + start)
            var shift = T.Vector(repeating: -.infinity)
            for row in 0..<n { blocks.each(x + row * inner, end: endX) { _, x in shift = T.larger(shift, x) } }
            if function != .softmax {
                for lane in shift.indices where !(shift[lane].magnitude < .infinity) { shift[lane] = 0 }
            }
            var sum = T.Vector()
            for row in 0..<n {
                blocks.each(x + row * inner, end: endX) { _, x in
                    let exponentials = T.exp(x - shift)
                    sum += exponentials
                    if function == .softmax { blocks.store(exponentials, y + row * inner, 0, end: endY) }
                }
            }
            switch function {
            case .softmax:
                for row in 0..<n {
                    let result = y + row * inner
                    blocks.each(result, end: endY) { _, y in blocks.store(y / sum, result, 0, end: endY) }
                }
            case .logSoftmax:
                for lane in sum.indices { sum[lane] = T.log(sum[lane]) }
                for row in 0..<n {
                    blocks.each(x + row * inner, end: endX) { _, x in
                        blocks.store(x - shift - sum, y + row * inner, 0, end: endY)
                    }
                }
            case .logSumExp:
                for lane in sum.indices { sum[lane] = shift[lane] + T.log(sum[lane]) }
                blocks.store(sum, y, 0, end: endY)
            }
        }
    }
}
