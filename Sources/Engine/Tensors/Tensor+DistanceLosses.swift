import Steps

/// Losses of how far tensors lie from each other.
extension Tensor {
    /// max(0, margin - t (a - b)) for targets of 1, where a is to be larger, and -1.
    public static func marginRanking(
        _ first: Tensor, _ second: Tensor, _ target: Tensor, margin: Double = 0, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "margin_ranking_loss"
        let (a, b) = try pair(first, second, name)
        let t = try target.node().cast(a.dtype)
        let difference = try a - b
        guard broadcastShape(difference.shape, t.shape) != nil else {
            throw .shape(
                operation: name,
                "inputs of \(difference.shape.text) and targets of \(t.shape.text) do not broadcast together")
        }
        let elements = try (Node.scalar(margin, like: a) - t * difference).relu()
        return try reduced(elements, nil, reduction, name)
    }

    /// 1 - cos(a, b) of rows for targets of 1, max(0, cos(a, b) - margin) for targets of -1.
    public static func cosineEmbedding(
        _ first: Tensor, _ second: Tensor, _ target: Tensor, margin: Double = 0, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "cosine_embedding_loss"
        let (a, b) = try pair(first, second, name)
        let t = try target.node().cast(a.dtype)
        let rank = t.shape.count
        guard rank < 2, a.shape.count == rank + 1, b.shape.count == rank + 1 else {
            throw .shape(
                operation: name,
                """
                inputs of [n, width] with targets of [n], or [width] with one target, are expected, but they are \
                \(a.shape.text), \(b.shape.text) and \(t.shape.text)
                """)
        }
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: a) }
        func square(_ x: Node) throws(Failure) -> Node {
            try x.square().sum([rank], keepdims: false) + number(1e-12)
        }
        let cosine = try (a * b).sum([rank], keepdims: false) / (square(a) * square(b)).sqrt()
        guard broadcastShape(cosine.shape, t.shape) != nil else {
            throw .shape(
                operation: name, "\(cosine.shape.text) rows and \(t.shape.text) targets do not broadcast together")
        }
        let alike = try Node.select(t.equal(number(1)), number(1) - cosine, number(0))
        let apart = try Node.select(t.equal(number(-1)), (cosine - number(margin)).relu(), number(0))
        return try reduced(alike + apart, nil, reduction, name)
    }

    /// max(0, margin + d(anchor, positive) - d(anchor, negative)) with the norm of order p over the last axis. With
    /// `swaps` the distance of positive and negative counts where it is the smaller. Balntas et al. 2016.
    public static func tripletMargin(
        _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, eps: Double = 1e-6,
        swaps: Bool = false, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "triplet_margin_loss"
        guard margin > 0 else {
            throw .argument(operation: name, "a margin above 0 is expected, but found \(margin)")
        }
        func distance(_ a: Tensor, _ b: Tensor) throws(Failure) -> Node {
            let (x, y) = try pair(a, b, name)
            let difference = try x - y + Node.scalar(eps, like: x)
            guard !difference.shape.isEmpty else {
                throw .shape(operation: name, "inputs with one axis at least are expected, but they are scalars")
            }
            return try difference.norm(p, [difference.shape.count - 1], keepdims: false)
        }
        let near = try distance(anchor, positive)
        var far = try distance(anchor, negative)
        if swaps { far = try far.minimum(distance(positive, negative)) }
        guard broadcastShape(near.shape, far.shape) != nil else {
            throw .shape(
                operation: name,
                "distances of \(near.shape.text) and \(far.shape.text) do not broadcast together")
        }
        return try reduced((Node.scalar(margin, like: near) + near - far).relu(), nil, reduction, name)
    }
}
