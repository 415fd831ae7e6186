/// Tensors joined, cut, turned round and padded.
extension Tensor {
    /// Joins tensors of one shape along a new axis.
    public static func stack(_ tensors: [Tensor], _ axis: Int) throws(Failure) -> Tensor {
        guard let first = tensors.first else { throw .argument(operation: "stack", "there are no tensors to join") }
        for (place, tensor) in tensors.enumerated() where tensor.shape != first.shape {
            throw .shape(
                operation: "stack",
                "tensors must have equal shapes, but tensor 0 is \(first.shape.text) and tensor \(place) is "
                    + "\(tensor.shape.text)"
            )
        }
        let place = try normalized(axis: axis, rank: first.shape.count + 1, operation: "stack")
        return try concatenate(tensors.map { (tensor) throws(Failure) in try tensor.unsqueeze(place) }, place)
    }

    /// Joins vectors along their axis, others along axis 1; scalars count as vectors.
    public static func hstack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        let parts = try tensors.map { (tensor) throws(Failure) in
            tensor.shape.isEmpty ? try tensor.reshape([1]) : tensor
        }
        return try concatenate(parts, parts.first?.shape.count == 1 ? 0 : 1)
    }

    /// Joins along axis 0; scalars and vectors count as rows of a matrix.
    public static func vstack(_ tensors: [Tensor]) throws(Failure) -> Tensor {
        try concatenate(
            tensors.map { (tensor) throws(Failure) in
                tensor.shape.count < 2 ? try tensor.reshape([1, tensor.count]) : tensor
            }, 0)
    }

    /// So many parts a tensor may be cut into: each is a node.
    private static let mostParts = 1 << 20

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

    /// Elements in reverse order along `axes`; along all for nil.
    public func flip(_ axes: [Int]?) throws(Failure) -> Tensor {
        let x = try node()
        let turned = try normalized(axes: axes, rank: x.shape.count, operation: "flip")
        let slices = x.shape.enumerated().map { axis, extent in
            turned.contains(axis) && extent > 1 ? AxisSlice(start: extent - 1, step: -1, count: extent) : .whole(extent)
        }
        return try Tensor(result: x.sliced(slices))
    }

    /// Element i of axis axes[k] goes to i + shifts[k], from the end to the beginning again. Without axes: of the
    /// flattened tensor.
    public func roll(_ shifts: [Int], _ axes: [Int]?) throws(Failure) -> Tensor {
        var x = try node()
        guard let axes else {
            guard shifts.count == 1 else {
                throw .argument(
                    operation: "roll", "one shift is expected where no axes are given, but there are \(shifts.count)")
            }
            return try Tensor(result: x.reshape([x.count]).rolled(shifts[0], 0).reshape(x.shape))
        }
        guard shifts.count == axes.count else {
            throw .argument(operation: "roll", "\(shifts.count) shifts are given for \(axes.count) axes")
        }
        for (shift, axis) in zip(shifts, axes) {
            x = try x.rolled(shift, normalized(axis: axis, rank: x.shape.count, operation: "roll"))
        }
        return try Tensor(result: x)
    }

    /// Values of wb_pad_mode in wingbeat.h.
    public enum PadMode: Int32, CaseIterable {
        case constant, reflect, replicate, circular
    }

    /// With `before` and `after` elements more along axes, the last axis first; a negative number takes some away.
    public func pad(_ widths: [(before: Int, after: Int)], _ mode: PadMode, value: Double = 0) throws(Failure) -> Tensor
    {
        try pad(widths, mode, with: .full([], value, dtype))
    }

    /// The same with a whole number, exactly; an error where an integer dtype does not hold it.
    public func pad(_ widths: [(before: Int, after: Int)], _ mode: PadMode, whole value: Int64) throws(Failure)
        -> Tensor
    {
        try pad(widths, mode, with: Operand.constant(.integer(value), dtype, "pad"))
    }

    private func pad(_ widths: [(before: Int, after: Int)], _ mode: PadMode, with value: Tensor) throws(Failure)
        -> Tensor
    {
        var x = try node()
        let rank = x.shape.count
        guard widths.count <= rank else {
            throw .argument(operation: "pad", "widths are given for \(widths.count) axes, but the tensor has \(rank)")
        }
        var slices = x.shape.map { AxisSlice.whole($0) }
        var places = slices
        var shape = x.shape
        for (back, width) in widths.enumerated() {
            let axis = rank - 1 - back
            let (kept, cutBefore) = (
                try keptExtent(x.shape[axis], width, axis), max(0, -max(width.before, -x.shape[axis]))
            )
            slices[axis] = AxisSlice(start: kept == 0 ? 0 : cutBefore, step: 1, count: kept)
            let (before, after) = (max(width.before, 0), max(width.after, 0))
            let (extent, overflow) = kept.addingReportingOverflow(before)
            let (total, overflows) = extent.addingReportingOverflow(after)
            guard !overflow, !overflows else { throw .memory(operation: "pad", bytes: Int.max) }
            shape[axis] = total
            places[axis] = AxisSlice(start: before, step: 1, count: kept)
        }
        try checkShape(shape, x.dtype, operation: "pad")
        x = try x.sliced(slices)
        guard mode != .constant else {
            return try Tensor(result: shape == x.shape ? x : value.node().broadcast(to: shape).assigning(places, x))
        }
        for (axis, place) in places.enumerated() {
            x = try x.padded(axis, place.start, shape[axis] - place.start - place.count, mode)
        }
        return try Tensor(result: x)
    }

    /// How many elements of an axis are left when negative widths have taken some away.
    private func keptExtent(_ extent: Int, _ width: (before: Int, after: Int), _ axis: Int) throws(Failure) -> Int {
        let (before, after) = (max(min(width.before, 0), -extent - 1), max(min(width.after, 0), -extent - 1))
        guard extent + before + after >= 0 else {
            throw .argument(
                operation: "pad",
                "widths of \(width.before) and \(width.after) take away more than the \(extent) elements of axis "
                    + "\(axis)"
            )
        }
        return extent + before + after
    }
}

extension Node {
    fileprivate func part(_ axis: Int, _ start: Int, _ count: Int, step: Int = 1) throws(Failure) -> Node {
        var slices = shape.map { AxisSlice.whole($0) }
        slices[axis] = AxisSlice(start: start, step: count > 1 ? step : 1, count: count)
        return try sliced(slices)
    }

    fileprivate func rolled(_ shift: Int, _ axis: Int) throws(Failure) -> Node {
        let extent = shape[axis]
        guard extent > 1 else { return self }
        let remainder = shift % extent
        let first = remainder < 0 ? remainder + extent : remainder
        if first == 0 { return self }
        return try Concatenate(axis: axis).record([part(axis, extent - first, first), part(axis, 0, extent - first)])
    }

    /// With what `mode` puts before and after the elements of an axis.
    fileprivate func padded(_ axis: Int, _ before: Int, _ after: Int, _ mode: Tensor.PadMode) throws(Failure) -> Node {
        if before == 0, after == 0 { return self }
        let extent = shape[axis]
        // How far the elements that are there reach.
        let limit = mode == .reflect ? extent - 1 : mode == .circular ? extent : extent > 0 ? Int.max : 0
        guard before <= limit, after <= limit else {
            throw .argument(
                operation: "pad",
                "axis \(axis) of extent \(extent) gives \(mode) \(max(limit, 0)) elements at most, but "
                    + "\(max(before, after)) are asked for"
            )
        }
        var parts: [Node] = []
        func edge(_ place: Int, _ count: Int) throws(Failure) -> Node {
            var wide = shape
            wide[axis] = count
            return try part(axis, place, 1).broadcast(to: wide)
        }
        if before > 0 {
            switch mode {
            case .reflect: parts.append(try part(axis, before, before, step: -1))
            case .circular: parts.append(try part(axis, extent - before, before))
            case .constant, .replicate: parts.append(try edge(0, before))
            }
        }
        parts.append(self)
        if after > 0 {
            switch mode {
            case .reflect: parts.append(try part(axis, extent - 2, after, step: -1))
            case .circular: parts.append(try part(axis, 0, after))
            case .constant, .replicate: parts.append(try edge(extent - 1, after))
            }
        }
        return try Concatenate(axis: axis).record(parts)
    }
}
