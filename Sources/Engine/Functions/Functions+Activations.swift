/// Activation functions. Formulas and derivatives at corners are PyTorch's.
extension Functions {
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
        unary("sigmoid", .sigmoid, "1 / (1 + exp(-x))", ofFloats),
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
        Function(
            "softmax", [.input, .axis, .computedIn], "exp(x) / sum(exp(x)) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType().softmax(a.integer("dim"))
        },
        Function(
            "softmin", [.input, .axis, .computedIn], "softmax(-x) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            let x = try a.inputInDType()
            return try x.cast(x.dtype.isFloat ? x.dtype : .float64).applying(.negative).softmax(a.integer("dim"))
        },
        Function(
            "log_softmax", [.input, .axis, .computedIn], "log(softmax(x)) along an axis, without overflow. \(ofFloats)"
        ) { a throws(Failure) in
            try a.inputInDType().logSoftmax(a.integer("dim"))
        },
    ]
}
