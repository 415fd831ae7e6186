import Steps
import XCTest

@testable import Kernels
@testable import References

final class LoopReductionTests: XCTestCase {
    private static let computes: [DType] = [.float32, .float64, .int64]

    private let domains: [[Int]] = [
        [], [1], [3], [15], [16], [17], [33], [1000], [5000], [1, 1], [2, 3], [7, 15], [300, 5], [5, 300], [3, 2500],
        [2500, 3], [4, 3, 5], [6, 20, 31],
        [3, 2, 2049], [20, 1, 300], [2, 3, 4, 5], [3, 4, 1, 700],
    ]

    /// Every set of axes.
    private func patterns(_ domain: [Int]) -> [[Bool]] {
        (0..<1 << domain.count).map { bits in domain.indices.map { bits >> $0 & 1 == 1 } }
    }

    func testEveryKindOverEveryChoiceOfAxesGivesTheDefinition() {
        var noise = Noise(1)
        for compute in LoopReductionTests.computes {
            for domain in domains {
                for axes in patterns(domain) {
                    for kind in ReductionKind.allCases {
                        var loop = LoopCase(compute, domain)
                        loop.readNoise(compute, &noise)
                        loop.readNoise(compute, along: axes, &noise)
                        loop.run(.subtract, 0, 1)
                        loop.reduce(kind, axes)
                        loop.check()
                    }
                }
            }
        }
    }

    func testResultsOfAnotherTypeAndWithADivisorAreCastAtTheEnd() {
        var noise = Noise(2)
        for compute in LoopReductionTests.computes {
            for domain in [[40], [30, 40], [7, 3, 1100]] {
                for axes in patterns(domain) {
                    for to in DType.allCases {
                        var loop = LoopCase(compute, domain)
                        loop.readNoise(compute, &noise)
                        loop.run(.multiplyImmediate, 0, immediate: 2)
                        loop.reduce(noise.pick(ReductionKind.allCases), axes, to, divisor: Double(1 + noise.below(7)))
                        loop.check()
                    }
                }
            }
        }
    }

    func testInputsAndNumbersAreReducedAsTheyAre() {
        var noise = Noise(3)
        for compute in LoopReductionTests.computes {
            for domain in [[], [9], [3000], [200, 9], [3, 3000]] {
                for axes in patterns(domain) {
                    for value in 0..<4 {
                        var loop = LoopCase(compute, domain)
                        loop.readNoise(.int32, &noise)
                        loop.readNoise(compute, along: domain.indices.map { $0 == 0 }, &noise)
                        loop.readNoise(.bool, along: domain.map { _ in false }, &noise)
                        loop.run(.constant, immediate: 3)
                        loop.reduce(.sum, axes, value: value)
                        loop.check()
                    }
                }
            }
        }
    }

    func testValuesAreStoredAndReducedInOneLoop() {
        var noise = Noise(4)
        for compute in LoopReductionTests.computes {
            for domain in [[9], [3000], [200, 9], [3, 3000]] {
                for axes in patterns(domain) {
                    var loop = LoopCase(compute, domain)
                    loop.readNoise(compute, &noise)
                    loop.run(.square, 0)
                    loop.run(.negative, 1)
                    loop.write(over: 0, value: 2)
                    loop.write(.uint8, value: 1)
                    loop.reduce(.sum, axes, value: 1)
                    loop.check()
                }
            }
        }
    }

    /// Above a million elements every way of cutting occurs: rows of their own, columns of their own, and shares of
    /// results.
    func testLargeReductionsAreCutIntoPiecesWithoutALoss() {
        var noise = Noise(5)
        let cases: [([Int], [Bool])] = [
            ([1_100_003], [true]), ([1001, 1100], [true, false]), ([1001, 1100], [false, true]),
            ([150_001, 8], [true, false]),
            ([150_001, 8], [false, true]), ([3, 400_001], [false, true]), ([3, 400_001], [true, false]),
            ([3, 400_001], [true, true]),
            ([200_003, 6], [true, true]), ([30, 50, 800], [true, false, true]), ([30, 50, 800], [false, true, false]),
            ([30, 50, 800], [true, false, false]), ([2, 300_001, 2], [false, true, false]),
            ([2, 300_001, 2], [true, false, true]),
        ]
        for (number, (domain, axes)) in cases.enumerated() {
            for compute in [DType.float32, number % 2 == 0 ? .float64 : .int64] {
                var loop = LoopCase(compute, domain)
                loop.readNoise(compute, &noise)
                loop.run(.multiplyImmediate, 0, immediate: 3)
                let kind: ReductionKind = number % 3 == 0 ? .maximum : .sum
                loop.reduce(kind, axes, number % 4 == 3 ? .float64 : nil, divisor: number % 2 == 0 ? 1 : 7)
                loop.check()
            }
        }
    }

    func testLargeLoopsOfCostlyInstructionsGiveTheSameBitsOnAnyNumberOfThreads() {
        var noise = Noise(6)
        for domain in [[400_000], [100_000, 5], [500, 1100]] {
            for axes in patterns(domain) {
                var loop = LoopCase(.float32, domain)
                loop.readNoise(.float32, &noise)
                loop.run(.tanh, 0)
                loop.run(.exp, 1)
                loop.run(.log1p, 2)
                loop.write(.float32, value: 1)
                loop.reduce(.sum, axes)
                let program = loop.program
                sameOnAnyThreads { () -> [[UInt8]] in
                    loop.memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) }
                    return loop.memory.map { $0.bytes }
                }
            }
        }
    }

    func testOneNaNMakesSumAndExtremaNaNWhereverItStands() {
        for compute in [DType.float32, .float64] {
            for length in [1, 7, 16, 17, 40, 1000, 2500] {
                for place in Set([0, 1, length / 3, length / 2, length - 2, length - 1])
                where place >= 0 && place < length {
                    for kind in ReductionKind.allCases {
                        for (domain, axes) in [
                            ([length], [true]), ([2, length], [false, true]), ([length, 2], [true, false]),
                        ] {
                            var numbers = (0..<domain.reduce(1, *)).map { Double($0 % 11) - 5 }
                            let at = domain.count == 1 ? place : axes[0] ? 2 * place + 1 : length + place
                            numbers[at] = .nan
                            var loop = LoopCase(compute, domain)
                            loop.read(Memory(compute, numbers), strides: domain.count == 1 ? [1] : [domain[1], 1])
                            loop.run(.copy)
                            loop.reduce(kind, axes)
                            loop.check()
                            let program = loop.program
                            loop.memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) }
                            XCTAssertTrue(loop.memory[1][domain.count - 1].double.isNaN, "\(kind) \(domain) \(place)")
                        }
                    }
                }
            }
        }
    }
    func testInfinitiesAreSummedAndComparedAsNumbers() {
        for compute in [DType.float32, .float64] {
            for numbers: [Double] in [
                [.infinity, 1], [-.infinity, 1], [.infinity, -.infinity], [-.infinity, -.infinity],
            ] {
                for kind in ReductionKind.allCases {
                    var loop = LoopCase(compute, [40])
                    loop.read(Memory(compute, (0..<40).map { numbers[$0 % 2] }), strides: [1])
                    loop.run(.copy)
                    loop.reduce(kind, [true])
                    loop.check()
                }
            }
        }
    }

    func testNothingReducedIsTheNeutralElementAndNothingKeptStoresNothing() {
        var noise = Noise(7)
        for compute in LoopReductionTests.computes {
            for domain in [[0], [5, 0], [0, 5], [3, 0, 4], [0, 0], [0, 300]] {
                for axes in patterns(domain) {
                    for kind in ReductionKind.allCases {
                        var loop = LoopCase(compute, domain)
                        loop.readNoise(compute, &noise)
                        loop.run(.copy)
                        loop.reduce(kind, axes)
                        loop.check()
                    }
                }
            }
        }
    }

    func testAFloat32SumIsAsExactAsItsResult() {
        let count = 1_000_003
        var loop = LoopCase(.float32, [count])
        // Single precision alone would be off by a hundred.
        loop.read(Memory(.float32, (0..<count).map { Double($0 % 7) + 0.1 }), strides: [1])
        loop.run(.copy)
        loop.reduce(.sum, [true])
        let exact = loop.memory[0].values(Float.self).reduce(0 as Float80) { $0 + Float80($1) }
        let program = loop.program
        loop.memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) }
        XCTAssertEqual(loop.memory[1].values(Float.self), [Float(exact)])
    }

    func testIntegerSumsWrap() {
        var loop = LoopCase(.int64, [3])
        loop.read(Memory(.int64, [.whole(.max), .whole(.max), .whole(3)]), strides: [1])
        loop.run(.copy)
        loop.reduce(.sum, [true])
        loop.check()
    }
}
