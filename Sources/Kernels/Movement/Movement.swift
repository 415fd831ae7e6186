import Steps
import Machine
import Glibc

/// A copy between dense memory and a strided view of other memory, of elements of 1, 2, 4 or 8 bytes.
///
/// The axes are sorted out once, here: neighbours that run through both memories together become one axis, and what is
/// left is a nest of loops around one of three bodies: a contiguous run, a row with steps, or the transpose of two
/// axes.
public struct StridedCopy: Sendable {
    private let offset: Int
    private let gathering: LoopNest
    private let scattering: LoopNest

    public init(_ layout: StridedLayout) {
        let elementBytes = layout.elementBytes
        offset = layout.offset * elementBytes
        var axes: [LoopNest.Axis] = []
        var dense = elementBytes
        for (extent, stride) in zip(layout.shape, layout.strides).reversed() {
            let strided = stride * elementBytes
            if extent != 1 {
                if let inner = axes.last, inner.source * inner.extent == strided {
                    axes[axes.count - 1].extent *= extent
                } else {
                    axes.append(LoopNest.Axis(extent: extent, source: strided, destination: dense))
                }
            }
            dense *= extent
        }
        gathering = LoopNest(elementBytes: elementBytes, innermostFirst: axes)
        scattering = LoopNest(elementBytes: elementBytes, innermostFirst: axes.map(\.reversed))
    }

    /// Reads the view of `source` into dense `destination`.
    public func gather(from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer) {
        gathering.run(source + offset, destination)
    }

    /// Writes dense `source` through the view of `destination`.
    public func scatter(from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer) {
        scattering.run(source, destination + offset)
    }
}

/// Loops that move elements from one strided memory to another.
private struct LoopNest: Sendable {
    struct Axis {
        var extent: Int
        /// Bytes from one index to the next.
        var source: Int
        var destination: Int

        var reversed: Axis { Axis(extent: extent, source: destination, destination: source) }
    }

    private enum Body {
        case run
        case row
        /// Rows of the source, one for each index of `across`, become columns of the destination.
        case transpose(across: Axis)
    }

    private let elementBytes: Int
    /// Outermost first.
    private let loops: [Axis]
    private let inner: Axis
    private let body: Body
    /// How many indices of the outermost axis (the body's own, where there is no loop) make a piece.
    private let grain: Int

    init(elementBytes: Int, innermostFirst axes: [Axis]) {
        self.elementBytes = elementBytes
        let first = axes.first ?? Axis(extent: 1, source: elementBytes, destination: elementBytes)
        var outer = Array(axes.dropFirst())
        if first.source == elementBytes && first.destination == elementBytes {
            inner = first
            body = .run
        } else if let partner = LoopNest.partner(of: first, among: outer, elementBytes) {
            // One axis is contiguous in the destination, the other in the source.
            let other = outer.remove(at: partner)
            (inner, body) =
                first.source == elementBytes ? (first, .transpose(across: other)) : (other, .transpose(across: first))
        } else {
            inner = first
            body = .row
        }
        loops = outer.reversed()

        let pieceBytes = 1 << 19
        let bytes = axes.reduce(elementBytes) { $0 * $1.extent }
        let outermost = loops.first ?? inner
        if bytes <= pieceBytes {
            grain = outermost.extent
        } else {
            let share = Swift.max(1, pieceBytes * outermost.extent / bytes)
            // A body is cut between the blocks of a transpose.
            grain = loops.isEmpty ? (share + 15) / 16 * 16 : share
        }
    }

    /// The axis with which `first` makes a transpose that is worth its blocks.
    private static func partner(of first: Axis, among others: [Axis], _ elementBytes: Int) -> Int? {
        guard first.extent >= 4 else { return nil }
        return others.firstIndex { axis in
            axis.extent >= 4 && (first.source == elementBytes ? axis.destination : axis.source) == elementBytes
        }
    }

    func run(_ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer) {
        switch elementBytes {
        case 1: run(source, destination, UInt8.self)
        case 2: run(source, destination, UInt16.self)
        case 4: run(source, destination, UInt32.self)
        default: run(source, destination, UInt64.self)
        }
    }

    @inline(__always)
    private func run<T: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ type: T.Type
    ) {
        guard let outermost = loops.first else {
            inPieces(inner.extent, grain: grain) { part in
                runBody(
                    source + part.lowerBound * inner.source, destination + part.lowerBound * inner.destination,
                    part.count, T.self)
            }
            return
        }
        inPieces(outermost.extent, grain: grain) { part in
            for index in part {
                nest(1, source + index * outermost.source, destination + index * outermost.destination, T.self)
            }
        }
    }

    private func nest<T: BitwiseCopyable>(
        _ depth: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ type: T.Type
    ) {
        if depth == loops.count {
            runBody(source, destination, inner.extent, T.self)
            return
        }
        let axis = loops[depth]
        for index in 0..<axis.extent {
            nest(depth + 1, source + index * axis.source, destination + index * axis.destination, T.self)
        }
    }

    /// The body over the first `extent` indices of the inner axis.
    @inline(__always)
    private func runBody<T: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ extent: Int, _ type: T.Type
    ) {
        switch body {
        case .run:
            memcpy(destination, source, extent * elementBytes)
        case .row:
            for index in 0..<extent {
                let value = (source + index * inner.source).load(as: T.self)
                (destination + index * inner.destination).storeBytes(of: value, as: T.self)
            }
        case .transpose(let across):
            transpose(
                source, rowBytes: across.source, rows: across.extent, columns: extent, destination,
                rowBytes: inner.destination, T.self)
        }
    }
}
