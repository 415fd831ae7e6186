/// Tensors put together.
extension Tensor {
    public static func concatenate(_ all: [Tensor], _ axis: Int) throws(Failure) -> Tensor {
        // Vectors without elements fit everything, as in PyTorch.
        let filled = all.filter { $0.shape != [0] }
        let tensors = filled.contains { $0.shape.count != 1 } ? filled : all
        guard let first = tensors.first else {
            throw .argument(operation: "concatenate", "there are no tensors to join")
        }
        let place = try normalized(axis: axis, rank: first.shape.count, operation: "concatenate")
        let dtype = resultType(of: all)
        let nodes = try tensors.map { (tensor) throws(Failure) in try tensor.node().cast(dtype) }
        return try Tensor(result: Concatenate(axis: place).record(nodes))
    }

    /// Joins tensors of one shape along a new axis.
    public static func stack(_ tensors: [Tensor], _ axis: Int) throws(Failure) -> Tensor {
        guard let first = tensors.first else { throw .argument(operation: "stack", "there are no tensors to join") }
        for (place, tensor) in tensors.enumerated() where tensor.shape != first.shape {
            throw .shape(
                operation: "stack",
                "tensors must have equal shapes, but tensor 0 is \(first.shape.text) and tensor \(place) is "
                    + "\(tensor.shape.text)"
            )
        }
        let place = try normalized(axis: axis, rank: first.shape.count + 1, operation: "stack")
        return try concatenate(tensors.map { (tensor) throws(Failure) in try tensor.unsqueeze(place) }, place)
    }

    /// Joins vectors along their axis, others along axis 1; scalars count as vectors.
    public static func hstack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        let parts = try tensors.map { (tensor) throws(Failure) in
            tensor.shape.isEmpty ? try tensor.reshape([1]) : tensor
        }
        return try concatenate(parts, parts.first?.shape.count == 1 ? 0 : 1)
    }

    /// Joins along axis 0; scalars and vectors count as rows of a matrix.
    public static func vstack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        try concatenate(
            tensors.map { (tensor) throws(Failure) in
                tensor.shape.count < 2 ? try tensor.reshape([1, tensor.count]) : tensor
            }, 0)
    }

    /// Joins along axis 2; matrices get it, vectors are rows of a matrix before that.
    public static func dstack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        try concatenate(tensors.map { (tensor) throws(Failure) in try tensor.atLeast(3) }, 2)
    }

    /// Joins along axis 1; scalars and vectors count as columns of a matrix.
    public static func columnStack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        try concatenate(
            tensors.map { (tensor) throws(Failure) in
                tensor.shape.count < 2 ? try tensor.reshape([tensor.count, 1]) : tensor
            }, 1)
    }

    /// The matrices along the diagonal of a matrix that is 0 elsewhere; scalars and vectors count as rows.
    public static func blockDiagonal(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        for tensor in tensors where tensor.shape.count > 2 {
            throw .shape(
                operation: "block_diag",
                "matrices, vectors or scalars are expected, but a shape is \(tensor.shape.text)")
        }
        let blocks = try tensors.map { (tensor) throws(Failure) in try tensor.atLeast(2) }
        var width = 0
        for block in blocks {
            let (sum, overflow) = width.addingReportingOverflow(block.shape[1])
            guard !overflow else { throw .memory(operation: "block_diag", bytes: Int.max) }
            width = sum
        }
        var (start, rows): (Int, [Tensor]) = (0, [])
        for block in blocks {
            let extent = block.shape[1]
            let slices = [AxisSlice.whole(block.shape[0]), AxisSlice(start: start, step: 1, count: extent)]
            rows.append(try Tensor(result: block.node().embedded(in: [block.shape[0], width], slices)))
            start += extent
        }
        return try rows.isEmpty ? .full([1, 0], 0, .float32) : concatenate(rows, 0)
    }

    /// All broadcast together.
    public static func broadcast(_ tensors: [Tensor]) throws(Failure) -> [Tensor] {
        var shape: Shape = []
        for tensor in tensors {
            guard let joined = broadcastShape(shape, tensor.shape) else {
                throw .shape(
                    operation: "broadcast_tensors",
                    "shapes do not broadcast together: " + tensors.map { $0.shape.text }.joined(separator: " and "))
            }
            shape = joined
        }
        let common = shape
        return try tensors.map { (tensor) throws(Failure) in try tensor.broadcast(to: common) }
    }

    /// All tuples of one element of each vector, in order: [tuples, vectors]; of one vector the vector.
    public static func cartesianProduct(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        guard let first = tensors.first else {
            throw .argument(operation: "cartesian_prod", "one vector at least is expected, but none was given")
        }
        for tensor in tensors where tensor.shape.count != 1 {
            throw .shape(operation: "cartesian_prod", "vectors are expected, but a shape is \(tensor.shape.text)")
        }
        if tensors.count == 1 { return try first.applying(.identity) }
        let dtype = resultType(of: tensors)
        let grids = try meshgrid(
            tensors.map { (tensor) throws(Failure) in try tensor.cast(dtype) }, swapsFirst: false)
        return try stack(grids.map { (grid) throws(Failure) in try grid.reshape([grid.count]) }, 1)
    }
}
