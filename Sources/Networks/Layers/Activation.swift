import Engine

/// Functions of elements, or along one axis, as layers.
enum Activations {
    private static let alpha = Parameter("alpha", .real, .real(1), "the limit below 0 is -alpha")
    private static let lambd = Parameter("lambd", .real, .real(0.5), "the bound")

    static let kinds: [Kind] = [
        Kind(Identity.self), Kind(ReLU.self), Kind(LeakyReLU.self), Kind(Sigmoid.self), Kind(Tanh.self),
        Kind(GELU.self), Kind(Softmax.self), Kind(LogSoftmax.self), Kind(Softplus.self), Kind(Softmin.self),
        Kind(Softmax2d.self), Kind(PReLU.self),
        Kind(
            Signature("ELU", [alpha, .inplace], "x above 0, else alpha (exp(x) - 1). Clevert et al. 2016."),
            calls: "elu", shown: ["alpha=", "inplace=?"]),
        Kind(
            Signature(
                "SELU", [.inplace],
                """
                scale (max(0, x) + min(0, alpha (exp(x) - 1))) with alpha = 1.6733 and scale = 1.0507. \
                Klambauer et al. 2017.
                """),
            calls: "selu", shown: ["inplace=?"]),
        Kind(
            Signature("CELU", [alpha, .inplace], "x above 0, else alpha (exp(x / alpha) - 1). Barron 2017."),
            calls: "celu", shown: ["alpha=", "inplace=?"]),
        Kind(
            Signature("SiLU", [.inplace], "x sigmoid(x) of each element. Elfwing et al. 2017."),
            calls: "silu", shown: ["inplace=?"]),
        Kind(
            Signature("Mish", [.inplace], "x tanh(softplus(x)) of each element. Misra 2019."),
            calls: "mish", shown: ["inplace=?"]),
        Kind(
            Signature(
                "Hardtanh",
                [
                    Parameter("min_val", .number, .real(-1), "the lower bound"),
                    Parameter("max_val", .number, .real(1), "the upper bound"), .inplace,
                ], "x between min_val and max_val."),
            calls: "hardtanh", shown: ["min_val=", "max_val=", "inplace=?"]),
        Kind(
            Signature("ReLU6", [.inplace], "x between 0 and 6."), calls: "relu6", shown: ["inplace=?"]),
        Kind(
            Signature("Hardswish", [.inplace], "x hardsigmoid(x) of each element. Howard et al. 2019."),
            calls: "hardswish", shown: []),
        Kind(
            Signature("Hardsigmoid", [.inplace], "x + 3 between 0 and 6, over 6."),
            calls: "hardsigmoid", shown: []),
        Kind(
            Signature("Hardshrink", [lambd], "x, but 0 where |x| is at most lambd."), calls: "hardshrink",
            shown: ["lambd"]),
        Kind(
            Signature("Softshrink", [lambd], "x moved toward 0 by lambd, as far as 0."),
            calls: "softshrink", shown: ["lambd"]),
        Kind(Signature("Tanhshrink", "x - tanh(x) of each element."), calls: "tanhshrink"),
        Kind(Signature("Softsign", "x / (1 + |x|) of each element."), calls: "softsign"),
        Kind(Signature("LogSigmoid", "log(sigmoid(x)) of each element, without overflow."), calls: "logsigmoid"),
        Kind(
            Signature(
                "GLU", [Parameter("dim", .integer, .integer(-1), "the axis that is halved")],
                "The first half of an axis times sigmoid of the second. Dauphin et al. 2017."),
            calls: "glu"),
        Kind(
            Signature(
                "RReLU",
                [
                    Parameter("lower", .real, .real(1.0 / 8), "the smallest slope"),
                    Parameter("upper", .real, .real(1.0 / 3), "the largest slope"), .inplace,
                ],
                """
                x above 0, else slope x: in training with a slope drawn for each element, in evaluation with the mean \
                of the two. Xu et al. 2015.
                """),
            calls: "rrelu", shown: ["lower=", "upper=", "inplace=?"]),
        Kind(
            Signature(
                "Threshold",
                [
                    Parameter("threshold", .number, "the bound"),
                    Parameter("value", .number, "what stands for elements up to the bound"), .inplace,
                ], "x above a bound, else a value."),
            calls: "threshold", shown: ["threshold=", "value=", "inplace=?"]),
    ]
}

/// Layers of one tensor without parameters, which call the engine without a text.
public class Activation: Module {
    public required init(_ arguments: Arguments) throws(Failure) { super.init(arguments) }
}

public final class Identity: Activation, Registered {
    public static let signature = Signature("Identity", "The input itself.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { x }
}

public final class ReLU: Activation, Registered {
    public static let signature = Signature("ReLU", [.inplace], "max(x, 0) of each element.")
    public override var summary: String { shown(["inplace=?"]) }
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.relu) }
}

public final class LeakyReLU: Activation, Registered {
    public static let signature = Signature(
        "LeakyReLU", [Parameter("negative_slope", .real, .real(0.01), "slope below 0"), .inplace],
        "x where x > 0, else negative_slope x.")
    private let slope: Double

    public required init(_ arguments: Arguments) throws(Failure) {
        slope = try arguments.finite("negative_slope")
        try super.init(arguments)
    }

    public override var summary: String { shown(["negative_slope=", "inplace=?"]) }
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.leakyRelu, parameter: slope) }
}

public final class Sigmoid: Activation, Registered {
    public static let signature = Signature("Sigmoid", "1 / (1 + exp(-x)) of each element.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.sigmoid) }
}

public final class Tanh: Activation, Registered {
    public static let signature = Signature("Tanh", "Hyperbolic tangent of each element.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.tanh) }
}

public final class GELU: Activation, Registered {
    public static let signature = Signature(
        "GELU",
        [
            Parameter(
                "approximate", .choice(["none", "tanh"]), .text("none"),
                "'none': by the error function; 'tanh': approximated")
        ],
        """
        x times the standard normal distribution function of x. Hendrycks and Gimpel 2016.

        approximate 'none': x (1 + erf(x / sqrt 2)) / 2; 'tanh': x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
        """)
    private let isExact: Bool

    public required init(_ arguments: Arguments) throws(Failure) {
        isExact = try arguments.text("approximate") == "none"
        try super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(isExact ? .gelu : .geluTanh) }
}

public final class Softplus: Activation, Registered {
    public static let signature = Signature(
        "Softplus",
        [
            Parameter("beta", .real, .real(1), "how sharp the bend is; not 0"),
            Parameter("threshold", .real, .real(20), "where beta x is above it, the result is x; inf: nowhere"),
        ],
        "log(1 + exp(beta x)) / beta of each element, without overflow.")
    private let (beta, threshold): (Double, Double)

    public required init(_ arguments: Arguments) throws(Failure) {
        beta = try arguments.finite("beta")
        threshold = try arguments.real("threshold")
        guard beta != 0, !threshold.isNaN else {
            throw .argument(
                operation: "Softplus",
                "beta must not be 0 and threshold be a number, but they are \(beta) and \(threshold)")
        }
        try super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        beta == 1 && threshold == .infinity
            ? try x.applying(.softplus) : try x.softplus(beta: beta, threshold: threshold)
    }
}

/// The softmaxes' axis.
private let softmaxAxis = Parameter(
    "dim", .optional(.integer), Value.none,
    "the axis along which the results add up to 1; None: 0 for tensors of 0, 1 and 3 axes, else 1")

/// A layer along one axis, which may depend on the number of axes, as in PyTorch.
public class AxisActivation: Activation {
    private let place: Int?

    public required init(_ arguments: Arguments) throws(Failure) {
        place = arguments.value("dim") == Value.none ? nil : try arguments.axis("dim")
        try super.init(arguments)
    }

    func axis(_ x: Tensor) -> Int { place ?? ([0, 1, 3].contains(x.shape.count) ? 0 : 1) }
}

public final class Softmax: AxisActivation, Registered {
    public static let signature = Signature(
        "Softmax", [softmaxAxis], "exp(x) / sum(exp(x)) along axis dim, without overflow.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.softmax(axis(x)) }
}

public final class Softmin: AxisActivation, Registered {
    public static let signature = Signature("Softmin", [softmaxAxis], "softmax(-x) along axis dim, without overflow.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        try x.cast(x.dtype.isFloat ? x.dtype : .float64).applying(.negative).softmax(axis(x))
    }
}

public final class LogSoftmax: AxisActivation, Registered {
    public static let signature = Signature(
        "LogSoftmax", [softmaxAxis], "log(softmax(x)) along axis dim, without overflow.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.logSoftmax(axis(x)) }
}

public final class Softmax2d: Activation, Registered {
    public static let signature = Signature(
        "Softmax2d", "softmax over the channels of [n, channels, height, width] or [channels, height, width].")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard x.shape.count == 3 || x.shape.count == 4 else {
            throw .shape(
                operation: "Softmax2d", "3 or 4 axes are expected, but the input has \(x.shape.count): \(x.shape)")
        }
        return try x.softmax(-3)
    }
}

public final class PReLU: TableLayer, Registered {
    public static let signature = Signature(
        "PReLU",
        [
            Parameter("num_parameters", .integer, .integer(1), "slopes: 1, or one for each place of axis 1"),
            Parameter("init", .real, .real(0.25), "what they start from"), .dtype,
        ],
        """
        x above 0, else weight x. He et al. 2015.

        weight [num_parameters] is trained.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (count, start) = (try arguments.positive("num_parameters"), try arguments.real("init"))
        try super.init(arguments, calls: "prelu", shown: ["num_parameters="])
        try setParameter("weight", Tensor.full([count], start, arguments.floats()))
    }
}

extension Arguments {
    /// A number that is neither infinite nor NaN.
    func finite(_ name: String) throws(Failure) -> Double {
        let value = try real(name)
        guard value.isFinite else {
            throw .argument(operation: signature.name, "\(name) must be finite, but is \(value)")
        }
        return value
    }

    /// An axis that some tensor can have.
    func axis(_ name: String) throws(Failure) -> Int {
        let value = try integer(name)
        guard (-64..<64).contains(value) else {
            throw .argument(operation: signature.name, "\(name) must be an axis, from -64 to 63, but is \(value)")
        }
        return value
    }
}
