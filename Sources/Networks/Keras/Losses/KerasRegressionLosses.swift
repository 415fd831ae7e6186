import Engine

/// Keras's losses of numbers, and of margins.
enum KerasRegressionLosses {
    /// The mean over the last axis of a function of prediction and target.
    private static func mean(
        _ name: String, takes parameters: [Parameter] = [], _ documentation: String,
        _ element: @escaping (Arguments, Tensor, Tensor) throws(Failure) -> Tensor
    ) -> Kind {
        KerasLoss.kind(name, takes: parameters, documentation) { (arguments, x, t) throws(Failure) in
            let t = try KerasLoss.target(t, like: x)
            return KerasLoss.Values(try element(arguments, x, t).mean([-1]))
        }
    }

    /// Labels of 0 and 1 as -1 and 1; others as they are.
    private static func signs(_ t: Tensor) throws(Failure) -> Tensor {
        let isLabel = try Tensor.apply(.logicalOr, t.applying(.equal, 0), t.applying(.equal, 1))
        return try Tensor.choose(isLabel.reduce(.all), t * 2 - 1, t)
    }

    private static func excess(_ x: Tensor, _ t: Tensor) throws(Failure) -> Tensor {
        try (1 - signs(t) * x).applying(.relu)
    }

    /// x / |x| along an axis; 0 where x is.
    private static func unit(_ x: Tensor, _ axis: Int) throws(Failure) -> Tensor {
        let square = try x.applying(.square).sum([axis], keepdims: true)
        let isZero = try square.applying(.equal, 0)
        let one = try Tensor.full([], 1, x.dtype)
        // 1 / |x|, and at most 1e7.
        let inverse = try Tensor.choose(
            isZero, one * (1 / KerasLoss.epsilon), Tensor.choose(isZero, one, square).applying(.rsqrt))
        return try x * inverse.clamped(-.infinity, 1 / KerasLoss.epsilon)
    }

    static let kinds = [
        mean("MeanSquaredError", "(target - input)^2, the mean over the last axis.") { (_, x, t) throws(Failure) in
            try (x - t).applying(.square)
        },
        mean("MeanAbsoluteError", "|target - input|, the mean over the last axis.") { (_, x, t) throws(Failure) in
            try (x - t).applying(.absolute)
        },
        mean(
            "MeanAbsolutePercentageError",
            "100 |target - input| / max(|target|, 1e-7), the mean over the last axis."
        ) { (_, x, t) throws(Failure) in
            try ((t - x) / t.applying(.absolute).clamped(KerasLoss.epsilon, .infinity)).applying(.absolute) * 100
        },
        mean(
            "MeanSquaredLogarithmicError",
            "(log(target + 1) - log(input + 1))^2 of numbers that are 1e-7 at least, the mean over the last axis."
        ) { (_, x, t) throws(Failure) in
            func logarithm(_ x: Tensor) throws(Failure) -> Tensor {
                try (x.clamped(KerasLoss.epsilon, .infinity) + 1).applying(.log)
            }
            return try (logarithm(x) - logarithm(t)).applying(.square)
        },
        KerasLoss.kind(
            "CosineSimilarity", takes: [Parameter("axis", .integer, .integer(-1), "the axis of the vectors")],
            "The cosine of the angle between target and input, times -1: -1 where they point the same way."
        ) { (arguments, x, t) throws(Failure) in
            let t = try KerasLoss.target(t, like: x)
            let axis = try arguments.axis("axis")
            return KerasLoss.Values(try (unit(x, axis) * unit(t, axis)).sum([axis]).applying(.negative))
        },
        mean(
            "Huber", takes: [Parameter("delta", .real, .real(1), "where the square ends")],
            """
            d^2 / 2 where d = |target - input| is at most delta, else delta d - delta^2 / 2; the mean over the last \
            axis. Huber 1964.
            """
        ) { (arguments, x, t) throws(Failure) in
            let delta = try arguments.real("delta")
            let error = try x - t
            let size = try error.applying(.absolute)
            return try Tensor.choose(
                size.applying(.lessEqual, delta), error.applying(.square) * 0.5, size * delta - delta * delta / 2)
        },
        mean("LogCosh", "log cosh(input - target), the mean over the last axis.") { (_, x, t) throws(Failure) in
            let error = try x - t
            return try error + (error * -2).applying(.softplus) - 0.6931471805599453
        },
        mean(
            "Poisson", "input - target log(input + 1e-7), the mean over the last axis."
        ) { (_, x, t) throws(Failure) in try x - t * (x + KerasLoss.epsilon).applying(.log) },
        KerasLoss.kind(
            "KLDivergence",
            """
            target log(target / input), of numbers that are brought between 1e-7 and 1; the sum over the last axis. \
            Kullback and Leibler 1951.
            """
        ) { (_, x, t) throws(Failure) in
            let t = try KerasLoss.target(t, like: x).clamped(KerasLoss.epsilon, 1)
            let x = try x.clamped(KerasLoss.epsilon, 1)
            return KerasLoss.Values(try (t * (t / x).applying(.log)).sum([-1]))
        },
        mean(
            "Hinge", "max(1 - target input, 0) for targets of -1 and 1, or 0 and 1; the mean over the last axis."
        ) { (_, x, t) throws(Failure) in try excess(x, t) },
        mean(
            "SquaredHinge",
            "max(1 - target input, 0)^2 for targets of -1 and 1, or 0 and 1; the mean over the last axis."
        ) { (_, x, t) throws(Failure) in try excess(x, t).applying(.square) },
        KerasLoss.kind(
            "CategoricalHinge",
            """
            max(neg - pos + 1, 0) over the last axis, where pos is the sum of target input and neg the largest \
            (1 - target) input.
            """
        ) { (_, x, t) throws(Failure) in
            let t = try KerasLoss.target(t, like: x)
            let positive = try (t * x).sum([-1])
            let negative = try ((1 - t) * x).reduce(.maximum, [-1])
            return KerasLoss.Values(try (negative - positive + 1).applying(.relu))
        },
    ]
}
