import Steps

/// Reductions. `axes` are normalised: distinct, ascending, not negative.
extension Node {
    /// Drops (or keeps, with extent 1) reduced axes.
    private func finish(_ axes: [Int], _ keepdims: Bool) throws(Failure) -> Node {
        if keepdims || axes.isEmpty { return self }
        return try reshape(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }

    /// Drops (or keeps, with extent 1) reduced axes.
    private func dropping(_ axes: [Int], unless keepdims: Bool) throws(Failure) -> Node {
        keepdims ? self : try reshape(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }

    /// `axes` here and below: normalised (see `normalized(axes:)`).
    func sum(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        let x = dtype.isFloat || dtype == .int64 ? self : try cast(.int64)
        if axes.isEmpty { return x }
        return try Sum(axes: axes).record([x]).finish(axes, keepdims)
    }

    func mean(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(
                operation: "mean", "a floating dtype is expected, but \(dtype.name) was given; cast it first")
        }
        if axes.isEmpty { return self }
        let count = axes.reduce(1) { $0 * shape[$1] }
        return try Sum(axes: axes, divisor: Double(count)).record([self]).finish(axes, keepdims)
    }

    func extremum(_ axes: [Int], keepdims: Bool, isMaximum: Bool) throws(Failure) -> Node {
        if axes.isEmpty { return self }
        return try Extremum(axes: axes, isMaximum: isMaximum).record([self]).finish(axes, keepdims)
    }

    func argExtremum(_ axis: Int, keepdims: Bool, isMaximum: Bool) throws(Failure) -> Node {
        try ArgExtremum(axis: axis, isMaximum: isMaximum).record([self]).finish([axis], keepdims)
    }

    /// Over several axes: they are brought together first.
    func logSumExp(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        let x = try asFloat()
        if axes.isEmpty { return x }
        if axes.count == 1 { return try LogSumExp(axis: axes[0]).record([x]).finish(axes, keepdims) }
        let rest = shape.indices.filter { !axes.contains($0) }
        let gathered = try x.permute(rest + axes)
        let merged = try gathered.reshape(rest.map { shape[$0] } + [axes.reduce(1) { $0 * shape[$1] }])
        let result = try LogSumExp(axis: rest.count).record([merged])
        return try result.reshape(shape.indices.compactMap { axes.contains($0) ? (keepdims ? 1 : nil) : shape[$0] })
    }

    func softmax(_ axis: Int) throws(Failure) -> Node { try Softmax(axis: axis).record([asFloat()]) }
    func logSoftmax(_ axis: Int) throws(Failure) -> Node { try LogSoftmax(axis: axis).record([asFloat()]) }

    /// Halves of an axis are multiplied with each other until one element is left, so that derivatives are products
    /// again, and zeros do no harm.
    func product(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        if dtype.isHalf { return try wide().product(axes, keepdims: keepdims).narrow(like: self) }
        var x = try dtype.isFloat || dtype == .int64 ? self : cast(.int64)
        for axis in axes {
            var rest: Node?
            while x.shape[axis] > 1 {
                let (extent, half) = (x.shape[axis], x.shape[axis] / 2)
                func part(_ start: Int, _ count: Int) throws(Failure) -> Node {
                    try Slice(axis: axis, start: start, step: 1, count: count).record([x])
                }
                if extent % 2 == 1 {
                    let last = try part(extent - 1, 1)
                    if let known = rest { rest = try known * last } else { rest = last }
                }
                x = try part(0, half) * part(half, half)
            }
            if x.shape[axis] == 0 {
                var shape = x.shape
                shape[axis] = 1
                x = try Node.full(shape, 1, x.dtype)
            }
            if let rest { x = try x * rest }
        }
        return try x.dropping(axes, unless: keepdims)
    }

    /// Whether any element is not 0 (NaN is not).
    func any(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        let hits = try cast(.bool).sum(axes, keepdims: keepdims)
        return try hits.notEqual(Node.scalar(0, like: hits))
    }

    func all(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        try cast(.bool).logicalNot().any(axes, keepdims: keepdims).logicalNot()
    }

    /// The mean square of the distances from the mean, where the sum is divided by the number of elements less
    /// `correction`.
    func variance(_ axes: [Int], correction: Double, keepdims: Bool) throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(operation: "var", "a floating dtype is expected, but \(dtype.name) was given; cast it first")
        }
        let count = axes.reduce(1) { $0 * shape[$1] }
        return try composed { (x) throws(Failure) in
            let distance = try x - x.mean(axes, keepdims: true)
            let divisor = try Node.scalar(max(0, Double(count) - correction), like: x)
            return try (distance.square().sum(axes, keepdims: true) / divisor).dropping(axes, unless: keepdims)
        }
    }

    /// The square root, whose derivative at 0 is taken as 0.
    func rootOfNorm() throws(Failure) -> Node { try rootFlatAtZero { (x) throws(Failure) in try x.sqrt() } }

    /// A root, whose derivative at 0 is infinite and taken as 0. Derivatives of that are NaN, as there is no number
    /// that fits.
    private func rootFlatAtZero(_ root: (Node) throws(Failure) -> Node) throws(Failure) -> Node {
        let one = try Node.scalar(1, like: self)
        let isZero = try equal(Node.scalar(0, like: self))
        // x^1.5 is 0 with its derivative, and has no second one.
        let flat = try Node.select(isZero, self, one).power(Node.scalar(1.5, like: self))
        return try Node.select(isZero, flat, root(Node.select(isZero, one, self)))
    }

    /// `function` of the elements that are not 0; 0 where they are, with all derivatives.
    private func whereNotZero(_ function: (Node) throws(Failure) -> Node) throws(Failure) -> Node {
        let zero = try Node.scalar(0, like: self)
        let isZero = try equal(zero)
        return try Node.select(isZero, zero, function(Node.select(isZero, Node.scalar(1, like: self), self)))
    }

    /// (sum |x|^p)^(1/p); for p = 0 how many are not 0, for infinities the largest or smallest |x|. The derivative is 0
    /// where the norm is, as in PyTorch.
    func norm(_ p: Double, _ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        guard !p.isNaN else { throw .argument(operation: "norm", "the order must not be NaN") }
        if dtype.isHalf { return try wide().norm(p, axes, keepdims: keepdims).narrow(like: self) }
        let x = try asFloat()
        if p == 2 { return try x.square().sum(axes, keepdims: keepdims).rootOfNorm() }
        let magnitude = try x.absolute()
        if p.isInfinite { return try magnitude.extremum(axes, keepdims: keepdims, isMaximum: p > 0) }
        if p == 0 { return try x.notEqual(Node.scalar(0, like: x)).cast(x.dtype).sum(axes, keepdims: keepdims) }
        if p == 1 { return try magnitude.sum(axes, keepdims: keepdims) }
        let exponent = try Node.scalar(p, like: x)
        if p < 0 {
            return try magnitude.power(exponent).sum(axes, keepdims: keepdims).power(Node.scalar(1 / p, like: x))
        }
        // Below 1 a power has an infinite derivative at 0.
        let powers =
            try p > 1
            ? magnitude.power(exponent) : magnitude.whereNotZero { (x) throws(Failure) in try x.power(exponent) }
        let sum = try powers.sum(axes, keepdims: keepdims)
        return try sum.rootFlatAtZero { (x) throws(Failure) in try x.power(Node.scalar(1 / p, like: x)) }
    }
}
