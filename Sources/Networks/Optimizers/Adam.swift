import Engine

/// Optimisers with running means of gradients and of their squares.
public class MomentEstimating: Optimizer {
    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }
    public override var countNames: [String] { ["step"] }

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] { settings.betas + [settings.kept] }

    /// Whether the decay of a group is taken apart from the gradient.
    func isDecoupled(_ group: Int) -> Bool { flag("decoupled_weight_decay", group) }

    /// 1 - beta^t in double precision.
    func lost(_ beta: String, _ cohort: Cohort, _ t: Tensor) throws(Failure) -> Tensor {
        try 1 - Tensor.apply(.power, box(beta, cohort.group, .float64), t)
    }

    /// The parameter and the gradient with their decay, and both means: as they are and as they become.
    struct Means {
        let parameter: Tensor
        let gradient: Tensor
        let mean: Tensor
        let square: Tensor
        let changes: [Change]
    }

    func means(_ stepping: Stepping) throws(Failure) -> Means {
        let (dtype, group) = (stepping.dtype, stepping.group)
        let g = try descent(stepping, isDecoupled: isDecoupled(group))
        let p = isDecoupled(group) ? try decayed(stepping) : stepping.parameter
        let oldMean = try state(stepping, "exp_avg")
        let oldSquare = try state(stepping, "exp_avg_sq")
        let mean = try oldMean + box("rest1", group, dtype) * (g - oldMean)
        let square = try box("beta2", group, dtype) * oldSquare + box("rest2", group, dtype) * g.applying(.square)
        return Means(
            parameter: p, gradient: g, mean: mean, square: square, changes: [(oldMean, mean), (oldSquare, square)])
    }
}

/// Adam and AdamW differ in where the decay goes.
public class AdamFamily: MomentEstimating {
    public override var stateNames: [String] { ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] }

    /// lr / (1 - beta1^t) and 1 / sqrt(1 - beta2^t) of the step in progress.
    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        let steps = try cohort.count("step")
        let t = try steps + 1
        cohort.share("rate", try box("lr", cohort.group, .float64) / lost("beta1", cohort, t))
        cohort.share("correction", try lost("beta2", cohort, t).applying(.rsqrt))
        return [(steps, t)]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group) = (stepping.dtype, stepping.group)
        let means = try means(stepping)
        var (square, changes) = (means.square, means.changes)
        if flag("amsgrad", group) {
            let largest = try state(stepping, "max_exp_avg_sq")
            square = try Tensor.apply(.maximum, largest, square)
            changes.append((largest, square))
        }
        let scale = try square.applying(.sqrt) * stepping.cohort.shared("correction", dtype) + box("eps", group, dtype)
        let p = try means.parameter - stepping.cohort.shared("rate", dtype) * (means.mean / scale)
        return changes + [(stepping.parameter, p)]
    }
}

public final class Adam: AdamFamily, RegisteredOptimizer {
    public static let signature = Signature(
        "Adam",
        [
            Parameter("lr", .real, .real(1e-3), Parameter.rate), .betas(0.9, 0.999), .eps,
            Parameter("weight_decay", .real, .real(0), Parameter.addedDecay),
            Parameter(
                "amsgrad", .flag, .flag(false), "divides by the root of the largest v so far (Reddi et al. 2018)"),
            .foreach, .maximize, .capturable, .differentiable, .fused,
            Parameter(
                "decoupled_weight_decay", .flag, .flag(false), "takes the decay as AdamW does"),
        ], inputs: [], outputs: [],
        """
        Adam (Kingma and Ba 2015), eps outside the root as in PyTorch. Each parameter counts its steps t.

        m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) \
        + eps).
        """)
}

public final class AdamW: AdamFamily, RegisteredOptimizer {
    public static let signature = Signature(
        "AdamW",
        [
            Parameter("lr", .real, .real(1e-3), Parameter.rate), .betas(0.9, 0.999), .eps,
            Parameter("weight_decay", .real, .real(0.01), Parameter.decoupledDecay),
            Parameter(
                "amsgrad", .flag, .flag(false), "divides by the root of the largest v so far (Reddi et al. 2018)"),
            .maximize, .foreach, .capturable, .differentiable, .fused,
        ], inputs: [],
        outputs: [],
        "Adam with decoupled decay (Loshchilov and Hutter 2019): p is first multiplied by 1 - lr weight_decay.")

    override func isDecoupled(_ group: Int) -> Bool { true }
}
