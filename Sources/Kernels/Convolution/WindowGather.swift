import CVectors
import Machine
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

    /// What a run of indices is worth, that are `step` elements apart: copies of whole vectors, of every other element,
    /// or of single ones.
    static func run(_ count: Int, step: Int) -> Int {
        step == 1 ? count : step == 2 ? (count + 1) / 2 : (count + 3) / 4
    }

    /// Neighbouring indices of one side in one row of the last axis.
    private struct Run {
        /// Of the matrix.
        var column: Int
        var count: Int
        /// Where the first one lies in the input, but for the other side's place.
        var source: Int
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
        let runs = ThreadScratch.windows.memory(columns.count * MemoryLayout<Run>.stride).assumingMemoryBound(
            to: Run.self)
        var (count, column, place) = (0, 0, other.place(columns.lowerBound))
        while column < columns.count {
            let run = Swift.min(other.extents.2 - place.indices.2, columns.count - column)
            let (plane, line) = (place.indices.0 * other.steps.0, place.indices.1 * other.steps.1)
            (runs + count).initialize(
                to: Run(
                    column: column, count: run,
                    source: place.outer * other.outerStride + plane * strides.0 + line * strides.1
                        + place.indices.2 * other.steps.2 * strides.2,
                    plane: plane, line: line, first: place.indices.2))
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
                ), other, UnsafeBufferPointer(start: runs, count: count), row)
            row += columns.count
            side.advance(&outer, by: 1)
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
        let corner = offset.0 * strides.0 + offset.1 * strides.1 + offset.2 * strides.2
        for run in runs {
            let row = target + run.column
            // Negative numbers are large ones without a sign.
            guard UInt(bitPattern: run.plane + offset.0) < UInt(bitPattern: extents.0),
                UInt(bitPattern: run.line + offset.1) < UInt(bitPattern: extents.1)
            else {
                clear(row, run.count)
                continue
            }
            let before = Swift.min(run.count, Swift.max(0, inside.lowerBound - run.first))
            let end = Swift.max(before, Swift.min(run.count, inside.upperBound - run.first))
            let source = input + (run.source + corner)
            if step == 1 {
                copyRun(source + before, row + before, end - before)
            } else if step == 2 && MemoryLayout<Scalar>.size == 4 {
                shim_copy_even(source + 2 * before, row + before, end - before)
            } else {
                for place in before..<end { row[place] = source[place * step] }
            }
            if end - before < run.count {
                clear(row, before)
                clear(row + end, run.count - end)
            }
        }
    }

    /// By vectors of 64 bytes where there are enough.
    @inline(__always)
    private func copyRun<Scalar: GemmScalar>(
        _ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int
    ) {
        typealias Vector = Scalar.Whole
        guard count >= Vector.scalarCount else { return copyShort(source, target, count) }
        let last = count &- Vector.scalarCount
        var place = 0
        while true {
            let vector = UnsafeRawPointer(source + place).loadUnaligned(as: Vector.self)
            UnsafeMutableRawPointer(target + place).storeBytes(of: vector, as: Vector.self)
            if place == last { return }
            place = Swift.min(place &+ Vector.scalarCount, last)
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
