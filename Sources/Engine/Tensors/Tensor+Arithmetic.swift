/// Arithmetic, matrix products and casts of tensors.
extension Tensor {
    public static func + (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() + b.node()) }
    public static func + (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.add, b) }
    public static func - (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() - b.node()) }
    public static func - (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.subtract, b) }

    public static func - (a: Double, b: Tensor) throws(Failure) -> Tensor {
        try b.applying(.subtract, a, reversed: true)
    }

    public static func * (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() * b.node()) }
    public static func * (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.multiply, b) }
    public static func / (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() / b.node()) }
    public func matmul(_ other: Tensor) throws(Failure) -> Tensor {
        try Tensor(result: taken(by: "matmul").node().matmul(other.taken(by: "matmul").node()))
    }

    /// self W^T + b; weight [out, in], bias [out].
    public func linear(_ weight: Tensor, _ bias: Tensor?) throws(Failure) -> Tensor {
        let (x, weight) = (try taken(by: "linear").node(), try weight.taken(by: "linear").node())
        let added = try bias.map { (bias) throws(Failure) in try bias.node() }
        return try Tensor(result: x.linear(weight, added))
    }

    public func cast(_ dtype: DType) throws(Failure) -> Tensor { try Tensor(result: node().cast(dtype)) }

    public static func choose(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws(Failure) -> Tensor {
        try Tensor(result: Node.select(condition.node(), a.node(), b.node()))
    }
}
