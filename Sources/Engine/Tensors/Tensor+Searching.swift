/// Elements found among others, as functions of tensors.
extension Tensor {
    /// For each value how many elements of its sorted row are below it; right: or equal to it. One row for all values,
    /// or one for each row of them. `order`: the places in order of rows that are not sorted.
    public func searchSorted(_ values: Tensor, right: Bool = false, order: Tensor? = nil, _ name: String)
        throws(Failure) -> Tensor
    {
        var (rows, values) = (try node(), try values.node())
        guard !rows.shape.isEmpty else {
            throw .shape(operation: name, "sorted rows are expected, but a scalar was given")
        }
        if let order = try order?.node() {
            guard order.shape == rows.shape else {
                throw .shape(
                    operation: name,
                    "sorter must be of the sorted sequence's shape \(rows.shape.text), but is \(order.shape.text)")
            }
            rows = try TakeAlongAxis(axis: rows.shape.count - 1).record([rows, order])
        }
        guard rows.shape.count == 1 || rows.shape.dropLast() == values.shape.dropLast() else {
            throw .shape(
                operation: name,
                "one sorted row, or one for each row of values is expected, but shapes are \(rows.shape.text) and "
                    + "\(values.shape.text)"
            )
        }
        return try Tensor(result: rows.countBelow(values, right: right))
    }

    /// Whether each element is among those of `others`.
    public func isIn(_ others: Tensor) throws(Failure) -> Tensor {
        let dtype = resultType(of: [self, others])
        let (x, set) = (try node().cast(dtype), try others.node().cast(dtype))
        guard set.count > 0 else { return try Tensor(result: Node.full(x.shape, 0, .bool)) }
        let flat = try set.reshape([set.count])
        let order = try ArgSort(axis: 0, isDescending: false).record([flat])
        let sorted = try IndexSelect(axis: 0).record([flat, order])
        let places = try sorted.countBelow(x, right: false)
        let last = try Node.scalar(Double(set.count - 1), like: places)
        return try Tensor(result: IndexSelect(axis: 0).record([sorted, places.minimum(last)]).equal(x))
    }

    /// The first of each run of equal elements, of the flattened tensor, or of equal slices along an axis; for each
    /// element or slice the number of its run, and how long runs are. How many there are is known only when the
    /// elements are, so this computes at once. NaN differs from NaN.
    public func uniqueConsecutive(_ axis: Int? = nil) throws(Failure) -> (
        values: Tensor, inverse: Tensor, counts: Tensor
    ) {
        let name = "unique_consecutive"
        guard ThreadState.current.capture == nil else {
            throw .state(operation: name, "how many runs there are is not known inside a capture block")
        }
        var (x, place) = (try node(), 0)
        if let axis {
            place = try normalized(axis: axis, rank: x.shape.count, operation: name)
        } else {
            x = try x.reshape([x.count])
        }
        let n = x.shape[place]
        // [n, width]: what is compared
        let width = x.shape.enumerated().reduce(1) { $1.offset == place ? $0 : $0 * $1.element }
        let rows = try x.permute([place] + x.shape.indices.filter { $0 != place }).reshape([n, width])
        let differs = try rows.part(0, 1, max(n - 1, 0)).notEqual(rows.part(0, 0, max(n - 1, 0)))
        let isFirst = try Concatenate(axis: 0).record([
            Node.full([min(n, 1)], 1, .bool), differs.any([1], keepdims: false),
        ])
        let firsts = try isFirst.truePositions()
        let one = try Node.scalar(1, like: firsts)
        let ends = try Concatenate(axis: 0).record([firsts, Node.full([1], Double(n), .int64)])
        let runs = try isFirst.cast(.int64).cumulativeSum(0) - one
        return (
            try Tensor(result: IndexSelect(axis: place).record([x, firsts])),
            try Tensor(result: axis == nil ? runs.reshape(shape) : runs), try Tensor(result: ends.difference(0))
        )
    }
}

extension Node {
    /// How many elements of each sorted row [n], or [..., n], are below the values [..., k]; right: or equal to them.
    /// All are below NaN.
    func countBelow(_ values: Node, right: Bool) throws(Failure) -> Node {
        let (n, isShared) = (shape[shape.count - 1], shape.count == 1)
        let dtype = Node.common(self, values)
        let wanted = isShared ? try values.reshape([values.count]) : values
        let below: Node
        if dtype == .int64 {
            below = try cast(dtype).countBelowExactly(wanted.cast(dtype), right: right)
        } else {
            let (edges, numbers) = (try cast(.float64).detached(), try wanted.cast(.float64).detached())
            if right {
                below = try CountBelow().record([edges, numbers])
            } else {
                // What is not below a value is not above it in the row that is turned round.
                let last = shape.count - 1
                let turned = try Slice(axis: last, start: max(n - 1, 0), step: -1, count: n).record([-edges])
                let count = try CountBelow().record([turned, -numbers])
                below = try Node.scalar(Double(n), like: count) - count
            }
        }
        let all = try Node.scalar(Double(n), like: below)
        return try Node.select(wanted.isNaN(), all, below).reshape(values.shape)
    }

    /// The same by sorting both together, for whole numbers that float64 does not hold. Stable: of equal elements those
    /// in front come first.
    private func countBelowExactly(_ values: Node, right: Bool) throws(Failure) -> Node {
        let last = shape.count - 1
        let (n, k) = (shape[last], values.shape[last])
        func ranks(_ x: Node) throws(Failure) -> Node {
            let sort = ArgSort(axis: last, isDescending: false)
            return try sort.record([sort.record([x])])
        }
        let both = try Concatenate(axis: last).record(right ? [self, values] : [values, self])
        return try ranks(both).part(last, right ? n : 0, k) - ranks(values)
    }
}
