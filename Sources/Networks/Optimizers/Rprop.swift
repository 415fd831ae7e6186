import Engine

public final class Rprop: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Rprop",
        [
            Parameter("lr", .real, .real(1e-2), "the first size of each parameter's steps"),
            Parameter(
                "etas", .tuple(.real, count: 2), .list([.real(0.5), .real(1.2)]),
                "factors of a step's size where the gradient's sign changes, and where it stays"),
            Parameter(
                "step_sizes", .tuple(.real, count: 2), .list([.real(1e-6), .real(50)]), "smallest and largest size"),
            .capturable, .foreach, .maximize, .differentiable,
        ], inputs: [], outputs: [],
        """
        Resilient backpropagation (Riedmiller and Braun 1993), as PyTorch's: only the sign of a gradient counts.

        s = clamp(s eta, step_sizes), where eta is etas[1] if the sign of g is that of before, etas[0] if it is the \
        other, else 1; g = 0 where it is the other; p -= sign(g) s.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        let etas = try settings.reals("etas")
        guard etas[0] > 0, etas[0] < 1, etas[1] > 1, etas[1].isFinite else {
            throw .argument(
                operation: "Rprop", "etas must be below 1 and above 1, but are \(settings.value("etas")?.literal ?? "")"
            )
        }
        let sizes = try settings.reals("step_sizes")
        guard sizes[0] >= 0, sizes[0] <= sizes[1] else {
            throw .argument(
                operation: "Rprop",
                "step_sizes must be the smallest and the largest, but are "
                    + "\(settings.value("step_sizes")?.literal ?? "")"
            )
        }
    }

    public override var stateNames: [String] { ["prev", "step_size"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        let etas = (try? settings.reals("etas")) ?? [0, 0]
        let sizes = (try? settings.reals("step_sizes")) ?? [0, 0]
        return [("shrinks", etas[0]), ("grows", etas[1]), ("smallest", sizes[0]), ("largest", sizes[1])]
    }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        return [(steps, try steps + 1)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group, parameter) = (stepping.dtype, stepping.group, stepping.parameter)
        let g = try descent(stepping)
        let before = try state(stepping, "prev")
        let oldSize = try state(stepping, "step_size", initially: number("lr", group))
        let agreement = try g * before
        let (turns, stays) = (try agreement.applying(.less, 0), try agreement.applying(.greater, 0))
        let (one, zero) = (try Tensor.full([], 1, dtype), try Tensor.full([], 0, dtype))
        let eta = try Tensor.choose(
            stays, box("grows", group, dtype), Tensor.choose(turns, box("shrinks", group, dtype), one))
        let size = try (oldSize * eta).clamped(box("smallest", group, dtype), box("largest", group, dtype))
        let taken = try Tensor.choose(turns, zero, g)
        return [(before, taken), (oldSize, size), (parameter, try parameter - taken.applying(.sign) * size)]
    }
}
