/// Elementwise operations as functions of tensors.
extension Tensor {
    /// Values of wb_unary_op in wingbeat.h.
    public enum Unary: Int32, CaseIterable {
        case identity, negative, absolute, sign, exp, expm1, log, log1p, sqrt, rsqrt, square, reciprocal, sin, cos,
            tanh, sigmoid, relu
        case leakyRelu, gelu, geluTanh, erf, softplus, logicalNot
        case exp2, log2, log10, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh
        case floor, ceil, round, trunc, erfc, logGamma, digamma, polygamma
        case logSigmoid, relu6, elu, selu, celu, silu, mish, softsign, hardSigmoid, hardSwish
        case isNaN, isInfinite, isFinite, bitwiseNot
    }

    /// Values of wb_binary_op.
    public enum Binary: Int32, CaseIterable {
        case add, subtract, multiply, divide, power, maximum, minimum, equal, notEqual, less, lessEqual, greater,
            greaterEqual
        case logicalAnd, logicalOr
        case floorDivide, remainder, truncDivide, atan2, logicalXor, bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft,
            shiftRight
    }

    public func applying(_ operation: Unary, parameter: Double? = nil) throws(Failure) -> Tensor {
        let x = try taken(by: operation.function).node()
        let y: Node
        switch operation {
        case .identity: y = try Identity().record([x])
        case .negative: y = try -x
        case .absolute: y = try x.absolute()
        case .sign: y = try x.sign()
        case .exp: y = try x.exp()
        case .expm1: y = try x.expm1()
        case .log: y = try x.log()
        case .log1p: y = try x.log1p()
        case .sqrt: y = try x.sqrt()
        case .rsqrt: y = try x.rsqrt()
        case .square: y = try x.square()
        case .reciprocal: y = try x.reciprocal()
        case .sin: y = try x.sin()
        case .cos: y = try x.cos()
        case .tanh: y = try x.tanh()
        case .sigmoid: y = try x.sigmoid()
        case .relu: y = try x.relu()
        case .leakyRelu: y = try x.leakyRelu(parameter ?? 0.01)
        case .gelu: y = try x.gelu()
        case .geluTanh: y = try x.geluTanh()
        case .erf: y = try x.erf()
        case .softplus: y = try x.softplus()
        case .logicalNot: y = try x.logicalNot()
        case .exp2: y = try x.exp2()
        case .log2: y = try x.log2()
        case .log10: y = try x.log10()
        case .tan: y = try x.tan()
        case .asin: y = try x.asin()
        case .acos: y = try x.acos()
        case .atan: y = try x.atan()
        case .sinh: y = try x.sinh()
        case .cosh: y = try x.cosh()
        case .asinh: y = try x.asinh()
        case .acosh: y = try x.acosh()
        case .atanh: y = try x.atanh()
        case .floor: y = try x.floor()
        case .ceil: y = try x.ceil()
        case .round: y = try x.round(decimals: whole(parameter ?? 0, "round", "decimals"))
        case .trunc: y = try x.trunc()
        case .erfc: y = try x.erfc()
        case .logGamma: y = try x.logGamma()
        case .digamma: y = try x.digamma()
        case .polygamma:
            let order = try whole(parameter ?? 1, "polygamma", "order")
            guard order >= 0, order <= 100 else {
                throw .argument(operation: "polygamma", "the order must be in 0 ... 100, but is \(order)")
            }
            y = try x.polygamma(order)
        case .logSigmoid: y = try x.logSigmoid()
        case .relu6: y = try x.hardTanh(0, 6)
        case .elu: y = try x.elu(parameter ?? 1)
        case .selu: y = try x.selu()
        case .celu: y = try x.celu(parameter ?? 1)
        case .silu: y = try x.silu()
        case .mish: y = try x.mish()
        case .softsign: y = try x.softsign()
        case .hardSigmoid: y = try x.hardSigmoid()
        case .hardSwish: y = try x.hardSwish()
        case .isNaN: y = try x.isNaN()
        case .isInfinite: y = try x.isInfinite()
        case .isFinite: y = try x.isFinite()
        case .bitwiseNot: y = try x.bitwiseNot()
        }
        return try Tensor(result: y)
    }

    public static func apply(_ operation: Binary, _ a: Tensor, _ b: Tensor) throws(Failure) -> Tensor {
        let name = operation.function
        return try Tensor(result: record(operation, a.taken(by: name).node(), b.taken(by: name).node()))
    }

    /// One side is a number, which takes the tensor's dtype as a Python number does: a fraction makes integers the
    /// standard float.
    public func applying(_ operation: Binary, _ value: Double, reversed: Bool = false) throws(Failure) -> Tensor {
        var x = try taken(by: operation.function).node()
        if !x.dtype.isFloat, value.rounded(.towardZero) != value { x = try x.cast(.standard) }
        if x.dtype == .bool, value != 0, value != 1 { x = try x.cast(.int64) }
        // What is computed with a number of more digits than the tensor has counts them all, as in PyTorch.
        let counts = x.dtype.isHalf && Tensor.arithmetic.contains(operation)
        let wide = counts ? try x.cast(.float32) : x
        let number = try Node.scalar(value, like: wide)
        let result = try reversed ? Tensor.record(operation, number, wide) : Tensor.record(operation, wide, number)
        return try Tensor(result: counts ? result.cast(x.dtype) : result)
    }

    private static let arithmetic: Set<Binary> = [.add, .subtract, .multiply, .divide, .power]

    private static func record(_ operation: Binary, _ a: Node, _ b: Node) throws(Failure) -> Node {
        switch operation {
        case .add: return try a + b
        case .subtract: return try a - b
        case .multiply: return try a * b
        case .divide: return try a / b
        case .power: return try a.power(b)
        case .maximum: return try a.maximum(b)
        case .minimum: return try a.minimum(b)
        case .equal: return try a.equal(b)
        case .notEqual: return try a.notEqual(b)
        case .less: return try a.less(b)
        case .lessEqual: return try a.lessEqual(b)
        case .greater: return try a.greater(b)
        case .greaterEqual: return try a.greaterEqual(b)
        case .logicalAnd: return try a.logicalAnd(b)
        case .logicalOr: return try a.logicalOr(b)
        case .floorDivide: return try a.floorDivide(b)
        case .remainder: return try a.remainder(b)
        case .truncDivide: return try a.truncDivide(b)
        case .atan2: return try a.atan2(b)
        case .logicalXor: return try a.logicalXor(b)
        case .bitwiseAnd: return try a.bitwiseAnd(b)
        case .bitwiseOr: return try a.bitwiseOr(b)
        case .bitwiseXor: return try a.bitwiseXor(b)
        case .shiftLeft: return try a.shiftLeft(b)
        case .shiftRight: return try a.shiftRight(b)
        }
    }

    // MARK: With parameters

    /// Between the bounds; infinite ones are none.
    public func clamped(_ lower: Double, _ upper: Double) throws(Failure) -> Tensor {
        try Tensor(result: node().clamped(lower, upper))
    }

    /// Between bounds that broadcast with the tensor; nil: none.
    public func clamped(_ lower: Tensor?, _ upper: Tensor?) throws(Failure) -> Tensor {
        let low = try lower.map { (bound) throws(Failure) in try bound.node() }
        let high = try upper.map { (bound) throws(Failure) in try bound.node() }
        return try Tensor(result: node().clamped(low, high))
    }

    public func hardTanh(_ lower: Double, _ upper: Double) throws(Failure) -> Tensor {
        guard lower <= upper else {
            throw .argument(operation: "hardtanh", "the bounds are the wrong way round: \(lower) and \(upper)")
        }
        return try Tensor(result: node().hardTanh(lower, upper))
    }

    public func softplus(beta: Double, threshold: Double) throws(Failure) -> Tensor {
        guard beta.isFinite, beta != 0 else {
            throw .argument(operation: "softplus", "beta must be finite and not 0, but is \(beta)")
        }
        return try Tensor(result: taken(by: "softplus").node().softplus(beta: beta, threshold: threshold))
    }

    /// nil: the largest and the smallest number of the dtype.
    public func nanToNum(nan: Double, positive: Double?, negative: Double?) throws(Failure) -> Tensor {
        try Tensor(result: node().nanToNum(nan: nan, positive: positive, negative: negative))
    }

    public func lerp(_ end: Tensor, _ weight: Tensor) throws(Failure) -> Tensor {
        try Tensor(result: node().lerp(end.node(), weight.node()))
    }
}

/// A parameter that has to be a whole number.
private func whole(_ value: Double, _ operation: String, _ what: String) throws(Failure) -> Int {
    guard let number = Int(exactly: value) else {
        throw .argument(operation: operation, "\(what) must be a whole number, but is \(value)")
    }
    return number
}
