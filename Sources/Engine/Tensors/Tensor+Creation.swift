/// New tensors of regular numbers.
extension Tensor {
    /// `count` numbers from start to end, both among them.
    public static func linspace(_ start: Double, _ end: Double, _ count: Int, _ dtype: DType) throws(Failure) -> Tensor
    {
        guard start.isFinite, end.isFinite, (end - start).isFinite else {
            throw .argument(
                operation: "linspace",
                "start and end must be finite, and their distance too, but are \(start) and \(end)")
        }
        guard count >= 0 else {
            throw .argument(operation: "linspace", "the number of steps must not be negative, but is \(count)")
        }
        return try Tensor(result: Linspace(start: start, end: end, count: count, dtype: dtype).record([]))
    }

    /// Whole numbers from start to below stop (above it for a negative step), exactly.
    public static func arange(whole start: Int64, _ stop: Int64, _ step: Int64, _ dtype: DType) throws(Failure)
        -> Tensor
    {
        let isExact = [start, stop, step].allSatisfy { Operand.takes(.int64, .integer($0)) }
        if isExact { return try arange(Double(start), Double(stop), Double(step), dtype) }
        guard step != 0 else { throw .argument(operation: "arange", "the step must not be 0") }
        let distance = step > 0 ? Int128(stop) - Int128(start) : Int128(start) - Int128(stop)
        let width = Int128(step.magnitude)
        let count = distance > 0 ? (distance - 1) / width + 1 : 0
        guard count < 1 << 48 else { throw .memory(operation: "arange", bytes: Int.max) }
        // Products and sums wrap, so that a long way ends where it should.
        let places = try Arange(start: 0, step: 1, count: Int(count), dtype: .int64).record([])
        let steps = try places * full([], whole: step, .int64).node()
        return try Tensor(result: (steps + full([], whole: start, .int64).node()).cast(dtype))
    }

    /// The same of whole numbers, exactly for integer dtypes: what lies between whole numbers is cut toward 0.
    public static func linspace(whole start: Int64, _ end: Int64, _ count: Int, _ dtype: DType) throws(Failure)
        -> Tensor
    {
        guard dtype.isInteger else { return try linspace(Double(start), Double(end), count, dtype) }
        guard count >= 0 else {
            throw .argument(operation: "linspace", "the number of steps must not be negative, but is \(count)")
        }
        let parts = Int128(max(1, count - 1))
        let values = try Tensor(dtype: .int64, shape: [count]) { (memory) throws(Failure) in
            let numbers = memory.assumingMemoryBound(to: Int64.self)
            for place in 0..<count {
                numbers[place] = Int64((Int128(start) * (parts - Int128(place)) + Int128(end) * Int128(place)) / parts)
            }
        }
        return try values.cast(dtype)
    }

    /// Ones on the diagonal: [rows, columns].
    public static func eye(_ rows: Int, _ columns: Int, _ dtype: DType) throws(Failure) -> Tensor {
        try checkShape([rows, columns], dtype, operation: "eye")
        let down = try Arange(start: 0, step: 1, count: rows, dtype: .int64).record([]).reshape([rows, 1])
        let across = try Arange(start: 0, step: 1, count: columns, dtype: .int64).record([])
        return try Tensor(result: down.equal(across).cast(dtype))
    }

    /// Each of the vectors (or scalars) along an axis of its own, repeated along those of the others; with `swapsFirst`
    /// the first two axes are exchanged, as coordinates x, y of images are.
    public static func meshgrid(_ tensors: [Tensor], swapsFirst: Bool) throws(Failure) -> [Tensor] {
        for tensor in tensors where tensor.shape.count > 1 {
            throw .shape(operation: "meshgrid", "vectors or scalars are expected, but a shape is \(tensor.shape.text)")
        }
        var axes = Array(tensors.indices)
        if swapsFirst, axes.count > 1 { axes.swapAt(0, 1) }
        var shape = Shape(repeating: 1, count: tensors.count)
        for (tensor, axis) in zip(tensors, axes) { shape[axis] = tensor.count }
        if let dtype = tensors.first?.dtype { try checkShape(shape, dtype, operation: "meshgrid") }
        var grids: [Tensor] = []
        for (tensor, axis) in zip(tensors, axes) {
            var own = Shape(repeating: 1, count: tensors.count)
            own[axis] = tensor.count
            grids.append(try Tensor(result: tensor.node().reshape(own).broadcast(to: shape)))
        }
        return grids
    }

    public static func full(_ shape: Shape, _ value: Double, _ dtype: DType) throws(Failure) -> Tensor {
        try Tensor(result: Node.full(shape, dtype == .bool && value != 0 ? 1 : value, dtype))
    }

    /// The same of a whole number, exactly; an error where an integer dtype does not hold it.
    public static func full(_ shape: Shape, whole value: Int64, _ dtype: DType) throws(Failure) -> Tensor {
        try Operand.constant(.integer(value), dtype, "full").broadcast(to: shape)
    }

    public static func arange(_ start: Double, _ stop: Double, _ step: Double, _ dtype: DType) throws(Failure) -> Tensor
    {
        guard start.isFinite, stop.isFinite, step.isFinite, step != 0 else {
            throw .argument(
                operation: "arange",
                "start, stop and step must be finite and step not 0, but are \(start), \(stop), \(step)")
        }
        let extent = ((stop - start) / step).rounded(.up)
        guard extent < 0x1p48 else { throw .memory(operation: "arange", bytes: Int.max) }
        return try Tensor(result: Arange(start: start, step: step, count: Int(max(0, extent)), dtype: dtype).record([]))
    }
}
