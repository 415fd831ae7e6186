import CVectors

/// `count` elements of each channel, put side by side in lines of `width`. `planes`: from channel to channel. Where
/// eight elements are there, lanes without a channel, up to a multiple of eight, may get any number. The last eight
/// elements may overlap the eight before.
@inline(__always)
func spreadChannels(
    _ source: UnsafePointer<Float>, planes: Int, _ channels: Int, _ count: Int,
    to target: UnsafeMutablePointer<Float>, _ width: Int
) {
    let (size, eight) = (MemoryLayout<Float>.size, Winograd.Vector.scalarCount)
    guard count >= eight else {
        transposeElements(source, planes * size, channels, count, target, width * size, Float.self)
        return
    }
    for channel in stride(from: 0, to: channels, by: eight) {
        let (from, to) = (source + channel * planes, target + channel)
        let last = Swift.min(eight, channels - channel) - 1
        var place = 0
        while true {
            shim_transpose_8x8(from + place, planes * size, last, to + place * width, width * size)
            if place == count - eight { break }
            place = Swift.min(place + eight, count - eight)
        }
    }
}

/// The other way round.
@inline(__always)
func gatherChannels(
    _ source: UnsafePointer<Float>, _ width: Int, _ channels: Int, _ count: Int,
    to target: UnsafeMutablePointer<Float>, planes: Int
) {
    let (size, eight) = (MemoryLayout<Float>.size, Winograd.Vector.scalarCount)
    let whole = count < eight ? 0 : channels / eight * eight
    for channel in stride(from: 0, to: whole, by: eight) {
        let (from, to) = (source + channel, target + channel * planes)
        var place = 0
        while true {
            shim_transpose_8x8(from + place * width, width * size, eight - 1, to + place, planes * size)
            if place == count - eight { break }
            place = Swift.min(place + eight, count - eight)
        }
    }
    if whole < channels {
        transposeElements(
            source + whole, width * size, count, channels - whole, target + whole * planes, planes * size, Float.self)
    }
}
