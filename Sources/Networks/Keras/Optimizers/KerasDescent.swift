import Engine

public final class KerasSGD: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.SGD",
        KerasSettings.parameters([
            KerasSettings.learningRate(1e-2),
            Parameter("momentum", .real, .real(0), "share of the velocity that is kept, from 0 to 1"),
            Parameter("nesterov", .flag, .flag(false), "Nesterov's momentum"),
        ]), inputs: [], outputs: [],
        """
        Stochastic gradient descent, as Keras's: the rate is in the velocity.

        v = momentum v - learning_rate g; p += v, or with nesterov momentum v - learning_rate g.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        settings.realOrZero("momentum") == 0 ? [] : [[Slot(name: "momentum")]]
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group) = (stepping.dtype, stepping.group)
        let step = try stepping.gradient * rate(stepping)
        guard number("momentum", group) != 0 else { return [(stepping.parameter, try parameter - step)] }
        let momentum = try box("momentum", group, dtype)
        let old = try slot(stepping, "momentum")
        let velocity = try old * momentum - step
        let change = try flag("nesterov", group) ? velocity * momentum - step : velocity
        return [(old, velocity), (stepping.parameter, try parameter + change)]
    }
}

public final class KerasRMSprop: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.RMSprop",
        KerasSettings.parameters([
            KerasSettings.learningRate(1e-3),
            Parameter("rho", .real, .real(0.9), "share of the mean of squares that is kept, from 0 to 1"),
            Parameter("momentum", .real, .real(0), "share of the increment that is kept, from 0 to 1"),
            KerasSettings.epsilon,
            Parameter("centered", .flag, .flag(false), "divides by the root of the variance"),
        ]), inputs: [], outputs: [],
        """
        RMSprop (Hinton 2012; centred: Graves 2013), as Keras's: epsilon is inside the root.

        v = rho v + (1 - rho) g^2; centred: a = rho a + (1 - rho) g, v - a^2 in place of v; u = learning_rate g / \
        sqrt(v + epsilon); p -= u, or with momentum b = momentum b + u, p -= b.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        var found = [[Slot(name: "velocity")]]
        if settings.realOrZero("momentum") > 0 { found.append([Slot(name: "momentum")]) }
        if settings.value("centered")?.flag == true { found.append([Slot(name: "average_gradient")]) }
        return found
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let (rho, rest) = (try box("rho", group, dtype), try box("rest of rho", group, dtype))
        let old = try slot(stepping, "velocity")
        let square = try rho * old + rest * g.applying(.square)
        var (variance, changes) = (square, [Change]())
        changes.append((old, square))
        if flag("centered", group) {
            let old = try slot(stepping, "average_gradient")
            let mean = try rho * old + rest * g
            variance = try square - mean.applying(.square)
            changes.append((old, mean))
        }
        let root = try (variance + box("epsilon", group, dtype)).applying(.sqrt)
        var increment = try rate(stepping) * g / root
        if number("momentum", group) > 0 {
            let old = try slot(stepping, "momentum")
            increment = try box("momentum", group, dtype) * old + increment
            changes.append((old, increment))
        }
        return changes + [(stepping.parameter, try parameter - increment)]
    }
}

private let initialAccumulator = Parameter(
    "initial_accumulator_value", .real, .real(0.1), "what the sum of squares begins with")

public final class KerasAdagrad: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Adagrad",
        KerasSettings.parameters([KerasSettings.learningRate(1e-3), initialAccumulator, KerasSettings.epsilon]),
        inputs: [], outputs: [],
        """
        Adagrad (Duchi et al. 2011), as Keras's: epsilon is inside the root.

        s += g^2; p -= learning_rate g / sqrt(s + epsilon).
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        [[Slot(name: "accumulator", initially: settings.realOrZero("initial_accumulator_value"))]]
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let old = try slot(stepping, "accumulator")
        let sum = try old + g.applying(.square)
        let root = try (sum + box("epsilon", group, dtype)).applying(.sqrt)
        let p = try parameter - rate(stepping) * g / root
        return [(old, sum), (stepping.parameter, p)]
    }
}

public final class KerasAdadelta: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Adadelta",
        KerasSettings.parameters([
            KerasSettings.learningRate(1e-3),
            Parameter("rho", .real, .real(0.95), "share of the means of squares that is kept, from 0 to 1"),
            KerasSettings.epsilon,
        ]), inputs: [], outputs: [],
        """
        Adadelta (Zeiler 2012), as Keras's.

        a = rho a + (1 - rho) g^2; u = -sqrt(d + epsilon) / sqrt(a + epsilon) g; d = rho d + (1 - rho) u^2; p += \
        learning_rate u.
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        [[Slot(name: "accumulated_grad"), Slot(name: "accumulated_delta_var")]]
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let (rho, rest) = (try box("rho", group, dtype), try box("rest of rho", group, dtype))
        let epsilon = try box("epsilon", group, dtype)
        let (a, d) = (try slot(stepping, "accumulated_grad"), try slot(stepping, "accumulated_delta_var"))
        let square = try rho * a + rest * g.applying(.square)
        let change = try ((d + epsilon).applying(.sqrt) * g / (square + epsilon).applying(.sqrt)).applying(.negative)
        let changed = try rho * d + rest * change.applying(.square)
        let p = try parameter + rate(stepping) * change
        return [(a, square), (d, changed), (stepping.parameter, p)]
    }
}

public final class KerasFtrl: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Ftrl",
        KerasSettings.parameters([
            KerasSettings.learningRate(1e-3),
            Parameter(
                "learning_rate_power", .real, .real(-0.5), "how the rate falls with the sum of squares, at most 0"),
            initialAccumulator,
            Parameter("l1_regularization_strength", .real, .real(0), "of the penalty on magnitudes"),
            Parameter("l2_regularization_strength", .real, .real(0), "of the penalty on squares"),
            Parameter(
                "l2_shrinkage_regularization_strength", .real, .real(0),
                "of a penalty on squares that is taken with the gradient"),
            Parameter("beta", .real, .real(0), "added to the root of the sum of squares"),
        ]), inputs: [], outputs: [],
        """
        Follow the regularised leader (McMahan et al. 2013), as Keras's.

        q = -learning_rate_power; h = g + 2 l2_shrinkage p; z += h - ((n + g^2)^q - n^q) / learning_rate p; n += g^2; \
        p = (clip(z, -l1, l1) - z) / ((n^q + beta) / learning_rate + 2 l2).
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        [
            [
                Slot(name: "accumulator", initially: settings.realOrZero("initial_accumulator_value")),
                Slot(name: "linear"),
            ]
        ]
    }

    override var signed: Set<String> { ["learning_rate_power"] }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        guard settings.realOrZero("learning_rate_power") <= 0 else {
            throw .argument(operation: className, "learning_rate_power must be 0 at most")
        }
    }

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        super.derived(settings) + [
            ("power", -settings.realOrZero("learning_rate_power")),
            ("lowest", -settings.realOrZero("l1_regularization_strength")),
            ("shrinkage", 2 * settings.realOrZero("l2_shrinkage_regularization_strength")),
            ("ridge", 2 * settings.realOrZero("l2_regularization_strength")),
        ]
    }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, group, g) = (stepping.dtype, stepping.group, stepping.gradient)
        let (rate, power) = (try rate(stepping), try box("power", group, dtype))
        let (n, z) = (try slot(stepping, "accumulator"), try slot(stepping, "linear"))
        let sum = try n + g.applying(.square)
        let root = try Tensor.apply(.power, sum, power)
        let drift = try (root - Tensor.apply(.power, n, power)) / rate * parameter
        let linear = try z + (g + box("shrinkage", group, dtype) * parameter - drift)
        let curvature = try (root + box("beta", group, dtype)) / rate + box("ridge", group, dtype)
        let kept = try linear.clamped(
            box("lowest", group, dtype), box("l1_regularization_strength", group, dtype))
        return [(n, sum), (z, linear), (stepping.parameter, try (kept - linear) / curvature)]
    }
}

public final class KerasAdafactor: KerasOptimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "keras.Adafactor",
        KerasSettings.parameters([
            KerasSettings.learningRate(1e-3),
            Parameter("beta_2_decay", .real, .real(-0.8), "how fast the share of old squares grows, below 0"),
            Parameter("epsilon_1", .real, .real(1e-30), "added to squares of gradients"),
            Parameter("epsilon_2", .real, .real(1e-3), "the smallest root mean square of a parameter that counts"),
            Parameter("clip_threshold", .real, .real(1), "the largest root mean square of a step"),
            Parameter("relative_step", .flag, .flag(true), "taken as Keras takes it; changes nothing"),
        ]), inputs: [], outputs: [],
        """
        Adafactor (Shazeer and Stern 2018), as Keras's: squares of matrices are kept as means of rows and columns.

        b = 1 - t^beta_2_decay; s = g^2 + epsilon_1; r = b r + (1 - b) mean(s, -1); c = b c + (1 - b) mean(s, -2); v = \
        r c / mean(r), of vectors b v + (1 - b) s; u = g / sqrt(v); p -= max(epsilon_2, rms(p)) min(learning_rate, 1 / \
        sqrt(t)) u / max(1, rms(u) / clip_threshold).
        """)

    override func slots(_ settings: Arguments) -> [[Slot]] {
        [
            [
                Slot(name: "row", shape: { $0.count < 2 ? [] : Array($0.dropLast()) }),
                Slot(name: "column", shape: { $0.count < 2 ? [] : Array($0.dropLast(2)) + $0.suffix(1) }),
                Slot(name: "velocity"),
            ]
        ]
    }

    override var signed: Set<String> { ["beta_2_decay"] }

    override func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {
        let group = cohort.group
        let rate = try Tensor.apply(.minimum, self.rate.cast(.float64), t.applying(.rsqrt))
        let rest = try Tensor.apply(.power, t, box("beta_2_decay", group, .float64))
        cohort.share("rate", rate)
        cohort.share("rest", rest)
        cohort.share("kept", try 1 - rest)
    }

    private func size(_ x: Tensor) throws(Failure) -> Tensor { try x.applying(.square).mean().applying(.sqrt) }

    override func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] {
        let (dtype, cohort, group) = (stepping.dtype, stepping.cohort, stepping.group)
        let g = stepping.gradient
        let (kept, rest) = (try cohort.shared("kept", dtype), try cohort.shared("rest", dtype))
        let square = try g.applying(.square) + box("epsilon_1", group, dtype)
        let old = try slot(stepping, "velocity")
        var changes: [Change] = []
        let velocity: Tensor
        if parameter.shape.count < 2 {
            velocity = try kept * old + rest * square
        } else {
            let (r, c) = (try slot(stepping, "row"), try slot(stepping, "column"))
            let rows = try kept * r + rest * square.mean([-1])
            let columns = try kept * c + rest * square.mean([-2])
            changes += [(r, rows), (c, columns)]
            velocity = try (rows / rows.mean([-1], keepdims: true)).unsqueeze(-1) * columns.unsqueeze(-2)
        }
        changes.append((old, velocity))
        let direction = try g / velocity.applying(.sqrt)
        let excess = try size(direction) / box("clip_threshold", group, dtype)
        let least = try box("epsilon_2", group, dtype)
        let alpha =
            try Tensor.apply(.maximum, least, size(parameter.cast(dtype.arithmetic)))
            * cohort.shared("rate", dtype)
        let p = try parameter - alpha * direction / Tensor.apply(.maximum, excess, Tensor.full([], 1, excess.dtype))
        return changes + [(stepping.parameter, p)]
    }
}
