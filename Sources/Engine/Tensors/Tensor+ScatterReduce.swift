import Steps

/// Elements of a source reduced into the places that an index names along an axis.
extension Tensor {
    public enum Scattering: String, CaseIterable { case sum, prod, mean, amax, amin }

    /// self with place [i][index[i][j][k]][k], for axis 1, reduced with each source[i][j][k] that goes there;
    /// `includesSelf`: and with what was there. Extents are as for `scatter`.
    public func scatterReduce(
        _ axis: Int, _ index: Tensor, _ source: Tensor, _ kind: Scattering, includesSelf: Bool,
        _ name: String = "scatter_reduce"
    ) throws(Failure) -> Tensor {
        let (given, places, values) = (try node(), try index.node(), try source.node().cast(dtype))
        if given.shape.isEmpty, places.shape.isEmpty, values.count == 1 {
            let row = try reshape([1]).scatterReduce(
                0, index.reshape([1]), source.reshape([1]), kind, includesSelf: includesSelf, name)
            return try row.reshape([])
        }
        let place = try normalized(axis: axis, rank: given.shape.count, operation: name)
        let slices = try region(given, places, place, name)
        guard values.shape.count == places.shape.count, zip(places.shape, values.shape).allSatisfy({ $0 <= $1 }) else {
            throw .shape(
                operation: name, "the index \(places.shape.text) is larger than the source \(values.shape.text)")
        }
        let rows = try values.sliced(places.shape.map { AxisSlice.whole($0) })
        let scattering = Scattered(
            x: try given.sliced(slices), rows: rows, index: places, axis: place, includesSelf: includesSelf)
        let written = try scattering.reduced(kind)
        return try Tensor(result: written.shape == given.shape ? written : given.assigning(slices, written))
    }

    /// The same with a vector of places for whole rows of the source.
    public func indexReduce(_ axis: Int, _ index: Tensor, _ source: Tensor, _ kind: Scattering, includesSelf: Bool)
        throws(Failure) -> Tensor
    {
        let name = "index_reduce"
        if shape.isEmpty, source.shape.isEmpty, index.count == 1 {
            let row = try reshape([1]).indexReduce(
                axis, index, source.reshape([1]), kind, includesSelf: includesSelf)
            return try row.reshape([])
        }
        let place = try normalized(axis: axis, rank: shape.count, operation: name)
        var wanted = shape
        wanted[place] = index.count
        guard index.shape.count <= 1, source.shape == wanted else {
            throw .shape(
                operation: name,
                "a vector of places and a source of \(wanted.text) are expected, but found \(index.shape.text) and "
                    + source.shape.text)
        }
        let aligned = wanted.indices.map { $0 == place ? index.count : 1 }
        let places = try index.reshape(aligned).broadcast(to: wanted)
        return try scatterReduce(place, places, source, kind, includesSelf: includesSelf, name)
    }
}

/// x [.., n, ..], and rows and index [.., m, ..].
private struct Scattered {
    let x: Node
    let rows: Node
    let index: Node
    let axis: Int
    let includesSelf: Bool

    func reduced(_ kind: Tensor.Scattering) throws(Failure) -> Node {
        switch kind {
        case .sum: return try sum()
        case .mean: return try mean()
        case .prod: return try product()
        case .amax, .amin: return try extremum(isMaximum: kind == .amax)
        }
    }

    private func put(_ base: Node, _ values: Node, accumulates: Bool) throws(Failure) -> Node {
        try ScatterAlongAxis(axis: axis, accumulates: accumulates).record([base, values, index])
    }

    private func full(_ value: Double, like node: Node, _ dtype: DType) throws(Failure) -> Node {
        try Node.full(node.shape, value, dtype)
    }

    /// How many of the rows go to each place.
    private func counts() throws(Failure) -> Node {
        try put(full(0, like: x, .int64), full(1, like: rows, .int64), accumulates: true)
    }

    private func sum() throws(Failure) -> Node {
        let base = try includesSelf ? x : put(x, full(0, like: rows, x.dtype), accumulates: false)
        return try put(base, rows, accumulates: true)
    }

    private func mean() throws(Failure) -> Node {
        let counts = try counts()
        let number = try includesSelf ? counts + counts.number(1) : counts.maximum(counts.number(1))
        let sum = try sum()
        return try sum.dtype.isFloat ? sum / number.cast(sum.dtype) : sum.floorDivide(number).cast(sum.dtype)
    }

    /// What goes to each place beside all others, [.., n, m, ..], with `other` where a row goes elsewhere.
    private func spread(_ other: Node) throws(Failure) -> Node {
        let n = x.shape[axis]
        func apart(_ node: Node) throws(Failure) -> Node {
            var shape = node.shape
            shape.insert(1, at: axis)
            return try node.reshape(shape)
        }
        let places = try Node.select(index.less(index.number(0)), index.cast(.int64) + index.number(Double(n)), index)
        let counted = try Arange(start: 0, step: 1, count: n, dtype: .int64).record([])
        let aligned = [Int](repeating: 1, count: axis) + [n] + [Int](repeating: 1, count: x.shape.count - axis)
        return try Node.select(apart(places).equal(counted.reshape(aligned)), apart(rows), other)
    }

    private func product() throws(Failure) -> Node {
        let factors = try spread(rows.number(1)).product([axis + 1], keepdims: false).cast(x.dtype)
        let all = try includesSelf ? factors * x : factors
        return try Node.select(counts().greater(Node.scalar(0, like: counts())), all, x)
    }

    /// Those that are equal to the extremum share its derivative.
    private func extremum(isMaximum: Bool) throws(Failure) -> Node {
        let (x, detached) = (
            x,
            try Scattered(
                x: x.detached(), rows: rows.detached(), index: index, axis: axis, includesSelf: includesSelf)
        )
        let counts = try counts()
        let isTouched = try counts.greater(counts.number(0))
        if rows.shape[axis] == 0 { return x }
        let base = try includesSelf ? detached.x : put(detached.x, detached.rows, accumulates: false)
        var shape = base.shape
        shape.insert(1, at: axis + 1)
        var value = try detached.spread(base.reshape(shape)).extremum([axis + 1], keepdims: false, isMaximum: isMaximum)
        // Where all rows go to one place, nothing of the base has been among them.
        if includesSelf { value = isMaximum ? try value.maximum(base) : try value.minimum(base) }
        guard x.requiresGrad || rows.requiresGrad else { return try Node.select(isTouched, value, x) }

        let zero = try x.number(0)
        let isRow = try rows.equal(TakeAlongAxis(axis: axis).record([value, index]))
        let isOwn = try includesSelf ? x.equal(value) : Node.full(x.shape, 0, .bool)
        let number = try put(isOwn.cast(x.dtype), isRow.cast(x.dtype), accumulates: true)
        let mean = try put(Node.select(isOwn, x, zero), Node.select(isRow, rows, zero), accumulates: true) / number
        // The mean of equal numbers may be rounded, and its difference to itself is not there where it is infinite.
        let exact = try Node.select(value.isFinite(), value + (mean - mean.detached()), mean)
        return try Node.select(isTouched, exact, x)
    }
}
