import Steps

/// Any dtype but bool, all equal.
func numbers(_ dtypes: [DType], _ name: String) throws(Failure) -> DType {
    guard dtypes[0] != .bool else {
        throw .dtype(operation: name, "numbers are expected, but bool was given; cast it first")
    }
    return dtypes[0]
}

struct Add: Elementwise, Linear {
    var name: String { "add" }
    var opcode: LoopOpcode { .add }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { d }
}

struct Subtract: Elementwise, Linear {
    var name: String { "subtract" }
    var opcode: LoopOpcode { .subtract }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try numbers(dtypes, name) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { input == 0 ? d : try -d }
}

struct Multiply: Elementwise {
    var name: String { "multiply" }
    var opcode: LoopOpcode { .multiply }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try d * node.inputs[1 - input] }
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        node.inputs[0] === node.inputs[1] ? try pass.square(k, of: node.inputs[0]) : try pass.bilinear(k, node)
    }
}

struct Divide: Elementwise {
    var name: String { "divide" }
    var opcode: LoopOpcode { .divide }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let share = try d / node.inputs[1]
        return input == 0 ? share : try -(share * node)
    }
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        let divisor = node.inputs[1]
        return try pass.quotient(k, node, node.inputs[0], by: divisor, Multiply()) { (rest) throws(Failure) in
            try rest / divisor
        }
    }
}

/// a to the power b. The derivative with respect to b is 0 where a is 0, as the limit is for b > 0.
struct Power: Elementwise {
    var name: String { "pow" }
    var opcode: LoopOpcode { .power }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try numbers(dtypes, name) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        let (base, exponent) = (node.inputs[0], node.inputs[1])
        if input == 0 {
            if let number = exponent.fillValue {
                return number == 0
                    ? nil : try d * (Node.scalar(number, like: base) * base.power(Node.scalar(number - 1, like: base)))
            }
            // 0 times an infinite power of 0 is 0, with all derivatives: x^0 is constant.
            let one = try Node.scalar(1, like: exponent)
            let least = base.dtype.leastNormal
            let hasNoReciprocal = try base.absolute().less(Node.scalar(least, like: base))
            let isConstant = try exponent.equal(Node.scalar(0, like: exponent)).logicalAnd(hasNoReciprocal)
            return try d * (exponent * base.power(Node.select(isConstant, one, exponent) - one))
        }
        let zero = try Node.scalar(0, like: base)
        let isZero = try base.equal(zero)
        let logarithm = try Node.select(isZero, Node.scalar(1, like: base), base).log()
        return try d * Node.select(isZero, zero, node * logarithm)
    }
}

/// The larger of two; NaN if either is. Where they are equal each gets half of the cotangent, as in PyTorch.
struct Maximum: Elementwise {
    var name: String { "maximum" }
    var opcode: LoopOpcode { .maximum }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * shareOfChosen(node, input)
    }
}

struct Minimum: Elementwise {
    var name: String { "minimum" }
    var opcode: LoopOpcode { .minimum }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * shareOfChosen(node, 1 - input)
    }
}

/// 1 where input `side` is larger than the other one, 1/2 where they are equal, else 0.
private func shareOfChosen(_ node: Node, _ side: Int) throws(Failure) -> Node {
    let (mine, other) = (node.inputs[side], node.inputs[1 - side])
    let half = try Node.scalar(0.5, like: node)
    return try mine.greater(other).cast(node.dtype) + mine.equal(other).cast(node.dtype) * half
}

struct Negative: Elementwise, Linear {
    var name: String { "negative" }
    var opcode: LoopOpcode { .negative }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try numbers(dtypes, name) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try -d }
}

struct Absolute: Elementwise {
    var name: String { "abs" }
    var opcode: LoopOpcode { .absolute }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try d * node.inputs[0].sign() }
}

struct Sign: PiecewiseConstant {
    var name: String { "sign" }
    var opcode: LoopOpcode { .sign }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try numbers(dtypes, name) }
}

struct Square: Elementwise {
    var name: String { "square" }
    var opcode: LoopOpcode { .square }
    var keeps: Keeps { .inputs }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { dtypes[0] }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(2, like: d) * node.inputs[0])
    }
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.square(k, of: node.inputs[0])
    }
}

struct Reciprocal: Elementwise {
    var name: String { "reciprocal" }
    var opcode: LoopOpcode { .reciprocal }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? { try -(d * node.square()) }
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.quotient(k, node, nil, by: node.inputs[0], Multiply()) { (rest) throws(Failure) in try rest * node }
    }
}

struct Sqrt: Elementwise {
    var name: String { "sqrt" }
    var opcode: LoopOpcode { .sqrt }
    var keeps: Keeps { .output }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(0.5, like: node) / node)
    }
}

struct Rsqrt: Elementwise {
    var name: String { "rsqrt" }
    var opcode: LoopOpcode { .rsqrt }
    var keeps: Keeps { [.inputs, .output] }
    func result(_ dtypes: [DType]) throws(Failure) -> DType { try floats(dtypes) }
    func product(_ d: Node, along input: Int, of node: Node) throws(Failure) -> Node? {
        try d * (Node.scalar(-0.5, like: node) * node / node.inputs[0])
    }
}
