import Steps
import Machine
import XCTest

@testable import Kernels
@testable import References

final class GemmTests: XCTestCase {
    /// op(A) op(B) of one product, term by term, and the sum of the terms' magnitudes.
    private func product(
        _ a: Memory, _ b: Memory, _ m: Int, _ n: Int, _ k: Int, transposeA: Bool, transposeB: Bool, offsetA: Int,
        offsetB: Int
    ) -> [(sum: Float80, magnitude: Float80)] {
        var result: [(sum: Float80, magnitude: Float80)] = []
        for i in 0..<m {
            for j in 0..<n {
                var (sum, magnitude): (Float80, Float80) = (0, 0)
                for l in 0..<k {
                    let x = a[offsetA + (transposeA ? l * m + i : i * k + l)].double
                    let y = b[offsetB + (transposeB ? j * k + l : l * n + j)].double
                    sum += Float80(x) * Float80(y)
                    magnitude += (Float80(x) * Float80(y)).magnitude
                }
                result.append((sum, magnitude))
            }
        }
        return result
    }

    private func run(
        _ dtype: DType, _ a: Memory, _ b: Memory, _ m: Int, _ n: Int, _ k: Int, transposeA: Bool, transposeB: Bool,
        offsetsA: [Int], offsetsB: [Int],
        compiles: Bool = true
    ) -> Memory {
        let gemm = Gemm(
            dtype: dtype, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, batchOffsetsA: offsetsA,
            batchOffsetsB: offsetsB,
            compiles: compiles)
        let c = Memory(dtype, offsetsA.count * m * n)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: gemm.scratchBytes, alignment: 64)
        defer { scratch.deallocate() }
        gemm.run(a.pointer, b.pointer, c.pointer, scratch: scratch)
        XCTAssertTrue(c.isWallIntact)
        return c
    }

    /// Small whole numbers have exact products in any order.
    func testProductsOfWholeNumbersAreExactForAllSizesAndTranspositions() {
        var noise = Noise(1)
        let sizes = [0, 1, 2, 3, 8, 17, 65]
        for dtype in [DType.float32, .float64] {
            for m in sizes {
                for n in sizes {
                    for k in sizes {
                        let a = Memory(dtype, (0..<m * k).map { _ in Double(noise.below(9) - 4) })
                        let b = Memory(dtype, (0..<k * n).map { _ in Double(noise.below(9) - 4) })
                        let (transposeA, transposeB) = (noise.chance(50), noise.chance(50))
                        for (transposeA, transposeB) in [
                            (transposeA, transposeB), (!transposeA, transposeB), (transposeA, !transposeB),
                            (!transposeA, !transposeB),
                        ]
                        where m * n * k < 5000 || transposeA == transposeB {
                            let c = run(
                                dtype, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                                offsetsB: [0])
                            let wanted = product(
                                a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetA: 0, offsetB: 0)
                            let isSame = wanted.indices.allSatisfy { c[$0].double == Double(wanted[$0].sum) }
                            XCTAssertTrue(isSame, "\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB)")
                        }
                    }
                }
            }
        }
    }

    func testProductsOfRealNumbersAreWithinTheRoundingsOfTheirSums() {
        var noise = Noise(2)
        for (dtype, epsilon) in [(DType.float32, 0x1p-24 as Float80), (.float64, 0x1p-53)] {
            for (m, n, k) in [(30, 40, 50), (1, 64, 300), (100, 1, 700), (128, 130, 300)] {
                for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
                    let (a, b) = (Memory.noise(dtype, m * k, &noise), Memory.noise(dtype, k * n, &noise))
                    let c = run(
                        dtype, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                        offsetsB: [0])
                    let wanted = product(
                        a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetA: 0, offsetB: 0)
                    for (place, exact) in wanted.enumerated() {
                        let off = (Float80(c[place].double) - exact.sum).magnitude
                        // Higham: k roundings of each term at most.
                        if off > Float80(k) * epsilon * exact.magnitude {
                            return XCTFail("\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB) [\(place)]")
                        }
                    }
                }
            }
        }
    }

    /// However a product is cut, into tiles, blocks and bands.
    func testEachElementIsOneChainOfFusedMultiplyAdds() {
        func check<Scalar: GemmScalar>(_ dtype: DType, _: Scalar.Type, _ noise: inout Noise) {
            func at(_ memory: Memory) -> UnsafeMutablePointer<Scalar> {
                memory.pointer.assumingMemoryBound(to: Scalar.self)
            }
            for (m, n, k) in [(5, 40, 90), (200, 70, 850), (61, 300, 401), (52, 65, 405)] {
                let (a, b) = (Memory.noise(dtype, m * k, &noise), Memory.noise(dtype, k * n, &noise))
                for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
                    let c = run(
                        dtype, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                        offsetsB: [0])
                    for _ in 0..<40 {
                        let (i, j) = (noise.below(m), noise.below(n))
                        var sum: Scalar = 0
                        for l in 0..<k {
                            sum.addProduct(
                                at(a)[transposeA ? l * m + i : i * k + l], at(b)[transposeB ? j * k + l : l * n + j])
                        }
                        XCTAssertEqual(
                            c[i * n + j].double, Double(sum),
                            "\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB) at \(i), \(j)")
                    }
                    // Plans made here are not compiled for their type, and take their time.
                    guard m * n * k < 2_000_000,
                        let plan = GemmPlan<Scalar>.byStrips(
                            GemmShape(
                                m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB))
                    else { continue }
                    let (packed, strips) = (Memory(dtype, plan.packedCount), Memory(dtype, m * n))
                    plan.pack(at(b), to: at(packed))
                    for row in stride(from: 0, to: m, by: 50) {
                        plan.computeRows(row..<min(row + 50, m), at(a), at(b), at(packed), at(strips))
                    }
                    XCTAssertTrue(packed.isWallIntact && strips.isWallIntact)
                    XCTAssertEqual(
                        strips.bytes, c.bytes, "\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB) by strips")
                    count += 1
                }
            }
        }
        var (noise, count) = (Noise(5), 0)
        check(.float32, Float.self, &noise)
        check(.float64, Double.self, &noise)
        XCTAssertGreaterThan(count, 3, "products by strips")
    }

    /// Operands with a gap behind each row as it is stored, whichever of the two is packed.
    func testRowsMayLieFartherApartThanTheyAreLong() {
        var noise = Noise(9)
        func at(_ memory: Memory) -> UnsafeMutablePointer<Float> {
            memory.pointer.assumingMemoryBound(to: Float.self)
        }
        func spread(_ dense: Memory, _ length: Int, _ line: Int) -> Memory {
            let rows = dense.count / length
            let wide = Memory(.float32, rows * line)
            for row in 0..<rows {
                for place in 0..<length { wide[row * line + place] = dense[row * length + place] }
            }
            return wide
        }
        for (m, n, k) in [(3, 5, 4), (16, 512, 32), (64, 40, 70), (200, 30, 16), (30, 200, 16), (130, 260, 300)] {
            for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
                let (a, b) = (Memory.noise(.float32, m * k, &noise), Memory.noise(.float32, k * n, &noise))
                let (rowA, rowB) = (transposeA ? m : k, transposeB ? k : n)
                let plan = GemmPlan<Float>(
                    GemmShape(
                        m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, lineA: rowA + 5,
                        lineB: rowB + 3))
                let c = Memory(.float32, m * n)
                let (wideA, wideB) = (spread(a, rowA, rowA + 5), spread(b, rowB, rowB + 3))
                plan.run(at(wideA), at(wideB), at(c))
                XCTAssertTrue(wideA.isWallIntact && wideB.isWallIntact && c.isWallIntact)
                let wanted = run(
                    .float32, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                    offsetsB: [0])
                XCTAssertEqual(c.bytes, wanted.bytes, "\(m) \(n) \(k) \(transposeA) \(transposeB)")
            }
        }
    }

    /// Heights and widths of all tiles, with one to some rounds of steps, and operands that are packed or not.
    func testTilesOfMachineCodeMakeTheSameBits() {
        var noise = Noise(7)
        for dtype in [DType.float32, .float64] {
            for _ in 0..<400 {
                let (m, n, k) = (
                    2 + noise.below(80), 2 + noise.below(90), noise.pick([0, 1, 2, 3, 4, 5, 7, 8, 33, 128])
                )
                let (a, b) = (Memory.noise(dtype, m * k, &noise), Memory.noise(dtype, k * n, &noise))
                let (transposeA, transposeB) = (noise.chance(50), noise.chance(50))
                let results = [true, false].map { compiles in
                    run(
                        dtype, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                        offsetsB: [0], compiles: compiles)
                }
                XCTAssertEqual(
                    results[0].bytes, results[1].bytes, "\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB)")
            }
        }
    }

    /// Each height of the last tiles and each number of columns in the last vector, beside full ones and alone, in one
    /// block of the depth and in several.
    func testEveryRestOfRowsAndColumnsIsStoredWholeAndNothingBeside() {
        var noise = Noise(8)
        for dtype in [DType.float32, .float64] {
            for m in 2...14 {
                for n in 2...41 {
                    for (k, transposeA) in [(3, false), (700, true)] {
                        let (a, b) = (Memory.noise(dtype, m * k, &noise), Memory.noise(dtype, k * n, &noise))
                        let results = [true, false].map { compiles in
                            run(
                                dtype, a, b, m, n, k, transposeA: transposeA, transposeB: false, offsetsA: [0],
                                offsetsB: [0], compiles: compiles)
                        }
                        XCTAssertEqual(results[0].bytes, results[1].bytes, "\(dtype) \(m) \(n) \(k)")
                    }
                }
            }
        }
    }

    /// Of a vector and a matrix that is read line by line. What `compute` makes of segments of `length` terms, added by
    /// twos: (0 + 1) + (2 + 3) and so on, then what is left, the later to the earlier.
    private func summedByTwos(depth: Int, length: Int, _ compute: (Range<Int>) -> Float) -> Float {
        func sum(_ segments: Range<Int>) -> Float {
            guard segments.count > 1 else {
                return compute(segments.lowerBound * length..<min(depth, segments.upperBound * length))
            }
            var half = 1
            while 2 * half < segments.count { half *= 2 }
            return sum(segments.lowerBound..<segments.lowerBound + half)
                + sum(segments.lowerBound + half..<segments.upperBound)
        }
        return sum(0..<(depth + length - 1) / length)
    }

    func testDeepProductsAreSumsByTwosOfChainsWhateverIsBesideThem() {
        var noise = Noise(12)
        let chain = GemmSegments.chain
        for depth in [chain, chain + 1, 2 * chain, 5 * chain + 77] {
            let values = (0..<depth * 3).map { _ in Double(noise.below(1 << 20)) / Double(1 << 20) }
            for (m, n) in [(2, 3), (3, 3), (1, 3), (3, 1)] {
                for (transposeA, transposeB) in [(true, false), (false, false), (true, true), (false, true)]
                where (m > 1 || !transposeB) && (n > 1 || transposeA) {
                    let (a, b) = (
                        Memory(.float32, Array(values.prefix(m * depth))),
                        Memory(.float32, Array(values.suffix(n * depth)))
                    )
                    let c = run(
                        .float32, a, b, m, n, depth, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                        offsetsB: [0])
                    for i in 0..<m {
                        for j in 0..<n {
                            let wanted = summedByTwos(depth: depth, length: chain) { terms in
                                terms.reduce(0 as Float) { sum, l in
                                    sum.addingProduct(
                                        Float(a[transposeA ? l * m + i : i * depth + l].double),
                                        Float(b[transposeB ? j * depth + l : l * n + j].double))
                                }
                            }
                            XCTAssertEqual(
                                Float(c[i * n + j].double), wanted, "\(depth) \(m) \(n) \(transposeA) \(transposeB)")
                        }
                    }
                }
            }
        }
    }

    func testEachElementOfAVectorTimesAMatrixIsOneChainOfFusedMultiplyAdds() {
        var noise = Noise(6)
        for columns in Array(1...70) + [100, 129, 1000] {
            let depth = noise.pick([1, 7, 64])
            let (vector, matrix) = (
                Memory.noise(.float32, depth, &noise), Memory.noise(.float32, depth * columns, &noise)
            )
            let (x, y) = (vector.values(Float.self), matrix.values(Float.self))
            let sums = (0..<columns).map { column in
                (0..<depth).reduce(Float(0)) { $0.addingProduct(x[$1], y[$1 * columns + column]) }
            }
            let row = run(
                .float32, vector, matrix, 1, columns, depth, transposeA: false, transposeB: false, offsetsA: [0],
                offsetsB: [0])
            XCTAssertEqual(row.values(Float.self), sums, "1 x \(columns) x \(depth)")
            let column = run(
                .float32, matrix, vector, columns, 1, depth, transposeA: true, transposeB: false, offsetsA: [0],
                offsetsB: [0])
            XCTAssertEqual(column.values(Float.self), sums, "\(columns) x 1 x \(depth)")
        }
    }

    /// Sizes that are cut into bands of columns, blocks of the depth and pieces of rows, the last ones narrower, and
    /// vectors.
    func testProductsThatAreCutAreExactAndTheSameOnAnyNumberOfThreads() {
        defer { ThreadPool.setCount(2) }
        var noise = Noise(3)
        let sizes = [
            (300, 260, 170), (70, 530, 350), (520, 70, 350), (530, 130, 400), (1, 1500, 400), (1500, 1, 400),
            (64, 129, 800), (331, 67, 830), (55, 1950, 810), (1290, 72, 128), (72, 2100, 128), (2060, 65, 416),
            (1100, 70, 1250),
        ]
        for (m, n, k) in sizes {
            for dtype in [DType.float32, .float64] {
                let a = Memory(dtype, (0..<m * k).map { _ in Double(noise.below(5) - 2) })
                let b = Memory(dtype, (0..<k * n).map { _ in Double(noise.below(5) - 2) })
                for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
                    let results = [1, 2, 3].map { threads in
                        ThreadPool.setCount(threads)
                        return run(
                            dtype, a, b, m, n, k, transposeA: transposeA, transposeB: transposeB, offsetsA: [0],
                            offsetsB: [0])
                    }
                    let call = "\(dtype) \(m) \(n) \(k) \(transposeA) \(transposeB)"
                    XCTAssertEqual(results[1].bytes, results[0].bytes, call)
                    XCTAssertEqual(results[2].bytes, results[0].bytes, call)
                    // A sample of the elements, which are sums of small whole numbers and so exact in any order.
                    for _ in 0..<200 {
                        let (i, j) = (noise.below(m), noise.below(n))
                        var sum = 0.0
                        for l in 0..<k {
                            sum +=
                                a[transposeA ? l * m + i : i * k + l].double
                                * b[transposeB ? j * k + l : l * n + j].double
                        }
                        XCTAssertEqual(results[0][i * n + j].double, sum, call)
                    }
                }
            }
        }
    }

    func testEachProductOfABatchReadsItsOwnOrASharedOperand() {
        var noise = Noise(3)
        let (m, n, k) = (3, 5, 4)
        for dtype in [DType.float32, .float64] {
            let (a, b) = (Memory.noise(dtype, 4 * m * k + 2, &noise), Memory.noise(dtype, 4 * k * n + 1, &noise))
            for (offsetsA, offsetsB) in [
                ([0, 12, 24, 36], [0, 20, 40, 60]), ([2, 2, 2], [1, 21, 41]), ([36, 0], [0, 0]), ([Int](), [Int]()),
            ] {
                let c = run(
                    dtype, a, b, m, n, k, transposeA: false, transposeB: true, offsetsA: offsetsA, offsetsB: offsetsB)
                for (index, (offsetA, offsetB)) in zip(offsetsA, offsetsB).enumerated() {
                    let wanted = product(
                        a, b, m, n, k, transposeA: false, transposeB: true, offsetA: offsetA, offsetB: offsetB)
                    for (place, exact) in wanted.enumerated() {
                        let slack = Double(exact.magnitude) * (dtype == .float32 ? 0x1p-22 : 0x1p-51)
                        XCTAssertEqual(c[index * m * n + place].double, Double(exact.sum), accuracy: slack)
                    }
                }
            }
        }
    }
}
