import Steps

/// Comparisons, logic and choices.
extension Node {
    func maximum(_ other: Node) throws(Failure) -> Node { try Node.promoting(Maximum(), self, other) }
    func minimum(_ other: Node) throws(Failure) -> Node { try Node.promoting(Minimum(), self, other) }

    /// The larger one, or the one that is not NaN. Of equal ones the first has all of the derivative.
    func maximumOfNumbers(_ other: Node) throws(Failure) -> Node {
        try Node.select(greaterEqual(other).logicalOr(other.isNaN()), self, other)
    }

    func minimumOfNumbers(_ other: Node) throws(Failure) -> Node {
        try Node.select(lessEqual(other).logicalOr(other.isNaN()), self, other)
    }

    func equal(_ other: Node) throws(Failure) -> Node { try Node.promoting(Equal(), self, other) }
    func notEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(NotEqual(), self, other) }
    func less(_ other: Node) throws(Failure) -> Node { try Node.promoting(Less(), self, other) }
    func lessEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(LessEqual(), self, other) }
    func greater(_ other: Node) throws(Failure) -> Node { try Node.promoting(Greater(), self, other) }
    func greaterEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(GreaterEqual(), self, other) }

    func logicalAnd(_ other: Node) throws(Failure) -> Node {
        try LogicalAnd().record([cast(.bool), other.cast(.bool)])
    }

    func logicalOr(_ other: Node) throws(Failure) -> Node { try LogicalOr().record([cast(.bool), other.cast(.bool)]) }
    func logicalNot() throws(Failure) -> Node { try LogicalNot().record([cast(.bool)]) }
    func logicalXor(_ other: Node) throws(Failure) -> Node { try NotEqual().record([cast(.bool), other.cast(.bool)]) }

    /// a where condition is true, else b.
    static func select(_ condition: Node, _ a: Node, _ b: Node) throws(Failure) -> Node {
        let dtype = common(a, b)
        return try Where().record([condition, a.cast(dtype), b.cast(dtype)])
    }

    func isNaN() throws(Failure) -> Node { dtype.isFloat ? try notEqual(self) : try Node.full(shape, 0, .bool) }

    func isInfinite() throws(Failure) -> Node {
        dtype.isFloat ? try absolute().equal(Node.scalar(.infinity, like: self)) : try Node.full(shape, 0, .bool)
    }

    func isFinite() throws(Failure) -> Node {
        dtype.isFloat ? try absolute().less(Node.scalar(.infinity, like: self)) : try Node.full(shape, 1, .bool)
    }

    /// Moved to the nearer of the bounds where it is outside them, `upper` counting more; nil: no bound. The derivative
    /// at a bound is 0.
    func clamped(_ lower: Double?, _ upper: Double?) throws(Failure) -> Node {
        var x = dtype == .bool ? try cast(.int64) : self
        for bound in [lower, upper] {
            guard let bound else { continue }
            if bound.isNaN { return try Node.full(shape, .nan, x.asFloat().dtype) }
            guard !x.dtype.isFloat, bound.isFinite else { continue }
            // A bound that the dtype does not hold widens the result, as a tensor of it would.
            if bound.rounded(.towardZero) != bound || abs(bound) >= 0x1p63 {
                x = try x.cast(.standard)
            } else if x.dtype == .uint8 && UInt8(exactly: bound) == nil
                || x.dtype == .int32 && Int32(exactly: bound) == nil
            {
                x = try x.cast(.int64)
            }
        }
        if let lower, lower > -.infinity {
            let bound = try Node.scalar(lower, like: x)
            x = try Node.select(x.lessEqual(bound), bound, x)
        }
        if let upper, upper < .infinity {
            let bound = try Node.scalar(upper, like: x)
            x = try Node.select(x.greaterEqual(bound), bound, x)
        }
        return x
    }

    /// The same with a bound for each element. NaN in a bound gives NaN. What a bound replaces has no derivative, and
    /// the bound has it.
    func clamped(_ lower: Node?, _ upper: Node?) throws(Failure) -> Node {
        var x = self
        if let lower {
            let replaces = try x.less(lower)
            x = try Node.select(lower.dtype.isFloat ? replaces.logicalOr(lower.isNaN()) : replaces, lower, x)
        }
        if let upper {
            let replaces = try x.greater(upper)
            x = try Node.select(upper.dtype.isFloat ? replaces.logicalOr(upper.isNaN()) : replaces, upper, x)
        }
        return x
    }

    /// NaN and infinities replaced; nil: by the largest and the smallest number. Their derivative is 0.
    func nanToNum(nan: Double, positive: Double?, negative: Double?) throws(Failure) -> Node {
        guard dtype.isFloat else { return self }
        let largest = dtype.greatest
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        let below = try Node.select(equal(number(-.infinity)), number(negative ?? -largest), self)
        let above = try Node.select(equal(number(.infinity)), number(positive ?? largest), below)
        return try Node.select(isNaN(), number(nan), above)
    }
}
