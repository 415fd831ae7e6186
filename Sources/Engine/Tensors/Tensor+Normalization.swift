import Steps

/// Normalisation: distances from a mean over a deviation. Mean and variance are taken in two passes, so that a large
/// mean costs no digits.
extension Tensor {
    /// (x - mean) / sqrt(variance + eps) over the last axes, whose extents are `extents`; then times the weight, plus
    /// the bias, of that shape. Ba et al. 2016.
    public func layerNorm(_ extents: Shape, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5)
        throws(Failure) -> Tensor
    {
        let given = try taken(by: "layer_norm").node().ofFloats("layer_norm")
        let x = try given.wide()
        let axes = try Tensor.lastAxes(extents, of: x, weight, bias, "layer_norm")
        let y = try x.standardized(axes, eps)
        return try Tensor(result: y.scaled(by: weight?.node(), plus: bias?.node()).narrow(like: given))
    }

    /// x / sqrt(mean of squares + eps) over the last axes, times the weight; eps nil: the dtype's. Zhang and Sennrich
    /// 2019.
    public func rootMeanSquareNorm(_ extents: Shape, weight: Tensor? = nil, eps: Double? = nil) throws(Failure)
        -> Tensor
    {
        let given = try taken(by: "rms_norm").node().ofFloats("rms_norm")
        let x = try given.wide()
        let axes = try Tensor.lastAxes(extents, of: x, weight, nil, "rms_norm")
        let least = eps ?? given.dtype.epsilon
        let scale = try (x.square().mean(axes, keepdims: true) + Node.scalar(least, like: x)).rsqrt()
        return try Tensor(result: (x * scale).scaled(by: weight?.node(), plus: nil).narrow(like: given))
    }

    /// [n, channels, ...] with the channels in groups, each of which is normalised by itself. Wu and He 2018.
    public func groupNorm(_ groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) throws(Failure)
        -> Tensor
    {
        let given = try taken(by: "group_norm").node().ofFloats("group_norm")
        let x = try given.wide()
        let channels = try Tensor.channels(of: x, [weight, bias], "group_norm")
        guard groups > 0, channels % groups == 0 else {
            throw .argument(
                operation: "group_norm",
                "a number of groups that divides the \(channels.counted("channel")) is expected, but found \(groups)")
        }
        let width = x.shape[0] == 0 ? 0 : x.count / (x.shape[0] * groups)
        let y = try x.reshape([x.shape[0], groups, width]).standardized([2], eps).reshape(x.shape)
        return try Tensor(result: y.scaledByChannel(weight, bias).narrow(like: given))
    }

    /// [n, channels, ...] with each channel normalised by statistics over all other axes: in training the batch's, else
    /// the running ones. In training with running statistics these come updated: the old ones times 1 - momentum plus
    /// the batch's times momentum, of which the variance is the unbiased one. Ioffe and Szegedy 2015.
    public func batchNorm(
        _ running: RunningStatistics?, weight: Tensor? = nil, bias: Tensor? = nil, training: Bool,
        momentum: Double = 0.1, eps: Double = 1e-5
    ) throws(Failure) -> (output: Tensor, updated: RunningStatistics?) {
        let given = try node().ofFloats("batch_norm")
        let x = try given.wide()
        let channels = try Tensor.channels(of: x, [weight, bias, running?.mean, running?.variance], "batch_norm")
        guard training else {
            return (try Tensor(result: x.normed(running, weight, bias, eps, "batch_norm").narrow(like: given)), nil)
        }
        let count = channels == 0 ? 0 : x.count / channels
        guard count != 1 else {
            throw .shape(
                operation: "batch_norm",
                "more than 1 value per channel is expected in training, but the input is \(x.shape.text)")
        }
        let axes = x.shape.indices.filter { $0 != 1 }
        let (y, mean, variance) = try x.standardizedWithStatistics(axes, eps)
        let output = try Tensor(result: y.scaledByChannel(weight, bias).narrow(like: given))
        let unbiased = Double(count) / Double(max(count - 1, 1))
        return (output, try running?.updated(mean, variance, momentum, unbiased: unbiased))
    }

    /// [n, channels, ...] with each channel of each example normalised by itself, or, without `usesInput`, by the
    /// running statistics, which come updated otherwise. Ulyanov et al. 2016.
    public func instanceNorm(
        _ running: RunningStatistics?, weight: Tensor? = nil, bias: Tensor? = nil, usesInput: Bool = true,
        momentum: Double = 0.1, eps: Double = 1e-5
    ) throws(Failure) -> (output: Tensor, updated: RunningStatistics?) {
        let given = try node().ofFloats("instance_norm")
        let x = try given.wide()
        _ = try Tensor.channels(of: x, [weight, bias, running?.mean, running?.variance], "instance_norm")
        guard usesInput else {
            return (try Tensor(result: x.normed(running, weight, bias, eps, "instance_norm").narrow(like: given)), nil)
        }
        let count = Array(x.shape[2...]).elementCount
        guard x.shape.count > 2, count != 1 else {
            throw .shape(
                operation: "instance_norm",
                "more than 1 value per channel and example is expected, but the input is \(x.shape.text)")
        }
        let (y, mean, variance) = try x.standardizedWithStatistics(Array(2..<x.shape.count), eps)
        let output = try Tensor(result: y.scaledByChannel(weight, bias).narrow(like: given))
        let unbiased = Double(count) / Double(max(count - 1, 1))
        return (output, try running?.updated(mean, variance, momentum, unbiased: unbiased))
    }

    /// x / (k + alpha times the mean square of `size` neighbouring channels)^beta, where channels that are not there
    /// count as 0. Krizhevsky et al. 2012.
    public func localResponseNorm(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) throws(Failure)
        -> Tensor
    {
        let given = try node().ofFloats("local_response_norm")
        let x = try given.wide()
        guard x.shape.count >= 3 else {
            throw .shape(
                operation: "local_response_norm",
                "[n, channels, ...] with three axes at least is expected, but the input is \(x.shape.text)")
        }
        guard size > 0 else {
            throw .argument(operation: "local_response_norm", "a size above 0 is expected, but found \(size)")
        }
        guard x.count > 0 else { return try Tensor(result: given) }
        let channels = x.shape[1]
        let (before, after) = (min(size / 2, channels - 1), min((size - 1) / 2, channels - 1))
        var wide = x.shape
        wide[1] = channels + before + after
        var places = x.shape.map { AxisSlice.whole($0) }
        places[1] = AxisSlice(start: before, step: 1, count: channels)
        let sums = try x.square().embedded(in: wide, places).windowSums(1, before + after + 1)
        let scale = try sums * Node.scalar(alpha / Double(size), like: x) + Node.scalar(k, like: x)
        return try Tensor(result: (x / scale.power(Node.scalar(beta, like: x))).narrow(like: given))
    }

    /// The axes that `extents` name, which are the last; weight and bias have just these.
    private static func lastAxes(_ extents: Shape, of x: Node, _ weight: Tensor?, _ bias: Tensor?, _ name: String)
        throws(Failure) -> [Int]
    {
        guard !extents.isEmpty, x.shape.suffix(extents.count) == extents[...] else {
            throw .shape(
                operation: name,
                "an input whose last extents are \(extents.text) is expected, but it is \(x.shape.text)")
        }
        for (what, tensor) in [("weight", weight), ("bias", bias)] {
            guard let shape = tensor?.shape, shape != extents else { continue }
            throw .shape(operation: name, "a \(what) of \(extents.text) is expected, but it is \(shape.text)")
        }
        return Array(x.shape.count - extents.count..<x.shape.count)
    }

    /// How many channels there are along axis 1; each of `vectors` has one element for each.
    private static func channels(of x: Node, _ vectors: [Tensor?], _ name: String) throws(Failure) -> Int {
        guard x.shape.count >= 2 else {
            throw .shape(
                operation: name, "[n, channels, ...] with two axes at least is expected, but it is \(x.shape.text)")
        }
        for case let vector? in vectors where vector.shape != [x.shape[1]] {
            throw .shape(
                operation: name,
                "one element for each of the \(x.shape[1].counted("channel")) is expected, but found a shape of "
                    + "\(vector.shape.text)"
            )
        }
        return x.shape[1]
    }
}

/// What normalisation remembers of the batches of training: one element for each channel.
public struct RunningStatistics {
    public var mean: Tensor
    public var variance: Tensor

    public init(mean: Tensor, variance: Tensor) { (self.mean, self.variance) = (mean, variance) }

    /// Both moved toward those of a batch, which keep axes of extent 1, or one set for each example.
    fileprivate func updated(_ mean: Node, _ variance: Node, _ momentum: Double, unbiased: Double) throws(Failure)
        -> RunningStatistics
    {
        func moved(_ old: Tensor, _ batch: Node, _ factor: Double) throws(Failure) -> Tensor {
            let channels = old.shape[0]
            let examples = channels == 0 ? 1 : batch.count / channels
            let now = try batch.detached().reshape([examples, channels]).mean([0], keepdims: false)
            let before = try old.node().detached()
            let next =
                try before * Node.scalar(1 - momentum, like: before)
                + now.cast(before.dtype) * Node.scalar(momentum * factor, like: before)
            return try Tensor(result: next)
        }
        return RunningStatistics(
            mean: try moved(self.mean, mean, 1), variance: try moved(self.variance, variance, unbiased))
    }
}

extension Node {
    /// (x - mean) / sqrt(variance + eps) over axes.
    fileprivate func standardized(_ axes: [Int], _ eps: Double) throws(Failure) -> Node {
        try standardizedWithStatistics(axes, eps).result
    }

    /// The same, with mean and variance, which keep the axes.
    fileprivate func standardizedWithStatistics(_ axes: [Int], _ eps: Double) throws(Failure) -> (
        result: Node, mean: Node, variance: Node
    ) {
        let mean = try mean(axes, keepdims: true)
        let distance = try self - mean
        let variance = try distance.square().mean(axes, keepdims: true)
        return (try distance * (variance + Node.scalar(eps, like: variance)).rsqrt(), mean, variance)
    }

    /// By running statistics, which have to be there.
    fileprivate func normed(
        _ running: RunningStatistics?, _ weight: Tensor?, _ bias: Tensor?, _ eps: Double, _ name: String
    )
        throws(Failure) -> Node
    {
        guard let running else {
            throw .argument(
                operation: name, "running statistics are expected where the input's are not used, but there are none")
        }
        let (mean, variance) = (try running.mean.node().wide(), try running.variance.node().wide())
        let scale = try (variance + Node.scalar(eps, like: variance)).rsqrt()
        return try ((self - mean.alongChannels(shape.count)) * scale.alongChannels(shape.count)).scaledByChannel(
            weight, bias)
    }

    /// Times a weight, plus a bias, where they are given.
    fileprivate func scaled(by weight: Node?, plus bias: Node?) throws(Failure) -> Node {
        var y = self
        if let weight { y = try y * weight }
        if let bias { y = try y + bias }
        return y
    }

    fileprivate func scaledByChannel(_ weight: Tensor?, _ bias: Tensor?) throws(Failure) -> Node {
        try scaled(by: weight?.node().alongChannels(shape.count), plus: bias?.node().alongChannels(shape.count))
    }

    /// A vector of channels as it broadcasts to [n, channels, ...] of that many axes.
    func alongChannels(_ rank: Int) throws(Failure) -> Node {
        try reshape([shape[0]] + [Int](repeating: 1, count: rank - 2))
    }

    /// Sums of `window` neighbours along an axis. Sums of 2, 4, 8, ... are made of each other, so a wide window costs
    /// few sums and no cancellation.
    fileprivate func windowSums(_ axis: Int, _ window: Int) throws(Failure) -> Node {
        let count = shape[axis] - window + 1
        var (block, width, start, rest) = (self, 1, 0, window)
        var total: Node?
        while true {
            if rest & 1 == 1 {
                let part = try block.part(axis, start, count)
                if let sum = total { total = try sum + part } else { total = part }
                start += width
            }
            rest >>= 1
            guard rest > 0 else { return total ?? block }
            let extent = block.shape[axis] - width
            block = try block.part(axis, 0, extent) + block.part(axis, width, extent)
            width *= 2
        }
    }
}
