import Steps

/// Arithmetic of nodes. Trivial cases, such as a + 0, record nothing. Derivative rules are written with these.
extension Node {
    static func + (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 0, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == a.shape { return a }
        if a.fillValue == 0, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == b.shape { return b }
        // True + True is True, as in NumPy.
        if a.dtype == .bool, b.dtype == .bool { return try LogicalOr().record([a, b]) }
        return try promoting(Add(), a, b)
    }

    static func - (a: Node, b: Node) throws(Failure) -> Node { try promoting(Subtract(), a, b) }
    static prefix func - (x: Node) throws(Failure) -> Node { try Negative().record([x]) }

    static func * (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 1, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == a.shape { return a }
        if a.fillValue == 1, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == b.shape { return b }
        if a.dtype == .bool, b.dtype == .bool { return try LogicalAnd().record([a, b]) }
        return try promoting(Multiply(), a, b)
    }

    static func / (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 1, a.dtype == b.dtype, a.dtype.isFloat, broadcastShape(a.shape, b.shape) == a.shape {
            return a
        }
        let dtype = commonFloat(a, b)
        if dtype == common(a, b) { return try promoting(Divide(), a, b) }
        return try Divide().record([a.cast(dtype), b.cast(dtype)])
    }

    func power(_ exponent: Node) throws(Failure) -> Node {
        if let number = exponent.fillValue, exponent.shape.isEmpty, exponent.dtype == dtype {
            if number == 1 { return self }
            if number == 2 { return try square() }
        }
        return try Node.promoting(Power(), self, exponent.asExponent(of: self))
    }

    /// An exponent of integers must not be negative, which those of floats may.
    private func asExponent(of base: Node) throws(Failure) -> Node {
        guard dtype == .int32 || dtype == .int64, !base.dtype.isFloat else { return self }
        guard let value = fillValue else { return try CheckExponent().record([self]) }
        guard value >= 0 || count == 0 else {
            throw .argument(
                operation: "pow",
                "integers have no power \(Int(exactly: value).map(String.init) ?? "\(value)") that is an integer; cast "
                    + "one of them to a float"
            )
        }
        return self
    }

    func floorDivide(_ other: Node) throws(Failure) -> Node {
        try Node.promoting(FloorDivide(), self, other.asDivisor(of: self))
    }

    func remainder(_ other: Node) throws(Failure) -> Node {
        try Node.promoting(Remainder(), self, other.asDivisor(of: self))
    }

    /// What the quotient cut toward 0 leaves.
    func fmod(_ other: Node) throws(Failure) -> Node { try Node.promoting(Fmod(), self, other.asDivisor(of: self)) }

    /// The quotient cut toward 0.
    func truncDivide(_ other: Node) throws(Failure) -> Node {
        if Node.common(self, other).isFloat { return try (self / other).trunc() }
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

    func absolute() throws(Failure) -> Node { dtype == .bool ? self : try Absolute().record([self]) }
    func sign() throws(Failure) -> Node { try Sign().record([self]) }
    func square() throws(Failure) -> Node { dtype == .bool ? self : try Square().record([self]) }
    func reciprocal() throws(Failure) -> Node { try Reciprocal().record([asFloat()]) }

    /// self + weight (end - self), from the end's side where the weight is a half or more, so that both ends are exact.
    func lerp(_ end: Node, _ weight: Node) throws(Failure) -> Node {
        let float = Node.commonFloat(self, end, weight)
        if float.isHalf {
            return try cast(.float32).lerp(end.cast(.float32), weight.cast(.float32)).cast(float)
        }
        let (start, end, weight) = (try cast(float), try end.cast(float), try weight.cast(float))
        let distance = try end - start
        let fromStart = try start + weight * distance
        if let value = weight.fillValue, value < 0.5 { return fromStart }
        let fromEnd = try end - (Node.scalar(1, like: weight) - weight) * distance
        if weight.fillValue != nil { return fromEnd }
        return try Node.select(weight.less(Node.scalar(0.5, like: weight)), fromStart, fromEnd)
    }
}
