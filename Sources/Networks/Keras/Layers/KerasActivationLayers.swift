import Engine

/// Activations as layers.
enum KerasActivationLayers {
    static let kinds: [Kind] = [
        Kind(
            keras: "ReLU",
            [
                Parameter("max_value", .optional(.real), Value.none, "the largest result; None: none"),
                Parameter("negative_slope", .real, .real(0), "the slope below the threshold"),
                Parameter("threshold", .real, .real(0), "from where on x stays"),
            ], "x from the threshold on, else negative_slope (x - threshold); at most max_value."
        ) { (arguments) throws(Failure) in
            let (slope, threshold) = (try arguments.finite("negative_slope"), try arguments.finite("threshold"))
            let most = arguments.optionalReal("max_value")
            for (name, value) in [("max_value", most ?? 0), ("negative_slope", slope), ("threshold", threshold)]
            where !(value >= 0) {
                throw .argument(operation: "keras.ReLU", "\(name) must not be below 0, but is \(value)")
            }
            return { (x, _) throws(Failure) in
                try KerasActivation.relu(x, slope: slope, most: most, threshold: threshold)
            }
        },
        Kind(
            keras: "LeakyReLU", [Parameter("negative_slope", .real, .real(0.3), "the slope below 0")],
            "x above 0, else negative_slope x."
        ) { (arguments) throws(Failure) in
            let slope = try arguments.finite("negative_slope")
            return { (x, _) throws(Failure) in try x.applying(.leakyRelu, parameter: slope) }
        },
        Kind(
            keras: "ELU", [Parameter("alpha", .real, .real(1), "the limit below 0 is -alpha")],
            "x above 0, else alpha (exp(x) - 1)."
        ) { (arguments) throws(Failure) in
            let alpha = try arguments.finite("alpha")
            return { (x, _) throws(Failure) in try x.applying(.elu, parameter: alpha) }
        },
        Kind(
            keras: "ThresholdedReLU", [Parameter("theta", .real, .real(1), "the bound")],
            "x above theta, else 0. Konda et al. 2015."
        ) { (arguments) throws(Failure) in
            let theta = try arguments.finite("theta")
            guard theta >= 0 else {
                throw .argument(operation: "keras.ThresholdedReLU", "theta must not be below 0, but is \(theta)")
            }
            return { (x, _) throws(Failure) in try x * x.applying(.greater, theta).cast(x.dtype) }
        },
        Kind(KerasPReLU.self), Kind(KerasSoftmax.self),
    ]
}

public final class KerasPReLU: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.PReLU",
        parameters(
            [.initializer("alpha", "Zeros")] + Parameter.penalties(["alpha"]) + Parameter.constraints(["alpha"]) + [
                Parameter(
                    "shared_axes", .optional(.integers), Value.none,
                    "axes, from 1, along which all elements have one slope")
            ]), inputs: [Input("inputs")],
        """
        x above 0, else alpha x. He et al. 2015.

        alpha has the input's extents without the batch, 1 along shared_axes.
        """)

    private let shared: [Int]

    public override init(_ arguments: Arguments) throws(Failure) {
        shared = arguments.optionalIntegers("shared_axes") ?? []
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        for axis in shared where axis < 1 || axis > shape.count {
            throw .shape(operation: className, "there is no axis \(axis) behind the batch")
        }
        let extents = try shape.indices.map { (axis) throws(Failure) in
            shared.contains(axis + 1) ? 1 : try known(shape, axis)
        }
        try make("alpha", extents, "alpha_initializer")
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        try x.applying(.relu) - made("alpha") * (-1.0 * x).applying(.relu)
    }
}

extension Tensor {
    fileprivate static func * (a: Double, b: Tensor) throws(Failure) -> Tensor { try b * a }
}

public final class KerasSoftmax: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Softmax",
        parameters([Parameter("axis", .integers, .integer(-1), "the axes along which the results sum to 1")]),
        inputs: [Input("inputs"), Input("mask", optional: true)],
        """
        exp(x) divided by its sum along axes. A mask that broadcasts to the input (bool) says which elements count; \
        the others are 0.
        """)

    private let axes: [Int]

    public override init(_ arguments: Arguments) throws(Failure) {
        axes = try arguments.integers("axis")
        try super.init(arguments)
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0] else { throw .internal(operation: className, "an input is expected") }
        let mask = try inputs.count > 1 ? inputs[1]?.cast(.bool) : nil
        return [try KerasSoftmax.softmax(x, mask, axes)]
    }

    /// Masked elements are 0, also where all are masked.
    static func softmax(_ x: Tensor, _ mask: Tensor?, _ axes: [Int]) throws(Failure) -> Tensor {
        var x = x
        if let mask { x = try Tensor.choose(mask, x, Tensor.full([], -1e30, x.dtype)) }
        let y: Tensor
        if axes.count == 1 {
            y = try x.softmax(axes[0])
        } else {
            y = try (x - x.reduce(.logSumExp, axes, keepdims: true)).applying(.exp)
        }
        guard let mask else { return y }
        return try Tensor.choose(mask, y, Tensor.full([], 0, y.dtype))
    }
}
