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
