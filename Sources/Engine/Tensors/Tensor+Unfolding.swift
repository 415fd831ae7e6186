import Steps

/// Windows of an image as columns, and columns added up to an image, under PyTorch's names for sentences.
extension Tensor {
    /// [N, C, H, W] or [C, H, W] -> [N, C taps, positions]: the elements of each window, for each position.
    public func unfoldedWindows(kernel: [Int], dilation: [Int], padding: [Int], stride: [Int]) throws(Failure) -> Tensor
    {
        let folding = try Folding("unfold", kernel, dilation, padding, stride)
        let (x, isBatch) = try folding.numbers.batched(node(), axes: 3, "channels, height, width")
        let extents = Array(x.shape.suffix(2))
        let positions = try folding.positions(extents)
        let (images, channels) = (x.shape[0], x.shape[1])
        try checkShape([images, channels] + folding.kernel + positions, x.dtype, operation: "unfold")
        let columns = [images, channels * folding.taps, positions.elementCount]
        let padded = zip(extents, folding.padding).map { $0 + 2 * $1 }
        let plane = try x.embedded(
            in: [images, channels] + padded,
            [.whole(images), .whole(channels)]
                + zip(extents, folding.padding).map { AxisSlice(start: $1, step: 1, count: $0) })
        let picked = try IndexSelect(axis: 1).record([
            plane.reshape([images * channels, padded.elementCount]), folding.places(padded, positions),
        ])
        return try Tensor(result: picked.reshape(isBatch ? columns : Array(columns.dropFirst())))
    }

    /// [N, C taps, positions] or [C taps, positions] -> [N, C, H, W]: the sums of the columns' elements where `unfold`
    /// would take them from.
    public func foldedWindows(
        size: [Int], kernel: [Int], dilation: [Int], padding: [Int], stride: [Int]
    ) throws(Failure) -> Tensor {
        let folding = try Folding("fold", kernel, dilation, padding, stride)
        let extents = try folding.numbers("output_size", size, least: 1)
        let (x, isBatch) = try folding.numbers.batched(node(), axes: 2, "channels times window, positions")
        let positions = try folding.positions(extents)
        guard x.shape[1] % folding.taps == 0, x.shape[2] == positions.elementCount else {
            throw .shape(
                operation: "fold",
                "a multiple of \(folding.taps) rows and \(positions.elementCount.counted("column")) are expected for "
                    + "an image \(extents.text), but the input is \(try node().shape.text)")
        }
        guard x.dtype.isFloat || x.dtype == .int64 else {
            throw .dtype(
                operation: "fold", "float32, float64 or int64 is expected, but \(x.dtype.name) was given")
        }
        let (images, channels) = (x.shape[0], x.shape[1] / folding.taps)
        let padded = zip(extents, folding.padding).map { $0 + 2 * $1 }
        try checkShape([images, channels] + padded, x.dtype, operation: "fold")
        let zeros = try Node.full([images * channels, padded.elementCount], 0, x.dtype)
        let rows = try x.reshape([images * channels, folding.taps * positions.elementCount])
        let sums = try IndexPut(axis: 1, accumulates: true).record([zeros, rows, folding.places(padded, positions)])
        let plane = try sums.reshape([images, channels] + padded)
        let image = try plane.sliced(
            [.whole(images), .whole(channels)]
                + zip(extents, folding.padding).map { AxisSlice(start: $1, step: 1, count: $0) })
        return try Tensor(result: isBatch ? image : image.reshape([channels] + extents))
    }
}

/// The windows of an image.
private struct Folding {
    let numbers: SpatialNumbers
    let kernel: [Int]
    let dilation: [Int]
    let padding: [Int]
    let stride: [Int]

    init(_ operation: String, _ kernel: [Int], _ dilation: [Int], _ padding: [Int], _ stride: [Int]) throws(Failure) {
        numbers = SpatialNumbers(operation: operation, axes: 2)
        self.kernel = try numbers("kernel_size", kernel, least: 1)
        self.dilation = try numbers("dilation", dilation, least: 1)
        self.padding = try numbers("padding", padding, least: 0)
        self.stride = try numbers("stride", stride, least: 1)
    }

    var taps: Int { kernel[0] * kernel[1] }

    /// The positions of the window along both axes.
    func positions(_ extents: [Int]) throws(Failure) -> [Int] {
        var found: [Int] = []
        for axis in 0..<2 {
            let left = extents[axis] + 2 * padding[axis] - (kernel[axis] - 1) * dilation[axis] - 1
            guard left >= 0 else {
                throw .shape(
                    operation: numbers.operation,
                    "the window reaches over \((kernel[axis] - 1) * dilation[axis] + 1) elements of axis \(axis - 2), "
                        + "more than the \(extents[axis] + 2 * padding[axis]) of the padded image")
            }
            found.append(left / stride[axis] + 1)
        }
        return found
    }

    /// Where each tap of each position lies in the padded image: int64 [taps x positions].
    func places(_ padded: [Int], _ positions: [Int]) throws(Failure) -> Node {
        // [taps, 1, positions, 1] of the first axis, and [taps, 1, positions] of the second
        func along(_ axis: Int) throws(Failure) -> Node {
            let step = axis == 0 ? Double(padded[1]) : 1
            let taps = try Arange(
                start: 0, step: step * Double(dilation[axis]), count: kernel[axis], dtype: .int64
            ).record([])
            let places = try Arange(
                start: 0, step: step * Double(stride[axis]), count: positions[axis], dtype: .int64
            ).record([])
            let behind = axis == 0 ? 1 : 0
            let ones = [Int](repeating: 1, count: behind)
            return try taps.reshape([kernel[axis]] + ones + [1, 1]) + places.reshape([positions[axis]] + ones)
        }
        let all = try along(0) + along(1)
        return try all.reshape([taps * positions.elementCount])
    }
}
