/// An axis of a batch [batch, before..., n, after...] along which each example has an index [batch, picked...] of its
/// own: batch and axis become one, in front.
struct BatchedAxis {
    private let shape: Shape
    private let axis: Int
    /// How many axes an example's index has.
    private let picked: Int

    init(_ shape: Shape, _ axis: Int, _ index: Shape) {
        (self.shape, self.axis, picked) = (shape, axis, index.count - 1)
    }

    /// [batch, before..., n, after...] -> [batch n, before..., after...]
    func merge(_ x: Node) throws(Failure) -> Node {
        let moved = try x.permute([0, axis] + (1..<axis) + ((axis + 1)..<shape.count))
        return try moved.reshape([shape[0] * shape[axis]] + moved.shape.dropFirst(2))
    }

    /// The way back.
    func split(_ merged: Node) throws(Failure) -> Node {
        let apart = try merged.reshape([shape[0], shape[axis]] + merged.shape.dropFirst())
        return try apart.permute([0] + (2..<(axis + 1)) + [1] + ((axis + 1)..<shape.count))
    }

    /// The index as one of the merged axis.
    func places(_ index: Node, _ namedAxis: Int) throws(Failure) -> Node {
        let examples = try Arange(start: 0, step: 1, count: shape[0], dtype: .int64).record([])
        let column = try examples.reshape([shape[0]] + [Int](repeating: 1, count: picked)).broadcast(to: index.shape)
        return try RavelIndex(extents: [shape[0], shape[axis]], axes: [0, namedAxis]).record([column, index])
    }

    /// [batch, before..., picked..., after...] -> [batch, picked..., before..., after...]
    func gather(_ rows: Node) throws(Failure) -> Node {
        let rest = axis + picked
        return try rows.permute([0] + (axis..<rest) + (1..<axis) + (rest..<rows.shape.count))
    }

    /// The way back.
    func spread(_ rows: Node) throws(Failure) -> Node {
        let rest = axis + picked
        return try rows.permute([0] + ((picked + 1)..<rest) + (1..<(picked + 1)) + (rest..<rows.shape.count))
    }
}
