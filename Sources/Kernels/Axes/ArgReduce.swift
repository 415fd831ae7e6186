import Steps
import Machine

extension AxisKernels {
    /// result [outer, inner] = the index of the largest (or smallest) element along n: the first among equals, and the
    /// first NaN where there is one, as in NumPy.
    public static func argReduce(
        _ dtype: DType, _ x: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, outer: Int, n: Int, inner: Int,
        maximum: Bool
    ) {
        switch dtype {
        case .bool, .uint8: select(UInt8.self, x, result, outer, n, inner, maximum)
        case .int32: select(Int32.self, x, result, outer, n, inner, maximum)
        case .int64: select(Int64.self, x, result, outer, n, inner, maximum)
        case .float32: select(Float.self, x, result, outer, n, inner, maximum)
        case .float64: select(Double.self, x, result, outer, n, inner, maximum)
        case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
        }
    }

    private static func select<T: Comparable>(
        _ type: T.Type, _ x: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, _ outer: Int, _ n: Int,
        _ inner: Int,
        _ maximum: Bool
    ) {
        guard n > 0 else { return }
        let x = x.assumingMemoryBound(to: T.self)
        inPieces(outer, grain: Swift.max(1, pieceElements / Swift.max(1, n * inner))) { part in
            for position in part.lowerBound * inner..<part.upperBound * inner {
                let (o, i) = position.quotientAndRemainder(dividingBy: inner)
                let row = x + (o * n * inner + i)
                if maximum {
                    result[position] = Int64(first(in: row, n, inner) { $0 > $1 })
                } else {
                    result[position] = Int64(first(in: row, n, inner) { $0 < $1 })
                }
            }
        }
    }

    /// The index of the first element that no other beats; a NaN, which alone differs from itself, beats all.
    @inline(__always)
    private static func first<T: Comparable>(in row: UnsafePointer<T>, _ n: Int, _ step: Int, beats: (T, T) -> Bool)
        -> Int
    {
        var best = 0
        var value = row[0]
        for index in 1..<n {
            if value != value { break }
            let candidate = row[index * step]
            if beats(candidate, value) || candidate != candidate { (best, value) = (index, candidate) }
        }
        return best
    }
}
