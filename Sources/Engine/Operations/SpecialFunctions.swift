import Steps

/// The complement of the error function, and the gamma function's logarithm with its derivatives.

/// The derivative is -2/sqrt(pi) exp(-x^2).
struct Erfc: Elementwise {
    var name: String { "erfc" }
    var opcode: LoopOpcode { .erfc }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(-1.128_379_167_095_512_6, like: node) * (-node.inputs[0].square()).exp())
    }
}

/// log |gamma(x)|.
struct LogGamma: Elementwise {
    var name: String { "lgamma" }
    var opcode: LoopOpcode { .logGamma }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].digamma()
    }
}

/// The derivative of log gamma(x).
struct Digamma: Elementwise {
    var name: String { "digamma" }
    var opcode: LoopOpcode { .digamma }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].polygamma(1)
    }
}

/// The derivative of that order of digamma.
struct Polygamma: Elementwise {
    var order: Int
    var name: String { "polygamma" }
    var opcode: LoopOpcode { .polygamma }
    var immediate: Double { Double(order) }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append(order) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].polygamma(order + 1)
    }
}
