import CVectors
import Machine
import Steps

/// The squares of two lines and two columns that a plane of float32 falls into, as windows of a pool: what is largest
/// in each and where, and what comes back to those places.
public struct WindowSquares {
    /// Extents of a plane, and how many squares there are below each other and side by side.
    private let lines: Int
    private let columns: Int
    private let down: Int
    private let across: Int

    /// Nil where windows are anything else.
    public init?(_ axes: [WindowArgMaxStep.Axis]) {
        let axes = WindowSquares.three(axes)
        let (first, second, third) = (axes[0], axes[1], axes[2])
        guard first.input == 1, first.firsts == [0], third.input < 1 << 24,
            [second, third].allSatisfy({ axis in
                axis.dilation == 1 && axis.counts.allSatisfy { $0 == 2 }
                    && axis.firsts.enumerated().allSatisfy { $0.element == 2 * $0.offset }
            })
        else { return nil }
        (lines, columns) = (second.input, third.input)
        (down, across) = (second.firsts.count, third.firsts.count)
    }

    /// Three axes; those that are missing are in front and have one element.
    static func three(_ axes: [WindowArgMaxStep.Axis]) -> [WindowArgMaxStep.Axis] {
        let missing = WindowArgMaxStep.Axis(input: 1, dilation: 1, firsts: [0], counts: [1])
        return [WindowArgMaxStep.Axis](repeating: missing, count: 3 - axes.count) + axes
    }

    private var elements: Int { lines * columns }
    private var positions: Int { down * across }

    /// Places and values of the largest elements in some planes. Vectors reach from line to line, and not out of these
    /// planes.
    func find(
        _ source: UnsafePointer<Float>, _ places: UnsafeMutablePointer<Int64>?, _ values: UnsafeMutablePointer<Float>?,
        planes: Range<Int>
    ) {
        for plane in planes {
            if Interruption.isStopping() { return }
            for line in 0..<down {
                let (from, to) = (plane * elements + 2 * line * columns, plane * positions + line * across)
                let readable = planes.upperBound * elements - (from + columns + 2 * across)
                let writable = planes.upperBound * positions - (to + across)
                if let places {
                    shim_largest_of_squares(
                        source + from, columns, across, Int64(2 * line * columns), places + to,
                        values.map { $0 + to }, readable, writable)
                } else if let values {
                    // With this literal no place is computed.
                    shim_largest_of_squares(source + from, columns, across, 0, nil, values + to, readable, writable)
                }
            }
        }
    }

    /// Planes of zeros but for the numbers, each at the place in its square that a pool has found.
    public func spread(
        _ numbers: UnsafePointer<Float>, _ places: UnsafePointer<Int64>, to target: UnsafeMutablePointer<Float>,
        planes: Int
    ) {
        inPieces(planes, grain: Swift.max(1, (1 << 15) / Swift.max(1, elements))) { part in
            for plane in part {
                if Interruption.isStopping() { return }
                for line in 0..<down {
                    let (to, from) = (plane * elements + 2 * line * columns, plane * positions + line * across)
                    shim_spread_to_squares(
                        numbers + from, places + from, across, Int64(2 * line * columns), target + to, columns,
                        part.upperBound * positions - (from + across),
                        part.upperBound * elements - (to + columns + 2 * across))
                    // What no square holds of these lines.
                    for number in 2 * across..<columns {
                        (target[to + number], target[to + columns + number]) = (0, 0)
                    }
                }
                for number in 2 * down * columns..<elements { target[plane * elements + number] = 0 }
            }
        }
    }
}
