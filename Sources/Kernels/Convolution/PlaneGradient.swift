import Machine
import Steps

/// A convolution with few positions under a large window, and few outputs: the gradient of a depthwise convolution's
/// weights, where the window is a whole plane of the cotangent. Both planes are laid out with the zeros around them and
/// with lines of one length, so that a number of the result is a product of two long vectors for each channel.
///
/// Where the window is dilated, that is, the layer had a stride, the input's elements of each remainder lie side by
/// side.
final class PlaneGradient<Scalar: GemmScalar> {
    private typealias Vector = Scalar.Whole

    private let step: ConvolutionStep
    private let axes: [ConvolutionStep.Axis]
    private let strides: [Int]
    /// Extents of what one remainder has of the input.
    private let extents: [Int]
    /// Elements of a remainder, and of all.
    private let remainderCount: Int
    private let planeCount: Int
    /// Elements of the window with the zeros between its lines, in whole vectors; of neighbours a line of zeros too.
    private let windowCount: Int
    /// Elements of a window's line in whole vectors, where the positions are 3 x 3 neighbours in one plane.
    private let neighbourLine: Int?
    /// Where the window lies at each position.
    private let offsets: [Int]
    private let memory: ScratchLanes
    private let grain: Int

    /// Operations that are worth a piece.
    private static var pieceOperations: Double { 4e5 }
    private static var mostOutputs: Int { 4 }
    private static var mostPositions: Int { 128 }
    private static var leastTaps: Int { 32 }

    /// Whether this is the way.
    static func fits(_ step: ConvolutionStep) -> Bool {
        let (taps, positions) = (step.axes.reduce(1) { $0 * $1.taps }, step.axes.reduce(1) { $0 * $1.positions })
        guard step.outputs <= mostOutputs, positions <= mostPositions, taps >= leastTaps, taps >= 2 * positions,
            step.axes.allSatisfy({
                $0.stride == 1 && $0.inputDilation == 1 && $0.dilation <= 64 && abs($0.low) <= $0.input + $0.taps
            })
        else { return false }
        return step.axes.reduce(1.0) { $0 * Double($1.extent * $1.dilation) } <= 1e8
    }

    init(_ step: ConvolutionStep) {
        self.step = step
        (axes, strides) = step.threeAxes
        let (axes, lanes) = (axes, Vector.scalarCount)
        let extents = axes.map(\.extent)
        self.extents = extents
        let remainderCount = extents.reduce(1, *)
        self.remainderCount = remainderCount
        let used = ((axes[0].taps - 1) * extents[1] + axes[1].taps - 1) * extents[2] + axes[2].taps
        let areNeighbours =
            axes[0].taps == 1 && axes.map(\.positions) == [1, 3, 3] && axes.allSatisfy { $0.dilation == 1 }
        let width = Scalar.Half.scalarCount
        neighbourLine = areNeighbours ? (axes[2].taps + width - 1) / width * width : nil
        let windowElements = neighbourLine.map { (axes[1].taps + 1) * $0 } ?? used
        windowCount = (windowElements + lanes - 1) / lanes * lanes
        planeCount = axes.reduce(remainderCount) { $0 * $1.dilation }
        var offsets: [Int] = []
        for plane in 0..<axes[0].positions {
            for line in 0..<axes[1].positions {
                for place in 0..<axes[2].positions {
                    offsets.append(
                        PlaneGradient.place([plane, line, place], axes, extents, remainderCount))
                }
            }
        }
        self.offsets = offsets
        let count = planeCount + windowCount + (offsets.count * step.outputs + 2) * lanes
        memory = ScratchLanes(pieces: step.images * step.groups, bytes: count * MemoryLayout<Scalar>.size)
        let operations = 2 * Double(step.channels) * Double(step.outputs) * Double(windowCount) * Double(offsets.count)
        grain = Int(Swift.max(1, Swift.min(1e6, PlaneGradient.pieceOperations / Swift.max(1, operations))))
    }

    /// Where an element lies, counted from the first that a window may meet.
    private static func place(
        _ indices: [Int], _ axes: [ConvolutionStep.Axis], _ extents: [Int], _ remainderCount: Int
    ) -> Int {
        var (place, remainder) = (0, 0)
        for (axis, index) in indices.enumerated() {
            place = place * extents[axis] + index / axes[axis].dilation
            remainder = remainder * axes[axis].dilation + index % axes[axis].dilation
        }
        return remainder * remainderCount + place
    }

    var scratchBytes: Int { memory.bytes }

    func run(
        _ input: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let lanes = Vector.scalarCount
        let units = step.images * step.groups
        func plane(_ unit: Int, _ channel: Int) -> UnsafePointer<Scalar> {
            let (image, group) = unit.quotientAndRemainder(dividingBy: step.groups)
            let place = image * step.layout.strides[0] + (group * step.channels + channel) * step.layout.strides[1]
            return input + place
        }
        func window(_ unit: Int, _ output: Int, _ channel: Int) -> UnsafePointer<Scalar> {
            let number = unit % step.groups * step.outputs + output
            return weight + (number * step.outputStride + channel * step.channelStride)
        }
        let inputCount = strides[0] > 0 ? axes[0].input * strides[0] : axes[1].input * strides[1]
        let taps = axes.reduce(1) { $0 * $1.taps }
        memory.run(units, grain: grain, scratch) { range, memory in
            let sums = memory.assumingMemoryBound(to: Scalar.self)
            let laidWindow = sums + offsets.count * step.outputs * lanes
            let laidPlane = laidWindow + windowCount
            // A window's last vector may reach over the end of the plane.
            for element in 0..<windowCount + planeCount + lanes { laidWindow[element] = 0 }
            for unit in range {
                for element in 0..<offsets.count * step.outputs * lanes { sums[element] = 0 }
                for channel in 0..<step.channels {
                    if Interruption.isStopping() { return }
                    let isLast = channel + 1 == step.channels
                    let next = isLast ? (unit: unit + 1, channel: 0) : (unit: unit, channel: channel + 1)
                    let isThere = next.unit < units
                    let nextPlane = NextPlane(plane(next.unit, next.channel), isThere ? inputCount : 0)
                    let nextWindow = NextPlane(window(next.unit, 0, next.channel), isThere ? taps : 0)
                    if neighbourLine == nil {
                        nextPlane.fetch()
                        nextWindow.fetch()
                    }
                    layPlane(plane(unit, channel), laidPlane)
                    for output in 0..<step.outputs {
                        let from = window(unit, output, channel)
                        let target = sums + output * offsets.count * lanes
                        if let line = neighbourLine {
                            let isWhole = line == axes[2].taps
                            if !isWhole { layWindow(from, laidWindow, line: line) }
                            NeighbourProducts(
                                lines: axes[1].taps, length: line, planeLine: extents[2], nextPlane: nextPlane,
                                nextWindow: nextWindow
                            ).add(
                                laidPlane, isWhole ? from : UnsafePointer(laidWindow),
                                zeros: laidWindow + axes[1].taps * line, target)
                        } else {
                            layWindow(from, laidWindow, line: extents[2])
                            add(laidPlane, laidWindow, target)
                        }
                    }
                }
                let target = result + unit * step.outputs * offsets.count
                for place in 0..<offsets.count * step.outputs {
                    target[place] = Scalar.total(
                        UnsafeRawPointer(sums + place * lanes).loadUnaligned(as: Vector.self))
                }
            }
        }
    }

    /// Puts a plane's elements where windows meet them. What else there is stays 0.
    private func layPlane(_ input: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>) {
        let (first, second, third) = (axes[0], axes[1], axes[2])
        for plane in first.met {
            for line in second.met {
                let source = input + (plane * strides[0] + line * strides[1])
                let (places, remainders) = (
                    ((plane + first.low) / first.dilation * extents[1] + (line + second.low) / second.dilation)
                        * extents[2],
                    (plane + first.low) % first.dilation * second.dilation + (line + second.low) % second.dilation
                )
                let row = target + (remainders * third.dilation * remainderCount + places)
                let elements = third.met
                if third.dilation == 1 && strides[2] == 1 {
                    copyShort(source + elements.lowerBound, row + (elements.lowerBound + third.low), elements.count)
                    continue
                }
                for element in elements {
                    let (number, remainder) = (element + third.low).quotientAndRemainder(dividingBy: third.dilation)
                    row[remainder * remainderCount + number] = source[element * strides[2]]
                }
            }
        }
    }

    /// Puts a window's lines at a distance from each other.
    private func layWindow(_ weight: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, line distance: Int)
    {
        var source = weight
        for plane in 0..<axes[0].taps {
            for line in 0..<axes[1].taps {
                copyShort(source, target + (plane * extents[1] + line) * distance, axes[2].taps)
                source += axes[2].taps
            }
        }
    }

    /// Adds the products of a window at all positions to vectors of sums: nine positions at a time, which is as many
    /// narrow vectors as registers hold, or three.
    private func add(
        _ plane: UnsafePointer<Scalar>, _ window: UnsafePointer<Scalar>, _ sums: UnsafeMutablePointer<Scalar>
    ) {
        var position = 0
        while position + 9 <= offsets.count {
            addNine(plane, window, position, sums)
            position += 9
        }
        addRest(plane, window, position, sums)
    }

    private func addNine(
        _ plane: UnsafePointer<Scalar>, _ window: UnsafePointer<Scalar>, _ position: Int,
        _ sums: UnsafeMutablePointer<Scalar>
    ) {
        typealias Half = Scalar.Half
        @inline(__always) func load(_ source: UnsafePointer<Scalar>) -> Half {
            UnsafeRawPointer(source).loadUnaligned(as: Half.self)
        }
        @inline(__always) func add(_ vector: Half, _ place: Int) {
            let target = sums + (position + place) * Vector.scalarCount
            UnsafeMutableRawPointer(target).storeBytes(of: load(target) + vector, as: Half.self)
        }
        let (p0, p1, p2) = (plane + offsets[position], plane + offsets[position + 1], plane + offsets[position + 2])
        let (p3, p4, p5) = (plane + offsets[position + 3], plane + offsets[position + 4], plane + offsets[position + 5])
        let (p6, p7, p8) = (plane + offsets[position + 6], plane + offsets[position + 7], plane + offsets[position + 8])
        var (s0, s1, s2, s3, s4) = (Half.zero, Half.zero, Half.zero, Half.zero, Half.zero)
        var (s5, s6, s7, s8) = (Half.zero, Half.zero, Half.zero, Half.zero)
        var element = 0
        while element < windowCount {
            let numbers = load(window + element)
            s0 = s0.addingProduct(numbers, load(p0 + element))
            s1 = s1.addingProduct(numbers, load(p1 + element))
            s2 = s2.addingProduct(numbers, load(p2 + element))
            s3 = s3.addingProduct(numbers, load(p3 + element))
            s4 = s4.addingProduct(numbers, load(p4 + element))
            s5 = s5.addingProduct(numbers, load(p5 + element))
            s6 = s6.addingProduct(numbers, load(p6 + element))
            s7 = s7.addingProduct(numbers, load(p7 + element))
            s8 = s8.addingProduct(numbers, load(p8 + element))
            element &+= Half.scalarCount
        }
        add(s0, 0)
        add(s1, 1)
        add(s2, 2)
        add(s3, 3)
        add(s4, 4)
        add(s5, 5)
        add(s6, 6)
        add(s7, 7)
        add(s8, 8)
    }

    private func addRest(
        _ plane: UnsafePointer<Scalar>, _ window: UnsafePointer<Scalar>, _ first: Int,
        _ sums: UnsafeMutablePointer<Scalar>
    ) {
        @inline(__always) func load(_ source: UnsafePointer<Scalar>) -> Vector {
            UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
        }
        @inline(__always) func add(_ vector: Vector, _ place: Int) {
            let target = sums + place * Vector.scalarCount
            UnsafeMutableRawPointer(target).storeBytes(of: load(target) + vector, as: Vector.self)
        }
        var position = first
        while position + 3 <= offsets.count {
            let (a, b, c) = (
                plane + offsets[position], plane + offsets[position + 1], plane + offsets[position + 2]
            )
            var (first, second, third) = (Vector.zero, Vector.zero, Vector.zero)
            var element = 0
            while element < windowCount {
                let numbers = load(window + element)
                first = first.addingProduct(numbers, load(a + element))
                second = second.addingProduct(numbers, load(b + element))
                third = third.addingProduct(numbers, load(c + element))
                element &+= Vector.scalarCount
            }
            add(first, position)
            add(second, position + 1)
            add(third, position + 2)
            position += 3
        }
        while position < offsets.count {
            let from = plane + offsets[position]
            var (sum, element) = (Vector.zero, 0)
            while element < windowCount {
                sum = sum.addingProduct(load(window + element), load(from + element))
                element &+= Vector.scalarCount
            }
            add(sum, position)
            position += 1
        }
    }
}

extension ConvolutionStep.Axis {
    /// Elements from the first to the last that a window meets, of one remainder.
    fileprivate var extent: Int { (positions - 1) / dilation + taps }

    /// The elements of the input among them.
    fileprivate var met: Range<Int> {
        let first = Swift.max(0, -low)
        let end = Swift.min(input, (taps - 1) * dilation + positions - low)
        return first..<Swift.max(first, end)
    }
}
