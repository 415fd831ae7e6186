import Engine

/// How windows lie along the spatial axes, by Keras' rules: layers of convolution and of pooling.
struct KerasWindows {
    enum Padding: String { case valid, same, causal }

    let axes: Int
    let kernel: [Int]
    let strides: [Int]
    let dilation: [Int]
    let padding: Padding
    let isChannelsFirst: Bool

    /// `kernel` and `strides` are the names of arguments. Strides of None are the kernel's.
    init(_ arguments: Arguments, axes: Int, kernel: String) throws(Failure) {
        self.axes = axes
        self.kernel = try arguments.perAxis(kernel, axes)
        strides = arguments.value("strides") == Value.none ? self.kernel : try arguments.perAxis("strides", axes)
        dilation =
            arguments.signature.place(of: "dilation_rate") == nil
            ? [Int](repeating: 1, count: axes) : try arguments.perAxis("dilation_rate", axes)
        padding = Padding(rawValue: try arguments.text("padding")) ?? .valid
        isChannelsFirst = arguments.isChannelsFirst
    }

    /// From the first element of a window to its last, along an axis.
    func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilation[axis] }

    /// Where the axes of channels and the first spatial axis are, in a batch.
    var channelsAxis: Int { isChannelsFirst ? 1 : axes + 1 }
    var firstAxis: Int { isChannelsFirst ? 2 : 1 }

    /// Elements around an input [N, C, spatial]. 'same': as many windows as strides begin in the input, the odd
    /// element behind.
    func sides(_ shape: Shape) -> [Tensor.Sides] {
        (0..<axes).map { axis in
            switch padding {
            case .valid: return (0, 0)
            case .causal: return (reach(axis), 0)
            case .same:
                let extent = shape[axis + 2]
                let positions = (extent + strides[axis] - 1) / strides[axis]
                let total = max((positions - 1) * strides[axis] + reach(axis) + 1 - extent, 0)
                return (total / 2, total - total / 2)
            }
        }
    }

    /// How many windows there are along an axis.
    func positions(_ extent: Int, _ axis: Int) -> Int {
        padding == .same
            ? (extent + strides[axis] - 1) / strides[axis] : max(extent - reach(axis) - 1, -1) / strides[axis] + 1
    }

    /// Windows of the same extents with as many positions as elements: of a state.
    var ofState: KerasWindows { KerasWindows(self) }

    private init(_ other: KerasWindows) {
        let ones = [Int](repeating: 1, count: other.axes)
        (axes, kernel, strides, dilation) = (other.axes, other.kernel, ones, ones)
        (padding, isChannelsFirst) = (.same, other.isChannelsFirst)
    }

    /// [N, spatial, C] as [N, C, spatial], unless it is that already; and back.
    func channelsFirst(_ x: Tensor, _ name: String) throws(Failure) -> Tensor {
        guard x.shape.count == axes + 2 else {
            let names = isChannelsFirst ? "C, \(spatialNames(axes))" : "\(spatialNames(axes)), C"
            throw .shape(
                operation: name, "\(axes + 2) axes are expected ([N, \(names)]), but the input is \(x.shape)")
        }
        return isChannelsFirst ? x : try x.permute([0, axes + 1] + Array(1...axes))
    }

    func restored(_ y: Tensor) throws(Failure) -> Tensor {
        isChannelsFirst ? y : try y.permute([0] + Array(2...axes + 1) + [1])
    }
}

extension Parameter {
    static func strides(_ axes: Int, _ initial: Value) -> Parameter {
        Parameter(
            "strides", initial == .none ? .optional(.each(axes)) : .each(axes), initial,
            "from one window to the next" + (initial == .none ? "; None: the window's extents" : ""))
    }

    static func padding(_ choices: [String] = ["valid", "same"]) -> Parameter {
        Parameter(
            "padding", .choice(choices), .text("valid"),
            "'valid': windows inside the input; 'same': extents / strides of them, with zeros around"
                + (choices.contains("causal") ? "; 'causal': zeros before the first step alone" : ""))
    }

    static func dilationRate(_ axes: Int) -> Parameter {
        Parameter("dilation_rate", .each(axes), .integer(1), "from one element of a window to the next")
    }
}
