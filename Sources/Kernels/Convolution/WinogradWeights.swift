import Steps

/// The weights of 3 x 3 of a convolution, transformed: G w G^T. Lanes of a vector are outputs.
struct WinogradWeights {
    let step: ConvolutionStep

    private typealias Vector = Winograd.Vector
    private static let taps = 9
    /// Channels whose windows are laid side by side at a time.
    private static let chunk = 16

    private static var eights: Int { WinogradTiles.panel / Vector.scalarCount }
    /// Numbers that a transform works in.
    static var workCount: Int { (eights * chunk * taps + 3 * Winograd.reach) * Vector.scalarCount }

    /// From one of the 36 matrices [panels, channels, panel] to the next, in numbers. Matrices that are a power of two
    /// apart would meet in the same sets of a cache.
    func matrix(outputs: Int) -> Int { step.channels * outputs + 16 }

    /// The windows of as many outputs as a panel has, from `first` on, of one group. `weight` are that group's.
    func transform(
        _ weight: UnsafePointer<Float>, from first: Int, to target: UnsafeMutablePointer<Float>, matrix: Int,
        _ work: UnsafeMutablePointer<Float>
    ) {
        let (width, panel, row) = (Vector.scalarCount, WinogradTiles.panel, Winograd.reach)
        let (side, half) = (WinogradWeights.chunk * WinogradWeights.taps * width, 3 * width)
        let between = work + WinogradWeights.eights * side
        for start in stride(from: 0, to: step.channels, by: WinogradWeights.chunk) {
            let channels = start..<Swift.min(start + WinogradWeights.chunk, step.channels)
            for eight in 0..<WinogradWeights.eights {
                lay(weight, first + eight * width, channels, to: work + eight * side)
            }
            for channel in channels {
                for eight in 0..<WinogradWeights.eights {
                    let taps = work + (eight * side + (channel - start) * WinogradWeights.taps * width)
                    for j in 0..<3 {
                        let column = (
                            Winograd.load(taps + j * width), Winograd.load(taps + (3 + j) * width),
                            Winograd.load(taps + (6 + j) * width)
                        )
                        Winograd.store(Winograd.weight(column), between + j * width, half)
                    }
                    let place = target + (channel * panel + eight * width)
                    for i in 0..<row {
                        let line = between + i * half
                        let made = Winograd.weight(
                            (Winograd.load(line), Winograd.load(line + width), Winograd.load(line + 2 * width)))
                        Winograd.store(made, place + i * row * matrix, matrix)
                    }
                }
            }
        }
    }

    /// Puts the windows of eight outputs side by side: [channels, taps, 8].
    @inline(__always)
    private func lay(
        _ weight: UnsafePointer<Float>, _ first: Int, _ channels: Range<Int>, to target: UnsafeMutablePointer<Float>
    ) {
        let (width, taps) = (Vector.scalarCount, WinogradWeights.taps)
        let there = Swift.min(width, step.outputs - first)
        guard there > 0 else {
            for number in 0..<channels.count * taps * width { target[number] = 0 }
            return
        }
        let source = weight + (first * step.outputStride + channels.lowerBound * step.channelStride)
        if step.channelStride == taps {
            spreadChannels(source, planes: step.outputStride, there, channels.count * taps, to: target, width)
            return
        }
        for channel in 0..<channels.count {
            spreadChannels(
                source + channel * step.channelStride, planes: step.outputStride, there, taps,
                to: target + channel * taps * width, width)
        }
    }
}
