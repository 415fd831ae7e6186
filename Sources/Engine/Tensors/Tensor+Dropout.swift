import Steps

/// Elements, or whole channels, dropped at random in training.
extension Tensor {
    /// What becomes of what is dropped.
    public enum DropoutKind: Sendable {
        /// It is 0, and the rest is divided by 1 - p (Srivastava et al. 2014).
        case zeros
        /// It is SELU's limit, and all is scaled so that mean and variance stay (Klambauer et al. 2017).
        case alpha
    }

    /// Each element is dropped with probability p; with `axes`, all elements at one place along these together.
    public func dropout(_ p: Double, _ kind: DropoutKind = .zeros, along axes: [Int]? = nil, operation name: String)
        throws(Failure) -> Tensor
    {
        try Tensor.checkDropout(p, name)
        let x = try node().ofFloats(name)
        guard p > 0 else { return try Tensor(result: x) }
        let zero = try Node.scalar(0, like: x)
        // All draws are below p = 1.
        guard p < 1 else { return try Tensor(result: x * zero) }
        let drawn = x.shape.enumerated().map { axis, extent in axes?.contains(axis) ?? true ? extent : 1 }
        let draw = try Generator.standard().draw(.uniform, x.dtype, drawn, 0, 1).node()
        switch kind {
        case .zeros: return try Tensor(result: x * draw.scaleOfKept(p))
        case .alpha:
            // a x + b with b = a p alpha for what is kept, and a (p - 1) alpha for what is dropped.
            let alpha = 1.758_099_340_847_376_6
            let a = 1 / ((alpha * alpha * p + 1) * (1 - p)).squareRoot()
            let isKept = try draw.greaterEqual(Node.scalar(p, like: x))
            let scale = try Node.select(isKept, Node.scalar(a, like: x), zero)
            let shift = try Node.select(
                isKept, Node.scalar(a * p * alpha, like: x), Node.scalar(a * (p - 1) * alpha, like: x))
            return try Tensor(result: x * scale + shift)
        }
    }

    /// Throws unless p is a probability.
    static func checkDropout(_ p: Double, _ name: String) throws(Failure) {
        guard (0...1).contains(p) else {
            throw .argument(operation: name, "p from 0 to 1 is expected, but found \(p)")
        }
    }

    /// Whole channels dropped together: axis 1 of [n, channels, ...], or axis 0 of one example, which has `rank` - 1
    /// axes where `rank` is given.
    public func channelDropout(_ p: Double, _ kind: DropoutKind = .zeros, rank: Int? = nil, operation name: String)
        throws(Failure) -> Tensor
    {
        let count = shape.count
        if let rank, count == rank - 1 { return try dropout(p, kind, along: [0], operation: name) }
        guard rank.map({ count == $0 }) ?? (count >= 2) else {
            throw .shape(
                operation: name,
                rank.map {
                    "an input with \($0) axes is expected, or one example with \($0 - 1), but it is \(shape.text)"
                } ?? "[n, channels, ...] with two axes at least is expected, but the input is \(shape.text)")
        }
        return try dropout(p, kind, along: [0, 1], operation: name)
    }
}

extension Node {
    /// What dropout multiplies elements by, given a number from 0 to 1 for each: 0, or 1 / (1 - p).
    func scaleOfKept(_ p: Double) throws(Failure) -> Node {
        try Node.select(
            greaterEqual(Node.scalar(p, like: self)), Node.scalar(1 / (1 - p), like: self), Node.scalar(0, like: self))
    }
}
