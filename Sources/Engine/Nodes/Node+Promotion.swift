import Steps

/// Dtypes that meet. Every function of nodes promotes its operands with these before it records an operation.
extension Node {
    func cast(_ dtype: DType) throws(Failure) -> Node {
        self.dtype == dtype ? self : try Cast(dtype: dtype).record([self])
    }

    /// Records a binary operation after promotion.
    static func promoting(_ operation: some Elementwise, _ a: Node, _ b: Node) throws(Failure) -> Node {
        if a.dtype == b.dtype { return try operation.record([a, b]) }
        let dtype = promote(a.dtype, b.dtype)
        return try operation.record([a.cast(dtype), b.cast(dtype)])
    }

    /// Floats as they are, other dtypes as float64, which is what NumPy's functions do.
    func asFloat() throws(Failure) -> Node { dtype.isFloat ? self : try cast(.float64) }

    /// This node, or a sentence where it holds no floats.
    func ofFloats(_ operation: String) throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(
                operation: operation, "float32 or float64 is expected, but \(dtype.name) was given; cast it first")
        }
        return self
    }

    /// The dtype in which functions of floats take such operands together.
    static func commonFloat(_ dtypes: DType...) -> DType {
        let common = dtypes.dropFirst().reduce(dtypes[0]) { promote($0, $1) }
        return common.isFloat ? common : .float64
    }
}
