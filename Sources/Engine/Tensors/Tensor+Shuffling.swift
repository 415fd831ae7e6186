import Steps

/// Channels and places exchanged.
extension Tensor {
    /// [..., channels r^2, height, width] -> [..., channels, height r, width r]. Shi et al. 2016.
    public func pixelShuffled(_ factor: Int) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        guard factor > 0, rank >= 3, x.shape[rank - 3] % square(of: factor) == 0 else {
            throw .shape(
                operation: "pixel_shuffle",
                "[..., channels, height, width] with channels that \(factor) squared divides is expected, but it is "
                    + x.shape.text)
        }
        let (lead, height, width) = (Array(x.shape.dropLast(3)), x.shape[rank - 2], x.shape[rank - 1])
        let channels = x.shape[rank - 3] / square(of: factor)
        let apart = try x.reshape(lead + [channels, factor, factor, height, width])
        let order = Array(lead.indices) + [0, 3, 1, 4, 2].map { $0 + lead.count }
        return try Tensor(result: apart.permute(order).reshape(lead + [channels, height * factor, width * factor]))
    }

    /// [..., channels, height r, width r] -> [..., channels r^2, height, width].
    public func pixelUnshuffled(_ factor: Int) throws(Failure) -> Tensor {
        let x = try node()
        let rank = x.shape.count
        guard factor > 0, rank >= 3, x.shape[rank - 2] % factor == 0, x.shape[rank - 1] % factor == 0 else {
            throw .shape(
                operation: "pixel_unshuffle",
                "[..., channels, height, width] with a height and a width that \(factor) divides is expected, but it "
                    + "is \(x.shape.text)")
        }
        let (lead, channels) = (Array(x.shape.dropLast(3)), x.shape[rank - 3])
        let (height, width) = (x.shape[rank - 2] / factor, x.shape[rank - 1] / factor)
        let apart = try x.reshape(lead + [channels, height, factor, width, factor])
        let order = Array(lead.indices) + [0, 2, 4, 1, 3].map { $0 + lead.count }
        let (squared, overflow) = factor.multipliedReportingOverflow(by: factor)
        let (all, overflows) = channels.multipliedReportingOverflow(by: squared)
        guard !overflow, !overflows else { throw .memory(operation: "pixel_unshuffle", bytes: Int.max) }
        return try Tensor(result: apart.permute(order).reshape(lead + [all, height, width]))
    }

    /// [n, channels, ...] with the channels of `groups` groups dealt out one by one. Zhang et al. 2018.
    public func channelShuffled(_ groups: Int) throws(Failure) -> Tensor {
        let x = try node()
        guard groups > 0, x.shape.count >= 3, x.shape[1] % groups == 0 else {
            throw .shape(
                operation: "channel_shuffle",
                "[n, channels, ...] with three axes at least and channels that \(groups) divides is expected, but it "
                    + "is \(x.shape.text)")
        }
        let apart = try x.reshape([x.shape[0], groups, x.shape[1] / groups] + x.shape[2...])
        let order = [0, 2, 1] + Array(3..<apart.shape.count)
        return try Tensor(result: apart.permute(order).reshape(x.shape))
    }

    /// The square, or, where it is too large for any extent, the largest number.
    private func square(of factor: Int) -> Int {
        let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
        return overflow ? Int.max : square
    }

    /// x1^T W x2 + b of each row: this as x1 [..., in1], x2 [..., in2], W [out, in1, in2], b [out] -> [..., out].
    public func bilinear(_ other: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) throws(Failure) -> Tensor {
        let name = "bilinear"
        let (first, second, w) = (
            try node().ofFloats(name), try other.node().ofFloats(name), try weight.node().ofFloats(name)
        )
        let lead = Array(first.shape.dropLast())
        guard !first.shape.isEmpty, !second.shape.isEmpty, w.shape.count == 3, lead == Array(second.shape.dropLast()),
            first.shape.last == w.shape[1], second.shape.last == w.shape[2],
            bias.map({ $0.shape == [w.shape[0]] }) ?? true
        else {
            throw .shape(
                operation: name,
                """
                inputs [..., in1] and [..., in2], a weight [out, in1, in2] and a bias [out] are expected, but they are \
                \(first.shape.text), \(second.shape.text), \(w.shape.text) and \(bias?.shape.text ?? "None")
                """)
        }
        let dtype = Node.common(first, second, w)
        let (n, out, width) = (lead.elementCount, w.shape[0], w.shape[2])
        let rows = try first.cast(dtype).reshape([n, w.shape[1]])
        let columns = try w.cast(dtype).permute([1, 0, 2]).reshape([w.shape[1], out * width])
        let products = try rows.matmul(columns).reshape([n, out, width])
        var y = try (products * second.cast(dtype).reshape([n, 1, width])).sum([2], keepdims: false)
        if let bias { y = try y + bias.node().cast(dtype) }
        return try Tensor(result: y.reshape(lead + [out]))
    }
}
