import Engine

public final class LBFGS: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "LBFGS",
        [
            Parameter("lr", .real, .real(1), "length of a step, or the first that the line search tries"),
            Parameter("max_iter", .integer, .integer(20), "directions in one step"),
            Parameter(
                "max_eval", .optional(.integer), Value.none, "evaluations in one step; None: max_iter * 5 // 4"),
            Parameter("tolerance_grad", .real, .real(1e-7), "it ends at a gradient whose largest element is no larger"),
            Parameter("tolerance_change", .real, .real(1e-9), "it ends at a smaller change of parameters or loss"),
            Parameter("history_size", .integer, .integer(100), "pairs of changes that are kept"),
            Parameter(
                "line_search_fn", .optional(.choice(["strong_wolfe"])), Value.none, "None takes steps of length lr"),
            .maximize,
        ], inputs: [], outputs: [],
        """
        Limited-memory BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.4), as PyTorch's: for smooth losses \
        without noise, best in float64 and with the strong Wolfe line search.

        d = -H g, H from the last history_size changes of parameters and gradient; p += t d. One step does up to \
        max_iter of these, and so needs a closure that computes loss and gradients. All parameters are one vector, and \
        one group.
        """)

    /// What is kept from step to step: PyTorch's state, of which the first parameter's has all.
    private struct Memory {
        var evaluations = 0
        var iterations = 0
        var direction: Tensor?
        var length = 1.0
        /// Changes of the gradient, of the parameters, and 1 over their products.
        var pairs: [(y: Tensor, s: Tensor, ro: Tensor)] = []
        var scale: Tensor?
        var gradient: Tensor?
        var loss = 0.0
    }

    private var memory = Memory()

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override var takesGroups: Bool { false }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        for (name, least) in [("max_iter", 0), ("max_eval", 0), ("history_size", 1)] {
            guard let value = settings.optionalInteger(name), !(least...1_000_000).contains(value) else { continue }
            throw .argument(operation: "LBFGS", "\(name) must be from \(least) to 1000000, but is \(value)")
        }
    }

    // MARK: All parameters as one vector

    private var dtype: DType { parameters.contains { $0.dtype == .float64 } ? .float64 : .float32 }
    private var total: Int { parameters.reduce(0) { $0 + $1.count } }

    /// A number as a leaf, so that plans do not depend on it.
    private func scalar(_ value: Double) throws(Failure) -> Tensor {
        let dtype = dtype
        return try Tensor(dtype: dtype, shape: []) { (memory) throws(Failure) in
            if dtype == .float32 {
                memory.storeBytes(of: Float(value), as: Float.self)
            } else {
                memory.storeBytes(of: value, as: Double.self)
            }
        }
    }

    private func gatheredGradient() throws(Failure) -> Tensor {
        var pieces: [Tensor] = []
        for parameter in parameters {
            if let gradient = try parameter.gradient() {
                pieces.append(try gradient.reshape([parameter.count]).cast(dtype))
            } else {
                pieces.append(try Tensor.full([parameter.count], 0, dtype))
            }
        }
        let flat = pieces.count == 1 ? try pieces[0].detach() : try Tensor.concatenate(pieces, 0)
        return flag("maximize", 0) ? try flat.applying(.negative) : flat
    }

    /// Sets the parameters to `start + t direction`.
    private func move(from start: [Tensor], _ t: Double, _ direction: Tensor) throws(Failure) {
        let step = try scalar(t) * direction
        var (place, changes) = (0, [Change]())
        for (parameter, value) in zip(parameters, start) {
            let piece = try step.narrow(0, start: place, length: parameter.count).reshape(parameter.shape)
            changes.append((parameter, try value + piece.cast(parameter.dtype)))
            place += parameter.count
        }
        try Tensor.update(changes)
    }

    private func dot(_ a: Tensor, _ b: Tensor) throws(Failure) -> Tensor { try (a * b).sum() }
    private func largest(_ a: Tensor) throws(Failure) -> Tensor { try a.applying(.absolute).reduce(.maximum) }

    // MARK: Steps

    public override func step() throws(Failure) {
        throw .argument(
            operation: "LBFGS", "a step needs a closure that computes the loss and its gradients, but found none")
    }

    public override func step(_ closure: () throws(Failure) -> Double) throws(Failure) -> Double {
        guard !Capture.isOpen else {
            throw .state(
                operation: "LBFGS",
                "what a step does depends on values, so that it cannot be captured; capture the closure instead")
        }
        return try ThreadState.withGrad(false) { () throws(Failure) in try search(closure) }
    }

    private func search(_ closure: () throws(Failure) -> Double) throws(Failure) -> Double {
        let settings = groups[0].arguments
        let (lr, sign) = (try settings.real("lr"), flag("maximize", 0) ? -1.0 : 1.0)
        let (mostIterations, history) = (try settings.integer("max_iter"), try settings.integer("history_size"))
        let mostEvaluations = settings.optionalInteger("max_eval") ?? mostIterations * 5 / 4
        let (leastGradient, leastChange) = (try settings.real("tolerance_grad"), try settings.real("tolerance_change"))
        func value() throws(Failure) -> Double {
            sign * (try ThreadState.withGrad(true) { () throws(Failure) in try closure() })
        }

        var memory = memory
        let first = try value()
        var (loss, evaluations) = (first, 1)
        memory.evaluations += 1
        var gradient = try gatheredGradient()
        var size = try largest(gradient)
        try Tensor.evaluate([gradient, size])
        if try size.item() <= leastGradient {
            self.memory.evaluations += 1
            return sign * first
        }
        var iteration = 0
        while iteration < mostIterations {
            iteration += 1
            memory.iterations += 1
            let (direction, slope) = try nextDirection(&memory, gradient, history)
            (memory.direction, memory.gradient, memory.loss) = (direction, gradient, loss)
            memory.length =
                memory.iterations == 1 ? min(1, 1 / (try gradient.applying(.absolute).sum().item())) * lr : lr
            if slope > -leastChange { break }

            let start = try parameters.map { (parameter) throws(Failure) in try parameter.detach() }
            var used = 0
            if settings.optionalText("line_search_fn") != nil {
                let norm = try largest(direction).item()
                let search = StrongWolfe(most: max(0, mostEvaluations - evaluations), norm: norm)
                let here = StrongWolfe.Point(t: 0, loss: loss, gradient: gradient, slope: slope)
                let found = try search.search(from: here, first: memory.length) { (t) throws(Failure) in
                    try move(from: start, t, direction)
                    let loss = try value()
                    let gradient = try gatheredGradient()
                    let slope = try dot(gradient, direction)
                    try Tensor.evaluate([gradient, slope])
                    return StrongWolfe.Point(t: t, loss: loss, gradient: gradient, slope: try slope.item())
                }
                (loss, gradient, memory.length, used) = (
                    found.point.loss, found.point.gradient, found.point.t, found.evaluations
                )
                try move(from: start, memory.length, direction)
            } else {
                try move(from: start, memory.length, direction)
                if iteration != mostIterations {
                    // After the last one nobody asks: the next step evaluates anew, perhaps on other data.
                    loss = try value()
                    gradient = try gatheredGradient()
                    used = 1
                }
            }
            evaluations += used
            memory.evaluations += used
            if iteration == mostIterations || evaluations >= mostEvaluations { break }
            size = try largest(gradient)
            let change = try largest(scalar(memory.length) * direction)
            try Tensor.evaluate([gradient, size, change])
            if try size.item() <= leastGradient { break }
            if try change.item() <= leastChange { break }
            if abs(loss - memory.loss) < leastChange { break }
        }
        self.memory = memory
        return sign * first
    }

    /// -H g, and the derivative of the loss along it. Takes the last change into the memory first.
    private func nextDirection(
        _ memory: inout Memory, _ gradient: Tensor, _ history: Int
    ) throws(Failure) -> (direction: Tensor, slope: Double) {
        guard memory.iterations > 1, let last = memory.direction, let before = memory.gradient else {
            memory.pairs = []
            memory.scale = try scalar(1)
            let direction = try gradient.applying(.negative)
            let slope = try dot(gradient, direction)
            try Tensor.evaluate([direction, slope])
            return (direction, try slope.item())
        }
        let y = try gradient - before
        let s = try last * scalar(memory.length)
        let product = try dot(y, s)
        let (ro, scale) = (try product.applying(.reciprocal), try product / dot(y, y))
        try Tensor.evaluate([y, s, product, ro, scale])
        if try product.item() > 1e-10 {
            if memory.pairs.count >= history { memory.pairs.removeFirst(memory.pairs.count - history + 1) }
            memory.pairs.append((y, s, ro))
            memory.scale = scale
        }
        // The two loops of the recursion: down the pairs, and up again.
        var q = try gradient.applying(.negative)
        var factors: [Tensor] = []
        for pair in memory.pairs.reversed() {
            let factor = try dot(pair.s, q) * pair.ro
            q = try q - factor * pair.y
            factors.append(factor)
        }
        var direction = q
        if let scale = memory.scale { direction = try q * scale }
        for (pair, factor) in zip(memory.pairs, factors.reversed()) {
            let other = try dot(pair.y, direction) * pair.ro
            direction = try direction + (factor - other) * pair.s
        }
        let slope = try dot(gradient, direction)
        try Tensor.evaluate([direction, slope])
        return (direction, try slope.item())
    }

    // MARK: State, under PyTorch's names

    private static let counts = ["func_evals", "n_iter"]
    private static let numbers = ["t", "H_diag", "prev_loss"]
    private static let vectors = ["d", "prev_flat_grad"]

    override func ownState(_ place: Int) -> [(name: String, tensor: Tensor)] {
        guard place == 0, memory.evaluations > 0 else { return [] }
        func number(_ name: String, _ value: Double) -> [(name: String, tensor: Tensor)] {
            (try? Tensor.full([], value, .float64)).map { [(name, $0)] } ?? []
        }
        var state = number("func_evals", Double(memory.evaluations)) + number("n_iter", Double(memory.iterations))
        guard let direction = memory.direction, let gradient = memory.gradient else { return state }
        state += [("d", direction)] + number("t", memory.length)
        for (place, pair) in memory.pairs.enumerated() { state.append(("old_dirs.\(place)", pair.y)) }
        for (place, pair) in memory.pairs.enumerated() { state.append(("old_stps.\(place)", pair.s)) }
        for (place, pair) in memory.pairs.enumerated() { state.append(("ro.\(place)", pair.ro)) }
        if let scale = memory.scale { state.append(("H_diag", scale)) }
        return state + [("prev_flat_grad", gradient)] + number("prev_loss", memory.loss)
    }

    /// "0.old_dirs.3" as its name and number.
    private func parts(_ name: String) -> (name: String, number: Int?)? {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 2 || words.count == 3, words[0] == "0" else { return nil }
        guard words.count == 3 else { return (String(words[1]), nil) }
        return Int(words[2]).map { (String(words[1]), $0) }
    }

    override func fits(_ name: String, _ shape: Shape) -> Bool {
        guard let (name, number) = parts(name) else { return false }
        guard let number else {
            return LBFGS.vectors.contains(name)
                ? shape == [total] : (LBFGS.counts + LBFGS.numbers).contains(name) && shape.elementCount == 1
        }
        guard (0..<1_000_000).contains(number) else { return false }
        return ["old_dirs", "old_stps"].contains(name) ? shape == [total] : name == "ro" && shape.elementCount == 1
    }

    override func loadState(_ given: [(name: String, tensor: Tensor)]) throws(Failure) {
        var found = Memory()
        var lists: [String: [Int: Tensor]] = [:]
        for (full, tensor) in given {
            guard let (name, number) = parts(full) else { continue }
            // A tensor of its own, of the dtype that steps compute in.
            let value = try tensor.detach().cast(dtype).detach()
            switch (name, number) {
            case ("func_evals", nil): found.evaluations = LBFGS.count(try tensor.item())
            case ("n_iter", nil): found.iterations = LBFGS.count(try tensor.item())
            case ("t", nil): found.length = try tensor.item()
            case ("prev_loss", nil): found.loss = try tensor.item()
            case ("H_diag", nil): found.scale = try value.reshape([])
            case ("d", nil): found.direction = value
            case ("prev_flat_grad", nil): found.gradient = value
            case (let name, let number?): lists[name, default: [:]][number] = value
            default: break
            }
        }
        let (ys, ss, ros) = (lists["old_dirs"] ?? [:], lists["old_stps"] ?? [:], lists["ro"] ?? [:])
        for place in ys.keys.sorted() {
            guard let y = ys[place], let s = ss[place], let ro = ros[place] else { continue }
            found.pairs.append((y, s, try ro.reshape([])))
        }
        try Tensor.evaluate([found.direction, found.gradient, found.scale].compactMap { $0 })
        memory = found
    }

    private static func count(_ value: Double) -> Int { Int(exactly: value.rounded()).map { max(0, $0) } ?? 0 }
}
