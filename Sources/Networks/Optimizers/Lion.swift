import Engine

public final class Lion: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Lion",
        [
            Parameter("lr", .real, .real(1e-4), Parameter.rate),
            Parameter(
                "betas", .tuple(.real, count: 2), .list([.real(0.9), .real(0.99)]),
                "share of the mean in the direction, and share of it that is kept"),
            Parameter("weight_decay", .real, .real(0), Parameter.decoupledDecay), .maximize,
        ], inputs: [], outputs: [],
        """
        Evolved sign momentum (Chen et al. 2023). PyTorch has none.

        p *= 1 - lr weight_decay; p -= lr sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["exp_avg"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] { settings.betas + [settings.kept] }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group) = (stepping.dtype, stepping.group)
        let g = try descent(stepping, isDecoupled: true)
        let old = try state(stepping, "exp_avg")
        let direction = try box("beta1", group, dtype) * old + box("rest1", group, dtype) * g
        let mean = try box("beta2", group, dtype) * old + box("rest2", group, dtype) * g
        let p = try decayed(stepping) - box("lr", group, dtype) * direction.applying(.sign)
        return [(old, mean), (stepping.parameter, p)]
    }
}
