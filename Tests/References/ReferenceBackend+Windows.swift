import Steps

// The reference backend's steps over windows.

/// All places of an array, row-major.
private func places(_ extents: [Int]) -> [[Int]] {
    extents.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
}

extension ConvolutionStep {
    func define(_ slots: Slots) {
        let (x, w, y) = (slots.cells(dtype, input), slots.cells(dtype, weight), slots.cells(dtype, result))
        let taps = places(axes.map(\.taps))
        var target = 0
        for image in 0..<images {
            for output in 0..<groups * outputs {
                for position in places(axes.map(\.positions)) {
                    var sum = 0.0
                    for channel in 0..<channels {
                        for (number, tap) in taps.enumerated() {
                            let source = [image, output / outputs * channels + channel]
                            guard let place = element(position, tap, source) else { continue }
                            let at = weightOffset + output * outputStride + channel * channelStride + number
                            sum += x[place].double * w[at].double
                        }
                    }
                    y[target] = .real(sum)
                    target += 1
                }
            }
        }
    }

    /// Where the element lies that a tap meets at a position; nil where it meets a zero.
    private func element(_ position: [Int], _ tap: [Int], _ source: [Int]) -> Int? {
        var index = source
        for (place, axis) in axes.enumerated() {
            let spread = position[place] * axis.stride + tap[place] * axis.dilation - axis.low
            guard spread >= 0, spread % axis.inputDilation == 0, spread / axis.inputDilation < axis.input else {
                return nil
            }
            index.append(spread / axis.inputDilation)
        }
        return zip(index, layout.strides).reduce(layout.offset) { $0 + $1.0 * $1.1 }
    }
}

extension WindowArgMaxStep {
    func define(_ slots: Slots) {
        guard let loop else { return find(slots) }
        var table = (0...((reads + writes + [source]).max() ?? 0)).map { slots[$0] }
        // Nobody has memory for what is not kept.
        let own = UnsafeMutableRawPointer.allocate(byteCount: max(planes * elements * dtype.size, 1), alignment: 64)
        if !isKept { table[source] = own }
        table.withUnsafeBufferPointer { table in
            let slots = Slots(base: table.baseAddress!)
            loop.define(slots)
            find(slots)
        }
        own.deallocate()
    }

    private func find(_ slots: Slots) {
        let (x, y) = (slots.cells(dtype, source), result.map { slots.cells(.int64, $0) })
        let picked = values.map { slots.cells(dtype, $0) }
        var target = 0
        for plane in 0..<planes {
            for position in places(axes.map { $0.firsts.count }) {
                var best: Int?
                for tap in places(zip(axes, position).map { $0.counts[$1] }) {
                    let place = axes.indices.reduce(0) { flat, axis in
                        flat * axes[axis].input + axes[axis].firsts[position[axis]] + tap[axis] * axes[axis].dilation
                    }
                    let value = x[plane * elements + place]
                    if best.map({ x[plane * elements + $0].isBefore(value) }) ?? true { best = place }
                }
                y?[target] = .whole(Int64(best ?? 0))
                picked?[target] = x[plane * elements + (best ?? 0)]
                target += 1
            }
        }
    }
}
