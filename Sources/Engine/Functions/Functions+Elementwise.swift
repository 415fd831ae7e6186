/// Functions of one tensor, element by element.
extension Functions {
    static let ofFloats = "Floats keep their dtype; integers and bool give float32."
    private static let ofAll = "The dtype stays."
    private static let ofNumbers = "Integers and floats, whose dtype stays."

    static func unary(
        _ name: String, _ operation: Tensor.Unary, aliases: [String] = [], _ formula: String, _ dtypes: String
    ) -> Function {
        Function(name, [.input], aliases: aliases, "\(formula) of each element, of the shape of `input`. \(dtypes)") {
            a throws(Failure) in
            try a.tensor("input").applying(operation)
        }
    }

    /// A function with one parameter, which is a number.
    static func unary(_ name: String, _ operation: Tensor.Unary, _ parameter: Parameter, _ documentation: String)
        -> Function
    {
        Function(name, [.input, parameter], documentation) { a throws(Failure) in
            try a.tensor("input").applying(operation, parameter: a.real(parameter.name))
        }
    }

    static let elementwise: [Function] = [
        unary("abs", .absolute, aliases: ["absolute"], "Absolute value", ofAll),
        unary("neg", .negative, aliases: ["negative"], "-x", ofNumbers),
        unary("sign", .sign, aliases: ["sgn"], "-1, 0 or 1 by the sign", "\(ofNumbers) The derivative is 0."),
        unary("square", .square, "Square", ofAll),
        unary("reciprocal", .reciprocal, "1 / x", ofFloats),
        unary("sqrt", .sqrt, "Square root", ofFloats),
        unary("rsqrt", .rsqrt, "1 / sqrt(x)", ofFloats),
        unary("exp", .exp, "e to the power", ofFloats),
        unary("exp2", .exp2, "2 to the power", ofFloats),
        unary("expm1", .expm1, "exp(x) - 1, precise for small x,", ofFloats),
        unary("log", .log, "Natural logarithm", ofFloats),
        unary("log2", .log2, "Logarithm to base 2", ofFloats),
        unary("log10", .log10, "Logarithm to base 10", ofFloats),
        unary("log1p", .log1p, "log(1 + x), precise for small x,", ofFloats),
        unary("sin", .sin, "Sine", ofFloats),
        unary("cos", .cos, "Cosine", ofFloats),
        unary("tan", .tan, "Tangent", ofFloats),
        unary("asin", .asin, aliases: ["arcsin"], "Inverse sine", ofFloats),
        unary("acos", .acos, aliases: ["arccos"], "Inverse cosine", ofFloats),
        unary("atan", .atan, aliases: ["arctan"], "Inverse tangent", ofFloats),
        unary("sinh", .sinh, "Hyperbolic sine", ofFloats),
        unary("cosh", .cosh, "Hyperbolic cosine", ofFloats),
        unary("tanh", .tanh, "Hyperbolic tangent", ofFloats),
        unary("asinh", .asinh, aliases: ["arcsinh"], "Inverse hyperbolic sine", ofFloats),
        unary("acosh", .acosh, aliases: ["arccosh"], "Inverse hyperbolic cosine", ofFloats),
        unary("atanh", .atanh, aliases: ["arctanh"], "Inverse hyperbolic tangent", ofFloats),
        unary("erf", .erf, "Error function", ofFloats),
        unary("erfc", .erfc, "1 - erf(x), precise where that is small,", ofFloats),
        unary("lgamma", .logGamma, aliases: ["gammaln"], "log |gamma(x)|", ofFloats),
        unary("digamma", .digamma, aliases: ["psi"], "The derivative of lgamma", ofFloats),
        Function(
            "polygamma", [Parameter("n", .integer, "The order, 0 to 100."), .input],
            "The derivative of digamma of order n of each element, of the shape of `input`. \(ofFloats)"
        ) { a throws(Failure) in try a.tensor("input").applying(.polygamma, parameter: Double(a.integer("n"))) },

        unary(
            "floor", .floor, "The next whole number below",
            "\(ofNumbers) Integers stay as they are. The derivative is 0."),
        unary(
            "ceil", .ceil, "The next whole number above", "\(ofNumbers) Integers stay as they are. The derivative is 0."
        ),
        unary(
            "trunc", .trunc, aliases: ["fix"], "The whole number towards 0",
            "\(ofNumbers) Integers stay as they are. The derivative is 0."),
        Function(
            "round",
            [
                .input,
                Parameter(
                    "decimals", .integer, .integer(0), keyword: true,
                    "Places behind the point, -300 to 300; before it if negative."),
            ],
            """
            The nearest number with that many places behind the point; halves go to the even neighbour. \(ofNumbers) \
            The derivative is 0.
            """
        ) { a throws(Failure) in try a.tensor("input").applying(.round, parameter: Double(a.integer("decimals"))) },

        unary("logical_not", .logicalNot, "Whether the element is 0, as bool,", "All dtypes."),
        unary(
            "bitwise_not", .bitwiseNot, aliases: ["bitwise_invert"], "All bits exchanged (of bool the logical not)",
            "Integers and bool, whose dtype stays."),
        unary("isnan", .isNaN, "Whether it is NaN, as bool,", "All dtypes."),
        unary("isinf", .isInfinite, "Whether it is infinite, as bool,", "All dtypes."),
        unary("isfinite", .isFinite, "Whether it is neither infinite nor NaN, as bool,", "All dtypes."),
        Function(
            "nan_to_num",
            [
                .input, Parameter("nan", .real, .real(0), "What NaN becomes."),
                Parameter(
                    "posinf", .optional(.real), Value.none,
                    "What infinity becomes; None: the largest number of the dtype."),
                Parameter(
                    "neginf", .optional(.real), Value.none,
                    "What -infinity becomes; None: the smallest number of the dtype."),
            ],
            """
            With NaN and infinities replaced, which have derivative 0. The dtype stays; integers and bool stay as \
            they are.
            """
        ) { a throws(Failure) in
            try a.tensor("input").nanToNum(
                nan: a.real("nan"), positive: a.optionalReal("posinf"), negative: a.optionalReal("neginf"))
        },

        Function(
            "clone", [.input], aliases: ["identity"],
            "A new tensor with the same values, through which derivatives pass."
        ) { a throws(Failure) in
            try a.tensor("input").applying(.identity)
        },
        Function("detach", [.input], "The same values, a constant to derivatives.") { a throws(Failure) in
            try a.tensor("input").detach()
        },
        Function(
            "to", [.input, Parameter("dtype", .dtype, "The dtype.")],
            """
            The same values in another dtype: reals are cut toward 0 where they become integers, and bool is whether \
            a number is not 0.
            """
        ) { a throws(Failure) in try a.tensor("input").cast(a.dtype("dtype", .float32)) },
    ]
}
