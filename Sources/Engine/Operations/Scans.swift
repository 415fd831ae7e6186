import Steps

/// Cumulative operations along an axis.

/// y[k] = x[0] + ... + x[k], or from the end.
struct CumulativeSum: AlongAxis, Linear {
    var axis: Int
    var isReversed = false
    var name: String { "cumsum" }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(isReversed)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try CumulativeSum(axis: axis, isReversed: !isReversed).record([cotangent])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try record([tangent]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let type = lowering.type(index)
        let x = lowering.dense(lowering.inputs(index)[0])
        lowering.push(
            name,
            .cumulativeSum(
                CumulativeSumStep(
                    dtype: type.dtype, layout: AxisLayout(type.shape, axis), isReversed: isReversed, source: x,
                    result: lowering.output(of: index))))
    }
}

/// y[k] = a[k] y[k - 1] + b[k], where y before the first is 0; or from the end, with k + 1. Cumulative products are
/// made of it: its derivatives are recurrences again, which need no quotient, so that zeros do no harm.
struct LinearRecurrence: AlongAxis {
    var axis: Int
    var isReversed = false
    var name: String { "linear_recurrence" }
    var keeps: Keeps { [.inputs, .output] }

    func encode(into key: inout KeyBuilder) {
        key.append(axis)
        key.append(isReversed)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }

    /// What comes before each element, and 0 before the first.
    private func previous(_ x: Node) throws(Failure) -> Node { try x.shifted(along: axis, by: isReversed ? -1 : 1) }

    /// The cotangents of b follow the recurrence the other way: s[k] = c[k] + a[k + 1] s[k + 1].
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let next = try node.inputs[0].shifted(along: axis, by: isReversed ? 1 : -1)
        let share = try LinearRecurrence(axis: axis, isReversed: !isReversed).record([next, cotangent])
        return [wanted.needs(node.inputs[0]) ? try share * previous(node) : nil, share]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        var source = tangents[1]
        if let tangent = tangents[0] {
            let change = try tangent * previous(node)
            if let known = source { source = try known + change } else { source = change }
        }
        return try source.map { (source) throws(Failure) in try record([node.inputs[0], source]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let type = lowering.type(index)
        let inputs = lowering.inputs(index)
        let (a, b) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        lowering.push(
            name,
            .linearRecurrence(
                LinearRecurrenceStep(
                    dtype: type.dtype, layout: AxisLayout(type.shape, axis), isReversed: isReversed, a: a, b: b,
                    result: lowering.output(of: index))))
    }
}

extension Node {
    /// Moved along `axis` by `places`, 1 or -1; zeros come in.
    fileprivate func shifted(along axis: Int, by places: Int) throws(Failure) -> Node {
        let extent = shape[axis]
        if extent == 0 { return self }
        var edge = shape
        edge[axis] = 1
        let zeros = try Node.full(edge, 0, dtype)
        let kept = try Slice(axis: axis, start: places > 0 || extent == 1 ? 0 : 1, step: 1, count: extent - 1).record([
            self
        ])
        return try Concatenate(axis: axis).record(places > 0 ? [zeros, kept] : [kept, zeros])
    }

    func cumulativeSum(_ axis: Int) throws(Failure) -> Node {
        try CumulativeSum(axis: axis).record([dtype.isFloat || dtype == .int64 ? self : cast(.int64)])
    }

    /// The recurrence y[k] = x[k] y[k - 1], which begins with y[0] = x[0].
    func cumulativeProduct(_ axis: Int) throws(Failure) -> Node {
        let x = try dtype.isFloat || dtype == .int64 ? self : cast(.int64)
        let extent = shape[axis]
        if extent == 0 { return x }
        var (edge, rest) = (shape, shape)
        (edge[axis], rest[axis]) = (1, extent - 1)
        let first = try Slice(axis: axis, start: 0, step: 1, count: 1).record([x])
        let others = try Slice(axis: axis, start: extent > 1 ? 1 : 0, step: 1, count: extent - 1).record([x])
        let factors = try Concatenate(axis: axis).record([Node.full(edge, 0, x.dtype), others])
        let starts = try Concatenate(axis: axis).record([first, Node.full(rest, 0, x.dtype)])
        return try LinearRecurrence(axis: axis).record([factors, starts])
    }
}
