/// Writes a block of a float32 matrix as panels of bfloat16, the order in which a product reads it: [lines / width,
/// pairs, width] words, each of two neighbours along the inner axis. Lines are the rows of A or the columns of B; what
/// is missing at the edges is zero.
///
/// Rounding costs next to nothing here, since every fast product packs its operands like this: so float32 operands need
/// no pass of their own.
struct BFloat16Panels {
    typealias Vector = BFloat16.Vector

    /// Lines in a panel: 8, or a multiple of 16.
    let width: Int
    /// Elements between neighbours along the other axis than the one that is contiguous.
    let stride: Int
    /// Whether neighbours along the inner axis are neighbours in memory, not those across lines.
    let isInnerContiguous: Bool

    /// Lines are packed sixteen at a time.
    static let group = 16

    /// Memory that packing works in, aligned to 64 bytes: sixteen lines of words, and of elements at an edge, or of
    /// words the other way round.
    struct Scratch {
        static let bytes = 48 * BFloat16Panels.group * 4
        let words: UnsafeMutablePointer<UInt32>
        let edge: UnsafeMutablePointer<UInt32>

        init(_ memory: UnsafeMutableRawPointer) {
            words = memory.assumingMemoryBound(to: UInt32.self)
            edge = words + 16 * BFloat16Panels.group
        }
    }

    static func pairs(_ depth: Int) -> Int { (depth + 1) / 2 }

    /// Packs `lines` x `depth` elements from `source` on; `lines` is rounded up to full groups and those to full panels
    /// by zeros.
    func pack(
        _ source: UnsafePointer<UInt32>, lines: Int, depth: Int, _ panels: UnsafeMutablePointer<UInt32>,
        _ scratch: Scratch
    ) {
        let height = Swift.max(width, BFloat16Panels.group)
        let padded = (lines + height - 1) / height * height
        for first in Swift.stride(from: 0, to: padded, by: BFloat16Panels.group) {
            let count = Swift.max(0, Swift.min(BFloat16Panels.group, lines - first))
            let target = Target(panels, first: first, width: width, pairs: BFloat16Panels.pairs(depth))
            if isInnerContiguous {
                packRows(source + first * stride, count, depth, target, scratch)
            } else {
                packColumns(source + first, count, depth, target)
            }
        }
    }

    /// Where sixteen lines go: into one panel, or eight into each of two.
    private struct Target {
        let low: UnsafeMutablePointer<UInt32>
        let high: UnsafeMutablePointer<UInt32>
        let width: Int

        init(_ panels: UnsafeMutablePointer<UInt32>, first: Int, width: Int, pairs: Int) {
            let (panel, line) = first.quotientAndRemainder(dividingBy: width)
            low = panels + panel * pairs * width + line
            high = width == 8 ? low + pairs * width : low + 8
            self.width = width
        }

        @inline(__always)
        func store(_ words: Vector, pair: Int) {
            UnsafeMutableRawPointer(low + pair * width).storeBytes(of: words.lowHalf, as: SIMD8<UInt32>.self)
            UnsafeMutableRawPointer(high + pair * width).storeBytes(of: words.highHalf, as: SIMD8<UInt32>.self)
        }
    }

    /// Sixteen lines that lie one below the other: sixteen pairs of each at once, turned in registers.
    private func packRows(
        _ source: UnsafePointer<UInt32>, _ lines: Int, _ depth: Int, _ target: Target, _ scratch: Scratch
    ) {
        for start in Swift.stride(from: 0, to: depth, by: 32) {
            let width = Swift.min(32, depth - start)
            if lines == BFloat16Panels.group, width == 32 {
                pairRows(source + start, stride, scratch.words)
            } else {
                scratch.edge.update(repeating: 0, count: 32 * BFloat16Panels.group)
                for line in 0..<lines {
                    (scratch.edge + line * 32).update(from: source + line * stride + start, count: width)
                }
                pairRows(scratch.edge, 32, scratch.words)
            }
            if width == 32, self.width != 8 {
                transposeBlock(scratch.words, 64, target.low + start / 2 * self.width, self.width * 4, Block16.self)
                continue
            }
            transposeBlock(scratch.words, 64, scratch.edge, 64, Block16.self)
            for pair in 0..<BFloat16Panels.pairs(width) {
                target.store(load(scratch.edge + pair * 16), pair: start / 2 + pair)
            }
        }
    }

    /// Words of sixteen lines, 32 elements each: [16, 16].
    @inline(__always)
    private func pairRows(_ source: UnsafePointer<UInt32>, _ stride: Int, _ words: UnsafeMutablePointer<UInt32>) {
        for line in 0..<BFloat16Panels.group {
            let (left, right) = (load(source + line * stride), load(source + line * stride + 16))
            let pairs = BFloat16.pairs(
                Vector(lowHalf: left.evenHalf, highHalf: right.evenHalf),
                Vector(lowHalf: left.oddHalf, highHalf: right.oddHalf))
            UnsafeMutableRawPointer(words + line * 16).storeBytes(of: pairs, as: Vector.self)
        }
    }

    /// Sixteen lines that lie side by side: two neighbours along the inner axis are two vectors.
    private func packColumns(_ source: UnsafePointer<UInt32>, _ lines: Int, _ depth: Int, _ target: Target) {
        for pair in 0..<depth / 2 {
            let row = source + 2 * pair * stride
            target.store(BFloat16.pairs(load(row, lines), load(row + stride, lines)), pair: pair)
        }
        if depth % 2 != 0 {
            target.store(BFloat16.pairs(load(source + (depth - 1) * stride, lines), Vector()), pair: depth / 2)
        }
    }

    @inline(__always)
    private func load(_ source: UnsafePointer<UInt32>) -> Vector {
        UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
    }

    /// The first `count` of sixteen, then zeros.
    @inline(__always)
    private func load(_ source: UnsafePointer<UInt32>, _ count: Int) -> Vector {
        if count == BFloat16Panels.group { return load(source) }
        var vector = Vector()
        for index in 0..<count { vector[index] = source[index] }
        return vector
    }
}
