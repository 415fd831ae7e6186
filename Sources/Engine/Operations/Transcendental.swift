import Steps

/// exp, log and their kin, sine and cosine, the error function.

struct Exp: Elementwise {
    var name: String { "exp" }
    var opcode: LoopOpcode { .exp }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try d * node }
}

struct Expm1: Elementwise {
    var name: String { "expm1" }
    var opcode: LoopOpcode { .expm1 }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (node + Node.scalar(1, like: node))
    }
}

struct Log: Elementwise {
    var name: String { "log" }
    var opcode: LoopOpcode { .log }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try d / node.inputs[0] }
}

struct Log1p: Elementwise {
    var name: String { "log1p" }
    var opcode: LoopOpcode { .log1p }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d / (node.inputs[0] + Node.scalar(1, like: node))
    }
}

/// max(log x, -100), so that a loss of a probability 0 is finite. The derivative is that of log where log is above
/// -100, else 0.
struct ClampedLog: Elementwise {
    var name: String { "clamped_log" }
    var opcode: LoopOpcode { .clampedLog }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try Node.select(node.greater(Node.scalar(-100, like: node)), d / node.inputs[0], Node.scalar(0, like: node))
    }
}

struct Sin: Elementwise {
    var name: String { "sin" }
    var opcode: LoopOpcode { .sin }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try d * node.inputs[0].cos() }
}

struct Cos: Elementwise {
    var name: String { "cos" }
    var opcode: LoopOpcode { .cos }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try -(d * node.inputs[0].sin())
    }
}

/// The derivative is 2/sqrt(pi) exp(-x^2).
struct Erf: Elementwise {
    var name: String { "erf" }
    var opcode: LoopOpcode { .erf }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(1.128_379_167_095_512_6, like: node) * (-node.inputs[0].square()).exp())
    }
}

struct Exp2: Elementwise {
    var name: String { "exp2" }
    var opcode: LoopOpcode { .exp2 }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (node * Node.scalar(0.693_147_180_559_945_31, like: node))
    }
}

struct Log2: Elementwise {
    var name: String { "log2" }
    var opcode: LoopOpcode { .log2 }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d / (x * Node.scalar(0.693_147_180_559_945_31, like: x))
    }
}

struct Log10: Elementwise {
    var name: String { "log10" }
    var opcode: LoopOpcode { .log10 }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d / (x * Node.scalar(2.302_585_092_994_045_7, like: x))
    }
}
