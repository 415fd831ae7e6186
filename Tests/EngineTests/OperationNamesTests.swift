import XCTest

@testable import Engine

/// The operations of the enumerations are those that the table has under their names.
final class OperationNamesTests: XCTestCase {
    private func bits(_ tensor: Tensor) throws -> [UInt8] {
        let size = tensor.count * tensor.dtype.size
        return try tensor.withData { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
    }

    private func call(_ name: String, _ items: [Given]) throws -> Tensor {
        let function = try XCTUnwrap(Functions.named(name), name)
        XCTAssertEqual(function.signature.name, name, "not by an alias")
        return try function(Arguments(function.signature, items.map { Arguments.Item($0) }))[0]
    }

    private func numbers(_ dtype: DType) throws -> Tensor {
        try Tensor.arange(1, 13, 1, .float64).cast(dtype).reshape([3, 4])
    }

    func testEachOperationOfOneTensorIsTheTables() throws {
        for operation in Tensor.Unary.allCases {
            for dtype in [DType.bool, .int32, .float32] {
                let x = try numbers(dtype)
                var items: [Given] = [.tensor(x)]
                if operation == .geluTanh { items.append(.value(.text("tanh"))) }
                if operation == .polygamma { items.insert(.value(.integer(1)), at: 0) }
                let want = try? bits(x.applying(operation))
                XCTAssertEqual(try? bits(call(operation.function, items)), want, "\(operation) of \(dtype.name)")
            }
        }
    }

    func testEachOperationOfTwoTensorsIsTheTables() throws {
        for operation in Tensor.Binary.allCases {
            for dtype in [DType.bool, .int32, .float32] {
                let (x, y) = (try numbers(dtype), try numbers(.int32).flip([0, 1]).cast(dtype))
                let function = try XCTUnwrap(Functions.named(operation.function))
                XCTAssertEqual(function.signature.name, operation.function)
                var items = [Arguments.Item(.tensor(x)), Arguments.Item(.tensor(y))]
                if operation == .truncDivide {
                    items.append(Arguments.Item(.value(.text("trunc")), keyword: "rounding_mode"))
                }
                let want = try? bits(Tensor.apply(operation, x, y))
                XCTAssertEqual(
                    try? bits(function(Arguments(function.signature, items))[0]), want, "\(operation) of \(dtype.name)")
            }
        }
    }

    func testEachReductionIsTheTables() throws {
        for operation in Tensor.Reduce.allCases {
            for dtype in [DType.bool, .int32, .float32] {
                let x = try numbers(dtype)
                let want = try? bits(x.reduce(operation, [1], keepdims: true))
                let items: [Given] = [.tensor(x), .value(.list([.integer(1)])), .value(.flag(true))]
                XCTAssertEqual(try? bits(call(operation.function, items)), want, "\(operation) of \(dtype.name)")
            }
        }
    }

    func testEachProductIsTheTables() throws {
        let shapes: [Tensor.Product: ([Int], [Int])] = [
            .mm: ([2, 3], [3, 2]), .bmm: ([1, 2, 3], [1, 3, 2]), .mv: ([2, 3], [3]), .dot: ([6], [6]),
            .outer: ([6], [2]),
        ]
        for operation in Tensor.Product.allCases {
            let (a, b) = try XCTUnwrap(shapes[operation])
            let (x, y) = (
                try Tensor.arange(0, 6, 1, .float64).reshape(a),
                try Tensor.arange(0, Double(b.reduce(1, *)), 1, .float64).reshape(b)
            )
            XCTAssertEqual(
                try bits(call(operation.function, [.tensor(x), .tensor(y)])), try bits(.product(operation, x, y)),
                "\(operation)")
        }
    }
}
