/// Tensors as a data set: rows along the first axis.
public final class TensorRows: RowSource {
    public let count: Int
    public let columns: [RowLayout]
    public let roles: RowRoles
    public let isRandomAccess = true
    public let preferredRun = 1
    private let tensors: [Tensor]

    public convenience init(_ x: Tensor, _ y: Tensor?) throws(Failure) {
        try self.init([x] + (y.map { [$0] } ?? []), RowRoles(inputs: 1, targets: y == nil ? 0 : 1))
    }

    public init(_ tensors: [Tensor], _ roles: RowRoles) throws(Failure) {
        guard let first = tensors.first, roles.count == tensors.count else {
            throw .argument(
                operation: "dataset", "\(roles.count.counted("column")) were announced, but \(tensors.count) given")
        }
        for tensor in tensors where tensor.shape.isEmpty {
            throw .shape(operation: "dataset", "x is a scalar and has no rows")
        }
        for tensor in tensors where tensor.shape[0] != first.shape[0] {
            throw .shape(
                operation: "dataset",
                "x and y must have as many rows, but x is \(first.shape.text) and y is \(tensor.shape.text)")
        }
        count = first.shape[0]
        columns = tensors.map { RowLayout(dtype: $0.dtype, shape: Array($0.shape.dropFirst())) }
        try roles.checkWeight(columns, operation: "dataset")
        self.roles = roles
        self.tensors = try tensors.map { (tensor) throws(Failure) in try tensor.detach() }
        try Tensor.evaluate(self.tensors)
    }

    public func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
        for (column, target) in memory.enumerated() {
            guard let target else { continue }
            let bytes = columns[column].bytes
            try tensors[column].withData { (data) throws(Failure) in
                for (place, row) in rows.enumerated() {
                    (target + place * bytes).copyMemory(from: data + row * bytes, byteCount: bytes)
                }
            }
        }
    }
}

extension RowRoles {
    /// Throws where the weight is not one number of a float type for each row.
    public func checkWeight(_ columns: [RowLayout], operation: String) throws(Failure) {
        guard hasWeight, let weight = columns.last else { return }
        guard weight.dtype.isFloat, weight.shape.reduce(1, *) == 1 else {
            throw .shape(
                operation: operation,
                "the weights must be one float for each row, but are \(weight.dtype.name) of shape \(weight.shape)")
        }
    }
}
