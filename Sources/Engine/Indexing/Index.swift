/// One entry of an index expression, x[entry, entry, ...].
public enum Index {
    /// One position, counted from the end if negative; the axis goes.
    case at(Int)
    /// start:stop:step with Python's rules; nil: from or to the end that the step's sign implies.
    case slice(start: Int?, stop: Int?, step: Int)
    /// A new axis of extent 1.
    case newAxis
    /// As many whole axes as are left.
    case ellipsis
    /// Integers: positions along one axis. Bool: a mask over as many axes as it has.
    case tensor(Tensor)

    /// So many entries an expression may have: more than there are axes, since new ones take entries too.
    public static let most = 64
}

extension AxisSlice {
    /// start:stop:step of an axis, with Python's rules.
    init(start: Int?, stop: Int?, step: Int, of extent: Int, operation: String) throws(Failure) {
        guard step != 0 else { throw .argument(operation: operation, "the step must not be 0") }
        guard step != Int.min else { throw .argument(operation: operation, "the step is too far below 0: \(step)") }
        func clamp(_ index: Int, _ low: Int, _ high: Int) -> Int {
            let shifted = index < 0 ? (index < -extent ? low : index + extent) : index
            return min(max(shifted, low), high)
        }
        let first: Int
        if step > 0 {
            first = start.map { clamp($0, 0, extent) } ?? 0
            let end = stop.map { clamp($0, 0, extent) } ?? extent
            count = end > first ? (end - first - 1) / step + 1 : 0
        } else {
            first = start.map { clamp($0, -1, extent - 1) } ?? extent - 1
            let end = stop.map { clamp($0, -1, extent - 1) } ?? -1
            count = first > end ? (first - end - 1) / -step + 1 : 0
        }
        self.start = count == 0 ? 0 : first
        self.step = count <= 1 ? 1 : step
    }
}

extension Tensor {
    /// x[entries]: what NumPy picks. A mask's values are needed at once, since the shape depends on them.
    public func index(_ entries: [Index]) throws(Failure) -> Tensor {
        let x = try node()
        return try showing(Selection(x.shape, entries).read(x), of: x)
    }

    /// x[entries] = value: points this box at the old values with those that are picked replaced by `value`, which
    /// broadcasts to them and is cast. Where an element is picked twice, the last value stays. As with `assign`, a leaf
    /// that requires gradients takes it only while gradients are disabled.
    public func assign(_ entries: [Index], _ value: Tensor) throws(Failure) {
        try checkWritable()
        let x = try node()
        let changed = try Selection(x.shape, entries).written(x, value.node().cast(dtype))
        if changed !== x { try replace(with: changed.asResult()) }
    }

    /// What `assign` writes, as a new tensor; this one stays as it is.
    public func assigning(_ entries: [Index], _ value: Tensor) throws(Failure) -> Tensor {
        let x = try node()
        return try Tensor(result: Selection(x.shape, entries).written(x, value.node().cast(dtype)))
    }
}
