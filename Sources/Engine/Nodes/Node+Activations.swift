import Steps

/// Activation functions that are made of other operations: in a plan each is one loop. Where a branch would be
/// infinite, or its derivative, it is kept from seeing such arguments, since 0 times infinity is NaN.
extension Node {
    func relu() throws(Failure) -> Node { dtype == .bool ? self : try Relu().record([self]) }
    func leakyRelu(_ slope: Double) throws(Failure) -> Node { try LeakyRelu(slope: slope).record([asFloat()]) }
    func softplus() throws(Failure) -> Node { try Softplus().record([asFloat()]) }
    func tanh() throws(Failure) -> Node { try Tanh().record([asFloat()]) }
    func sigmoid() throws(Failure) -> Node { try Sigmoid().record([asFloat()]) }
    func gelu() throws(Failure) -> Node { try Gelu().record([asFloat()]) }

    /// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2. Hendrycks and Gimpel 2016.
    func geluTanh() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: x) }
            let inner = try number(0.797_884_560_802_865_4) * (x + number(0.044715) * (x * x.square()))
            return try number(0.5) * x * (number(1) + inner.tanh())
        }
    }

    /// log(sigmoid(x)).
    func logSigmoid() throws(Failure) -> Node { try -(-asFloat()).softplus() }

    /// log(1 + exp(beta x)) / beta, and x itself where beta x is above the threshold.
    func softplus(beta: Double, threshold: Double) throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            let scaled = try x * x.number(beta)
            let y = try scaled.softplus() / x.number(beta)
            return threshold == .infinity ? y : try Node.select(scaled.greater(x.number(threshold)), x, y)
        }
    }

    /// x between the bounds; the derivative at a bound is 0, as in PyTorch.
    func hardTanh(_ lower: Double, _ upper: Double) throws(Failure) -> Node {
        guard dtype != .bool else {
            throw .dtype(operation: "hardtanh", "numbers are expected, but bool was given; cast it first")
        }
        return try clamped(lower, upper)
    }

    /// x above 0, else alpha (exp(inner x) - 1), all times scale. The derivative at 0 is that of the second.
    private func exponentialUnit(alpha: Double, inner: Double, scale: Double) throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            let isPositive = try x.greater(x.number(0))
            let below = try Node.select(isPositive, x.number(0), x)
            let curve = try (below * x.number(inner)).expm1() * x.number(alpha)
            return try Node.select(isPositive, x, curve) * x.number(scale)
        }
    }

    /// Clevert et al. 2016.
    func elu(_ alpha: Double) throws(Failure) -> Node { try exponentialUnit(alpha: alpha, inner: 1, scale: 1) }

    /// Klambauer et al. 2017.
    func selu() throws(Failure) -> Node {
        try exponentialUnit(alpha: 1.673_263_242_354_377_2, inner: 1, scale: 1.050_700_987_355_480_5)
    }

    /// Barron 2017.
    func celu(_ alpha: Double) throws(Failure) -> Node {
        guard alpha != 0 else { throw .argument(operation: "celu", "alpha must not be 0") }
        return try exponentialUnit(alpha: alpha, inner: 1 / alpha, scale: 1)
    }

    /// x sigmoid(x).
    func silu() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try x * x.sigmoid()
        }
    }

    /// x tanh(log(1 + exp x)). Misra 2019.
    func mish() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try x * x.softplus().tanh()
        }
    }

    func softsign() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try x / (x.number(1) + x.absolute())
        }
    }

    /// x + 3 between 0 and 6, over 6.
    func hardSigmoid() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try (x + x.number(3)).clamped(0, 6) / x.number(6)
        }
    }

    func hardSwish() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try x * x.hardSigmoid()
        }
    }

    /// x - tanh(x).
    func tanhShrink() throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            return try x - x.tanh()
        }
    }

    /// x, but 0 where |x| is at most the bound.
    func hardShrink(_ bound: Double) throws(Failure) -> Node {
        let x = try asFloat()
        return try Node.select(x.absolute().lessEqual(x.number(bound)), x.number(0), x)
    }

    /// x moved toward 0 by the bound, which must not be negative, as far as 0.
    func softShrink(_ bound: Double) throws(Failure) -> Node {
        guard bound >= 0 else {
            throw .argument(operation: "softshrink", "lambd must not be negative, but is \(bound)")
        }
        return try composed { (x) throws(Failure) in
            let moved = try Node.select(x.less(x.number(0)), x + x.number(bound), x - x.number(bound))
            return try Node.select(x.absolute().lessEqual(x.number(bound)), x.number(0), moved)
        }
    }

    /// x where it is above 0, else weight x.
    func weightedRelu(_ weight: Node) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, weight)
        let (x, weight) = (try cast(dtype), try weight.cast(dtype))
        return try Node.select(x.greater(x.number(0)), x, weight * x)
    }

    /// The first half of an axis times the logistic function of the second. Dauphin et al. 2017.
    func gated(_ axis: Int) throws(Failure) -> Node {
        return try composed { (x) throws(Failure) in
            guard x.shape[axis] % 2 == 0 else {
                throw .shape(
                    operation: "glu", "an even extent is expected along axis \(axis), but the shape is \(x.shape.text)")
            }
            let half = x.shape[axis] / 2
            func part(_ start: Int) throws(Failure) -> Node {
                try Slice(axis: axis, start: start, step: 1, count: half).record([x])
            }
            return try part(0) * part(half).sigmoid()
        }
    }
}
