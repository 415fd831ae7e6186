/// The operations as functions of tensors: what the layers above record with. Axes may be negative.
extension Tensor {
    /// Values of wb_reduce_op.
    public enum Reduce: Int32, CaseIterable {
        case sum, mean, maximum, minimum, argMaximum, argMinimum, logSumExp, product, all, any
    }

    public static func + (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() + b.node()) }
    public static func - (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() - b.node()) }
    public static func * (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() * b.node()) }
    public static func / (a: Tensor, b: Tensor) throws(Failure) -> Tensor { try Tensor(result: a.node() / b.node()) }
    public static func + (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.add, b) }
    public static func - (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.subtract, b) }
    public static func - (a: Double, b: Tensor) throws(Failure) -> Tensor {
        try b.applying(.subtract, a, reversed: true)
    }
    public static func * (a: Tensor, b: Double) throws(Failure) -> Tensor { try a.applying(.multiply, b) }

    public static func choose(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws(Failure) -> Tensor {
        try Tensor(result: Node.select(condition.node(), a.node(), b.node()))
    }

    public func cast(_ dtype: DType) throws(Failure) -> Tensor { try Tensor(result: node().cast(dtype)) }

    public func matmul(_ other: Tensor) throws(Failure) -> Tensor { try Tensor(result: node().matmul(other.node())) }

    /// self W^T + b; weight [out, in], bias [out].
    public func linear(_ weight: Tensor, _ bias: Tensor?) throws(Failure) -> Tensor {
        try Tensor(result: node().linear(weight.node(), bias.map { (bias) throws(Failure) in try bias.node() }))
    }

    // MARK: Reductions

    /// Over `axes`; all for nil.
    public func reduce(_ operation: Reduce, _ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        let x = try node()
        let places = try normalized(axes: axes, rank: x.shape.count, operation: operation.name)
        switch operation {
        case .sum: return try Tensor(result: x.sum(places, keepdims: keepdims))
        case .mean: return try Tensor(result: x.mean(places, keepdims: keepdims))
        case .maximum, .minimum:
            return try Tensor(result: x.extremum(places, keepdims: keepdims, isMaximum: operation == .maximum))
        case .logSumExp: return try Tensor(result: x.logSumExp(places, keepdims: keepdims))
        case .product: return try Tensor(result: x.product(places, keepdims: keepdims))
        case .all: return try Tensor(result: x.all(places, keepdims: keepdims))
        case .any: return try Tensor(result: x.any(places, keepdims: keepdims))
        case .argMaximum, .argMinimum:
            let isMaximum = operation == .argMaximum
            if places.count == 1 {
                return try Tensor(result: x.argExtremum(places[0], keepdims: keepdims, isMaximum: isMaximum))
            }
            guard places.count == x.shape.count else {
                throw .argument(
                    operation: isMaximum ? "argmax" : "argmin",
                    "one axis is expected, or all of them, but \(places.count) were given")
            }
            let flat = try x.reshape([x.count]).argExtremum(0, keepdims: false, isMaximum: isMaximum)
            return try Tensor(result: keepdims ? flat.reshape([Int](repeating: 1, count: x.shape.count)) : flat)
        }
    }

    public func sum(_ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        try reduce(.sum, axes, keepdims: keepdims)
    }
    public func mean(_ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        try reduce(.mean, axes, keepdims: keepdims)
    }

    public func softmax(_ axis: Int) throws(Failure) -> Tensor {
        let x = try node()
        return try Tensor(result: x.softmax(normalized(axis: axis, rank: x.shape.count, operation: "softmax")))
    }

    public func logSoftmax(_ axis: Int) throws(Failure) -> Tensor {
        let x = try node()
        return try Tensor(result: x.logSoftmax(normalized(axis: axis, rank: x.shape.count, operation: "log_softmax")))
    }

    // MARK: Shapes

    /// One extent may be -1 and is then deduced.
    public func reshape(_ shape: Shape) throws(Failure) -> Tensor {
        let x = try node()
        return try showing(x.reshape(deducing(shape, for: x.shape, x.dtype, "reshape")), of: x)
    }

    /// `extents`, of which one may be -1 and is then deduced, for as many elements as `source` has.
    func deducing(_ extents: Shape, for source: Shape, _ dtype: DType, _ name: String) throws(Failure) -> Shape {
        var target = extents
        let unknown = extents.indices.filter { extents[$0] == -1 }
        guard unknown.count <= 1 else { throw .argument(operation: name, "only one extent can be -1: \(extents.text)") }
        if let place = unknown.first { target[place] = 1 }
        try checkShape(target, dtype, operation: name)
        let (known, count) = (target.elementCount, source.elementCount)
        guard let place = unknown.first else {
            guard known == count else {
                throw .shape(
                    operation: name, "\(source.text) has \(count.counted("element")), \(extents.text) has \(known)")
            }
            return target
        }
        guard known > 0, count % known == 0 else {
            throw .shape(
                operation: name, "\(source.text) has \(count.counted("element")), which \(extents.text) cannot hold")
        }
        target[place] = count / known
        return target
    }

    /// Axis i of the result is axis order[i]; nil reverses all axes.
    public func permute(_ order: [Int]? = nil) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        guard let order else { return try showing(x.permute(Array((0..<rank).reversed())), of: x) }
        guard order.count == rank else {
            throw .argument(
                operation: "permute",
                "\(rank) axes are expected, as many as the tensor has, but \(order.count) were given")
        }
        let places = try order.map { (axis) throws(Failure) in
            try normalized(axis: axis, rank: rank, operation: "permute")
        }
        guard Set(places).count == rank else {
            throw .argument(operation: "permute", "an axis is named twice: \(order.text)")
        }
        return try showing(x.permute(places), of: x)
    }

    public func broadcast(to shape: Shape) throws(Failure) -> Tensor {
        try checkShape(shape, dtype, operation: "broadcast_to")
        let x = try node()
        let result = try Tensor(result: x.broadcast(to: shape))
        result.view = BoxView(of: self, x.shape == shape ? [] : [BroadcastTo(shape: shape)], isDetached: false)
        return result
    }

    public static func concatenate(_ tensors: [Tensor], _ axis: Int) throws(Failure) -> Tensor {
        guard let first = tensors.first else {
            throw .argument(operation: "concatenate", "there are no tensors to join")
        }
        let place = try normalized(axis: axis, rank: first.shape.count, operation: "concatenate")
        let dtype = tensors.reduce(first.dtype) { promote($0, $1.dtype) }
        let nodes = try tensors.map { (tensor) throws(Failure) in try tensor.node().cast(dtype) }
        return try Tensor(result: Concatenate(axis: place).record(nodes))
    }

    /// x[start:stop:step] along one axis, with Python's rules; nil: from or to the end that the step's sign implies.
    public func slice(_ axis: Int, start: Int?, stop: Int?, step: Int) throws(Failure) -> Tensor {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "slice")
        let slice = try AxisSlice(start: start, stop: stop, step: step, of: x.shape[place], operation: "slice")
        if slice == .whole(x.shape[place]) { return try showing(x, of: x) }
        return try showing(
            Slice(axis: place, start: slice.start, step: slice.step, count: slice.count).record([x]), of: x)
    }

    /// `length` elements along an axis, from `start` on, which counts from the end if it is negative.
    public func narrow(_ axis: Int, start: Int, length: Int) throws(Failure) -> Tensor {
        let place = try normalized(axis: axis, rank: shape.count, operation: "narrow")
        let extent = shape[place]
        let first = start < 0 && start >= -extent ? start + extent : start
        guard (0...extent).contains(first), (0...extent - first).contains(length) else {
            throw .index(
                operation: "narrow",
                """
                a start and a length within the extent \(extent) of axis \(place) are expected, \
                but found \(start) and \(length)
                """)
        }
        return try slice(place, start: first, stop: first + length, step: 1)
    }

    /// The slice at one position along an axis, which goes.
    public func select(_ axis: Int, at position: Int) throws(Failure) -> Tensor {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "select")
        let extent = x.shape[place]
        guard (-extent..<extent).contains(position) else {
            throw .index(
                operation: "select", "position \(position) is out of range for axis \(place) of extent \(extent)")
        }
        return try showing(x, place, at: position < 0 ? position + extent : position)
    }

    // MARK: Creation

    public static func full(_ shape: Shape, _ value: Double, _ dtype: DType) throws(Failure) -> Tensor {
        try Tensor(result: Node.full(shape, dtype == .bool && value != 0 ? 1 : value, dtype))
    }

    /// The same of a whole number, exactly; an error where an integer dtype does not hold it.
    public static func full(_ shape: Shape, whole value: Int64, _ dtype: DType) throws(Failure) -> Tensor {
        try Operand.constant(.integer(value), dtype, "full").broadcast(to: shape)
    }

    public static func arange(_ start: Double, _ stop: Double, _ step: Double, _ dtype: DType) throws(Failure) -> Tensor
    {
        guard start.isFinite, stop.isFinite, step.isFinite, step != 0 else {
            throw .argument(
                operation: "arange",
                "start, stop and step must be finite and step not 0, but are \(start), \(stop), \(step)")
        }
        let extent = ((stop - start) / step).rounded(.up)
        guard extent < 0x1p48 else { throw .memory(operation: "arange", bytes: Int.max) }
        return try Tensor(result: Arange(start: start, step: step, count: Int(max(0, extent)), dtype: dtype).record([]))
    }
}
