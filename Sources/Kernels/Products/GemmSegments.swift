import Machine

/// The cut of a deep product along its inner axis.
///
/// A chain of n additions of numbers of one sign is off by up to n / 2^24 of itself (in float32). So a product deeper
/// than a segment is made segment by segment, and the results are added by twos, theirs by twos, and so on: the error
/// grows with the length of a segment and with the logarithm of their number. The cut depends on the depth alone.
struct GemmSegments {
    private let depth: Int
    private let length: Int
    let count: Int

    /// The most terms of a chain. Layers have fewer, so that their products are one chain.
    static let chain = 8192

    /// The most lanes that make sums beside each other, and as many as there are if there is enough to do.
    static let mostLanes = 16
    private static let usualLanes = 4

    /// Lanes for chains of so many terms in all, which are made in so many units. They do not depend on the number of
    /// threads.
    static func lanes(terms: Int, units: Int) -> Int {
        let chains = (terms + chain - 1) / chain
        return Swift.max(1, Swift.min(mostLanes, units, Swift.max(usualLanes, chains)))
    }

    /// nil where one segment is enough. `chains`: as many as share the terms of a sum.
    init?(depth: Int, chains: Int) {
        (self.depth, length) = (depth, GemmSegments.chain * chains)
        guard depth > length else { return nil }
        count = (depth + length - 1) / length
    }

    /// Terms of a segment, and of the last one.
    var wholeDepth: Int { length }
    var lastDepth: Int { depth - (count - 1) * length }

    /// Sums that wait beside the first. As in a binary number, there are as many as bits of the count.
    var waiting: Int { Int.bitWidth - 1 - count.leadingZeroBitCount }

    /// Sums up what `compute` makes of the segments, each `elements` numbers, in `result`.
    /// - Parameters:
    ///   - memory: `waiting` times `elements` numbers.
    ///   - compute: Computes a segment, given its number and its first term, into memory.
    func run<Scalar: FloatingPoint & BitwiseCopyable>(
        _ result: UnsafeMutablePointer<Scalar>, elements: Int, _ memory: UnsafeMutablePointer<Scalar>,
        _ compute: (Int, Int, UnsafeMutablePointer<Scalar>) -> Void
    ) {
        // Sums that wait for one of as many segments, the largest first.
        func place(_ level: Int) -> UnsafeMutablePointer<Scalar> {
            level == 0 ? result : memory + (level - 1) * elements
        }
        func join(_ level: Int) {
            let (sum, part) = (place(level - 1), place(level))
            inPieces(elements, grain: 1 << 16) { range in
                for element in range { sum[element] += part[element] }
            }
        }
        var waiting = 0
        for segment in 0..<count {
            compute(segment, segment * length, place(waiting))
            waiting += 1
            for _ in 0..<(segment + 1).trailingZeroBitCount {
                waiting -= 1
                join(waiting)
            }
        }
        while waiting > 1 {
            waiting -= 1
            join(waiting)
        }
    }
}
