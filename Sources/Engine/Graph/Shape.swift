/// Shapes are arrays of extents, row-major; rank 0 is a scalar. This file has the arithmetic on them.
public typealias Shape = [Int]

/// What a node's value is, without the value.
public struct TensorType: Hashable, Codable {
    public var shape: Shape
    public var dtype: DType

    public init(_ shape: Shape, _ dtype: DType) {
        self.shape = shape
        self.dtype = dtype
    }

    var count: Int { shape.elementCount }
    var bytes: Int { shape.elementCount * dtype.size }
}

extension Array where Element == Int {
    /// Number of elements of this shape. Shapes are checked against overflow when a node is made.
    @inlinable public var elementCount: Int {
        var product = 1
        for extent in self { product *= extent }
        return product
    }

    /// Row-major strides, in elements.
    var denseStrides: [Int] {
        var strides = [Int](repeating: 1, count: count)
        var step = 1
        for axis in indices.reversed() {
            strides[axis] = step
            step *= self[axis]
        }
        return strides
    }

    /// "[64, 784]", as shapes are shown in messages.
    var text: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}

/// Axes that a tensor has at most; wingbeat.h says so, and callers have room for as many.
public let mostAxes = 32

/// Throws unless the shape has no more axes than possible, no negative extent, and bytes that the machine has. An
/// extent of 0 counts as 1, so that the product of any of the extents can be counted too.
func checkShape(_ shape: Shape, _ dtype: DType, operation: @autoclosure () -> String) throws(Failure) {
    guard shape.count <= mostAxes else {
        throw .shape(operation: operation(), "at most \(mostAxes) axes are possible, but the shape has \(shape.count)")
    }
    var bytes = dtype.size
    for extent in shape {
        guard extent >= 0 else { throw .shape(operation: operation(), "an extent is negative: \(shape.text)") }
        let (product, overflow) = bytes.multipliedReportingOverflow(by: Swift.max(extent, 1))
        guard !overflow else { throw .memory(operation: operation(), bytes: Int.max) }
        bytes = product
    }
    guard bytes <= MachineMemory.total else { throw .memory(operation: operation(), bytes: bytes) }
}

/// The shape that `a` and `b` broadcast to, or nil.
func broadcastShape(_ a: Shape, _ b: Shape) -> Shape? {
    if a == b { return a }
    let (long, short) = a.count >= b.count ? (a, b) : (b, a)
    var result = long
    let shift = long.count - short.count
    for axis in short.indices where short[axis] != long[axis + shift] {
        if long[axis + shift] == 1 {
            result[axis + shift] = short[axis]
        } else if short[axis] != 1 {
            return nil
        }
    }
    return result
}

/// `axis` counted from the end if negative, or a sentence.
func normalized(axis: Int, rank: Int, operation: String) throws(Failure) -> Int {
    guard axis >= -rank, axis < rank else {
        throw .index(
            operation: operation,
            rank == 0
                ? "axis \(axis) is given, but the tensor is a scalar and has no axes"
                : "axis \(axis) is outside -\(rank) ... \(rank - 1) of a tensor with \(rank) axes")
    }
    return axis < 0 ? axis + rank : axis
}

/// Axes as distinct numbers in 0 ..< rank, ascending; all of them for nil.
func normalized(axes: [Int]?, rank: Int, operation: String) throws(Failure) -> [Int] {
    guard let axes else { return Array(0..<rank) }
    var seen = [Bool](repeating: false, count: rank)
    for axis in axes {
        let place = try normalized(axis: axis, rank: rank, operation: operation)
        guard !seen[place] else { throw .argument(operation: operation, "axis \(axis) is named twice") }
        seen[place] = true
    }
    return (0..<rank).filter { seen[$0] }
}

/// Axes to reduce over. A scalar may be given axis 0 or -1, as in PyTorch, and has none.
func reductionAxes(_ axes: [Int]?, of shape: Shape, operation: String) throws(Failure) -> [Int] {
    if shape.isEmpty, axes == [0] || axes == [-1] { return [] }
    return try normalized(axes: axes, rank: shape.count, operation: operation)
}
