import Steps

/// Matrix products.
extension Node {
    /// NumPy's matmul: 1-D operands gain an axis that the result loses.
    func matmul(_ other: Node) throws(Failure) -> Node {
        guard !shape.isEmpty, !other.shape.isEmpty else {
            throw .shape(operation: "matmul", "operands need an axis at least: \(shape.text) x \(other.shape.text)")
        }
        let dtype = Node.common(self, other)
        let (a, b) = (try cast(dtype), try other.cast(dtype))
        if a.shape.count == 1 || b.shape.count == 1 {
            let left = a.shape.count == 1 ? try a.reshape([1, a.shape[0]]) : a
            let right = b.shape.count == 1 ? try b.reshape([b.shape[0], 1]) : b
            let product = try left.matmul(right)
            var shape = product.shape
            if b.shape.count == 1 { shape.removeLast() }
            if a.shape.count == 1 { shape.remove(at: shape.count - (b.shape.count == 1 ? 1 : 2)) }
            return try product.reshape(shape)
        }
        return try a.timesMatrix(b, transposed: false)
    }

    /// x W^T + b. A weight [in] has one output, without an axis.
    func linear(_ weight: Node, _ bias: Node?) throws(Failure) -> Node {
        if weight.shape.count == 1, bias?.shape.isEmpty ?? true {
            let product = try linear(weight.reshape([1, weight.count]), bias?.reshape([1]))
            return try product.reshape(product.shape.dropLast())
        }
        guard weight.shape.count == 2 else {
            throw .shape(operation: "linear", "the weight must be [out, in], but is \(weight.shape.text)")
        }
        guard let width = shape.last, width == weight.shape[1] else {
            throw .shape(
                operation: "linear",
                "the last axis of the input must be \(weight.shape[1]) wide, as the weight \(weight.shape.text) asks, "
                    + "but the input is \(shape.text)"
            )
        }
        if let bias, bias.shape != [weight.shape[0]] {
            throw .shape(operation: "linear", "the bias must be [\(weight.shape[0])], but is \(bias.shape.text)")
        }
        let dtype = Node.common(self, weight)
        let x = try cast(dtype)
        let rows = shape.count == 1 ? try x.reshape([1, width]) : x
        var product: Node
        if let bias, dtype.isHalf {
            // Rounded once.
            product = try rows.timesMatrix(weight.cast(dtype), transposed: true, keepsSums: true)
            product = try (product + bias.cast(.float32)).cast(dtype)
        } else {
            product = try rows.timesMatrix(weight.cast(dtype), transposed: true)
            if let bias { product = try product + bias }
        }
        return shape.count == 1 ? try product.reshape([weight.shape[0]]) : product
    }

    /// Matrix products over the last two axes; a batch of matrices times one matrix is one product of more rows.
    func timesMatrix(_ other: Node, transposed: Bool, keepsSums: Bool = false) throws(Failure) -> Node {
        let operation = MatMul(transposeB: transposed, keepsSums: keepsSums)
        guard shape.count > 2, other.shape.count == 2, let depth = shape.last, count > 0 else {
            return try operation.record([self, other])
        }
        let rows = try reshape([count / max(depth, 1), depth])
        let product = try operation.record([rows, other])
        return try product.reshape(Array(shape.dropLast()) + [product.shape[1]])
    }
}
