import Steps

/// Dtypes that meet. Every function of nodes promotes its operands with these before it records an operation.
extension Node {
    func cast(_ dtype: DType) throws(Failure) -> Node {
        self.dtype == dtype ? self : try Cast(dtype: dtype).record([self])
    }

    /// Records a binary operation after promotion.
    static func promoting(_ operation: some Elementwise, _ a: Node, _ b: Node) throws(Failure) -> Node {
        if a.dtype == b.dtype { return try operation.record([a, b]) }
        let dtype = common(a, b)
        if dtype.isHalf, a.dtype == .float32 || b.dtype == .float32 || a.dtype == .float64 || b.dtype == .float64 {
            // A number without axes does not widen the result, but it counts with all of its digits.
            let result = try operation.record([a.cast(.float32), b.cast(.float32)])
            return result.dtype == .float32 ? try result.cast(dtype) : result
        }
        return try operation.record([a.cast(dtype), b.cast(dtype)])
    }

    /// Floats as they are, other dtypes as the standard float.
    func asFloat() throws(Failure) -> Node { dtype.isFloat ? self : try cast(.standard) }

    /// `function` of the floats of this node. Those of 16 bits go through it as float32, and are rounded once at its
    /// end: what is made of several operations would round at each, and overflow in between.
    func composed(_ function: (Node) throws(Failure) -> Node) throws(Failure) -> Node {
        let x = try asFloat()
        guard x.dtype.isHalf else { return try function(x) }
        return try function(x.cast(.float32)).cast(x.dtype)
    }

    /// This node as what is composed takes it.
    func wide() throws(Failure) -> Node { dtype.isHalf ? try cast(.float32) : self }

    /// A result that was computed from `source` as float32, in the dtype of that.
    func narrow(like source: Node) throws(Failure) -> Node { source.dtype.isHalf ? try cast(source.dtype) : self }

    /// This node, or a sentence where it holds no floats.
    func ofFloats(_ operation: String) throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(operation: operation, "floats are expected, but \(dtype.name) was given; cast it first")
        }
        return self
    }

    /// The dtype in which nodes meet.
    static func common(_ nodes: Node...) -> DType { resultType(nodes.map { $0.type }) }

    /// The dtype in which functions of floats take such operands together.
    static func commonFloat(_ nodes: Node...) -> DType {
        let common = resultType(nodes.map { $0.type })
        return common.isFloat ? common : .standard
    }
}
