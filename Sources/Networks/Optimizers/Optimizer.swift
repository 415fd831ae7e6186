import Engine

/// A kind of optimiser that the table lists.
public protocol RegisteredOptimizer: Optimizer {
    static var signature: Signature { get }
    init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure)
}

/// A line of the table.
public struct OptimizerKind {
    public let signature: Signature
    let make: (Arguments, [Tensor]) throws(Failure) -> Optimizer

    init<Made: RegisteredOptimizer>(_ type: Made.Type) {
        signature = Made.signature
        make = { (arguments, parameters) throws(Failure) in try Made(arguments, parameters) }
    }
}

/// Updates parameters from their collected gradients. Parameters are in groups, each with settings of its own
/// (PyTorch's param_groups). Settings that are numbers are 0-d boxes in the graph, so that captured programs see them
/// change; state (momenta) are boxes too, updated in place together with the parameters, all in one plan.
open class Optimizer {
    /// Some of the parameters, with their settings.
    public struct Group {
        /// Places in `parameters`.
        public fileprivate(set) var places: Range<Int>
        public fileprivate(set) var arguments: Arguments
        /// Settings, and what follows from them, as 0-d tensors by name and dtype.
        fileprivate var boxes: [String: [DType: Tensor]] = [:]
    }

    public private(set) var parameters: [Tensor] = []
    public private(set) var groups: [Group] = []
    /// What a new group has where it does not say otherwise.
    private let initial: Arguments
    /// State by name ("0.exp_avg", "step"), in order of creation.
    public private(set) var state: [(name: String, tensor: Tensor)] = []
    /// What captured programs depend on.
    private let form = Form()
    /// The step captured, and what it was captured for.
    private var program: Program?
    private var lastForm: StepForm?

    init(settings: Arguments, _ parameters: [Tensor]) throws(Failure) {
        initial = settings
        try add(parameters, settings)
    }

    /// The optimiser that an expression spells, such as `AdamW(lr=1e-3, betas=(0.9, 0.95))`.
    public static func make(_ text: String, _ parameters: [Tensor]) throws(Failure) -> Optimizer {
        let operation = "optimizer_create"
        let call = try Reader.call(text, operation: operation)
        guard let kind = Registry.optimizers.first(where: { $0.signature.name == call.name }) else {
            let names = Registry.optimizers.map { $0.signature.name }
            throw .argument(
                operation: operation, "column \(call.column): \(Registry.unknown("optimiser", call.name, among: names))"
            )
        }
        let items = try call.arguments.map { (argument) throws(Failure) in try argument.constant(operation) }
        do throws(Failure) {
            return try kind.make(Arguments(kind.signature, items), parameters)
        } catch {
            throw error.at(column: call.column)
        }
    }

    public var className: String { initial.signature.name }
    /// What there is of state for a parameter: arrays of its shape.
    open var stateNames: [String] { [] }
    /// And single numbers.
    open var countNames: [String] { [] }
    /// The arrays of a checkpoint, with what an older form of it lacks.
    func completed(_ arrays: [(name: String, tensor: Tensor)]) throws(Failure) -> [(name: String, tensor: Tensor)] {
        arrays
    }

    // MARK: Groups

    /// Adds a group. `text` has settings that differ from those the optimiser was made with: `lr=0.01, weight_decay=0`.
    public func addGroup(_ parameters: [Tensor], _ text: String?) throws(Failure) {
        var settings = initial
        var named: Set<String> = []
        for item in try Reader.arguments(text ?? "", operation: className) {
            guard let keyword = item.keyword else {
                throw .argument(
                    operation: className, "column \(item.term.column): a setting is expected by its name, as in lr=0.1")
            }
            guard named.insert(keyword).inserted else {
                throw .argument(operation: className, "column \(item.term.column): '\(keyword)' is given twice")
            }
            guard case .value(let value) = try item.constant(className).given else { continue }
            settings = try settings.replacing(keyword, value)
        }
        try add(parameters, settings)
    }

    /// Frozen parameters, which require no gradient, keep their place and are left alone until they have one.
    private func add(_ given: [Tensor], _ settings: Arguments) throws(Failure) {
        var seen = Set(parameters.map { ObjectIdentifier($0) })
        for (place, parameter) in given.enumerated() {
            guard parameter.dtype.isFloat, parameter.isLeaf else {
                throw .argument(operation: className, "parameter \(place) is not a float leaf")
            }
            guard seen.insert(ObjectIdentifier(parameter)).inserted else {
                throw .argument(operation: className, "parameter \(place) is given twice")
            }
        }
        guard !given.isEmpty else { throw .argument(operation: className, "there are no parameters to optimise") }
        try check(settings)
        groups.append(Group(places: parameters.count..<parameters.count + given.count, arguments: settings))
        parameters += given
        lastForm = nil
        form.count = parameters.count
        Conditions.changed()
        findZeros()
    }

    // MARK: Settings

    /// Numbers that follow from a group's settings, by name; and elements of those that are tuples.
    func derived(_ settings: Arguments) -> [(name: String, value: Double)] { [] }

    /// Throws unless the settings are in their ranges.
    func check(_ settings: Arguments) throws(Failure) {
        for (name, value) in settings.values {
            if name == "betas" {
                for beta in value.list ?? [] where !(0..<1).contains(beta.real ?? -1) {
                    throw .argument(operation: className, "\(name) must be in [0, 1), but are \(value.literal)")
                }
            } else if let number = value.real, !number.isFinite || number < 0 {
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
        guard let value = try group(number).arguments.value(name) else { throw unknown(name) }
        return value
    }

    /// Sets a setting of one group, or (nil) of all. Captured programs see it.
    public func set(_ name: String, _ value: Value, of number: Int?) throws(Failure) {
        if let number { _ = try group(number) }
        guard let parameter = initial.signature.parameters.first(where: { $0.name == name }) else {
            throw unknown(name)
        }
        let chosen = number.map { [$0] } ?? Array(groups.indices)
        var changed: [Arguments] = []
        for place in chosen {
            let settings = try groups[place].arguments.replacing(name, value)
            if case .flag = parameter.type, settings.value(name) != groups[place].arguments.value(name) {
                throw .argument(
                    operation: className,
                    "\(name) says what kind of step it is, and cannot be changed; make another optimiser")
            }
            try check(settings)
            changed.append(settings)
        }
        defer { findZeros() }
        for (place, settings) in zip(chosen, changed) {
            groups[place].arguments = settings
            for (name, value) in numbers(settings) {
                for (dtype, box) in groups[place].boxes[name] ?? [:] {
                    try box.write { (memory) throws(Failure) in Optimizer.store(value, dtype, memory) }
                }
            }
        }
    }

    private func unknown(_ name: String) -> Failure {
        .argument(
            operation: className,
            "there is no setting '\(name.shortened)'; there are: \(initial.values.map(\.name).joined(separator: ", "))")
    }

    private func findZeros() {
        let found = groups.flatMap { group in group.arguments.values.map { $0.value.real == 0 } }
        if found != form.zeros { Conditions.changed() }
        form.zeros = found
    }

    /// In a capture block, notes that what is recorded depends on the groups and on which settings are 0.
    private func noteInCapture() {
        Capture.note(form) { [unowned form] in StepCondition(count: form.count, zeros: form.zeros) }
    }

    /// What recording depends on. The program of an optimiser's own step keeps this object, and so not the optimiser,
    /// which would never go.
    private final class Form {
        var count = 0
        var zeros: [Bool] = []
    }

    private struct StepCondition: Equatable {
        let count: Int
        let zeros: [Bool]
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
            try Tensor(dtype: dtype, shape: []) { (memory) throws(Failure) in Optimizer.store(value, dtype, memory) }
        }
    }

    private static func store(_ value: Double, _ dtype: DType, _ memory: UnsafeMutableRawPointer) {
        dtype.store(value, memory)
    }

    // MARK: State

    func hasState(_ name: String) -> Bool { state.contains { $0.name == name } }

    /// The state of that name, at first `initially` everywhere.
    func state(_ name: String, _ shape: Shape, _ dtype: DType, initially: Double = 0) throws(Failure) -> Tensor {
        if let found = state.first(where: { $0.name == name })?.tensor {
            guard found.shape == shape else {
                throw .structure(
                    operation: className, "state '\(name)' has shape \(found.shape), but its parameter has \(shape)")
            }
            if found.dtype == dtype { return found }
            // Also for a block that is open: what it reads has the parameter's dtype from its first run on.
            try Tensor.outsideCapture { () throws(Failure) in try found.become(found.cast(dtype)) }
            return found
        }
        let fresh = try Tensor.outsideCapture { () throws(Failure) in
            let values = try Tensor.full(shape, initially, dtype)
            try Tensor.evaluate([values])
            return values
        }
        state.append((name, fresh))
        return fresh
    }

    /// Takes over a state that a checkpoint brought, in a box of its own: the tree may be that of an optimiser that
    /// goes on stepping.
    public func restore(_ name: String, _ tensor: Tensor) throws(Failure) {
        lastForm = nil
        if let found = state.first(where: { $0.name == name })?.tensor {
            try found.become(tensor)
        } else {
            state.append((name, try tensor.detach()))
        }
    }

    // MARK: Steps

    /// New values of a parameter and its state, given its gradient.
    func update(_ place: Int, _ group: Int, _ parameter: Tensor, _ gradient: Tensor) throws(Failure) -> [(
        tensor: Tensor, value: Tensor
    )] { [] }

    /// What all parameters of a group and a dtype share in this step; computed once.
    func prepare(_ kinds: [StepKind]) throws(Failure) -> [(tensor: Tensor, value: Tensor)] { [] }

    struct StepKind: Hashable {
        let group: Int
        let dtype: DType
    }

    /// Updates all parameters that have a gradient, in place.
    public func step() throws(Failure) {
        if Capture.isOpen {
            try record()
            return
        }
        let form = StepForm(self)
        if form.places.isEmpty { return }
        guard form == lastForm else {
            // The first step of a form makes the state that it needs, and so is done by itself.
            (lastForm, program) = (form, nil)
            try record()
            return
        }
        if try program?.runIfCurrent(arguments: { _ in nil }, results: { _ in nil }) == true { return }
        let program = try capturedStep()
        self.program = program
        try program.run(arguments: { _ in nil }, results: { _ in nil })
    }

    /// What the graph of a step depends on besides the optimiser's kind: parameters that have gradients, dtypes, and
    /// which settings are 0.
    private struct StepForm: Equatable {
        let places: [Int]
        private let dtypes: [DType]
        private let isZero: [Bool]

        init(_ optimizer: Optimizer) {
            places = optimizer.parameters.indices.filter { optimizer.parameters[$0].hasGradient }
            dtypes = places.map { optimizer.parameters[$0].dtype }
            isZero = optimizer.form.zeros
        }
    }

    /// Steps follow each other, so that a step is captured once and then only run.
    private func capturedStep() throws(Failure) -> Program {
        try Capture.begin([])
        do throws(Failure) {
            try record()
            return try Capture.end([])
        } catch {
            try? Capture.cancel()
            throw error
        }
    }

    /// One step as operations.
    func record() throws(Failure) {
        noteInCapture()
        try ThreadState.withGrad(false) { () throws(Failure) in
            var withGradient: [(place: Int, kind: StepKind, gradient: Tensor)] = []
            for (number, group) in groups.enumerated() {
                for place in group.places {
                    guard let gradient = try parameters[place].gradient() else { continue }
                    withGradient.append((place, StepKind(group: number, dtype: parameters[place].dtype), gradient))
                }
            }
            if withGradient.isEmpty { return }
            var kinds: [StepKind] = []
            for (_, kind, _) in withGradient where !kinds.contains(kind) { kinds.append(kind) }
            var pairs = try prepare(kinds)
            for (place, kind, gradient) in withGradient {
                pairs += try update(place, kind.group, parameters[place], gradient)
            }
            try Tensor.update(pairs)
        }
    }

    public func zeroGrad() throws(Failure) {
        noteInCapture()
        for parameter in parameters { try parameter.setGradient(nil) }
    }
}
