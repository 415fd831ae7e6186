import Steps

/// Mean and standard deviation of a column, feature by feature, in one pass over the rows. Blocks of rows are summed
/// up by Welford's recurrence (Technometrics 4, 1962), element by element in the order of the rows, in float64, of the
/// distance from the first value: so a large mean costs no digits of a small deviation, and the result depends neither
/// on threads nor on memory.
public struct RowStatistics {
    /// The row's extents with 1 in the place of those that were averaged over.
    public let shape: [Int]
    public var mean: [Double] { zip(shifts, means).map { $0 + $1 } }
    /// Elements that were counted; those that are NaN or the fill value are not.
    public private(set) var counts: [Int]
    /// The first value that was counted.
    private var shifts: [Double]
    /// Of the distances from that: the mean, and the squares of what is left.
    private var means: [Double]
    private var squares: [Double]

    /// `axis`: the axis of a row that its features are along; nil: each element is a feature of its own. `fill`: a
    /// value that stands for no value.
    public init(_ source: any RowSource, column: Int, axis: Int?, fill: Double?) throws(Failure) {
        guard source.columns.indices.contains(column) else {
            throw .index(operation: "statistics", "there is no column \(column); there are \(source.columns.count)")
        }
        let layout = source.columns[column]
        var shape = layout.shape
        var inner = 1
        if let axis {
            let axis = try layout.axis(axis, "statistics")
            inner = layout.shape[(axis + 1)...].reduce(1, *)
            shape = layout.shape.indices.map { $0 == axis ? layout.shape[axis] : 1 }
        }
        let features = shape.reduce(1, *)
        try MachineMemory.require(features, of: 32, for: "statistics")
        self.shape = shape
        let zeros = [Double](repeating: 0, count: features)
        (shifts, means, squares) = (zeros, zeros, zeros)
        counts = [Int](repeating: 0, count: features)
        guard source.count > 0, layout.count > 0 else { return }

        let rowsAtOnce = max(1, min(source.count, (4 << 20) / max(layout.bytes, 1), 1 << 16))
        let stage = try Buffer.allocating(rowsAtOnce * layout.bytes)
        let reader = source.reader(RowPass(isWindowed: true, seed: 0, epoch: 0))
        var memory = [UnsafeMutableRawPointer?](repeating: nil, count: source.columns.count)
        memory[column] = stage.pointer
        for start in stride(from: 0, to: source.count, by: rowsAtOnce) {
            let rows = Array(start..<min(start + rowsAtOnce, source.count))
            try reader.read(rows: rows, into: memory)
            add(stage.pointer, layout, rows: rows.count, inner: inner, fill)
            try LongRuns.pause()
        }
    }

    private mutating func add(
        _ block: UnsafeRawPointer, _ layout: RowLayout, rows: Int, inner: Int, _ fill: Double?
    ) {
        let (features, elements) = (means.count, layout.count)
        // Taken out and put back: no copy is made, and each element is reached without a look at the others.
        var (first, mean, sum, number) = (shifts, means, squares, counts)
        (shifts, means, squares, counts) = ([], [], [], [])
        for place in 0..<rows * elements {
            let value = layout.value(block, place)
            if value.isNaN || value == fill { continue }
            let feature = place % elements / inner % features
            number[feature] += 1
            if number[feature] == 1 { first[feature] = value }
            let distance = value - first[feature]
            let difference = distance - mean[feature]
            mean[feature] += difference / Double(number[feature])
            sum[feature] += difference * (distance - mean[feature])
        }
        (shifts, means, squares, counts) = (first, mean, sum, number)
    }

    /// Of all that was counted (divided by its number); 0 where nothing was.
    public var std: [Double] {
        zip(squares, counts).map { $1 == 0 ? 0 : ($0 / Double($1)).squareRoot() }
    }
}
