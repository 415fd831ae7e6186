import Steps

/// Bessel functions of a whole order. Derivatives are those of the neighbouring orders, so there are all of them.

/// J' of order n is (J of n - 1 minus J of n + 1) / 2, and J of -1 is -J of 1; Y follows the same rule.
struct BesselFunction: Elementwise {
    enum Kind: Int { case first, second }

    var kind: Kind
    var order: Int
    var name: String { kind == .first ? "bessel_j" : "bessel_y" }
    var opcode: LoopOpcode { kind == .first ? .besselJ : .besselY }
    var immediate: Double { Double(order) }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append([kind.rawValue, order]) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        func neighbour(_ order: Int) throws(Failure) -> Node {
            try BesselFunction(kind: kind, order: order).record([x])
        }
        if order == 0 { return try -(d * neighbour(1)) }
        return try d * (Node.scalar(0.5, like: node) * (neighbour(order - 1) - neighbour(order + 1)))
    }
}

/// I' of order n is (I of n - 1 plus I of n + 1) / 2 and K' minus that of K; I of -1 is I of 1, K of -1 is K of 1. The
/// scaled ones are exp(-|x|) I and e^x K.
struct ModifiedBessel: Elementwise {
    var kind: BesselFunction.Kind
    var isScaled: Bool
    var order: Int
    var name: String { (kind == .first ? "i" : "k") + String(order) + (isScaled ? "e" : "") }

    var opcode: LoopOpcode {
        switch kind {
        case .first: isScaled ? .scaledBesselI : .besselI
        case .second: isScaled ? .scaledBesselK : .besselK
        }
    }

    var immediate: Double { Double(order) }
    var keeps: Keeps { [.inputs, .output] }

    func encode(into key: inout KeyBuilder) {
        key.append(isScaled)
        key.append([kind.rawValue, order])
    }

    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }

    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        func neighbour(_ order: Int) throws(Failure) -> Node {
            try ModifiedBessel(kind: kind, isScaled: isScaled, order: order).record([x])
        }
        let slope =
            order == 0
            ? try neighbour(1) : try Node.scalar(0.5, like: node) * (neighbour(order - 1) + neighbour(order + 1))
        switch kind {
        case .first: return try d * (isScaled ? slope - x.sign() * node : slope)
        case .second: return try isScaled ? d * (node - slope) : -(d * slope)
        }
    }
}

/// A polynomial of a family, p_n(x). There is no derivative with respect to the degree.
struct OrthogonalPolynomial: Elementwise {
    var family: PolynomialFamily
    var name: String { "orthogonal_polynomial" }
    var opcode: LoopOpcode { .orthogonalPolynomial }
    var immediate: Double { family.immediate }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append([family.kind.rawValue, family.parameter]) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }

    /// Of Gegenbauer's C with lambda it is 2 lambda C with lambda + 1, of Chebyshev's T n U, of Laguerre's L with alpha
    /// -L with alpha + 1, of Hermite's H 2 n H and of the other one n He, all of the degree n - 1. Chebyshev's third
    /// and fourth kind are U of degree n less U of degree n - 1, and the sum of the two.
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        guard input == 0 else {
            throw .unsupported(operation: name, "there is no derivative with respect to the degree; detach it")
        }
        let (x, n) = (node.inputs[0], node.inputs[1])
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: n) }
        func lower(_ kind: PolynomialFamily.Kind, _ parameter: Int = 0, by less: Double = 1) throws(Failure) -> Node {
            try OrthogonalPolynomial(family: PolynomialFamily(kind, parameter)).record([x, n - number(less)])
        }
        switch family.kind {
        case .gegenbauer where family.parameter == 0: return try d * (n * lower(.gegenbauer, 2))
        case .gegenbauer:
            return try d * (number(Double(family.parameter)) * lower(.gegenbauer, family.parameter + 2))
        case .third: return try d * (number(2) * (lower(.gegenbauer, 4) - lower(.gegenbauer, 4, by: 2)))
        case .fourth: return try d * (number(2) * (lower(.gegenbauer, 4) + lower(.gegenbauer, 4, by: 2)))
        case .laguerre: return try -(d * lower(.laguerre, family.parameter + 1))
        case .hermite: return try d * (number(2) * n * lower(.hermite))
        case .statisticalHermite: return try d * (n * lower(.statisticalHermite))
        }
    }
}
