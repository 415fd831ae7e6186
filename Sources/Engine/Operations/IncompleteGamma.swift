import Steps

/// Functions of two arguments that are integrals and sums. As in PyTorch there is no derivative by the first.

private func missing(_ name: String) -> Failure {
    .unsupported(operation: name, "there is no derivative with respect to the first argument; detach it")
}

/// P(a, x), the regularised incomplete gamma function, or 1 - P. P' by x is x^(a - 1) exp(-x) / gamma(a).
struct IncompleteGamma: Elementwise {
    var isUpper: Bool
    var name: String { isUpper ? "igammac" : "igamma" }
    var opcode: LoopOpcode { isUpper ? .upperGamma : .lowerGamma }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append(isUpper) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        guard input == 1 else { throw missing(name) }
        let (a, x) = (node.inputs[0], node.inputs[1])
        let density = try ((a - Node.scalar(1, like: a)).timesLog(x) - x - a.logGamma()).exp()
        return try isUpper ? -(d * density) : d * density
    }
}

/// Hurwitz's zeta function: the sum of (q + k)^-s over k from 0. The derivative by q is -s zeta(s + 1, q).
struct Zeta: Elementwise {
    var name: String { "zeta" }
    var opcode: LoopOpcode { .zeta }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        guard input == 1 else { throw missing(name) }
        let (s, q) = (node.inputs[0], node.inputs[1])
        return try -(d * (s * Zeta().record([s + Node.scalar(1, like: s), q])))
    }
}
