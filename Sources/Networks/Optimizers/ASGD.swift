import Engine

public final class ASGD: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "ASGD",
        [
            Parameter("lr", .real, .real(1e-2), Parameter.rate),
            Parameter("lambd", .real, .real(1e-4), "how fast parameters and rate decay"),
            Parameter("alpha", .real, .real(0.75), "power of the rate's decay"),
            Parameter("t0", .real, .real(1e6), "the step at which the average begins"),
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            .ofImplementation("foreach"),
            Parameter("maximize", .flag, .flag(false), "go up the gradient in place of down"),
            .ofImplementation("differentiable"), .ofImplementation("capturable"),
        ], inputs: [], outputs: [],
        """
        Averaged stochastic gradient descent (Polyak and Juditsky 1992), as PyTorch's. The average is the state "ax".

        p = (1 - lambd eta) p - eta g; ax += mu (p - ax); then eta = lr / (1 + lambd lr t)^alpha, mu = 1 / max(1, t - \
        t0).
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["ax"] }
    public override var countNames: [String] { ["step", "eta", "mu"] }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let group = cohort.group
        let steps = try cohort.count("step")
        let eta = try cohort.count("eta", initially: number("lr", group))
        let mu = try cohort.count("mu", initially: 1)
        let t = try steps + 1
        let (lr, lambd) = (try box("lr", group, .float64), try box("lambd", group, .float64))
        cohort.share("eta", eta)
        cohort.share("kept", try 1 - lambd * eta)
        cohort.share("mu", mu)
        let slower = try Tensor.apply(.power, lambd * lr * t + 1, box("alpha", group, .float64))
        let averaged = try (t - box("t0", group, .float64)).applying(.maximum, 1)
        return [(steps, t), (eta, try lr / slower), (mu, try averaged.applying(.reciprocal))]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, cohort, parameter) = (stepping.dtype, stepping.cohort, stepping.parameter)
        let g = try descent(stepping)
        let p = try parameter * cohort.shared("kept", dtype) - cohort.shared("eta", dtype) * g
        let average = try state(stepping, "ax")
        let mu = try cohort.shared("mu", dtype)
        // With mu = 1 the average is the parameter itself, to the bit.
        let next = try Tensor.choose(mu.applying(.equal, 1), p, average + mu * (p - average))
        return [(average, next), (parameter, p)]
    }
}
