import CVectors
import Machine
import Steps

/// A convolution with zeros between the elements of its input, over one or two axes: a transposed one, or the gradient
/// of the input of one under a stride. Positions of one remainder modulo the distance of elements, a class, meet the
/// same taps. Element e and tap t meet at position j of a class where e + shift = j, so that the input, moved by each
/// of the few shifts that there are and filled up with zeros, serves all classes:
///
///     class [outputs, positions] = sum over its taps of weight [outputs, channels] x moved input [channels, positions]
///
/// A number of the result is one chain over its taps and the channels in order. No zero between elements is multiplied.
final class SpreadConvolution {
    private struct Axis {
        let input: Int
        let positions: Int
        let spread: Int
        /// Positions of a class.
        let count: Int
        /// For each tap: its class, and which of the shifts.
        var taps: [(remainder: Int, shift: Int)] = []
        var shifts: [Int] = []

        init(_ axis: ConvolutionStep.Axis) {
            (input, positions, spread) = (axis.input, axis.positions, axis.inputDilation)
            count = (axis.positions + axis.inputDilation - 1) / axis.inputDilation
            for tap in 0..<axis.taps {
                let place = axis.low - tap * axis.dilation
                let remainder = (place % spread + spread) % spread
                let shift = (place - remainder) / spread
                if !shifts.contains(shift) { shifts.append(shift) }
                taps.append((remainder, shifts.firstIndex(of: shift) ?? 0))
            }
        }
    }

    private struct Tap {
        var number: Int
        var shift: Int
    }

    private struct Shape: Hashable {
        var lines: Int
        var channels: Int
    }

    private let step: ConvolutionStep
    private let lines: Axis
    private let places: Axis
    /// The taps of each class.
    private let classes: [[Tap]]
    private let taps: Int
    private let plans: [Shape: GemmPlan<Float>]
    /// Whether the only shift is none, so that products read the input as it lies.
    private let isDirect: Bool
    /// Lines of positions of a class in a block, and channels at a time.
    private let blockLines: Int
    private let blockChannels: Int
    private let memory: ScratchLanes
    private let grain: Int

    private static let movedBytes = 288 << 10
    private static let mostPositions = 512
    private static let leastPositions = 48
    /// Operations that are worth a piece.
    private static let pieceOperations = 1e6

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.count <= 2, let last = step.axes.last, step.outputs > 1,
            step.channels > 1, step.axes.contains(where: { $0.inputDilation > 1 }),
            step.layout.strides[step.axes.count + 1] == 1 || last.input == 1,
            step.axes.allSatisfy({
                $0.stride == 1 && $0.taps > 0 && $0.taps <= 16 && $0.inputDilation <= 8 && $0.dilation <= 64
                    && abs($0.low) < 1 << 30
            })
        else { return nil }
        let places = Axis(last)
        let lines = Axis(step.axes.count == 2 ? step.axes[0] : ConvolutionStep.Axis(input: 1, taps: 1, positions: 1))
        guard places.count >= Winograd.Vector.scalarCount, places.count <= SpreadConvolution.mostPositions,
            lines.count * places.count >= SpreadConvolution.leastPositions,
            step.channels <= GemmSegments.chain / (lines.taps.count * places.taps.count)
        else { return nil }
        (self.step, self.lines, self.places) = (step, lines, places)
        var classes = [[Tap]](repeating: [], count: lines.spread * places.spread)
        for (number, line) in lines.taps.enumerated() {
            for (other, place) in places.taps.enumerated() {
                classes[line.remainder * places.spread + place.remainder].append(
                    Tap(
                        number: number * places.taps.count + other,
                        shift: line.shift * places.shifts.count + place.shift))
            }
        }
        self.classes = classes
        taps = lines.taps.count * places.taps.count
        isDirect =
            lines.shifts == [0] && places.shifts == [0] && lines.count == lines.input && places.count == places.input
            && (step.axes.count == 1 || step.layout.strides[2] == places.input)
        let shifts = lines.shifts.count * places.shifts.count
        blockLines = evenShare(
            of:
                lines.count, most: Swift.max(1, SpreadConvolution.mostPositions / places.count))
        let lineBytes = shifts * blockLines * places.count * MemoryLayout<Float>.size
        blockChannels =
            isDirect
            ? step.channels
            : evenShare(of: step.channels, most: Swift.max(1, SpreadConvolution.movedBytes / lineBytes))
        var plans: [Shape: GemmPlan<Float>] = [:]
        for block in Set([blockLines, (lines.count - 1) % blockLines + 1]) {
            for channels in Set([blockChannels, (step.channels - 1) % blockChannels + 1]) {
                plans[Shape(lines: block, channels: channels)] = GemmPlan(
                    GemmShape(
                        m: step.outputs, n: block * places.count, k: channels, transposeA: false, transposeB: false,
                        lineA: step.channels, lineB: isDirect ? step.layout.strides[1] : nil),
                    compiles: compiles)
            }
        }
        self.plans = plans
        let positions = blockLines * places.count
        let count = (isDirect ? 0 : shifts * blockChannels * positions) + classes.count * step.outputs * positions
        memory = ScratchLanes(
            pieces: step.images * step.groups * ((lines.count + blockLines - 1) / blockLines),
            bytes: count * MemoryLayout<Float>.size)
        let operations = 2 * Double(step.outputs * positions) * Double(step.channels * taps)
        grain = Int(Swift.max(1, Swift.min(1e6, SpreadConvolution.pieceOperations / operations)))
    }

    /// The weights [taps, groups x outputs, channels].
    private var weightBytes: Int {
        wholeLines(taps * step.groups * step.outputs * step.channels * MemoryLayout<Float>.size)
    }
    var scratchBytes: Int { weightBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let weights = scratch.assumingMemoryBound(to: Float.self)
        copyWeights(weight, to: weights)
        let blocks = (lines.count + blockLines - 1) / blockLines
        memory.run(step.images * step.groups * blocks, grain: grain, scratch + weightBytes) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let (place, block) = unit.quotientAndRemainder(dividingBy: blocks)
                compute(
                    place, block * blockLines..<Swift.min(lines.count, (block + 1) * blockLines), input, weights,
                    result, memory.assumingMemoryBound(to: Float.self))
            }
        }
    }

    private func copyWeights(_ weight: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        let outputs = step.groups * step.outputs
        inPieces(outputs, grain: Swift.max(1, (1 << 14) / (taps * step.channels))) { range in
            for output in range {
                for channel in 0..<step.channels {
                    let source = weight + (output * step.outputStride + channel * step.channelStride)
                    for tap in 0..<taps { target[(tap * outputs + output) * step.channels + channel] = source[tap] }
                }
            }
        }
    }

    /// Some lines of all classes of one image and group.
    private func compute(
        _ place: Int, _ rows: Range<Int>, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
        _ result: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
    ) {
        let (image, group) = place.quotientAndRemainder(dividingBy: step.groups)
        let (strides, positions) = (step.layout.strides, rows.count * places.count)
        let (all, some) = (step.outputs * positions, blockChannels * positions)
        let source = input + (image * strides[0] + group * step.channels * strides[1])
        let moved = memory + classes.count * step.outputs * blockLines * places.count
        for channel in stride(from: 0, to: step.channels, by: blockChannels) {
            let channels = Swift.min(blockChannels, step.channels - channel)
            if !isDirect { move(source + channel * strides[1], channels, rows, to: moved, some) }
            guard let plan = plans[Shape(lines: rows.count, channels: channels)] else { return }
            for (number, taps) in classes.enumerated() {
                for (turn, tap) in taps.enumerated() {
                    let row = (tap.number * step.groups + group) * step.outputs * step.channels
                    plan.run(
                        weights + (row + channel),
                        isDirect ? source + rows.lowerBound * places.count : UnsafePointer(moved + tap.shift * some),
                        memory + number * all, accumulates: channel > 0 || turn > 0)
                }
            }
        }
        for (number, taps) in classes.enumerated() where taps.isEmpty {
            for element in 0..<all { memory[number * all + element] = 0 }
        }
        for output in 0..<step.outputs {
            store(
                memory + output * positions, all, rows,
                to: result + (place * step.outputs + output) * lines.positions * places.positions)
        }
    }

    /// Channels, moved by each shift: from one to the next are `part` numbers.
    private func move(
        _ source: UnsafePointer<Float>, _ channels: Int, _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>,
        _ part: Int
    ) {
        let (strides, width) = (step.layout.strides, places.count)
        let lineStride = step.axes.count == 2 ? strides[2] : 0
        for (number, down) in lines.shifts.enumerated() {
            for (other, right) in places.shifts.enumerated() {
                let before = Swift.min(width, Swift.max(0, right))
                let end = Swift.max(before, Swift.min(width, places.input + right))
                var row = target + (number * places.shifts.count + other) * part
                for channel in 0..<channels {
                    let from = source + (channel * strides[1] - right)
                    for line in rows {
                        let element = line - down
                        if element < 0 || element >= lines.input {
                            for place in 0..<width { row[place] = 0 }
                        } else {
                            for place in 0..<before { row[place] = 0 }
                            let elements = from + element * lineStride
                            if end - before >= Winograd.Vector.scalarCount {
                                copyLine(elements + before, row + before, end - before)
                            } else {
                                for place in before..<end { row[place] = elements[place] }
                            }
                            for place in end..<width { row[place] = 0 }
                        }
                        row += width
                    }
                }
            }
        }
    }

    /// One output of some lines of all classes, put where it belongs. From class to class are `part` numbers.
    private func store(
        _ source: UnsafePointer<Float>, _ part: Int, _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>
    ) {
        for row in rows {
            for remainder in 0..<lines.spread {
                let line = row * lines.spread + remainder
                if line >= lines.positions { break }
                let from = source + (remainder * places.spread * part + (row - rows.lowerBound) * places.count)
                let to = target + line * places.positions
                switch places.spread {
                case 1: copyLine(from, to, places.positions)
                case 2: shim_interleave(from, from + part, to, places.positions)
                default:
                    for place in 0..<places.spread {
                        for (number, position) in stride(from: place, to: places.positions, by: places.spread)
                            .enumerated()
                        {
                            to[position] = from[place * part + number]
                        }
                    }
                }
            }
        }
    }
}
