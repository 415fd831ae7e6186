import Glibc

/// Random numbers from the default generator, the same on any number of threads. Values are drawn at the call.
extension Functions {
    private static func drawn(_ distribution: Generator.Distribution, _ a: Double, _ b: Double, _ arguments: Arguments)
        throws(Failure) -> Tensor
    {
        try created(
            Generator.standard().draw(
                distribution, arguments.dtype("dtype", .float32), arguments.integers("size"), a, b), arguments)
    }

    /// `rand` and `randn`: of a shape.
    private static func standard(_ name: String, _ distribution: Generator.Distribution, _ what: String) -> Function {
        Function(
            name, [.size, .dtype(.float32, keyword: true), .keywordRequiresGrad],
            "\(what) from the default generator (manual_seed)."
        ) { a throws(Failure) in
            try drawn(distribution, 0, 1, a)
        }
    }

    /// The same, of the shape of a tensor.
    private static func standardLike(_ name: String, _ distribution: Generator.Distribution, _ what: String) -> Function
    {
        Function(name, [.input, .dtypeOfInput, .requiresGrad], "\(what) of the shape (and dtype) of `input`.") {
            a throws(Failure) in
            let input = try a.tensor("input")
            return try created(
                Generator.standard().draw(distribution, a.dtype("dtype", input.dtype), input.shape, 0, 1), a)
        }
    }

    private static let low = Parameter(
        "low", .integer, "The smallest number; or, without a high, the first above all, and 0 is the smallest.")

    static let random: [Function] = [
        standard("rand", .uniform, "Uniform numbers in [0, 1)"),
        standard("randn", .normal, "Standard normal numbers"),
        standardLike("rand_like", .uniform, "Uniform numbers in [0, 1)"),
        standardLike("randn_like", .normal, "Standard normal numbers"),
        Function(
            "randint",
            [
                low,
                Parameter(
                    "high", .optional(.integers), Value.none,
                    "The first number above all; the shape, where no size is given."),
                Parameter("size", .optional(.integers), Value.none, "The shape."), .dtype(.int64),
            ],
            """
            Whole numbers in [low, high), or in [0, low) as randint(high, size), from the default generator \
            (manual_seed).
            """
        ) { a throws(Failure) in
            let (low, high) = (try a.integer("low"), a.optionalInteger("high"))
            let sizes = [high == nil ? a.optionalIntegers("high") : nil, a.optionalIntegers("size")].compactMap { $0 }
            guard sizes.count == 1 else {
                throw .argument(operation: "randint", "randint(low, high, size) or randint(high, size) is expected")
            }
            let (first, last) = high.map { (low, $0) } ?? (0, low)
            return try Generator.standard().draw(
                from: Int64(first), to: Int64(last), a.dtype("dtype", .int64), sizes[0])
        },
        Function(
            "randint_like",
            [
                .input, low, Parameter("high", .optional(.integer), Value.none, "The first number above all."),
                .dtypeOfInput,
            ],
            "Whole numbers in [low, high), or in [0, low), of the shape (and dtype) of `input`."
        ) { a throws(Failure) in
            let (input, low) = (try a.tensor("input"), try a.integer("low"))
            let (first, last) = a.optionalInteger("high").map { (low, $0) } ?? (0, low)
            return try Generator.standard().draw(from: Int64(first), to: Int64(last), .int64, input.shape).cast(
                a.dtype("dtype", input.dtype))
        },
        Function(
            "uniform",
            [
                Parameter("low", .real, .real(0), "The lower bound, which may occur."),
                Parameter("high", .real, .real(1), "The upper bound, which does not."),
                .sizeOfNone, .dtype(.float32), .requiresGrad,
            ],
            "Uniform numbers in [low, high)."
        ) { a throws(Failure) in try drawn(.uniform, a.real("low"), a.real("high"), a) },
        Function(
            "normal",
            [
                Parameter("mean", .operand, .real(0), "A number or a tensor."),
                Parameter("std", .operand, .real(1), "A number from 0 on, or a tensor."),
                Parameter(
                    "size", .optional(.integers), Value.none,
                    "The shape, for numbers only; None: () for numbers, what the tensors broadcast to."),
                .dtype(.float32), .requiresGrad,
            ],
            """
            Normal numbers. Mean and std are numbers, with a size and a dtype; or one or both are tensors, which \
            broadcast and through which derivatives pass.
            """
        ) { a throws(Failure) in
            let (mean, std, shape) = (try a.operand("mean"), try a.operand("std"), a.optionalIntegers("size"))
            if case .number(let center) = mean, case .number(let width) = std {
                let dtype = a.dtype("dtype", .float32)
                return try created(
                    Generator.standard().draw(.normal, dtype, shape ?? [], center.asReal, width.asReal), a)
            }
            let tensors = [mean, std].compactMap { $0.tensor }
            let first = tensors[0]
            guard shape == nil else {
                throw .argument(operation: "normal", "a size is given beside a tensor, whose shape counts")
            }
            guard let common = broadcastShape(first.shape, tensors[tensors.count - 1].shape) else {
                throw .shape(
                    operation: "normal",
                    "mean is \(first.shape.text) and std \(tensors[1].shape.text), which do not broadcast together")
            }
            let noise = try Generator.standard().draw(
                .normal, first.dtype.isFloat ? first.dtype : .standard, common, 0, 1)
            return try Operand.apply(
                .add, mean, .tensor(Operand.apply(.multiply, std, .tensor(noise), "normal")), "normal")
        },
        Function(
            "exponential",
            [
                Parameter("rate", .real, .real(1), "Above 0; their mean is 1 / rate."), .sizeOfNone, .dtype(.float32),
                .requiresGrad,
            ],
            "Exponential numbers of that rate, all above 0."
        ) { a throws(Failure) in try drawn(.exponential, a.real("rate"), 0, a) },
        Function(
            "log_normal",
            [
                Parameter("mean", .real, .real(1), "Of the logarithms."),
                Parameter("std", .real, .real(2), "Of the logarithms, from 0 on."), .sizeOfNone, .dtype(.float32),
                .requiresGrad,
            ],
            "Numbers whose logarithms are normal."
        ) { a throws(Failure) in
            let normal = try Generator.standard().draw(
                .normal, a.dtype("dtype", .float32), a.integers("size"), a.real("mean"), a.real("std"))
            return try created(normal.applying(.exp).detach(), a)
        },
        Function(
            "cauchy",
            [
                Parameter("median", .real, .real(0), "The middle."),
                Parameter("sigma", .real, .real(1), "Half the width at half the height, above 0."), .sizeOfNone,
                .dtype(.float32), .requiresGrad,
            ],
            "Cauchy's numbers: median + sigma tan(pi (u - 1/2)) with u uniform in [0, 1)."
        ) { a throws(Failure) in
            let sigma = try a.real("sigma")
            guard sigma > 0 else {
                throw .argument(operation: "cauchy", "sigma above 0 is expected, but found \(sigma)")
            }
            let dtype = a.dtype("dtype", .float32)
            let angle = try Generator.standard().draw(.uniform, dtype, a.integers("size"), -.pi / 2, .pi / 2)
            let numbers = try angle.applying(.tan).applying(.multiply, sigma).applying(.add, a.real("median"))
            return try created(numbers.detach(), a)
        },
        Function(
            "geometric",
            [
                Parameter("p", .real, "The probability of success, above 0 and up to 1."), .sizeOfNone,
                .dtype(.float32), .requiresGrad,
            ],
            "How many trials there are up to the first success: 1, 2, ..."
        ) { a throws(Failure) in
            let p = try a.real("p")
            guard p > 0, p <= 1 else {
                throw .argument(operation: "geometric", "p above 0 and up to 1 is expected, but found \(p)")
            }
            // An exponential number E of rate -log(1 - p) is above k with the probability (1 - p)^k.
            let rate = p < 1 ? -Glibc.log1p(-p) : 1e300
            let trials = try Generator.standard().draw(.exponential, .float64, a.integers("size"), rate, 0)
            let counts = try trials.applying(.ceil).clamped(1, .infinity)
            return try created(counts.cast(a.dtype("dtype", .float32)).detach(), a)
        },
        Function(
            "gumbel",
            [
                Parameter("loc", .real, .real(0), "What is added."), Parameter("scale", .real, .real(1), "From 0 on."),
                .sizeOfNone, .dtype(.float32),
                .requiresGrad,
            ],
            "Gumbel's numbers: loc - scale log(E) with E exponential of rate 1."
        ) { a throws(Failure) in try drawn(.gumbel, a.real("loc"), a.real("scale"), a) },
        Function(
            "bernoulli",
            [
                Parameter("input", .tensor, "Probabilities in [0, 1]."),
                Parameter(
                    "p", .optional(.real), Value.none, "One probability for all; `input` then gives shape and dtype."),
            ],
            "1 with the probability at each place of `input`, else 0, in its dtype."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            guard let p = a.optionalReal("p") else { return try Generator.standard().bernoulli(input) }
            return try Generator.standard().bernoulli(
                .full(input.shape, p, input.dtype.isFloat ? input.dtype : .standard)
            ).cast(input.dtype)
        },
        Function(
            "multinomial",
            [
                Parameter("input", .tensor, "Weights [n] or [rows, n], not negative; they need not sum to 1."),
                Parameter("num_samples", .integer, "How many of each row."),
                Parameter("replacement", .flag, .flag(false), "Whether one place may be drawn twice."),
            ],
            """
            num_samples indices (int64) from each row of weights: [num_samples] or [rows, num_samples]; without \
            replacement those of a row differ.
            """
        ) { a throws(Failure) in
            try Generator.standard().multinomial(
                a.tensor("input"), a.integer("num_samples"), replacement: a.flag("replacement"))
        },
        Function(
            "randperm", [Parameter("n", .integer, "How many numbers."), .dtype(.int64)],
            "A random permutation of 0 ... n - 1."
        ) { a throws(Failure) in
            try Generator.standard().permutation(a.integer("n")).cast(a.dtype("dtype", .int64))
        },
    ]
}
