/// Activation functions. Formulas and derivatives at corners are PyTorch's.
extension Functions {
    private static let lambd = Parameter("lambd", .real, .real(0.5), "The bound.")

    static let activations: [Function] = [
        unary("relu", .relu, "max(x, 0)", "The dtype stays."),
        unary(
            "leaky_relu", .leakyRelu, Parameter("negative_slope", .real, .real(0.01), "The slope below 0."),
            "x where x > 0, else negative_slope * x. \(ofFloats)"),
        unary("relu6", .relu6, "x between 0 and 6", "Integers and floats, whose dtype stays."),
        unary(
            "elu", .elu, Parameter("alpha", .real, .real(1), "The limit below 0 is -alpha."),
            "x above 0, else alpha (exp(x) - 1). \(ofFloats)"),
        unary(
            "celu", .celu, Parameter("alpha", .real, .real(1), "The limit below 0 is -alpha."),
            "x above 0, else alpha (exp(x / alpha) - 1). \(ofFloats)"),
        unary("selu", .selu, "Scaled ELU (Klambauer et al. 2017)", ofFloats),
        unary("sigmoid", .sigmoid, aliases: ["expit"], "1 / (1 + exp(-x))", ofFloats),
        unary("logsigmoid", .logSigmoid, "log(sigmoid(x)), without overflow,", ofFloats),
        unary("hardsigmoid", .hardSigmoid, "x + 3 between 0 and 6, over 6,", ofFloats),
        unary("silu", .silu, "x sigmoid(x)", ofFloats),
        unary("hardswish", .hardSwish, "x hardsigmoid(x)", ofFloats),
        unary("mish", .mish, "x tanh(softplus(x))", ofFloats),
        unary("softsign", .softsign, "x / (1 + |x|)", ofFloats),
        Function(
            "hardtanh",
            [
                .input, Parameter("min_val", .real, .real(-1), "The lower bound."),
                Parameter("max_val", .real, .real(1), "The upper bound, at least the lower one."),
            ],
            "x between min_val and max_val, where the derivative is 0. Integers and floats, whose dtype stays."
        ) { a throws(Failure) in try a.tensor("input").hardTanh(a.real("min_val"), a.real("max_val")) },
        Function(
            "softplus",
            [
                .input, Parameter("beta", .real, .real(1), "Finite and not 0."),
                Parameter(
                    "threshold", .optional(.real), Value.none,
                    "The result is x where beta x is above it; PyTorch has 20. None: nowhere."),
            ],
            "log(1 + exp(beta x)) / beta of each element, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            try a.tensor("input").softplus(beta: a.real("beta"), threshold: a.optionalReal("threshold") ?? .infinity)
        },
        Function(
            "gelu",
            [
                .input,
                Parameter(
                    "approximate", .choice(["none", "tanh"]), .text("none"),
                    "'none': exactly; 'tanh': by the approximation with tanh."),
            ],
            "x times the standard normal distribution function of x (Hendrycks and Gimpel 2016). \(ofFloats)"
        ) { a throws(Failure) in try a.tensor("input").applying(a.text("approximate") == "tanh" ? .geluTanh : .gelu) },
        one("tanhshrink", "x - tanh(x)", ofFloats) { x throws(Failure) in try x.tanhShrink() },
        Function(
            "hardshrink", [.input, lambd], "x, but 0 where |x| is at most lambd. \(ofFloats)"
        ) { a throws(Failure) in try Tensor(result: a.tensor("input").node().hardShrink(a.real("lambd"))) },
        Function(
            "softshrink", [.input, lambd],
            "x moved toward 0 by lambd, which is not negative, as far as 0. \(ofFloats)"
        ) { a throws(Failure) in try Tensor(result: a.tensor("input").node().softShrink(a.real("lambd"))) },
        Function(
            "threshold",
            [
                .input, Parameter("threshold", .number, "The bound."),
                Parameter("value", .number, "What stands for elements up to the bound."),
            ],
            "x above a bound, else a value. The dtype stays."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            let replaced = try Operand.apply(
                .lessEqual, .tensor(input), .number(a.number("threshold")), "threshold")
            return try input.maskedFill(replaced, Operand.number(a.number("value")).assigned(to: input, "threshold"))
        },
        Function("glu", [.input, .lastAxis], "The first half of an axis times sigmoid of the second. \(ofFloats)") {
            a throws(Failure) in
            let x = try a.tensor("input").node()
            return try Tensor(
                result: x.gated(normalized(axis: a.integer("dim"), rank: x.shape.count, operation: "glu")))
        },
        Function(
            "prelu",
            [
                .input,
                Parameter("weight", .tensor, "The slope below 0: one element, or one for each place of axis 1."),
            ],
            "x above 0, else weight x. \(ofFloats)"
        ) { a throws(Failure) in
            let (x, weight) = (try a.tensor("input").node(), try a.tensor("weight").node())
            if weight.count == 1 { return try Tensor(result: x.weightedRelu(weight.reshape([]))) }
            let channels = x.shape.count < 2 ? 1 : x.shape[1]
            guard weight.shape == [channels] else {
                throw .shape(
                    operation: "prelu",
                    """
                    weight must have one element, or be [\(channels)] for the input \(x.shape.text), but is \
                    \(weight.shape.text)
                    """
                )
            }
            let aligned = x.shape.indices.map { $0 == 1 ? channels : 1 }
            return try Tensor(result: x.weightedRelu(weight.reshape(aligned)))
        },
        Function(
            "rrelu",
            [
                .input, Parameter("lower", .real, .real(1.0 / 8), "The smallest slope."),
                Parameter("upper", .real, .real(1.0 / 3), "The largest slope."),
                Parameter("training", .flag, .flag(false), "Whether each element gets a slope drawn between the two."),
            ],
            "x above 0, else slope x, with the mean of the two slopes where not training. \(ofFloats)"
        ) { a throws(Failure) in
            let (input, lower, upper) = (try a.tensor("input"), try a.real("lower"), try a.real("upper"))
            guard lower.isFinite, upper.isFinite, lower <= upper else {
                throw .argument(
                    operation: "rrelu", "finite slopes in order are expected, but found \(lower) and \(upper)")
            }
            guard try a.flag("training") else {
                return try input.applying(.leakyRelu, parameter: (lower + upper) / 2)
            }
            let x = try input.node().asFloat()
            let slopes = try Generator.standard().draw(.uniform, x.dtype, x.shape, lower, upper)
            return try Tensor(result: x.weightedRelu(slopes.node()))
        },
        Function(
            "softmax", [.input, .axis, .computedIn], "exp(x) / sum(exp(x)) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType().softmax(a.integer("dim"))
        },
        Function(
            "softmin", [.input, .axis, .computedIn], "softmax(-x) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            let x = try a.inputInDType()
            return try x.cast(x.dtype.isFloat ? x.dtype : .standard).applying(.negative).softmax(a.integer("dim"))
        },
        Function(
            "log_softmax", [.input, .axis, .computedIn], "log(softmax(x)) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType().logSoftmax(a.integer("dim"))
        },
    ]
}
