import Engine

/// Settings of the groups: read, set, and as tensors in the graph.
extension Optimizer {
    /// Numbers that schedules keep with a group under PyTorch's names, besides its settings.
    static let noteNames = ["initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum", "swa_lr"]

    func isNote(_ name: String) -> Bool {
        Optimizer.noteNames.contains(name) && initial.signature.place(of: name) == nil
    }

    func note(_ name: String, _ value: Value) throws(Failure) -> Value {
        guard let number = value.real, number.isFinite else {
            throw .argument(operation: className, "\(name) takes a finite number, but found \(value.literal)")
        }
        return .real(number)
    }

    /// Throws unless all numbers are finite and not negative, and betas below 1.
    func checkNumbers(_ settings: Arguments, signed: Set<String> = []) throws(Failure) {
        for (name, value) in settings.values {
            if name == "betas" {
                for beta in value.list ?? [] where !(0..<1).contains(beta.real ?? -1) {
                    throw .argument(operation: className, "\(name) must be in [0, 1), but are \(value.literal)")
                }
            } else if let number = value.real, !number.isFinite || number < 0 && !signed.contains(name) {
                throw .argument(operation: className, "\(name) must be finite and not negative, but is \(number)")
            }
        }
    }

    private func group(_ number: Int) throws(Failure) -> Group {
        guard groups.indices.contains(number) else {
            throw .index(operation: className, "there is no group number \(number); there are \(groups.count)")
        }
        return groups[number]
    }

    public func setting(_ name: String, of number: Int) throws(Failure) -> Value {
        let group = try group(number)
        guard
            let value = live(name) ?? group.arguments.value(name)
                ?? group.notes.first(where: { $0.name == name })?.value
        else {
            throw unknown(name)
        }
        return value
    }

    /// Sets a setting of one group, or (nil) of all. Captured programs see it.
    public func set(_ name: String, _ value: Value, of number: Int?) throws(Failure) {
        if let number { _ = try group(number) }
        let chosen = number.map { [$0] } ?? Array(groups.indices)
        if isNote(name) {
            let value = try note(name, value)
            for place in chosen {
                groups[place].notes.removeAll { $0.name == name }
                groups[place].notes.append((name, value))
            }
            return
        }
        guard initial.signature.place(of: name) != nil else { throw unknown(name) }
        var changed: [Arguments] = []
        for place in chosen {
            let settings = try groups[place].arguments.replacing(name, value)
            try check(settings)
            changed.append(settings)
        }
        for (place, settings) in zip(chosen, changed) { try replace(settings, of: place) }
    }

    /// All settings of a group at once: they have passed `check`.
    func replace(_ settings: Arguments, of place: Int) throws(Failure) {
        defer { findStructure() }
        groups[place].arguments = settings
        for (name, value) in numbers(settings) {
            for (dtype, box) in groups[place].boxes[name] ?? [:] {
                try box.write { (memory) throws(Failure) in dtype.store(value, memory) }
            }
        }
        try didReplace(settings, of: place)
    }

    /// What a text such as `lr=0.01, weight_decay=0` makes of settings, and the notes that it has.
    func read(_ text: String, over settings: Arguments) throws(Failure) -> (
        settings: Arguments, notes: [(name: String, value: Value)]
    ) {
        var (settings, notes) = (settings, [(name: String, value: Value)]())
        var named: Set<String> = []
        for item in try Reader.arguments(text, operation: className) {
            guard let keyword = item.keyword else {
                throw .argument(
                    operation: className, "column \(item.term.column): a setting is expected by its name, as in lr=0.1")
            }
            guard named.insert(keyword).inserted else {
                throw .argument(operation: className, "column \(item.term.column): '\(keyword)' is given twice")
            }
            guard case .value(let value) = try item.constant(className).given else { continue }
            if isNote(keyword) {
                notes.append((keyword, try note(keyword, value)))
            } else {
                settings = try settings.replacing(keyword, value)
            }
        }
        return (settings, notes)
    }

    /// Settings and notes of a group.
    public func settings(of number: Int) throws(Failure) -> [(name: String, value: Value)] {
        let group = try group(number)
        return group.arguments.values.map { ($0.name, live($0.name) ?? $0.value) } + group.notes
    }

    /// Sets all that a text says.
    public func set(_ text: String, of number: Int) throws(Failure) {
        let (settings, notes) = try read(text, over: group(number).arguments)
        try check(settings)
        try replace(settings, of: number)
        for (name, value) in notes { try set(name, value, of: number) }
    }

    private func unknown(_ name: String) -> Failure {
        .argument(
            operation: className,
            "there is no setting '\(name.shortened)'; there are: \(initial.values.map(\.name).joined(separator: ", "))")
    }

    /// Looks which operations a step of the settings has, and has programs recorded anew where they are others.
    func findStructure() {
        let found = groups.flatMap { structure($0.arguments) }
        if found != form.structure { Conditions.changed() }
        form.structure = found
    }

    /// What recording a step depends on: settings that are no real numbers, and which numbers are 0. A rate of 0 is a
    /// number like any other.
    private func structure(_ settings: Arguments) -> [Value] {
        settings.values.compactMap { name, value in
            guard !Parameter.ofImplementations.contains(name), name != rateName else { return nil }
            switch value {
            case .real(let number): return .flag(number == 0)
            case .list: return nil
            default: return value
            }
        }
    }

    private func numbers(_ settings: Arguments) -> [(name: String, value: Double)] {
        settings.values.compactMap { name, value in value.real.map { (name, $0) } } + derived(settings)
    }

    func number(_ name: String, _ group: Int) -> Double { groups[group].arguments.value(name)?.real ?? 0 }
    func flag(_ name: String, _ group: Int) -> Bool { groups[group].arguments.value(name)?.flag ?? false }

    /// A number of a group (or what is derived from its settings) as a 0-d tensor.
    func box(_ name: String, _ group: Int, _ given: DType) throws(Failure) -> Tensor {
        // Beside parameters of 16 bits numbers keep the digits of float32.
        let dtype = given.arithmetic
        if let box = groups[group].boxes[name]?[dtype] { return box }
        guard let value = numbers(groups[group].arguments).first(where: { $0.name == name })?.value else {
            throw .internal(operation: className, "no setting gives '\(name)'")
        }
        let box = try constant(dtype, value)
        groups[group].boxes[name, default: [:]][dtype] = box
        return box
    }

    /// Boxes belong to the time outside of capture blocks, so that a program reads them anew at each run.
    private func constant(_ dtype: DType, _ value: Double) throws(Failure) -> Tensor {
        try Tensor.outsideCapture { () throws(Failure) in
            try Tensor(dtype: dtype, shape: []) { (memory) throws(Failure) in dtype.store(value, memory) }
        }
    }

    /// The gradient to go down: turned round with `maximize`; with `weight_decay` times the parameter, unless the decay
    /// is taken apart from it.
    func descent(_ stepping: Stepping, isDecoupled: Bool = false) throws(Failure) -> Tensor {
        let group = stepping.group
        let g = flag("maximize", group) ? try stepping.gradient.applying(.negative) : stepping.gradient
        if isDecoupled || number("weight_decay", group) == 0 { return g }
        return try g + box("weight_decay", group, stepping.dtype) * stepping.parameter
    }

    /// The parameter times 1 - lr weight_decay, which `derived` gives as "kept".
    func decayed(_ stepping: Stepping) throws(Failure) -> Tensor {
        if number("weight_decay", stepping.group) == 0 { return stepping.parameter }
        return try stepping.parameter * box("kept", stepping.group, stepping.dtype)
    }
}

extension Arguments {
    /// A number of settings, for what follows from them.
    func realOrZero(_ name: String) -> Double { value(name)?.real ?? 0 }

    /// 1 - lr weight_decay.
    var kept: (name: String, value: Double) { ("kept", 1 - realOrZero("lr") * realOrZero("weight_decay")) }

    /// "beta1", "beta2", and what is left of them to 1.
    var betas: [(name: String, value: Double)] {
        let betas = (try? reals("betas")) ?? [0, 0]
        return [("beta1", betas[0]), ("beta2", betas[1]), ("rest1", 1 - betas[0]), ("rest2", 1 - betas[1])]
    }
}

extension Parameter {
    static let rate = "learning rate"
    static let addedDecay = "added to the gradient, times the parameter"
    static let decoupledDecay = "the parameter is first multiplied by 1 - lr weight_decay"

    static func betas(_ one: Double, _ two: Double) -> Parameter {
        Parameter(
            "betas", .tuple(.real, count: 2), .list([.real(one), .real(two)]),
            "decays of the means of gradients and of their squares")
    }

    static let maximize = Parameter(
        "maximize", .flag, .flag(false), "go up the gradient in place of down")
    static let eps = Parameter("eps", .real, .real(1e-8), "added to the root")

    /// Arguments that choose among PyTorch's implementations of one formula. Here there is one.
    static let ofImplementations = ["foreach", "fused", "capturable", "differentiable"]

    /// One of these.
    static func ofImplementation(_ name: String) -> Parameter {
        let isOptional = name == "foreach" || name == "fused"
        return Parameter(
            name, isOptional ? .optional(.flag) : .flag, isOptional ? Value.none : .flag(false),
            "taken as PyTorch takes it; changes nothing")
    }

    static let foreach = ofImplementation("foreach")
    static let fused = ofImplementation("fused")
    static let capturable = ofImplementation("capturable")
    static let differentiable = ofImplementation("differentiable")
}
