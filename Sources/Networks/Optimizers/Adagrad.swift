import Engine

public final class Adagrad: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Adagrad",
        [
            Parameter("lr", .real, .real(1e-2), Parameter.rate),
            Parameter("lr_decay", .real, .real(0), "the rate of step t is lr / (1 + (t - 1) lr_decay)"),
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter("initial_accumulator_value", .real, .real(0), "what the sum of squares begins with"),
            Parameter("eps", .real, .real(1e-10), "added to the root"),
            .ofImplementation("foreach"), .maximize, .differentiable, .fused,
        ], inputs: [], outputs: [],
        """
        Adagrad (Duchi et al. 2011), as PyTorch's.

        s += g^2; p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps).
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["sum"] }
    public override var countNames: [String] { ["step"] }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        let slower = try steps * box("lr_decay", cohort.group, .float64) + 1
        cohort.share("rate", try box("lr", cohort.group, .float64) / slower)
        return [(steps, try steps + 1)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let old = try state(stepping, "sum", initially: number("initial_accumulator_value", group))
        let sum = try old + g.applying(.square)
        let scaled = try g / (sum.applying(.sqrt) + box("eps", group, dtype))
        return [(old, sum), (parameter, try parameter - stepping.cohort.shared("rate", dtype) * scaled)]
    }
}
