import Engine

public final class SGD: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "SGD",
        [
            Parameter("lr", .real, .real(1e-3), Parameter.rate),
            Parameter("momentum", .real, .real(0), "share of the velocity that is kept"),
            Parameter("dampening", .real, .real(0), "share of the gradient that the velocity does not take"),
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter("nesterov", .flag, .flag(false), "Nesterov's momentum"),
            .maximize, .foreach, .differentiable, .fused,
        ], inputs: [], outputs: [],
        """
        Stochastic gradient descent, as PyTorch's.

        g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at the parameter's first step v = g; p -= lr \
        (nesterov ? g + momentum v : v).
        Parameters without a gradient are left alone.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        guard try settings.flag("nesterov") else { return }
        guard settings.realOrZero("momentum") > 0, settings.realOrZero("dampening") == 0 else {
            throw .argument(operation: "SGD", "Nesterov's momentum needs a momentum above 0 and a dampening of 0")
        }
    }

    public override var stateNames: [String] { ["momentum_buffer"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        [("undamped", 1 - settings.realOrZero("dampening"))]
    }

    /// The first step of a velocity takes the whole gradient, so with dampening steps are counted.
    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        guard number("momentum", cohort.group) != 0, number("dampening", cohort.group) != 0 else { return [] }
        // Velocities that began while there was no dampening have no count, but have had their first step.
        let hasBegun = parameters.indices.contains { cohorts[$0] === cohort && hasState($0, "momentum_buffer") }
        let steps = try cohort.count("step", initially: hasBegun ? 1 : 0)
        let undamped = try box("undamped", cohort.group, .float64)
        cohort.share("share", try Tensor.choose(steps.applying(.equal, 0), Tensor.full([], 1, .float64), undamped))
        return [(steps, try steps + 1)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let lr = try box("lr", group, dtype)
        guard number("momentum", group) != 0 else { return [(parameter, try parameter - lr * g)] }
        let momentum = try box("momentum", group, dtype)
        let old = try state(stepping, "momentum_buffer")
        let share = number("dampening", group) == 0 ? g : try g * stepping.cohort.shared("share", dtype)
        let velocity = try momentum * old + share
        let direction = try flag("nesterov", group) ? g + momentum * velocity : velocity
        return [(old, velocity), (parameter, try parameter - lr * direction)]
    }
}
