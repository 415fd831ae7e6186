/// Places counted out: triangles of a matrix, combinations, powers.
extension Tensor {
    /// The places on and below a diagonal of a matrix (or above it, for the upper triangle), row by row: int64
    /// [2, places].
    public static func triangleIndices(_ rows: Int, _ columns: Int, _ offset: Int, isLower: Bool) throws(Failure)
        -> Tensor
    {
        let name = isLower ? "tril_indices" : "triu_indices"
        guard rows >= 0, columns >= 0 else {
            throw .argument(operation: name, "extents must not be negative, but are \(rows) and \(columns)")
        }
        let offset = max(-rows, min(columns, offset))
        let below = placesBelow(isLower ? offset : max(-rows, offset - 1), rows, columns)
        let count = isLower ? below : Int128(rows) * Int128(columns) - below
        guard count < 1 << 48 else { throw .memory(operation: name, bytes: Int.max) }
        return try Tensor(dtype: .int64, shape: [2, Int(count)]) { (memory) throws(Failure) in
            let places = memory.assumingMemoryBound(to: Int64.self)
            var next = 0
            // The other rows have no places.
            for row in isLower ? max(0, -offset)..<rows : 0..<min(rows, columns - offset) {
                let range = isLower ? 0..<min(columns, row + offset + 1) : max(0, row + offset)..<columns
                for column in range {
                    places[next] = Int64(row)
                    places[Int(count) + next] = Int64(column)
                    next += 1
                }
            }
        }
    }

    /// How many places of a matrix are on and below the diagonal at `offset`: in rows that have one more than the row
    /// above, and in those that have all.
    private static func placesBelow(_ offset: Int, _ rows: Int, _ columns: Int) -> Int128 {
        let (first, last) = (Int128(max(0, -offset)), min(Int128(rows), Int128(columns) - Int128(offset)))
        return (last - first) * (first + last + 2 * Int128(offset) + 1) / 2 + (Int128(rows) - last) * Int128(columns)
    }

    /// The subsets of r elements of a vector, in order: [subsets, r]; with `repeats` an element may come again.
    public func combinations(_ r: Int, repeats: Bool) throws(Failure) -> Tensor {
        let name = "combinations"
        guard shape.count == 1 else {
            throw .shape(operation: name, "a vector is expected, but the shape is \(shape.text)")
        }
        guard r >= 0 else { throw .argument(operation: name, "r must not be negative, but is \(r)") }
        let n = count
        if r == 0 { return try .full([0], 0, dtype) }
        guard repeats ? n > 0 : n >= r else { return try .full([0, r], 0, dtype) }
        // So many steps of Pascal's triangle come before the number is too large for any machine, or there.
        var total: Int128 = 1
        let (top, steps) = repeats ? (Int128(n) + Int128(r) - 1, min(r, n - 1)) : (Int128(n), min(r, n - r))
        for step in 0..<Int128(steps) {
            total = total * (top - step) / (step + 1)
            guard total < 1 << 48 else { throw .memory(operation: name, bytes: Int.max) }
        }
        let subsets = Int(total)
        let index = try Tensor(dtype: .int64, shape: [subsets, r]) { (memory) throws(Failure) in
            let places = memory.assumingMemoryBound(to: Int64.self)
            for at in 0..<r { places[at] = repeats ? 0 : Int64(at) }
            for subset in 1..<max(subsets, 1) {
                let row = places + subset * r
                row.update(from: row - r, count: r)
                // The last element that can still move moves, and those behind it follow it.
                var at = r - 1
                while at > 0, row[at] == Int64(repeats ? n - 1 : n - r + at) { at -= 1 }
                row[at] += 1
                for rest in stride(from: at + 1, to: r, by: 1) { row[rest] = row[rest - 1] + (repeats ? 0 : 1) }
            }
        }
        return try select(0, index)
    }
}
