import Engine

/// The settings that all of Keras's optimisers have.
enum KerasSettings {
    static let rate = "learning_rate"

    /// The first ones are the kind's own, then come those of all. `decay`: the default of weight_decay, and where it
    /// stands among the first ones, if not behind them.
    static func parameters(_ own: [Parameter], decay: Double? = nil, at place: Int? = nil) -> [Parameter] {
        var found = own
        found.insert(
            Parameter(
                "weight_decay", .optional(.real), decay.map { .real($0) } ?? Value.none,
                "the parameter first loses weight_decay learning_rate times itself"), at: place ?? own.count)
        return found + [
            Parameter("clipnorm", .optional(.real), Value.none, "the largest norm of each gradient"),
            Parameter("clipvalue", .optional(.real), Value.none, "the largest magnitude of a gradient's elements"),
            Parameter("global_clipnorm", .optional(.real), Value.none, "the largest norm of all gradients together"),
            Parameter("use_ema", .flag, .flag(false), "keeps an exponential average of the parameters"),
            Parameter("ema_momentum", .real, .real(0.99), "share of the average that is kept, from 0 to 1"),
            Parameter(
                "ema_overwrite_frequency", .optional(.integer), Value.none,
                "steps after which the average takes the parameters' place, again and again"),
            Parameter("loss_scale_factor", .optional(.real), Value.none, "what the loss was multiplied by"),
            Parameter(
                "gradient_accumulation_steps", .optional(.integer), Value.none,
                "gradients that make a step, by their mean; 2 at least"),
        ]
    }

    static func learningRate(_ initial: Double) -> Parameter {
        Parameter(rate, .real, .real(initial), Parameter.rate)
    }

    static let epsilon = Parameter("epsilon", .real, .real(1e-7), "added to the denominator")

    static func betas(_ one: Double = 0.9, _ two: Double = 0.999) -> [Parameter] {
        [
            Parameter("beta_1", .real, .real(one), "decay of the mean of gradients, from 0 on and below 1"),
            Parameter("beta_2", .real, .real(two), "decay of the mean of squares, from 0 on and below 1"),
        ]
    }

    static func accumulation(_ settings: Arguments) -> Int? { settings.optionalInteger("gradient_accumulation_steps") }

    static func check(_ settings: Arguments) throws(Failure) {
        let name = settings.signature.name
        for beta in ["beta_1", "beta_2"] {
            guard let number = settings.value(beta)?.real, !(0..<1).contains(number) else { continue }
            throw .argument(operation: name, "\(beta) must be in [0, 1), but is \(number)")
        }
        for share in ["momentum", "rho", "ema_momentum"] {
            guard let number = settings.value(share)?.real, !(0...1).contains(number) else { continue }
            throw .argument(operation: name, "\(share) must be in [0, 1], but is \(number)")
        }
        let limits = ["clipnorm", "clipvalue", "global_clipnorm"].filter { settings.value($0)?.real != nil }
        guard limits.count < 2 else {
            throw .argument(
                operation: name, "\(limits.joined(separator: " and ")) exclude each other; give one of them")
        }
        if let frequency = settings.optionalInteger("ema_overwrite_frequency"), frequency < 1 {
            throw .argument(operation: name, "ema_overwrite_frequency must be 1 at least, but is \(frequency)")
        }
        if let count = accumulation(settings), !(2...1 << 30).contains(count) {
            throw .argument(operation: name, "gradient_accumulation_steps must be 2 at least, but is \(count)")
        }
    }

    /// What is left of shares to 1.
    static func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        ["beta_1", "beta_2", "rho"].compactMap { name in
            settings.value(name)?.real.map { ("rest of \(name)", 1 - $0) }
        }
    }
}

/// Clipping, which is a part of the step.
extension KerasOptimizer {
    /// The same with gradients that are clipped as their group says.
    func clipped(_ stepping: [Stepping]) throws(Failure) -> [Stepping] {
        var found = stepping
        for (place, one) in stepping.enumerated() {
            if number("clipnorm", one.group) > 0 {
                found[place] = try one.with(clippedToNorm(one))
            } else if number("clipvalue", one.group) > 0 {
                let limit = try box("clipvalue", one.group, one.dtype)
                found[place] = try one.with(one.gradient.clamped(limit.applying(.negative), limit))
            }
        }
        // The norm is that of all gradients, whatever group they are of.
        guard let group = groups.indices.first(where: { number("global_clipnorm", $0) > 0 }),
            !found.contains(where: { number("global_clipnorm", $0.group) == 0 })
        else { return found }
        let norm = try Tensor.totalNorm(
            found.map { (one) throws(Failure) in try one.gradient.cast(one.dtype.arithmetic) })
        let limit = try box("global_clipnorm", group, norm.dtype)
        // clip / max(norm, clip); a norm that is no number makes the gradients none.
        let factor = try limit / Tensor.apply(.maximum, norm, limit) + (norm - norm)
        return try found.map { (one) throws(Failure) in
            try one.with(one.gradient * factor.cast(one.dtype.arithmetic))
        }
    }

    /// g clip / max(|g|, clip).
    private func clippedToNorm(_ one: Stepping) throws(Failure) -> Tensor {
        let limit = try box("clipnorm", one.group, one.dtype)
        let norm = try Tensor.totalNorm([one.gradient.cast(one.dtype.arithmetic)])
        return try one.gradient * limit / Tensor.apply(.maximum, norm, limit)
    }
}
