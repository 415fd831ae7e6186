import Engine

/// Layers that move each channel to mean 0 and variance 1 by running statistics, or by those of what comes in.
public class RunningNorm: Module {
    private let axes: Int
    var eps: Double { constructorValue("eps")?.real ?? 1e-5 }
    var momentum: Double? { constructorValue("momentum")?.real }
    override var changeable: Set<String> { ["eps", "momentum"] }

    fileprivate static func parameters(affine: Bool, tracks: Bool) -> [Parameter] {
        [
            Parameter("num_features", .integer, "C: the number of channels"),
            Parameter("eps", .real, .real(1e-5), "what is added to the variance"),
            Parameter(
                "momentum", .optional(.real), .real(0.1),
                "the weight of this pass in the running statistics; None: their mean over all passes"),
            Parameter("affine", .flag, .flag(affine), "whether there are weight and bias"),
            Parameter(
                "track_running_stats", .flag, .flag(tracks),
                "whether there are running statistics, which evaluation uses"),
            .dtype, Parameter("bias", .flag, .flag(true), "whether there is a bias beside the weight"),
        ]
    }

    fileprivate static let state =
        """
        weight [C] starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + \
        momentum new, once a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var \
        [C], num_batches_tracked [] (int64).
        """

    fileprivate init(_ arguments: Arguments, axes: Int) throws(Failure) {
        self.axes = axes
        let channels = try arguments.positive("num_features")
        _ = try arguments.finite("eps")
        let dtype = try arguments.floats()
        try Tensor.checkType([channels], dtype)
        super.init(arguments)
        if try arguments.flag("affine") {
            try setParameter("weight", Tensor.full([channels], 1, dtype))
            if try arguments.flag("bias") { try setParameter("bias", Tensor.full([channels], 0, dtype)) }
        }
        if try arguments.flag("track_running_stats") {
            try setBuffer("running_mean", Tensor.full([channels], 0, dtype))
            try setBuffer("running_var", Tensor.full([channels], 1, dtype))
            try setBuffer("num_batches_tracked", Tensor.full([], 0, .int64))
        }
    }

    public override var summary: String {
        "\(shown(["num_features", "eps=", "momentum=", "affine="])), "
            + "bias=\(parameter("bias") == nil ? "False" : "True"), \(shown(["track_running_stats="]))"
    }

    /// With a batch in front. Shapes: [N, C, spatial].
    fileprivate func checked(_ x: Tensor, least: Int) throws(Failure) {
        let wanted = least == axes + 2 ? "\(least)" : "\(least) or \(axes + 2)"
        guard (least...axes + 2).contains(x.shape.count) else {
            throw .shape(operation: className, "\(wanted) axes are expected, but the input is \(x.shape)")
        }
        let channels = try constructorInteger("num_features")
        guard x.shape[1] == channels else {
            throw .shape(
                operation: className,
                "expected \(channels) features, found \(x.shape[1]) on axis 1 of the input \(x.shape)")
        }
    }

    /// The running statistics in the pass in progress.
    fileprivate var running: RunningStatistics? {
        guard let mean = buffer("running_mean"), let variance = buffer("running_var") else { return nil }
        return RunningStatistics(mean: ForwardPass.value(of: mean), variance: ForwardPass.value(of: variance))
    }

    fileprivate func write(_ updated: RunningStatistics) throws(Failure) {
        guard let mean = buffer("running_mean"), let variance = buffer("running_var") else { return }
        try ForwardPass.write(mean, updated.mean)
        try ForwardPass.write(variance, updated.variance)
    }
}

public final class BatchNorm: RunningNorm, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        let shapes = ["[N, C] or [N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"][axes - 1]
        return Signature(
            "BatchNorm\(axes)d", parameters(affine: true, tracks: true),
            """
            (x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of \(shapes). Ioffe and Szegedy \
            2015.

            In training mean and variance are those over all axes but the channels', in evaluation the running ones. \
            \(state)
            """)
    }

    private let leastAxes: Int

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        leastAxes = axes == 1 ? 2 : axes + 2
        try super.init(arguments, axes: axes)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        try checked(x, least: leastAxes)
        guard isTraining || running == nil else {
            return try x.batchNorm(
                running, weight: parameter("weight"), bias: parameter("bias"), training: false, eps: eps
            ).output
        }
        return try tracking(x)
    }

    /// Moves the running statistics, and counts passes.
    private func tracking(_ x: Tensor) throws(Failure) -> Tensor {
        let before = running
        let found = try x.batchNorm(
            before, weight: parameter("weight"), bias: parameter("bias"), training: true, momentum: momentum ?? 1,
            eps: eps)
        guard let before, var updated = found.updated else { return found.output }
        if let count = buffer("num_batches_tracked") {
            let next = try ForwardPass.value(of: count).applying(.add, 1)
            if momentum == nil {
                // The mean over all passes so far, of which this is number `next`. The count is a tensor, so that a
                // program counts on.
                let share = try Tensor.full([], 1, before.mean.dtype) / next.cast(before.mean.dtype)
                let rest = try share.applying(.subtract, 1, reversed: true)
                updated.mean = try before.mean * rest + updated.mean * share
                updated.variance = try before.variance * rest + updated.variance * share
            }
            try ForwardPass.write(count, next)
        }
        // A pass without examples counts, but moves nothing.
        if x.count > 0 { try write(updated) }
        return found.output
    }
}

public final class InstanceNorm: RunningNorm, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        let names = spatialNames(axes)
        return Signature(
            "InstanceNorm\(axes)d", parameters(affine: false, tracks: false),
            """
            (x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of each example of \
            [N, C, \(names)] or [C, \(names)]. Ulyanov et al. 2016.

            Mean and variance are those over the spatial axes, in evaluation the running ones if there are any. \
            \(state)
            """)
    }

    private let axes: Int

    public override init(_ arguments: Arguments, axes: Int) throws(Failure) {
        self.axes = axes
        try super.init(arguments, axes: axes)
    }

    public override func forward(_ input: Tensor) throws(Failure) -> Tensor {
        let isBatch = input.shape.count != axes + 1
        let x = isBatch ? input : try input.reshape([1] + input.shape)
        try checked(x, least: axes + 2)
        let (weight, bias) = (parameter("weight"), parameter("bias"))
        // As PyTorch has it: without a momentum nothing moves, and passes are not counted.
        let found = try x.instanceNorm(
            running, weight: weight, bias: bias, usesInput: isTraining || running == nil, momentum: momentum ?? 0,
            eps: eps)
        if let updated = found.updated { try write(updated) }
        let output = found.output
        return isBatch ? output : try output.reshape(input.shape)
    }
}

/// Normalisations over axes of each example, which keep nothing: functions of the table with weight and bias.
public class ExampleNorm: TableLayer {
    /// `flag` is the argument that says whether there are weight and bias.
    fileprivate init(_ arguments: Arguments, calls function: String, _ shape: Shape, flag: String) throws(Failure) {
        let dtype = try arguments.floats()
        try Tensor.checkType(shape, dtype)
        try super.init(arguments, calls: function)
        guard try arguments.flag(flag) else { return }
        try setParameter("weight", Tensor.full(shape, 1, dtype))
        if arguments.value("bias")?.flag == true { try setParameter("bias", Tensor.full(shape, 0, dtype)) }
    }

    fileprivate static func extents(_ arguments: Arguments) throws(Failure) -> Shape {
        let extents = try arguments.integers("normalized_shape")
        guard !extents.isEmpty, extents.allSatisfy({ $0 > 0 }) else {
            throw .argument(
                operation: arguments.signature.name,
                "normalized_shape must be extents above 0, but is \(Value.tuple(extents).literal)")
        }
        return extents
    }

    fileprivate static let extents = Parameter("normalized_shape", .integers, "the extents of the last axes")
    fileprivate static let eps = Parameter("eps", .real, .real(1e-5), "what is added to the variance")
    fileprivate static let affine = Parameter(
        "elementwise_affine", .flag, .flag(true), "whether the result is multiplied by a weight")

    fileprivate var bias: String { parameter("bias") == nil ? "bias=False" : "bias=True" }
    fileprivate var shape: String {
        guard let value = constructorValue("normalized_shape") else { return "" }
        return value.integer.map { Value.list([.integer($0)]).literal } ?? value.literal
    }
}

public final class LayerNorm: ExampleNorm, Registered {
    public static let signature = Signature(
        "LayerNorm",
        [
            extents, eps, affine, Parameter("bias", .flag, .flag(true), "whether there is a bias beside the weight"),
            .dtype,
        ],
        """
        (x - mean) / sqrt(variance + eps) over the last axes, times weight, plus bias. Ba et al. 2016.

        weight starts as ones and bias as zeros, of the shape normalized_shape.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        try super.init(
            arguments, calls: "layer_norm", ExampleNorm.extents(arguments), flag: "elementwise_affine")
    }

    public override var summary: String { "\(shape), \(shown(["eps=", "elementwise_affine="])), \(bias)" }
}

public final class RMSNorm: ExampleNorm, Registered {
    public static let signature = Signature(
        "RMSNorm",
        [
            extents,
            Parameter(
                "eps", .optional(.real), Value.none, "what is added to the mean square; None: the dtype's own"),
            affine, .dtype,
        ],
        """
        x / sqrt(mean of squares + eps) over the last axes, times weight. Zhang and Sennrich 2019.

        weight starts as ones, of the shape normalized_shape.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, calls: "rms_norm", ExampleNorm.extents(arguments), flag: "elementwise_affine")
    }

    public override var summary: String { "\(shape), \(shown(["eps=", "elementwise_affine="]))" }
}

public final class GroupNorm: ExampleNorm, Registered {
    public static let signature = Signature(
        "GroupNorm",
        [
            Parameter("num_groups", .integer, "groups of channels; it divides num_channels"),
            Parameter("num_channels", .integer, "C: the number of channels"), eps,
            Parameter("affine", .flag, .flag(true), "whether there are weight and bias"), .dtype,
            Parameter("bias", .flag, .flag(true), "whether there is a bias beside the weight"),
        ],
        """
        (x - mean) / sqrt(variance + eps) over each group of channels of each example of [N, C, ...], times weight, \
        plus bias. Wu and He 2018.

        weight [C] starts as ones and bias [C] as zeros.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (groups, channels) = (try arguments.positive("num_groups"), try arguments.positive("num_channels"))
        guard channels % groups == 0 else {
            throw .argument(
                operation: "GroupNorm",
                "num_groups must divide num_channels, but they are \(groups) and \(channels)")
        }
        try super.init(arguments, calls: "group_norm", [channels], flag: "affine")
    }

    public override var summary: String { "\(shown(["num_groups", "num_channels", "eps=", "affine="])), \(bias)" }
}

enum ResponseNorms {
    private static let numbers = [
        Parameter("size", .integer, "how many neighbouring channels count"),
        Parameter("alpha", .real, .real(1e-4), "what multiplies their mean square"),
        Parameter("beta", .real, .real(0.75), "the exponent"),
    ]
    private static let shown = ["size", "alpha=", "beta=", "k="]

    static let kinds: [Kind] = [
        Kind(
            Signature(
                "LocalResponseNorm", numbers + [Parameter("k", .real, .real(1), "what is added")],
                """
                x / (k + alpha m)^beta with the mean square m of `size` neighbouring channels of [N, C, ...], where \
                those that are not there count as 0. Krizhevsky et al. 2012.
                """), calls: "local_response_norm", shown: shown),
        Kind(
            Signature(
                "CrossMapLRN2d", numbers + [Parameter("k", .number, .integer(1), "what is added")],
                """
                As LocalResponseNorm for [N, C, H, W], over as many channels before as behind: one fewer than `size` \
                where that is even.
                """)
        ) { (arguments) throws(Failure) in
            let size = try arguments.perAxis("size", 1)[0]
            // The window has a middle; the sum of its squares is divided by `size` all the same.
            let window = 2 * ((size + 1) / 2) - 1
            return try TableLayer(
                arguments, calls: "local_response_norm",
                fixed: [
                    "size": .integer(Int64(window)),
                    "alpha": .real(arguments.real("alpha") * Double(window) / Double(size)),
                ], shown: shown)
        },
    ]
}
