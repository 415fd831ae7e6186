/// Parts of a tensor.
extension Tensor {
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

    /// So many parts a tensor may be cut into: each is a node.
    static let mostParts = 1 << 20

    private func checkParts(_ count: Int, _ operation: String) throws(Failure) {
        guard count <= Tensor.mostParts else {
            throw .argument(
                operation: operation, "at most \(Tensor.mostParts) parts are possible, but this makes \(count)")
        }
    }

    /// Parts of `size` elements along an axis; the last has the rest.
    public func split(every size: Int, _ axis: Int) throws(Failure) -> [Tensor] {
        let extent = shape[try normalized(axis: axis, rank: shape.count, operation: "split")]
        guard size > 0 || (size == 0 && extent == 0) else {
            throw .argument(operation: "split", "parts of 1 element at least are expected, but \(size) were given")
        }
        guard extent > 0 else { return try split([0], axis) }
        let whole = extent / size
        try checkParts(whole, "split")
        let rest = extent % size
        return try split([Int](repeating: size, count: whole) + (rest > 0 ? [rest] : []), axis)
    }

    /// Parts of the given extents along an axis, which they fill.
    public func split(_ extents: [Int], _ axis: Int) throws(Failure) -> [Tensor] {
        try checkParts(extents.count, "split")
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "split")
        var left = x.shape[place]
        for extent in extents {
            guard extent >= 0, extent <= left else { break }
            left -= extent
        }
        guard left == 0, extents.allSatisfy({ $0 >= 0 }), extents.reduce(0, { $0 &+ $1 }) == x.shape[place] else {
            throw .argument(
                operation: "split",
                "extents that add up to the \(x.shape[place]) of axis \(place) are expected, but \(extents.text) were "
                    + "given"
            )
        }
        var start = 0
        var parts: [Tensor] = []
        for extent in extents {
            var slices = x.shape.map { AxisSlice.whole($0) }
            slices[place] = AxisSlice(start: start, step: 1, count: extent)
            parts.append(try showing(x.sliced(slices), of: x))
            start += extent
        }
        return parts
    }

    /// At most `count` parts of equal extents along an axis; the last may be smaller.
    public func chunk(_ count: Int, _ axis: Int) throws(Failure) -> [Tensor] {
        guard count >= 1 else {
            throw .argument(operation: "chunk", "1 part at least is expected, but \(count) were given")
        }
        let extent = shape[try normalized(axis: axis, rank: shape.count, operation: "chunk")]
        guard extent > 0 else {
            try checkParts(count, "chunk")
            return try split([Int](repeating: 0, count: count), axis)
        }
        return try split(every: (extent - 1) / count + 1, axis)
    }

    /// The slices along an axis, which goes. `room`: how many the caller takes, if that is settled.
    public func unbind(_ axis: Int, room: Int? = nil) throws(Failure) -> [Tensor] {
        let x = try node()
        let place = try normalized(axis: axis, rank: x.shape.count, operation: "unbind")
        if let room, room != x.shape[place] {
            throw .argument(
                operation: "unbind", "axis \(axis) has \(x.shape[place]) slices, but there is room for \(room)")
        }
        try checkParts(x.shape[place], "unbind")
        var parts: [Tensor] = []
        for position in 0..<x.shape[place] { parts.append(try showing(x, place, at: position)) }
        return parts
    }

    /// A view of the slice of `x`, this box's node, at one position along an axis, which goes.
    func showing(_ x: Node, _ place: Int, at position: Int) throws(Failure) -> Tensor {
        var slices = x.shape.map { AxisSlice.whole($0) }
        slices[place] = AxisSlice(start: position, step: 1, count: 1)
        var rest = x.shape
        rest.remove(at: place)
        return try showing(x.sliced(slices).reshape(rest), of: x)
    }
}
