import Steps

/// Where the windows of a pool lie along the last axes of an input.
public struct PoolWindows {
    public let axes: Int
    let numbers: SpatialNumbers
    let kernel: [Int]
    let stride: [Int]
    let padding: [Int]
    let dilation: [Int]
    let isCeiled: Bool

    /// - Parameters:
    ///   - stride: nil for the window's extents.
    ///   - isCeiled: Whether a window that reaches over the end counts, if it begins before.
    public init(
        _ operation: String, axes: Int, kernel: [Int], stride: [Int]?, padding: [Int] = [0], dilation: [Int] = [1],
        isCeiled: Bool = false
    ) throws(Failure) {
        (self.axes, self.isCeiled) = (axes, isCeiled)
        numbers = SpatialNumbers(operation: operation, axes: axes)
        self.kernel = try numbers("kernel_size", kernel, least: 1)
        self.stride = try numbers("stride", stride.flatMap { $0.isEmpty ? nil : $0 } ?? kernel, least: 1)
        self.padding = try numbers("padding", padding, least: 0)
        self.dilation = try numbers("dilation", dilation, least: 1)
        for axis in 0..<axes where self.padding[axis] > reach(axis) / 2 {
            throw .argument(
                operation: operation,
                "padding is at most half of the window, but \(self.padding[axis]) is given for a window of "
                    + "\(reach(axis))")
        }
    }

    /// Elements from the first of a window to its last.
    private func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilation[axis] + 1 }

    /// The positions of the window along the last axes of a shape.
    func positions(_ shape: Shape) throws(Failure) -> [Int] {
        var found: [Int] = []
        for (axis, extent) in shape.suffix(axes).enumerated() {
            guard extent > 0 else {
                throw .shape(operation: numbers.operation, "there is nothing to pool in \(shape.text)")
            }
            let (step, left) = (stride[axis], extent + 2 * padding[axis] - reach(axis))
            let rounded = left + (isCeiled ? step - 1 : 0)
            var count = rounded >= 0 ? rounded / step + 1 : 0
            if isCeiled, (count - 1) * step >= extent + padding[axis] { count -= 1 }
            guard count > 0 else {
                throw .shape(
                    operation: numbers.operation,
                    "the window reaches over \(reach(axis)) elements of axis \(axis - axes), more than the "
                        + "\(extent + 2 * padding[axis]) of the padded input")
            }
            found.append(count)
        }
        return found
    }

    /// The elements of each window.
    func windows(_ shape: Shape) throws(Failure) -> [WindowArgMaxStep.Axis] {
        let (positions, spatial) = (try positions(shape), Array(shape.suffix(axes)))
        try MachineMemory.require(
            positions.reduce(0, +), of: 4 * MemoryLayout<Int>.size, for: numbers.operation)
        var found: [WindowArgMaxStep.Axis] = []
        for axis in 0..<axes {
            let (extent, step) = (spatial[axis], dilation[axis])
            var windows = WindowArgMaxStep.Axis(input: extent, dilation: step, firsts: [], counts: [])
            for position in 0..<positions[axis] {
                let start = position * stride[axis] - padding[axis]
                let skipped = start < 0 ? (step - 1 - start) / step : 0
                let first = start + skipped * step
                let count = Swift.min(kernel[axis] - skipped, (extent - first + step - 1) / step)
                guard count > 0, first < extent else {
                    throw .argument(
                        operation: numbers.operation,
                        "the window at position \(position) of axis \(axis - axes) has padding alone")
                }
                windows.firsts.append(first)
                windows.counts.append(count)
            }
            found.append(windows)
        }
        return found
    }

    /// How many elements each window has, by which a mean divides: a number for all, or a node [positions].
    fileprivate func counts(_ shape: Shape, _ positions: [Int], includesPadding: Bool, _ dtype: DType) throws(Failure)
        -> Node
    {
        let spatial = Array(shape.suffix(axes))
        var divisor = try Node.full([], 1, dtype)
        for axis in 0..<axes {
            let (extent, border) = (spatial[axis], includesPadding ? padding[axis] : 0)
            let last = (positions[axis] - 1) * stride[axis] - padding[axis] + kernel[axis]
            if last <= extent + border, includesPadding || padding[axis] == 0 {
                divisor = try divisor * Node.full([], Double(kernel[axis]), dtype)
                continue
            }
            // In float64, which has all these whole numbers.
            let starts = try Arange(
                start: Double(0 - padding[axis]), step: Double(stride[axis]), count: positions[axis], dtype: .float64
            ).record([])
            let ends = try (starts + Node.full([], Double(kernel[axis]), .float64)).minimum(
                Node.full([], Double(extent + border), .float64))
            let count = try ends - starts.maximum(Node.full([], Double(0 - border), .float64))
            divisor =
                try divisor
                * count.cast(dtype).reshape([positions[axis]] + [Int](repeating: 1, count: axes - 1 - axis))
        }
        return divisor
    }
}

/// Largest elements and means of windows, under PyTorch's names for sentences. Inputs are [N, C, spatial] or
/// [C, spatial].
extension Tensor {
    /// The largest elements, and where they are among those of their plane. NaN is larger than all; of equal ones the
    /// first counts.
    public func maxPool(_ windows: PoolWindows) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let x = try poolable(windows.numbers, floats: false)
        return try x.picked(windows.windows(x.shape))
    }

    /// The same for windows that share an input out to `size` positions; nil keeps an axis' extent.
    public func adaptiveMaxPool(axes: Int, size: [Int?]) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let numbers = SpatialNumbers(operation: "adaptive_max_pool\(axes)d", axes: axes)
        let x = try poolable(numbers, floats: false)
        let size = try numbers.sizes(size, x.shape)
        try MachineMemory.require(size.reduce(0, +), of: 4 * MemoryLayout<Int>.size, for: numbers.operation)
        return try x.picked(zip(x.shape.suffix(axes), size).map { AdaptiveWindows(extent: $0, size: $1).axis })
    }

    /// Means.
    /// - Parameters:
    ///   - includesPadding: Whether the zeros around the input are elements.
    ///   - divisor: What to divide sums by instead of the number of elements.
    public func averagePool(_ windows: PoolWindows, includesPadding: Bool = true, divisor: Int? = nil) throws(Failure)
        -> Tensor
    {
        let (x, axes) = (try poolable(windows.numbers, floats: true), windows.axes)
        guard divisor != 0 else {
            throw .argument(operation: windows.numbers.operation, "divisor_override must not be 0")
        }
        let positions = try windows.positions(x.shape)
        let (leading, spatial) = (Array(x.shape.dropLast(axes)), Array(x.shape.suffix(axes)))
        let planes = try x.reshape([leading.elementCount, 1] + spatial)
        let ones = try Node.full([1, 1] + windows.kernel, 1, x.dtype)
        let sums = try Convolution(
            axes: (0..<axes).map { axis in
                Convolution.Axis(
                    stride: windows.stride[axis], low: windows.padding[axis],
                    high: (positions[axis] - 1) * windows.stride[axis] + windows.kernel[axis] - spatial[axis]
                        - windows.padding[axis])
            }
        ).record([planes, ones]).reshape(leading + positions)
        guard let divisor else {
            let counts = try windows.counts(x.shape, positions, includesPadding: includesPadding, x.dtype)
            return try Tensor(result: sums / counts)
        }
        return try Tensor(result: sums / Node.full([], Double(divisor), x.dtype))
    }

    /// Means of windows that share an input out to `size` positions; nil keeps an axis' extent.
    public func adaptiveAveragePool(axes: Int, size: [Int?]) throws(Failure) -> Tensor {
        let numbers = SpatialNumbers(operation: "adaptive_avg_pool\(axes)d", axes: axes)
        var x = try poolable(numbers, floats: true)
        let sizes = try numbers.sizes(size, x.shape)
        for (place, size) in sizes.enumerated() {
            let axis = x.shape.count - axes + place
            x = try AdaptiveWindows(extent: x.shape[axis], size: size).means(x, axis)
        }
        return try Tensor(result: x)
    }

    /// (sum of x^p)^(1/p) of each window. Of a window that reaches over the end: as if it were whole.
    public func powerAveragePool(_ windows: PoolWindows, _ p: Double) throws(Failure) -> Tensor {
        guard p.isFinite, p != 0 else {
            throw .argument(operation: windows.numbers.operation, "norm_type is finite and not 0, but \(p) is given")
        }
        let x = try Tensor(result: poolable(windows.numbers, floats: true))
        let sums = try x.applying(.power, p).averagePool(windows) * windows.kernel.reduce(1.0) { $0 * Double($1) }
        return try sums.applying(.power, 1 / p)
    }

    /// Zeros with this tensor's elements where `maxPool` found them. size: the extents of the result; nil for the
    /// smallest that windows fill.
    public func maxUnpool(_ windows: PoolWindows, _ indices: Tensor, size: [Int]?) throws(Failure) -> Tensor {
        let (numbers, axes) = (windows.numbers, windows.axes)
        let (x, places) = (try poolable(numbers, floats: false), try indices.node())
        guard places.shape == x.shape, places.dtype.isInteger else {
            throw .shape(
                operation: numbers.operation,
                "indices are integers of the input's shape \(x.shape.text), but are \(places.dtype.name) of "
                    + "\(places.shape.text)")
        }
        var extents = zip(x.shape.suffix(axes).enumerated(), windows.stride).map { element, step in
            (element.element - 1) * step - 2 * windows.padding[element.offset] + windows.kernel[element.offset]
        }
        if let size {
            let wanted = Array(size.suffix(axes))
            guard size.count == axes || size.count == x.shape.count,
                zip(wanted, extents).enumerated().allSatisfy({
                    $1.0 > 0 && $1.0 > $1.1 - windows.stride[$0] && $1.0 < $1.1 + windows.stride[$0]
                })
            else {
                throw .argument(
                    operation: numbers.operation,
                    "output_size is less than a stride from \(extents.text), but \(size.text) is given")
            }
            extents = wanted
        }
        let leading = Array(x.shape.dropLast(axes))
        try checkShape(leading + extents, x.dtype, operation: numbers.operation)
        let (planes, count) = (leading.elementCount, x.shape.suffix(axes).reduce(1, *))
        let zeros = try Node.full([planes, extents.elementCount], 0, x.dtype)
        let scattered = try ScatterAlongAxis(axis: 1, accumulates: false).record([
            zeros, x.reshape([planes, count]), places.reshape([planes, count]),
        ])
        return try Tensor(result: scattered.reshape(leading + extents))
    }

    private func poolable(_ numbers: SpatialNumbers, floats: Bool) throws(Failure) -> Node {
        let x = try node()
        guard x.shape.count == numbers.axes + 1 || x.shape.count == numbers.axes + 2 else {
            throw .shape(
                operation: numbers.operation,
                "\(numbers.axes + 1) or \(numbers.axes + 2) axes are expected (channels first, with a batch in front "
                    + "or without), but the input is \(x.shape.text)")
        }
        guard floats ? x.dtype.isFloat : x.dtype != .bool else {
            throw .dtype(
                operation: numbers.operation,
                "\(floats ? "a floating dtype" : "a number dtype") is expected, but \(x.dtype.name) was given")
        }
        return x
    }
}

extension SpatialNumbers {
    /// The positions of an adaptive pool: those of the last axes of `shape` where nil is given.
    fileprivate func sizes(_ given: [Int?], _ shape: Shape) throws(Failure) -> [Int] {
        let spatial = Array(shape.suffix(axes))
        try check("output_size", given.compactMap { $0 }, least: 0)
        guard given.count == 1 || given.count == axes else {
            throw .argument(
                operation: operation,
                "output_size is one number or \(axes.counted("number")), but \(given.count) are given")
        }
        guard spatial.allSatisfy({ $0 > 0 }) else {
            throw .shape(operation: operation, "there is nothing to pool in \(shape.text)")
        }
        let sizes = (0..<axes).map { (given.count == axes ? given[$0] : given[0]) ?? spatial[$0] }
        try checkShape(Array(shape.dropLast(axes)) + sizes, .int64, operation: operation)
        return sizes
    }
}

extension Node {
    /// The elements of windows over the last axes that are the largest, and where they are.
    fileprivate func picked(_ windows: [WindowArgMaxStep.Axis]) throws(Failure) -> (values: Tensor, indices: Tensor) {
        let places = try WindowArgMax(axes: windows).record([self])
        let leading = shape.dropLast(windows.count).reduce(1, *)
        let flat = try reshape([leading, shape.suffix(windows.count).reduce(1, *)])
        let positions = windows.reduce(1) { $0 * $1.firsts.count }
        let values = try TakeAlongAxis(axis: 1).record([flat, places.reshape([leading, positions])])
        return (try Tensor(result: values.reshape(places.shape)), try Tensor(result: places))
    }
}

/// Windows that share the elements of an axis out: position q has those from floor(q extent / size) to before
/// ceil((q + 1) extent / size).
private struct AdaptiveWindows {
    let extent: Int
    let size: Int

    private func first(_ position: Int) -> Int { position * extent / size }
    private func count(_ position: Int) -> Int { ((position + 1) * extent + size - 1) / size - first(position) }

    var axis: WindowArgMaxStep.Axis {
        WindowArgMaxStep.Axis(
            input: extent, dilation: 1, firsts: (0..<size).map { first($0) }, counts: (0..<size).map { count($0) })
    }

    /// The means along an axis. Where windows have different extents, each has as many places as the largest, and those
    /// that it lacks do not count.
    func means(_ x: Node, _ axis: Int) throws(Failure) -> Node {
        let (before, behind) = (Array(x.shape[..<axis]), Array(x.shape[(axis + 1)...]))
        if size == 0 { return try Node.full(before + [0] + behind, 0, x.dtype) }
        if extent % size == 0 {
            return try x.reshape(before + [size, extent / size] + behind).mean([axis + 1], keepdims: false)
        }
        let most = (0..<size).reduce(0) { Swift.max($0, count($1)) }
        func number(_ value: Int) throws(Failure) -> Node { try Node.full([], Double(value), .int64) }
        let positions = try Arange(start: 0, step: 1, count: size, dtype: .int64).record([]).reshape([size, 1])
        let places = try Arange(start: 0, step: 1, count: most, dtype: .int64).record([])
        let firsts = try (positions * number(extent)).floorDivide(number(size))
        let ends = try (positions * number(extent) + number(extent + size - 1)).floorDivide(number(size))
        let picks = try (firsts + places).minimum(number(extent - 1))
        let isThere = try places.less(ends - firsts)
        let ones = [Int](repeating: 1, count: behind.count)
        let picked = try IndexSelect(axis: axis).record([x, picks])
        let kept = try Node.select(isThere.reshape([size, most] + ones), picked, Node.scalar(0, like: x))
        let counts = try (ends - firsts).cast(x.dtype).reshape([size] + ones)
        return try kept.sum([axis + 1], keepdims: false) / counts
    }
}
