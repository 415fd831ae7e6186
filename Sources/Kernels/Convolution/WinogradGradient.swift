import Machine
import Steps

/// The gradient of a 3 x 3 convolution's weights by Winograd's transforms: 36 products of matrices
///
///     cotangents [outputs, tiles] x tiles [tiles, channels]
///
/// As a convolution its images are the layer's channels, its channels the layer's images, and its window is the whole
/// cotangent, which meets the input at 3 x 3 places.
///
/// Tiles are shared out over lanes, which make sums beside each other. Their number follows from that of the tiles, so
/// that no bit depends on the number of threads.
final class WinogradGradient {
    private typealias Tile = GemmTile<Float>

    private let step: ConvolutionStep
    private let tiles: WinogradTiles
    private let code: GemmTileCode?
    private let channels: Int
    private let outputs: Int
    private let lanes: Int
    private let memory: ScratchLanes

    /// Nil where it is not the way.
    init?(_ step: ConvolutionStep, compiles: Bool) {
        guard step.dtype == .float32, step.axes.count == 2, step.layout.strides[3] == 1 || step.axes[1].input == 1,
            step.axes.allSatisfy({
                $0.positions == 3 && $0.stride == 1 && $0.dilation == 1 && $0.inputDilation == 1
                    && abs($0.low) < 1 << 30
            }),
            let tiles = WinogradTiles(
                input: (step.axes[0].input, step.axes[1].input), result: (step.axes[0].taps, step.axes[1].taps),
                low: (step.axes[0].low, step.axes[1].low), images: step.channels, channels: step.images,
                outputs: step.outputs)
        else { return nil }
        (self.step, self.tiles) = (step, tiles)
        code = compiles ? GemmTileCode.of(elementBytes: MemoryLayout<Float>.size) : nil
        (channels, outputs) = (WinogradTiles.padded(step.images), WinogradTiles.padded(step.outputs))
        lanes = GemmSegments.lanes(terms: tiles.tiles, units: tiles.blocks)
        memory = ScratchLanes(
            pieces: step.groups * lanes, bytes: WinogradMemory.bytes(tiles, channels, outputs))
    }

    /// Sums of a lane [36, outputs, channels].
    private var sumCount: Int { Winograd.count * step.outputs * channels }
    private var sumBytes: Int { wholeLines(step.groups * lanes * sumCount * MemoryLayout<Float>.size) }
    var scratchBytes: Int { sumBytes + memory.bytes }

    func run(
        _ input: UnsafePointer<Float>, _ cotangent: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        guard let scratch else { return }
        let sums = scratch.assumingMemoryBound(to: Float.self)
        memory.run(step.groups * lanes, grain: 1, scratch + sumBytes) { range, memory in
            for unit in range {
                let (group, lane) = unit.quotientAndRemainder(dividingBy: lanes)
                let blocks = lane * tiles.blocks / lanes..<(lane + 1) * tiles.blocks / lanes
                for block in blocks {
                    if Interruption.isStopping() { return }
                    add(
                        block, group, input, cotangent, sums + unit * sumCount, isFirst: block == blocks.lowerBound,
                        memory.assumingMemoryBound(to: Float.self))
                }
            }
        }
        store(sums, result)
    }

    /// Adds a block's products to a lane's sums.
    private func add(
        _ number: Int, _ group: Int, _ input: UnsafePointer<Float>, _ cotangent: UnsafePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>, isFirst: Bool, _ memory: UnsafeMutablePointer<Float>
    ) {
        let (images, rows) = tiles.block(number)
        let tilesOfImage = rows.count * tiles.columns
        let parts = WinogradMemory(memory, tiles, channels, outputs)
        let (transformed, cotangents) = (parts.input, parts.output)
        let (inputMatrix, outputMatrix) = (parts.inputMatrix, parts.outputMatrix)
        let (read, made, work) = (parts.read, parts.made, parts.work)
        let (lanes, half) = (WinogradTiles.lanes, Winograd.Vector.scalarCount)
        let strides = step.layout.strides
        for number in 0..<tiles.readCount + tiles.madeCount { read[number] = 0 }
        for image in images {
            let place = (image - images.lowerBound) * tilesOfImage
            for channel in stride(from: 0, to: step.images, by: lanes) {
                tiles.layInput(
                    input + (channel * strides[0] + (group * step.channels + image) * strides[1]), planes: strides[0],
                    line: strides[2], channels: Swift.min(lanes, step.images - channel), rows, to: read)
                for lane in stride(from: 0, to: lanes, by: half) {
                    tiles.transformInput(
                        read + lane, rows, to: transformed + (place * channels + channel + lane), tile: channels,
                        matrix: inputMatrix, work)
                }
            }
            for output in stride(from: 0, to: step.outputs, by: lanes) {
                let source = cotangent + (group * step.outputs + output) * step.outputStride
                tiles.layCotangent(
                    source + image * step.channelStride, planes: step.outputStride,
                    channels: Swift.min(lanes, step.outputs - output), rows, to: made)
                for lane in stride(from: 0, to: lanes, by: half) {
                    tiles.transformCotangent(
                        made + lane, rows, to: cotangents + (place * outputs + output + lane), tile: outputs,
                        matrix: outputMatrix, work)
                }
            }
        }
        multiply(
            cotangents, outputMatrix, transformed, inputMatrix, sums, images.count * tilesOfImage,
            accumulates: !isFirst)
    }

    /// sums [outputs, channels] += cotangents^T [outputs, count] x transformed [count, channels], 36 times.
    private func multiply(
        _ cotangents: UnsafePointer<Float>, _ outputMatrix: Int, _ transformed: UnsafePointer<Float>,
        _ inputMatrix: Int, _ sums: UnsafeMutablePointer<Float>, _ count: Int, accumulates: Bool
    ) {
        let (size, panel) = (MemoryLayout<Float>.size, WinogradTiles.panel)
        var operands = TileOperands(
            x: cotangents, y: transformed, result: sums, xRows: TileRowOffsets(bytes: size), xStep: outputs * size,
            yStep: channels * size, resultRow: channels * size, depth: count, accumulates: accumulates ? 1 : 0)
        for matrix in 0..<Winograd.count {
            for first in stride(from: 0, to: channels, by: panel) {
                operands.y = UnsafeRawPointer(transformed + (matrix * inputMatrix + first))
                var row = 0
                while row < step.outputs {
                    let (height, times) = Tile.next(step.outputs - row, sharesLast: true)
                    operands.count = times
                    operands.x = UnsafeRawPointer(cotangents + (matrix * outputMatrix + row))
                    operands.result = UnsafeMutableRawPointer(
                        sums + ((matrix * step.outputs + row) * channels + first))
                    operands.xAdvance = height * size
                    operands.resultAdvance = height * channels * size
                    Tile.run(&operands, height: height, width: .full, code)
                    row += height * times
                }
            }
        }
    }

    /// G^T u G of the lanes' sums, eight channels of an output at a time.
    private func store(_ sums: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>) {
        typealias Vector = Winograd.Vector
        let matrix = step.outputs * channels
        inPieces(step.groups * step.outputs, grain: Swift.max(1, (1 << 11) / channels)) { range in
            let base = ThreadScratch.pieces.memory(64 * 32).assumingMemoryBound(to: Float.self)
            let (all, half) = (base, base + Winograd.count * 8)
            for place in range {
                let (group, output) = place.quotientAndRemainder(dividingBy: step.outputs)
                for first in stride(from: 0, to: step.images, by: Vector.scalarCount) {
                    let source = sums + (group * lanes * sumCount + output * channels + first)
                    for number in 0..<Winograd.count {
                        var sum = Winograd.load(source + number * matrix)
                        for lane in 1..<Swift.max(1, lanes) {
                            sum += Winograd.load(source + (lane * sumCount + number * matrix))
                        }
                        Winograd.store(sum, all + number * 8)
                    }
                    for j in 0..<Winograd.reach {
                        let made = Winograd.gradient(Winograd.six(all + j * 8, 48))
                        Winograd.store(made.0, half + j * 8)
                        Winograd.store(made.1, half + (6 + j) * 8)
                        Winograd.store(made.2, half + (12 + j) * 8)
                    }
                    for i in 0..<3 {
                        let made = Winograd.gradient(Winograd.six(half + i * 48, 8))
                        for lane in 0..<Swift.min(Vector.scalarCount, step.images - first) {
                            let window =
                                result
                                + (((first + lane) * step.groups + group) * step.outputs + output) * 9 + i * 3
                            (window[0], window[1], window[2]) = (made.0[lane], made.1[lane], made.2[lane])
                        }
                    }
                }
            }
        }
    }
}
