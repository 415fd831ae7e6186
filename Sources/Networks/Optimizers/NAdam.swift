import Engine

public final class NAdam: MomentEstimating, RegisteredOptimizer {
    public static let signature = Signature(
        "NAdam",
        [
            Parameter("lr", .real, .real(2e-3), Parameter.rate), .betas(0.9, 0.999), .eps,
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter("momentum_decay", .real, .real(4e-3), "how fast the momentum grows to beta1"),
            Parameter("decoupled_weight_decay", .flag, .flag(false), "takes the decay as AdamW does"),
            .foreach, .maximize, .capturable, .differentiable,
        ], inputs: [], outputs: [],
        """
        Adam with Nesterov's momentum (Dozat 2016), as PyTorch's.

        mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2); M(t) = mu(1) ... mu(t); m and v as Adam's; p -= lr ((1 - \
        mu(t)) / (1 - M(t)) g + mu(t + 1) / (1 - M(t + 1)) m) / (sqrt(v / (1 - beta2^t)) + eps).
        """)

    public override var countNames: [String] { ["step", "mu_product"] }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let group = cohort.group
        let (steps, product) = (try cohort.count("step"), try cohort.count("mu_product", initially: 1))
        let t = try steps + 1
        func mu(_ t: Tensor) throws(Failure) -> Tensor {
            let power = try t * box("momentum_decay", group, .float64)
            return try box("beta1", group, .float64) * (1 - power.applying(.power, 0.96, reversed: true) * 0.5)
        }
        let (now, next) = (try mu(t), try mu(t + 1))
        let taken = try product * now
        let lr = try box("lr", group, .float64)
        cohort.share("gradient's", try lr * (1 - now) / (1 - taken))
        cohort.share("mean's", try lr * next / (1 - taken * next))
        cohort.share("correction", try lost("beta2", cohort, t))
        return [(steps, t), (product, taken)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, cohort) = (stepping.dtype, stepping.cohort)
        let means = try means(stepping)
        let root = try (means.square / cohort.shared("correction", dtype)).applying(.sqrt)
        let scale = try root + box("eps", stepping.group, dtype)
        let forGradient = try cohort.shared("gradient's", dtype) * (means.gradient / scale)
        let forMean = try cohort.shared("mean's", dtype) * (means.mean / scale)
        return means.changes + [(stepping.parameter, try means.parameter - forGradient - forMean)]
    }
}
