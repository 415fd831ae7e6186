import Engine

public final class Adamax: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Adamax",
        [
            Parameter("lr", .real, .real(2e-3), Parameter.rate), .betas(0.9, 0.999),
            Parameter("eps", .real, .real(1e-8), "added to the magnitude of the gradient"),
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            .ofImplementation("foreach"), .maximize, .differentiable, .capturable,
        ], inputs: [], outputs: [],
        """
        Adam with the largest gradient in place of the mean of squares (Kingma and Ba 2015, section 7), as PyTorch's.

        m += (1 - beta1)(g - m); u = max(beta2 u, |g| + eps); p -= lr / (1 - beta1^t) m / u.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["exp_avg", "exp_inf"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] { settings.betas }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        let t = try steps + 1
        let lost = try 1 - Tensor.apply(.power, box("beta1", cohort.group, .float64), t)
        cohort.share("rate", try box("lr", cohort.group, .float64) / lost)
        return [(steps, t)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let (oldMean, oldLargest) = (try state(stepping, "exp_avg"), try state(stepping, "exp_inf"))
        let mean = try oldMean + box("rest1", group, dtype) * (g - oldMean)
        let magnitude = try g.applying(.absolute) + box("eps", group, dtype)
        let largest = try Tensor.apply(.maximum, box("beta2", group, dtype) * oldLargest, magnitude)
        let p = try parameter - stepping.cohort.shared("rate", dtype) * (mean / largest)
        return [(oldMean, mean), (oldLargest, largest), (parameter, p)]
    }
}
