import Engine

/// Functions of elements, or along one axis, as layers. They have no parameters.
public class Activation: Module {
    public required init(_ arguments: Arguments) throws(Failure) { super.init(arguments) }
}

public final class Identity: Activation, Registered {
    public static let signature = Signature("Identity", "The input itself.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { x }
}

public final class ReLU: Activation, Registered {
    public static let signature = Signature("ReLU", "max(x, 0) of each element.")
    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.relu) }
}

public final class LeakyReLU: Activation, Registered {
    public static let signature = Signature(
        "LeakyReLU", [Parameter("negative_slope", .real, .real(0.01), "slope below 0")],
        "x where x > 0, else negative_slope x.")
    private let slope: Double

    public required init(_ arguments: Arguments) throws(Failure) {
        slope = try arguments.finite("negative_slope")
        try super.init(arguments)
    }

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
private let axis = Parameter("dim", .integer, .integer(-1), "the axis along which the results add up to 1")

public final class Softmax: Activation, Registered {
    public static let signature = Signature("Softmax", [axis], "exp(x) / sum(exp(x)) along axis dim, without overflow.")
    private let place: Int

    public required init(_ arguments: Arguments) throws(Failure) {
        place = try arguments.axis("dim")
        try super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.softmax(place) }
}

public final class LogSoftmax: Activation, Registered {
    public static let signature = Signature("LogSoftmax", [axis], "log(softmax(x)) along axis dim, without overflow.")
    private let place: Int

    public required init(_ arguments: Arguments) throws(Failure) {
        place = try arguments.axis("dim")
        try super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor { try x.logSoftmax(place) }
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
