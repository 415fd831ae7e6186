import Steps

/// Convolution over one to three spatial axes (a cross-correlation, as all frameworks have it):
///
///     y[n, o, p] = sum over c, t of weight[o, c, t] x[n, g C / groups + c, i],  g the group of o
///     i inputDilation = p stride + t dilation - low  along each axis
///
/// x [N, C, spatial], weight [O, C / groups, window]. Input dilation puts zeros between the elements of x, so the
/// operation is its own transpose (Dumoulin and Visin 2016): both derivatives are convolutions, and so are theirs.
struct Convolution: Operation {
    struct Axis: Hashable {
        var stride = 1
        /// Zeros before and after; negative: elements that are cut off.
        var low = 0
        var high = 0
        var inputDilation = 1
        var dilation = 1
    }

    var axes: [Axis]
    var groups = 1
    var name: String { "convolution" }
    var keeps: Keeps { .inputs }

    func encode(into key: inout KeyBuilder) {
        key.append(groups)
        for axis in axes { key.append([axis.stride, axis.low, axis.high, axis.inputDilation, axis.dilation]) }
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let (x, weight) = (inputs[0], inputs[1])
        guard x.dtype.isFloat, x.dtype == weight.dtype else {
            throw .dtype(
                operation: name,
                "two tensors of one float dtype are expected, not \(x.dtype.name) and \(weight.dtype.name)")
        }
        guard x.shape.count == axes.count + 2, weight.shape.count == axes.count + 2, groups > 0,
            weight.shape[0] % groups == 0, x.shape[1] == weight.shape[1] * groups
        else {
            throw .shape(
                operation: name,
                "\(x.shape.text) with weights \(weight.shape.text) in \(groups.counted("group")) do not fit")
        }
        var shape = [x.shape[0], weight.shape[0]]
        for (place, axis) in axes.enumerated() {
            shape.append(try axis.positions(x.shape[place + 2], weight.shape[place + 2], name))
        }
        return TensorType(shape, x.dtype)
    }

    // MARK: Derivatives

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (x, weight) = (node.inputs[0], node.inputs[1])
        return [
            wanted.needs(x) ? try inputShare(cotangent, weight, x.shape) : nil,
            wanted.needs(weight) ? try weightShare(cotangent, x, weight.shape) : nil,
        ]
    }

    /// The cotangent over the weight turned round, with outputs and channels exchanged: stride and input dilation
    /// change places.
    private func inputShare(_ cotangent: Node, _ weight: Node, _ shape: Shape) throws(Failure) -> Node {
        let window = Array(weight.shape.dropFirst(2))
        let turned = try weight.transposedWindows(groups)
        var transposed = Convolution(axes: [], groups: groups)
        for (place, axis) in axes.enumerated() {
            let reach = (window[place] - 1) * axis.dilation
            var other = Axis(
                stride: axis.inputDilation, low: reach - axis.low, inputDilation: axis.stride, dilation: axis.dilation)
            other.pad(to: shape[place + 2], from: cotangent.shape[place + 2], window: window[place])
            transposed.axes.append(other)
        }
        return try transposed.applied(cotangent, turned, shape)
    }

    /// The input over the cotangent, with images and channels of both exchanged: stride and dilation change places.
    private func weightShare(_ cotangent: Node, _ x: Node, _ shape: Shape) throws(Failure) -> Node {
        let spatial = Array(cotangent.shape.indices.dropFirst(2))
        let images = try x.channelsAsImages(groups)
        let kernel = try cotangent.permute([1, 0] + spatial)
        var transposed = Convolution(axes: [], groups: groups)
        for (place, axis) in axes.enumerated() {
            var other = Axis(
                stride: axis.dilation, low: axis.low, inputDilation: axis.inputDilation, dilation: axis.stride)
            other.pad(to: shape[place + 2], from: x.shape[place + 2], window: cotangent.shape[place + 2])
            transposed.axes.append(other)
        }
        let exchanged = [shape[1], shape[0]] + shape.dropFirst(2)
        return try transposed.applied(images, kernel, exchanged).permute([1, 0] + spatial)
    }

    /// The result, of that shape, for operands that may be empty: then it is 0.
    private func applied(_ x: Node, _ weight: Node, _ shape: Shape) throws(Failure) -> Node {
        x.count > 0 && weight.count > 0 ? try record([x, weight]) : try Node.full(shape, 0, x.dtype)
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let first = try tangents[0].map { (t) throws(Failure) in try record([t, node.inputs[1]]) }
        let second = try tangents[1].map { (t) throws(Failure) in try record([node.inputs[0], t]) }
        guard let first, let second else { return first ?? second }
        return try first + second
    }

    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.bilinear(k, node)
    }

    // MARK: Examples

    /// Examples of the input are images; those of a weight are outputs, and of both groups.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        let (x, weight) = (batch.inputs[0], batch.inputs[1])
        let (size, spatial) = (batch.size, Array(node.shape.dropFirst(2)))
        let (images, outputs) = (node.shape[0], node.shape[1])
        guard batch.isBatched[1] else {
            let merged = try x.reshape([size * images] + x.shape.dropFirst(2))
            return try record([merged, weight]).reshape([size] + node.shape)
        }
        let rest = Array(4..<4 + spatial.count)
        // Groups are one at least.
        if size == 0 { return try Node.full([0] + node.shape, 0, node.dtype) }
        if batch.isBatched[0] {
            let merged = try x.permute([1, 0] + x.shape.indices.dropFirst(2)).reshape(
                [images, size * x.shape[2]] + x.shape.dropFirst(3))
            let found = try Convolution(axes: axes, groups: size * groups).record([
                merged, weight.reshape([size * outputs] + weight.shape.dropFirst(2)),
            ])
            return try found.reshape([images, size, outputs] + spatial).permute([1, 0, 2] + rest.map { $0 - 1 })
        }
        let each = outputs / groups
        let split = try weight.reshape([size, groups, each] + weight.shape.dropFirst(2))
        let merged = try split.permute([1, 0, 2] + split.shape.indices.dropFirst(3)).reshape(
            [size * outputs] + weight.shape.dropFirst(2))
        let found = try record([x, merged]).reshape([images, groups, size, each] + spatial)
        return try found.permute([2, 0, 1, 3] + rest).reshape([size] + node.shape)
    }

    // MARK: Lowering

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (x, weight) = (input(inputs[0], &lowering), self.weight(inputs[1], &lowering))
        let type = lowering.type(index)
        let channels = weight.shape[1]
        let steps = axes.enumerated().map { place, axis in
            ConvolutionStep.Axis(
                input: x.shape[place + 2], taps: weight.shape[place + 2], positions: type.shape[place + 2],
                stride: axis.stride, low: axis.low, inputDilation: axis.inputDilation, dilation: axis.dilation)
        }
        let step = ConvolutionStep(
            dtype: type.dtype, images: x.shape[0], groups: groups, channels: channels,
            outputs: weight.shape[0] / groups, axes: steps, layout: x.layout, outputStride: weight.strides[0],
            channelStride: weight.strides[1], weightOffset: weight.offset, input: x.slot, weight: weight.slot,
            result: lowering.output(of: index))
        try MachineMemory.require(
            step.images * groups + step.groups * step.outputs, of: 8 * MemoryLayout<Int>.size, for: name)
        try lowering.append(
            "\(name) \(x.shape.text) \(weight.shape.text)", .convolution(step),
            bytesRead: x.bytesRead + weight.bytesRead)
    }

    /// The input as it lies, if rows do.
    private func input(_ place: Int, _ lowering: inout Lowering) -> View {
        let view = lowering.view(place)
        let last = view.shape.count - 1
        return view.strides[last] == 1 || view.shape[last] == 1 ? view : lowering.denseView(place)
    }

    /// The weights as they lie, if each window does and is large: gradients of weights, whose windows are images.
    private func weight(_ place: Int, _ lowering: inout Lowering) -> View {
        let view = lowering.view(place)
        var window = view
        (window.shape, window.strides) = (Array(view.shape.dropFirst(2)), Array(view.strides.dropFirst(2)))
        let isLarge = window.shape.elementCount >= 64 && view.strides[0] >= 0 && view.strides[1] >= 0
        return view.isDense || isLarge && window.isDense ? view : lowering.denseView(place)
    }
}

extension Convolution.Axis {
    /// Extents and steps stay below this, so that no sum of theirs overflows.
    private static let limit = 1 << 56

    /// From the first element of `count` to the last, `step` apart; 0 for none.
    private func reach(_ count: Int, _ step: Int, _ name: String) throws(Failure) -> Int {
        if count == 0 { return 0 }
        let (distance, overflow) = (count - 1).multipliedReportingOverflow(by: step)
        guard step > 0, step < Self.limit, !overflow, distance < Self.limit else {
            throw .unsupported(operation: name, "\(count) elements, each \(step) from the next, reach too far")
        }
        return distance + 1
    }

    /// Positions of the window.
    func positions(_ input: Int, _ taps: Int, _ name: String) throws(Failure) -> Int {
        guard stride > 0, stride < Self.limit, abs(low.clamped) < Self.limit, abs(high.clamped) < Self.limit else {
            throw .unsupported(operation: name, "a stride of \(stride) or padding of \(low) and \(high) is too large")
        }
        let (extent, window) = (try reach(input, inputDilation, name) + low + high, try reach(taps, dilation, name))
        return extent < window || taps == 0 ? 0 : (extent - window) / stride + 1
    }

    /// Sets the padding after so that there are that many positions.
    fileprivate mutating func pad(to positions: Int, from input: Int, window: Int) {
        let extent = input == 0 ? 0 : (input - 1) * inputDilation + 1
        let reach = window == 0 ? 0 : (window - 1) * dilation + 1
        high = (positions - 1) * stride + reach - extent - low
    }
}

extension Int {
    /// Itself, or the largest number below, where its negative would not exist.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}

extension Node {
    /// Weights [groups x m, n, window] turned round as [groups x n, m, window]: those of the transposed convolution.
    func transposedWindows(_ groups: Int) throws(Failure) -> Node {
        let window = Array(shape.dropFirst(2))
        let turned = try sliced(
            [.whole(shape[0]), .whole(shape[1])]
                + window.map { $0 > 1 ? AxisSlice(start: $0 - 1, step: -1, count: $0) : .whole($0) })
        if groups == 1 { return try turned.permute([1, 0] + shape.indices.dropFirst(2)) }
        let split = try turned.reshape([groups, shape[0] / groups, shape[1]] + window)
        return try split.permute([0, 2, 1] + split.shape.indices.dropFirst(3)).reshape(
            [groups * shape[1], shape[0] / groups] + window)
    }

    /// Images [n, groups x c, ...] as [c, groups x n, ...].
    fileprivate func channelsAsImages(_ groups: Int) throws(Failure) -> Node {
        let spatial = Array(shape.dropFirst(2))
        if groups == 1 { return try permute([1, 0] + shape.indices.dropFirst(2)) }
        let split = try reshape([shape[0], groups, shape[1] / groups] + spatial)
        return try split.permute([2, 1, 0] + split.shape.indices.dropFirst(3)).reshape(
            [shape[1] / groups, groups * shape[0]] + spatial)
    }
}
