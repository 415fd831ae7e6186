/// Elements turned round, rolled, and surrounded by others.
extension Tensor {
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
            let (before, after) = (max(width.before, 0), max(width.after, 0))
            let (extent, overflow) = kept.addingReportingOverflow(before)
            let (total, overflows) = extent.addingReportingOverflow(after)
            guard !overflow, !overflows else { throw .memory(operation: "pad", bytes: Int.max) }
            shape[axis] = total
            // What takes all elements away at one end leaves the nearest one to be repeated at the other.
            if mode == .replicate, kept == 0, x.shape[axis] > 0, total > 0 {
                slices[axis] = AxisSlice(start: width.before < 0 ? x.shape[axis] - 1 : 0, step: 1, count: 1)
                places[axis] = AxisSlice(start: 0, step: 1, count: 1)
            } else {
                slices[axis] = AxisSlice(start: kept == 0 ? 0 : cutBefore, step: 1, count: kept)
                places[axis] = AxisSlice(start: before, step: 1, count: kept)
            }
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
    func part(_ axis: Int, _ start: Int, _ count: Int, step: Int = 1) throws(Failure) -> Node {
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
