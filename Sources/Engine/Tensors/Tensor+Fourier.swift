/// Discrete Fourier transforms. A complex tensor is one of pairs, [..., 2]: real and imaginary part in the last axis,
/// which the axes of a transform do not count.
extension Tensor {
    /// Which of the two ways divides by the number of elements.
    public enum FourierScale: String, CaseIterable, Sendable {
        case backward, ortho, forward

        /// What the sum over `count` elements is multiplied by.
        func factor(_ count: Int, isInverse: Bool) -> Double {
            switch self {
            case .backward: isInverse ? 1 / Double(count) : 1
            case .ortho: 1 / Double(count).squareRoot()
            case .forward: isInverse ? 1 : 1 / Double(count)
            }
        }
    }

    /// The axes of a transform, as places, and how many elements each has in it.
    private func fourierAxes(
        _ counts: [Int]?, _ axes: [Int]?, rank: Int, _ operation: String
    ) throws(Failure) -> (axes: [Int], counts: [Int?]) {
        if let counts, let axes, counts.count != axes.count {
            throw .argument(
                operation: operation, "\(counts.count) sizes are given for \(axes.count) axes; give one for each")
        }
        if let counts, counts.count > rank {
            throw .argument(operation: operation, "\(counts.count) sizes are given, but the tensor has \(rank) axes")
        }
        let given = axes ?? Array((counts.map { rank - $0.count } ?? 0)..<rank)
        var places: [Int] = []
        for axis in given {
            let place = try normalized(axis: axis, rank: rank, operation: operation)
            guard !places.contains(place) else { throw .argument(operation: operation, "axis \(axis) is named twice") }
            places.append(place)
        }
        guard !places.isEmpty else { throw .argument(operation: operation, "there is no axis to transform along") }
        // -1 leaves an axis as it is, as in PyTorch.
        return (places, places.indices.map { place in counts.flatMap { $0[place] == -1 ? nil : $0[place] } })
    }

    /// Complex numbers as pairs.
    public static func pairs(_ real: Tensor, _ imaginary: Tensor?, _ operation: String = "fft.pairs") throws(Failure)
        -> Tensor
    {
        let (a, b) = (try real.node(), try imaginary?.node())
        let dtype = Node.commonFloat(a, b ?? a)
        let first = try a.cast(dtype)
        let second =
            if let b { try b.cast(dtype) } else { try Node.full(first.shape, 0, dtype) }
        guard let shape = broadcastShape(first.shape, second.shape) else {
            throw .shape(
                operation: operation,
                "real and imaginary parts that broadcast together are expected, but the shapes are "
                    + "\(first.shape.text) and \(second.shape.text)")
        }
        let parts = try [first, second].map { (part) throws(Failure) in
            try part.broadcast(to: shape).reshape(shape + [1])
        }
        return try Tensor(result: Concatenate(axis: shape.count).record(parts))
    }

    /// Complex numbers as pairs, of floats of one shape and dtype.
    static func complex(_ real: Tensor, _ imaginary: Tensor, _ operation: String) throws(Failure) -> Tensor {
        try checkParts(real, imaginary, operation)
        return try pairs(real, imaginary, operation)
    }

    /// Throws unless two tensors are of one floating dtype.
    static func checkParts(_ a: Tensor, _ b: Tensor, _ operation: String) throws(Failure) {
        guard a.dtype.isFloat, a.dtype == b.dtype else {
            throw .dtype(
                operation: operation,
                "two tensors of one floating dtype are expected, but found \(a.dtype.name) and \(b.dtype.name)")
        }
    }

    /// The node of a complex tensor.
    private func pairs(_ operation: String) throws(Failure) -> Node {
        let x = try node()
        guard x.dtype.isFloat else {
            throw .dtype(operation: operation, "a floating dtype is expected, but \(x.dtype.name) was given")
        }
        guard x.shape.last == 2 else {
            throw .shape(
                operation: operation,
                "complex numbers are pairs of reals, [..., 2], but the shape is \(x.shape.text); "
                    + "rfft takes real numbers")
        }
        return x
    }

    /// The transform of pairs along axes: fft, fft2, fftn and their inverses.
    public func fourier(
        _ counts: [Int]?, _ axes: [Int]?, _ scale: FourierScale, isInverse: Bool, _ operation: String
    ) throws(Failure) -> Tensor {
        var x = try pairs(operation)
        let (places, sizes) = try fourierAxes(counts, axes, rank: x.shape.count - 1, operation)
        for (place, size) in zip(places, sizes) {
            x = try x.fourier(size, place, scale, isInverse: isInverse, operation)
        }
        return try Tensor(result: x)
    }

    /// The transform of real numbers, n / 2 + 1 elements along the last of the axes: rfft, rfft2, rfftn; and with the
    /// conjugate ihfft, scaled as an inverse.
    public func realFourier(
        _ counts: [Int]?, _ axes: [Int]?, _ scale: FourierScale, isHermitian: Bool, _ operation: String
    ) throws(Failure) -> Tensor {
        var x = try node().asFloat()
        let (places, sizes) = try fourierAxes(counts, axes, rank: x.shape.count, operation)
        guard let last = places.last else { return self }
        x = try x.withExtent(sizes[sizes.count - 1] ?? x.shape[last], last, operation)
        let count = x.shape[last]
        x = try Tensor.pairs(Tensor(result: x), nil).node()
        // The conjugate of the transform of reals is the transform with the other sign.
        x = try x.fourier(nil, last, scale, isInverse: isHermitian, operation).part(last, 0, count / 2 + 1)
        for (place, size) in zip(places, sizes).dropLast() {
            x = try x.fourier(size, place, scale, isInverse: isHermitian, operation)
        }
        return try Tensor(result: x)
    }

    /// The real numbers that have such a half of a transform: irfft, irfft2, irfftn; and hfft, which is the transform
    /// of what has that symmetry.
    public func halfFourier(
        _ counts: [Int]?, _ axes: [Int]?, _ scale: FourierScale, isHermitian: Bool, _ operation: String
    ) throws(Failure) -> Tensor {
        var x = try pairs(operation)
        let (places, sizes) = try fourierAxes(counts, axes, rank: x.shape.count - 1, operation)
        guard let last = places.last else { return self }
        for (place, size) in zip(places, sizes).dropLast() {
            x = try x.fourier(size, place, scale, isInverse: !isHermitian, operation)
        }
        let count = sizes[sizes.count - 1] ?? 2 * (x.shape[last] - 1)
        guard count >= 1 else {
            throw .argument(
                operation: operation, "axis \(last) would have \(count) elements, but at least 1 is expected")
        }
        let half = count / 2 + 1
        x = try x.withExtent(half, last, operation)
        // The other half is the conjugate of this one, in reverse.
        let others = count - half
        if others > 0 {
            let back = try Tensor(result: x.part(last, 1, others)).flip([last]).node().conjugate()
            x = try Concatenate(axis: last).record([x, back])
        }
        x = try x.fourier(nil, last, scale, isInverse: !isHermitian, operation)
        return try Tensor(result: x.part(x.shape.count - 1, 0, 1).reshape(x.shape.dropLast()))
    }

    /// The frequencies of a transform of `count` elements, `distance` apart; of the first half alone.
    public static func frequencies(
        _ count: Int, _ distance: Double, _ dtype: DType, isOneSided: Bool
    ) throws(Failure) -> Tensor {
        let operation = isOneSided ? "fft.rfftfreq" : "fft.fftfreq"
        guard count >= 1 else {
            throw .argument(operation: operation, "n must be 1 or more, but is \(count)")
        }
        guard dtype.isFloat else {
            throw .dtype(operation: operation, "a float dtype is expected, but \(dtype.name) was given")
        }
        let half = Int64(count / 2)
        let places =
            isOneSided
            ? try arange(whole: 0, half + 1, 1, .int64)
            : try concatenate(
                [
                    arange(whole: 0, Int64(count) - half, 1, .int64), arange(whole: -half, 0, 1, .int64),
                ], 0)
        let divisor = try full([], Double(count) * distance, dtype)
        return try Tensor(result: places.node().cast(dtype) / divisor.node())
    }

    /// Turned around so that the element 0 of each axis comes to its middle, or back.
    public func centered(_ axes: [Int]?, isInverse: Bool) throws(Failure) -> Tensor {
        let places = try normalized(
            axes: axes, rank: shape.count, operation: isInverse ? "fft.ifftshift" : "fft.fftshift")
        if places.isEmpty { return self }
        return try roll(places.map { isInverse ? -(shape[$0] / 2) : shape[$0] / 2 }, places)
    }
}

extension Node {
    /// (real, -imaginary) of pairs.
    fileprivate func conjugate() throws(Failure) -> Node {
        let last = shape.count - 1
        return try Concatenate(axis: last).record([part(last, 0, 1), -part(last, 1, 1)])
    }

    /// Cut, or with zeros behind, so that an axis has this extent.
    fileprivate func withExtent(_ extent: Int, _ axis: Int, _ operation: String) throws(Failure) -> Node {
        guard extent >= 1 else {
            throw .argument(
                operation: operation, "axis \(axis) would have \(extent) elements, but at least 1 is expected")
        }
        if extent <= shape[axis] { return extent == shape[axis] ? self : try part(axis, 0, extent) }
        var rest = shape
        rest[axis] = extent - shape[axis]
        return try Concatenate(axis: axis).record([self, Node.full(rest, 0, dtype)])
    }

    fileprivate func fourier(
        _ extent: Int?, _ axis: Int, _ scale: Tensor.FourierScale, isInverse: Bool, _ operation: String
    ) throws(Failure) -> Node {
        let x = try withExtent(extent ?? shape[axis], axis, operation)
        let sum = try FourierSum(axis: axis, isInverse: isInverse).record([x])
        let factor = scale.factor(x.shape[axis], isInverse: isInverse)
        return factor == 1 ? sum : try sum * Node.scalar(factor, like: sum)
    }
}
