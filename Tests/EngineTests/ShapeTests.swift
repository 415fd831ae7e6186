import Foundation
import XCTest

@testable import Engine

final class ShapeTests: XCTestCase {
    /// torch.promote_types, written out: rows and columns in the order of DType.
    func testPromotionIsPyTorchs() {
        let order: [DType] = [.bool, .uint8, .int32, .int64, .float32, .float64, .bfloat16, .float16]
        let table: [[DType]] = [
            [.bool, .uint8, .int32, .int64, .float32, .float64, .bfloat16, .float16],
            [.uint8, .uint8, .int32, .int64, .float32, .float64, .bfloat16, .float16],
            [.int32, .int32, .int32, .int64, .float32, .float64, .bfloat16, .float16],
            [.int64, .int64, .int64, .int64, .float32, .float64, .bfloat16, .float16],
            [.float32, .float32, .float32, .float32, .float32, .float64, .float32, .float32],
            [.float64, .float64, .float64, .float64, .float64, .float64, .float64, .float64],
            [.bfloat16, .bfloat16, .bfloat16, .bfloat16, .float32, .float64, .bfloat16, .float32],
            [.float16, .float16, .float16, .float16, .float32, .float64, .float32, .float16],
        ]
        XCTAssertEqual(order, DType.allCases)
        for (i, a) in order.enumerated() {
            for (j, b) in order.enumerated() { XCTAssertEqual(promote(a, b), table[i][j], "\(a.name) and \(b.name)") }
        }
    }

    func testOperationsPromoteTheirOperands() throws {
        for a in DType.allCases {
            for b in DType.allCases {
                let (x, y) = (try tensor([1, 0], a), try tensor([1, 1], b))
                let common = promote(a, b)
                XCTAssertEqual(try (x + y).dtype, common)
                XCTAssertEqual(try (x / y).dtype, common.isFloat ? common : .float32)
                XCTAssertEqual(try Tensor.apply(.less, x, y).dtype, .bool)
                XCTAssertEqual(try Tensor.apply(.less, x, y).numbers(), [0, 1])
                XCTAssertEqual(try Tensor.apply(.maximum, x, y).dtype, common)
                XCTAssertEqual(try Tensor.choose(tensor([1, 0], .bool), x, y).dtype, common)
                XCTAssertEqual(try Tensor.concatenate([x, y], 0).dtype, common)
                XCTAssertEqual(try (x + y).numbers(), common == .bool ? [1, 1] : [2, 1], "\(a.name) + \(b.name)")
            }
            XCTAssertEqual(try tensor([1], a).applying(.exp).dtype, a.isFloat ? a : .float32)
            XCTAssertEqual(try tensor([1], a).sum().dtype, a.isFloat ? a : .int64)
        }
    }

    /// A Python number does not change a tensor's dtype unless it has to.
    func testNumbersTakeTheTensorsDType() throws {
        for dtype in DType.allCases {
            let x = try tensor([0, 1], dtype)
            XCTAssertEqual(try x.applying(.add, 2).dtype, dtype == .bool ? .int64 : dtype)
            XCTAssertEqual(try x.applying(.add, 0.5).dtype, dtype.isFloat ? dtype : .float32)
            XCTAssertEqual(try x.applying(.multiply, 2).numbers(), [0, 2], dtype.name)
        }
    }

    func testIntegersWrapAndKeepAllTheirBits() throws {
        let large = Double(1 << 53)
        let odd: Int64 = (1 << 53) + 1
        let x = try (tensor([large], .int64) + tensor([1], .int64))
        XCTAssertEqual(try x.integerItem(), odd, "no float64 holds this")
        XCTAssertEqual(try (x * x - x).integerItem(), odd &* odd &- odd)
        XCTAssertEqual(try (tensor([200], .uint8) + tensor([100], .uint8)).numbers(), [44])
        XCTAssertEqual(try (tensor([2_147_483_647], .int32) + tensor([1], .int32)).numbers(), [-2_147_483_648])
        XCTAssertEqual(try tensor([-7], .int64).applying(.absolute).numbers(), [7])
        XCTAssertEqual(try Tensor.apply(.power, tensor([3], .int64), tensor([5], .int64)).numbers(), [243])
        XCTAssertEqual(try tensor([1, 1, 0], .bool).sum().integerItem(), 2)
    }

    func testFullAndArangeOfNumbersThatDoNotFitNeverTrap() throws {
        for dtype in DType.allCases {
            for value in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 1e19] {
                XCTAssertEqual(try Tensor.full([2], value, dtype).numbers().count, 2)
                XCTAssertEqual(try tensor([1, 2], dtype).applying(.add, value).numbers().count, 2)
                XCTAssertEqual(try tensor([1, 2], dtype).applying(.multiply, value, reversed: true).numbers().count, 2)
            }
        }
        XCTAssertEqual(try Tensor.arange(0, -1e300, 1, .float64).shape, [0])
        XCTAssertEqual(try Tensor.arange(1e308, -1e308, 1e-300, .float64).shape, [0])
        XCTAssertEqual(failure { try Tensor.arange(0, 1e300, 1, .float64) }?.kind, "memory")
        XCTAssertEqual(failure { try Tensor.arange(-1e308, 1e308, 1e-300, .float64) }?.kind, "memory")
        XCTAssertEqual(failure { try Tensor.arange(0, 1, 0, .float64) }?.kind, "argument")
        XCTAssertEqual(failure { try Tensor.arange(.nan, 1, 1, .float64) }?.kind, "argument")
    }

    // MARK: Broadcasting

    func testBroadcastingIsNumPys() {
        let shapes: [Shape] = [
            [], [1], [3], [0], [2, 3], [2, 1], [1, 3], [3, 2], [1, 1], [4, 2, 3], [4, 1, 1], [1, 0], [2, 0],
        ]
        for a in shapes {
            for b in shapes { XCTAssertEqual(broadcastShape(a, b), referenceBroadcast(a, b), "\(a) and \(b)") }
        }
        XCTAssertNil(broadcastShape([2, 3], [2]))
        XCTAssertEqual(broadcastShape([5, 1, 4], [3, 1]), [5, 3, 4])
        XCTAssertEqual(broadcastShape([0], [1]), [0])
        XCTAssertNil(broadcastShape([0], [2]))
    }

    func testShapesThatDoNotFitAreNamedWithTheOperation() throws {
        let (a, b) = (try tensor(Values([2, 3]) { _ in 1 }), try tensor(Values([2, 2]) { _ in 1 }))
        XCTAssertEqual(failure { try a + b }?.description, "add: shapes do not broadcast together: [2, 3] and [2, 2]")
        XCTAssertEqual(failure { try a.matmul(a) }?.description, "matmul: inner dimensions differ: [2, 3] x [2, 3]")
        XCTAssertEqual(failure { try Tensor.concatenate([a, b], 0) }?.kind, "shape")
        XCTAssertEqual(failure { try Tensor.concatenate([], 0) }?.kind, "argument")
        XCTAssertEqual(failure { try a.reshape([4, 2]) }?.kind, "shape")
        XCTAssertEqual(failure { try a.reshape([-1, -1]) }?.kind, "argument")
        XCTAssertEqual(failure { try a.reshape([-1, 0]) }?.kind, "shape")
        XCTAssertEqual(failure { try a.reshape([-2, -3]) }?.kind, "shape")
        XCTAssertEqual(failure { try a.broadcast(to: [3, 2]) }?.kind, "shape")
        XCTAssertEqual(failure { try a.permute([0, 0]) }?.kind, "argument")
        XCTAssertEqual(failure { try a.permute([0]) }?.kind, "argument")
        XCTAssertEqual(failure { try a.sum([2]) }?.kind, "index")
        XCTAssertEqual(failure { try a.sum([0, -2]) }?.kind, "argument")
        XCTAssertEqual(failure { try scalar(1).softmax(1) }?.kind, "index")
        XCTAssertEqual(failure { try scalar(1).matmul(a) }?.kind, "shape")
        XCTAssertEqual(failure { try a.slice(0, start: nil, stop: nil, step: 0) }?.kind, "argument")
        XCTAssertEqual(failure { try tensor([1], .int32).mean() }?.kind, "dtype")
        XCTAssertEqual(failure { try a.item() }?.kind, "shape")
    }

    func testExtentsThatAreNegativeOrTooManyAreRefusedWithoutTrapping() throws {
        XCTAssertEqual(failure { try Tensor.full([2, -1], 0, .float32) }?.kind, "shape")
        XCTAssertEqual(failure { try Tensor.full([Int.max, 2], 0, .float32) }?.kind, "memory")
        XCTAssertEqual(failure { try Tensor.full([1 << 31, 1 << 31, 1 << 31], 0, .bool) }?.kind, "memory")
        XCTAssertEqual(failure { try Tensor.full([1 << 40, 1 << 40, 0], 0, .float32) }?.kind, "memory")
        XCTAssertEqual(failure { try Tensor.full([Int](repeating: 1, count: 33), 0, .float32) }?.kind, "shape")
        XCTAssertEqual(failure { try scalar(1).broadcast(to: [Int.max, Int.max]) }?.kind, "memory")
        XCTAssertEqual(failure { try scalar(1).reshape([Int.min]) }?.kind, "shape")
        let wide = try Tensor.full([1 << 16, 1], 0, .float32)
        XCTAssertEqual(
            failure { try wide + wide.reshape([1, 1 << 16]).broadcast(to: [1 << 30, 1 << 16]) }?.kind, "memory")
        XCTAssertEqual(
            failure { try Tensor.oneHot(tensor([0], .int64), classes: -1, dtype: .float32) }?.kind, "argument")
        XCTAssertEqual(
            failure { try Tensor.oneHot(tensor([0], .int64), classes: 1 << 60, dtype: .float32) }?.kind, "memory")
    }

    // MARK: Nothing and one

    func testEmptyTensorsGoThroughEverything() throws {
        let empty = try leaf(Values([0, 3], []))
        XCTAssertEqual(try (empty * 2).numbers(), [])
        XCTAssertEqual(try empty.sum([0]).numbers(), [0, 0, 0])
        XCTAssertEqual(try empty.sum().item(), 0)
        XCTAssert(try empty.mean().item().isNaN)
        XCTAssertEqual(try empty.sum([1]).shape, [0])
        XCTAssertEqual(try empty.permute().shape, [3, 0])
        XCTAssertEqual(try Tensor.concatenate([empty, tensor(Values([1, 3], [1, 2, 3]))], 0).numbers(), [1, 2, 3])
        XCTAssertEqual(try empty.softmax(1).shape, [0, 3])
        XCTAssertEqual(try empty.softmax(0).shape, [0, 3])
        XCTAssertEqual(try empty.reduce(.logSumExp, [0]).numbers(), [-.infinity, -.infinity, -.infinity])
        XCTAssertEqual(try empty.permute().matmul(empty).numbers(), [Double](repeating: 0, count: 9))
        XCTAssertEqual(try empty.select(0, tensor([], .int64)).shape, [0, 3])
        XCTAssertEqual(failure { try empty.reduce(.maximum, [0]) }?.kind, "shape")
        XCTAssertEqual(failure { try empty.reduce(.argMinimum, [0]) }?.kind, "shape")
        XCTAssertEqual(try empty.reduce(.maximum, [1]).shape, [0])
        XCTAssertEqual(failure { try empty.select(0, tensor([0], .int64)).numbers() }?.kind, "index")
        try (empty * empty).sum().backward()
        XCTAssertEqual(try empty.gradient()?.shape, [0, 3])
    }

    func testScalarsHaveNoAxesAndOneElement() throws {
        let x = try leaf(Values([], [3]))
        XCTAssertEqual(try x.sum().item(), 3)
        XCTAssertEqual(try x.permute().item(), 3)
        XCTAssertEqual(try x.reshape([1, 1, 1]).shape, [1, 1, 1])
        XCTAssertEqual(try x.reduce(.maximum).item(), 3)
        XCTAssertEqual(try x.reduce(.argMaximum).integerItem(), 0)
        try (x * x).backward()
        XCTAssertEqual(try x.gradient()?.item(), 6)
    }

    func testIndicesCountFromTheEndIfNegativeAndAreNamedOutOfRange() throws {
        let x = try tensor(Values([3, 2]) { _ in 1 })
        for bad in [3.0, -4, 1e15] {
            XCTAssertEqual(failure { try x.select(0, tensor([0, bad], .int64)).numbers() }?.kind, "index", "\(bad)")
            XCTAssertEqual(
                failure { try x.takeAlong(0, tensor(Values([1, 2], [0, bad]), .int64)).numbers() }?.kind, "index",
                "\(bad)")
            XCTAssertEqual(
                failure { try Tensor.oneHot(tensor([bad], .int64), classes: 3, dtype: .float32).numbers() }?.kind,
                "index", "\(bad)")
        }
        XCTAssertEqual(failure { try x.select(0, tensor([0])) }?.kind, "dtype")
        let y = try leaf([1, 2, 3])
        let picked = try y.select(0, tensor([-1, 2, -3], .int64))
        XCTAssertEqual(try picked.numbers(), [3, 3, 1])
        try picked.backward(gradient: tensor([10, 5, 1]))
        XCTAssertEqual(try y.gradient()?.numbers(), [1, 0, 15])
    }
}
