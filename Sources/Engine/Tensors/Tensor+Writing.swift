import Steps

/// New tensors with parts replaced, or added to: rows by index, elements by flat index or mask, slices, diagonals.
extension Tensor {
    /// The elements at places of the flattened tensor, of the shape of `index`.
    public func take(_ index: Tensor) throws(Failure) -> Tensor {
        let x = try node()
        return try Tensor(result: IndexSelect(axis: 0).record([x.reshape([x.count]), index.node()]))
    }

    /// With the elements at places of the flattened tensor replaced by those of `source`, or with those added.
    public func put(_ index: Tensor, _ source: Tensor, accumulates: Bool) throws(Failure) -> Tensor {
        let (x, places, values) = (try node(), try index.node(), try source.node())
        guard values.count == places.count else {
            throw .shape(
                operation: "put",
                "as many values as places are expected, but the source is \(values.shape.text) and the index "
                    + places.shape.text)
        }
        let flat = try [
            x.reshape([x.count]), values.cast(x.dtype).reshape([places.count]), places.reshape([places.count]),
        ]
        return try Tensor(result: IndexPut(axis: 0, accumulates: accumulates).record(flat).reshape(x.shape))
    }

    /// With values at places along the first axes, an index tensor for each, which broadcast together; with
    /// `accumulates` added to what is there. The values broadcast to the places' shape and the axes behind them.
    public func putting(_ indices: [Tensor], _ values: Tensor, accumulates: Bool) throws(Failure) -> Tensor {
        let name = "index_put"
        let x = try node()
        guard !indices.isEmpty, indices.count <= x.shape.count else {
            throw .argument(
                operation: name,
                "1 to \(x.shape.count) index tensors are expected for a tensor of \(x.shape.text), but there are "
                    + "\(indices.count)")
        }
        let places = try Tensor.broadcast(indices).map { (index) throws(Failure) in
            try checkIndex(index.node().type, name)
            return try index.node().cast(.int64)
        }
        let (extents, rest) = (Array(x.shape.prefix(indices.count)), Array(x.shape.dropFirst(indices.count)))
        let place = try RavelIndex(extents: extents, axes: Array(extents.indices)).record(places)
        let target = place.shape + rest
        guard broadcastShape(values.shape, target) == target else {
            throw .shape(
                operation: name,
                "values that broadcast to \(target.text) are expected, but they are \(values.shape.text)")
        }
        let rows = try values.node().cast(x.dtype).broadcast(to: target)
        let flat = try x.reshape([extents.elementCount] + rest)
        return try Tensor(
            result: IndexPut(axis: 0, accumulates: accumulates).record([flat, rows, place]).reshape(x.shape))
    }

    /// With the rows along an axis that a vector of places names replaced by those of `source`, in order, or with those
    /// added. A source without axes serves for all rows.
    func puttingRows(_ axis: Int, _ index: Tensor, _ source: Tensor, accumulates: Bool, _ name: String)
        throws(Failure) -> Tensor
    {
        let (given, places) = (try node(), try index.node())
        let x = given.shape.isEmpty ? try given.reshape([1]) : given
        let place = try normalized(axis: axis, rank: x.shape.count, operation: name)
        let (rows, flat) = try fitted(source, to: x, place, places, name)
        let written = try IndexPut(axis: place, accumulates: accumulates).record([x, rows, flat])
        return try Tensor(result: written.reshape(given.shape))
    }

    /// The rows for places along an axis of `x`, and the places as a vector.
    private func fitted(_ source: Tensor, to x: Node, _ axis: Int, _ places: Node, _ name: String) throws(Failure) -> (
        rows: Node, places: Node
    ) {
        guard places.shape.count <= 1 else {
            throw .shape(operation: name, "the index must be a vector, but is \(places.shape.text)")
        }
        var shape = x.shape
        shape[axis] = places.count
        var rows = try source.node().cast(x.dtype)
        if rows.shape.isEmpty, shape != [1] {
            rows = try rows.broadcast(to: shape)
        } else if rows.count == 1, shape == [1] {
            rows = try rows.reshape([1])
        }
        guard rows.shape == shape else {
            throw .shape(
                operation: name,
                "the source must be \(shape.text), the tensor's shape with \(places.count) along axis \(axis), but is "
                    + rows.shape.text)
        }
        return (rows, try places.reshape([places.count]))
    }

    /// With the elements where a mask is true replaced by those of `source`, one after the other.
    public func maskedScatter(_ mask: Tensor, _ source: Tensor) throws(Failure) -> Tensor {
        let (x, given, values) = (try node(), try mask.node(), try source.node())
        guard given.dtype == .bool else {
            throw .dtype(operation: "masked_scatter", "the mask must be bool, but is \(given.dtype.name)")
        }
        guard let shape = broadcastShape(x.shape, given.shape) else {
            throw .shape(
                operation: "masked_scatter",
                "the mask \(given.shape.text) and the tensor \(x.shape.text) do not broadcast together")
        }
        let mask = try given.broadcast(to: shape).reshape([shape.elementCount])
        // Place 0 holds nothing, for the elements that stay.
        let numbered = try mask.cast(.int64).cumulativeSum(0)
        let places = try Node.select(mask, numbered, numbered.number(0))
        let listed = try Concatenate(axis: 0).record([
            Node.full([1], 0, x.dtype), values.cast(x.dtype).reshape([values.count]),
        ])
        let taken = try IndexSelect(axis: 0).record([listed, places]).reshape(shape)
        return try Tensor(result: Node.select(mask.reshape(shape), taken, x))
    }

    /// With a slice at one position along an axis replaced.
    public func selectScatter(_ source: Tensor, _ axis: Int, at position: Int) throws(Failure) -> Tensor {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "select_scatter")
        let extent = x.shape[place]
        guard (-extent..<extent).contains(position) else {
            throw .index(
                operation: "select_scatter",
                "position \(position) is out of range for axis \(place) of extent \(extent)")
        }
        let slice = AxisSlice(start: position < 0 ? position + extent : position, step: 1, count: 1)
        var shape = x.shape
        shape.remove(at: place)
        return try replacing(place, slice, by: source, of: shape, "select_scatter")
    }

    /// With self[start:stop:step] along one axis replaced.
    public func sliceScatter(_ source: Tensor, _ axis: Int, start: Int?, stop: Int?, step: Int) throws(Failure)
        -> Tensor
    {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "slice_scatter")
        guard step > 0 else {
            throw .argument(operation: "slice_scatter", "the step must be above 0, but is \(step)")
        }
        let slice = try AxisSlice(
            start: start, stop: stop, step: step, of: x.shape[place], operation: "slice_scatter")
        var shape = x.shape
        shape[place] = slice.count
        return try replacing(place, slice, by: source, of: shape, "slice_scatter")
    }

    private func replacing(_ axis: Int, _ slice: AxisSlice, by source: Tensor, of shape: Shape, _ name: String)
        throws(Failure) -> Tensor
    {
        let x = try node()
        let values = try checked(source, x, shape, name)
        var slices = x.shape.map { AxisSlice.whole($0) }
        slices[axis] = slice
        return try Tensor(result: x.assigning(slices, values.reshape(slices.map { $0.count })))
    }

    private func checked(_ source: Tensor, _ x: Node, _ shape: Shape, _ name: String) throws(Failure) -> Node {
        let values = try source.node()
        guard values.shape == shape else {
            throw .shape(operation: name, "a source of \(shape.text) is expected, but it is \(values.shape.text)")
        }
        return try values.cast(x.dtype)
    }

    /// With a diagonal of the matrices over two axes replaced; it is the last axis of the source.
    public func diagonalScatter(_ source: Tensor, _ offset: Int, _ a: Int, _ b: Int) throws(Failure) -> Tensor {
        let x = try node()
        let shown = try diagonal(offset, a, b)
        let values = try checked(source, x, shown.shape, "diagonal_scatter")
        let (rows, columns) = (a < 0 ? a + x.shape.count : a, b < 0 ? b + x.shape.count : b)
        let order = x.shape.indices.filter { $0 != rows && $0 != columns } + [rows, columns]
        let leading = order.dropLast(2).map { x.shape[$0] }
        let (height, width) = (x.shape[rows], x.shape[columns])
        let flat = try x.permute(order).reshape(leading + [height * width])
        let slices = leading.map { AxisSlice.whole($0) } + [Diagonal(height, width, offset).slice]
        let written = try flat.assigning(slices, values).reshape(order.map { x.shape[$0] })
        return try Tensor(result: written.permute(Permute(order: order).inverse.order))
    }
}
