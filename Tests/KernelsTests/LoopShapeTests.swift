import Steps
import XCTest

@testable import Kernels
@testable import References

/// Domains and the ways in which inputs run through them, with instructions that are right to the bit.
final class LoopShapeTests: XCTestCase {
    private static let computes: [DType] = [.float32, .float64, .int64]

    private let domains: [[Int]] = [
        [], [1], [3], [15], [16], [17], [1000], [100_003], [1, 1, 1], [0], [5, 0], [0, 7], [3, 0, 4], [1, 5, 1],
        [2, 3], [7, 15], [9, 16],
        [33, 17], [2000, 3], [300, 255], [301, 256], [40, 257], [5, 1000], [3, 5003], [4, 3, 5], [6, 20, 31],
        [3, 2, 2049], [2, 3, 4, 5],
        [5, 1, 7, 300], [2, 3, 4, 5, 6],
    ]

    /// a b + c, and b compared with it: enough that every operand is read and every value is stored.
    private func addSteps(_ loop: inout LoopCase) {
        let first = loop.inputs.count
        loop.run(.multiplyAdd, 0, 1, 2)
        loop.run(.less, first, 1)
        loop.run(.select, first + 1, 2, first)
        loop.write(loop.compute)
        loop.write(.bool, value: first + 1)
    }

    func testDenseInputsGiveTheDefinitionOverAnyDomain() {
        var noise = Noise(1)
        for compute in LoopShapeTests.computes {
            for domain in domains {
                var loop = LoopCase(compute, domain)
                for _ in 0..<3 { loop.readNoise(compute, &noise) }
                addSteps(&loop)
                loop.check()
            }
        }
    }

    func testEveryWayOfBroadcastingGivesTheDefinition() {
        var noise = Noise(2)
        for compute in LoopShapeTests.computes {
            for domain in domains where domain.count > 0 && domain.reduce(1, *) < 20_000 {
                for pattern in 0..<1 << domain.count {
                    var loop = LoopCase(compute, domain)
                    let along = domain.indices.map { pattern >> $0 & 1 == 1 }
                    loop.readNoise(compute, along: along, offset: 3, &noise)
                    loop.readNoise(compute, &noise)
                    loop.readNoise(noise.pick(DType.allCases), along: along.map { !$0 }, &noise)
                    addSteps(&loop)
                    loop.check()
                }
            }
        }
    }

    func testRowsMayLieInAnyOrderAndDistance() {
        var noise = Noise(3)
        for compute in LoopShapeTests.computes {
            for last in [2, 5, 16, 300, 2100] {
                let domain = [3, 4, last]
                // Outer axes exchanged, backwards, overlapping, and with gaps.
                let views: [(strides: [Int], offset: Int, size: Int)] = [
                    ([last, 3 * last, 1], 0, 12 * last), ([-4 * last, -last, 1], 11 * last, 12 * last),
                    ([1, 2, 1], 0, last + 8),
                    ([40 * last, 7 * last, 1], 2, 102 * last + 2), ([1, 3, 0], 1, 13), ([0, -1, 1], 3, last + 3),
                    ([0, last, 1], 0, 4 * last),
                ]
                for view in views {
                    var loop = LoopCase(compute, domain)
                    let other = noise.pick(views)
                    loop.read(.noise(compute, view.size, &noise), strides: view.strides, offset: view.offset)
                    loop.read(.noise(compute, other.size, &noise), strides: other.strides, offset: other.offset)
                    loop.read(
                        .noise(noise.pick(DType.allCases), view.size, &noise), strides: view.strides,
                        offset: view.offset)
                    addSteps(&loop)
                    loop.check()
                }
            }
        }
    }

    func testInputsOfEveryDTypeAreConvertedAndOutputsCast() {
        var noise = Noise(4)
        for compute in LoopShapeTests.computes {
            for domain in [[], [1], [9], [1003], [70, 5], [3, 700]] {
                for from in DType.allCases where compute != .int64 || !from.isFloat {
                    var loop = LoopCase(compute, domain)
                    loop.readNoise(from, &noise)
                    loop.readNoise(from, along: domain.map { _ in false }, &noise)
                    loop.run(.multiplyImmediate, 0, immediate: 3)
                    loop.run(.add, 2, 1)
                    for to in DType.allCases { loop.write(to) }
                    loop.write(.bool, value: 0)
                    loop.check()
                }
            }
        }
    }

    func testNumbersTooLargeForAnIntegerAreCastAsTheyAreOutsideLoops() {
        let numbers: [Double] = [
            255, 256, 300, -1, -0.5, 0.5, -1.5, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, 1e10,
            0x1p63, -0x1p63, 1e30, .infinity,
            -.infinity, .nan, 0, -0.0,
        ]
        for compute in [DType.float32, .float64] {
            var loop = LoopCase(compute, [numbers.count])
            loop.read(Memory(compute, numbers), strides: [1])
            loop.run(.copy)
            for to in DType.allCases { loop.write(to) }
            loop.check()
        }
        var loop = LoopCase(.int64, [6])
        loop.read(Memory(.int64, [255, 256, -1, 1 << 32, .min, .max].map { .whole($0) }), strides: [1])
        loop.run(.copy)
        for to in DType.allCases { loop.write(to) }
        loop.check()
    }

    func testConstantsAndValuesThatAreTheSameEverywhereFillOutputs() {
        var noise = Noise(5)
        for compute in LoopShapeTests.computes {
            for domain in [[], [1], [5], [2000], [50, 3], [3, 2000], [3, 0]] {
                var loop = LoopCase(compute, domain)
                loop.readNoise(.int32, along: domain.map { _ in false }, &noise)
                loop.readNoise(compute, &noise)
                loop.run(.constant, immediate: 7)
                loop.run(.multiply, 2, 0)
                loop.run(.negative, 3)
                loop.run(.add, 4, 1)
                for value in 0..<6 { loop.write(noise.pick(DType.allCases), value: value) }
                loop.write(compute, value: 3)
                loop.write(compute, value: 5)
                loop.check()
                var alone = LoopCase(compute, domain)
                alone.run(.constant, immediate: -3)
                alone.write(compute)
                alone.write(.uint8)
                alone.check()
            }
        }
    }

    /// Numbers of rows: the same along a row, another in the next.
    func testInstructionsOnNumbersOfRowsAreRunForEachRow() {
        var noise = Noise(6)
        for compute in LoopShapeTests.computes {
            for domain in [[9, 4], [9, 2000], [2, 5, 700], [20_000, 7]] {
                var loop = LoopCase(compute, domain)
                let byRow = domain.indices.map { $0 < domain.count - 1 }
                loop.readNoise(compute, along: byRow, &noise)
                loop.readNoise(.int32, along: byRow, &noise)
                loop.readNoise(compute, &noise)
                loop.run(.subtract, 0, 1)
                loop.run(.square, 3)
                loop.run(.multiply, 2, 4)
                loop.write(compute)
                loop.write(compute, value: 4)
                loop.write(.int32, value: 3)
                loop.check()
            }
        }
    }

    // MARK: Memory

    private let lengths: [[Int]] = [[], [5], [16], [17], [1000], [3001], [100, 7], [3, 2000], [300_000]]

    func testAnOutputMayLieInTheMemoryOfAnInput() {
        var noise = Noise(7)
        for compute in LoopShapeTests.computes {
            for domain in lengths {
                var loop = LoopCase(compute, domain)
                loop.readNoise(compute, &noise)
                loop.readNoise(compute, &noise)
                loop.run(.subtract, 0, 1)
                loop.write(over: 0)
                loop.check()
            }
        }
    }

    func testAnOutputInTheMemoryOfAnInputThatIsReadLaterDoesNotDisturbIt() {
        var noise = Noise(8)
        for compute in LoopShapeTests.computes {
            for domain in lengths {
                var loop = LoopCase(compute, domain)
                loop.readNoise(compute, &noise)
                loop.readNoise(compute, &noise)
                loop.run(.add, 0, 1)
                loop.run(.multiply, 2, 0)
                loop.run(.subtract, 3, 2)
                loop.write(over: 0, value: 2)
                loop.write(over: 1, value: 4)
                loop.write(compute, value: 3)
                loop.write(compute, value: 0)
                loop.reduce(.sum, domain.map { _ in true }, value: 0)
                loop.check()
            }
        }
    }

    func testTwoOutputsMayExchangeTheMemoryOfTwoInputs() {
        var noise = Noise(9)
        for compute in LoopShapeTests.computes {
            for domain in lengths {
                var loop = LoopCase(compute, domain)
                loop.readNoise(compute, &noise)
                loop.readNoise(compute, &noise)
                loop.run(.copy, 0)
                loop.run(.copy, 1)
                var direct = loop
                loop.write(over: 0, value: 3)
                loop.write(over: 1, value: 2)
                loop.check()
                direct.write(over: 0, value: 1)
                direct.write(over: 1, value: 0)
                direct.check()
            }
        }
    }

    func testAnOutputOfAnotherTypeThanTheArithmeticMayLieInTheMemoryOfAnInputOfItsType() {
        var noise = Noise(10)
        for (compute, stored) in [
            (DType.float32, DType.float64), (.float32, .int32), (.float64, .float32), (.int64, .uint8), (.int64, .bool),
        ] {
            for domain in lengths {
                var loop = LoopCase(compute, domain)
                loop.readNoise(stored, &noise)
                loop.readNoise(stored, &noise)
                loop.run(.maximum, 0, 1)
                loop.run(.multiply, 2, 0)
                loop.write(over: 0, value: 2)
                loop.write(over: 1, value: 3)
                loop.check()
            }
        }
    }

    func testValuesMayBeReadAfterTheyAreStoredAndStoredInSeveralPlaces() {
        var noise = Noise(11)
        for compute in LoopShapeTests.computes {
            for domain in lengths {
                var loop = LoopCase(compute, domain)
                loop.readNoise(compute, &noise)
                loop.run(.square, 0)
                loop.run(.negative, 1)
                loop.run(.add, 1, 2)
                loop.run(.subtract, 1, 2)
                for value in 1...4 { loop.write(compute, value: value) }
                loop.write(compute, value: 1)
                loop.write(.int32, value: 1)
                loop.check()
            }
        }
    }

    func testAProgramRunsAgainOnOtherMemory() {
        var noise = Noise(12)
        var loop = LoopCase(.float32, [1000])
        loop.readNoise(.float32, &noise)
        loop.run(.addImmediate, 0, immediate: 1)
        loop.write(.float32)
        let program = loop.program
        for _ in 0..<3 {
            let (x, y) = (Memory.noise(.float32, 1000, &noise), Memory(.float32, 1000))
            [x.pointer, y.pointer].withUnsafeBufferPointer { program.run($0.baseAddress!) }
            XCTAssertEqual(y.values(Float.self), x.values(Float.self).map { $0 + 1 })
        }
    }
}
