/// Equal parts of a node along an axis, whose gradients are put together at once. Of a slice the gradient is as large
/// as the whole, so many slices would cost the square of their number.
extension Node {
    func parts(_ axis: Int, _ count: Int) throws(Failure) -> [Node] {
        guard count > 1, requiresGrad, ThreadState.current.isGradEnabled else { return try cut(axis, count) }
        let values = try ThreadState.valuesByRule(of: [self]) { () throws(Failure) in try self.cut(axis, count) }
        return try CustomCall(rule: Parts(axis, count), values: values.map(Tensor.init)).apply(to: [self])
    }

    fileprivate func cut(_ axis: Int, _ count: Int) throws(Failure) -> [Node] {
        let width = shape[axis] / count
        var parts: [Node] = []
        for place in 0..<count { parts.append(try part(axis, place * width, width)) }
        return parts
    }
}

private final class Parts: DerivativeRule {
    private let axis: Int
    private let count: Int
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ axis: Int, _ count: Int) { (self.axis, self.count) = (axis, count) }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        guard cotangents.contains(where: { $0 != nil }) else { return [nil] }
        var parts: [Node] = []
        for (cotangent, output) in zip(cotangents, outputs) {
            parts.append(try (cotangent?.stored).orZeros(like: output.stored).broadcast(to: output.stored.shape))
        }
        return [Tensor(try Concatenate(axis: axis).record(parts))]
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        guard let tangent = tangents[0]?.stored else { return outputs.map { _ in nil } }
        return try tangent.cut(axis, count).map(Tensor.init)
    }
}
