import Engine

/// Optimisers with running means of gradients and of their squares: m += (1 - beta_1)(g - m), v += (1 - beta_2)(g^2 -
/// v).
public class KerasMoments: KerasOptimizer {
    override func slots(_ settings: Arguments) -> [[Slot]] { [[Slot(name: "momentum"), Slot(name: "velocity")]] }

    /// 1 - beta^t in double precision.
    func lost(_ beta: String, _ group: Int, _ t: Tensor) throws(Failure) -> Tensor {
        try 1 - Tensor.apply(.power, box(beta, group, .float64), t)
    }

    struct Means {
        let mean: Tensor
        let square: Tensor
        let changes: [Change]
    }

    func means(_ stepping: Stepping) throws(Failure) -> Means {
        let (g, group, dtype) = (stepping.gradient, stepping.group, stepping.dtype)
        let (m, v) = (try slot(stepping, "momentum"), try slot(stepping, "velocity"))
        let mean = try m + (g - m) * box("rest of beta_1", group, dtype)
        let square = try v + (g.applying(.square) - v) * box("rest of beta_2", group, dtype)
        return Means(mean: mean, square: square, changes: [(m, mean), (v, square)])
    }
}

public class KerasAdamFamily: KerasMoments {
    override func slots(_ settings: Arguments) -> [[Slot]] {
        super.slots(settings) + (settings.value("amsgrad")?.flag == true ? [[Slot(name: "velocity_hat")]] : [])
    }

    /// learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t).
    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let group = cohort.group
        let rate = try self.rate.cast(.float64)
        cohort.share("alpha", try rate * lost("beta_2", group, t).applying(.sqrt) / lost("beta_1", group, t))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let means = try means(stepping)
        var (square, changes) = (means.square, means.changes)
        if flag("amsgrad", stepping.group) {
            let largest = try slot(stepping, "velocity_hat")
            square = try Tensor.apply(.maximum, largest, square)
            changes.append((largest, square))
        }
        let alpha = try stepping.cohort.shared("alpha", stepping.dtype)
        let scale = try square.applying(.sqrt) + box("epsilon", stepping.group, stepping.dtype)
        return changes + [(stepping.parameter, try parameter - means.mean * alpha / scale)]
    }
}

private let amsgrad = Parameter(
    "amsgrad", .flag, .flag(false), "divides by the root of the largest v so far (Reddi et al. 2018)")

public final class KerasAdam: KerasAdamFamily, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Adam",
        KerasSettings.parameters(
            [KerasSettings.learningRate(1e-3)] + KerasSettings.betas() + [KerasSettings.epsilon, amsgrad]),
        inputs: [], outputs: [],
        """
        Adam (Kingma and Ba 2015, the form before section 2.1), as Keras's: epsilon is inside the corrected rate.

        m += (1 - beta_1)(g - m); v += (1 - beta_2)(g^2 - v); p -= learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m \
        / (sqrt(v) + epsilon).
        """)
}

public final class KerasAdamW: KerasAdamFamily, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.AdamW",
        KerasSettings.parameters(
            [KerasSettings.learningRate(1e-3)] + KerasSettings.betas() + [KerasSettings.epsilon, amsgrad],
            decay: 0.004, at: 1), inputs: [], outputs: [],
        "Keras's Adam with decoupled decay (Loshchilov and Hutter 2019).")
}

public final class KerasNadam: KerasMoments, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Nadam",
        KerasSettings.parameters(
            [KerasSettings.learningRate(1e-3)] + KerasSettings.betas() + [KerasSettings.epsilon]), inputs: [],
        outputs: [],
        """
        Adam with Nesterov's momentum (Dozat 2016), as Keras's.

        u(t) = beta_1 (1 - 0.96^t / 2); U(t) = u(1) ... u(t); m and v as Adam's; p -= learning_rate (u(t + 1) m / (1 - \
        U(t + 1)) + (1 - u(t)) g / (1 - U(t))) / (sqrt(v / (1 - beta_2^t)) + epsilon).
        """)

    private let product: Tensor

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        product = try KerasOptimizer.number(1)
        try super.init(arguments, parameters)
    }

    override var commonNumbers: [(name: String, tensor: Tensor, initially: Double)] { [("u_product", product, 1)] }

    private func u(_ group: Int, _ t: Tensor) throws(Failure) -> Tensor {
        try box("beta_1", group, .float64) * (1 - t.applying(.power, 0.96, reversed: true) * 0.5)
    }

    override func commonChanges(step t: Tensor) throws(Failure) -> [Change] { [(product, try product * u(0, t))] }

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let group = cohort.group
        let (now, next) = (try u(group, t), try u(group, t + 1))
        let taken = try product * u(0, t)
        cohort.share("mean's", try next / (1 - taken * next))
        cohort.share("gradient's", try (1 - now) / (1 - taken))
        cohort.share("correction", try lost("beta_2", group, t))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, cohort, group) = (stepping.dtype, stepping.cohort, stepping.group)
        let means = try means(stepping)
        let ahead =
            try cohort.shared("mean's", dtype) * means.mean
            + cohort.shared("gradient's", dtype) * stepping.gradient
        let root = try (means.square / cohort.shared("correction", dtype)).applying(.sqrt)
        let scale = try root + box("epsilon", group, dtype)
        let p = try parameter - ahead * rate(stepping) / scale
        return means.changes + [(stepping.parameter, p)]
    }
}

public final class KerasLamb: KerasMoments, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Lamb",
        KerasSettings.parameters(
            [KerasSettings.learningRate(1e-3)] + KerasSettings.betas() + [KerasSettings.epsilon]), inputs: [],
        outputs: [],
        """
        Adam with a rate for each layer (You et al. 2020), as Keras's.

        u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon); p -= learning_rate |p| / |u| u, where a norm of \
        0 makes the ratio 1.
        """)

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        cohort.share("first", try lost("beta_1", cohort.group, t))
        cohort.share("second", try lost("beta_2", cohort.group, t))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, cohort, group) = (stepping.dtype, stepping.cohort, stepping.group)
        let means = try means(stepping)
        let root = try (means.square / cohort.shared("second", dtype)).applying(.sqrt)
        let direction = try means.mean / cohort.shared("first", dtype) / (root + box("epsilon", group, dtype))
        let own = try parameter.cast(dtype.arithmetic).applying(.square).sum().applying(.sqrt)
        let size = try direction.applying(.square).sum().applying(.sqrt)
        let hasBoth = try Tensor.apply(.logicalAnd, own.applying(.greater, 0), size.applying(.greater, 0))
        let one = try Tensor.full([], 1, own.dtype)
        let ratio = try Tensor.choose(hasBoth, own / Tensor.choose(hasBoth, size, one), one)
        let p = try parameter - ratio * rate(stepping) * direction
        return means.changes + [(stepping.parameter, p)]
    }
}

public final class KerasAdamax: KerasMoments, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Adamax",
        KerasSettings.parameters(
            [KerasSettings.learningRate(1e-3)] + KerasSettings.betas() + [KerasSettings.epsilon]), inputs: [],
        outputs: [],
        """
        Adam with the largest gradient in place of the mean of squares (Kingma and Ba 2015, section 7), as Keras's.

        m += (1 - beta_1)(g - m); u = max(beta_2 u, |g|); p -= learning_rate / (1 - beta_1^t) m / (u + epsilon).
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] { [[Slot(name: "momentum"), Slot(name: "norm")]] }

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let rate = try self.rate.cast(.float64)
        cohort.share("alpha", try rate / lost("beta_1", cohort.group, t))
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let (m, u) = (try slot(stepping, "momentum"), try slot(stepping, "norm"))
        let mean = try m + (g - m) * box("rest of beta_1", group, dtype)
        let largest = try Tensor.apply(.maximum, box("beta_2", group, dtype) * u, g.applying(.absolute))
        let alpha = try stepping.cohort.shared("alpha", dtype)
        let p = try parameter - alpha * mean / (largest + box("epsilon", group, dtype))
        return [(m, mean), (u, largest), (stepping.parameter, p)]
    }
}

public final class KerasLion: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Lion",
        KerasSettings.parameters([KerasSettings.learningRate(1e-3)] + KerasSettings.betas(0.9, 0.99)), inputs: [],
        outputs: [],
        """
        Evolved sign momentum (Chen et al. 2023), as Keras's.

        p -= learning_rate sign(beta_1 m + (1 - beta_1) g); m = beta_2 m + (1 - beta_2) g.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] { [[Slot(name: "momentum")]] }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let m = try slot(stepping, "momentum")
        let direction = try m * box("beta_1", group, dtype) + g * box("rest of beta_1", group, dtype)
        let mean = try m * box("beta_2", group, dtype) + g * box("rest of beta_2", group, dtype)
        let p = try parameter - rate(stepping) * direction.applying(.sign)
        return [(m, mean), (stepping.parameter, p)]
    }
}
