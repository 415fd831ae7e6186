import Steps
import Machine
import Glibc

/// Random draws from Philox4x32-10: what a draw gives depends on its seed, its offset (the 64-bit counter of 128-bit
/// blocks) and the position of the element, never on threads or on what was drawn before.
public enum Philox {
    /// How many blocks a draw of `count` values of any kind uses at most; the next draw's offset starts behind them.
    public static func blocksUsed(count: Int, _ dtype: DType) -> UInt64 {
        let chunks = (UInt64(Swift.max(0, count)) + UInt64(wideWords) - 1) / UInt64(wideWords)
        return chunks * UInt64(PhiloxChunk.blocks)
    }

    /// 64-bit words of a chunk.
    private static let wideWords = 2 * PhiloxChunk.blocks

    /// Values in [low, high): 24 random bits in float32, 53 in float64.
    public static func uniform(
        seed: UInt64, offset: UInt64, _ dtype: DType, low: Double, high: Double, _ pointer: UnsafeMutableRawPointer,
        count: Int
    ) {
        if dtype == .float32 {
            // Rounding must not lift a value to `high`.
            let (bottom, bound) = (Float(low), Float(high))
            let top = bound > bottom ? bound.nextDown : bottom
            draw(seed, offset, pointer, count, perChunk: 32) { chunk, scratch in
                chunk.storeUnits24(scratch)
            } element: { unit in
                let value = Float(low + unit * (high - low))
                return value < top ? value : top
            }
        } else {
            let top = high > low ? high.nextDown : low
            draw(seed, offset, pointer, count, perChunk: 16) { chunk, scratch in
                chunk.storeUnits53(scratch)
            } element: { unit in
                let value = low + unit * (high - low)
                return value < top ? value : top
            }
        }
    }

    /// Values of the normal distribution, by Box and Muller's transform, computed in float64.
    public static func normal(
        seed: UInt64, offset: UInt64, _ dtype: DType, mean: Double, standardDeviation: Double,
        _ pointer: UnsafeMutableRawPointer,
        count: Int
    ) {
        if dtype == .float32 {
            draw(seed, offset, pointer, count, perChunk: 32) { chunk, scratch in
                chunk.storeNormals32(scratch)
            } element: {
                Float(mean + $0 * standardDeviation)
            }
        } else {
            draw(seed, offset, pointer, count, perChunk: 16) { chunk, scratch in
                chunk.storeNormals64(scratch)
            } element: {
                mean + $0 * standardDeviation
            }
        }
    }

    /// Values of the exponential distribution of that rate, all above 0, computed in float64.
    public static func exponential(
        seed: UInt64, offset: UInt64, _ dtype: DType, rate: Double, _ pointer: UnsafeMutableRawPointer, count: Int
    ) {
        if dtype == .float32 {
            // Neither 0 nor infinite, however the rate rounds.
            draw(seed, offset, pointer, count, perChunk: 32, { $0.storeExponentials32($1) }) {
                Float.minimum(Float.maximum(Float($0 / rate), .leastNonzeroMagnitude), .greatestFiniteMagnitude)
            }
        } else {
            draw(seed, offset, pointer, count, perChunk: 16, { $0.storeExponentials64($1) }) {
                Double.minimum(Double.maximum($0 / rate, .leastNonzeroMagnitude), .greatestFiniteMagnitude)
            }
        }
    }

    /// Values of the Gumbel distribution: location - scale ln E with E of the exponential distribution of rate 1.
    public static func gumbel(
        seed: UInt64, offset: UInt64, _ dtype: DType, location: Double, scale: Double,
        _ pointer: UnsafeMutableRawPointer, count: Int
    ) {
        if dtype == .float32 {
            draw(seed, offset, pointer, count, perChunk: 32, { $0.storeExponentials32($1) }) {
                Float(location - scale * Glibc.log($0))
            }
        } else {
            draw(seed, offset, pointer, count, perChunk: 16, { $0.storeExponentials64($1) }) {
                location - scale * Glibc.log($0)
            }
        }
    }

    /// Whole numbers in [low, high), each as likely as the others to one part in 2^64 / (high - low).
    public static func integers(
        seed: UInt64, offset: UInt64, _ dtype: DType, low: Int64, high: Int64, _ pointer: UnsafeMutableRawPointer,
        count: Int
    ) {
        let span = UInt64(bitPattern: high &- low)
        @inline(__always) func value(_ word: UInt64) -> Int64 {
            low &+ Int64(bitPattern: word.multipliedFullWidth(by: span).high)
        }
        @inline(__always) func drawWords<T>(_ element: (UInt64) -> T) {
            draw(seed, offset, pointer, count, perChunk: wideWords, { $0.storeWords($1) }, element: element)
        }
        switch dtype {
        case .bool: drawWords { value($0) != 0 ? 1 as UInt8 : 0 }
        case .uint8: drawWords { UInt8(truncatingIfNeeded: value($0)) }
        case .int32: drawWords { Int32(truncatingIfNeeded: value($0)) }
        case .int64: drawWords { value($0) }
        case .float32: drawWords { Float(value($0)) }
        case .float64: drawWords { Double(value($0)) }
        case .bfloat16, .float16: break  // whole numbers are drawn as integers
        }
    }

    /// A permutation of 0 ..< count, each as likely as any other (Fisher and Yates's shuffle).
    public static func permutation(seed: UInt64, offset: UInt64, count: Int, _ pointer: UnsafeMutablePointer<Int64>) {
        for index in 0..<Swift.max(0, count) { pointer[index] = Int64(index) }
        guard count > 1 else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wideWords) { words in
            for step in 0..<count - 1 {
                let (chunk, lane) = step.quotientAndRemainder(dividingBy: wideWords)
                let counter = offset &+ UInt64(chunk * PhiloxChunk.blocks)
                if lane == 0, let words = words.baseAddress { PhiloxChunk(low: counter, key: seed).storeWords(words) }
                // Later attempts draw the same place of another stream.
                let choice = unbiased(below: UInt64(count - step), first: words[lane]) { attempt in
                    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wideWords) { words in
                        if let words = words.baseAddress {
                            PhiloxChunk(low: counter, high: attempt, key: seed).storeWords(words)
                        }
                        return words[lane]
                    }
                }
                let (last, chosen) = (count - 1 - step, Int(choice))
                (pointer[last], pointer[chosen]) = (pointer[chosen], pointer[last])
            }
        }
    }

    /// A number in 0 ..< bound from random words, without bias: D. Lemire, "Fast random integer generation in an
    /// interval", 2019.
    static func unbiased(below bound: UInt64, first: UInt64, attempt: (UInt64) -> UInt64) -> UInt64 {
        var product = first.multipliedFullWidth(by: bound)
        guard product.low < bound else { return product.high }
        let threshold = (0 &- bound) % bound
        var attempts: UInt64 = 0
        while product.low < threshold {
            attempts += 1
            product = attempt(attempts).multipliedFullWidth(by: bound)
        }
        return product.high
    }

    /// Fills `count` elements: `store` makes a chunk into `perChunk` values, `element` each of them into an element.
    @inline(__always)
    private static func draw<V, T>(
        _ seed: UInt64, _ offset: UInt64, _ pointer: UnsafeMutableRawPointer, _ count: Int, perChunk: Int,
        _ store: (PhiloxChunk, UnsafeMutablePointer<V>) -> Void, element: (V) -> T
    ) {
        let elements = pointer.assumingMemoryBound(to: T.self)
        let chunks = (Swift.max(0, count) + perChunk - 1) / perChunk
        inPieces(chunks, grain: 1 << 11) { part in
            withUnsafeTemporaryAllocation(of: V.self, capacity: perChunk) { scratch in
                guard let values = scratch.baseAddress else { return }
                for chunk in part {
                    store(PhiloxChunk(low: offset &+ UInt64(chunk * PhiloxChunk.blocks), key: seed), values)
                    let first = chunk * perChunk
                    if count - first >= perChunk {
                        for index in 0..<perChunk { elements[first + index] = element(values[index]) }
                    } else {
                        for index in 0..<count - first { elements[first + index] = element(values[index]) }
                    }
                }
            }
        }
    }
}
