import Kernels

/// Elementwise functions of nodes, as in NodeOperations.swift: first those that are operations, then those that are
/// made of others.
extension Node {
    func exp2() throws(Failure) -> Node { try Exp2().record([asFloat()]) }
    func log2() throws(Failure) -> Node { try Log2().record([asFloat()]) }
    func log10() throws(Failure) -> Node { try Log10().record([asFloat()]) }
    func tan() throws(Failure) -> Node { try Tan().record([asFloat()]) }
    func asin() throws(Failure) -> Node { try Asin().record([asFloat()]) }
    func acos() throws(Failure) -> Node { try Acos().record([asFloat()]) }
    func atan() throws(Failure) -> Node { try Atan().record([asFloat()]) }
    func sinh() throws(Failure) -> Node { try Sinh().record([asFloat()]) }
    func cosh() throws(Failure) -> Node { try Cosh().record([asFloat()]) }
    func asinh() throws(Failure) -> Node { try Asinh().record([asFloat()]) }
    func acosh() throws(Failure) -> Node { try Acosh().record([asFloat()]) }
    func atanh() throws(Failure) -> Node { try Atanh().record([asFloat()]) }
    func erfc() throws(Failure) -> Node { try Erfc().record([asFloat()]) }
    func logGamma() throws(Failure) -> Node { try LogGamma().record([asFloat()]) }
    func digamma() throws(Failure) -> Node { try Digamma().record([asFloat()]) }

    func polygamma(_ order: Int) throws(Failure) -> Node {
        order == 0 ? try digamma() : try Polygamma(order: order).record([asFloat()])
    }

    /// The angle of the point (x, self).
    func atan2(_ x: Node) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self.dtype, x.dtype)
        return try Atan2().record([cast(dtype), x.cast(dtype)])
    }

    // MARK: Rounding

    /// Integers are as they are.
    func floor() throws(Failure) -> Node { try rounded(Floor()) }
    func ceil() throws(Failure) -> Node { try rounded(Ceil()) }
    func trunc() throws(Failure) -> Node { try rounded(Trunc()) }

    /// To that many places behind the point.
    func round(decimals: Int = 0) throws(Failure) -> Node {
        if decimals < 0 && !dtype.isFloat {
            throw .dtype(
                operation: "round",
                "floats are expected where places before the point are rounded, but the tensor is \(dtype.name)")
        }
        if decimals == 0 || !dtype.isFloat { return try rounded(Round()) }
        guard (-300...300).contains(decimals) else {
            throw .argument(operation: "round", "decimals must be in -300 ... 300, but are \(decimals)")
        }
        var scale = 1.0
        for _ in 0..<abs(decimals) { scale *= 10 }
        let factor = try Node.scalar(scale, like: self)
        return try decimals > 0 ? (self * factor).rounded(Round()) / factor : (self / factor).rounded(Round()) * factor
    }

    private func rounded(_ operation: some Elementwise) throws(Failure) -> Node {
        guard dtype != .bool else {
            throw .dtype(operation: operation.name, "numbers are expected, but bool was given; cast it first")
        }
        return dtype.isFloat ? try operation.record([self]) : self
    }

    func floorDivide(_ other: Node) throws(Failure) -> Node {
        try Node.promoting(FloorDivide(), self, other.asDivisor(of: self))
    }
    func remainder(_ other: Node) throws(Failure) -> Node {
        try Node.promoting(Remainder(), self, other.asDivisor(of: self))
    }

    /// The quotient cut toward 0.
    func truncDivide(_ other: Node) throws(Failure) -> Node {
        if promote(dtype, other.dtype).isFloat { return try (self / other).trunc() }
        let (a, b) = (self, other)
        return try a.sign() * b.sign() * a.absolute().floorDivide(b.absolute())
    }

    /// An integer that integers are divided by must not be 0, which floats may.
    private func asDivisor(of other: Node) throws(Failure) -> Node {
        guard dtype.isInteger, !other.dtype.isFloat else { return self }
        guard let value = fillValue else { return try CheckDivisor().record([self]) }
        guard value != 0 || count == 0 else { throw .argument(operation: "integer division", "the divisor is 0") }
        return self
    }

    // MARK: Bits

    func logicalXor(_ other: Node) throws(Failure) -> Node { try NotEqual().record([cast(.bool), other.cast(.bool)]) }

    /// On bool the logical operations.
    func bitwiseAnd(_ other: Node) throws(Failure) -> Node {
        dtype == .bool && other.dtype == .bool ? try logicalAnd(other) : try Node.promoting(BitwiseAnd(), self, other)
    }

    func bitwiseOr(_ other: Node) throws(Failure) -> Node {
        dtype == .bool && other.dtype == .bool ? try logicalOr(other) : try Node.promoting(BitwiseOr(), self, other)
    }

    func bitwiseXor(_ other: Node) throws(Failure) -> Node {
        dtype == .bool && other.dtype == .bool ? try logicalXor(other) : try Node.promoting(BitwiseXor(), self, other)
    }

    func shiftLeft(_ other: Node) throws(Failure) -> Node { try Node.promoting(ShiftLeft(), self, other) }
    func shiftRight(_ other: Node) throws(Failure) -> Node { try Node.promoting(ShiftRight(), self, other) }

    /// All bits exchanged: all ones minus x.
    func bitwiseNot() throws(Failure) -> Node {
        if dtype == .bool { return try logicalNot() }
        guard dtype.isInteger else {
            throw .dtype(operation: "bitwise_not", "bool or integers are expected, but \(dtype.name) was given")
        }
        return try Node.scalar(dtype == .uint8 ? 255 : -1, like: self) - self
    }

    // MARK: Choices

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
                x = try x.cast(.float64)
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
        let largest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : Double.greatestFiniteMagnitude
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: self) }
        let below = try Node.select(equal(number(-.infinity)), number(negative ?? -largest), self)
        let above = try Node.select(equal(number(.infinity)), number(positive ?? largest), below)
        return try Node.select(isNaN(), number(nan), above)
    }

    /// self + weight (end - self), from the end's side where the weight is a half or more, so that both ends are exact.
    func lerp(_ end: Node, _ weight: Node) throws(Failure) -> Node {
        let float = Node.commonFloat(dtype, end.dtype, weight.dtype)
        let (start, end, weight) = (try cast(float), try end.cast(float), try weight.cast(float))
        let distance = try end - start
        let fromStart = try start + weight * distance
        if let value = weight.fillValue, value < 0.5 { return fromStart }
        let fromEnd = try end - (Node.scalar(1, like: weight) - weight) * distance
        if weight.fillValue != nil { return fromEnd }
        return try Node.select(weight.less(Node.scalar(0.5, like: weight)), fromStart, fromEnd)
    }
}
