import Steps

/// Bits of integers; of truth values the logical operations.
extension Node {
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
}
