/// Tensors as a data set: rows along the first axis.
public final class TensorRows: RowSource {
    public let count: Int
    public let x: RowLayout
    public let y: RowLayout?
    public let isRandomAccess = true
    public let preferredRun = 1
    private let xs: Tensor
    private let ys: Tensor?

    public init(_ x: Tensor, _ y: Tensor?) throws(Failure) {
        guard let rows = x.shape.first else { throw .shape(operation: "dataset", "x is a scalar and has no rows") }
        if let y, y.shape.first != rows {
            throw .shape(
                operation: "dataset",
                "x and y must have as many rows, but x is \(x.shape.text) and y is \(y.shape.text)")
        }
        count = rows
        xs = try x.detach()
        ys = try y.map { (y) throws(Failure) in try y.detach() }
        try Tensor.evaluate([xs] + (ys.map { [$0] } ?? []))
        self.x = RowLayout(dtype: x.dtype, shape: Array(x.shape.dropFirst()))
        self.y = y.map { RowLayout(dtype: $0.dtype, shape: Array($0.shape.dropFirst())) }
    }

    public func read(rows: [Int], x: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer?) throws(Failure) {
        try copy(rows, xs, self.x.bytes, x)
        if let y, let ys, let layout = self.y { try copy(rows, ys, layout.bytes, y) }
    }

    private func copy(_ rows: [Int], _ tensor: Tensor, _ bytes: Int, _ target: UnsafeMutableRawPointer) throws(Failure)
    {
        try tensor.withData { (data) throws(Failure) in
            for (place, row) in rows.enumerated() {
                (target + place * bytes).copyMemory(from: data + row * bytes, byteCount: bytes)
            }
        }
    }
}
