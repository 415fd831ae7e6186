import Engine

public final class RMSprop: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "RMSprop",
        [
            Parameter("lr", .real, .real(1e-2), Parameter.rate),
            Parameter("alpha", .real, .real(0.99), "share of the mean of squares that is kept"), .eps,
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter("momentum", .real, .real(0), "share of the velocity that is kept"),
            Parameter("centered", .flag, .flag(false), "divides by the root of the variance"),
            .ofImplementation("capturable"), .ofImplementation("foreach"),
            Parameter("maximize", .flag, .flag(false), "go up the gradient in place of down"),
            .ofImplementation("differentiable"),
        ], inputs: [], outputs: [],
        """
        RMSprop (Hinton 2012; centred: Graves 2013), eps outside the root as in PyTorch.

        v = alpha v + (1 - alpha) g^2; centred: a += (1 - alpha)(g - a), v - a^2 in place of v; u = g / (sqrt(v) + \
        eps); b = momentum b + u; p -= lr b.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["square_avg", "momentum_buffer", "grad_avg"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        [("rest", 1 - settings.realOrZero("alpha"))]
    }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        return [(steps, try steps + 1)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let (alpha, rest) = (try box("alpha", group, dtype), try box("rest", group, dtype))
        let oldSquare = try state(stepping, "square_avg")
        let square = try alpha * oldSquare + rest * g.applying(.square)
        var (variance, changes) = (square, [Change]())
        changes.append((oldSquare, square))
        if flag("centered", group) {
            let oldMean = try state(stepping, "grad_avg")
            let mean = try oldMean + rest * (g - oldMean)
            variance = try square - mean.applying(.square)
            changes.append((oldMean, mean))
        }
        let lr = try box("lr", group, dtype)
        let scaled = try g / (variance.applying(.sqrt) + box("eps", group, dtype))
        guard number("momentum", group) != 0 else { return changes + [(parameter, try parameter - lr * scaled)] }
        let oldVelocity = try state(stepping, "momentum_buffer")
        let velocity = try box("momentum", group, dtype) * oldVelocity + scaled
        return changes + [(oldVelocity, velocity), (parameter, try parameter - lr * velocity)]
    }
}
