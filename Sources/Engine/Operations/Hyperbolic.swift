import Steps

/// Hyperbolic functions but tanh, which is with the activations, and their inverses.

struct Sinh: Elementwise {
    var name: String { "sinh" }
    var opcode: LoopOpcode { .sinh }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].cosh()
    }
}

struct Cosh: Elementwise {
    var name: String { "cosh" }
    var opcode: LoopOpcode { .cosh }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * node.inputs[0].sinh()
    }
}

struct Asinh: Elementwise {
    var name: String { "asinh" }
    var opcode: LoopOpcode { .asinh }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d * (x.square() + Node.scalar(1, like: x)).rsqrt()
    }
}

struct Acosh: Elementwise {
    var name: String { "acosh" }
    var opcode: LoopOpcode { .acosh }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d * ((x - Node.scalar(1, like: x)) * (x + Node.scalar(1, like: x))).rsqrt()
    }
}

struct Atanh: Elementwise {
    var name: String { "atanh" }
    var opcode: LoopOpcode { .atanh }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d / ((Node.scalar(1, like: x) - x) * (Node.scalar(1, like: x) + x))
    }
}
