import Steps

/// The tangent and the inverse trigonometric functions.

struct Tan: Elementwise {
    var name: String { "tan" }
    var opcode: LoopOpcode { .tan }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(1, like: node) + node.square())
    }
}

struct Asin: Elementwise {
    var name: String { "asin" }
    var opcode: LoopOpcode { .asin }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d * ((Node.scalar(1, like: x) - x) * (Node.scalar(1, like: x) + x)).rsqrt()
    }
}

struct Acos: Elementwise {
    var name: String { "acos" }
    var opcode: LoopOpcode { .acos }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try -(d * ((Node.scalar(1, like: x) - x) * (Node.scalar(1, like: x) + x)).rsqrt())
    }
}

struct Atan: Elementwise {
    var name: String { "atan" }
    var opcode: LoopOpcode { .atan }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let x = node.inputs[0]
        return try d / (Node.scalar(1, like: x) + x.square())
    }
}

/// The angle of the point (x, y), given y and x. The derivatives at the origin are 0, as in PyTorch.
struct Atan2: Elementwise {
    var name: String { "atan2" }
    var opcode: LoopOpcode { .atan2 }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let one = try Node.scalar(1, like: node)
        // Squares overflow and vanish where quotients do not. A scale that is piecewise constant takes no part in
        // derivatives.
        let size = try node.inputs[0].absolute().maximum(node.inputs[1].absolute()).log2().floor().exp2()
        let scale = try Node.select(size.greater(Node.scalar(0, like: size)).logicalAnd(size.isFinite()), size, one)
        let (y, x) = (try node.inputs[0] / scale, try node.inputs[1] / scale)
        let square = try y.square() + x.square()
        let divisor = try scale * Node.select(square.equal(Node.scalar(0, like: square)), one, square)
        return try input == 0 ? d * (x / divisor) : -(d * (y / divisor))
    }
}
