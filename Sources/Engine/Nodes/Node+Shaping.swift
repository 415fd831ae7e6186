import Steps

/// The same elements under another shape.
extension Node {
    func reshape(_ shape: Shape) throws(Failure) -> Node {
        self.shape == shape ? self : try Reshape(shape: shape).record([self])
    }

    func permute(_ order: [Int]) throws(Failure) -> Node {
        order == Array(shape.indices) ? self : try Permute(order: order).record([self])
    }

    func broadcast(to shape: Shape) throws(Failure) -> Node {
        if self.shape == shape { return self }
        let operation = BroadcastTo(shape: shape)
        if let value = fillValue { return try Node.full(operation.infer([type]).shape, value, dtype) }
        return try operation.record([self])
    }

    /// Undoes broadcasting: sums over the axes that `shape` lacks or has with extent 1.
    func summed(to target: Shape) throws(Failure) -> Node {
        if shape == target { return self }
        let extra = shape.count - target.count
        let axes = shape.indices.filter { $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1) }
        return try Sum(axes: axes).record([self]).reshape(target)
    }
}
