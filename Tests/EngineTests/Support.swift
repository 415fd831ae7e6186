import Foundation
import XCTest

@testable import Engine

/// An array of doubles with a shape: what references are written with.
struct Values: Equatable {
    var shape: Shape
    var data: [Double]

    init(_ shape: Shape, _ data: [Double]) {
        precondition(shape.reduce(1, *) == data.count)
        (self.shape, self.data) = (shape, data)
    }

    init(_ shape: Shape, _ element: ([Int]) -> Double) {
        self.shape = shape
        data = places(of: shape).map(element)
    }

    subscript(place: [Int]) -> Double {
        get { data[offset(place)] }
        set { data[offset(place)] = newValue }
    }

    private func offset(_ place: [Int]) -> Int { zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 } }

    /// The element that NumPy's broadcasting reads for `place` of a larger shape.
    func broadcast(_ place: [Int]) -> Double {
        self[zip(place.suffix(shape.count), shape).map { $1 == 1 ? 0 : $0 }]
    }

    func map(_ function: (Double) -> Double) -> Values { Values(shape, data.map(function)) }

    /// `function` of this and `other` under broadcasting.
    func with(_ other: Values, _ function: (Double, Double) -> Double) -> Values {
        Values(referenceBroadcast(shape, other.shape)!) { function(broadcast($0), other.broadcast($0)) }
    }

    /// `function` of the elements along `axes`, which stay with extent 1.
    func reduced(_ axes: [Int], _ function: ([Double]) -> Double) -> Values {
        let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
        let inner = places(of: axes.map { shape[$0] })
        return Values(kept) { place in
            function(
                inner.map { along in
                    var full = place
                    for (axis, index) in zip(axes, along) { full[axis] = index }
                    return self[full]
                })
        }
    }

    func reshaped(_ shape: Shape) -> Values { Values(shape, data) }
    func dropping(_ axes: [Int]) -> Values { reshaped(shape.indices.filter { !axes.contains($0) }.map { shape[$0] }) }
}

/// All places of an array, row-major.
func places(of shape: Shape) -> [[Int]] {
    shape.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
}

/// NumPy's rule, written from the right.
func referenceBroadcast(_ a: Shape, _ b: Shape) -> Shape? {
    var result: [Int] = []
    for back in 1...max(a.count, b.count, 1) {
        let (m, n) = (back <= a.count ? a[a.count - back] : nil, back <= b.count ? b[b.count - back] : nil)
        switch (m, n) {
        case (let m?, let n?):
            if m != n, m != 1, n != 1 { return nil }
            result.append(m == 1 ? n : m)
        case (let m?, nil): result.append(m)
        case (nil, let n?): result.append(n)
        default: break
        }
    }
    return result.reversed()
}

// MARK: Tensors from numbers and back

func tensor(_ values: Values, _ dtype: DType = .float64) throws -> Tensor {
    try Tensor(dtype: dtype, shape: values.shape) { memory in
        for (place, value) in values.data.enumerated() {
            switch dtype {
            case .bool: memory.storeBytes(of: value != 0 ? 1 : 0, toByteOffset: place, as: UInt8.self)
            case .uint8:
                memory.storeBytes(of: UInt8(truncatingIfNeeded: Int(value)), toByteOffset: place, as: UInt8.self)
            case .int32:
                memory.storeBytes(of: Int32(truncatingIfNeeded: Int(value)), toByteOffset: 4 * place, as: Int32.self)
            case .int64: memory.storeBytes(of: Int64(value), toByteOffset: 8 * place, as: Int64.self)
            case .float32: memory.storeBytes(of: Float(value), toByteOffset: 4 * place, as: Float.self)
            case .float64: memory.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self)
            case .bfloat16, .float16: dtype.store(value, memory + 2 * place)
            }
        }
    }
}

func tensor(_ data: [Double], _ dtype: DType = .float64) throws -> Tensor {
    try tensor(Values([data.count], data), dtype)
}
func scalar(_ value: Double, _ dtype: DType = .float64) throws -> Tensor { try tensor(Values([], [value]), dtype) }

/// A leaf that requires gradients.
func leaf(_ values: Values, _ dtype: DType = .float64) throws -> Tensor {
    let result = try tensor(values, dtype)
    try result.setRequiresGrad(true)
    return result
}

func leaf(_ data: [Double], _ dtype: DType = .float64) throws -> Tensor { try leaf(Values([data.count], data), dtype) }

extension Tensor {
    func values() throws -> Values {
        let (dtype, count) = (dtype, count)
        return Values(
            shape,
            try withData { data in
                (0..<count).map { place in
                    switch dtype {
                    case .float32: return Double(data.load(fromByteOffset: 4 * place, as: Float.self))
                    case .float64: return data.load(fromByteOffset: 8 * place, as: Double.self)
                    case .bfloat16, .float16: return dtype.real(data, place)
                    default: return Double(dtype.integer(data, place))
                    }
                }
            })
    }

    func numbers() throws -> [Double] { try values().data }

    func bytes() throws -> [UInt8] {
        let size = count * dtype.size
        return try withData { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
    }
}

// MARK: Numbers

/// Numbers in (-1, 1) that no pattern explains, the same for the same seed.
func noise(_ shape: Shape, seed: UInt64 = 1) -> Values {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return Values(shape) { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-52 - 1
    }
}

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

/// The largest |got - want| over `scale`, which is at least the largest |want|; infinity where one is NaN and the other
/// not.
func deviation(_ got: [Double], _ want: [Double], atLeast scale: Double = 0) -> Double {
    guard got.count == want.count else { return .infinity }
    let largest = want.filter { $0.isFinite }.reduce(scale) { max($0, abs($1)) }
    return zip(got, want).reduce(0) { worst, pair in
        if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { return worst }
        let difference = abs(pair.0 - pair.1) / max(largest, .leastNormalMagnitude)
        return difference.isNaN ? .infinity : max(worst, difference)
    }
}

func assertClose(
    _ got: [Double], _ want: [Double], _ tolerance: Double, atLeast scale: Double = 0, _ what: String = "",
    file: StaticString = #filePath,
    line: UInt = #line
) {
    let worst = deviation(got, want, atLeast: scale)
    XCTAssert(worst <= tolerance, "\(what): off by \(worst), \(got) is not \(want)", file: file, line: line)
}

/// d/dh of `function` at 0 by the five-point formula: with h = 1e-3 both its error, h^4 f'''''/30, and rounding are
/// near 1e-12.
func slope(_ function: (Double) throws -> [Double]) rethrows -> [Double] {
    let h = 1e-3
    let (a, b, c, d) = (try function(-2 * h), try function(-h), try function(h), try function(2 * h))
    return a.indices.map { (a[$0] - 8 * b[$0] + 8 * c[$0] - d[$0]) / (12 * h) }
}

/// Runs `body`, which must throw, and gives the failure.
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
