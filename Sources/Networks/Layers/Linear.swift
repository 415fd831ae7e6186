import Engine

public final class Linear: Module, Registered {
    public static let signature = Signature(
        "Linear",
        [
            Parameter("in_features", .integer, "extent of the last axis of the input"),
            Parameter("out_features", .integer, "extent of the last axis of the output"),
            .bias, .dtype,
        ],
        """
        y = x W^T + b: [..., in_features] -> [..., out_features].

        weight [out_features, in_features] and bias [out_features] start in U(-k, k), k = 1 / sqrt(in_features).
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (inputs, outputs) = (try arguments.integer("in_features"), try arguments.integer("out_features"))
        guard inputs > 0, outputs > 0 else {
            throw .argument(operation: "Linear", "features must be positive, but are \(inputs) in and \(outputs) out")
        }
        let dtype = try arguments.floats()
        super.init(arguments)
        let bound = 1 / Double(inputs).squareRoot()
        let generator = try Generator.standard()
        try setParameter("weight", generator.draw(.uniform, dtype, [outputs, inputs], -bound, bound))
        if try arguments.flag("bias") {
            try setParameter("bias", generator.draw(.uniform, dtype, [outputs], -bound, bound))
        }
    }

    /// A bias that was taken away or added counts.
    public override var arguments: Arguments? {
        try? super.arguments?.replacing("bias", .flag(parameter("bias") != nil))
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard let weight = parameter("weight") else { throw .state(operation: "Linear", "its weight has been removed") }
        return try x.linear(checked(weight, for: x), parameter("bias"))
    }
}

extension Module {
    /// The weight [out, in] of a linear layer, if the input has as many features.
    fileprivate func checked(_ weight: Tensor, for x: Tensor) throws(Failure) -> Tensor {
        if let wanted = weight.shape.last, let found = x.shape.last, wanted != found {
            throw .shape(
                operation: className,
                "expected \(wanted) features, found \(found) on the last axis of the input \(x.shape)")
        }
        return weight
    }
}

public final class Bilinear: TableLayer, Registered {
    public static let signature = Signature(
        "Bilinear",
        [
            Parameter("in1_features", .integer, "extent of the last axis of the first input"),
            Parameter("in2_features", .integer, "extent of the last axis of the second input"),
            Parameter("out_features", .integer, "extent of the last axis of the output"), .bias, .dtype,
        ],
        inputs: [Input("input1"), Input("input2")],
        """
        y_k = x1^T W_k x2 + b_k: [..., in1_features] and [..., in2_features] -> [..., out_features].

        weight [out_features, in1_features, in2_features] and bias [out_features] start in U(-k, k), \
        k = 1 / sqrt(in1_features).
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let (first, second) = (try arguments.positive("in1_features"), try arguments.positive("in2_features"))
        let (outputs, dtype) = (try arguments.positive("out_features"), try arguments.floats())
        try super.init(arguments, calls: "bilinear")
        let bound = 1 / Double(first).squareRoot()
        let generator = try Generator.standard()
        try setParameter("weight", generator.draw(.uniform, dtype, [outputs, first, second], -bound, bound))
        if try arguments.flag("bias") {
            try setParameter("bias", generator.draw(.uniform, dtype, [outputs], -bound, bound))
        }
    }

    /// A bias that was taken away or added counts.
    public override var arguments: Arguments? {
        try? super.arguments?.replacing("bias", .flag(parameter("bias") != nil))
    }
}

public final class LazyLinear: Module, Registered {
    public static let signature = Signature(
        "LazyLinear",
        [
            Parameter("out_features", .integer, "extent of the last axis of the output"), .bias, .dtype,
        ],
        """
        Linear whose in_features is the extent of the last axis of the first input.

        weight [out_features, in_features] and bias [out_features] are made in the first forward pass, and start as \
        Linear's do.
        """)
    private let outputs: Int
    private let hasBias: Bool
    private let dtype: DType

    public init(_ arguments: Arguments) throws(Failure) {
        (outputs, hasBias) = (try arguments.positive("out_features"), try arguments.flag("bias"))
        dtype = try arguments.floats()
        super.init(arguments)
    }

    public override var summary: String {
        "in_features=\(parameter("weight")?.shape.last ?? 0), \(shown(["out_features=", "bias="]))"
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        if parameter("weight") == nil {
            guard !Capture.isOpen else {
                throw .state(
                    operation: "LazyLinear",
                    "its weight is made in the first forward pass, which cannot be in a program; call it once before")
            }
            guard let inputs = x.shape.last, inputs > 0 else {
                throw .shape(
                    operation: "LazyLinear",
                    "at least 1 feature on a last axis is expected, but the input is \(x.shape)")
            }
            let bound = 1 / Double(inputs).squareRoot()
            let generator = try Generator.standard()
            try setParameter("weight", generator.draw(.uniform, dtype, [outputs, inputs], -bound, bound))
            if hasBias { try setParameter("bias", generator.draw(.uniform, dtype, [outputs], -bound, bound)) }
        }
        guard let weight = parameter("weight") else {
            throw .state(operation: "LazyLinear", "its weight has been removed")
        }
        return try x.linear(checked(weight, for: x), parameter("bias"))
    }
}
