import Steps

/// One of the two things that choose an element of the input: a position of the result, or a tap of the weight. Either
/// has an index in front, the image or the channel.
struct WindowSide {
    var outer: Int
    /// From one image, or channel, to the next, in elements of the input.
    var outerStride: Int
    var extents: (Int, Int, Int)
    /// Elements of the input from one index to the next, along each axis.
    var steps: (Int, Int, Int)

    /// Where a side stands.
    struct Place {
        var outer: Int
        var indices: (Int, Int, Int)
    }

    func place(_ number: Int) -> Place {
        let (rows, last) = number.quotientAndRemainder(dividingBy: extents.2)
        let (planes, middle) = rows.quotientAndRemainder(dividingBy: extents.1)
        let (outer, first) = planes.quotientAndRemainder(dividingBy: extents.0)
        return Place(outer: outer, indices: (first, middle, last))
    }

    /// Goes `count` indices on along the last axis, to the end of a row at most.
    @inline(__always)
    func advance(_ place: inout Place, by count: Int) {
        place.indices.2 += count
        guard place.indices.2 == extents.2 else { return }
        place.indices.2 = 0
        place.indices.1 += 1
        guard place.indices.1 == extents.1 else { return }
        place.indices.1 = 0
        place.indices.0 += 1
        guard place.indices.0 == extents.0 else { return }
        place.indices.0 = 0
        place.outer += 1
    }
}

/// The elements of an input that positions and taps meet, as the rows of a matrix. What lies outside is 0.
struct WindowGather {
    var extents: (Int, Int, Int)
    var strides: (Int, Int, Int)
    var low: (Int, Int, Int)

    /// Neighbouring indices of one side in one row of the last axis.
    private struct Run {
        /// Of the matrix.
        var column: Int
        var count: Int
        /// Where the image, or the channel, begins.
        var base: Int
        /// What the first two axes add to the other side's place.
        var plane: Int
        var line: Int
        /// The first index along the last axis.
        var first: Int
    }

    /// Writes a row for each index in `rows` of one side, with an element for each index in `columns` of the other.
    func gather<Scalar: GemmScalar>(
        _ input: UnsafePointer<Scalar>, _ side: WindowSide, _ rows: Range<Int>, _ other: WindowSide,
        _ columns: Range<Int>, to target: UnsafeMutablePointer<Scalar>
    ) {
        withUnsafeTemporaryAllocation(of: Run.self, capacity: columns.count) { runs in
            var (count, column, place) = (0, 0, other.place(columns.lowerBound))
            while column < columns.count {
                let run = Swift.min(other.extents.2 - place.indices.2, columns.count - column)
                runs.initializeElement(
                    at: count,
                    to: Run(
                        column: column, count: run, base: place.outer * other.outerStride,
                        plane: place.indices.0 * other.steps.0, line: place.indices.1 * other.steps.1,
                        first: place.indices.2))
                count += 1
                column += run
                other.advance(&place, by: run)
            }
            var (outer, row) = (side.place(rows.lowerBound), target)
            for _ in rows {
                gatherRow(
                    input + outer.outer * side.outerStride,
                    (
                        outer.indices.0 * side.steps.0 - low.0, outer.indices.1 * side.steps.1 - low.1,
                        outer.indices.2 * side.steps.2 - low.2
                    ), other, UnsafeBufferPointer(rebasing: runs[..<count]), row)
                row += columns.count
                side.advance(&outer, by: 1)
            }
        }
    }

    /// One row. `offset`: where index 0 of the other side lies.
    @inline(__always)
    private func gatherRow<Scalar: GemmScalar>(
        _ input: UnsafePointer<Scalar>, _ offset: (Int, Int, Int), _ side: WindowSide,
        _ runs: UnsafeBufferPointer<Run>, _ target: UnsafeMutablePointer<Scalar>
    ) {
        let inside = indicesInside(offset.2, side.steps.2, side.extents.2)
        let step = side.steps.2 * strides.2
        let corner = offset.2 * strides.2
        for run in runs {
            let (plane, line) = (run.plane + offset.0, run.line + offset.1)
            let first = Swift.max(run.first, inside.lowerBound)
            let end = Swift.min(run.first + run.count, inside.upperBound)
            let row = target + run.column
            // Negative numbers are large ones without a sign.
            guard first < end, UInt(bitPattern: plane) < UInt(bitPattern: extents.0),
                UInt(bitPattern: line) < UInt(bitPattern: extents.1)
            else {
                clear(row, run.count)
                continue
            }
            let source = input + (run.base + plane * strides.0 + line * strides.1 + first * step + corner)
            if step == 1 {
                copyShort(source, row + (first - run.first), end - first)
            } else {
                let part = row + (first - run.first)
                for place in 0..<end - first { part[place] = source[place * step] }
            }
            if end - first < run.count {
                clear(row, first - run.first)
                clear(row + (end - run.first), run.first + run.count - end)
            }
        }
    }

    /// The indices along the last axis that meet elements of the input.
    @inline(__always)
    private func indicesInside(_ offset: Int, _ step: Int, _ extent: Int) -> Range<Int> {
        let last = extents.2 - 1 - offset
        if last < 0 { return 0..<0 }
        if step == 1 {
            let first = Swift.max(0, -offset)
            return first..<Swift.max(first, Swift.min(extent, last + 1))
        }
        let first = offset >= 0 ? 0 : (step - 1 - offset) / step
        return first..<Swift.max(first, Swift.min(extent, last / step + 1))
    }

    @inline(__always)
    private func clear<Scalar: GemmScalar>(_ target: UnsafeMutablePointer<Scalar>, _ count: Int) {
        for place in 0..<count { target[place] = 0 }
    }
}
