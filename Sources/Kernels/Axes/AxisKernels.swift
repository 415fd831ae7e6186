import Steps
import Machine

/// Kernels that normalise or reduce along one axis: arrays are seen as [outer, n, inner], and each of the outer * inner
/// rows of n elements, `inner` apart, is taken for itself. Infinities and NaN fare as in SciPy.
public enum AxisKernels {
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
        _ function: Function, _ dtype: DType, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int,
        inner: Int
    ) {
        if dtype == .float32 {
            run(function, Float.self, x, y, outer: outer, n: n, inner: inner)
        } else {
            run(function, Double.self, x, y, outer: outer, n: n, inner: inner)
        }
    }

    private static func run<T: RowScalar>(
        _ function: Function, _ type: T.Type, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, outer: Int, n: Int,
        inner: Int
    ) {
        let (x, y) = (x.assumingMemoryBound(to: T.self), y.assumingMemoryBound(to: T.self))
        inPieces(outer, grain: Swift.max(1, pieceElements / Swift.max(1, n * inner))) { part in
            let results = function == .logSumExp ? inner : n * inner
            if inner == 1 {
                let rows = ContiguousRows(x: x + part.lowerBound * n, count: part.count, n: n)
                let y = y + part.lowerBound * results
                switch function {
                case .softmax: rows.softmax(y)
                case .logSoftmax: rows.logSoftmax(y)
                case .logSumExp: rows.logSums { row, shift, logarithm in y[row] = shift + logarithm }
                }
                return
            }
            for index in part {
                let rows = StridedRows(x: x + index * n * inner, n: n, inner: inner)
                let y = y + index * results
                switch function {
                case .softmax: rows.softmax(y)
                case .logSoftmax: rows.logSoftmax(y)
                case .logSumExp: rows.logSumExp(y)
                }
            }
        }
    }
}
