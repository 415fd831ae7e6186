import Steps
import Glibc
import XCTest

@testable import Kernels
@testable import References

final class PhiloxTests: XCTestCase {
    /// One block word by word, as in the paper.
    private func block(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
        var (x, k) = (counter, key)
        for _ in 0..<10 {
            let a = x[0].multipliedFullWidth(by: 0xD251_1F53)
            let b = x[2].multipliedFullWidth(by: 0xCD9E_8D57)
            x = [b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low]
            k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
        }
        return x
    }

    private func block(low: UInt64, high: UInt64 = 0, key: UInt64) -> [UInt32] {
        func halves(_ word: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: word), UInt32(word >> 32)] }
        return block(halves(low) + halves(high), halves(key))
    }

    private func lane(_ chunk: PhiloxChunk, _ lane: Int) -> [UInt32] {
        [chunk.x0, chunk.x1, chunk.x2, chunk.x3].map { UInt32($0[lane]) }
    }

    /// From the known-answer file of Random123, the authors' own implementation.
    func testPublishedAnswersAreMet() {
        let cases: [(counter: [UInt32], key: [UInt32], answer: [UInt32])] = [
            ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([.max, .max, .max, .max], [.max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ]
        for (counter, key, answer) in cases {
            func word(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
            let chunk = PhiloxChunk(
                low: word(counter[0], counter[1]), high: word(counter[2], counter[3]), key: word(key[0], key[1]))
            XCTAssertEqual(lane(chunk, 0), answer)
            XCTAssertEqual(block(counter, key), answer)
        }
    }

    func testTheLanesOfAChunkAreSuccessiveBlocksAlsoWhereTheCounterWraps() {
        for low in [0, 5, 0xFFFF_FFFC, UInt64.max - 3] {
            let chunk = PhiloxChunk(low: low, high: 9, key: 77)
            for index in 0..<8 {
                XCTAssertEqual(lane(chunk, index), block(low: low &+ UInt64(index), high: 9, key: 77))
            }
        }
    }

    // MARK: Draws

    private typealias Draw = (_ pointer: UnsafeMutableRawPointer, _ count: Int, _ offset: UInt64) -> Void

    private func draws(seed: UInt64) -> [(String, DType, Draw)] {
        var draws: [(String, DType, Draw)] = []
        for dtype in [DType.float32, .float64] {
            draws.append(
                ("uniform", dtype, { Philox.uniform(seed: seed, offset: $2, dtype, low: -1, high: 3, $0, count: $1) }))
            draws.append(
                (
                    "normal", dtype,
                    { Philox.normal(seed: seed, offset: $2, dtype, mean: 2, standardDeviation: 3, $0, count: $1) }
                ))
        }
        for dtype in DType.allCases where !dtype.isHalf {
            let (low, high): (Int64, Int64) = dtype == .bool ? (0, 2) : (3, 90)
            draws.append(
                (
                    "integers", dtype,
                    { Philox.integers(seed: seed, offset: $2, dtype, low: low, high: high, $0, count: $1) }
                ))
        }
        return draws
    }

    private func values(_ dtype: DType, _ count: Int, offset: UInt64 = 0, _ draw: Draw) -> Memory {
        let memory = Memory(dtype, count)
        draw(memory.pointer, count, offset)
        XCTAssertTrue(memory.isWallIntact)
        return memory
    }

    func testADrawDependsOnNeitherItsLengthNorTheThreads() {
        for (name, dtype, draw) in draws(seed: 5) {
            let long = sameOnAnyThreads { values(dtype, 200_003, offset: 11, draw).bytes }
            for count in [0, 1, 15, 16, 17, 31, 32, 33, 100, 65_537] {
                XCTAssertTrue(
                    values(dtype, count, offset: 11, draw).bytes == long.prefix(count * dtype.size).map { $0 },
                    "\(name) \(dtype) \(count)")
            }
        }
    }

    func testDrawsContinueAtTheOffsetBehindTheirBlocks() {
        for (name, dtype, draw) in draws(seed: 6) {
            // Lengths that fill their last chunk of blocks.
            let used = Philox.blocksUsed(count: 64, dtype)
            let first = values(dtype, 64, offset: 3, draw).bytes
            let second = values(dtype, 64, offset: 3 + used, draw).bytes
            let both = values(dtype, 4096, offset: 3, draw).bytes
            XCTAssertEqual(first, Array(both.prefix(first.count)), name)
            // The second draw is a later part of the same stream, and none of the first.
            let perBlock = name != "integers" && dtype == .float32 ? 4 : 2
            let start = Int(used) * perBlock * dtype.size
            XCTAssertEqual(second, Array(both[start..<start + second.count]), "\(name) \(dtype)")
            XCTAssertGreaterThanOrEqual(Int(used) * perBlock, 64)
        }
    }

    func testUniformNumbersAreTheBitsOfTheWords() {
        let (x, y) = (Memory(.float32, 96), Memory(.float64, 48))
        Philox.uniform(seed: 9, offset: 4, .float32, low: 0, high: 1, x.pointer, count: 96)
        Philox.uniform(seed: 9, offset: 4, .float64, low: 0, high: 1, y.pointer, count: 48)
        for chunk in 0..<3 {
            for lane in 0..<8 {
                let words = block(low: UInt64(4 + chunk * 8 + lane), key: 9)
                for number in 0..<4 {
                    XCTAssertEqual(x[chunk * 32 + number * 8 + lane], .real(Double(words[number] >> 8) * 0x1p-24))
                }
                for number in 0..<2 {
                    let wide = UInt64(words[2 * number + 1]) << 32 | UInt64(words[2 * number])
                    XCTAssertEqual(y[chunk * 16 + number * 8 + lane], .real(Double(wide >> 11) * 0x1p-53))
                }
            }
        }
    }

    func testNormalNumbersAreBoxAndMullersTransformOfTheWords() {
        let (x, y) = (Memory(.float32, 32), Memory(.float64, 16))
        Philox.normal(seed: 9, offset: 4, .float32, mean: 0, standardDeviation: 1, x.pointer, count: 32)
        Philox.normal(seed: 9, offset: 4, .float64, mean: 0, standardDeviation: 1, y.pointer, count: 16)
        func transform(_ u: Float80, _ v: Float80) -> (Float80, Float80) {
            let radius = (-2 * Glibc.log(u)).squareRoot()
            return (radius * Glibc.cos(2 * .pi * v), radius * Glibc.sin(2 * .pi * v))
        }
        for lane in 0..<8 {
            let words = block(low: UInt64(4 + lane), key: 9).map { Float80($0) }
            for pair in 0..<2 {
                let (a, b) = transform((words[2 * pair] + 0.5) * 0x1p-32, words[2 * pair + 1] * 0x1p-32)
                XCTAssertEqual(x[pair * 16 + lane].double, Double(a), accuracy: 0x1p-22 * 2)
                XCTAssertEqual(x[pair * 16 + 8 + lane].double, Double(b), accuracy: 0x1p-22 * 2)
            }
            func unit(_ low: Float80, _ high: Float80) -> Float80 {
                high * 0x1p-32 + (low / 2048).rounded(.down) * 0x1p-53
            }
            let (a, b) = transform(unit(words[0], words[1]) + 0x1p-54, unit(words[2], words[3]))
            // Angles are rounded before their cosine is taken: an error of the radius times an ulp.
            XCTAssertEqual(y[lane].double, Double(a), accuracy: 0x1p-49)
            XCTAssertEqual(y[8 + lane].double, Double(b), accuracy: 0x1p-49)
        }
    }

    func testUniformNumbersNeverReachTheirUpperBound() {
        for dtype in [DType.float32, .float64] {
            for (low, high) in [(0.0, 1.0), (-3, 5), (1e7, 1e7 + 1), (1, 1 + 0x1p-23), (2, 2), (-0x1p-149, 0x1p-149)] {
                let x = values(dtype, 100_000) {
                    Philox.uniform(seed: 1, offset: $2, dtype, low: low, high: high, $0, count: $1)
                }
                let bound = dtype == .float32 ? Double(Float(high)) : high
                XCTAssertTrue(
                    (0..<x.count).allSatisfy { x[$0].double >= low && (x[$0].double < bound || low == high) },
                    "\(dtype) \(low) \(high)")
            }
        }
    }

    // MARK: Distributions

    /// Moments of n draws lie within 4.5 standard errors: one in 10^5 fails by chance, and the seed is fixed.
    func testMomentsAreThoseOfTheDistributions() {
        let n = 1_000_000
        for dtype in [DType.float32, .float64] {
            let u = values(dtype, n) { Philox.uniform(seed: 3, offset: $2, dtype, low: 0, high: 1, $0, count: $1) }
            let z = values(dtype, n) {
                Philox.normal(seed: 4, offset: $2, dtype, mean: 0, standardDeviation: 1, $0, count: $1)
            }
            func moment(_ x: Memory, _ power: Int) -> Double {
                (0..<n).reduce(0) { sum, place in
                    (0..<power).reduce(1) { product, _ in product * x[place].double } + sum
                } / Double(n)
            }
            for power in 1...6 {
                let mean = 1 / Double(power + 1)
                let error = 4.5 * ((1 / Double(2 * power + 1) - mean * mean) / Double(n)).squareRoot()
                XCTAssertEqual(moment(u, power), mean, accuracy: error, "uniform \(power)")
            }
            // The even moments of the normal distribution are 1, 3, 15, 105, ...
            let even = [1.0, 1, 3, 15, 105, 945, 10_395]
            for power in 1...6 {
                let mean = power % 2 == 0 ? even[power / 2] : 0
                XCTAssertEqual(
                    moment(z, power), mean, accuracy: 4.5 * ((even[power] - mean * mean) / Double(n)).squareRoot(),
                    "normal \(power)")
            }
            // Neighbours do not know of each other.
            let pairs = (1..<n).reduce(0.0) { $0 + z[$1].double * z[$1 - 1].double } / Double(n)
            XCTAssertEqual(pairs, 0, accuracy: 4.5 / Double(n).squareRoot())
            for edge in [-2.0, -0.5, 0, 1, 3] {
                let share = Double((0..<n).filter { z[$0].double < edge }.count) / Double(n)
                let wanted = Glibc.erfc(-edge / 2.0.squareRoot()) / 2
                XCTAssertEqual(
                    share, wanted, accuracy: 4.5 * (wanted * (1 - wanted) / Double(n)).squareRoot(), "below \(edge)")
            }
        }
    }

    private func chiSquare(_ counts: [Int]) -> Double {
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    }

    func testWholeNumbersAreEquallyLikelyAndInTheirRange() {
        for dtype in [DType.uint8, .int32, .int64, .float32] {
            let x = values(dtype, 200_000) {
                Philox.integers(seed: 8, offset: $2, dtype, low: 3, high: 103, $0, count: $1)
            }
            var counts = [Int](repeating: 0, count: 100)
            for place in 0..<x.count { counts[Int(x[place].double) - 3] += 1 }
            // 99 degrees of freedom: 99 ± 4.5 √198.
            XCTAssertEqual(chiSquare(counts), 99, accuracy: 63, "\(dtype)")
        }
        let x = values(.int64, 10_000) {
            Philox.integers(seed: 8, offset: $2, .int64, low: .min, high: .max, $0, count: $1)
        }
        XCTAssertEqual((0..<x.count).filter { x[$0].int64 < 0 }.count, 5000, accuracy: 225)
        let one = values(.int32, 100) { Philox.integers(seed: 8, offset: $2, .int32, low: -7, high: -6, $0, count: $1) }
        XCTAssertTrue((0..<100).allSatisfy { one[$0] == .whole(-7) })
    }

    private func permutation(_ count: Int, seed: UInt64, offset: UInt64 = 0) -> [Int64] {
        let memory = Memory(.int64, count)
        Philox.permutation(seed: seed, offset: offset, count: count, memory.pointer.assumingMemoryBound(to: Int64.self))
        XCTAssertTrue(memory.isWallIntact)
        return memory.values(Int64.self)
    }

    func testPermutationsHoldEveryNumberOnceAndDifferBySeedAndOffset() {
        for count in [0, 1, 2, 3, 16, 17, 1000, 100_000] {
            XCTAssertEqual(permutation(count, seed: 1).sorted(), (0..<Int64(count)).map { $0 })
        }
        XCTAssertEqual(permutation(1000, seed: 1), permutation(1000, seed: 1))
        XCTAssertNotEqual(permutation(1000, seed: 1), permutation(1000, seed: 2))
        XCTAssertNotEqual(permutation(1000, seed: 1), permutation(1000, seed: 1, offset: 1))
    }

    func testAllPermutationsOfFourAreEquallyLikely() {
        var counts: [[Int64]: Int] = [:]
        for seed in 0..<24_000 { counts[permutation(4, seed: UInt64(seed)), default: 0] += 1 }
        XCTAssertEqual(counts.count, 24)
        // 23 degrees of freedom: 23 ± 4.5 √46.
        XCTAssertEqual(chiSquare(Array(counts.values)), 23, accuracy: 30)
    }

    /// Without the rejections a bound of 3 · 2^62 would give half of its numbers twice as often as the others.
    func testBoundedNumbersAreDrawnAgainWhereTheyWouldBeBiased() {
        var noise = Noise(1)
        var counts = [0, 0, 0]
        var again = 0
        let bound: UInt64 = 3 << 62
        for _ in 0..<30_000 {
            let word = noise.next() << 40 ^ noise.next()
            let number = Philox.unbiased(below: bound, first: word) { attempt in
                again += 1
                XCTAssertGreaterThan(attempt, 0)
                return noise.next() << 40 ^ noise.next()
            }
            XCTAssertLessThan(number, bound)
            counts[Int(number >> 62)] += 1
        }
        // Each draw fails with a chance of one in four, so 1/3 more are made on average.
        XCTAssertEqual(Double(again), 10_000, accuracy: 600)
        // 2 degrees of freedom: a chance of 10^-5 lies beyond 23.
        XCTAssertLessThan(chiSquare(counts), 23)
    }
}
