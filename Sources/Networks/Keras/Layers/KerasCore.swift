import Engine

public final class KerasDense: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Dense",
        parameters(
            [
                Parameter("units", .integer, "extent of the last axis of the output"), .kerasActivation, .useBias,
                .initializer("kernel", "glorot_uniform"), .initializer("bias", "zeros"),
            ] + Parameter.penalties(["kernel", "bias", "activity"]) + Parameter.constraints(["kernel", "bias"])),
        inputs: [Input("inputs")],
        """
        activation(x K + b) along the last axis: [N, ..., C] -> [N, ..., units].

        kernel [C, units], bias [units].
        """)

    private let units: Int
    private let usesBias: Bool

    public override init(_ arguments: Arguments) throws(Failure) {
        (units, usesBias) = (try arguments.counted("units"), try arguments.flag("use_bias"))
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        try make("kernel", [known(only(shapes), -1), units], "kernel_initializer")
        if usesBias { try make("bias", [units], "bias_initializer") }
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let kernel = try made("kernel")
        guard x.shape.count >= 2, x.shape.last == kernel.shape.first else {
            throw .shape(
                operation: className,
                "\(kernel.shape.first ?? 0) features on a last axis behind the batch are expected, but the input is "
                    + "\(x.shape)")
        }
        return try activate(x.linear(kernel.transpose(0, 1), parameter("bias")))
    }
}

public final class KerasEinsumDense: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.EinsumDense",
        parameters(
            [
                Parameter("equation", .text, "such as 'abc,cd->abd', or '...b,bc->...c': input, kernel and output"),
                Parameter(
                    "output_shape", .either([.integer, .tuple(.optional(.integer), count: nil)]),
                    "the output's extents without the batch and without what '...' stands for; None: the input's"),
                .kerasActivation,
                Parameter(
                    "bias_axes", .optional(.text), Value.none,
                    "letters of the output's axes that the bias has; None: no bias"),
                .initializer("kernel", "glorot_uniform"), .initializer("bias", "zeros"),
            ] + Parameter.penalties(["kernel", "bias"]) + Parameter.constraints(["kernel", "bias"])),
        inputs: [Input("inputs")],
        """
        activation(einsum(equation, x, kernel) + bias).

        kernel and bias have the extents that equation, input and output_shape say.
        """)

    private let parts: EinsumParts

    public override init(_ arguments: Arguments) throws(Failure) {
        parts = try EinsumParts(arguments)
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let found = try parts.shapes([nil] + only(shapes))
        let text = constructorValue("kernel_initializer")?.text ?? "zeros"
        try Tensor.checkType(found.kernel, dtype)
        let kernel = try KerasInitializer(text, for: className).values(found.kernel, dtype, fans: found.fans)
        try setParameter("kernel", kernel, frozen: !isTrainable)
        if let bias = found.bias { try make("bias", bias, "bias_initializer") }
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        var y = try Tensor.einsum(parts.equation, [x, made("kernel")])
        if let bias = parameter("bias") { y = try y + bias }
        return try activate(y)
    }
}

/// An equation "ab,bc->ac", with "..." on one side of input and output or without.
struct EinsumParts {
    let equation: String
    private let name: String
    private let input: [Character]
    private let kernel: [Character]
    private let output: [Character]
    private enum Elided { case none, left, right }
    private let elided: Elided
    private let biasAxes: [Character]?
    private let outputShape: [Int?]

    init(_ arguments: Arguments) throws(Failure) {
        let name = arguments.signature.name
        let text = try arguments.text("equation").filter { $0 != " " }
        (self.name, equation) = (name, text)
        let sides = text.split(separator: ">", omittingEmptySubsequences: false)
        let inputs = sides.first.map { $0.hasSuffix("-") ? $0.dropLast().split(separator: ",") : [] } ?? []
        guard sides.count == 2, inputs.count == 2 else { throw EinsumParts.failure(name, text) }
        func letters(_ part: Substring) throws(Failure) -> (letters: [Character], elided: Elided) {
            let (isLeft, isRight) = (part.hasPrefix("..."), part.hasSuffix("..."))
            let rest = isLeft ? part.dropFirst(3) : isRight ? part.dropLast(3) : part
            let found = Array(rest)
            guard !found.isEmpty, found.allSatisfy({ $0.isASCII && $0.isLetter }), Set(found).count == found.count
            else {
                throw EinsumParts.failure(name, text)
            }
            return (found, isLeft ? .left : isRight ? .right : .none)
        }
        let (x, k, y) = (try letters(inputs[0]), try letters(inputs[1]), try letters(sides[1]))
        guard x.elided == y.elided, k.elided == .none else { throw EinsumParts.failure(name, text) }
        (input, kernel, output, elided) = (x.letters, k.letters, y.letters, x.elided)
        for letter in y.letters where !x.letters.contains(letter) && !k.letters.contains(letter) {
            throw .argument(operation: name, "the axis '\(letter)' of the output is in neither input nor kernel")
        }
        for letter in k.letters where !x.letters.contains(letter) && !y.letters.contains(letter) {
            throw .argument(operation: name, "the axis '\(letter)' of the kernel is in neither input nor output")
        }
        let biasAxes = arguments.optionalText("bias_axes").map { Array($0) }
        self.biasAxes = biasAxes
        for letter in biasAxes ?? [] where !y.letters.contains(letter) {
            throw .argument(operation: name, "the axis '\(letter)' of the bias is not in the output")
        }
        let outputShape: [Int?] =
            arguments.optionalInteger("output_shape").map { [$0] }
            ?? (arguments.value("output_shape")?.list ?? []).map { $0.integer.map { Int($0) } }
        self.outputShape = outputShape
        for case let extent? in outputShape where extent <= 0 || extent > KerasLayer.most {
            throw .argument(
                operation: name, "output_shape has extents from 1 to \(KerasLayer.most), but \(extent) is given")
        }
    }

    private static func failure(_ name: String, _ text: String) -> Failure {
        .argument(
            operation: name,
            "an equation such as 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' with different letters in each "
                + "part is expected, but found '\(text.prefix(80))'")
    }

    /// What kernel and bias have to be for an input of these extents, the batch included.
    func shapes(_ given: [Int?]) throws(Failure) -> (kernel: Shape, bias: Shape?, fans: (in: Double, out: Double)) {
        let hidden = given.count - input.count
        guard elided == .none ? hidden == 0 : hidden >= 0 else {
            throw .shape(
                operation: name,
                "the equation '\(equation)' takes \(input.count) axes, but the input has \(given.count)")
        }
        // The whole output: batch, what is hidden, and what output_shape says.
        var whole: [Int?] = [given.first ?? nil]
        if elided == .left, hidden > 1 { whole += given[1..<hidden] }
        whole += outputShape
        if elided == .right, hidden > 0 { whole += given.suffix(hidden) }
        guard whole.count == output.count + hidden || elided == .left && hidden == 0 && whole.count == output.count
        else {
            throw .shape(
                operation: name,
                "output_shape has \(outputShape.count) extents, but the equation '\(equation)' and the input ask for "
                    + "\(output.count + hidden - 1 - (elided == .left ? max(hidden - 1, 0) : hidden))")
        }
        let (first, last) = elided == .left ? (hidden, hidden) : (0, 0)
        func extent(_ letter: Character) -> Int? {
            if let place = output.firstIndex(of: letter), let found = whole[place + last] { return found }
            if let place = input.firstIndex(of: letter) { return given[place + first] }
            return nil
        }
        func known(_ letter: Character) throws(Failure) -> Int {
            guard let found = extent(letter), found > 0, found <= KerasLayer.most else {
                throw .shape(
                    operation: name,
                    "the extent of axis '\(letter)' has to be known for the kernel; give it in input_shape or "
                        + "output_shape")
            }
            return found
        }
        let shape = try kernel.map(known)
        var fans = (in: 1.0, out: 1.0)
        for (letter, extent) in zip(kernel, shape) {
            if output.contains(letter) { fans.out *= Double(extent) } else { fans.in *= Double(extent) }
        }
        guard let biasAxes else { return (shape, nil, fans) }
        let begin = output.firstIndex { biasAxes.contains($0) } ?? 0
        var bias = try output[begin...].map { (letter) throws(Failure) in
            biasAxes.contains(letter) ? try known(letter) : 1
        }
        if elided == .right { bias += [Int](repeating: 1, count: hidden) }
        return (shape, bias, fans)
    }
}

public final class KerasEmbedding: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Embedding",
        parameters(
            [
                Parameter("input_dim", .integer, "how many rows there are"),
                Parameter("output_dim", .integer, "the width of a row"), .initializer("embeddings", "uniform"),
            ] + Parameter.penalties(["embeddings"]) + Parameter.constraints(["embeddings"])
                + [
                    Parameter(
                        "mask_zero", .flag, .flag(false),
                        "whether 0 is no token: layers behind this take the mask not_equal(tokens, 0)")
                ]), inputs: [Input("inputs")],
        """
        The rows of a table that whole numbers name: [N, ...] -> [N, ..., output_dim].

        embeddings [input_dim, output_dim].
        """)

    private let (rows, width): (Int, Int)

    public override init(_ arguments: Arguments) throws(Failure) {
        (rows, width) = (try arguments.counted("input_dim"), try arguments.counted("output_dim"))
        try super.init(arguments)
    }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        try make("embeddings", [rows, width], "embeddings_initializer")
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        let tokens = try x.dtype.isInteger ? x : x.cast(.int64)
        return try tokens.embedded(in: made("embeddings"))
    }
}

enum KerasCore {
    static let kinds: [Kind] = [
        Kind(KerasDense.self), Kind(KerasEinsumDense.self), Kind(KerasEmbedding.self),
        Kind(keras: "Identity", [], "The input itself.") { _ in { (x, _) throws(Failure) in try x.applying(.identity) }
        },
        Kind(
            keras: "InputLayer",
            [
                Parameter(
                    "shape", .optional(.tuple(.constant, count: nil)), Value.none,
                    "extents without the batch; None for any"),
                Parameter("batch_size", .optional(.integer), Value.none, "the batch's extent, where it is known"),
            ], "The input itself: the place where a model takes it."
        ) { _ in { (x, _) throws(Failure) in try x.applying(.identity) } },
        Kind(
            keras: "Masking",
            [Parameter("mask_value", .real, .real(0), "steps whose features are all this are skipped")],
            """
            [N, T, C] with zeros where all features of a step are mask_value. Layers behind this take the mask \
            any(x != mask_value) over the last axis.
            """
        ) { (arguments) throws(Failure) in
            let value = try arguments.real("mask_value")
            return { (x, _) throws(Failure) in
                let isThere = try x.applying(.notEqual, value).reduce(.any, [-1], keepdims: true)
                return try x * isThere.cast(x.dtype)
            }
        },
        Kind(
            keras: "Activation",
            [Parameter("activation", .either([.text, .module]), "a name such as 'relu', or a layer")],
            "A function of each element, or along the last axis."
        ) { _ in { (x, layer) throws(Failure) in try layer.activate(x) } },
    ]
}
