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

/// I' of order n is (I of n - 1 plus I of n + 1) / 2, and I of -1 is I of 1. The scaled one is exp(-|x|) I.
struct ModifiedBessel: Elementwise {
    var isScaled: Bool
    var order: Int
    var name: String { isScaled ? "i\(order)e" : "i\(order)" }
    var opcode: LoopOpcode { isScaled ? .scaledBesselI : .besselI }
    var immediate: Double { Double(order) }
    var keeps: Keeps { [.inputs, .output] }

    func encode(into key: inout KeyBuilder) {
        key.append(isScaled)
        key.append(order)
    }

    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }

    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        func neighbour(_ order: Int) throws(Failure) -> Node {
            try ModifiedBessel(isScaled: isScaled, order: order).record([x])
        }
        let slope =
            order == 0
            ? try neighbour(1) : try Node.scalar(0.5, like: node) * (neighbour(order - 1) + neighbour(order + 1))
        return try d * (isScaled ? slope - x.sign() * node : slope)
    }
}
