/// A function of tensors under the name that docs/operations.md has for it. C calls it by `wb_call`, a graph's body by
/// a line.
public struct Function {
    public let signature: Signature
    /// Other names that it goes by: NumPy's, and PyTorch's longer ones.
    public let aliases: [String]
    private let body: (Arguments) throws(Failure) -> [Tensor]

    public init(
        _ signature: Signature, aliases: [String] = [], _ body: @escaping (Arguments) throws(Failure) -> [Tensor]
    ) {
        (self.signature, self.aliases, self.body) = (signature, aliases, body)
    }

    public func callAsFunction(_ arguments: Arguments) throws(Failure) -> [Tensor] {
        try body(arguments.underAutocast())
    }
}

extension Function {
    /// A function with one result.
    init(
        _ name: String, _ parameters: [Parameter], aliases: [String] = [], _ documentation: String,
        result: @escaping (Arguments) throws(Failure) -> Tensor
    ) {
        self.init(name, parameters, outputs: ["output"], aliases: aliases, documentation) { arguments throws(Failure) in
            [try result(arguments)]
        }
    }

    /// A function with several results, or, with the outputs "*outputs", with as many as its arguments say.
    init(
        _ name: String, _ parameters: [Parameter], outputs: [String], aliases: [String] = [], _ documentation: String,
        results: @escaping (Arguments) throws(Failure) -> [Tensor]
    ) {
        let inputs = parameters.filter { $0.type.takesTensors }.map { Input($0.name, optional: $0.initial != nil) }
        self.init(
            Signature(name, parameters, inputs: inputs, outputs: outputs, documentation), aliases: aliases, results)
    }
}

/// The table of functions of tensors.
public enum Functions {
    /// Functions of one kind, as docs/operations.md lists them.
    public struct Family {
        public let name: String
        public let functions: [Function]
    }

    /// In the order of the families' files.
    public static let families = [
        Family(name: "arithmetic", functions: arithmetic), Family(name: "elementwise", functions: elementwise),
        Family(name: "numbers", functions: numbers), Family(name: "special", functions: special),
        Family(name: "activations", functions: activations), Family(name: "reductions", functions: reductions),
        Family(name: "statistics", functions: statistics), Family(name: "scans", functions: scans),
        Family(name: "ordering", functions: ordering), Family(name: "searching", functions: searching),
        Family(name: "shaping", functions: shaping), Family(name: "joining", functions: joining),
        Family(name: "rearranging", functions: rearranging), Family(name: "indexing", functions: indexing),
        Family(name: "writing", functions: writing), Family(name: "creation", functions: creation),
        Family(name: "random", functions: random), Family(name: "discrete", functions: discrete),
        Family(name: "products", functions: products), Family(name: "linear algebra", functions: linearAlgebra),
        Family(name: "functions of matrices", functions: matrixFunctions),
        Family(name: "triangular factors", functions: lu), Family(name: "factors with info", functions: infoFactors),
        Family(name: "Fourier transforms", functions: fourier + shortTimeFourier),
        Family(name: "window functions", functions: windows), Family(name: "polynomials", functions: polynomials),
        Family(name: "convolution", functions: convolutions), Family(name: "pooling", functions: pools),
        Family(name: "normalization", functions: normalization), Family(name: "embedding", functions: embedding),
        Family(name: "dropout", functions: dropouts), Family(name: "attention", functions: attention),
        Family(name: "recurrence", functions: recurrence), Family(name: "resampling", functions: resampling),
        Family(name: "distances", functions: distances), Family(name: "losses", functions: losses + classLosses),
    ]

    public static let all = families.flatMap(\.functions)

    /// Whether a function draws random numbers.
    public static func draws(_ name: String) -> Bool {
        named(name).map { drawing.contains($0.signature.name) } ?? false
    }

    private static let drawing = Set(
        (random + discrete + dropouts + attention + recurrence).map(\.signature.name) + ["rrelu"])

    private static let byName: [String: Function] = {
        var table: [String: Function] = [:]
        for function in all {
            for name in [function.signature.name] + function.aliases { table[name] = function }
        }
        return table
    }()

    public static func named(_ name: String) -> Function? { byName[name] }

    /// Every name that a function goes by, in alphabetical order.
    public static var names: [String] { byName.keys.sorted() }
}

/// Parameters that many functions have.
extension Parameter {
    static let input = Parameter("input", .tensor, "The tensor.")
    static let inputOperand = Parameter("input", .operand, "A tensor or a number.")
    static let other = Parameter(
        "other", .operand, "A tensor or a number; a number takes the tensor's dtype where that holds it.")
    static let axis = Parameter("dim", .integer, "The axis, from the end if negative.")
    static let lastAxis = Parameter("dim", .integer, .integer(-1), "The axis, from the end if negative.")
    static let firstAxis = Parameter("dim", .integer, .integer(0), "The axis, from the end if negative.")
    static let axes = Parameter("dim", .optional(.integers), Value.none, "One axis, several, or None for all.")
    static let keepsAxes = Parameter("keepdim", .flag, .flag(false), "Whether reduced axes stay, with extent 1.")
    static let size = Parameter("size", .integers, "The shape; one whole number for a vector.")
    static let sizeOfNone = Parameter("size", .integers, .list([]), "The shape; () for a scalar.")
    static let requiresGrad = Parameter(
        "requires_grad", .flag, .flag(false), "Whether the result is a leaf that collects gradients.")
    static let keywordRequiresGrad = Parameter(
        "requires_grad", .flag, .flag(false), keyword: true, "Whether the result is a leaf that collects gradients.")
    static let computedIn = Parameter(
        "dtype", .optional(.dtype), Value.none, "The dtype to compute in; None for that of the input.")
    static let keywordComputedIn = Parameter(
        "dtype", .optional(.dtype), Value.none, keyword: true, "The dtype to compute in; None for that of the input.")
    static let dtypeOfInput = Parameter(
        "dtype", .optional(.dtype), Value.none, "The dtype; None for that of the input.")

    static func dtype(_ initial: DType, keyword: Bool = false) -> Parameter {
        Parameter("dtype", .dtype, .text(initial.name), keyword: keyword, "The dtype.")
    }
}

extension Arguments {
    /// The axes to reduce over; nil for all, which no axes are too.
    func axes() -> [Int]? { optionalIntegers("dim").flatMap { $0.isEmpty ? nil : $0 } }

    /// The input in the dtype to compute in.
    func inputInDType(_ name: String = "input") throws(Failure) -> Tensor {
        let input = try tensor(name)
        guard let dtype = optionalDType("dtype") else { return input }
        return try input.cast(dtype)
    }
}
