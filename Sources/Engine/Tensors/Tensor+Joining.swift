/// Tensors put together.
extension Tensor {
    public static func concatenate(_ tensors: [Tensor], _ axis: Int) throws(Failure) -> Tensor {
        guard let first = tensors.first else {
            throw .argument(operation: "concatenate", "there are no tensors to join")
        }
        let place = try normalized(axis: axis, rank: first.shape.count, operation: "concatenate")
        let dtype = tensors.reduce(first.dtype) { promote($0, $1.dtype) }
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
}
