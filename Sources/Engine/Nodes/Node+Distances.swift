import Steps

/// Lengths and distances along an axis, which is from 0 on.
extension Node {
    /// self divided by its p-norm along an axis, or by `eps` where that is larger. The bound has no derivative.
    func overNorm(_ p: Double, _ axis: Int, eps: Double) throws(Failure) -> Node {
        let x = try asFloat()
        return try x / x.norm(p, [axis], keepdims: true).clamped(eps, nil)
    }

    /// The p-norm of self - other + eps along the last axis.
    func distance(to other: Node, _ p: Double, eps: Double, keepdims: Bool) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, other)
        let difference = try cast(dtype) - other.cast(dtype)
        guard !difference.shape.isEmpty else {
            throw .shape(operation: "pairwise_distance", "one axis at least is expected, but both are scalars")
        }
        let moved = try difference + difference.number(eps)
        return try moved.norm(p, [moved.shape.count - 1], keepdims: keepdims)
    }

    /// The p-norms of the differences of rows i < j of [n, width], in order: [n (n - 1) / 2].
    func distancesOfRows(_ p: Double) throws(Failure) -> Node {
        let n = shape[0]
        let places = try Tensor.triangleIndices(n, n, 1, isLower: false).node()
        let (first, second) = (
            try places.part(0, 0, 1).reshape([places.shape[1]]), try places.part(0, 1, 1).reshape([places.shape[1]])
        )
        let rows = IndexSelect(axis: 0)
        return try (rows.record([self, first]) - rows.record([self, second])).norm(p, [1], keepdims: false)
    }

    /// The cosine of the angle between vectors along an axis of the two broadcast together; no length counts as less
    /// than `eps`.
    func cosine(with other: Node, _ axis: Int, eps: Double) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, other)
        guard let shape = broadcastShape(self.shape, other.shape) else {
            throw .shape(
                operation: "cosine_similarity",
                "shapes do not broadcast together: \(self.shape.text) and \(other.shape.text)")
        }
        if shape.isEmpty { return try reshape([1]).cosine(with: other.reshape([1]), axis, eps: eps) }
        let place = try normalized(axis: axis, rank: shape.count, operation: "cosine_similarity")
        func direction(_ x: Node) throws(Failure) -> Node {
            try x.cast(dtype).broadcast(to: shape).overNorm(2, place, eps: eps)
        }
        return try (direction(self) * direction(other)).sum([place], keepdims: false)
    }
}
