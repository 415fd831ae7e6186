import Steps

/// Places in the flattened tensor, and along its axes.
extension Tensor {
    /// The places along each axis of `shape` of these places in the flattened shape: int64.
    public func unravelled(_ shape: Shape) throws(Failure) -> [Tensor] {
        let name = "unravel_index"
        guard dtype.isInteger else {
            throw .dtype(operation: name, "whole numbers are expected, but found \(dtype.name)")
        }
        guard shape.allSatisfy({ $0 >= 0 }) else {
            throw .shape(operation: name, "extents from 0 on are expected, but found \(shape.text)")
        }
        var rest = try node().cast(.int64)
        var places: [Tensor] = []
        for extent in shape.reversed() {
            let divisor = try Tensor.full([], whole: Int64(max(extent, 1)), .int64).node()
            places.append(try Tensor(result: rest.remainder(divisor)))
            rest = try rest.floorDivide(divisor)
        }
        return places.reversed()
    }

    /// offset + i stride[0] + j stride[1] + ... at [i, j, ...], places in the flattened tensor: int64.
    func stridedPlaces(_ size: Shape, _ strides: [Int], _ offset: Int, _ name: String) throws(Failure) -> Tensor {
        guard size.count == strides.count else {
            throw .argument(
                operation: name,
                "as many strides as extents are expected, but there are \(strides.count) for \(size.text)")
        }
        guard offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
            throw .argument(
                operation: name,
                "strides and an offset from 0 on are expected, but found \(strides.text) and \(offset)")
        }
        try checkShape(size, .int64, operation: name)
        let last = zip(size, strides).reduce(Int128(offset)) { $0 + Int128($1.0 - 1) * Int128($1.1) }
        guard size.contains(0) || last < count else {
            throw .index(
                operation: name,
                "places below \(count), the number of elements, are expected, but the last place is \(last)")
        }
        var places = try Tensor.full([], whole: size.contains(0) ? 0 : Int64(offset), .int64).node()
        for (axis, (extent, stride)) in zip(size, strides).enumerated() {
            let step = extent > 1 ? Double(min(stride, 1 << 48)) : 0
            let along = try Arange(start: 0, step: step, count: extent, dtype: .int64).record([])
            places = try places + along.reshape([extent] + [Int](repeating: 1, count: size.count - axis - 1))
        }
        return try Tensor(result: places.broadcast(to: size))
    }
}
