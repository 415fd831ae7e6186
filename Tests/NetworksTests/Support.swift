import Engine
import Foundation
import XCTest

@testable import Networks

/// A float64 tensor unless told otherwise.
func tensor(_ shape: Shape, _ data: [Double], _ dtype: DType = .float64) throws -> Tensor {
    precondition(shape.reduce(1, *) == data.count)
    let wide = try Tensor(dtype: .float64, shape: shape) { memory in
        for (place, value) in data.enumerated() { memory.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self) }
    }
    return try wide.cast(dtype)
}

func leaf(_ shape: Shape, _ data: [Double], _ dtype: DType = .float64) throws -> Tensor {
    let result = try tensor(shape, data, dtype)
    try result.setRequiresGrad(true)
    return result
}

/// Numbers in (-1, 1) that no pattern explains, the same for the same seed.
func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-52 - 1
    }
}

extension Tensor {
    func numbers() throws -> [Double] {
        let count = count
        return try cast(.float64).withData { data in (0..<count).map { data.load(fromByteOffset: 8 * $0, as: Double.self) } }
    }

    func bytes() throws -> [UInt8] {
        let size = count * dtype.size
        return try withData { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
    }
}

/// Relative to the largest of `want`.
func assertClose(_ got: [Double], _ want: [Double], _ tolerance: Double, _ what: String = "", file: StaticString = #filePath, line: UInt = #line) {
    let scale = max(want.reduce(0) { max($0, abs($1)) }, 1e-3)
    let isClose = got.count == want.count && zip(got, want).allSatisfy { abs($0 - $1) <= tolerance * scale }
    XCTAssert(isClose, "\(what): \(got) is not \(want)", file: file, line: line)
}

/// d/dh of `function` at 0 by the five-point formula.
func slope(_ function: (Double) throws -> Double) rethrows -> Double {
    let h = 1e-3
    let (a, b, c, d) = (try function(-2 * h), try function(-h), try function(h), try function(2 * h))
    return (a - 8 * b + 8 * c - d) / (12 * h)
}

func failure<R>(of body: () throws -> R, file: StaticString = #filePath, line: UInt = #line) -> Failure? {
    do {
        _ = try body()
        XCTFail("nothing was thrown", file: file, line: line)
    } catch let failure as Failure {
        return failure
    } catch {
        XCTFail("\(error) is not a Failure", file: file, line: line)
    }
    return nil
}

extension Failure {
    /// The name of the case.
    var kind: String { Mirror(reflecting: self).children.first?.label ?? "" }
}
