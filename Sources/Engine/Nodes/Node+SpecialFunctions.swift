import Steps

/// Special functions, in floats: instructions of their own, and what is made of them.
extension Node {
    func sinc() throws(Failure) -> Node { try Sinc(order: 0).record([asFloat()]) }
    func scaledErfc() throws(Failure) -> Node { try ScaledErfc().record([asFloat()]) }
    func inverseErf() throws(Failure) -> Node { try InverseErf().record([asFloat()]) }
    func normalCumulative() throws(Failure) -> Node { try NormalCumulative().record([asFloat()]) }
    func normalQuantile() throws(Failure) -> Node { try NormalQuantile().record([asFloat()]) }
    func logNormalCumulative() throws(Failure) -> Node { try LogNormalCumulative().record([asFloat()]) }
    func entropy() throws(Failure) -> Node { try Entropy().record([asFloat()]) }

    func bessel(_ kind: BesselFunction.Kind, _ order: Int) throws(Failure) -> Node {
        try BesselFunction(kind: kind, order: order).record([asFloat()])
    }

    func modifiedBessel(_ order: Int, isScaled: Bool = false) throws(Failure) -> Node {
        try ModifiedBessel(kind: .first, isScaled: isScaled, order: order).record([asFloat()])
    }

    func modifiedBesselOfSecondKind(_ order: Int, isScaled: Bool = false) throws(Failure) -> Node {
        try ModifiedBessel(kind: .second, isScaled: isScaled, order: order).record([asFloat()])
    }

    /// sin(x) / x
    func sphericalBessel() throws(Failure) -> Node {
        let x = try asFloat()
        return try (x * x.number(1 / .pi)).sinc()
    }

    /// The polynomial of a degree, which is cut toward 0; 0 for one below 0.
    func polynomial(_ family: PolynomialFamily, _ degree: Node, isShifted: Bool = false) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, degree)
        let (x, n) = (try cast(dtype), try degree.cast(dtype).trunc())
        let place = isShifted ? try x.number(2) * x - x.number(1) : x
        return try OrthogonalPolynomial(family: family).record([place, n])
    }

    /// P(self, x), or 1 minus that.
    func incompleteGamma(_ x: Node, isUpper: Bool) throws(Failure) -> Node {
        try Node.recording(IncompleteGamma(isUpper: isUpper), self, x)
    }

    func zeta(_ q: Node) throws(Failure) -> Node { try Node.recording(Zeta(), self, q) }

    /// Records a function of two floats.
    static func recording(_ operation: some Elementwise, _ a: Node, _ b: Node) throws(Failure) -> Node {
        let dtype = commonFloat(a, b)
        return try operation.record([a.cast(dtype), b.cast(dtype)])
    }

    /// The logarithm of the multivariate gamma function of dimension p.
    func multivariateLogGamma(_ p: Int) throws(Failure) -> Node {
        guard (1...1000).contains(p) else {
            throw .argument(operation: "mvlgamma", "p must be in 1 ... 1000, but is \(p)")
        }
        let x = try asFloat()
        let logOfPi = 1.144_729_885_849_400_2
        var sum = try x.logGamma()
        for place in 1..<max(p, 1) { sum = try sum + (x - x.number(Double(place) / 2)).logGamma() }
        return try p == 1 ? sum : sum + x.number(Double(p) * Double(p - 1) / 4 * logOfPi)
    }

    /// self log y; 0 where self is 0, unless y is NaN.
    func timesLog(_ y: Node) throws(Failure) -> Node {
        try timesLogarithm(of: y, from: 0) { (y) throws(Failure) in try y.log() }
    }

    /// self log(1 + y); 0 where self is 0, unless y is NaN.
    func timesLog1p(_ y: Node) throws(Failure) -> Node {
        try timesLogarithm(of: y, from: -1) { (y) throws(Failure) in try y.log1p() }
    }

    /// Where self is 0 and the logarithm is infinite or there is none, it is taken of another number.
    private func timesLogarithm(
        of y: Node, from lowest: Double, _ logarithm: (Node) throws(Failure) -> Node
    ) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, y)
        let (x, y) = (try cast(dtype), try y.cast(dtype))
        let isOutside = try y.lessEqual(y.number(lowest)).logicalOr(y.equal(y.number(.infinity)))
        let isLost = try x.equal(x.number(0)).logicalAnd(isOutside)
        return try x * logarithm(Node.select(isLost, y.number(1), y))
    }

    /// log(x / (1 - x)). About 1/2 by way of the inverse hyperbolic tangent, which keeps small results precise.
    func logit() throws(Failure) -> Node {
        let x = try asFloat()
        let isCentral = try (x - x.number(0.5)).absolute().less(x.number(0.25))
        let near = try Node.select(isCentral, x, x.number(0.5))
        let far = try Node.select(isCentral, x.number(0.25), x)
        let central = try x.number(2) * (x.number(2) * near - x.number(1)).atanh()
        return try Node.select(isCentral, central, (far / (x.number(1) - far)).log())
    }

    /// log(exp(self) + exp(other)) without overflow.
    func logAddExp(_ other: Node) throws(Failure) -> Node {
        try larger(other) { (distance) throws(Failure) in try distance.softplus() }
    }

    /// log2(2^self + 2^other) without overflow.
    func logAddExp2(_ other: Node) throws(Failure) -> Node {
        try larger(other) { (distance) throws(Failure) in
            let ln2 = try distance.number(0.693_147_180_559_945_3)
            return try (distance * ln2).softplus() / ln2
        }
    }

    /// The larger of two plus a function of the distance to the smaller one, which is 0 between equal infinities.
    private func larger(_ other: Node, plus rest: (Node) throws(Failure) -> Node) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, other)
        let (a, b) = (try cast(dtype), try other.cast(dtype))
        let isFirst = try a.greaterEqual(b)
        let (high, low) = (try Node.select(isFirst, a, b), try Node.select(isFirst, b, a))
        let isTie = try a.equal(b).logicalAnd(a.isInfinite())
        let zero = try a.number(0)
        let distance = try Node.select(isTie, zero, low) - Node.select(isTie, zero, high)
        return try high + rest(distance)
    }
}
