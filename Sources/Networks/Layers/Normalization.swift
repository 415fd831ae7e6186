import Engine

public final class LayerNorm: Module, Registered {
    public static let signature = Signature(
        "LayerNorm",
        [
            Parameter("normalized_shape", .integers, "extents of the last axes, over which is normalised"),
            Parameter("eps", .real, .real(1e-5), "what is added to the variance"),
            Parameter("elementwise_affine", .flag, .flag(true), "whether there are weight and bias"),
            Parameter("bias", .flag, .flag(true), "whether a bias is added"),
            .dtype,
        ],
        """
        y = (x - mean) / sqrt(variance + eps) weight + bias, over the last axes (Ba et al. 2016).

        weight and bias, of the shape normalized_shape, start as ones and zeros.
        """)
    private let extents: Shape
    private let eps: Double

    public init(_ arguments: Arguments) throws(Failure) {
        extents = try arguments.integers("normalized_shape")
        eps = try arguments.finite("eps")
        guard !extents.isEmpty, extents.allSatisfy({ $0 > 0 }) else {
            throw .argument(operation: "LayerNorm", "normalized_shape must have positive extents, but is \(extents)")
        }
        let dtype = try arguments.floats()
        super.init(arguments)
        guard try arguments.flag("elementwise_affine") else { return }
        try setParameter("weight", Tensor.full(extents, 1, dtype))
        if try arguments.flag("bias") { try setParameter("bias", Tensor.full(extents, 0, dtype)) }
    }

    public override var summary: String {
        let shape = Value.list(extents.map { .integer(Int64($0)) }).literal
        let rest = attributes.dropFirst().map { "\($0.name)=\($0.value.literal)" }.joined(separator: ", ")
        return "\(shape), \(rest)"
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        try x.layerNorm(extents, weight: parameter("weight"), bias: parameter("bias"), eps: eps)
    }
}
