import Engine

/// Schedules of others.
public class ComposedSchedule: Schedule {
    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
        guard !parts.isEmpty else {
            throw .argument(operation: className, "at least one schedule is expected, but schedulers is empty")
        }
        for (place, part) in parts.enumerated() where part.optimizer !== optimizer {
            throw .argument(operation: className, "schedule \(place) is one of another optimiser")
        }
    }
}

public final class SequentialLR: ComposedSchedule, RegisteredSchedule {
    public static let signature = Signature(
        "SequentialLR",
        [
            Parameter(Schedule.partsName, .schedules, "the schedules, one after the other"),
            Parameter("milestones", .tuple(.integer, count: nil), "epochs at which the next one begins"), .lastEpoch,
        ], inputs: [], outputs: [],
        "Schedules one after the other, each with epochs of its own: a warmup, say, and then a decay.")

    private var milestones: [Int] { arguments.optionalIntegers("milestones") ?? [] }

    override func checkArguments() throws(Failure) {
        guard milestones.count == parts.count - 1 else {
            throw .argument(
                operation: className,
                "\((parts.count - 1).counted("milestone")) expected between \(parts.count.counted("schedule")), but "
                    + "found \(milestones.count)")
        }
        guard milestones == milestones.sorted() else {
            throw .argument(operation: className, "milestones must rise, but are \(milestones)")
        }
        guard !parts.contains(where: \.takesMetric) else {
            throw .argument(operation: className, "a schedule that looks at a metric cannot be a part")
        }
    }

    override func begin() throws(Failure) {
        lastEpoch += 1
        // The parts have done their first steps when they were made. Only that of the first one counts.
        for group in optimizer.groups.indices {
            let first = try optimizer.setting("initial_lr", of: group)
            try optimizer.setFromSchedule(optimizer.rateName, first, of: group)
        }
        for part in parts { SequentialLR.undo(part) }
        let first = parts[place(at: 0)]
        try first.stepFirst()
        (initialRates, lastRates) = (first.initialRates, first.lastRates)
    }

    private func place(at epoch: Int) -> Int { milestones.filter { $0 <= epoch }.count }

    private static func undo(_ schedule: Schedule) {
        if schedule.parts.isEmpty { schedule.lastEpoch -= 1 }
        for part in schedule.parts { undo(part) }
    }

    override func stepFirst() throws(Failure) { try parts[place(at: 0)].stepFirst() }

    public override func step(to epoch: Double?) throws(Failure) {
        try checkOutside()
        guard epoch == nil else {
            throw .unsupported(operation: className, "it steps from epoch to epoch, and cannot be sent to one")
        }
        lastEpoch += 1
        do throws(Failure) {
            let place = place(at: lastEpoch)
            let part = parts[place]
            if place > 0, milestones[place - 1] == lastEpoch {
                try part.step(to: 0, counts: false)
            } else {
                try part.step()
            }
            lastRates = part.lastRates
        } catch {
            lastEpoch -= 1
            throw error
        }
    }
}

public final class ChainedScheduler: ComposedSchedule, RegisteredSchedule {
    public static let signature = Signature(
        "ChainedScheduler", [Parameter(Schedule.partsName, .schedules, "the schedules, all of one optimiser")],
        inputs: [], outputs: [], "Schedules that all step at each step, one on the rate of the other.")

    override func begin() throws(Failure) {
        initialRates = parts[0].initialRates
        lastRates = optimizer.groups.indices.map { optimizer.number(optimizer.rateName, $0) }
    }

    override func stepFirst() throws(Failure) {
        for part in parts { try part.stepFirst() }
        try begin()
    }

    public override func step(to epoch: Double?) throws(Failure) {
        try checkOutside()
        guard epoch == nil else {
            throw .unsupported(operation: className, "it steps from epoch to epoch, and cannot be sent to one")
        }
        for part in parts { try part.step() }
        try begin()
    }
}
