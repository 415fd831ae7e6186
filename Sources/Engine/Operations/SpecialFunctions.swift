import Steps

/// The error function's kin, the gamma function's logarithm with its derivatives, and others of one argument.

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

/// The derivative of that order of sin(pi x) / (pi x).
struct Sinc: Elementwise {
    var order: Int
    var name: String { "sinc" }
    var opcode: LoopOpcode { .sinc }
    var immediate: Double { Double(order) }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append(order) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * Sinc(order: order + 1).record([node.inputs[0]])
    }
}

/// exp(x^2) erfc(x). The derivative is 2 x erfcx(x) - 2/sqrt(pi).
struct ScaledErfc: Elementwise {
    var name: String { "erfcx" }
    var opcode: LoopOpcode { .scaledErfc }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let double = try Node.scalar(2, like: node) * node.inputs[0] * node
        return try d * (double - Node.scalar(1.128_379_167_095_512_6, like: node))
    }
}

/// Where the error function is x. The derivative is sqrt(pi)/2 exp(y^2).
struct InverseErf: Elementwise {
    var name: String { "erfinv" }
    var opcode: LoopOpcode { .inverseErf }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(0.886_226_925_452_758, like: node) * node.square().exp())
    }
}

/// Where the standard normal distribution function is x. The derivative is sqrt(2 pi) exp(y^2 / 2).
struct NormalQuantile: Elementwise {
    var name: String { "ndtri" }
    var opcode: LoopOpcode { .normalQuantile }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let exponential = try (Node.scalar(0.5, like: node) * node.square()).exp()
        return try d * (Node.scalar(2.506_628_274_631_000_5, like: node) * exponential)
    }
}

/// log P(X <= x) for a standard normal X. The derivative is p(x) / P(X <= x) = sqrt(2/pi) / erfcx(-x / sqrt(2)).
struct LogNormalCumulative: Elementwise {
    var name: String { "log_ndtr" }
    var opcode: LoopOpcode { .logNormalCumulative }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let scaled = try (Node.scalar(-0.707_106_781_186_547_5, like: node) * node.inputs[0]).scaledErfc()
        return try d * (Node.scalar(0.797_884_560_802_865_4, like: node) / scaled)
    }
}

/// -x log x, 0 at 0 and -infinity below. The derivative is -1 - log x.
struct Entropy: Elementwise {
    var name: String { "entr" }
    var opcode: LoopOpcode { .entropy }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(-1, like: node) - node.inputs[0].log())
    }
}
