/// A convolution over one to three spatial axes: result [images, groups x outputs, positions], where
///
///     result[n, o, p] = sum over c, t of weight[o, c, t] input[n, g channels + c, i],  g = o / outputs
///     i inputDilation = p stride + t dilation - low  along each axis
///
/// Terms whose i is no whole number, or lies outside, are 0.
public struct ConvolutionStep: StepDescription {
    /// One spatial axis.
    public struct Axis: Hashable, Codable, Sendable {
        /// Extents of the input, of the weight and of the result.
        public var input: Int
        public var taps: Int
        public var positions: Int
        public var stride: Int
        public var low: Int
        public var inputDilation: Int
        public var dilation: Int

        public init(
            input: Int, taps: Int, positions: Int, stride: Int = 1, low: Int = 0, inputDilation: Int = 1,
            dilation: Int = 1
        ) {
            (self.input, self.taps, self.positions) = (input, taps, positions)
            (self.stride, self.low, self.inputDilation, self.dilation) = (stride, low, inputDilation, dilation)
        }
    }

    public var dtype: DType
    public var images: Int
    public var groups: Int
    /// Channels of the input, and of the result, in one group.
    public var channels: Int
    public var outputs: Int
    public var axes: [Axis]
    /// Where the input's elements [images, groups x channels, spatial] lie.
    public var layout: StridedLayout
    /// From one output's weights [channels, taps] to the next, and from channel to channel. Taps are dense.
    public var outputStride: Int
    public var channelStride: Int
    /// Where the first weight lies.
    public var weightOffset: Int
    public var input: Int
    public var weight: Int
    public var result: Int

    public init(
        dtype: DType, images: Int, groups: Int, channels: Int, outputs: Int, axes: [Axis], layout: StridedLayout,
        outputStride: Int, channelStride: Int, weightOffset: Int = 0, input: Int, weight: Int, result: Int
    ) {
        (self.dtype, self.images, self.groups) = (dtype, images, groups)
        (self.channels, self.outputs, self.axes, self.layout) = (channels, outputs, axes, layout)
        (self.outputStride, self.channelStride, self.weightOffset) = (outputStride, channelStride, weightOffset)
        (self.input, self.weight, self.result) = (input, weight, result)
    }

    /// Terms of one element of the result, those that are 0 among them.
    public var depth: Int { axes.reduce(channels) { $0 * $1.taps } }
    /// Elements of the result.
    public var count: Int { axes.reduce(images * groups * outputs) { $0 * $1.positions } }

    public var reads: [Int] { [input, weight] }
    public var writes: [Int] { [result] }
    /// What input dilation makes 0 is not computed.
    public var operations: Double {
        2 * Double(count) * axes.reduce(Double(channels)) { $0 * Double($1.taps) / Double($1.inputDilation) }
    }
}

/// The place of the largest element of each window, as int64: result [planes, positions] of input [planes, spatial].
/// Places count in a plane. The first of equal ones; NaN wins. The elements themselves too, if somebody reads them. A
/// loop that makes the input may run along with it, plane by plane.
public struct WindowArgMaxStep: StepDescription {
    /// The windows along one axis: `counts[p]` elements from `firsts[p]` on, `dilation` apart.
    public struct Axis: Hashable, Codable, Sendable {
        public var input: Int
        public var dilation: Int
        public var firsts: [Int]
        public var counts: [Int]

        public init(input: Int, dilation: Int, firsts: [Int], counts: [Int]) {
            (self.input, self.dilation, self.firsts, self.counts) = (input, dilation, firsts, counts)
        }
    }

    public var dtype: DType
    public var planes: Int
    public var axes: [Axis]
    public var source: Int
    /// Where the places go; nil if nowhere.
    public var result: Int?
    /// Where the largest elements go, [planes, positions]; nil if nowhere.
    public var values: Int?
    /// What writes the input; nil if a step before has.
    public var loop: LoopStep?
    /// Whether others read what the loop writes there; else it is never stored as a whole.
    public var isKept = true

    public init(dtype: DType, planes: Int, axes: [Axis], source: Int, result: Int?, values: Int? = nil) {
        (self.dtype, self.planes, self.axes) = (dtype, planes, axes)
        (self.source, self.result, self.values) = (source, result, values)
    }

    /// Elements of a plane, and windows over it.
    public var elements: Int { axes.reduce(1) { $0 * $1.input } }
    public var positions: Int { axes.reduce(1) { $0 * $1.firsts.count } }

    public var reads: [Int] { loop?.reads ?? [source] }
    public var writes: [Int] {
        [result, values].compactMap { $0 } + (loop?.writes.filter { isKept || $0 != source } ?? [])
    }
}
