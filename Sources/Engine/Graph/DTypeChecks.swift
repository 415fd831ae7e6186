import Steps

extension DType {
    /// Throws a sentence of `operation` unless the dtype is a float one.
    func requireFloat(_ operation: String) throws(Failure) {
        guard isFloat else {
            throw .dtype(operation: operation, "a floating dtype is expected, but \(name) was given")
        }
    }
}
