import CVectors
import Steps

/// The columns of a convolution under a stride, over one or two axes. A channel's elements of each remainder modulo the
/// stride are laid side by side first, with the zeros around them. Then what a tap meets are neighbours, line by line,
/// and no tap takes its elements apart again.
struct StridedColumns {
    typealias Axis = ConvolutionStep.Axis

    let lines: Axis
    let places: Axis
    /// From one line of the input to the next.
    private let lineStride: Int
    /// Remainders that some tap meets.
    private let lineRemainders: [Int]
    private let placeRemainders: [Int]
    /// Elements of a line of one remainder.
    private let width: Int
    /// For each tap, in which remainder's part it reads, and how many lines and places on.
    private let shifts: [(part: Int, lines: Int, places: Int)]

    /// Nil where there is no stride, or where a line's elements do not lie side by side.
    init?(_ step: ConvolutionStep, stride: (Axis) -> Axis) {
        guard let last = step.axes.last, step.axes.count <= 2,
            step.layout.strides[step.axes.count + 1] == 1 || last.input == 1
        else { return nil }
        places = stride(last)
        lines = step.axes.count == 2 ? stride(step.axes[0]) : Axis(input: 1, taps: 1, positions: 1)
        lineStride = step.axes.count == 2 ? step.layout.strides[2] : 0
        guard places.stride > 1 || lines.stride > 1, places.inputDilation == 1, lines.inputDilation == 1,
            [places, lines].allSatisfy({
                $0.taps > 0 && $0.taps <= 64 && $0.dilation <= 64 && $0.stride <= 64 && abs($0.low) < 1 << 30
            }), places.positions >= Winograd.Vector.scalarCount
        else { return nil }
        lineRemainders = StridedColumns.remainders(lines)
        placeRemainders = StridedColumns.remainders(places)
        width = places.positions + (places.taps - 1) * places.dilation / places.stride
        var shifts: [(part: Int, lines: Int, places: Int)] = []
        for line in 0..<lines.taps {
            for tap in 0..<places.taps {
                let (down, lineRemainder) = (line * lines.dilation).quotientAndRemainder(dividingBy: lines.stride)
                let (right, remainder) = (tap * places.dilation).quotientAndRemainder(dividingBy: places.stride)
                let part =
                    (lineRemainders.firstIndex(of: lineRemainder) ?? 0) * placeRemainders.count
                    + (placeRemainders.firstIndex(of: remainder) ?? 0)
                shifts.append((part, down, right))
            }
        }
        self.shifts = shifts
    }

    private static func remainders(_ axis: Axis) -> [Int] {
        Set((0..<axis.taps).map { $0 * axis.dilation % axis.stride }).sorted()
    }

    var taps: Int { lines.taps * places.taps }

    /// Numbers that one channel of so many lines of positions is laid out in.
    func workCount(_ count: Int) -> Int {
        lineRemainders.count * placeRemainders.count * height(count) * width
    }

    /// Lines of one remainder.
    private func height(_ count: Int) -> Int { count + (lines.taps - 1) * lines.dilation / lines.stride }

    /// Writes a row for each tap of each channel, with an element for each position of some lines.
    /// - Parameters:
    ///   - source: The first channel; they are `planes` apart.
    ///   - work: `workCount` numbers.
    func gather(
        _ source: UnsafePointer<Float>, planes: Int, channels: Int, _ rows: Range<Int>,
        to target: UnsafeMutablePointer<Float>, _ work: UnsafeMutablePointer<Float>
    ) {
        let (height, positions) = (height(rows.count), places.positions)
        var row = target
        for channel in 0..<channels {
            lay(source + channel * planes, rows.lowerBound, height, to: work)
            for shift in shifts {
                var from = UnsafePointer(work + ((shift.part * height + shift.lines) * width + shift.places))
                for _ in rows {
                    copyLine(from, row, positions)
                    from += width
                    row += positions
                }
            }
        }
    }

    /// One channel from the line of position `first` on.
    private func lay(
        _ source: UnsafePointer<Float>, _ first: Int, _ height: Int, to work: UnsafeMutablePointer<Float>
    ) {
        var target = work
        for lineRemainder in lineRemainders {
            for remainder in placeRemainders {
                // Places j with 0 <= j stride + remainder - low < input.
                let distance = places.low - remainder
                let before = Swift.min(width, Swift.max(0, (distance + places.stride - 1) / places.stride))
                let end = Swift.max(
                    before, Swift.min(width, (places.input + distance + places.stride - 1) / places.stride))
                for number in 0..<height {
                    let line = (first + number) * lines.stride + lineRemainder - lines.low
                    if line < 0 || line >= lines.input || distance <= -places.input {
                        for place in 0..<width { target[place] = 0 }
                    } else {
                        let from = source + (line * lineStride + before * places.stride - distance)
                        for place in 0..<before { target[place] = 0 }
                        if places.stride == 2 {
                            shim_copy_even(from, target + before, end - before)
                        } else {
                            for place in before..<end { target[place] = from[(place - before) * places.stride] }
                        }
                        for place in end..<width { target[place] = 0 }
                    }
                    target += width
                }
            }
        }
    }
}

/// Copies eight numbers or more, by vectors.
@inline(__always)
func copyLine(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    let last = count &- Winograd.Vector.scalarCount
    var place = 0
    while place < last {
        Winograd.store(Winograd.load(source + place), target + place)
        place &+= Winograd.Vector.scalarCount
    }
    Winograd.store(Winograd.load(source + last), target + last)
}
