/// More functions of one, two and three operands, element by element: what is made of arithmetic, parts of numbers,
/// comparisons with a tolerance.
extension Functions {
    /// A function of two operands, given as what it does to their nodes.
    static func pair(
        _ name: String, aliases: [String] = [], second: String = "other", _ formula: String, _ dtypes: String,
        _ body: @escaping (Node, Node) throws(Failure) -> Node
    ) -> Function {
        let other = Parameter(second, .operand, Parameter.other.documentation)
        return Function(name, [.inputOperand, other], aliases: aliases, "\(formula), \(broadcasts). \(dtypes)") {
            a throws(Failure) in
            let (x, y) = try Operand.together(a.operand("input"), a.operand(second), name)
            return try Tensor(result: body(x.node(), y.node()))
        }
    }

    /// A function of one tensor, given as what it does to its node.
    static func one(
        _ name: String, aliases: [String] = [], _ formula: String, _ dtypes: String,
        _ body: @escaping (Node) throws(Failure) -> Node
    ) -> Function {
        Function(name, [.input], aliases: aliases, "\(formula) of each element, of the shape of `input`. \(dtypes)") {
            a throws(Failure) in
            try Tensor(result: body(a.tensor("input").node()))
        }
    }

    /// input + value * combination of two tensors.
    private static func combined(_ name: String, _ operation: Tensor.Binary, _ formula: String) -> Function {
        Function(
            name,
            [
                .input, Parameter("tensor1", .operand, "A tensor or a number."),
                Parameter("tensor2", .operand, "A tensor or a number."),
                Parameter("value", .number, .integer(1), keyword: true, "A number that multiplies the two."),
            ],
            "input + value * \(formula), element by element; the three broadcast. \(promoted)"
        ) { a throws(Failure) in
            var part = Operand.tensor(
                try Operand.apply(operation, a.operand("tensor1"), a.operand("tensor2"), name))
            let value = try a.number("value")
            if value.asReal != 1 { part = .tensor(try Operand.apply(.multiply, part, .number(value), name)) }
            return try Operand.apply(.add, .tensor(a.tensor("input")), part, name)
        }
    }

    private static let allClose: [Parameter] = [
        .inputOperand, .other, Parameter("rtol", .real, .real(1e-5), "How far they may differ, relative to other."),
        Parameter("atol", .real, .real(1e-8), "How far they may differ besides."),
        Parameter("equal_nan", .flag, .flag(false), "Whether NaN equals NaN."),
    ]

    private static func isClose(_ a: Arguments) throws(Failure) -> Tensor {
        let (x, y) = try Operand.together(a.operand("input"), a.operand("other"), a.signature.name)
        return try Tensor(
            result: x.node().isClose(
                y.node(), rtol: a.real("rtol"), atol: a.real("atol"), equalNaN: a.flag("equal_nan")))
    }

    static let numbers: [Function] = [
        one("positive", "The element itself", "Integers and floats, whose dtype stays.") { x throws(Failure) in
            guard x.dtype != .bool else {
                throw .dtype(operation: "positive", "numbers are expected, but bool was given; cast it first")
            }
            return try Identity().record([x])
        },
        one("deg2rad", "Radians of degrees,", ofFloats) { x throws(Failure) in
            let x = try x.asFloat()
            return try x * x.number(.pi / 180)
        },
        one("rad2deg", "Degrees of radians,", ofFloats) { x throws(Failure) in
            let x = try x.asFloat()
            return try x * x.number(180 / .pi)
        },
        one("frac", "What is left beside the whole number toward 0,", "Floats, whose dtype stays.") {
            x throws(Failure) in try x.fraction()
        },
        pair("fmax", "The larger of the two, or the one that is not NaN", promoted) { x, y throws(Failure) in
            try x.maximumOfNumbers(y)
        },
        pair("fmin", "The smaller of the two, or the one that is not NaN", promoted) { x, y throws(Failure) in
            try x.minimumOfNumbers(y)
        },
        one("signbit", "Whether the sign bit is set, which -0 has too, as bool,", "All dtypes.") {
            x throws(Failure) in try x.signBit()
        },
        one("isposinf", "Whether it is +infinity, as bool,", "All dtypes.") { x throws(Failure) in
            try x.isInfinite(above: true)
        },
        one("isneginf", "Whether it is -infinity, as bool,", "All dtypes.") { x throws(Failure) in
            try x.isInfinite(above: false)
        },
        one("isreal", "Whether it is a real number, which all are, as bool,", "All dtypes.") { x throws(Failure) in
            try Node.full(x.shape, 1, .bool)
        },
        Function(
            "frexp", [.input], outputs: ["mantissa", "exponent"],
            """
            (m, n) of x = m 2^n for each element, with |m| from 1/2 to below 1; 0, infinities and NaN are their own m. \
            Floats; n is int32.
            """
        ) { a throws(Failure) in
            let (mantissa, exponent) = try a.tensor("input").node().binaryParts()
            return [try Tensor(result: mantissa), try Tensor(result: exponent)]
        },
        pair("hypot", "sqrt(input^2 + other^2) without overflow", ofFloats) { x, y throws(Failure) in try x.hypot(y) },
        pair(
            "fmod", "What the quotient input / other, cut toward 0, leaves, of the sign of input",
            "An integer divided by 0 is an error when values are computed. \(promoted)"
        ) { x, y throws(Failure) in try x.fmod(y) },
        pair("copysign", "|input| with the sign of other", ofFloats) { x, y throws(Failure) in try x.copySign(y) },
        pair("nextafter", "The float next to input on the way to other", ofFloats) { x, y throws(Failure) in
            try x.nextAfter(y)
        },
        pair("ldexp", "input * 2^other", "A whole other leaves the dtype of floats; integers give float32.") {
            x, y throws(Failure) in try x.scaled(byTwoToThe: y)
        },
        pair("heaviside", second: "values", "0 below 0, 1 above, `values` at 0", promoted) { x, y throws(Failure) in
            try x.heaviside(y)
        },
        pair("gcd", "The greatest common divisor", "Integers, whose dtypes meet as NumPy's do.") {
            x, y throws(Failure) in try x.commonDivisor(y)
        },
        pair("lcm", "The least common multiple", "Integers, whose dtypes meet as NumPy's do.") {
            x, y throws(Failure) in try x.commonMultiple(y)
        },
        pair("float_power", second: "exponent", "input to the power exponent, in float64", "All dtypes.") {
            x, y throws(Failure) in try x.cast(.float64).power(y.cast(.float64))
        },
        Function(
            "rsub",
            [
                .inputOperand, .other,
                Parameter("alpha", .number, .integer(1), "A number that multiplies input."),
            ],
            "other - alpha * input, \(broadcasts). \(promoted)"
        ) { a throws(Failure) in
            let alpha = try a.number("alpha")
            var input = try a.operand("input")
            if alpha.asReal != 1 { input = .tensor(try Operand.apply(.multiply, input, .number(alpha), "rsub")) }
            return try Operand.apply(.subtract, a.operand("other"), input, "rsub")
        },
        combined("addcmul", .multiply, "tensor1 * tensor2"),
        combined("addcdiv", .divide, "tensor1 / tensor2"),
        Function(
            "isclose", allClose, "Whether |input - other| <= atol + rtol |other|, or the two are equal, as bool."
        ) { a throws(Failure) in try isClose(a) },
        Function("allclose", allClose, "Whether all elements are what isclose calls close: bool [].") {
            a throws(Failure) in try isClose(a).reduce(.all)
        },
        Function(
            "equal", [.input, Parameter("other", .tensor, "The other tensor.")],
            "Whether two tensors have the same shape and equal elements: bool []."
        ) { a throws(Failure) in
            let (x, y) = (try a.tensor("input"), try a.tensor("other"))
            return try x.shape == y.shape ? Tensor.apply(.equal, x, y).reduce(.all) : .full([], 0, .bool)
        },
    ]
}
