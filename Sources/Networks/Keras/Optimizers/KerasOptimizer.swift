import Engine

/// Optimisers with Keras 3's arithmetic, settings and state (keras.optimizers).
///
/// They differ from PyTorch's in more than names. One count of iterations serves all parameters, and goes on for those
/// without a gradient too. Decay is taken from the parameter, before the step. Gradients are clipped, accumulated and
/// unscaled by the optimiser itself, which may also keep an average of the parameters. A step does, in this order: the
/// gradient over the loss's scale, the sum with what was accumulated, clipping, decay, the step, the average.
public class KerasOptimizer: Optimizer {
    /// An array of the state, for each parameter.
    struct Slot {
        let name: String
        var initially = 0.0
        /// Whether it starts as the parameter's values.
        var isCopy = false
        /// Its shape, by the parameter's.
        var shape: (Shape) -> Shape = { $0 }
        /// Whether a parameter of such a shape has it.
        var isOf: (Shape) -> Bool = { _ in true }
    }

    /// How many steps there have been, in int64.
    let iterations: Tensor
    /// The learning rate of all groups, in float32: Keras's is a variable, which its host may assign in a program.
    let rate: Tensor

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        iterations = try KerasOptimizer.number(0, .int64)
        rate = try KerasOptimizer.number(arguments.realOrZero(KerasSettings.rate), .float32)
        try super.init(settings: arguments, parameters)
        try makeSlots()
    }

    /// A box of one number, for what all parameters have in common.
    static func number(_ value: Double, _ dtype: DType = .float64) throws(Failure) -> Tensor {
        try Tensor.outsideCapture { () throws(Failure) in
            let tensor = try Tensor.full([], value, dtype)
            try Tensor.evaluate([tensor])
            return tensor
        }
    }

    override var rateName: String { KerasSettings.rate }

    /// One rate serves all groups: the one that was set last.
    override func didReplace(_ settings: Arguments, of place: Int) throws(Failure) {
        let value = settings.value(KerasSettings.rate) ?? .real(0)
        for other in groups.indices where other != place {
            groups[other].arguments = try groups[other].arguments.replacing(KerasSettings.rate, value)
        }
        try rate.write { (memory) throws(Failure) in DType.float32.store(value.real ?? 0, memory) }
    }

    override func live(_ name: String) -> Value? {
        guard name == KerasSettings.rate, !Capture.isOpen, let now = try? rate.item() else { return nil }
        // As it was given, unless it was assigned since.
        let given = groups[0].arguments.realOrZero(name)
        return .real(Double(Float(given)) == now ? given : now)
    }

    // MARK: What a kind says of itself

    /// Its own arrays under such settings, in Keras's order: arrays of one list come together, parameter by parameter.
    func slots(_ settings: Arguments) -> [[Slot]] { [] }

    /// Further numbers that all parameters have in common, with their first values.
    var commonNumbers: [(name: String, tensor: Tensor, initially: Double)] { [] }

    /// Numbers of the step `t`, which counts from 1, for `Cohort.share`.
    func share(_ cohort: Cohort, step t: Tensor) throws(Failure) {}

    /// What a step does to the numbers in common.
    func commonChanges(step t: Tensor) throws(Failure) -> [Change] { [] }

    /// What a step from `parameter`, which has had its decay, changes.
    func update(_ stepping: Stepping, from parameter: Tensor) throws(Failure) -> [Change] { [] }

    /// The setting that says how much a parameter decays.
    func decay(_ stepping: Stepping) -> String { "weight_decay" }

    /// Numbers of settings that may be negative.
    var signed: Set<String> { [] }

    override func check(_ settings: Arguments) throws(Failure) {
        try checkNumbers(settings, signed: signed.union([KerasSettings.rate]))
        try KerasSettings.check(settings)
    }

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] { KerasSettings.derived(settings) }

    // MARK: State

    /// All arrays under such settings: the average, the accumulator, and those of the kind.
    private func allSlots(_ settings: Arguments) -> [[Slot]] {
        var found: [[Slot]] = []
        if settings.value("use_ema")?.flag == true { found.append([Slot(name: "average")]) }
        if KerasSettings.accumulation(settings) != nil { found.append([Slot(name: "gradient_accumulator")]) }
        return found + slots(settings)
    }

    private func settings(at place: Int) -> Arguments {
        groups.first { $0.places.contains(place) }?.arguments ?? initial
    }

    /// Keras makes all state before the first step.
    private func makeSlots() throws(Failure) {
        for place in parameters.indices {
            for slot in allSlots(settings(at: place)).joined() where slot.isOf(parameters[place].shape) {
                _ = try self.slot(place, slot.name)
            }
        }
    }

    public override func addGroup(_ parameters: [Tensor], _ text: String?) throws(Failure) {
        try super.addGroup(parameters, text)
        try makeSlots()
    }

    /// The array of that name of a parameter, made where it is missing.
    func slot(_ place: Int, _ name: String) throws(Failure) -> Tensor {
        let (parameter, settings) = (parameters[place], settings(at: place))
        guard let slot = allSlots(settings).joined().first(where: { $0.name == name }) else {
            throw .internal(operation: className, "no state is called '\(name)'")
        }
        if let found = arrays[place].first(where: { $0.name == name })?.tensor {
            guard found.shape == slot.shape(parameter.shape) else {
                throw .structure(
                    operation: className,
                    "state '\(place).\(name)' has shape \(found.shape), but its parameter has \(parameter.shape)")
            }
            if found.dtype != parameter.dtype {
                // Also for a block that is open: what it reads has the parameter's dtype from its first run on.
                try Tensor.outsideCapture { () throws(Failure) in try found.become(found.cast(parameter.dtype)) }
            }
            return found
        }
        let fresh = try Tensor.outsideCapture { () throws(Failure) in
            let values =
                try slot.isCopy
                ? parameter.detach()
                : Tensor.full(slot.shape(parameter.shape), slot.initially, parameter.dtype)
            try Tensor.evaluate([values])
            return values
        }
        arrays[place].append((name, fresh))
        return fresh
    }

    func slot(_ stepping: Stepping, _ name: String) throws(Failure) -> Tensor { try slot(stepping.place, name) }

    /// In Keras's order, so that its files are read and written entry by entry.
    override func laidOut() -> [(place: Int?, name: String, tensor: Tensor)] {
        var found: [(place: Int?, name: String, tensor: Tensor)] = [
            (nil, "iteration", iterations), (nil, KerasSettings.rate, rate),
        ]
        var lists: [[String]] = []
        for group in groups {
            for list in allSlots(group.arguments).map({ $0.map(\.name) }) where !lists.contains(list) {
                lists.append(list)
            }
        }
        for list in lists {
            for place in parameters.indices {
                for name in list {
                    guard let entry = arrays[place].first(where: { $0.name == name }) else { continue }
                    found.append((place, name, entry.tensor))
                }
            }
        }
        return found + commonNumbers.map { (nil, $0.name, $0.tensor) }
    }

    public override var stateNames: [String] {
        var names: [String] = []
        for slot in groups.flatMap({ allSlots($0.arguments) }).joined() where !names.contains(slot.name) {
            names.append(slot.name)
        }
        return names
    }

    /// The numbers in common; without a first value those that settings have.
    private var common: [(name: String, tensor: Tensor, initially: Double?)] {
        [("iteration", iterations, 0), (KerasSettings.rate, rate, nil)]
            + commonNumbers.map { ($0.name, $0.tensor, $0.initially) }
    }

    override func takes(_ dtype: DType, for name: String) -> Bool {
        super.takes(dtype, for: name) || name == "iteration" && dtype.isInteger
    }

    override func fits(_ name: String, _ shape: Shape) -> Bool {
        if common.contains(where: { $0.name == name }) { return shape.isEmpty }
        guard let (place, own) = split(name, stateNames) else { return false }
        let slot = allSlots(settings(at: place)).joined().first { $0.name == own }
        return slot?.isOf(parameters[place].shape) == true && slot?.shape(parameters[place].shape) == shape
    }

    override func loadState(_ given: [(name: String, tensor: Tensor)]) throws(Failure) {
        try super.loadState(given)
        for (name, box, initially) in common {
            if let value = given.first(where: { $0.name == name })?.tensor {
                try box.become(value.cast(box.dtype))
            } else if let initially {
                try box.become(KerasOptimizer.number(initially, box.dtype))
            }
        }
        try makeSlots()
    }

    // MARK: Steps

    /// How many gradients make a step; nil for one.
    private var accumulation: Int? { KerasSettings.accumulation(initial) }

    /// The number of the step in progress, from 1 on.
    private func stepNumber() throws(Failure) -> Tensor {
        let count = try iterations.cast(.float64)
        guard let accumulation else { return try count + 1 }
        return try (count / Tensor.full([], Double(accumulation), .float64)).applying(.floor) + 1
    }

    override func prepare(_ cohort: Cohort) throws(Failure) -> [Change] {
        cohort.share(KerasSettings.rate, rate)
        try share(cohort, step: stepNumber())
        return []
    }

    override func updates(_ stepping: [Stepping]) throws(Failure) -> [Change] {
        var stepping = try stepping.map { (one) throws(Failure) in try one.with(unscaled(one)) }
        var accumulators: [Change] = []
        if let accumulation {
            for (place, one) in stepping.enumerated() {
                let sum = try slot(one, "gradient_accumulator")
                let total = try one.gradient + sum
                accumulators.append((sum, total))
                stepping[place] = try one.with(total * (1 / Double(accumulation)))
            }
        }
        stepping = try clipped(stepping)
        var changes: [Change] = []
        for one in stepping { changes += try update(one, from: lessDecay(one)) }
        let t = try stepNumber()
        changes += try commonChanges(step: t)
        if let accumulation {
            changes = try every(accumulation, changes, accumulators)
        }
        changes += try averages(changes, step: t)
        changes.append((iterations, try iterations + 1))
        return try last(changes).map { (change) throws(Failure) in
            (change.tensor, try change.value.cast(change.tensor.dtype))
        }
    }

    /// The last change of each box.
    private func last(_ changes: [Change]) -> [Change] {
        var seen: Set<ObjectIdentifier> = []
        return changes.reversed().filter { seen.insert(ObjectIdentifier($0.tensor)).inserted }.reversed()
    }

    private func unscaled(_ stepping: Stepping) throws(Failure) -> Tensor {
        guard number("loss_scale_factor", stepping.group) != 0 else { return stepping.gradient }
        return try stepping.gradient / box("loss_scale_factor", stepping.group, stepping.dtype)
    }

    /// The parameter less its decay.
    private func lessDecay(_ stepping: Stepping) throws(Failure) -> Tensor {
        let name = decay(stepping)
        guard number(name, stepping.group) != 0 else { return stepping.parameter }
        let p = stepping.parameter
        return try p - p * box(name, stepping.group, stepping.dtype) * rate(stepping)
    }

    /// The changes in every `count`th step alone. In the others gradients are added up.
    private func every(_ count: Int, _ changes: [Change], _ sums: [Change]) throws(Failure) -> [Change] {
        let isStep = try (iterations.cast(.float64) + 1).applying(.remainder, Double(count)).applying(.equal, 0)
        var found = try changes.map { (change) throws(Failure) in
            (change.tensor, try Tensor.choose(isStep, change.value.cast(change.tensor.dtype), change.tensor))
        }
        for place in parameters.indices where hasState(place, "gradient_accumulator") {
            let sum = try slot(place, "gradient_accumulator")
            let total = sums.first { $0.tensor === sum }?.value ?? sum
            found.append((sum, try Tensor.choose(isStep, total * 0, total)))
        }
        return found
    }

    /// The learning rate, for parameters of a dtype.
    func rate(_ stepping: Stepping) throws(Failure) -> Tensor {
        try stepping.cohort.shared(KerasSettings.rate, stepping.dtype)
    }

    /// What the averages of parameters become, and in some steps the parameters.
    private func averages(_ changes: [Change], step t: Tensor) throws(Failure) -> [Change] {
        guard initial.value("use_ema")?.flag == true else { return [] }
        let hasBegun = try t.applying(.greater, 1).cast(.float64)
        var found: [Change] = []
        for (number, group) in groups.enumerated() {
            let kept = try hasBegun * box("ema_momentum", number, .float64)
            for place in group.places {
                let parameter = parameters[place]
                let average = try slot(place, "average")
                let kept = try kept.cast(parameter.dtype.arithmetic)
                let value = changes.last { $0.tensor === parameter }?.value ?? parameter
                let mean = try kept * average + (1 - kept) * value
                found.append((average, mean))
                guard let frequency = group.arguments.optionalInteger("ema_overwrite_frequency") else { continue }
                let overwrites = try t.applying(.remainder, Double(frequency)).applying(.equal, 0)
                found.append((parameter, try Tensor.choose(overwrites, mean, value)))
            }
        }
        return found
    }
}

extension Stepping {
    func with(_ gradient: Tensor) -> Stepping {
        Stepping(place: place, group: group, parameter: parameter, gradient: gradient, cohort: cohort)
    }
}
