import Engine

/// What Keras' normalisations share: gamma and beta along some axes, and an epsilon of 1e-3.
public class KerasNorm: KerasLayer {
    let epsilon: Double
    fileprivate let (centers, scales): (Bool, Bool)

    fileprivate override init(_ arguments: Arguments) throws(Failure) {
        epsilon = try arguments.finite("epsilon")
        (centers, scales) = (try arguments.flag("center"), try arguments.flag("scale"))
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    fileprivate func makeScale(_ shape: Shape) throws(Failure) {
        if scales { try make("gamma", shape, "gamma_initializer") }
        if centers { try make("beta", shape, "beta_initializer") }
    }

    /// (x - mean) / sqrt(variance + epsilon) gamma + beta, where all broadcast.
    fileprivate func normed(
        _ x: Tensor, _ mean: Tensor, _ variance: Tensor, _ gamma: Tensor?, _ beta: Tensor?
    ) throws(Failure) -> Tensor {
        var scale = try (variance + epsilon).applying(.rsqrt)
        if let gamma { scale = try scale * gamma }
        let y = try (x - mean) * scale
        guard let beta else { return y }
        return try y + beta
    }

    /// float32 where the input has 16 bits: sums would overflow.
    fileprivate func wide(_ x: Tensor) throws(Failure) -> Tensor {
        x.dtype.isFloat && x.dtype != .float32 && x.dtype != .float64 || !x.dtype.isFloat ? try x.cast(.float32) : x
    }

    fileprivate func narrow(_ y: Tensor, like x: Tensor) throws(Failure) -> Tensor {
        x.dtype.isFloat ? try y.cast(x.dtype) : y
    }

    fileprivate static let eps = Parameter("epsilon", .real, .real(0.001), "what is added to the variance")
    fileprivate static let scaling = [
        Parameter("center", .flag, .flag(true), "whether there is a beta"),
        Parameter("scale", .flag, .flag(true), "whether there is a gamma"),
        .initializer("beta", "zeros"), .initializer("gamma", "ones"),
    ]
    fileprivate static let rest = Parameter.penalties(["beta", "gamma"]) + Parameter.constraints(["beta", "gamma"])

    /// An axis of the input, from its end where negative; never the batch.
    fileprivate func place(_ axis: Int, _ rank: Int) throws(Failure) -> Int {
        let place = axis < 0 ? rank + axis : axis
        guard place > 0, place < rank else {
            throw .shape(
                operation: className,
                "an axis behind the batch is expected, but it is \(axis) for an input of \(rank) axes")
        }
        return place
    }
}

extension Tensor {
    /// The mean and the variance (of all, not of a sample) over axes, which stay.
    fileprivate func moments(_ axes: [Int]) throws(Failure) -> (mean: Tensor, variance: Tensor) {
        let mean = try self.mean(axes, keepdims: true)
        return (mean, try (self - mean).applying(.square).mean(axes, keepdims: true))
    }
}

public final class KerasBatchNormalization: KerasNorm, Registered {
    public static let signature = Signature(
        "keras.BatchNormalization",
        parameters(
            [
                Parameter(
                    "axis", .either([.integer, .tuple(.integer, count: 1)]), .integer(-1), "the axis of channels"),
                Parameter("momentum", .real, .real(0.99), "the share of the moving statistics that a pass keeps"), eps,
            ] + scaling + [.initializer("moving_mean", "zeros"), .initializer("moving_variance", "ones")] + rest
                + [
                    Parameter("renorm", .flag, .flag(false), "batch renormalisation, which is not there: False"),
                    Parameter(
                        "synchronized", .flag, .flag(false), "over all devices, of which there is one"),
                ]),
        inputs: [Input("inputs"), Input("mask", optional: true)],
        """
        (x - mean) / sqrt(variance + epsilon) gamma + beta for each channel. Ioffe and Szegedy 2015.

        In training mean and variance are those over all axes but the channels', and the moving ones become momentum \
        old + (1 - momentum) new; in evaluation, or with trainable=False, they are the moving ones. A mask [N, T] \
        (bool) says which steps of [N, T, C] count in training.

        gamma [C], beta [C]; buffers moving_mean [C] and moving_variance [C].
        """)

    private let axis: Int

    public override init(_ arguments: Arguments) throws(Failure) {
        axis = try arguments.integers("axis")[0]
        let momentum = try arguments.finite("momentum")
        guard (0...1).contains(momentum) else {
            throw .argument(operation: "keras.BatchNormalization", "momentum is from 0 to 1, but is \(momentum)")
        }
        guard try !arguments.flag("renorm") else {
            throw .unsupported(
                operation: "keras.BatchNormalization", "renorm=True is not there; leave it False")
        }
        try super.init(arguments)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        let channels = try known(shape, axis < 0 ? axis : axis - 1)
        try makeScale([channels])
        for name in ["moving_mean", "moving_variance"] {
            try setBuffer(name, filled([channels], constructorValue(name + "_initializer")?.text ?? "zeros"))
        }
    }

    override var changeable: Set<String> { super.changeable.union(["momentum"]) }

    /// A mask says nothing of the parameters.
    override func shapes(of inputs: [Tensor?]) throws(Failure) -> [KerasShape] {
        try super.shapes(of: Array(inputs.prefix(1)))
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let given = inputs[0] else { throw .internal(operation: className, "an input is expected") }
        let x = try wide(given)
        let rank = x.shape.count
        let place = try place(axis, rank)
        guard let movingMean = buffer("moving_mean"), let movingVariance = buffer("moving_variance"),
            movingMean.shape == [x.shape[place]]
        else {
            throw .shape(
                operation: className,
                "\(buffer("moving_mean")?.shape.first ?? 0) channels on axis \(place) are expected, but the input is "
                    + "\(x.shape)")
        }
        var around = [Int](repeating: 1, count: rank)
        around[place] = x.shape[place]
        let before = (mean: ForwardPass.value(of: movingMean), variance: ForwardPass.value(of: movingVariance))
        let used: (mean: Tensor, variance: Tensor)
        if isTraining, isTrainable {
            let axes = (0..<rank).filter { $0 != place }
            if inputs.count > 1, let mask = inputs[1] {
                used = try masked(x, mask, axes)
            } else {
                used = try x.moments(axes)
            }
            let momentum = constructorValue("momentum")?.real ?? 0.99
            for (buffer, old, new) in [
                (movingMean, before.mean, used.mean), (movingVariance, before.variance, used.variance),
            ] {
                let now = try new.detach().reshape(old.shape).cast(old.dtype)
                try ForwardPass.write(buffer, old * momentum + now * (1 - momentum))
            }
        } else {
            used = (
                try before.mean.cast(x.dtype).reshape(around), try before.variance.cast(x.dtype).reshape(around)
            )
        }
        let gamma = try parameter("gamma").map { (gamma) throws(Failure) in try gamma.reshape(around) }
        let beta = try parameter("beta").map { (beta) throws(Failure) in try beta.reshape(around) }
        return [try narrow(normed(x, used.mean, used.variance, gamma, beta), like: given)]
    }

    /// Mean and variance of the steps that a mask leaves.
    private func masked(_ x: Tensor, _ mask: Tensor, _ axes: [Int]) throws(Failure) -> (mean: Tensor, variance: Tensor)
    {
        guard mask.shape == Array(x.shape.dropLast()) else {
            throw .shape(
                operation: className,
                "a mask \(Array(x.shape.dropLast())) is expected, but it is \(mask.shape)")
        }
        // Where the channels are not the last axis, the mask of the last axis does not broadcast as Keras' does.
        let weights = try mask.cast(.bool).cast(x.dtype).unsqueeze(-1).expand(x.shape)
        let count = try weights.sum(axes, keepdims: true) + 1e-7
        let mean = try (x * weights).sum(axes, keepdims: true) / count
        let variance = try ((x - mean) * weights).applying(.square).sum(axes, keepdims: true) / count
        return (mean, variance)
    }
}

public final class KerasLayerNormalization: KerasNorm, Registered {
    public static let signature = Signature(
        "keras.LayerNormalization",
        parameters(
            [Parameter("axis", .integers, .integer(-1), "the axes over which each example is normalised"), eps]
                + scaling + rest),
        inputs: [Input("inputs")],
        """
        (x - mean) / sqrt(variance + epsilon) gamma + beta over axes of each example. Ba et al. 2016.

        gamma and beta have the extents of those axes.
        """)

    private let axes: [Int]

    public override init(_ arguments: Arguments) throws(Failure) {
        axes = try arguments.integers("axis")
        guard !axes.isEmpty else {
            throw .argument(operation: "keras.LayerNormalization", "an axis at least is expected")
        }
        try super.init(arguments)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        try makeScale(axes.map { (axis) throws(Failure) in try known(shape, axis < 0 ? axis : axis - 1) })
    }

    override func apply(_ given: Tensor) throws(Failure) -> Tensor {
        let x = try wide(given)
        let rank = x.shape.count
        let places = try axes.map { (axis) throws(Failure) in try place(axis, rank) }
        var around = [Int](repeating: 1, count: rank)
        for place in places { around[place] = x.shape[place] }
        for (name, tensor) in parameters where tensor.shape != places.map({ x.shape[$0] }) {
            throw .shape(
                operation: className, "\(name) is for \(tensor.shape) along its axes, but the input is \(x.shape)")
        }
        let (mean, variance) = try x.moments(places)
        let gamma = try parameter("gamma").map { (gamma) throws(Failure) in try gamma.reshape(around) }
        let beta = try parameter("beta").map { (beta) throws(Failure) in try beta.reshape(around) }
        return try narrow(normed(x, mean, variance, gamma, beta), like: given)
    }
}

public final class KerasGroupNormalization: KerasNorm, Registered {
    public static let signature = Signature(
        "keras.GroupNormalization",
        parameters(
            [
                Parameter("groups", .integer, .integer(32), "groups of channels; -1: each by itself"),
                Parameter("axis", .integer, .integer(-1), "the axis of channels"), eps,
            ] + scaling + rest), inputs: [Input("inputs")],
        """
        (x - mean) / sqrt(variance + epsilon) gamma + beta over each group of channels of each example. Wu and He \
        2018.

        gamma [C], beta [C].
        """)

    private let (groups, axis): (Int, Int)

    public override init(_ arguments: Arguments) throws(Failure) {
        (groups, axis) = (try arguments.integer("groups"), try arguments.integer("axis"))
        guard groups > 0 || groups == -1 else {
            throw .argument(operation: "keras.GroupNormalization", "groups is above 0, or -1, but is \(groups)")
        }
        try super.init(arguments)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let channels = try known(only(shapes), axis < 0 ? axis : axis - 1)
        guard groups == -1 || channels % groups == 0 else {
            throw .shape(
                operation: className,
                "groups must divide the channels, but they are \(groups) and \(channels)")
        }
        try makeScale([channels])
    }

    override func apply(_ given: Tensor) throws(Failure) -> Tensor {
        let x = try wide(given)
        let place = try place(axis, x.shape.count)
        let channels = x.shape[place]
        let count = groups == -1 ? channels : groups
        guard channels % max(count, 1) == 0, parameters.allSatisfy({ $0.tensor.shape == [channels] }) else {
            throw .shape(
                operation: className, "\(channels) channels do not fit \(count) groups, or what the layer was made for")
        }
        let parts = [count, channels / max(count, 1)]
        let apart = try x.reshape(Array(x.shape[..<place]) + parts + Array(x.shape[(place + 1)...]))
        let (mean, variance) = try apart.moments(apart.shape.indices.filter { $0 > 0 && $0 != place })
        var around = [Int](repeating: 1, count: apart.shape.count)
        (around[place], around[place + 1]) = (parts[0], parts[1])
        let gamma = try parameter("gamma").map { (gamma) throws(Failure) in try gamma.reshape(around) }
        let beta = try parameter("beta").map { (beta) throws(Failure) in try beta.reshape(around) }
        return try narrow(normed(apart, mean, variance, gamma, beta).reshape(x.shape), like: given)
    }
}

public final class KerasRMSNormalization: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.RMSNormalization",
        parameters([
            Parameter("axis", .integers, .integer(-1), "the axes over which each example is normalised"),
            Parameter("epsilon", .real, .real(1e-6), "what is added to the mean square"),
        ]), inputs: [Input("inputs")],
        """
        x / sqrt(mean of squares + epsilon) scale over axes of each example. Zhang and Sennrich 2019.

        scale has the extents of those axes, and starts as ones.
        """)

    private let axes: [Int]
    private let epsilon: Double

    public override init(_ arguments: Arguments) throws(Failure) {
        (axes, epsilon) = (try arguments.integers("axis"), try arguments.finite("epsilon"))
        guard !axes.isEmpty else {
            throw .argument(operation: "keras.RMSNormalization", "an axis at least is expected")
        }
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        let extents = try axes.map { (axis) throws(Failure) in try known(shape, axis < 0 ? axis : axis - 1) }
        try setParameter("scale", filled(extents, "ones"), frozen: !isTrainable)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let rank = x.shape.count
        var around = [Int](repeating: 1, count: rank)
        var places: [Int] = []
        for axis in axes {
            let place = axis < 0 ? rank + axis : axis
            guard place > 0, place < rank else {
                throw .shape(operation: className, "there is no axis \(axis) behind the batch in \(x.shape)")
            }
            around[place] = x.shape[place]
            places.append(place)
        }
        let mean = try x.applying(.square).mean(places, keepdims: true)
        return try x * (mean + epsilon).applying(.rsqrt) * made("scale").reshape(around)
    }
}

enum KerasNorms {
    static let kinds: [Kind] = [
        Kind(KerasBatchNormalization.self), Kind(KerasLayerNormalization.self), Kind(KerasGroupNormalization.self),
        Kind(KerasRMSNormalization.self),
        Kind(
            keras: "UnitNormalization",
            [Parameter("axis", .integers, .integer(-1), "the axes over which the length is measured")],
            "x / sqrt(max(sum of squares, 1e-12)): each vector has the length 1."
        ) { (arguments) throws(Failure) in
            let axes = try arguments.integers("axis")
            return { (x, _) throws(Failure) in
                let squares = try x.applying(.square).sum(axes, keepdims: true)
                return try x * squares.applying(.maximum, 1e-24).applying(.rsqrt)
            }
        },
    ]
}
