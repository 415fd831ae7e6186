import Engine

public final class RAdam: MomentEstimating, RegisteredOptimizer {
    public static let signature = Signature(
        "RAdam",
        [
            Parameter("lr", .real, .real(1e-3), Parameter.rate), .betas(0.9, 0.999), .eps,
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter("decoupled_weight_decay", .flag, .flag(false), "takes the decay as AdamW does"),
            .foreach, .maximize, .capturable, .differentiable,
        ], inputs: [], outputs: [],
        """
        Adam that divides by the root of v only once its variance is known (Liu et al. 2020), as PyTorch's.

        rho = 2 / (1 - beta2) - 1 - 2 t beta2^t / (1 - beta2^t). Up to rho = 5: p -= lr m / (1 - beta1^t). Above: p -= \
        lr r m / (1 - beta1^t) sqrt(1 - beta2^t) / (sqrt(v) + eps), with r^2 = (rho - 4)(rho - 2) rho' / ((rho' - \
        4)(rho' - 2) rho) and rho' = 2 / (1 - beta2) - 1.
        """)

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        let beta = (try? settings.reals("betas"))?.last ?? 0
        let limit = 2 / (1 - beta) - 1
        return super.derived(settings) + [("limit", limit), ("limit's", limit / ((limit - 4) * (limit - 2)))]
    }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let group = cohort.group
        let steps = try cohort.count("step")
        let t = try steps + 1
        let power = try Tensor.apply(.power, box("beta2", group, .float64), t)
        let lost = try 1 - power
        let rho = try box("limit", group, .float64) - t * 2 * power / lost
        let isKnown = try rho.applying(.greater, 5)
        // Below, the root has no use, and might be that of a number below 0.
        let square = try (rho - 4) * (rho - 2) * box("limit's", group, .float64) / rho * lost
        let one = try Tensor.full([], 1, .float64)
        cohort.share("rate", try box("lr", group, .float64) / self.lost("beta1", cohort, t))
        cohort.share("factor", try Tensor.choose(isKnown, square, one).applying(.sqrt))
        cohort.share("isKnown", try isKnown.cast(.float64))
        return [(steps, t)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, cohort) = (stepping.dtype, stepping.cohort)
        let means = try means(stepping)
        let scale = try means.square.applying(.sqrt) + box("eps", stepping.group, dtype)
        let factor = try Tensor.choose(
            cohort.shared("isKnown", dtype).applying(.notEqual, 0), cohort.shared("factor", dtype) / scale,
            Tensor.full([], 1, dtype))
        let p = try means.parameter - cohort.shared("rate", dtype) * means.mean * factor
        return means.changes + [(stepping.parameter, p)]
    }
}
