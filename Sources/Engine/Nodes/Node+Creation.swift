import Steps

/// Constants as nodes.
extension Node {
    static func full(_ shape: Shape, _ value: Double, _ dtype: DType) throws(Failure) -> Node {
        try Fill(value: value, type: TensorType(shape, dtype)).record([])
    }

    /// A 0-d constant of `other`'s dtype.
    static func scalar(_ value: Double, like other: Node) throws(Failure) -> Node {
        Node(
            Fill(value: value, type: TensorType([], other.dtype)), [], TensorType([], other.dtype), requiresGrad: false)
    }

    /// A 0-d constant of this node's dtype.
    func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
}

extension Optional where Wrapped == Node {
    /// What derivatives call nil, zero everywhere, as a node.
    func orZeros(like node: Node) throws(Failure) -> Node {
        if let self { return self }
        return try Node.full(node.shape, 0, node.dtype)
    }
}
