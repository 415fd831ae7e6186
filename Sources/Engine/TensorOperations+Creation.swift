/// New tensors of regular numbers.
extension Tensor {
    /// `count` numbers from start to end, both among them.
    public static func linspace(_ start: Double, _ end: Double, _ count: Int, _ dtype: DType) throws(Failure) -> Tensor {
        guard start.isFinite, end.isFinite, (end - start).isFinite else {
            throw .argument(operation: "linspace", "start and end must be finite, and their distance too, but are \(start) and \(end)")
        }
        guard count >= 0 else { throw .argument(operation: "linspace", "the number of steps must not be negative, but is \(count)") }
        return try Tensor(result: Linspace(start: start, end: end, count: count, dtype: dtype).record([]))
    }

    /// Ones on the diagonal: [rows, columns].
    public static func eye(_ rows: Int, _ columns: Int, _ dtype: DType) throws(Failure) -> Tensor {
        try checkShape([rows, columns], dtype, operation: "eye")
        let down = try Arange(start: 0, step: 1, count: rows, dtype: .int64).record([]).reshape([rows, 1])
        let across = try Arange(start: 0, step: 1, count: columns, dtype: .int64).record([])
        return try Tensor(result: down.equal(across).cast(dtype))
    }

    /// Each of the vectors (or scalars) along an axis of its own, repeated along those of the others; with `swapsFirst` the first two axes are exchanged, as
    /// coordinates x, y of images are.
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
}
