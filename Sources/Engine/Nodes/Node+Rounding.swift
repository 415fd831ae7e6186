import Steps

/// Rounding. Integers stay as they are.
extension Node {
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
}
