/// Functions of two or three operands, element by element: arithmetic, comparisons, logic, bits, choices.
extension Functions {
    static let broadcasts = "element by element; the two broadcast"

    private static func pairwise(
        _ name: String, _ operation: Tensor.Binary, aliases: [String] = [], _ formula: String, _ dtypes: String
    ) -> Function {
        Function(name, [.inputOperand, .other], aliases: aliases, "\(formula), \(broadcasts). \(dtypes)") {
            a throws(Failure) in
            try Operand.apply(operation, a.operand("input"), a.operand("other"), name)
        }
    }

    /// input + alpha other, or input - alpha other.
    private static func scaled(
        _ name: String, _ operation: Tensor.Binary, aliases: [String] = [], _ formula: String, _ dtypes: String
    ) -> Function {
        let alpha = Parameter("alpha", .number, .integer(1), keyword: true, "A number that multiplies other.")
        return Function(name, [.inputOperand, .other, alpha], aliases: aliases, "\(formula), \(broadcasts). \(dtypes)")
        { a throws(Failure) in
            var other = try a.operand("other")
            let alpha = try a.number("alpha")
            if alpha.asReal != 1 { other = .tensor(try Operand.apply(.multiply, other, .number(alpha), name)) }
            return try Operand.apply(operation, a.operand("input"), other, name)
        }
    }

    /// The input between bounds that are tensors or numbers; nil: none.
    private static func clamped(_ a: Arguments, _ low: Operand?, _ high: Operand?) throws(Failure) -> Tensor {
        let (input, name) = (try a.tensor("input"), a.signature.name)
        var lower = -Double.infinity
        var upper = Double.infinity
        switch (low, high) {
        case (nil, nil):
            throw .argument(operation: name, "a bound is expected, but neither min nor max is given")
        case let bounds where [bounds.0, bounds.1].contains { $0.map { $0.isTensor(to: input.dtype) } ?? false }:
            // A whole number that the dtype does not hold makes it one that does.
            let isWide = [low, high].contains { $0.map { $0.tensor == nil && $0.isTensor(to: input.dtype) } ?? false }
            let x = isWide ? try input.cast(.int64) : input
            let tensors = try [low, high].map { (bound) throws(Failure) in
                try bound.map { (bound) throws(Failure) in try bound.beside(x, name) }
            }
            return try x.clamped(tensors[0], tensors[1])
        default:
            if case .number(let value)? = low { lower = value.asReal }
            if case .number(let value)? = high { upper = value.asReal }
            return try input.clamped(lower, upper)
        }
    }

    static let promoted =
        """
        Dtypes meet as PyTorch's do; a number takes the tensor's dtype where that holds it, and a real number makes \
        integers float32.
        """
    static let ofBool = "The result is bool."
    static let ofBits = "Integers or bool; their dtypes meet as PyTorch's do."

    static let arithmetic: [Function] = [
        scaled("add", .add, "input + alpha * other", promoted),
        scaled("sub", .subtract, aliases: ["subtract"], "input - alpha * other", promoted),
        pairwise("mul", .multiply, aliases: ["multiply"], "input * other", promoted),
        Function(
            "div",
            [
                .inputOperand, .other,
                Parameter(
                    "rounding_mode", .optional(.choice(["floor", "trunc"])), Value.none, keyword: true,
                    "'floor': rounded down, as //; 'trunc': cut toward 0. With these two integers stay integers."),
            ],
            aliases: ["true_divide", "divide"], "input / other, \(broadcasts). Integers and bool give float32."
        ) { a throws(Failure) in
            let rounding = a.optionalText("rounding_mode")
            let operation: Tensor.Binary =
                rounding == "floor" ? .floorDivide : rounding == "trunc" ? .truncDivide : .divide
            return try Operand.apply(operation, a.operand("input"), a.operand("other"), "div")
        },
        pairwise(
            "floor_divide", .floorDivide, "input // other, rounded down (derivative 0)",
            "An integer divided by 0 is an error when values are computed. \(promoted)"),
        pairwise(
            "remainder", .remainder, aliases: ["mod"], "input % other, of the sign of other",
            "An integer divided by 0 is an error when values are computed. \(promoted)"),
        pairwise("pow", .power, "input to the power other", promoted),
        pairwise("maximum", .maximum, "The larger of the two, NaN if either is", promoted),
        pairwise("minimum", .minimum, "The smaller of the two, NaN if either is", promoted),
        pairwise(
            "atan2", .atan2, aliases: ["arctan2"], "The angle of the point (other, input)",
            "Integers and bool give float32."),

        pairwise("eq", .equal, "input == other", ofBool),
        pairwise("ne", .notEqual, aliases: ["not_equal"], "input != other", ofBool),
        pairwise("lt", .less, aliases: ["less"], "input < other", ofBool),
        pairwise("le", .lessEqual, aliases: ["less_equal"], "input <= other", ofBool),
        pairwise("gt", .greater, aliases: ["greater"], "input > other", ofBool),
        pairwise("ge", .greaterEqual, aliases: ["greater_equal"], "input >= other", ofBool),
        pairwise("logical_and", .logicalAnd, "Whether both are nonzero", ofBool),
        pairwise("logical_or", .logicalOr, "Whether one is nonzero", ofBool),
        pairwise("logical_xor", .logicalXor, "Whether exactly one is nonzero", ofBool),

        pairwise("bitwise_and", .bitwiseAnd, "input & other", ofBits),
        pairwise("bitwise_or", .bitwiseOr, "input | other", ofBits),
        pairwise("bitwise_xor", .bitwiseXor, "input ^ other", ofBits),
        pairwise(
            "bitwise_left_shift", .shiftLeft, aliases: ["left_shift"],
            "input << other; by all bits or more, or less than 0: 0", ofBits),
        pairwise(
            "bitwise_right_shift", .shiftRight, aliases: ["right_shift"], "input >> other; the sign stays", ofBits),

        Function(
            "where", [Parameter("condition", .tensor, "Truth values."), .inputOperand, .other],
            """
            `input` where condition (bool) is true, else `other`; the three broadcast. A number takes the other's \
            dtype. What is not chosen takes part in derivatives with 0: NaN where its own derivative is infinite.
            """
        ) { a throws(Failure) in
            let (x, y) = try Operand.together(a.operand("input"), a.operand("other"), "where")
            return try .choose(a.tensor("condition"), x, y)
        },
        Function(
            "clamp",
            [
                .input,
                Parameter("min", .optional(.operand), Value.none, "A number, a tensor that broadcasts, or None."),
                Parameter("max", .optional(.operand), Value.none, "A number, a tensor that broadcasts, or None."),
            ],
            aliases: ["clip"],
            """
            Moved to the nearer bound where it is outside them; `max` counts more where they are the wrong way round. \
            The derivative is 0 outside and at a number.
            """
        ) { a throws(Failure) in
            try clamped(a, a.optionalOperand("min"), a.optionalOperand("max"))
        },
        Function(
            "clamp_min", [.input, Parameter("min", .operand, "A number, or a tensor that broadcasts.")],
            "`min` where the element is below it; the derivative is 0 there, and at a number."
        ) { a throws(Failure) in try clamped(a, a.operand("min"), nil) },
        Function(
            "clamp_max", [.input, Parameter("max", .operand, "A number, or a tensor that broadcasts.")],
            "`max` where the element is above it; the derivative is 0 there, and at a number."
        ) { a throws(Failure) in try clamped(a, nil, a.operand("max")) },
        Function(
            "lerp",
            [
                .input, Parameter("end", .operand, "A tensor or a number."),
                Parameter("weight", .operand, "A tensor or a number."),
            ],
            "input + weight (end - input), exact at both ends; the three broadcast. Integers and bool give float32."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            let end = try a.operand("end").beside(input, "lerp")
            let weight: Tensor
            switch try a.operand("weight") {
            case .tensor(let tensor): weight = tensor
            case .number(let number):
                let dtype = resultType(of: [input, end])
                weight = try .full([], number.asReal, dtype.isFloat ? dtype : .standard)
            }
            return try input.lerp(end, weight)
        },
    ]
}
