import Engine

public final class KerasMuon: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Muon",
        KerasSettings.parameters(
            [
                KerasSettings.learningRate(1e-3),
                Parameter("adam_beta_1", .real, .real(0.9), "Adam's decay of the mean of gradients"),
                Parameter("adam_beta_2", .real, .real(0.999), "Adam's decay of the mean of squares"),
                Parameter("adam_weight_decay", .optional(.real), .real(0.004), "weight_decay of what Adam steps"),
                KerasSettings.epsilon,
            ], decay: 0.004)
            + [
                Parameter("muon_a", .real, .real(3.4445), "the iteration's factor of X"),
                Parameter("muon_b", .real, .real(-4.7750), "the iteration's factor of G X"),
                Parameter("muon_c", .real, .real(2.0315), "the iteration's factor of G^2 X"),
                Parameter("adam_lr_ratio", .real, .real(1), "Adam's rate, of the learning rate"),
                Parameter("momentum", .real, .real(0.95), "share of the sum of gradients that is kept, from 0 to 1"),
                Parameter("ns_steps", .integer, .integer(5), "how often the iteration runs"),
                Parameter("nesterov", .flag, .flag(true), "Nesterov's momentum"),
                Parameter(
                    "rms_rate", .optional(.real), .real(0.2),
                    "a matrix [a, b] has the rate learning_rate sqrt(max(a, b)) rms_rate; None: learning_rate"),
                Parameter("adam", .flag, .flag(false), "of a group: Adam steps its matrices too"),
            ], inputs: [], outputs: [],
        """
        Momentum made orthogonal by the Newton-Schulz iteration, for matrices (Jordan et al. 2024, Liu et al. 2025); \
        Adam steps all else. As Keras's.

        m = momentum m + g; u = nesterov ? g + momentum m : m; X = u / (|u| + 1e-7), ns_steps times X = muon_a X + \
        (muon_b G + muon_c G^2) X with G = X X^T; p -= rate X.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        let isAdam = settings.value("adam")?.flag == true
        return [[Slot(name: "momentum"), Slot(name: "velocity", isOf: { isAdam || $0.count != 2 })]]
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        for beta in ["adam_beta_1", "adam_beta_2"] {
            let number = settings.realOrZero(beta)
            guard (0..<1).contains(number) else {
                throw .argument(operation: "keras.Muon", "\(beta) must be in [0, 1), but is \(number)")
            }
        }
        let steps = try settings.integer("ns_steps")
        guard (0..<100).contains(steps) else {
            throw .argument(operation: "keras.Muon", "ns_steps must be in [0, 100), but is \(steps)")
        }
    }

    override var signed: Set<String> { ["muon_a", "muon_b", "muon_c", "adam_lr_ratio"] }

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        super.derived(settings)
            + ["adam_beta_1", "adam_beta_2"].map { ("rest of \($0)", 1 - settings.realOrZero($0)) }
    }

    private func isAdam(_ stepping: Stepping) -> Bool {
        flag("adam", stepping.group) || stepping.parameter.shape.count != 2
    }

    override func decay(_ stepping: Stepping) -> String {
        isAdam(stepping) ? "adam_weight_decay" : super.decay(stepping)
    }

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let group = cohort.group
        func lost(_ beta: String) throws(Failure) -> Tensor {
            try 1 - Tensor.apply(.power, box(beta, group, .float64), t)
        }
        let rate = try self.rate.cast(.float64) * box("adam_lr_ratio", group, .float64)
        cohort.share("alpha", try rate * lost("adam_beta_2").applying(.sqrt) / lost("adam_beta_1"))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let m = try slot(stepping, "momentum")
        if isAdam(stepping) {
            let v = try slot(stepping, "velocity")
            let mean = try m + (g - m) * box("rest of adam_beta_1", group, dtype)
            let square = try v + (g.applying(.square) - v) * box("rest of adam_beta_2", group, dtype)
            let alpha = try stepping.cohort.shared("alpha", dtype)
            let scale = try square.applying(.sqrt) + box("epsilon", group, dtype)
            return [(m, mean), (v, square), (stepping.parameter, try parameter - mean * alpha / scale)]
        }
        let momentum = try box("momentum", group, dtype)
        let mean = try m * momentum + g
        var x = flag("nesterov", group) ? try g + mean * momentum : mean
        x = try x / (x.applying(.square).sum().applying(.sqrt) + 1e-7)
        x = try Muon.iterated(
            x, groups[group].arguments.integer("ns_steps"), box("muon_a", group, dtype), box("muon_b", group, dtype),
            box("muon_c", group, dtype))
        var step = try x * rate(stepping)
        if let share = groups[group].arguments.optionalReal("rms_rate") {
            step = try step * (Double(parameter.shape.max() ?? 1).squareRoot() * share)
        }
        return [(m, mean), (stepping.parameter, try parameter - step)]
    }
}
