import CVectors
import Machine
import Steps

/// The place of the largest element of each window of each plane, as int64: the first of equal ones, and the first NaN
/// where there is one. Each window has an element at least.
public struct WindowArgMax {
    private let step: WindowArgMaxStep
    /// Three axes; those that are missing are in front and have one element.
    private let axes: [WindowArgMaxStep.Axis]

    /// Whether windows are the squares of two lines and two columns that a plane falls into.
    private let areSquares: Bool

    /// Elements that are worth a piece.
    private static let pieceElements = 1 << 15

    public init(_ step: WindowArgMaxStep) {
        self.step = step
        let missing = WindowArgMaxStep.Axis(input: 1, dilation: 1, firsts: [0], counts: [1])
        axes = [WindowArgMaxStep.Axis](repeating: missing, count: 3 - step.axes.count) + step.axes
        let (first, second, third) = (axes[0], axes[1], axes[2])
        areSquares =
            step.dtype == .float32 && first.input == 1 && first.firsts == [0] && third.input < 1 << 24
            && [second, third].allSatisfy { axis in
                axis.dilation == 1 && axis.counts.allSatisfy { $0 == 2 }
                    && axis.firsts.enumerated().allSatisfy { $0.element == 2 * $0.offset }
            }
    }

    public func run(_ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>) {
        switch step.dtype {
        case .bool, .uint8: run(UInt8.self, source, result)
        case .int32: run(Int32.self, source, result)
        case .int64: run(Int64.self, source, result)
        case .float32: run(Float.self, source, result)
        case .float64: run(Double.self, source, result)
        case .bfloat16, .float16: break  // they come as float32 (PlanGraph.widened)
        }
    }

    private func run<T: Comparable>(_: T.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutablePointer<Int64>) {
        let source = source.assumingMemoryBound(to: T.self)
        let elements = axes.reduce(1) { $0 * $1.input }
        let positions = axes.reduce(1) { $0 * $1.firsts.count }
        let read = axes.reduce(1.0) { $0 * Double($1.counts.reduce(0, +)) }
        let grain = Int(Swift.max(1, Double(WindowArgMax.pieceElements) / Swift.max(1, read)))
        inPieces(step.planes, grain: grain) { part in
            for plane in part {
                if Interruption.isStopping() { return }
                find(source + plane * elements, result + plane * positions)
            }
        }
    }

    /// The windows of one plane.
    private func find<T: Comparable>(_ plane: UnsafePointer<T>, _ result: UnsafeMutablePointer<Int64>) {
        let (first, second, third) = (axes[0], axes[1], axes[2])
        if areSquares {
            for y in second.firsts.indices {
                shim_places_of_largest(
                    plane + 2 * y * third.input, third.input, third.firsts.count, Int64(2 * y * third.input),
                    result + y * third.firsts.count)
            }
            return
        }
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
