import Machine
import Steps

/// The place of the largest element of each window of each plane, as int64: the first of equal ones, and the first NaN
/// where there is one. Each window has an element at least. A loop that makes the planes runs right before, some planes
/// at a time, so that they are read where they are still in the cache.
public struct WindowArgMax {
    private let step: WindowArgMaxStep
    private let loop: LoopProgram?
    private let slotCount: Int
    private let planeBytes: Int
    /// Planes that the loop makes at a time.
    private let stripPlanes: Int
    /// Three axes; those that are missing are in front and have one element.
    private let axes: [WindowArgMaxStep.Axis]
    private let squares: WindowSquares?

    /// Elements that are worth a piece.
    private static let pieceElements = 1 << 15
    /// What planes that the loop has made take of the first-level cache, and of the second if it is one plane.
    private static let stripBytes = 16 << 10
    private static let mostPlaneBytes = 256 << 10

    /// Whether the planes of a pool may come from a loop some at a time, and it does not take longer.
    public static func joins(_ step: WindowArgMaxStep, _ loop: LoopProgram) -> Bool {
        loop.reduction == nil && loop.unit(of: step.planes) == 1 && step.elements * step.dtype.size <= mostPlaneBytes
    }

    /// - Parameter loop: The step's. `joins` has agreed to it.
    public init(_ step: WindowArgMaxStep, loop: LoopProgram? = nil) {
        (self.step, self.loop) = (step, loop)
        slotCount = Swift.max(loop?.lastSlot ?? 0, step.source) + 1
        planeBytes = step.elements * step.dtype.size
        stripPlanes = Swift.max(1, WindowArgMax.stripBytes / Swift.max(1, planeBytes))
        axes = WindowSquares.three(step.axes)
        squares = step.dtype == .float32 ? WindowSquares(step.axes) : nil
    }

    public func run(_ slots: UnsafePointer<UnsafeMutableRawPointer>) {
        let result = step.result.map { slots[$0].assumingMemoryBound(to: Int64.self) }
        let values = step.values.map { slots[$0] }
        let read = axes.reduce(1.0) { $0 * Double($1.counts.reduce(0, +)) } + (loop == nil ? 0 : Double(step.elements))
        let grain = Int(Swift.max(1, Double(WindowArgMax.pieceElements) / Swift.max(1, read)))
        loop?.beginUnits()
        inPieces(step.planes, grain: grain) { part in
            guard let loop else { return find(slots[step.source], result, values, planes: part) }
            let table = ThreadScratch.table.memory(slotCount * MemoryLayout<UnsafeMutableRawPointer>.stride)
                .assumingMemoryBound(to: UnsafeMutableRawPointer.self)
            table.initialize(from: slots, count: slotCount)
            for first in stride(from: part.lowerBound, to: part.upperBound, by: stripPlanes) {
                let planes = first..<Swift.min(first + stripPlanes, part.upperBound)
                if !step.isKept {
                    table[step.source] = ThreadScratch.strip.memory(stripPlanes * planeBytes) - first * planeBytes
                }
                loop.run(table, parts: planes, of: step.planes, unit: 0)
                find(table[step.source], result, values, planes: planes)
            }
        }
    }

    private func find(
        _ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>?, _ values: UnsafeMutableRawPointer?,
        planes: Range<Int>
    ) {
        if let squares {
            squares.find(
                source.assumingMemoryBound(to: Float.self), result, values?.assumingMemoryBound(to: Float.self),
                planes: planes)
            return
        }
        switch step.dtype {
        case .bool, .uint8: find(UInt8.self, source, result, values, planes)
        case .int32: find(Int32.self, source, result, values, planes)
        case .int64: find(Int64.self, source, result, values, planes)
        case .float32: find(Float.self, source, result, values, planes)
        case .float64: find(Double.self, source, result, values, planes)
        case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
        }
    }

    private func find<T: Comparable>(
        _: T.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>?,
        _ values: UnsafeMutableRawPointer?, _ planes: Range<Int>
    ) {
        let (elements, positions) = (step.elements, step.positions)
        let source = source.assumingMemoryBound(to: T.self)
        let values = values?.assumingMemoryBound(to: T.self)
        for plane in planes {
            if Interruption.isStopping() { return }
            find(
                source + plane * elements, result.map { $0 + plane * positions }, values.map { $0 + plane * positions })
        }
    }

    /// The windows of one plane.
    private func find<T: Comparable>(
        _ plane: UnsafePointer<T>, _ places: UnsafeMutablePointer<Int64>?, _ values: UnsafeMutablePointer<T>?
    ) {
        let (first, second, third) = (axes[0], axes[1], axes[2])
        var target = 0
        for z in first.firsts.indices {
            for y in second.firsts.indices {
                for x in third.firsts.indices {
                    var best = (first.firsts[z] * second.input + second.firsts[y]) * third.input + third.firsts[x]
                    var value = plane[best]
                    for plane0 in 0..<first.counts[z] {
                        for line in 0..<second.counts[y] {
                            let start =
                                ((first.firsts[z] + plane0 * first.dilation) * second.input + second.firsts[y]
                                    + line * second.dilation) * third.input + third.firsts[x]
                            for number in 0..<third.counts[x] {
                                let place = start + number * third.dilation
                                let candidate = plane[place]
                                // A NaN alone differs from itself, and beats all but an earlier one.
                                if candidate > value || candidate != candidate && value == value {
                                    (best, value) = (place, candidate)
                                }
                            }
                        }
                    }
                    places?[target] = Int64(best)
                    values?[target] = value
                    target += 1
                }
            }
        }
    }
}
