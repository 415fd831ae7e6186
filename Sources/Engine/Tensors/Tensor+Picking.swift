/// Elements picked and written by index tensors along one axis.
extension Tensor {
    /// Rows along `axis`, picked by an integer tensor of any shape.
    public func select(_ axis: Int, _ index: Tensor) throws(Failure) -> Tensor {
        let x = try node()
        let place = try normalized(axis: axis, rank: max(x.shape.count, 1), operation: "index_select")
        if x.shape.isEmpty {
            // As in PyTorch, one element of a scalar is a scalar.
            let picked = try IndexSelect(axis: 0).record([x.reshape([1]), index.node()])
            return try Tensor(result: picked.count == 1 ? picked.reshape([]) : picked)
        }
        return try Tensor(result: IndexSelect(axis: place).record([x, index.node()]))
    }

    /// One element for each of `index` along an axis; along the others the two broadcast together.
    public func takeAlong(_ axis: Int, _ index: Tensor) throws(Failure) -> Tensor {
        let name = "take_along_axis"
        let (x, index) = (try node(), try index.node())
        let place = try normalized(axis: axis, rank: max(x.shape.count, 1), operation: name)
        try checkRank(index, x, name)
        if x.shape.isEmpty { return try Tensor(result: IndexSelect(axis: 0).record([x.reshape([1]), index])) }
        var (one, common) = (x.shape, index.shape)
        one[place] = 1
        common[place] = 1
        guard let joined = broadcastShape(one, common) else {
            throw .shape(
                operation: name,
                "x is \(x.shape.text) and the index \(index.shape.text): but for axis \(place) they must broadcast "
                    + "together"
            )
        }
        func spread(_ node: Node) throws(Failure) -> Node {
            var shape = joined
            shape[place] = node.shape[place]
            try checkShape(shape, node.dtype, operation: name)
            return try node.broadcast(to: shape)
        }
        return try Tensor(result: TakeAlongAxis(axis: place).record([spread(x), spread(index)]))
    }

    /// y[i][j][k] = self[i][index[i][j][k]][k] for axis 1: the index' shape, which is nowhere larger but along the
    /// axis.
    public func gather(_ axis: Int, _ index: Tensor) throws(Failure) -> Tensor {
        let (x, index) = (try node(), try index.node())
        let place = try normalized(axis: axis, rank: max(x.shape.count, 1), operation: "gather")
        if index.count == 0 {
            // As in PyTorch, an index without elements may have any shape.
            try checkIndex(index.type, "gather")
            return try Tensor(result: Node.full(index.shape, 0, x.dtype))
        }
        if x.shape.isEmpty, index.shape.count <= 1 {
            return try Tensor(result: IndexSelect(axis: 0).record([x.reshape([1]), index]))
        }
        let slices = try region(x, index, place, "gather")
        return try Tensor(result: TakeAlongAxis(axis: place).record([x.sliced(slices), index]))
    }

    /// self with self[i][index[i][j][k]][k] = source[i][j][k] for axis 1, or += with `accumulates`. The index is
    /// nowhere larger than self but along the axis, and nowhere larger than the source; a source of one element serves
    /// for all. Of two values for one place the last stays; sums are taken in order.
    public func scatter(_ axis: Int, _ index: Tensor, _ source: Tensor, accumulates: Bool) throws(Failure) -> Tensor {
        let name = accumulates ? "scatter_add" : "scatter"
        let (x, index) = (try node(), try index.node())
        let place = try normalized(axis: axis, rank: max(x.shape.count, 1), operation: name)
        let values = try source.node().cast(x.dtype)
        if x.shape.isEmpty, index.shape.isEmpty {
            guard values.count == 1 else {
                throw .shape(operation: name, "the source of a scalar's is \(values.shape.text)")
            }
            let put = IndexPut(axis: 0, accumulates: accumulates)
            return try Tensor(result: put.record([x.reshape([1]), values.reshape([]), index]).reshape([]))
        }
        let slices = try region(x, index, place, name)
        let rows: Node
        if values.shape.isEmpty {
            rows = try values.broadcast(to: index.shape)
        } else {
            guard values.shape.count == index.shape.count, zip(index.shape, values.shape).allSatisfy({ $0 <= $1 })
            else {
                throw .shape(
                    operation: name, "the index \(index.shape.text) is larger than the source \(values.shape.text)")
            }
            rows = try values.sliced(index.shape.map { AxisSlice.whole($0) })
        }
        let written = try ScatterAlongAxis(axis: place, accumulates: accumulates).record([
            x.sliced(slices), rows, index,
        ])
        return try Tensor(result: written.shape == x.shape ? written : x.assigning(slices, written))
    }

    /// The part of `x` that an index for scatter and gather reaches.
    func region(_ x: Node, _ index: Node, _ axis: Int, _ name: String) throws(Failure) -> [AxisSlice] {
        try checkRank(index, x, name)
        var slices = index.shape.map { AxisSlice.whole($0) }
        slices[axis] = .whole(x.shape[axis])
        guard zip(slices, x.shape).allSatisfy({ $0.count <= $1 }) else {
            throw .shape(
                operation: name,
                "the index \(index.shape.text) is larger than x \(x.shape.text) along another axis than \(axis)")
        }
        return slices
    }

    private func checkRank(_ index: Node, _ x: Node, _ name: String) throws(Failure) {
        guard index.shape.count == x.shape.count else {
            throw .shape(operation: name, "x has \(x.shape.count) axes, but the index has \(index.shape.count)")
        }
    }

    /// 1 where the label says and 0 elsewhere, along a new last axis. `classes`: nil for one more than the largest
    /// label, which is computed at once.
    public static func oneHot(_ labels: Tensor, classes: Int?, dtype: DType) throws(Failure) -> Tensor {
        let labels = try labels.node()
        guard labels.dtype.isInteger else {
            throw .dtype(operation: "one_hot", "labels must be integers, but are \(labels.dtype.name)")
        }
        let count: Int
        if let classes {
            guard classes > 0 else {
                throw .argument(operation: "one_hot", "at least one class is expected, but \(classes) were given")
            }
            count = classes
        } else {
            let label = try largest(labels, "one_hot", instead: "name the number of classes")
            guard label < Int.max else { throw .memory(operation: "one_hot", bytes: Int.max) }
            count = max(label, 0) + 1
        }
        return try Tensor(result: OneHot(classes: count, dtype: dtype).record([labels]))
    }

    /// The largest label, computed at once. `instead`: what to do inside a capture block.
    static func largest(_ labels: Node, _ operation: String, instead: String) throws(Failure) -> Int {
        guard labels.count > 0 else {
            throw .argument(operation: operation, "there are no labels to count the classes by; \(instead)")
        }
        guard ThreadState.current.capture == nil else {
            throw .state(
                operation: operation,
                "the largest label is not known inside a capture block, where nothing is computed yet; \(instead)")
        }
        let axes = Array(labels.shape.indices)
        return try Int(Tensor(labels.cast(.int64).extremum(axes, keepdims: false, isMaximum: true)).integerItem())
    }
}
