import Steps

/// Activation functions that are one instruction of a fused loop.

struct Tanh: Elementwise {
    var name: String { "tanh" }
    var opcode: LoopOpcode { .tanh }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(1, like: node) - node.square())
    }
}

struct Sigmoid: Elementwise {
    var name: String { "sigmoid" }
    var opcode: LoopOpcode { .sigmoid }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (node * (Node.scalar(1, like: node) - node))
    }
}

/// max(x, 0); the derivative at 0 is 0.
struct Relu: Elementwise {
    var name: String { "relu" }
    var opcode: LoopOpcode { .relu }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try Node.select(node.greater(Node.scalar(0, like: node)), d, Node.scalar(0, like: node))
    }
}

/// x where x > 0, else slope x; the derivative at 0 is the slope, as in PyTorch.
struct LeakyRelu: Elementwise {
    var slope: Double
    var name: String { "leaky_relu" }
    var opcode: LoopOpcode { .leakyRelu }
    var immediate: Double { slope }
    var keeps: Keeps { .inputs }
    func encode(into key: inout KeyBuilder) { key.append(slope) }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try Node.select(x.greater(Node.scalar(0, like: x)), d, d * Node.scalar(slope, like: x))
    }
}

/// x P(X <= x) for a standard normal X. The derivative is P(X <= x) + x p(x).
struct Gelu: Elementwise {
    var name: String { "gelu" }
    var opcode: LoopOpcode { .gelu }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d * (NormalCumulative().record([x]) + x * NormalCumulative.density(x))
    }
}

/// P(X <= x) for a standard normal X. The derivative is the density.
struct NormalCumulative: Elementwise {
    var name: String { "normal_cumulative" }
    var opcode: LoopOpcode { .normalCumulative }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * NormalCumulative.density(node.inputs[0])
    }

    static func density(_ x: Node) throws(Failure) -> Node {
        try Node.scalar(0.398_942_280_401_432_7, like: x) * (Node.scalar(-0.5, like: x) * x.square()).exp()
    }
}

/// log(1 + exp x).
struct Softplus: Elementwise {
    var name: String { "softplus" }
    var opcode: LoopOpcode { .softplus }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].sigmoid()
    }
}
