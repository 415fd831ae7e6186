/// Means, middles and spreads as functions of tensors. Axes may be negative; nil means all.
extension Tensor {
    // MARK: Sums without NaN

    /// With 0 in place of NaN.
    private func withoutNaN() throws(Failure) -> Node {
        let x = try node()
        return try x.dtype.isFloat ? Node.select(x.isNaN(), Node.scalar(0, like: x), x) : x
    }

    public func sumWithoutNaN(_ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        let places = try reductionAxes(axes, of: shape, operation: "nansum")
        return try Tensor(result: withoutNaN().sum(places, keepdims: keepdims))
    }

    public func meanWithoutNaN(_ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        let x = try node()
        guard x.dtype.isFloat else {
            throw .dtype(
                operation: "nanmean", "a floating dtype is expected, but \(x.dtype.name) was given; cast it first")
        }
        let places = try reductionAxes(axes, of: shape, operation: "nanmean")
        let numbers = try x.isNaN().logicalNot().cast(x.dtype).sum(places, keepdims: keepdims)
        return try Tensor(result: withoutNaN().sum(places, keepdims: keepdims) / numbers)
    }

    public func countNonzero(_ axes: [Int]? = nil) throws(Failure) -> Tensor {
        let places = try reductionAxes(axes, of: shape, operation: "count_nonzero")
        return try Tensor(result: node().cast(.bool).sum(places, keepdims: false).cast(.int64))
    }

    // MARK: Elements at a place of the order

    /// The element at a place of the order along an axis, and where it was. `place`: its place, of how many elements
    /// there are, and how many of them are NaN, which are the last.
    private func ordered(
        _ axis: Int, keepdims: Bool, _ operation: String,
        _ place: (_ count: Int, _ nans: Node) throws(Failure) -> Node
    ) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let (values, places) = try along(axis, operation) { (x, axis) throws(Failure) -> (Node, Node) in
            try x.checkFilled(axis, operation)
            let wanted = try place(x.shape[axis], x.isNaN().sum([axis], keepdims: true))
            let order = try ArgSort(axis: axis, isDescending: false).record([x])
            let places = try TakeAlongAxis(axis: axis).record([order, wanted])
            return (try TakeAlongAxis(axis: axis).record([x, places]), places)
        }
        var shape = shape
        if !shape.isEmpty {
            let place = axis < 0 ? axis + shape.count : axis
            if keepdims { shape[place] = 1 } else { shape.remove(at: place) }
        }
        return (try Tensor(result: values.reshape(shape)), try Tensor(result: places.reshape(shape)))
    }

    /// The middle one of the elements along an axis, the lower of two. NaN, if there is one, unless that is left out.
    public func median(_ axis: Int, keepdims: Bool = false, ignoresNaN: Bool = false) throws(Failure) -> (
        values: Tensor, indices: Tensor
    ) {
        try ordered(axis, keepdims: keepdims, ignoresNaN ? "nanmedian" : "median") { (count, nans) throws(Failure) in
            try nans.middle(of: count, ignoresNaN: ignoresNaN)
        }
    }

    /// The same of all elements. Equal ones share the derivative.
    public func median(ignoresNaN: Bool = false) throws(Failure) -> Tensor {
        let x = try node()
        let flat = try x.reshape([x.count])
        if x.count == 0, x.dtype.isFloat { return try Tensor(result: Node.full([], .nan, x.dtype)) }
        let value = try Tensor(result: flat).median(0, ignoresNaN: ignoresNaN).values
        guard x.requiresGrad else { return value }
        let middle = try value.node().detached()
        let candidates = try Node.select(flat.equal(middle), flat, Node.scalar(-.infinity, like: x))
        let shared = try candidates.extremum([0], keepdims: false, isMaximum: true)
        return try Tensor(result: Node.select(middle.isNaN(), middle, shared))
    }

    /// The k-th smallest element along an axis, from 1.
    public func kthValue(_ k: Int, _ axis: Int, keepdims: Bool = false) throws(Failure) -> (
        values: Tensor, indices: Tensor
    ) {
        try ordered(axis, keepdims: keepdims, "kthvalue") { (count, nans) throws(Failure) in
            guard k >= 1, k <= count else {
                throw .argument(
                    operation: "kthvalue", "k in 1 ... \(count) is expected along the axis, but found \(k)")
            }
            return try Node.full(nans.shape, Double(k - 1), .int64)
        }
    }

    /// The element that occurs most often along an axis, the smallest of several, and the place of its last occurrence.
    public func mode(_ axis: Int, keepdims: Bool = false) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let (values, places) = try along(axis, "mode") { (x, axis) throws(Failure) -> (Node, Node) in
            try x.checkFilled(axis, "mode")
            let order = try ArgSort(axis: axis, isDescending: false).record([x])
            let sorted = try TakeAlongAxis(axis: axis).record([x.detached(), order])
            // Where a run of equal elements starts, and how long it is up to each of them.
            let number = try sorted.placesAlong(axis).broadcast(to: sorted.shape)
            var edge = sorted.shape
            edge[axis] = 1
            let differs = try sorted.part(axis, 1, x.shape[axis] - 1).notEqual(
                sorted.part(axis, 0, x.shape[axis] - 1))
            let isFirst = try Concatenate(axis: axis).record([Node.full(edge, 1, .bool), differs])
            let starts = try Node.select(isFirst, number, Node.scalar(0, like: number))
            let start = try TakeAlongAxis(axis: axis).record([
                starts, starts.cumulativeExtremePlaces(axis, isMaximum: true),
            ])
            let last = try (number - start).argExtremum(axis, keepdims: true, isMaximum: true)
            let place = try TakeAlongAxis(axis: axis).record([order, last])
            return (try TakeAlongAxis(axis: axis).record([x, place]), place)
        }
        let found = (values: try Tensor(result: values), indices: try Tensor(result: places))
        if shape.isEmpty { return (try found.values.reshape([]), try found.indices.reshape([])) }
        return keepdims ? found : (try found.values.squeeze([axis]), try found.indices.squeeze([axis]))
    }

    public enum Interpolation: String, CaseIterable { case linear, lower, higher, midpoint, nearest }

    /// The value below which the share q of the elements lies, for each q of a vector, or one. Along an axis, or of all
    /// elements; axes of q come first.
    public func quantile(
        _ q: Tensor, _ axis: Int? = nil, keepdims: Bool = false, _ interpolation: Interpolation = .linear,
        ignoresNaN: Bool = false
    ) throws(Failure) -> Tensor {
        let name = ignoresNaN ? "nanquantile" : "quantile"
        let (x, q) = (try node(), try q.node())
        guard x.dtype.isFloat, q.dtype.isFloat else {
            throw .dtype(
                operation: name,
                "input and q of a floating dtype are expected, but are \(x.dtype.name) and "
                    + "\(q.dtype.name)")
        }
        guard q.shape.count <= 1 else {
            throw .shape(operation: name, "q must be a number or a vector, but its shape is \(q.shape.text)")
        }
        try q.checkShares(name)
        let rank = max(x.shape.count, 1)
        let place = try axis.map { (axis) throws(Failure) in
            try normalized(axis: axis, rank: rank, operation: name)
        }
        // [..., n]
        let rows: Node
        if let place, !x.shape.isEmpty {
            rows = try x.permute(x.shape.indices.filter { $0 != place } + [place])
        } else {
            rows = try x.reshape([x.count])
        }
        let last = rows.shape.count - 1
        try rows.checkFilled(last, name)
        let sorted = try TakeAlongAxis(axis: last).record([
            rows, ArgSort(axis: last, isDescending: false).record([rows]),
        ])
        try checkShape(Array(rows.shape.dropLast()) + [q.count], x.dtype, operation: name)
        let found = try sorted.quantiles(q.cast(x.dtype), interpolation, ignoresNaN: ignoresNaN)
        let shaped = try found.permute([last] + Array(0..<last))
        var shape = Array(rows.shape.dropLast())
        if keepdims {
            if let place, !x.shape.isEmpty {
                shape.insert(1, at: place)
            } else {
                shape = [Int](repeating: 1, count: x.shape.count)
            }
        }
        try checkShape(q.shape + shape, x.dtype, operation: name)
        return try Tensor(result: shaped.reshape(q.shape + shape))
    }

    // MARK: Spreads

    public func covariance(correction: Double = 1, counts: Tensor? = nil, weights: Tensor? = nil) throws(Failure)
        -> Tensor
    {
        let input = try node()
        guard input.shape.count <= 2 else {
            throw .shape(operation: "cov", "two axes at most are expected, but the shape is \(input.shape.text)")
        }
        let x = try (input.shape.count < 2 ? input.reshape([1, input.count]) : input).asFloat()
        let n = x.shape[1]
        func checked(_ tensor: Tensor?, _ name: String, floats: Bool) throws(Failure) -> Node? {
            guard let weight = try tensor?.node() else { return nil }
            guard weight.shape == [n] else {
                throw .shape(
                    operation: "cov",
                    "\(name) must be [\(n)], one for each observation, but is \(weight.shape.text)")
            }
            guard floats ? weight.dtype.isFloat : weight.dtype.isInteger else {
                throw .dtype(
                    operation: "cov",
                    "\(name) of \(floats ? "floats" : "integers") is expected, but found \(weight.dtype.name)")
            }
            return try weight.cast(x.dtype)
        }
        let often = try checked(counts, "fweights", floats: false)
        let heavy = try checked(weights, "aweights", floats: true)
        let weight: Node?
        if let often, let heavy { weight = try often * heavy } else { weight = often ?? heavy }
        func weighed(_ x: Node) throws(Failure) -> Node { try weight.map { (w) throws(Failure) in try x * w } ?? x }
        var total = try Node.scalar(Double(n), like: x)
        if let weight { total = try weight.sum([0], keepdims: false) }
        let centred = try x - weighed(x).sum([1], keepdims: true) / total
        var divisor = try total - Node.scalar(correction, like: x)
        if let weight, let heavy, correction != 0 {
            let lost = try Node.scalar(correction, like: x) * (weight * heavy).sum([0], keepdims: false) / total
            divisor = try total - lost
        }
        divisor = try divisor.clamped(0, nil)
        let products = try MatMul(transposeB: true).record([weighed(centred), centred])
        let result = try products / divisor
        return try Tensor(result: input.shape.count < 2 || x.shape[0] == 1 ? result.reshape([]) : result)
    }

    public func correlation() throws(Failure) -> Tensor {
        guard shape.count <= 2 else {
            throw .shape(operation: "corrcoef", "two axes at most are expected, but the shape is \(shape.text)")
        }
        let products = try covariance().node()
        if products.shape.isEmpty { return try Tensor(result: products / products) }
        let deviations = try products.diagonal().sqrt()
        let scaled = try products / deviations.reshape([deviations.count, 1]) / deviations
        return try Tensor(result: scaled.clamped(-1, 1))
    }

    // MARK: Distances

    /// The p-norm of the difference of two tensors that broadcast.
    public func distance(_ other: Tensor, _ p: Double = 2) throws(Failure) -> Tensor {
        let difference = try (node().asFloat() - other.node().asFloat())
        return try Tensor(result: difference.norm(p, Array(difference.shape.indices), keepdims: false))
    }

    /// With the slices along an axis whose p-norm is above `largest` brought down to it.
    public func renormalized(_ p: Double, _ axis: Int, _ largest: Double) throws(Failure) -> Tensor {
        let x = try node()
        guard p > 0 else { throw .argument(operation: "renorm", "p above 0 is expected, but found \(p)") }
        guard largest >= 0 else {
            throw .argument(operation: "renorm", "maxnorm must not be negative, but is \(largest)")
        }
        guard x.shape.count >= 2 else {
            throw .shape(operation: "renorm", "two axes at least are expected, but the shape is \(x.shape.text)")
        }
        guard x.dtype.isFloat else {
            throw .dtype(operation: "renorm", "a floating dtype is expected, but \(x.dtype.name) was given")
        }
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "renorm")
        let norm = try x.norm(p, x.shape.indices.filter { $0 != place }, keepdims: true)
        let bound = try Node.scalar(largest, like: x)
        let factor = try bound / (norm + Node.scalar(1e-7, like: x))
        return try Tensor(
            result: x * Node.select(norm.greater(bound), factor, Node.scalar(1, like: x)))
    }
}

extension Node {
    fileprivate func checkFilled(_ axis: Int, _ operation: String) throws(Failure) {
        guard shape[axis] > 0 else {
            throw .shape(operation: operation, "an element at least is expected along axis \(axis): \(shape.text)")
        }
    }

    /// Where the middle one of `count` sorted elements is, of which this many are NaN.
    fileprivate func middle(of count: Int, ignoresNaN: Bool) throws(Failure) -> Node {
        func number(_ value: Int) throws(Failure) -> Node { try Node.scalar(Double(value), like: self) }
        if !ignoresNaN {
            return try Node.select(equal(number(0)), number((count - 1) / 2), number(count) - self)
        }
        return try (number(count - 1) - self).maximum(number(0)).floorDivide(number(2))
    }

    /// Throws where a number outside 0 ... 1 is known already.
    fileprivate func checkShares(_ operation: String) throws(Failure) {
        guard let data = value?.pointer else { return }
        for place in 0..<count {
            let share = dtype.real(data, place)
            guard (0...1).contains(share) else {
                throw .argument(operation: operation, "q from 0 to 1 is expected, but found \(share)")
            }
        }
    }

    /// Of sorted rows [..., n]: the quantiles [..., k] for q [k] or a scalar.
    fileprivate func quantiles(_ q: Node, _ interpolation: Tensor.Interpolation, ignoresNaN: Bool) throws(Failure)
        -> Node
    {
        let last = shape.count - 1
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        let n = Double(shape[last])
        let nans = try isNaN().sum([last], keepdims: true).cast(dtype)  // [..., 1]
        let wanted = Array(shape.dropLast()) + [q.count]
        // [..., k]
        let flat = try q.reshape([q.count])
        var ranks: Node
        if ignoresNaN {
            ranks = try flat * (number(n - 1) - nans).maximum(number(0))
        } else {
            ranks = try Node.select(nans.greater(number(0)), number(n - 1), flat * number(n - 1))
        }
        // A share that turns out to be outside 0 ... 1 reads outside the row, which is an error then.
        let isShare = try flat.greaterEqual(number(0)).logicalAnd(flat.lessEqual(number(1)))
        ranks = try Node.select(isShare, ranks, number(n)).broadcast(to: wanted)
        switch interpolation {
        case .lower: ranks = try ranks.floor()
        case .higher: ranks = try ranks.ceil()
        case .nearest: ranks = try ranks.round(decimals: 0)
        case .linear, .midpoint: break
        }
        let floor = try ranks.floor()
        func element(_ rank: Node) throws(Failure) -> Node {
            try TakeAlongAxis(axis: last).record([self, rank.detached().cast(.int64)])
        }
        let below = try element(floor)
        guard interpolation == .linear || interpolation == .midpoint else { return below }
        let weight = try interpolation == .midpoint ? number(0.5) : ranks - floor
        return try below.lerp(element(ranks.ceil()), weight)
    }
}
