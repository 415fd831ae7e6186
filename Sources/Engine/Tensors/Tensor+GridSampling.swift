import Steps

/// Images at places that a grid names, and grids of affine maps.
extension Tensor {
    public enum SamplingMode: String, CaseIterable, Sendable { case bilinear, nearest, bicubic }
    /// What lies outside of an image.
    public enum SamplingPadding: String, CaseIterable, Sendable { case zeros, border, reflection }

    /// [n, channels, (depth,) height, width] at the places of `grid`, [n, ..., 2 or 3]: x (, y, z) from -1 to 1, where
    /// these are the centres of the outer elements or, without `alignsCorners`, their outer borders.
    public func sampled(
        at grid: Tensor, _ mode: SamplingMode = .bilinear, _ padding: SamplingPadding = .zeros,
        alignsCorners: Bool = false
    ) throws(Failure) -> Tensor {
        let name = "grid_sample"
        let (image, grid) = (try node().ofFloats(name), try grid.node().ofFloats(name))
        let axes = image.shape.count - 2
        guard axes == 2 || axes == 3, grid.shape.count == axes + 2, grid.shape.last == axes,
            grid.shape[0] == image.shape[0], !image.shape[2...].contains(0)
        else {
            throw .shape(
                operation: name,
                """
                an input [n, channels, height, width] and a grid [n, ..., 2] are expected, or with depth before height \
                and 3, but they are \(image.shape.text) and \(grid.shape.text)
                """)
        }
        let dtype = Node.common(image, grid)
        if dtype.isHalf {
            // 16 bits are too coarse for places.
            return try Tensor(image.wide()).sampled(
                at: Tensor(grid.wide()), mode, padding, alignsCorners: alignsCorners
            ).cast(dtype)
        }
        let (n, channels, extents) = (image.shape[0], image.shape[1], Array(image.shape[2...]))
        let places = Array(grid.shape[1..<(axes + 1)])
        let count = places.elementCount
        let flat = try grid.cast(dtype).reshape([n, count, axes])
        // The neighbours along each axis, from the first of the image on; the grid has the last one first.
        var neighbours: [[Neighbour]] = []
        for (axis, extent) in extents.enumerated() {
            let line = SampledLine(extent: extent, padding: padding, alignsCorners: alignsCorners)
            let coordinate = try flat.part(2, axes - 1 - axis, 1).reshape([n, count])
            neighbours.append(try line.neighbours(of: coordinate, mode))
        }
        // [n x places of the image, channels]
        let rows = try image.cast(dtype).permute([0] + Array(2..<(axes + 2)) + [1]).reshape([
            n * extents.elementCount, channels,
        ])
        let starts = try Arange(start: 0, step: Double(extents.elementCount), count: n, dtype: .int64).record([])
            .reshape([
                n, 1,
            ])
        var sum: Node?
        for corner in Corners(neighbours) {
            var index = try starts.broadcast(to: [n, count])
            for (neighbour, stride) in zip(corner, extents.denseStrides) {
                index = try index + neighbour.index * Tensor.full([], Double(stride), .int64).node()
            }
            var weight = corner[0].weight
            for neighbour in corner.dropFirst() { weight = try weight * neighbour.weight }
            let term = try IndexSelect(axis: 0).record([rows, index]) * weight.reshape([n, count, 1])
            if let known = sum { sum = try known + term } else { sum = term }
        }
        guard let sum else { throw .internal(operation: name, "an image has no neighbours") }
        return try Tensor(result: sum.permute([0, 2, 1]).reshape([n, channels] + places))
    }

    /// The grid of an affine map of each example, [n, 2, 3] or [n, 3, 4], for `sampled(at:)`: where each element of an
    /// image of the given size, [n, channels, ...], comes from.
    public func affineGrid(_ size: [Int], alignsCorners: Bool = false) throws(Failure) -> Tensor {
        let name = "affine_grid"
        let maps = try node().ofFloats(name)
        let axes = size.count - 2
        guard axes == 2 || axes == 3, maps.shape == [size[0], axes, axes + 1] else {
            throw .shape(
                operation: name,
                "maps of [n, 2, 3] for a size [n, channels, height, width], or of [n, 3, 4] with depth, are expected, "
                    + "but found \(maps.shape.text) and \(size.text)")
        }
        let extents = Array(size[2...])
        try checkShape([size[0]] + extents + [axes], maps.dtype, operation: name)
        guard extents.allSatisfy({ $0 > 0 }) else {
            throw .shape(operation: name, "extents above 0 are expected, but the size is \(size.text)")
        }
        // Homogeneous coordinates of all places: x, y (, z), 1.
        var columns: [Node] = []
        for (axis, extent) in extents.enumerated().reversed() {
            let reach = extent == 1 ? 0 : alignsCorners ? 1 : Double(extent - 1) / Double(extent)
            let line = try Linspace(start: -reach, end: reach, count: extent, dtype: maps.dtype).record([])
            var shape = Shape(repeating: 1, count: axes)
            shape[axis] = extent
            columns.append(try line.reshape(shape).broadcast(to: extents).reshape([extents.elementCount, 1]))
        }
        columns.append(try Node.full([extents.elementCount, 1], 1, maps.dtype))
        let base = try Concatenate(axis: 1).record(columns)
        let grid = try MatMul(transposeB: true).record([base, maps])
        return try Tensor(result: grid.reshape([size[0]] + extents + [axes]))
    }
}

/// An element beside a place: where it is, inside of the image, and what it counts for.
private struct Neighbour {
    let index: Node  // int64 [n, places]
    let weight: Node  // [n, places]
}

/// One axis of an image that is sampled.
private struct SampledLine {
    let extent: Int
    let padding: Tensor.SamplingPadding
    let alignsCorners: Bool

    func neighbours(of grid: Node, _ mode: Tensor.SamplingMode) throws(Failure) -> [Neighbour] {
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: grid) }
        let size = Double(extent)
        let place =
            try alignsCorners
            ? (grid + number(1)) * number((size - 1) / 2) : (grid + number(1)) * number(size / 2) - number(0.5)
        switch mode {
        case .nearest:
            return [try neighbour(padded(place).round(decimals: 0), number(1).broadcast(to: grid.shape))]
        case .bilinear:
            let inside = try padded(place)
            let first = try inside.floor()
            let share = try inside - first
            return [
                try neighbour(first, number(1) - share), try neighbour(first + number(1), share),
            ]
        case .bicubic:
            let first = try place.floor()
            let t = try place - first
            let a = -0.75
            /// ((c3 x + c2) x + c1) x + c0
            func cubic(_ x: Node, _ c3: Double, _ c2: Double, _ c1: Double, _ c0: Double) throws(Failure) -> Node {
                try ((number(c3) * x + number(c2)) * x + number(c1)) * x + number(c0)
            }
            func near(_ x: Node) throws(Failure) -> Node { try cubic(x, a + 2, -(a + 3), 0, 1) }
            func far(_ x: Node) throws(Failure) -> Node { try cubic(x, a, -5 * a, 8 * a, -4 * a) }
            let weights = [
                try far(t + number(1)), try near(t), try near(number(1) - t), try far(number(2) - t),
            ]
            var found: [Neighbour] = []
            for (offset, weight) in weights.enumerated() {
                found.append(try neighbour(padded(first + number(Double(offset - 1))), weight))
            }
            return found
        }
    }

    /// Where a place outside of the image is looked for.
    private func padded(_ place: Node) throws(Failure) -> Node {
        switch padding {
        case .zeros: return place
        case .border: return try place.clamped(0, Double(extent - 1))
        case .reflection:
            guard extent > 1 || !alignsCorners else { return try place * Node.scalar(0, like: place) }
            // Back and forth between the outer centres, or the outer borders.
            let low = try Node.scalar(alignsCorners ? 0 : -0.5, like: place)
            let span = try Node.scalar(Double(alignsCorners ? extent - 1 : extent), like: place)
            let distance = try (place - low).absolute()
            let turns = try (distance / span).floor()
            let rest = try distance - turns * span
            let half = try Node.scalar(0.5, like: place)
            let isEven = try (turns * half).equal((turns * half).floor())
            return try (Node.select(isEven, rest, span - rest) + low).clamped(0, Double(extent - 1))
        }
    }

    /// What is outside, or not a number, counts for nothing.
    private func neighbour(_ place: Node, _ weight: Node) throws(Failure) -> Neighbour {
        let zero = try Node.scalar(0, like: place)
        let isInside = try place.greaterEqual(zero).logicalAnd(
            place.lessEqual(Node.scalar(Double(extent - 1), like: place)))
        return Neighbour(
            index: try Node.select(isInside, place, zero).detached().cast(.int64),
            weight: try Node.select(isInside, weight, zero))
    }
}

/// Every choice of one neighbour along each axis.
private struct Corners: Sequence, IteratorProtocol {
    private let axes: [[Neighbour]]
    private var number = 0
    private let count: Int

    init(_ axes: [[Neighbour]]) {
        self.axes = axes
        count = axes.reduce(1) { $0 * $1.count }
    }

    mutating func next() -> [Neighbour]? {
        guard number < count else { return nil }
        var rest = number
        number += 1
        return axes.map { neighbours in
            defer { rest /= neighbours.count }
            return neighbours[rest % neighbours.count]
        }
    }
}
