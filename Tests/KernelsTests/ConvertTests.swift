import Steps
import XCTest

@testable import Kernels
@testable import References

final class ConvertTests: XCTestCase {
    private let edges: [Number] = [
        .whole(0), .whole(1), .whole(-1), .whole(255), .whole(256), .whole(-129), .whole(1 << 31),
        .whole((1 << 31) - 1), .whole(-(1 << 31) - 1), .whole(.max),
        .whole(.min), .whole((1 << 24) + 1), .whole((1 << 53) + 1), .real(0.5), .real(-0.5), .real(-0.0),
        .real(254.999), .real(255.5), .real(256), .real(-1.9),
        .real(0x1p31), .real(0x1p31 - 1), .real(-0x1p31), .real(-0x1p31 - 1), .real(-0x1p31 - 0.5), .real(0x1p63),
        .real(-0x1p63), .real(0x1p63 - 1024),
        .real(1e300), .real(.infinity), .real(-.infinity), .real(.nan), .real(.leastNonzeroMagnitude), .real(3.4e38),
        .real(0.1),
    ]

    func testEveryPairOfDTypesCastsAsNumPyDoes() {
        for from in DType.allCases {
            for to in DType.allCases {
                let source = Memory(from, edges)
                let found = Memory(to, edges.count)
                convert(from, source.pointer, to, found.pointer, edges.count)
                XCTAssertTrue(found.isWallIntact)
                for place in edges.indices {
                    let wanted = Memory(to, [source[place]])[0]
                    XCTAssertTrue(
                        found[place].isSame(as: wanted),
                        "\(from) to \(to): \(source[place]) gave \(found[place]), not \(wanted)")
                }
            }
        }
    }

    func testLongArraysAreCastInPieces() {
        var noise = Noise(1)
        for (from, to) in [
            (DType.float32, DType.float64), (.float64, .int32), (.int64, .uint8), (.uint8, .float32),
            (.float32, .float32), (.bool, .int64),
        ] {
            for count in [0, 1, 131_072, 131_073, 300_001] {
                let source = Memory.noise(from, count, &noise)
                let found = sameOnAnyThreads { () -> [UInt8] in
                    let found = Memory(to, count)
                    convert(from, source.pointer, to, found.pointer, count)
                    XCTAssertTrue(found.isWallIntact)
                    return found.bytes
                }
                XCTAssertTrue(found == Memory(to, (0..<count).map { source[$0] }).bytes, "\(from) to \(to)")
            }
        }
    }

    func testFillsAreTheCastOfTheirNumber() {
        for dtype in DType.allCases {
            for value in [0, 1, -1, 0.5, 300, 1e10, 1e300, -.infinity, .nan, -0.0] {
                for count in [0, 1, 37, 600_000] where count < 100 || value == 300 {
                    let found = Memory(dtype, count)
                    fill(dtype, value, found.pointer, count)
                    XCTAssertTrue(found.isWallIntact)
                    let wanted = Memory(dtype, [.real(value)])[0]
                    XCTAssertTrue((0..<count).allSatisfy { found[$0].isSame(as: wanted) }, "\(dtype) \(value)")
                }
            }
        }
    }

    func testRangesAreComputedFromTheStartAndRoundedOnce() {
        for dtype in DType.allCases {
            for (start, step) in [(0.0, 1.0), (5, -1), (0.1, 0.1), (-3, 0.25), (1e6, 1e3), (0, 0)] {
                let found = Memory(dtype, 1000)
                arange(dtype, start, step, found.pointer, 1000)
                XCTAssertTrue(found.isWallIntact)
                let wanted = Memory(dtype, (0..<1000).map { .real(start + Double($0) * step) })
                XCTAssertEqual(found.bytes, wanted.bytes, "\(dtype) \(start) \(step)")
            }
        }
    }
}
