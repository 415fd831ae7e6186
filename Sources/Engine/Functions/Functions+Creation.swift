/// New tensors: of numbers, filled, in sequence.
extension Functions {
    /// What a creation function gives, as a leaf that collects gradients if that is asked for.
    static func created(_ tensor: Tensor, _ a: Arguments) throws(Failure) -> Tensor {
        if try a.flag("requires_grad") { try tensor.setRequiresGrad(true) }
        return tensor
    }

    /// Zeros or ones of a shape.
    private static func constant(_ name: String, _ value: Double) -> Function {
        Function(name, [.size, .dtype(.float32, keyword: true), .keywordRequiresGrad], "A tensor of \(name).") {
            a throws(Failure) in
            try created(.full(a.integers("size"), value, a.dtype("dtype", .float32)), a)
        }
    }

    /// Zeros or ones of the shape of a tensor.
    private static func constantLike(_ name: String, _ value: Double) -> Function {
        Function(
            "\(name)_like", [.input, .dtypeOfInput, .requiresGrad],
            "A tensor of \(name) of the shape (and dtype) of `input`."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            return try created(.full(input.shape, value, a.dtype("dtype", input.dtype)), a)
        }
    }

    /// A number in every place. The dtype of None is the number's: bool, int64 or float32.
    private static func filled(_ shape: Shape, _ number: Value, _ dtype: DType?, _ name: String) throws(Failure)
        -> Tensor
    {
        let element: Tensor
        if let dtype {
            element = try Operand.constant(number, dtype, name)
        } else {
            element = try Operand.constant(number)
        }
        return try element.broadcast(to: shape)
    }

    private static let fillValue = Parameter("fill_value", .number, "The number.")

    static let creation: [Function] = [
        Function(
            "tensor",
            [
                Parameter("data", .constant, "A number, or tuples of numbers of equal lengths, nested for more axes."),
                Parameter(
                    "dtype", .optional(.dtype), Value.none,
                    "None: bool for True and False alone, int64 for whole numbers, else float32."), .requiresGrad,
            ],
            "A tensor of the numbers that stand there."
        ) { a throws(Failure) in
            try created(Literal(a.value("data") ?? .none).tensor(a.optionalDType("dtype")), a)
        },
        constant("zeros", 0),
        constant("ones", 1),
        Function(
            "full",
            [
                .size, fillValue,
                Parameter("dtype", .optional(.dtype), Value.none, "None: the number's, bool, int64 or float32."),
                .requiresGrad,
            ],
            "A tensor with every element `fill_value`."
        ) { a throws(Failure) in
            try created(filled(a.integers("size"), a.number("fill_value"), a.optionalDType("dtype"), "full"), a)
        },
        constantLike("zeros", 0),
        constantLike("ones", 1),
        Function(
            "full_like", [.input, fillValue, .dtypeOfInput, .requiresGrad],
            "A tensor of the shape (and dtype) of `input` with every element `fill_value`."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            return try created(
                filled(input.shape, a.number("fill_value"), a.dtype("dtype", input.dtype), "full_like"), a)
        },
        Function(
            "arange",
            [
                Parameter("start", .number, "The first number; the end where no end is given."),
                Parameter(
                    "end", .optional(.number), Value.none,
                    "The first that is not meant; None: start is the end, and 0 the start."),
                Parameter("step", .number, .integer(1), "The distance, not 0."),
                Parameter(
                    "dtype", .optional(.dtype), Value.none, "None: int64 if all numbers are whole, else float32."),
                .requiresGrad,
            ],
            "start, start + step, ... below end (above it for a negative step): [ceil((end - start) / step)]."
        ) { a throws(Failure) in
            var (start, end, step) = (try a.number("start"), a.value("end") ?? .none, try a.number("step"))
            if end == .none { (start, end) = (.integer(0), start) }
            if let start = start.integer, let end = end.integer, let step = step.integer {
                return try created(.arange(whole: start, end, step, a.dtype("dtype", .int64)), a)
            }
            let numbers = [start, end, step]
            let dtype: DType = numbers.contains { $0.real != nil && $0.integer == nil } ? .float32 : .int64
            return try created(.arange(start.asReal, end.asReal, step.asReal, a.dtype("dtype", dtype)), a)
        },
        Function(
            "linspace",
            [
                Parameter("start", .number, "The first number, finite."),
                Parameter("end", .number, "The last number, finite."),
                Parameter("steps", .integer, "How many numbers."), .dtype(.float32), .requiresGrad,
            ],
            """
            `steps` numbers at equal distances from start to end, both among them: [steps]. Integer dtypes cut them \
            toward 0.
            """
        ) { a throws(Failure) in
            let (start, end) = (try a.number("start"), try a.number("end"))
            let dtype = a.dtype("dtype", .float32)
            if let start = start.integer, let end = end.integer {
                return try created(.linspace(whole: start, end, a.integer("steps"), dtype), a)
            }
            return try created(.linspace(start.asReal, end.asReal, a.integer("steps"), dtype), a)
        },
        Function(
            "logspace",
            [
                Parameter("start", .real, "The first exponent, finite."),
                Parameter("end", .real, "The last exponent, finite."),
                Parameter("steps", .integer, "How many numbers."), Parameter("base", .real, .real(10), "The base."),
                .dtype(.float32), .requiresGrad,
            ],
            "base to the powers of linspace(start, end, steps): [steps]. Integer dtypes cut them toward 0."
        ) { a throws(Failure) in
            let exponents = try Tensor.linspace(a.real("start"), a.real("end"), a.integer("steps"), .float64)
            let powers = try exponents.applying(.power, a.real("base"), reversed: true)
            return try created(powers.cast(a.dtype("dtype", .float32)), a)
        },
        Function(
            "eye",
            [
                Parameter("n", .integer, "The number of rows."),
                Parameter("m", .optional(.integer), Value.none, "The number of columns; None: as many."),
                .dtype(.float32), .requiresGrad,
            ],
            "The n x m matrix with ones on the diagonal."
        ) { a throws(Failure) in
            let rows = try a.integer("n")
            return try created(.eye(rows, a.optionalInteger("m") ?? rows, a.dtype("dtype", .float32)), a)
        },
        Function(
            "meshgrid",
            [
                Parameter("tensors", .tensors, "Vectors or scalars."),
                Parameter(
                    "indexing", .choice(["ij", "xy"]), .text("ij"), keyword: true,
                    "'xy' (NumPy's default) exchanges the first two axes."),
            ],
            outputs: ["*outputs"],
            "Each vector along an axis of its own, repeated along those of the others: as many tensors, of one shape."
        ) { a throws(Failure) in try Tensor.meshgrid(a.tensors("tensors"), swapsFirst: a.text("indexing") == "xy") },
    ]
}

/// Numbers as they stand in nested tuples.
private struct Literal {
    private var shape: Shape = []
    private var numbers: [Value] = []

    init(_ data: Value) throws(Failure) {
        var first = data
        while let list = first.list, shape.count <= mostAxes {
            shape.append(list.count)
            guard let inner = list.first else { break }
            first = inner
        }
        try checkShape(shape, .float64, operation: "tensor")
        try append(data, 0)
    }

    private mutating func append(_ data: Value, _ depth: Int) throws(Failure) {
        if let list = data.list {
            guard depth < shape.count, list.count == shape[depth] else {
                throw .shape(operation: "tensor", "nested tuples of equal lengths are expected, but lengths differ")
            }
            for element in list { try append(element, depth + 1) }
            return
        }
        guard depth == shape.count else {
            throw .shape(operation: "tensor", "nested tuples of equal lengths are expected, but lengths differ")
        }
        guard data.real != nil || data.flag != nil else {
            throw .argument(operation: "tensor", "numbers are expected, but found \(data.literal.shortened)")
        }
        numbers.append(data)
    }

    func tensor(_ wanted: DType?) throws(Failure) -> Tensor {
        let isReal = numbers.isEmpty || numbers.contains { $0.real != nil && $0.integer == nil }
        let isFlags = !isReal && numbers.allSatisfy { $0.flag != nil }
        let dtype = wanted ?? (isReal ? .float32 : isFlags ? .bool : .int64)
        let numbers = numbers
        if isReal {
            let exact = try Tensor(dtype: .float64, shape: shape) { (memory) throws(Failure) in
                for (place, number) in numbers.enumerated() {
                    memory.storeBytes(of: number.asReal, toByteOffset: 8 * place, as: Double.self)
                }
            }
            return try exact.cast(dtype)
        }
        for number in numbers {
            guard let value = number.integer, dtype == .uint8 || dtype == .int32, !Operand.takes(dtype, number) else {
                continue
            }
            throw .argument(
                operation: "tensor", "whole numbers that \(dtype.name) holds are expected, but found \(value)")
        }
        let exact = try Tensor(dtype: .int64, shape: shape) { (memory) throws(Failure) in
            for (place, number) in numbers.enumerated() {
                memory.storeBytes(
                    of: number.integer ?? (number.flag == true ? 1 : 0), toByteOffset: 8 * place, as: Int64.self)
            }
        }
        return try exact.cast(dtype)
    }
}
