import Engine

public final class Linear: Module, Registered {
    public static let signature = Signature(
        "Linear",
        [
            Parameter("in_features", .integer, "extent of the last axis of the input"),
            Parameter("out_features", .integer, "extent of the last axis of the output"),
            Parameter("bias", .flag, .flag(true), "whether a bias is added"),
            .dtype,
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
        return try x.linear(weight, parameter("bias"))
    }
}
