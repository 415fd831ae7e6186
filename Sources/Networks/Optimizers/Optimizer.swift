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

/// A change that a step makes: a box, and the value that it gets.
typealias Change = (tensor: Tensor, value: Tensor)

/// Updates parameters from their collected gradients. Parameters are in groups, each with settings of its own
/// (PyTorch's param_groups; OptimizerSettings.swift). Settings that are numbers are 0-d boxes in the graph, so that
/// captured programs see them change; state (momenta) are boxes too (OptimizerBoxes.swift), updated in place together
/// with the parameters, all in one plan.
open class Optimizer {
    /// Some of the parameters, with their settings.
    public struct Group {
        /// Places in `parameters`.
        public internal(set) var places: Range<Int>
        public internal(set) var arguments: Arguments
        /// What schedules keep with a group, such as "initial_lr".
        public internal(set) var notes: [(name: String, value: Value)] = []
        /// Settings, and what follows from them, as 0-d tensors by name and dtype.
        var boxes: [String: [DType: Tensor]] = [:]
    }

    public internal(set) var parameters: [Tensor] = []
    public internal(set) var groups: [Group] = []
    /// What a new group has where it does not say otherwise.
    let initial: Arguments
    /// State of each parameter, by name, in order of creation.
    var arrays: [[(name: String, tensor: Tensor)]] = []
    /// The cohort of each parameter that has stepped.
    var cohorts: [Cohort?] = []
    /// What captured programs depend on.
    let form = Form()
    /// The step captured, and what it was captured for.
    private var program: Program?
    private var lastForm: StepForm?
    private var attached: [AttachedSchedule] = []

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

    /// All state in order, with the place of the parameter that it belongs to; nil where it is of all together.
    func laidOut() -> [(place: Int?, name: String, tensor: Tensor)] {
        parameters.indices.flatMap { place in ownState(place).map { (place, $0.name, $0.tensor) } }
    }

    /// The setting that is the learning rate.
    var rateName: String { "lr" }
    /// The value of a setting that is kept elsewhere than among the settings.
    func live(_ name: String) -> Value? { nil }
    /// Called when a group has got other settings.
    func didReplace(_ settings: Arguments, of place: Int) throws(Failure) {}
    /// Whether a state may have that dtype in a checkpoint.
    func takes(_ dtype: DType, for name: String) -> Bool { dtype.isFloat }

    /// Whether a state of that name may have that shape.
    func fits(_ name: String, _ shape: Shape) -> Bool {
        if name == "step" || split(name, countNames) != nil, shape == [] { return true }
        return split(name, stateNames).map { parameters[$0.place].shape == shape } ?? false
    }

    /// Whether it may have several groups.
    var takesGroups: Bool { true }
    /// State of a parameter by name: what is counted first. What counts for several parameters is one tensor.
    func ownState(_ place: Int) -> [(name: String, tensor: Tensor)] { (cohorts[place]?.counts ?? []) + arrays[place] }
    /// Takes over a whole state, which fits.
    func loadState(_ given: [(name: String, tensor: Tensor)]) throws(Failure) { try loadBoxes(given) }

    // MARK: Groups

    /// Adds a group. `text` has settings that differ from those the optimiser was made with: `lr=0.01, weight_decay=0`.
    public func addGroup(_ parameters: [Tensor], _ text: String?) throws(Failure) {
        let (settings, notes) = try read(text ?? "", over: initial)
        try add(parameters, settings)
        groups[groups.count - 1].notes = notes
    }

    /// Frozen parameters, which require no gradient, keep their place and are left alone until they have one.
    private func add(_ given: [Tensor], _ settings: Arguments) throws(Failure) {
        guard takesGroups || groups.isEmpty else {
            throw .unsupported(operation: className, "it steps all parameters together, and has one group of them")
        }
        var seen = Set(parameters.map { ObjectIdentifier($0) })
        for (place, parameter) in given.enumerated() {
            guard parameter.dtype.isFloat, parameter.isLeaf else {
                throw .argument(operation: className, "parameter \(place) is not a float leaf")
            }
            guard seen.insert(ObjectIdentifier(parameter)).inserted else {
                throw .argument(operation: className, "parameter \(place) is given twice")
            }
            try check(parameter, place: place)
        }
        guard !given.isEmpty else { throw .argument(operation: className, "there are no parameters to optimise") }
        try check(settings)
        groups.append(Group(places: parameters.count..<parameters.count + given.count, arguments: settings))
        parameters += given
        arrays += Array(repeating: [], count: given.count)
        cohorts += Array(repeating: nil, count: given.count)
        forgetProgram()
        form.count = parameters.count
        Conditions.changed()
        findStructure()
    }

    /// Throws unless a parameter is one that this kind of optimiser can step.
    func check(_ parameter: Tensor, place: Int) throws(Failure) {}

    /// Throws unless the settings are in their ranges.
    func check(_ settings: Arguments) throws(Failure) { try checkNumbers(settings) }

    /// Numbers that follow from a group's settings, by name; and elements of those that are tuples.
    func derived(_ settings: Arguments) -> [(name: String, value: Double)] { [] }

    // MARK: What programs depend on

    /// What recording depends on. The program of an optimiser's own step keeps this object, and so not the optimiser,
    /// which would never go.
    final class Form {
        var count = 0
        /// Settings that say which operations a step has, and which numbers are 0.
        var structure: [Value] = []
        /// Goes on when boxes of the state are exchanged for others.
        var version = 0
        /// What the removal of gradients depends on: less than a step does.
        let roster = Roster()
    }

    final class Roster {}

    private struct StepCondition: Equatable {
        let count: Int
        let structure: [Value]
        let version: Int
    }

    /// In a capture block, notes that what is recorded depends on the groups and on which settings are 0.
    private func noteInCapture() {
        Capture.note(form) { [unowned form] in
            StepCondition(count: form.count, structure: form.structure, version: form.version)
        }
    }

    /// The next step is recorded anew.
    func forgetProgram() { (program, lastForm) = (nil, nil) }

    // MARK: Steps

    /// Numbers that the parameters of a cohort share in this step (`Cohort.share`), computed once; and what is counted.
    func prepare(_ cohort: Cohort) throws(Failure) -> [Change] { [] }

    /// New values of a parameter and its state.
    func update(_ stepping: Stepping) throws(Failure) -> [Change] { [] }

    /// New values of all parameters that take part in a step, and their state.
    func updates(_ stepping: [Stepping]) throws(Failure) -> [Change] {
        var changes: [Change] = []
        for one in stepping { changes += try update(one) }
        return changes
    }

    /// Updates all parameters that have a gradient, in place.
    public func step() throws(Failure) {
        if Capture.isOpen || Anomalies.isWatching {
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

    /// Computes a loss and its gradients by `closure`, as often as this kind of optimiser asks for, and steps. The
    /// value is the first loss.
    public func step(_ closure: () throws(Failure) -> Double) throws(Failure) -> Double {
        let loss = try ThreadState.withGrad(true) { () throws(Failure) in try closure() }
        try step()
        return loss
    }

    /// What the graph of a step depends on besides the optimiser's kind: parameters that have gradients, dtypes, and
    /// the structure of the settings.
    private struct StepForm: Equatable {
        let places: [Int]
        private let dtypes: [DType]
        private let structure: [Value]

        init(_ optimizer: Optimizer) {
            places = optimizer.parameters.indices.filter { optimizer.parameters[$0].hasGradient }
            dtypes = places.map { optimizer.parameters[$0].dtype }
            structure = optimizer.form.structure
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
    private func record() throws(Failure) {
        try ThreadState.withGrad(false) { () throws(Failure) in
            var gradients: [(place: Int, group: Int, gradient: Tensor)] = []
            for (number, group) in groups.enumerated() {
                for place in group.places {
                    guard let gradient = try parameters[place].gradient() else { continue }
                    gradients.append((place, number, gradient))
                }
            }
            try formCohorts(gradients.map { ($0.place, $0.group) })
            noteInCapture()
            if gradients.isEmpty { return }
            var (stepping, together): ([Stepping], [Cohort]) = ([], [])
            for (place, group, gradient) in gradients {
                guard let cohort = cohorts[place] else { continue }
                if !together.contains(where: { $0 === cohort }) { together.append(cohort) }
                stepping.append(
                    Stepping(
                        place: place, group: group, parameter: parameters[place], gradient: gradient, cohort: cohort))
            }
            defer { for cohort in together { cohort.endStep() } }
            var changes: [Change] = []
            for cohort in together { changes += try prepare(cohort) }
            changes += try updates(stepping)
            try Tensor.update(changes)
        }
    }

    public func zeroGrad() throws(Failure) {
        Capture.note(form.roster) { [unowned form] in form.count }
        for parameter in parameters { try parameter.setGradient(nil) }
    }

    // MARK: Schedules

    /// One that is not kept alive.
    private struct AttachedSchedule { weak var schedule: Schedule? }

    /// The schedules of this optimiser that are in use, in order of creation: a checkpoint of it has theirs too.
    public var schedules: [Schedule] { attached.compactMap(\.schedule) }

    func attach(_ schedule: Schedule) {
        attached.removeAll { $0.schedule == nil }
        attached.append(AttachedSchedule(schedule: schedule))
    }

    /// One that is a part of another from now on.
    func detach(_ schedule: Schedule) { attached.removeAll { $0.schedule == nil || $0.schedule === schedule } }
}
