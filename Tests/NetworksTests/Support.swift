import Engine
import Foundation
import XCTest

@testable import Networks

/// A float64 tensor unless told otherwise.
func tensor(_ shape: Shape, _ data: [Double], _ dtype: DType = .float64) throws -> Tensor {
    precondition(shape.reduce(1, *) == data.count)
    let wide = try Tensor(dtype: .float64, shape: shape) { memory in
        for (place, value) in data.enumerated() {
            memory.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self)
        }
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

/// The layer or loss that an expression spells; its parameters are float64 unless told otherwise.
func make(_ text: String, _ dtype: DType = .float64) throws -> Module { try Module.make(text, dtype: dtype) }

func linear(_ inputs: Int, _ outputs: Int, bias: Bool = true, _ dtype: DType = .float64) throws -> Module {
    try make("Linear(\(inputs), \(outputs), bias=\(Value.flag(bias).literal))", dtype)
}

/// A graph with a body of several lines; `rest` are its children, parameters and buffers.
func graph(_ inputs: String, _ body: String, _ outputs: String, _ rest: String = "") throws -> Module {
    let texts = [inputs, body, outputs].map { Value.text($0).literal }
    return try make("Graph(\(texts.joined(separator: ", "))\(rest.isEmpty ? "" : ", " + rest))")
}

/// The host's code for a forward pass: a closure.
final class HostFunction: HostForward {
    private let body: ([Tensor?], String?) throws(Failure) -> [Tensor?]

    init(_ body: @escaping ([Tensor?], String?) throws(Failure) -> [Tensor?]) { self.body = body }

    func forward(_ inputs: [Tensor?], _ options: String?) throws(Failure) -> [Tensor?] { try body(inputs, options) }
}

/// A module of the host's, of one tensor in and one out.
func host(_ className: String = "Mine", _ body: @escaping (Tensor) throws(Failure) -> Tensor) -> HostModule {
    HostModule(
        className: className,
        HostFunction { (inputs, _) throws(Failure) in
            guard inputs.count == 1, let x = inputs[0] else {
                throw .argument(operation: className, "one tensor is expected")
            }
            return [try body(x)]
        })
}

/// One line for everything that is in a tree, in order.
func lines(of tree: StateTree, at place: String = "") -> [String] {
    var found = tree.attributes.map { "\(place)@\($0.name) \($0.value.literal)" }
    for (name, tensor) in tree.arrays {
        found.append("\(place)\(name) \(tensor.dtype.name) \(tensor.shape) \((try? tensor.bytes()) ?? [])")
    }
    for (name, child) in tree.children { found += ["\(place)\(name)/"] + lines(of: child, at: place + name + "/") }
    return found
}

extension Module {
    /// A loss or a metric, or another module of two tensors that gives one.
    func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws -> Tensor {
        let outputs = try call([prediction, target])
        XCTAssertEqual(outputs.count, 1)
        return try XCTUnwrap(outputs[0])
    }
}

extension Tensor {
    func numbers() throws -> [Double] {
        let count = count
        return try cast(.float64).withData { data in
            (0..<count).map { data.load(fromByteOffset: 8 * $0, as: Double.self) }
        }
    }

    func bytes() throws -> [UInt8] {
        let size = count * dtype.size
        return try withData { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
    }
}

/// Relative to the largest of `want`.
func assertClose(
    _ got: [Double], _ want: [Double], _ tolerance: Double, _ what: String = "", file: StaticString = #filePath,
    line: UInt = #line
) {
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
