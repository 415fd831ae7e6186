/// How many elements are where, as functions of tensors.
extension Tensor {
    /// How many elements are in each of `bins` parts of equal width from `low` to `high`; where those are equal, from
    /// the smallest to the largest element. An element at `high` is in the last part, one outside in none.
    public func histogram(_ bins: Int, _ low: Double, _ high: Double) throws(Failure) -> Tensor {
        let given = try flatFloats("histc")
        let x = try given.wide()
        let edges = try x.edges(bins, low, high, "histc")
        return try Tensor(result: x.counted(edges.places, bins, nil).narrow(like: given))
    }

    /// The same, as numbers or densities, with the edges of the parts.
    public func histogram(
        _ bins: Int, range: (low: Double, high: Double)?, weights: Tensor? = nil, density: Bool = false
    ) throws(Failure) -> (counts: Tensor, edges: Tensor) {
        let x = try flatFloats("histogram")
        let (low, high) = (range?.low ?? 0, range?.high ?? 0)
        let found = try x.edges(bins, low, high, "histogram", apart: 0.5)
        let steps = try Arange(start: 0, step: 1, count: bins + 1, dtype: x.dtype).record([])
        let weight = try steps / Node.scalar(Double(bins), like: x)
        let edges = try found.low.lerp(found.high, weight)
        return (
            try Tensor(result: x.histogram(found.places, edges, weights, density: density)), try Tensor(result: edges)
        )
    }

    /// The same for parts with edges in ascending order.
    public func histogram(edges: Tensor, weights: Tensor? = nil, density: Bool = false) throws(Failure) -> Tensor {
        let x = try flatFloats("histogram")
        let edges = try edges.node()
        guard edges.shape.count == 1, edges.count >= 2 else {
            throw .shape(
                operation: "histogram", "two edges at least are expected, a vector, but found \(edges.shape.text)")
        }
        let bins = edges.count - 1
        // The last edge belongs to the last part.
        let above = try edges.countBelow(x, right: true)
        let isLast = try x.equal(edges.part(0, bins, 1))
        let places = try Node.select(isLast, Node.scalar(Double(bins), like: above), above)
        let one = try Node.scalar(1, like: places)
        return try Tensor(result: x.histogram(places - one, edges.cast(x.dtype), weights, density: density))
    }

    private func flatFloats(_ name: String) throws(Failure) -> Node {
        let x = try node()
        guard x.dtype.isFloat else {
            throw .dtype(
                operation: name, "a floating dtype is expected, but \(x.dtype.name) was given; cast it first")
        }
        return try x.reshape([x.count]).detached()
    }

    /// How often each whole number from 0 occurs in a vector; or the sums of the weights of its places. As many as the
    /// largest of them asks for, which is computed at once, and `least` at least.
    public func bincount(_ weights: Tensor? = nil, least: Int = 0) throws(Failure) -> Tensor {
        let labels = try node()
        guard labels.dtype.isInteger else {
            throw .dtype(operation: "bincount", "integers are expected, but \(labels.dtype.name) was given")
        }
        guard labels.shape.count == 1 else {
            throw .shape(operation: "bincount", "a vector is expected, but the shape is \(labels.shape.text)")
        }
        guard least >= 0 else {
            throw .argument(operation: "bincount", "minlength must not be negative, but is \(least)")
        }
        var values = try Node.full(labels.shape, 1, .int64)
        if let weights {
            values = try weights.node()
            guard values.shape == labels.shape else {
                throw .shape(
                    operation: "bincount",
                    "weights of the input's shape \(labels.shape.text) are expected, but found \(values.shape.text)")
            }
            // As PyTorch's: sums of whole numbers are float64.
            values = values.dtype.isFloat ? values : try values.cast(.float64)
        }
        var bins = least
        if labels.count > 0 {
            let largest = try Tensor.largest(labels, "bincount", instead: "use scatter_add there")
            let smallest = try Tensor(labels.extremum([0], keepdims: false, isMaximum: false)).integerItem()
            guard smallest >= 0 else {
                throw .argument(operation: "bincount", "no number may be negative, but \(smallest) was found")
            }
            guard largest < Int.max else { throw .memory(operation: "bincount", bytes: Int.max) }
            bins = max(bins, largest + 1)
        }
        try checkShape([bins], values.dtype, operation: "bincount")
        let zeros = try Node.full([bins], 0, values.dtype)
        return try Tensor(result: IndexPut(axis: 0, accumulates: true).record([zeros, values, labels]))
    }
}

extension Node {
    /// The bounds of a histogram, and the part that each element is in, -1 for none. `apart`: how far the bounds are
    /// from one number that all elements are.
    fileprivate func edges(
        _ bins: Int, _ low: Double, _ high: Double, _ name: String, apart: Double = 1
    ) throws(Failure) -> (low: Node, high: Node, places: Node) {
        guard bins > 0 else { throw .argument(operation: name, "a bin at least is expected, but found \(bins)") }
        guard low.isFinite, high.isFinite, low <= high else {
            throw .argument(
                operation: name, "finite bounds in ascending order are expected, but found \(low) and \(high)")
        }
        try checkShape([bins], .float64, operation: name)
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        var (first, last) = (try number(low), try number(high))
        if low == high {
            if count > 0 {
                first = try extremum([0], keepdims: false, isMaximum: false)
                last = try extremum([0], keepdims: false, isMaximum: true)
                let isPoint = try first.equal(last)
                let one = try number(apart)
                (first, last) = (
                    try Node.select(isPoint, first - one, first), try Node.select(isPoint, last + one, last)
                )
            } else {
                last = try first + number(1)
            }
        }
        let isInside = try greaterEqual(first).logicalAnd(lessEqual(last))
        let share = try (self - first) / (last - first) * number(Double(bins))
        let place = try share.floor().minimum(number(Double(bins - 1)))
        return (first, last, try Node.select(isInside, place, number(-1)).cast(.int64))
    }

    /// Ones (or weights) summed by place, where that is at least 0 and below `bins`.
    fileprivate func counted(_ places: Node, _ bins: Int, _ weights: Node?) throws(Failure) -> Node {
        let zero = try Node.scalar(0, like: places)
        let isInside = try places.greaterEqual(zero).logicalAnd(places.less(Node.scalar(Double(bins), like: places)))
        var one = try Node.full(shape, 1, dtype)
        if let weights { one = weights }
        let values = try Node.select(isInside, one, Node.scalar(0, like: one))
        return try IndexPut(axis: 0, accumulates: true).record([
            Node.full([bins], 0, values.dtype), values, Node.select(isInside, places, zero),
        ])
    }

    fileprivate func histogram(_ places: Node, _ edges: Node, _ weights: Tensor?, density: Bool) throws(Failure) -> Node
    {
        let bins = edges.count - 1
        var weight: Node?
        if let weights {
            let given = try weights.node()
            guard given.count == count else {
                throw .shape(
                    operation: "histogram",
                    "a weight for each of \(count.counted("element")) is expected, but found \(given.shape.text)")
            }
            weight = try given.reshape([count]).cast(dtype)
        }
        let counts = try counted(places, bins, weight)
        guard density else { return counts }
        return try counts / (counts.sum([0], keepdims: false) * edges.difference(0))
    }
}
