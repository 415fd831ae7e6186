/// Cumulative functions, differences and integrals along an axis, as functions of tensors.
extension Tensor {
    /// The largest (smallest) element up to each along an axis, and its place, the last of equal ones.
    public func cumulativeExtreme(_ axis: Int, isMaximum: Bool) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let name = isMaximum ? "cummax" : "cummin"
        let (values, places) = try along(axis, name) { (x, place) throws(Failure) -> (Node, Node) in
            let places = try x.cumulativeExtremePlaces(place, isMaximum: isMaximum)
            return (try TakeAlongAxis(axis: place).record([x, places]), places)
        }
        return (try Tensor(result: values.reshape(shape)), try Tensor(result: places.reshape(shape)))
    }

    public func logCumulativeSumExp(_ axis: Int) throws(Failure) -> Tensor {
        let y = try along(axis, "logcumsumexp") { (x, place) throws(Failure) in try x.logCumulativeSumExp(place) }
        return try Tensor(result: y.reshape(shape))
    }

    /// Differences of neighbours along an axis, `order` times over, with more elements before and after.
    public func difference(_ order: Int = 1, _ axis: Int = -1, before: Tensor? = nil, after: Tensor? = nil)
        throws(Failure) -> Tensor
    {
        guard order >= 0 else {
            throw .argument(operation: "diff", "n must not be negative, but is \(order)")
        }
        var x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "diff")
        if order == 0 { return try Tensor(result: Identity().record([x])) }
        let parts = try [before, self, after].compactMap { $0 }.map { (part) throws(Failure) in try part.node() }
        if parts.count > 1 {
            for part in parts {
                var expected = x.shape
                if part.shape.count == expected.count { expected[place] = part.shape[place] }
                guard part.shape == expected else {
                    throw .shape(
                        operation: "diff",
                        "prepend and append must be of the input's shape \(x.shape.text) but for axis \(place), but "
                            + "\(part.shape.text) was found"
                    )
                }
            }
            let dtype = resultType(parts.map { $0.type })
            x = try Concatenate(axis: place).record(parts.map { (part) throws(Failure) in try part.cast(dtype) })
        }
        guard order < x.shape[place] else { return try Tensor(result: x.part(place, 0, 0)) }
        for _ in 0..<order { x = try x.difference(place) }
        return try Tensor(result: x)
    }

    /// The integral along an axis by the trapezoidal rule, at places `x` or at a distance of `dx`; cumulative: up to
    /// each element but the first.
    public func trapezoid(_ x: Tensor? = nil, dx: Double = 1, _ axis: Int = -1, cumulative: Bool = false)
        throws(Failure) -> Tensor
    {
        let name = cumulative ? "cumulative_trapezoid" : "trapezoid"
        let y = try node().asFloat()
        let place = try normalized(axis: axis, rank: y.shape.count, operation: name)
        let count = max(y.shape[place] - 1, 0)
        let sums = try y.part(place, 0, count) + y.part(place, 1, count)
        let areas: Node
        if let x {
            let widths = try x.node().coordinates(of: y, place, name).difference(place)
            guard let common = broadcastShape(sums.shape, widths.shape), common.count == sums.shape.count else {
                throw .shape(operation: name, "y \(y.shape.text) and x \(x.shape.text) do not broadcast together")
            }
            areas = try sums * widths * Node.scalar(0.5, like: sums)
        } else {
            areas = try sums * Node.scalar(dx / 2, like: sums)
        }
        return try Tensor(result: cumulative ? areas.cumulativeSum(place) : areas.sum([place], keepdims: false))
    }

    /// The derivative along each axis at places that are `spacing` apart, or at given ones: of second order inside, of
    /// order `edgeOrder` at both ends.
    public func gradient(_ axes: [Int]?, spacing: [Double], coordinates: [Tensor] = [], edgeOrder: Int = 1)
        throws(Failure) -> [Tensor]
    {
        let y = try node().asFloat()
        let rank = y.shape.count
        let places = try (axes ?? Array(0..<rank)).map { (axis) throws(Failure) in
            try normalized(axis: axis, rank: rank, operation: "gradient")
        }
        guard Set(places).count == places.count else {
            throw .argument(operation: "gradient", "an axis is named twice: \((axes ?? []).text)")
        }
        let given = coordinates.isEmpty ? spacing.count : coordinates.count
        guard given == places.count || coordinates.isEmpty && given == 1 else {
            throw .argument(
                operation: "gradient",
                "a spacing for each axis is expected, of which there are \(places.count), but \(given) were given")
        }
        guard edgeOrder == 1 || edgeOrder == 2 else {
            throw .argument(operation: "gradient", "edge_order 1 or 2 is expected, but found \(edgeOrder)")
        }
        var results: [Tensor] = []
        for (number, place) in places.enumerated() {
            guard y.shape[place] > edgeOrder else {
                throw .shape(
                    operation: "gradient",
                    "\(edgeOrder + 1) elements at least are expected along axis \(place), but the shape is "
                        + "\(y.shape.text)"
                )
            }
            let widths: Node
            if coordinates.isEmpty {
                widths = try Node.scalar(spacing.count == 1 ? spacing[0] : spacing[number], like: y)
            } else {
                let x = try coordinates[number].node()
                guard x.shape == [y.shape[place]] else {
                    throw .shape(
                        operation: "gradient",
                        "coordinates [\(y.shape[place])] are expected for axis \(place), but \(x.shape.text) was found")
                }
                widths = try x.coordinates(of: y, place, "gradient").difference(place)
            }
            results.append(try Tensor(result: y.slope(place, widths, edgeOrder: edgeOrder)))
        }
        return results
    }
}

extension Node {
    /// Places along an axis of `y`, in floats: a vector, or as many axes as that has or fewer.
    fileprivate func coordinates(of y: Node, _ axis: Int, _ name: String) throws(Failure) -> Node {
        let rank = y.shape.count
        guard shape.count <= rank, !shape.isEmpty else {
            throw .shape(operation: name, "x has \(shape.count) axes, but y has \(rank): \(y.shape.text)")
        }
        let isVector = shape.count == 1
        let own = isVector ? shape + [Int](repeating: 1, count: rank - axis - 1) : shape
        let aligned = [Int](repeating: 1, count: rank - own.count) + own
        guard aligned[axis] == y.shape[axis] else {
            throw .shape(
                operation: name,
                "x must have \(y.shape[axis].counted("element")) along axis \(axis), as y \(y.shape.text), but is "
                    + shape.text
            )
        }
        return try reshape(aligned).cast(dtype.isFloat ? dtype : y.dtype)
    }

    /// `widths`: one distance for all neighbours, or one for each two.
    fileprivate func slope(_ axis: Int, _ widths: Node, edgeOrder: Int) throws(Failure) -> Node {
        let n = shape[axis]
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        func width(_ start: Int, _ count: Int) throws(Failure) -> Node {
            widths.shape.isEmpty ? widths : try widths.part(axis, start, count)
        }
        /// The slope at the first of three places, or the last, from the two differences next to it, the nearer first.
        func edge(_ near: Int, _ far: Int) throws(Failure) -> Node {
            let first = try difference(axis).part(axis, near, 1) / width(near, 1)
            if edgeOrder == 1 { return first }
            let second = try difference(axis).part(axis, far, 1) / width(far, 1)
            let share = try width(near, 1) / (width(near, 1) + width(far, 1))
            return try first + (first - second) * share
        }
        let count = n - 2
        let (left, right) = (try width(0, count), try width(1, count))
        let slopes = try difference(axis) / widths
        let weight = try left / (left + right)
        // The nearer of the two neighbours weighs more: exact for parabolas.
        let inner =
            try slopes.part(axis, 0, count) * (number(1) - weight) + slopes.part(axis, 1, count) * weight
        return try Concatenate(axis: axis).record([edge(0, 1), inner, edge(n - 2, n - 3)])
    }
}
