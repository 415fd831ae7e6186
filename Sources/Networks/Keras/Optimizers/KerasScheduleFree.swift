import Engine

public final class KerasScheduleFreeAdamW: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.ScheduleFreeAdamW",
        KerasSettings.parameters(
            [KerasSettings.learningRate(0.0025)] + KerasSettings.betas() + [
                Parameter("epsilon", .real, .real(1e-8), "added to the denominator"),
                Parameter("warmup_steps", .integer, .integer(0), "steps in which the rate rises to learning_rate"),
            ]), inputs: [], outputs: [],
        """
        Adam without a schedule of the rate (Defazio et al. 2024), as Keras's.

        z starts as p; v += (1 - beta_2)(g^2 - v); z -= learning_rate g / (sqrt(v / (1 - beta_2^t)) + epsilon); x, the \
        mean of all z, is (p - (1 - beta_1) z) / beta_1 before the step; p = (1 - beta_1) z + beta_1 x.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        [[Slot(name: "momentum", isCopy: true), Slot(name: "velocity")]]
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        guard settings.realOrZero("beta_1") > 0 else {
            throw .argument(operation: "keras.ScheduleFreeAdamW", "beta_1 must be in (0, 1), but is 0")
        }
        let steps = try settings.integer("warmup_steps")
        guard steps >= 0 else {
            throw .argument(
                operation: "keras.ScheduleFreeAdamW", "warmup_steps must not be below 0, but is \(steps)")
        }
    }

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let group = cohort.group
        var rate = try self.rate.cast(.float64)
        let steps = try groups[group].arguments.integer("warmup_steps")
        if steps > 0 {
            let one = try Tensor.full([], 1, .float64)
            rate = try rate * Tensor.apply(.minimum, t * (1 / Double(steps)), one)
        }
        cohort.share("warm rate", rate)
        cohort.share("correction", try 1 - Tensor.apply(.power, box("beta_2", group, .float64), t))
        cohort.share("weight", try t.applying(.reciprocal))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let (z, v) = (try slot(stepping, "momentum"), try slot(stepping, "velocity"))
        let (kept, rest) = (try box("beta_1", group, dtype), try box("rest of beta_1", group, dtype))
        let square = try v + (g.applying(.square) - v) * box("rest of beta_2", group, dtype)
        let scale =
            try (square / stepping.cohort.shared("correction", dtype)).applying(.sqrt) + box("epsilon", group, dtype)
        let ahead = try z - stepping.cohort.shared("warm rate", dtype) * g / scale
        let mean = try (parameter - rest * z) / kept
        let next = try mean + stepping.cohort.shared("weight", dtype) * (ahead - mean)
        return [(z, ahead), (v, square), (stepping.parameter, try rest * ahead + kept * next)]
    }
}
