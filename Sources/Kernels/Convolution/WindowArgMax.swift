import Machine
import Steps

/// The place of the largest element of each window of each plane, as int64: the first of equal ones, and the first NaN
/// where there is one. Each window has an element at least.
public struct WindowArgMax {
    private let step: WindowArgMaxStep
    /// Three axes; those that are missing are in front and have one element.
    private let axes: [WindowArgMaxStep.Axis]
    private let squares: WindowSquares?

    /// Elements that are worth a piece.
    private static let pieceElements = 1 << 15

    public init(_ step: WindowArgMaxStep) {
        self.step = step
        axes = WindowSquares.three(step.axes)
        squares = step.dtype == .float32 ? WindowSquares(step.axes) : nil
    }

    /// - Parameter values: Where the largest elements go; nil if nowhere.
    public func run(
        _ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, values: UnsafeMutableRawPointer?
    ) {
        switch step.dtype {
        case .bool, .uint8: run(UInt8.self, source, result, values)
        case .int32: run(Int32.self, source, result, values)
        case .int64: run(Int64.self, source, result, values)
        case .float32: run(Float.self, source, result, values)
        case .float64: run(Double.self, source, result, values)
        case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
        }
    }

    private func run<T: Comparable>(
        _: T.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>, _ values: UnsafeMutableRawPointer?
    ) {
        let (elements, positions) = (step.elements, step.positions)
        let read = axes.reduce(1.0) { $0 * Double($1.counts.reduce(0, +)) }
        let grain = Int(Swift.max(1, Double(WindowArgMax.pieceElements) / Swift.max(1, read)))
        inPieces(step.planes, grain: grain) { part in
            if let squares {
                squares.find(
                    source.assumingMemoryBound(to: Float.self), result, values?.assumingMemoryBound(to: Float.self),
                    planes: part)
                return
            }
            let source = source.assumingMemoryBound(to: T.self)
            let values = values?.assumingMemoryBound(to: T.self)
            for plane in part {
                if Interruption.isStopping() { return }
                let places = result + plane * positions
                find(source + plane * elements, places)
                guard let values else { continue }
                for place in 0..<positions {
                    values[plane * positions + place] = source[plane * elements + Int(places[place])]
                }
            }
        }
    }

    /// The windows of one plane.
    private func find<T: Comparable>(_ plane: UnsafePointer<T>, _ result: UnsafeMutablePointer<Int64>) {
        let (first, second, third) = (axes[0], axes[1], axes[2])
        var target = result
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
                    target.pointee = Int64(best)
                    target += 1
                }
            }
        }
    }
}
