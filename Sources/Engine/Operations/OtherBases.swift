import Kernels

/// Exponentials and logarithms to the bases 2 and 10.

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
