import Steps

/// Parts of numbers: signs, fractions, exponents; and what pairs of numbers have in common.
extension Node {
    func hypot(_ other: Node) throws(Failure) -> Node { try Node.recording(Hypot(), self, other) }
    func nextAfter(_ other: Node) throws(Failure) -> Node { try Node.recording(NextAfter(), self, other) }
    func commonDivisor(_ other: Node) throws(Failure) -> Node { try Node.promoting(CommonDivisor(), self, other) }
    func commonMultiple(_ other: Node) throws(Failure) -> Node { try Node.promoting(CommonMultiple(), self, other) }

    /// Of unsigned numbers none has a sign.
    func signBit() throws(Failure) -> Node {
        dtype == .bool || dtype == .uint8 ? try Node.full(shape, 0, .bool) : try SignBit().record([self])
    }

    /// |self| with the sign of `other`. The derivative at 0 is 0.
    func copySign(_ other: Node) throws(Failure) -> Node {
        let magnitude = try cast(Node.commonFloat(self, other)).absolute()
        return try Node.select(other.signBit(), -magnitude, magnitude)
    }

    /// What is left of x beside the whole number toward 0.
    func fraction() throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(operation: "frac", "a floating dtype is expected, but \(dtype.name) was given")
        }
        return try self - trunc()
    }

    /// self 2^exponent. A whole exponent leaves the dtype as it is.
    func scaled(byTwoToThe exponent: Node) throws(Failure) -> Node {
        let x = try asFloat()
        let dtype = exponent.dtype.isFloat ? Node.common(x, exponent) : x.dtype
        // In two steps, since the power alone may be infinite, or 0.
        let n = try exponent.cast(dtype)
        let half = try (n * n.number(0.5)).trunc()
        return try x.cast(dtype) * half.exp2().cast(dtype) * (n - half).exp2().cast(dtype)
    }

    /// m and n of self = m 2^n with |m| from 1/2 to below 1; what has no such form is its own m.
    func binaryParts() throws(Failure) -> (mantissa: Node, exponent: Node) {
        guard dtype.isFloat else {
            throw .dtype(operation: "frexp", "a floating dtype is expected, but \(dtype.name) was given")
        }
        let exponent = try BinaryExponent().record([self])
        return (try scaled(byTwoToThe: -exponent), try exponent.cast(.int32))
    }

    /// 0 below 0, 1 above, and `values` at 0.
    func heaviside(_ values: Node) throws(Failure) -> Node {
        let dtype = Node.common(self, values)
        let (x, values) = (try cast(dtype), try values.cast(dtype))
        let zero = try x.number(0)
        return try Node.select(x.equal(zero), values, x.greater(zero).cast(dtype))
    }

    /// Whether it is infinite and of that sign.
    func isInfinite(above: Bool) throws(Failure) -> Node {
        dtype.isFloat ? try equal(number(above ? .infinity : -.infinity)) : try Node.full(shape, 0, .bool)
    }

    /// Whether the two are equal, or no farther from each other than atol + rtol |other|. `equalNaN`: NaN equals NaN.
    func isClose(_ other: Node, rtol: Double, atol: Double, equalNaN: Bool) throws(Failure) -> Node {
        guard rtol >= 0, atol >= 0 else {
            throw .argument(operation: "isclose", "rtol and atol must not be negative, but are \(rtol) and \(atol)")
        }
        let dtype = Node.commonFloat(self, other)
        let (a, b) = (try cast(dtype), try other.cast(dtype))
        let distance = try (a - b).absolute()
        let isNear = try distance.lessEqual(a.number(atol) + a.number(rtol) * b.absolute())
        let result = try equal(other).logicalOr(isNear.logicalAnd(distance.isFinite()))
        return equalNaN ? try result.logicalOr(a.isNaN().logicalAnd(b.isNaN())) : result
    }
}
