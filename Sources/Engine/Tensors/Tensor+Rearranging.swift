import Steps

/// Tensors turned, cut at places, given more axes, repeated element by element, and cut into windows.
extension Tensor {
    /// Turned by a quarter k times in the plane of two axes, from the first to the second.
    public func rotated(_ k: Int, _ axes: [Int]) throws(Failure) -> Tensor {
        guard axes.count == 2 else {
            throw .argument(operation: "rot90", "two axes are expected, but \(axes.count) were given")
        }
        let (first, second) = (
            try normalized(axis: axes[0], rank: shape.count, operation: "rot90"),
            try normalized(axis: axes[1], rank: shape.count, operation: "rot90")
        )
        guard first != second else {
            throw .argument(operation: "rot90", "two axes are expected, but both are axis \(axes[0])")
        }
        switch (k % 4 + 4) % 4 {
        case 0: return try applying(.identity)
        case 1: return try flip([second]).transpose(first, second)
        case 2: return try flip([first, second])
        default: return try flip([first]).transpose(first, second)
        }
    }

    /// In reverse order along one axis, which a tensor of `least` axes has.
    func mirrored(_ axis: Int, least: Int, _ name: String) throws(Failure) -> Tensor {
        guard shape.count >= least else {
            throw .shape(
                operation: name,
                "\(least) or more axes are expected, but the shape is \(shape.text)")
        }
        return try flip([axis])
    }

    /// With axes of extent 1 where there are fewer than `rank` (1, 2 or 3): in front, and of a matrix that gets a third
    /// one behind.
    public func atLeast(_ rank: Int) throws(Failure) -> Tensor {
        let x = try node()
        guard x.shape.count < rank else { return self }
        let shape: Shape
        switch (x.shape.count, rank) {
        case (2, _): shape = x.shape + [1]
        case (1, 3): shape = [1] + x.shape + [1]
        case (1, _): shape = [1] + x.shape
        default: shape = Shape(repeating: 1, count: rank)
        }
        return try showing(x.reshape(shape), of: x)
    }

    // MARK: Cutting

    /// `count` parts along an axis; the first have one element more where they cannot be equal.
    public func tensorSplit(_ count: Int, _ axis: Int, _ name: String = "tensor_split") throws(Failure) -> [Tensor] {
        let extent = shape[try normalized(axis: axis, rank: shape.count, operation: name)]
        guard count >= 1, count <= Tensor.mostParts else {
            throw .argument(
                operation: name, "1 to \(Tensor.mostParts) parts are possible, but \(count) were asked for")
        }
        return try split((0..<count).map { extent / count + ($0 < extent % count ? 1 : 0) }, axis)
    }

    /// The parts between places along an axis, which are Python's bounds of slices.
    public func tensorSplit(at places: [Int], _ axis: Int) throws(Failure) -> [Tensor] {
        let place = try normalized(axis: axis, rank: shape.count, operation: "tensor_split")
        guard places.count < Tensor.mostParts else {
            throw .argument(operation: "tensor_split", "at most \(Tensor.mostParts) parts are possible")
        }
        var (parts, start): ([Tensor], Int?) = ([], nil)
        for stop in places.map(Optional.some) + [nil] {
            parts.append(try slice(place, start: start, stop: stop, step: 1))
            start = stop
        }
        return parts
    }

    /// Equal parts along an axis, or the parts between places.
    func equalSplit(_ sections: Value, _ axis: Int, _ name: String) throws(Failure) -> [Tensor] {
        if let list = sections.list { return try tensorSplit(at: list.compactMap { $0.integer.map { Int($0) } }, axis) }
        let (count, extent) = (Int(sections.integer ?? 0), shape[axis])
        guard count >= 1, extent % count == 0 else {
            throw .argument(
                operation: name, "axis \(axis) of extent \(extent) cannot be cut into \(count) equal parts")
        }
        return try tensorSplit(count, axis, name)
    }

    // MARK: Repeating

    /// Each element `count` times in a row along an axis; nil: of the flattened tensor.
    public func repeatInterleave(_ count: Int, _ axis: Int?) throws(Failure) -> Tensor {
        guard count >= 0 else {
            throw .argument(operation: "repeat_interleave", "the count must not be negative, but is \(count)")
        }
        let (x, place) = try interleaved(axis)
        let (extent, overflow) = x.shape[place].multipliedReportingOverflow(by: count)
        guard !overflow else { throw .memory(operation: "repeat_interleave", bytes: Int.max) }
        let (before, after) = (Array(x.shape[..<place]), Array(x.shape[(place + 1)...]))
        try checkShape(before + [extent] + after, x.dtype, operation: "repeat_interleave")
        let apart = try x.reshape(before + [x.shape[place], 1] + after)
        let wide = try apart.broadcast(to: before + [x.shape[place], count] + after)
        return try Tensor(result: wide.reshape(before + [extent] + after))
    }

    /// Each element as often in a row as `counts` says, whose values are needed at once.
    public func repeatInterleave(_ counts: Tensor, _ axis: Int?) throws(Failure) -> Tensor {
        let (x, place) = try interleaved(axis)
        let extent = x.shape[place]
        guard counts.shape.count <= 1, counts.count == 1 || counts.count == extent else {
            throw .shape(
                operation: "repeat_interleave",
                "one count, or one for each of \(extent) elements is expected, but the counts are \(counts.shape.text)")
        }
        let places = try counts.broadcast(to: [extent]).repeatedPlaces()
        return try Tensor(result: IndexSelect(axis: place).record([x, places.node()]))
    }

    private func interleaved(_ axis: Int?) throws(Failure) -> (Node, Int) {
        let x = try node()
        guard let axis else { return (try x.reshape([x.count]), 0) }
        return (x, try normalized(axis: axis, rank: x.shape.count, operation: "repeat_interleave"))
    }

    /// Each place of this vector of counts as often in a row as its count says: int64.
    public func repeatedPlaces() throws(Failure) -> Tensor {
        let name = "repeat_interleave"
        guard dtype.isInteger, shape.count == 1 else {
            throw .dtype(
                operation: name, "counts are a vector of integers, but \(dtype.name) \(shape.text) was given")
        }
        guard ThreadState.current.capture == nil else {
            throw .state(
                operation: name,
                "how many elements there will be is not known inside a capture block, where nothing is computed yet; "
                    + "give one count as a number")
        }
        let count = count
        return try cast(.int64).withData { (data) throws(Failure) in
            let counts = UnsafeBufferPointer(start: data.assumingMemoryBound(to: Int64.self), count: count)
            var total = 0
            for number in counts {
                guard number >= 0 else { throw .argument(operation: name, "a count is negative: \(number)") }
                let (sum, overflow) = total.addingReportingOverflow(Int(number))
                guard !overflow else { throw .memory(operation: name, bytes: Int.max) }
                total = sum
            }
            return try Tensor(dtype: .int64, shape: [total]) { (memory) throws(Failure) in
                var next = memory.assumingMemoryBound(to: Int64.self)
                for (place, number) in counts.enumerated() {
                    next.update(repeating: Int64(place), count: Int(number))
                    next += Int(number)
                }
            }
        }
    }

    // MARK: Windows

    /// The windows of `size` elements along an axis, `step` apart, along a new last axis; the axis counts them. A
    /// scalar is its only window.
    public func windows(_ axis: Int, size: Int, step: Int) throws(Failure) -> Tensor {
        let x = try node()
        if x.shape.isEmpty, axis == 0 || axis == -1 {
            return try reshape([1]).windows(0, size: size, step: step).reshape([size])
        }
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "unfold")
        let extent = x.shape[place]
        guard (0...extent).contains(size), step > 0 else {
            throw .argument(
                operation: "unfold",
                "a size of 0 ... \(extent) and a step above 0 are expected, but found \(size) and \(step)")
        }
        let count = (extent - size) / step + 1
        let starts = try Arange(start: 0, step: Double(min(step, extent + 1)), count: count, dtype: .int64).record([])
        let steps = try Arange(start: 0, step: 1, count: size, dtype: .int64).record([])
        let picked = try IndexSelect(axis: place).record([x, starts.reshape([count, 1]) + steps])
        let others = picked.shape.indices.filter { $0 != place + 1 }
        return try Tensor(result: picked.permute(others + [place + 1]))
    }
}
