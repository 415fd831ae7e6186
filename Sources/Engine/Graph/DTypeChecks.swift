import Steps

extension DType {
    /// Throws a sentence of `operation` unless the dtype is a float one.
    func requireFloat(_ operation: String) throws(Failure) {
        guard isFloat else {
            throw .dtype(operation: operation, "float32 or float64 is expected, but \(name) was given")
        }
    }
}
