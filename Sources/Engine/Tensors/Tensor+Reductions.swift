import Steps

/// Reductions with parameters, scans, and what orders elements, as functions of tensors. Axes may be negative; nil
/// means all.
extension Tensor {
    public func variance(_ axes: [Int]? = nil, correction: Double = 1, keepdims: Bool = false) throws(Failure) -> Tensor
    {
        let x = try node()
        let places = try reductionAxes(axes, of: x.shape, operation: "var")
        return try Tensor(result: x.variance(places, correction: correction, keepdims: keepdims))
    }

    public func standardDeviation(_ axes: [Int]? = nil, correction: Double = 1, keepdims: Bool = false) throws(Failure)
        -> Tensor
    {
        let x = try node()
        let places = try reductionAxes(axes, of: x.shape, operation: "std")
        let deviation = try x.wide().variance(places, correction: correction, keepdims: keepdims).rootOfNorm()
        return try Tensor(result: deviation.narrow(like: x))
    }

    public func norm(_ p: Double, _ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        let x = try taken(by: "norm").node()
        let places = try reductionAxes(axes, of: x.shape, operation: "norm")
        return try Tensor(result: x.norm(p, places, keepdims: keepdims))
    }

    // MARK: Along an axis

    /// The largest (smallest) element along an axis and its place, the first of equal ones. The derivative goes to the
    /// element that was picked.
    public func extreme(_ axis: Int, keepdims: Bool, isMaximum: Bool) throws(Failure) -> (
        values: Tensor, indices: Tensor
    ) {
        let places = try reduce(isMaximum ? .argMaximum : .argMinimum, [axis], keepdims: true)
        let values = try takeAlong(axis, places)
        return keepdims ? (values, places) : (try values.squeeze([axis]), try places.squeeze([axis]))
    }

    /// `function` of the tensor with at least one axis, and that axis; a scalar has one for the time being.
    func along<Result>(
        _ axis: Int, _ operation: String, _ function: (Node, Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let x = try node()
        let row = x.shape.isEmpty ? try x.reshape([1]) : x
        return try function(row, normalized(axis: axis, rank: row.shape.count, operation: operation))
    }

    public func cumulativeSum(_ axis: Int) throws(Failure) -> Tensor {
        let y = try taken(by: "cumsum").along(axis, "cumsum") { (x, place) throws(Failure) in try x.cumulativeSum(place)
        }
        return try Tensor(result: y.reshape(shape))
    }

    public func cumulativeProduct(_ axis: Int) throws(Failure) -> Tensor {
        let y = try taken(by: "cumprod").along(axis, "cumprod") { (x, place) throws(Failure) in
            try x.cumulativeProduct(place)
        }
        return try Tensor(result: y.reshape(shape))
    }

    /// The elements in ascending (descending) order, and their places; equal ones stay in their order, NaN counts as
    /// the largest.
    public func sorted(_ axis: Int, descending: Bool) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let (values, places) = try along(axis, "sort") { (x, place) throws(Failure) -> (Node, Node) in
            let places = try ArgSort(axis: place, isDescending: descending).record([x])
            return (try TakeAlongAxis(axis: place).record([x, places]), places)
        }
        return (try Tensor(result: values.reshape(shape)), try Tensor(result: places.reshape(shape)))
    }

    /// The k largest (smallest) elements in descending (ascending) order, and their places.
    public func top(_ k: Int, _ axis: Int, largest: Bool) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let isScalar = shape.isEmpty
        let (values, places) = try along(axis, "topk") { (x, place) throws(Failure) -> (Node, Node) in
            guard k >= 0, k <= x.shape[place] else {
                throw .argument(
                    operation: "topk",
                    "k is \(k), but axis \(place) of \(x.shape.text) has \(x.shape[place].counted("element"))")
            }
            let all = try ArgSort(axis: place, isDescending: largest).record([x])
            let places = try Slice(axis: place, start: 0, step: 1, count: k).record([all])
            return (try TakeAlongAxis(axis: place).record([x, places]), places)
        }
        guard isScalar, k == 1 else { return (try Tensor(result: values), try Tensor(result: places)) }
        return (try Tensor(result: values.reshape([])), try Tensor(result: places.reshape([])))
    }

    /// The distinct elements in ascending order, for each element of the tensor its place among them, and how often
    /// each occurs. NaN differs from NaN. As many as there are is known only when the elements are, so this computes at
    /// once. Derivatives go to the first of equal elements.
    ///
    /// With an axis: the distinct slices along it, in the order of their first elements, of their second, and so on;
    /// and each slice's place among them.
    public func unique(_ axis: Int? = nil) throws(Failure) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
        guard ThreadState.current.capture == nil else {
            throw .state(
                operation: "unique", "how many distinct elements there are is not known inside a capture block")
        }
        var (x, place, n) = (try node(), 0, count)
        if let axis {
            place = try normalized(axis: axis, rank: shape.count, operation: "unique")
            n = shape[place]
        } else {
            x = try x.reshape([count])
        }
        // [n, width]: what is compared
        let width = x.shape.enumerated().reduce(1) { $1.offset == place ? $0 : $0 * $1.element }
        let rows = try x.permute([place] + x.shape.indices.filter { $0 != place }).reshape([n, width])
            .cast(x.dtype.arithmetic)
        let type = rows.dtype
        let (inverse, counts, firsts) = (
            try Buffer.allocate(n * 8, for: "unique"), try Buffer.allocate(n * 8, for: "unique"),
            try Buffer.allocate(n * 8, for: "unique")
        )
        try compute([rows])
        guard let values = rows.value else { throw .internal(operation: "unique", "an evaluated tensor has no value") }
        let (order, total) = (try Buffer.allocate(n * 8, for: "unique"), try Buffer.allocate(8, for: "unique"))
        let inOrder: StepKind =
            width == 1
            ? .argSort(
                ArgSortStep(
                    dtype: type, layout: AxisLayout(outer: 1, n: n, inner: 1), isDescending: false, source: 0,
                    result: 1))
            : .rowOrder(RowOrderStep(dtype: type, n: n, width: width, source: 0, result: 1))
        try Plan.backend.run(inOrder, [values.pointer, order.pointer], for: "unique")
        let runs = RunsOfEqualsStep(
            dtype: type, n: n, width: width, source: 0, order: 1, inverse: 2, counts: 3, firsts: 4, found: 5)
        try Plan.backend.run(
            .runsOfEquals(runs), [values, order, inverse, counts, firsts, total].map { $0.pointer }, for: "unique")
        let found = Int(DType.int64.integer(total.pointer, 0))
        func prefix(_ buffer: Buffer) throws(Failure) -> Tensor {
            try Tensor(dtype: .int64, shape: [found]) { (memory) throws(Failure) in
                memory.copyMemory(from: buffer.pointer, byteCount: found * 8)
            }
        }
        let distinct = try IndexSelect(axis: place).record([x, prefix(firsts).node()])
        return (
            try Tensor(result: distinct), try Tensor(dtype: .int64, shape: axis == nil ? shape : [n], buffer: inverse),
            try prefix(counts)
        )
    }

    /// Values of wb_reduce_op.
    public enum Reduce: Int32, CaseIterable {
        case sum, mean, maximum, minimum, argMaximum, argMinimum, logSumExp, product, all, any
    }

    /// Over `axes`; all for nil.
    public func reduce(_ operation: Reduce, _ axes: [Int]? = nil, keepdims: Bool = false) throws(Failure) -> Tensor {
        let x = try taken(by: operation.function).node()
        let places = try reductionAxes(axes, of: x.shape, operation: operation.name)
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
        let y = try taken(by: "softmax").along(axis, "softmax") { (x, place) throws(Failure) in try x.softmax(place) }
        return try Tensor(result: y.reshape(shape))
    }

    public func logSoftmax(_ axis: Int) throws(Failure) -> Tensor {
        let y = try taken(by: "log_softmax").along(axis, "log_softmax") { (x, place) throws(Failure) in
            try x.logSoftmax(place)
        }
        return try Tensor(result: y.reshape(shape))
    }
}
