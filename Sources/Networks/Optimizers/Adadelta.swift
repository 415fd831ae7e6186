import Engine

public final class Adadelta: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Adadelta",
        [
            Parameter("lr", .real, .real(1), Parameter.rate),
            Parameter("rho", .real, .real(0.9), "share of the means of squares that is kept"),
            Parameter("eps", .real, .real(1e-6), "added under the roots"),
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            .ofImplementation("foreach"), .capturable, .maximize, .differentiable,
        ], inputs: [], outputs: [],
        """
        Adadelta (Zeiler 2012), as PyTorch's.

        v = rho v + (1 - rho) g^2; u = sqrt(d + eps) / sqrt(v + eps) g; d = rho d + (1 - rho) u^2; p -= lr u.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        guard settings.realOrZero("rho") <= 1 else {
            throw .argument(operation: "Adadelta", "rho must be in [0, 1], but is \(settings.realOrZero("rho"))")
        }
    }

    public override var stateNames: [String] { ["square_avg", "acc_delta"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        [("rest", 1 - settings.realOrZero("rho"))]
    }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        return [(steps, try steps + 1)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let (rho, rest, eps) = (
            try box("rho", group, dtype), try box("rest", group, dtype), try box("eps", group, dtype)
        )
        let (oldSquare, oldChange) = (try state(stepping, "square_avg"), try state(stepping, "acc_delta"))
        let square = try rho * oldSquare + rest * g.applying(.square)
        let change = try (oldChange + eps).applying(.sqrt) / (square + eps).applying(.sqrt) * g
        let changes = try rho * oldChange + rest * change.applying(.square)
        let p = try parameter - box("lr", group, dtype) * change
        return [(oldSquare, square), (oldChange, changes), (parameter, p)]
    }
}
