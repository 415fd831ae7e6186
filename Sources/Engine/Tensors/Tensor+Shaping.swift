/// Axes merged, split, moved, dropped, added and repeated.
extension Tensor {
    /// Axes start ... end as one.
    public func flatten(_ start: Int = 0, _ end: Int = -1) throws(Failure) -> Tensor {
        let shape = shape.isEmpty ? [1] : shape
        let first = try normalized(axis: start, rank: shape.count, operation: "flatten")
        let last = try normalized(axis: end, rank: shape.count, operation: "flatten")
        guard first <= last else {
            throw .argument(
                operation: "flatten", "start_dim \(start) lies behind end_dim \(end) in shape \(self.shape.text)")
        }
        return try reshape(
            Array(shape[..<first]) + [Array(shape[first...last]).elementCount] + Array(shape[(last + 1)...]))
    }

    /// One axis as several, of the given extents; one may be -1 and is deduced.
    public func unflatten(_ axis: Int, _ extents: Shape) throws(Failure) -> Tensor {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "unflatten")
        guard !extents.isEmpty else { throw .argument(operation: "unflatten", "no extents are given for axis \(axis)") }
        let target = try deducing(extents, for: [x.shape[place]], x.dtype, "unflatten")
        let whole = Array(x.shape[..<place]) + target + Array(x.shape[(place + 1)...])
        try checkShape(whole, x.dtype, operation: "unflatten")
        return try showing(x.reshape(whole), of: x)
    }

    /// Without the axes of extent 1: all of them, or those among `axes`.
    public func squeeze(_ axes: [Int]? = nil) throws(Failure) -> Tensor {
        let x = try node()
        let dropped = try reductionAxes(axes, of: x.shape, operation: "squeeze")
        return try showing(
            x.reshape(x.shape.indices.filter { x.shape[$0] != 1 || !dropped.contains($0) }.map { x.shape[$0] }), of: x)
    }

    /// With a new axis of extent 1, which is then axis `axis`.
    public func unsqueeze(_ axis: Int) throws(Failure) -> Tensor {
        let x = try node()
        var shape = x.shape
        shape.insert(1, at: try normalized(axis: axis, rank: shape.count + 1, operation: "unsqueeze"))
        try checkShape(shape, x.dtype, operation: "unsqueeze")
        return try showing(x.reshape(shape), of: x)
    }

    /// With two axes exchanged.
    public func transpose(_ a: Int, _ b: Int) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        // As in PyTorch, a scalar's axes may be named as if it had one.
        let (first, second) = (
            try normalized(axis: a, rank: max(rank, 1), operation: "transpose"),
            try normalized(axis: b, rank: max(rank, 1), operation: "transpose")
        )
        var order = Array(0..<rank)
        if first != second { order.swapAt(first, second) }
        return try showing(x.permute(order), of: x)
    }

    /// Axis sources[i] becomes axis destinations[i]; the others keep their order.
    public func moveAxes(_ sources: [Int], _ destinations: [Int]) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        guard sources.count == destinations.count else {
            throw .argument(operation: "movedim", "\(sources.count) axes are to move to \(destinations.count) places")
        }
        _ = try normalized(axes: sources, rank: rank, operation: "movedim")
        _ = try normalized(axes: destinations, rank: rank, operation: "movedim")
        var order = [Int](repeating: -1, count: rank)
        for (source, destination) in zip(sources, destinations) {
            order[destination < 0 ? destination + rank : destination] = source < 0 ? source + rank : source
        }
        var rest = (0..<rank).filter { !order.contains($0) }.makeIterator()
        return try showing(x.permute(order.map { $0 >= 0 ? $0 : rest.next() ?? 0 }), of: x)
    }

    /// As broadcast(to:), where -1 keeps an extent.
    public func expand(_ shape: Shape) throws(Failure) -> Tensor {
        let own = self.shape
        let new = shape.count - own.count
        guard new >= 0 else {
            throw .shape(
                operation: "expand",
                "\(own.count) extents at least are expected, as many as the tensor has, but \(shape.count) were given")
        }
        return try broadcast(to: shape.enumerated().map { $1 == -1 && $0 >= new ? own[$0 - new] : $1 })
    }

    /// The tensor counts[i] times in a row along axis i. There is a count for each axis; those in excess make new axes
    /// in front.
    public func repeated(_ counts: [Int]) throws(Failure) -> Tensor { try repeated(counts, "repeat") }

    /// The same, where counts that are missing in front are 1.
    public func tile(_ counts: [Int]) throws(Failure) -> Tensor {
        try repeated([Int](repeating: 1, count: max(shape.count - counts.count, 0)) + counts, "tile")
    }

    private func repeated(_ counts: [Int], _ name: String) throws(Failure) -> Tensor {
        let x = try node()
        let new = counts.count - x.shape.count
        guard new >= 0 else {
            throw .argument(
                operation: name,
                "\(x.shape.count) counts at least are expected, one for each axis, but \(counts.count) were given")
        }
        for count in counts where count < 0 { throw .argument(operation: name, "a count is negative: \(counts.text)") }
        let shape = [Int](repeating: 1, count: new) + x.shape
        // Each axis that repeats gets one in front of it, along which it is broadcast.
        var (apart, wide, result): (Shape, Shape, Shape) = ([], [], [])
        for (extent, count) in zip(shape, counts) {
            if count != 1 {
                apart.append(1)
                wide.append(count)
            }
            apart.append(extent)
            wide.append(extent)
            let (product, overflow) = extent.multipliedReportingOverflow(by: count)
            guard !overflow else { throw .memory(operation: name, bytes: Int.max) }
            result.append(product)
        }
        try checkShape(result, x.dtype, operation: name)
        try checkShape(wide, x.dtype, operation: name)
        return try Tensor(result: x.reshape(apart).broadcast(to: wide).reshape(result))
    }

    /// The diagonal of the matrices over two axes, which go; it becomes the last axis. offset > 0 lies above the main
    /// diagonal.
    public func diagonal(_ offset: Int = 0, _ a: Int = 0, _ b: Int = 1) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        let (rows, columns) = (
            try normalized(axis: a, rank: rank, operation: "diagonal"),
            try normalized(axis: b, rank: rank, operation: "diagonal")
        )
        guard rows != columns else {
            throw .argument(operation: "diagonal", "two axes are expected, but both are axis \(a)")
        }
        let rest = (0..<rank).filter { $0 != rows && $0 != columns }
        let leading = rest.map { x.shape[$0] }
        let (height, width) = (x.shape[rows], x.shape[columns])
        // In row-major order the elements of a diagonal are width + 1 apart.
        let slice = Diagonal(height, width, offset).slice
        let flat = try x.permute(rest + [rows, columns]).reshape(leading + [height * width])
        return try showing(flat.sliced(leading.map { AxisSlice.whole($0) } + [slice]), of: x)
    }

    /// A vector as a diagonal of a matrix of zeros, or, of a matrix, its diagonal.
    public func diag(_ offset: Int = 0) throws(Failure) -> Tensor {
        let x = try node()
        if x.shape.count == 2 {
            let shown = try diagonal(offset)
            shown.cut()
            return shown
        }
        guard x.shape.count == 1 else {
            throw .shape(operation: "diag", "a vector or a matrix is expected, but \(x.shape.text) was given")
        }
        let (extent, overflow) = x.count.addingReportingOverflow(Int(clamping: offset.magnitude))
        guard !overflow else { throw .memory(operation: "diag", bytes: Int.max) }
        try checkShape([extent, extent], x.dtype, operation: "diag")
        let slice = Diagonal(extent, extent, offset).slice
        return try Tensor(result: x.embedded(in: [extent * extent], [slice]).reshape([extent, extent]))
    }

    /// The last axis as a diagonal of matrices of zeros, whose axes are then `a` and `b`.
    public func diagEmbed(_ offset: Int, _ a: Int, _ b: Int) throws(Failure) -> Tensor {
        let x = try node()
        guard let count = x.shape.last else {
            throw .shape(operation: "diag_embed", "one axis at least is expected, but the tensor is a scalar")
        }
        let rank = x.shape.count + 1
        let (rows, columns) = (
            try normalized(axis: a, rank: rank, operation: "diag_embed"),
            try normalized(axis: b, rank: rank, operation: "diag_embed")
        )
        guard rows != columns else {
            throw .argument(operation: "diag_embed", "two axes are expected, but both are axis \(a)")
        }
        let (extent, overflow) = count.addingReportingOverflow(Int(clamping: offset.magnitude))
        guard !overflow else { throw .memory(operation: "diag_embed", bytes: Int.max) }
        let leading = Array(x.shape.dropLast())
        try checkShape(leading + [extent, extent], x.dtype, operation: "diag_embed")
        let slices = leading.map { AxisSlice.whole($0) } + [Diagonal(extent, extent, offset).slice]
        let matrices = try x.embedded(in: leading + [extent * extent], slices).reshape(leading + [extent, extent])
        // Axis rank - 2 goes to `rows`, the last to `columns`; the others keep their order.
        var (order, rest) = ([Int](), (0..<rank - 2).makeIterator())
        for axis in 0..<rank {
            order.append(axis == rows ? rank - 2 : axis == columns ? rank - 1 : rest.next() ?? 0)
        }
        return try Tensor(result: matrices.permute(order))
    }

    /// The last two axes' matrices with zeros above (or, for the upper triangle, below) the diagonal at `offset`.
    public func triangle(_ offset: Int, isLower: Bool) throws(Failure) -> Tensor {
        let x = try node()
        let name = isLower ? "tril" : "triu"
        guard x.shape.count >= 2 else {
            throw .shape(operation: name, "two axes at least are expected, but the shape is \(x.shape.text)")
        }
        let (height, width) = (x.shape[x.shape.count - 2], x.shape[x.shape.count - 1])
        // Floats count exactly this far; then all is one loop of one dtype.
        let counts = x.dtype.isFloat && height + width < 1 << 24 ? x.dtype : .int64
        let shift = Double(min(max(offset, -height), width))
        let rows = try Arange(start: shift, step: 1, count: height, dtype: counts).record([]).reshape([height, 1])
        let columns = try Arange(start: 0, step: 1, count: width, dtype: counts).record([])
        let keeps = try isLower ? columns.lessEqual(rows) : columns.greaterEqual(rows)
        return try Tensor(result: Node.select(keeps, x, Node.scalar(0, like: x)))
    }

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
}

/// Where the elements of a diagonal lie in a matrix in row-major order.
struct Diagonal {
    let slice: AxisSlice

    init(_ height: Int, _ width: Int, _ offset: Int) {
        // Farther off there is nothing, and differences might overflow.
        let offset = max(-height, min(width, offset))
        let count = min(height, width, width - offset, height + offset)
        let start = offset >= 0 ? offset : -offset * width
        slice = AxisSlice(start: count == 0 ? 0 : start, step: count <= 1 ? 1 : width + 1, count: count)
    }
}
