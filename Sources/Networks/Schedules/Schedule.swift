import Engine

/// A kind of schedule that the table lists.
public protocol RegisteredSchedule: Schedule {
    static var signature: Signature { get }
    init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure)
}

/// A line of the table.
public struct ScheduleKind {
    public let signature: Signature
    let make: (Arguments, Optimizer) throws(Failure) -> Schedule

    init<Made: RegisteredSchedule>(_ type: Made.Type) {
        signature = Made.signature
        make = { (arguments, optimizer) throws(Failure) in try Made(arguments, optimizer) }
    }
}

/// A function of the host's: a number for a group and an epoch.
public final class FactorFunction {
    let value: (_ group: Int, _ epoch: Int) throws(Failure) -> Double
    public init(_ value: @escaping (_ group: Int, _ epoch: Int) throws(Failure) -> Double) { self.value = value }
}

/// Schedules as one argument of another.
final class ScheduleList {
    let items: [Schedule]
    init(_ items: [Schedule]) { self.items = items }
}

/// Sets the learning rates of an optimiser's groups, step by step: PyTorch's learning-rate schedulers. Most kinds
/// compute a rate from the one that is there (`next`), so that several may act on one optimiser, and another hand may
/// change it between. Captured programs see the rates.
open class Schedule {
    public let optimizer: Optimizer
    public internal(set) var arguments: Arguments
    /// Steps done, from 0: PyTorch's last_epoch.
    public internal(set) var lastEpoch: Int
    var stepCount = 0
    /// The rates of the groups to begin with.
    public internal(set) var initialRates: [Double] = []
    /// The rates after the last step.
    public internal(set) var lastRates: [Double] = []
    /// The step in progress is that of making the schedule.
    private(set) var isFirst = false

    init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        (self.arguments, self.optimizer) = (arguments, optimizer)
        lastEpoch = arguments.optionalInteger("last_epoch") ?? -1
    }

    public var className: String { arguments.signature.name }

    // MARK: Making

    /// The schedule that an expression spells, such as `StepLR(step_size=30)` or
    /// `SequentialLR([LinearLR(total_iters=5), ExponentialLR(0.9)], milestones=[5])`. parts: what "schedulers" is where
    /// the text does not say it; factor: a function for kinds that take one.
    public static func make(
        _ text: String, _ optimizer: Optimizer, parts: [Schedule] = [], factor: FactorFunction? = nil
    ) throws(Failure) -> Schedule {
        guard !Capture.isOpen else {
            throw .state(
                operation: "schedule_create", "a schedule is made and stepped outside of captured functions")
        }
        return try make(Reader.call(text, operation: "schedule_create"), optimizer, parts, factor)
    }

    private static func make(
        _ call: Call, _ optimizer: Optimizer, _ parts: [Schedule], _ factor: FactorFunction?
    ) throws(Failure) -> Schedule {
        let operation = "schedule_create"
        guard let kind = Registry.schedules.first(where: { $0.signature.name == call.name }) else {
            let names = Registry.schedules.map { $0.signature.name }
            throw .argument(
                operation: operation, "column \(call.column): \(Registry.unknown("schedule", call.name, among: names))")
        }
        var items: [Arguments.Item] = []
        for (place, argument) in call.arguments.enumerated() {
            let name = argument.keyword ?? (place == 0 ? kind.signature.parameters.first?.name : nil)
            guard name == Schedule.partsName, kind.signature.place(of: Schedule.partsName) != nil else {
                items.append(try argument.constant(operation))
                continue
            }
            guard case .list(let terms) = argument.term.kind else {
                throw .argument(
                    operation: operation,
                    "column \(argument.term.column): schedulers takes a list of schedules, but found "
                        + "'\(argument.term.text.shortened)'")
            }
            var made: [Schedule] = []
            for term in terms {
                guard case .call(let inner) = term.kind else {
                    throw .argument(
                        operation: operation,
                        "column \(term.column): a schedule is expected, but found '\(term.text.shortened)'")
                }
                made.append(try make(inner, optimizer, [], nil))
            }
            items.append(Arguments.Item(.object(ScheduleList(made)), keyword: argument.keyword))
        }
        if !parts.isEmpty { items.append(Arguments.Item(.object(ScheduleList(parts)), keyword: Schedule.partsName)) }
        if let factor, let parameter = kind.signature.parameters.first(where: \.isFunction) {
            items.append(Arguments.Item(.object(factor), keyword: parameter.name))
        }
        do throws(Failure) {
            let schedule = try kind.make(Arguments(kind.signature, items), optimizer)
            try schedule.checkArguments()
            try schedule.begin()
            optimizer.attach(schedule)
            for part in schedule.parts { optimizer.detach(part) }
            return schedule
        } catch {
            throw error.at(column: call.column)
        }
    }

    static let partsName = "schedulers"

    /// Schedules that this one steps.
    public var parts: [Schedule] { (arguments.object(Schedule.partsName) as? ScheduleList)?.items ?? [] }

    /// Notes the rates to begin with, and sets the first ones.
    func begin() throws(Failure) {
        try noteInitialRates()
        try stepFirst()
    }

    /// What a group began with is noted with it, where a schedule before has not done so.
    func noteInitialRates() throws(Failure) {
        for number in optimizer.groups.indices {
            if let known = try? optimizer.setting("initial_lr", of: number).real {
                initialRates.append(known)
                continue
            }
            guard lastEpoch == -1 else {
                throw .argument(
                    operation: className,
                    "a schedule that goes on (last_epoch \(lastEpoch)) needs 'initial_lr' in each group, but group "
                        + "\(number) has none")
            }
            let rate = optimizer.number(optimizer.rateName, number)
            try optimizer.set("initial_lr", .real(rate), of: number)
            initialRates.append(rate)
        }
    }

    func stepFirst() throws(Failure) {
        isFirst = true
        defer { isFirst = false }
        stepCount = 0
        try step()
    }

    // MARK: Steps

    /// The next rate of a group, whose rate is `rate` now. `lastEpoch` is already the new one.
    func next(_ rate: Double, _ group: Int) throws(Failure) -> Double { rate }

    /// The rate at `lastEpoch` whatever it was before; nil where there is no such form.
    func closed(_ group: Int) throws(Failure) -> Double? { nil }

    public func step() throws(Failure) { try step(to: nil) }

    /// The rates of `epoch`, or (nil) of the next one.
    public func step(to epoch: Double?) throws(Failure) {
        try checkOutside()
        try step(to: epoch, counts: true)
    }

    /// counts: whether it is one of the schedule's own steps, and not the beginning of a part in another.
    func step(to epoch: Double?, counts: Bool) throws(Failure) {
        let before = (lastEpoch, stepCount)
        do throws(Failure) {
            if counts { stepCount += 1 }
            if let epoch { lastEpoch = try whole(epoch) } else { lastEpoch += 1 }
            var rates: [Double] = []
            for group in optimizer.groups.indices {
                if epoch != nil, let rate = try closed(group) {
                    rates.append(rate)
                } else {
                    rates.append(try next(optimizer.number(optimizer.rateName, group), group))
                }
            }
            try set(rates)
        } catch {
            (lastEpoch, stepCount) = before
            throw error
        }
    }

    /// After a step of kinds that look at how training goes.
    public func step(metric: Double) throws(Failure) {
        throw .unsupported(operation: className, "it does not look at a metric; call step without one")
    }

    /// Whether steps need a metric.
    public var takesMetric: Bool { false }

    func checkOutside() throws(Failure) {
        guard !Capture.isOpen else {
            throw .state(
                operation: className, "a schedule steps outside of captured functions; the programs see the rates")
        }
        guard takesMetric || initialRates.count == optimizer.groups.count else {
            throw .state(
                operation: className,
                "the schedule was made for \(initialRates.count.counted("group")), but the optimiser has "
                    + "\(optimizer.groups.count) now")
        }
    }

    /// The most that a number of epochs may be, so that sums of them are whole numbers too.
    static let most = 1 << 60

    func whole(_ epoch: Double) throws(Failure) -> Int {
        guard epoch.isFinite, abs(epoch) < 1e15 else {
            throw .argument(operation: className, "an epoch is expected, but found \(epoch)")
        }
        return Int(epoch.rounded(.down))
    }

    /// Sets the rates of all groups, or none.
    func set(_ rates: [Double]) throws(Failure) {
        for (group, rate) in rates.enumerated() where !rate.isFinite {
            throw .argument(
                operation: className, "the rate of group \(group) would be \(rate) at epoch \(lastEpoch)")
        }
        for (group, rate) in rates.enumerated() {
            try optimizer.setFromSchedule(optimizer.rateName, .real(rate), of: group)
        }
        lastRates = rates
    }

    // MARK: Arguments

    /// Throws unless the arguments are in their ranges.
    func checkArguments() throws(Failure) {}

    func real(_ name: String) -> Double { arguments.value(name)?.real ?? 0 }
    func integer(_ name: String) -> Int { arguments.optionalInteger(name) ?? 0 }
    func flag(_ name: String) -> Bool { arguments.value(name)?.flag ?? false }

    /// A number for each group: one for all, or a list with one each.
    func each(_ name: String) throws(Failure) -> [Double] {
        let count = optimizer.groups.count
        guard let value = arguments.value(name) else { return [] }
        if let one = value.real { return Array(repeating: one, count: count) }
        let list = value.list?.compactMap(\.real) ?? []
        guard list.count == count else {
            throw .argument(
                operation: className,
                "\(name) takes a number, or one for each group: \(count), but found \(list.count)")
        }
        return list
    }

    func require(_ name: String, _ holds: Bool, _ wanted: String) throws(Failure) {
        guard !holds else { return }
        throw .argument(
            operation: className,
            "\(name) must be \(wanted), but is \(arguments.value(name)?.literal ?? "missing")")
    }

    func function(_ name: String) throws(Failure) -> FactorFunction {
        guard let function = arguments.object(name) as? FactorFunction else {
            throw .argument(operation: className, "\(name) takes a function, which a text cannot spell")
        }
        return function
    }

    // MARK: State

    /// What a kind remembers besides, under PyTorch's names.
    var ownState: [(name: String, value: Value)] { [] }
    func loadOwn(_ tree: StateTree) {}

    static func list(_ numbers: [Double]) -> Value { .list(numbers.map { .real($0) }) }
}

extension Parameter {
    var isFunction: Bool {
        switch type {
        case .function: return true
        case .optional(.function): return true
        default: return false
        }
    }

    static let lastEpoch = Parameter(
        "last_epoch", .integer, .integer(-1), "the epoch to go on from; -1 for the beginning")

    /// A number, or one for each group.
    static func each(_ name: String, _ initial: Value?, _ documentation: String) -> Parameter {
        Parameter(name, .either([.real, .tuple(.real, count: nil)]), initial, documentation)
    }

    static func each(_ name: String, _ documentation: String) -> Parameter { each(name, nil, documentation) }
}

extension Optimizer {
    /// A setting as a schedule computes it: it may be some rounding below 0.
    func setFromSchedule(_ name: String, _ value: Value, of group: Int) throws(Failure) {
        try replace(groups[group].arguments.replacing(name, value), of: group)
    }

    /// The setting that a schedule of momenta changes: "momentum", or the first of "betas".
    var momentumName: String? {
        ["betas", "momentum"].first { initial.signature.place(of: $0) != nil }
    }

    func setMomentum(_ momentum: Double, of group: Int) throws(Failure) {
        guard let name = momentumName else { return }
        guard name == "betas" else { return try setFromSchedule(name, .real(momentum), of: group) }
        let rest = groups[group].arguments.value(name)?.list?.dropFirst() ?? []
        try setFromSchedule(name, .list([.real(momentum)] + rest), of: group)
    }
}
