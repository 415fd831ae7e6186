import Machine
import Steps

/// A convolution as products of matrices, block of columns by block of columns:
///
///     result [outputs, positions] = weight [outputs, depth] x columns [depth, positions],   depth = channels x taps
///
/// A block's columns are gathered into a thread's own memory, some hundred terms of the depth at a time, and multiplied
/// there. So the columns never lie in memory as a whole. They are gathered by rows or by columns, whichever has longer
/// runs of neighbours in the input: in the gradient of a weight positions are few, and taps are many.
///
/// Each element is one chain of fused multiply-adds over a segment of at most 8,192 terms, and a sum of those in order.
/// Where there are several, segments are shared out over lanes, which make partial results beside each other. Chunks,
/// segments and lanes follow from the depth alone, so that no bit depends on the batch or on the number of threads.
final class ColumnConvolution<Scalar: GemmScalar> {
    private typealias Plan = GemmPlan<Scalar>

    private struct Shape: Hashable {
        var columns: Int
        var depth: Int
    }

    /// The products of one phase.
    private struct Part {
        var phase: ConvolutionPhase
        var gather: WindowGather
        var positions: WindowSide
        var taps: WindowSide
        /// Whether a column's terms lie side by side.
        var isTransposed: Bool
        /// Where the weights of the phase were copied to; nil where they are read as they lie.
        var copiedWeights: Int?
        var outputStride: Int
        var channelStride: Int
        /// Ranges of the depth, by segments.
        var segments: [[Range<Int>]]
        /// Positions of a block of one image, or all of several images.
        var blockPositions: Int
        var blockImages: Int
        var blocks: Int
        var firstUnit: Int
        /// Whether products are written right where they belong.
        var isDirect: Bool
        var plans: [Shape: GemmPlan<Scalar>]
        /// Where the result has one row: products with a vector.
        var vectors: [Shape: GemmVector<Scalar>]

        /// A short rest goes with the block before it.
        var blocksOfImage: Int {
            let (whole, rest) = phase.positions.quotientAndRemainder(dividingBy: blockPositions)
            return Swift.max(1, 4 * rest >= blockPositions ? whole + 1 : whole)
        }
    }

    private let step: ConvolutionStep
    private var parts: [Part] = []
    private let coversAll: Bool
    private var lanes = 1
    private var units = 0
    private var copiedCount = 0
    private var memory = ScratchLanes(pieces: 1, bytes: 0)
    private var columnCount = 0
    private var productCount = 0
    private let grain: Int

    private static var columnBytes: Int { 256 << 10 }
    private static var mostColumns: Int { 1024 }
    /// Terms that are gathered and multiplied at a time.
    private static var chunk: Int { 640 }
    private static var mostLanes: Int { 16 }
    /// Operations that are worth a piece: about 10 µs.
    private static var pieceOperations: Double { 1e6 }
    /// Taps of a channel from which on no chunk reaches over two channels.
    private static var manyTaps: Int { 256 }

    init(_ step: ConvolutionStep, _ phases: [ConvolutionPhase], compiles: Bool) {
        self.step = step
        coversAll = phases.reduce(0) { $0 + $1.positions } == step.axes.reduce(1) { $0 * $1.positions }
        let operations = step.operations
        var bytes = 0
        for phase in phases {
            var part = ColumnConvolution.part(step, phase)
            if !phase.isWhole || part.taps.outer > 1 && !ColumnConvolution.hasDenseChannels(step, phase.taps) {
                part.copiedWeights = copiedCount
                (part.outputStride, part.channelStride) = (step.channels * phase.taps, phase.taps)
                copiedCount += step.groups * step.outputs * step.channels * phase.taps
            }
            parts.append(part)
        }
        lanes = Swift.max(1, Swift.min(ColumnConvolution.mostLanes, parts.map { $0.segments.count }.min() ?? 1))
        for place in parts.indices {
            let found = ColumnConvolution.planned(parts[place], step, lanes, compiles)
            parts[place] = found.part
            parts[place].firstUnit = units
            units += step.groups * found.part.blocks * lanes
            columnCount = Swift.max(columnCount, (found.columns + 15) & ~15)
            productCount = Swift.max(productCount, (found.products + 15) & ~15)
        }
        bytes = (columnCount + 2 * productCount) * MemoryLayout<Scalar>.size
        memory = ScratchLanes(pieces: units, bytes: bytes)
        grain = Int(
            Swift.max(
                1, Swift.min(1e6, ColumnConvolution.pieceOperations * Double(units) / Swift.max(1, operations))))
    }

    // MARK: Plans

    /// Whether a channel's weights follow those of the one before, or chunks stay inside a channel.
    private static func hasDenseChannels(_ step: ConvolutionStep, _ taps: Int) -> Bool {
        step.channelStride == taps || taps >= manyTaps
    }

    private static func part(_ step: ConvolutionStep, _ phase: ConvolutionPhase) -> Part {
        func three(_ value: (ConvolutionPhase.Axis) -> Int) -> (Int, Int, Int) {
            (value(phase.axes[0]), value(phase.axes[1]), value(phase.axes[2]))
        }
        let strides = [Int](repeating: 0, count: 3 - step.axes.count) + step.layout.strides.dropFirst(2)
        let positions = WindowSide(
            outer: step.images, outerStride: step.layout.strides[0], extents: three { $0.positions },
            steps: three { $0.stride })
        let taps = WindowSide(
            outer: step.channels, outerStride: step.layout.strides[1], extents: three { $0.taps },
            steps: three { $0.dilation })
        let last = phase.axes[2]
        return Part(
            phase: phase,
            gather: WindowGather(
                extents: three { $0.input }, strides: (strides[0], strides[1], strides[2]), low: three { $0.low }),
            positions: positions, taps: taps,
            isTransposed: WindowGather.run(last.taps, step: last.dilation)
                > WindowGather.run(last.positions, step: last.stride),
            copiedWeights: nil, outputStride: step.outputStride, channelStride: step.channelStride,
            segments: segments(step.channels, phase.taps), blockPositions: 0, blockImages: 0, blocks: 0, firstUnit: 0,
            isDirect: false, plans: [:], vectors: [:])
    }

    /// Even parts of a range, each of `most` at most.
    private static func even(_ range: Range<Int>, most: Int) -> [Range<Int>] {
        let count = (range.count + most - 1) / most
        return (0..<count).map {
            range.lowerBound + $0 * range.count / count..<range.lowerBound + ($0 + 1) * range.count / count
        }
    }

    private static func segments(_ channels: Int, _ taps: Int) -> [[Range<Int>]] {
        let chunks =
            taps < manyTaps
            ? even(0..<channels * taps, most: chunk)
            : (0..<channels).flatMap { even($0 * taps..<($0 + 1) * taps, most: chunk) }
        var segments: [[Range<Int>]] = [[]]
        var terms = 0
        for range in chunks {
            if terms + range.count > GemmSegments.chain {
                segments.append([])
                terms = 0
            }
            segments[segments.count - 1].append(range)
            terms += range.count
        }
        return segments
    }

    /// With blocks and plans, and the elements that a unit gathers, and makes, at once.
    private static func planned(
        _ part: Part, _ step: ConvolutionStep, _ lanes: Int, _ compiles: Bool
    ) -> (part: Part, columns: Int, products: Int) {
        var part = part
        let depths = Set(part.segments.flatMap { $0.map(\.count) })
        let deepest = depths.max() ?? 1
        let tile = GemmTile<Scalar>.Width.full.columns
        let most = Swift.max(
            tile, Swift.min(mostColumns, columnBytes / (deepest * MemoryLayout<Scalar>.size)) / tile * tile)
        let positions = part.phase.positions
        if positions <= most {
            let blocks = (step.images + most / positions - 1) / (most / positions)
            part.blockImages = (step.images + blocks - 1) / blocks
            part.blockPositions = positions
            part.blocks = (step.images + part.blockImages - 1) / part.blockImages
        } else {
            let blocks = (positions + most - 1) / most
            part.blockImages = 1
            part.blockPositions = ((positions + blocks - 1) / blocks + tile - 1) / tile * tile
            part.blocks = step.images * part.blocksOfImage
        }
        var widths: Set<Int> = []
        if part.blockPositions == positions {
            let rest = step.images % part.blockImages
            widths = [part.blockImages * positions, (rest == 0 ? part.blockImages : rest) * positions]
        } else {
            widths = [part.blockPositions, positions - (part.blocksOfImage - 1) * part.blockPositions]
        }
        let isVector = step.outputs == 1 && part.isTransposed
        part.isDirect =
            part.phase.isWhole && part.blockImages == 1 && !isVector && part.segments.count == lanes
        for width in widths {
            for depth in depths {
                let shape = Shape(columns: width, depth: depth)
                if isVector {
                    part.vectors[shape] = GemmVector(lines: width, length: depth, stride: depth)
                } else {
                    part.plans[shape] = GemmPlan(
                        GemmShape(
                            m: step.outputs, n: width, k: depth, transposeA: false, transposeB: part.isTransposed,
                            lineA: part.outputStride),
                        compiles: compiles, resultRow: part.isDirect ? positions : nil)
                }
            }
        }
        let widest = widths.max() ?? 0
        return (part, widest * deepest, part.isDirect ? 0 : step.outputs * widest)
    }

    // MARK: Runs

    /// Weights that are copied, partial results, and what units work in.
    var scratchBytes: Int {
        let size = MemoryLayout<Scalar>.size
        return wholeLines(copiedCount * size) + wholeLines((lanes - 1) * step.count * size) + memory.bytes
    }

    func run(
        _ input: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        let size = MemoryLayout<Scalar>.size
        let copied = scratch?.assumingMemoryBound(to: Scalar.self) ?? result
        let partial = (scratch.map { $0 + wholeLines(copiedCount * size) })?.assumingMemoryBound(to: Scalar.self)
        let others = scratch.map { $0 + scratchBytes - memory.bytes }
        copyWeights(weight, to: copied)
        func target(_ lane: Int) -> UnsafeMutablePointer<Scalar> {
            guard lane > 0, let partial else { return result }
            return partial + (lane - 1) * step.count
        }
        if !coversAll {
            for lane in 0..<lanes {
                let target = target(lane)
                inPieces(step.count, grain: 1 << 16) { range in
                    for place in range { target[place] = 0 }
                }
            }
        }
        memory.run(units, grain: grain, others) { range, memory in
            for unit in range {
                if Interruption.isStopping() { return }
                let place = parts.lastIndex { $0.firstUnit <= unit } ?? 0
                let (group, rest) = (unit - parts[place].firstUnit).quotientAndRemainder(
                    dividingBy: parts[place].blocks * lanes)
                let (block, lane) = rest.quotientAndRemainder(dividingBy: lanes)
                compute(
                    parts[place], group, block, lane, input,
                    parts[place].copiedWeights.map { UnsafePointer(copied + $0) } ?? weight,
                    target(lane), memory.assumingMemoryBound(to: Scalar.self))
            }
        }
        guard lanes > 1 else { return }
        inPieces(step.count, grain: 1 << 14) { range in
            for lane in 1..<lanes {
                let source = target(lane)
                for place in range { result[place] += source[place] }
            }
        }
    }

    /// The weights of phases that have some of the taps only, as matrices [groups x outputs, channels x taps].
    private func copyWeights(_ weight: UnsafePointer<Scalar>, to copied: UnsafeMutablePointer<Scalar>) {
        for part in parts {
            guard let start = part.copiedWeights else { continue }
            let axes = part.phase.axes
            let extents = [Int](repeating: 1, count: 3 - step.axes.count) + step.axes.map(\.taps)
            let row = step.channels * part.phase.taps
            inPieces(step.groups * step.outputs, grain: Swift.max(1, (1 << 14) / row)) { outputs in
                for output in outputs {
                    var target = copied + start + output * row
                    for channel in 0..<step.channels {
                        let taps = weight + (output * step.outputStride + channel * step.channelStride)
                        for first in 0..<axes[0].taps {
                            for second in 0..<axes[1].taps {
                                let plane = axes[0].firstTap + first * axes[0].tapStep
                                let line = axes[1].firstTap + second * axes[1].tapStep
                                let source = taps + ((plane * extents[1] + line) * extents[2] + axes[2].firstTap)
                                for third in 0..<axes[2].taps { target[third] = source[third * axes[2].tapStep] }
                                target += axes[2].taps
                            }
                        }
                    }
                }
            }
        }
    }

    /// The part of a lane's sums that a block of columns in one group has.
    private func compute(
        _ part: Part, _ group: Int, _ block: Int, _ lane: Int, _ input: UnsafePointer<Scalar>,
        _ weight: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>, _ memory: UnsafeMutablePointer<Scalar>
    ) {
        let positions = part.phase.positions
        let blocksOfImage = part.blocksOfImage
        let firstImage = block / blocksOfImage * part.blockImages
        let start = block % blocksOfImage * part.blockPositions
        let images = Swift.min(part.blockImages, step.images - firstImage)
        let count =
            blocksOfImage == 1
            ? images * positions
            : block % blocksOfImage == blocksOfImage - 1 ? positions - start : part.blockPositions
        let columns = firstImage * positions + start..<firstImage * positions + start + count
        let base = input + group * step.channels * step.layout.strides[1]
        let rows = weight + group * step.outputs * part.outputStride
        let made = memory + columnCount
        let more = made + productCount
        let place = result + (firstImage * step.groups + group) * step.outputs * positions + start
        let target = part.isDirect ? place : made
        let segments = lane * part.segments.count / lanes..<(lane + 1) * part.segments.count / lanes
        for segment in segments {
            var isFirst = true
            let sum = segment == segments.lowerBound ? target : more
            for chunk in part.segments[segment] {
                if part.isTransposed {
                    part.gather.gather(base, part.positions, columns, part.taps, chunk, to: memory)
                } else {
                    part.gather.gather(base, part.taps, chunk, part.positions, columns, to: memory)
                }
                let channel = chunk.lowerBound / part.phase.taps
                let first = rows + (channel * part.channelStride + chunk.lowerBound - channel * part.phase.taps)
                let shape = Shape(columns: count, depth: chunk.count)
                if let plan = part.plans[shape] {
                    plan.run(first, memory, sum, accumulates: !isFirst)
                } else if let vector = part.vectors[shape] {
                    let next = isFirst && segment == segments.lowerBound ? target : more
                    vector.run(memory, first, next)
                    if next != target { add(more, to: target, count) }
                }
                isFirst = false
            }
            if sum != target, part.vectors.isEmpty { add(more, to: target, step.outputs * count) }
        }
        if !part.isDirect {
            store(made, part, images: firstImage..<firstImage + images, group, start, count, result)
        }
    }

    private func add(_ source: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>, _ count: Int) {
        for place in 0..<count { target[place] += source[place] }
    }

    /// Puts a block's products [outputs, columns] where they belong.
    private func store(
        _ made: UnsafePointer<Scalar>, _ part: Part, images: Range<Int>, _ group: Int, _ start: Int, _ count: Int,
        _ result: UnsafeMutablePointer<Scalar>
    ) {
        let (axes, all) = (part.phase.axes, step.axes.reduce(1) { $0 * $1.positions })
        let extents = [Int](repeating: 1, count: 3 - step.axes.count) + step.axes.map(\.positions)
        let perImage = images.count > 1 ? part.phase.positions : count
        for image in images {
            for output in 0..<step.outputs {
                let source = made + (output * count + (image - images.lowerBound) * perImage)
                let target = result + ((image * step.groups + group) * step.outputs + output) * all
                if part.phase.isWhole {
                    copyShort(source, target + start, perImage)
                    continue
                }
                var place = WindowSide(
                    outer: 1, outerStride: 0,
                    extents: (axes[0].positions, axes[1].positions, axes[2].positions), steps: (1, 1, 1)
                ).place(start)
                var column = 0
                while column < perImage {
                    let run = Swift.min(perImage - column, axes[2].positions - place.indices.2)
                    let plane = axes[0].first + place.indices.0 * axes[0].step
                    let line = axes[1].first + place.indices.1 * axes[1].step
                    let row = target + ((plane * extents[1] + line) * extents[2] + axes[2].first)
                    for number in 0..<run {
                        row[(place.indices.2 + number) * axes[2].step] = source[column + number]
                    }
                    column += run
                    part.positions.advance(&place, by: run)
                }
            }
        }
    }
}
