import Engine
import Glibc

public final class CosineAnnealingLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "CosineAnnealingLR",
        [
            Parameter("T_max", .integer, "epochs from the rate to eta_min"),
            Parameter("eta_min", .real, .real(0), "the smallest rate"), .lastEpoch,
        ], inputs: [], outputs: [],
        """
        Half a wave of a cosine down to eta_min in T_max epochs, and up again (Loshchilov and Hutter 2017, without \
        restarts).

        eta_min + (rate - eta_min)(1 + cos(pi epoch / T_max)) / 2, each value computed from the one before.
        """)

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("T_max", (1...Schedule.most).contains(integer("T_max")), "1 or more")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        let (length, least, epoch) = (Double(integer("T_max")), real("eta_min"), Double(lastEpoch))
        if isFirst { return rate }
        if stepCount == 1, lastEpoch > 0 {
            return least + (initialRates[group] - least) * (1 + cos(epoch * .pi / length)) / 2
        }
        if (lastEpoch - 1 - integer("T_max")) % (2 * integer("T_max")) == 0 {
            return rate + (initialRates[group] - least) * (1 - cos(.pi / length)) / 2
        }
        return (1 + cos(.pi * epoch / length)) / (1 + cos(.pi * (epoch - 1) / length)) * (rate - least) + least
    }

    override func closed(_ group: Int) -> Double? {
        let least = real("eta_min")
        let wave = 1 + cos(.pi * Double(lastEpoch) / Double(integer("T_max")))
        return least + (initialRates[group] - least) * wave / 2
    }
}

public final class CosineAnnealingWarmRestarts: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "CosineAnnealingWarmRestarts",
        [
            Parameter("T_0", .integer, "epochs to the first restart"),
            Parameter("T_mult", .integer, .integer(1), "factor of the epochs to the next one"),
            Parameter("eta_min", .real, .real(0), "the smallest rate"), .lastEpoch,
        ], inputs: [], outputs: [],
        """
        Half a wave of a cosine down to eta_min, and again from the whole rate (Loshchilov and Hutter 2017).

        eta_min + (rate - eta_min)(1 + cos(pi T_cur / T_i)) / 2, T_cur epochs after a restart of T_i epochs. step \
        takes fractions of an epoch.
        """)
    private var position: Double
    private var length: Double

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        position = Double(arguments.optionalInteger("last_epoch") ?? -1)
        length = Double(arguments.optionalInteger("T_0") ?? 1)
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("T_0", integer("T_0") >= 1, "1 or more")
        try require("T_mult", integer("T_mult") >= 1, "1 or more")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        let least = real("eta_min")
        return least + (initialRates[group] - least) * (1 + cos(.pi * position / length)) / 2
    }

    public override func step(to epoch: Double?) throws(Failure) {
        try checkOutside()
        let before = (position, length, lastEpoch, stepCount)
        do throws(Failure) {
            let first = Double(integer("T_0"))
            if let epoch = epoch ?? (lastEpoch < 0 ? 0 : nil) {
                guard epoch.isFinite, epoch >= 0, epoch < 1e15 else {
                    throw .argument(operation: className, "an epoch from 0 is expected, but found \(epoch)")
                }
                if epoch < first {
                    (position, length) = (epoch, first)
                } else if integer("T_mult") == 1 {
                    position = fmod(epoch, first)
                } else {
                    let factor = Double(integer("T_mult"))
                    let restarts = (log(epoch / first * (factor - 1) + 1) / log(factor)).rounded(.down)
                    position = epoch - first * (pow(factor, restarts) - 1) / (factor - 1)
                    length = first * pow(factor, restarts)
                }
                lastEpoch = Int(epoch.rounded(.down))
            } else {
                lastEpoch += 1
                position += 1
                if position >= length {
                    position -= length
                    length *= Double(integer("T_mult"))
                }
            }
            try set(optimizer.groups.indices.map { next(0, $0) })
        } catch {
            (position, length, lastEpoch, stepCount) = before
            throw error
        }
    }

    override var ownState: [(name: String, value: Value)] {
        [("T_i", Schedule.number(length)), ("T_cur", Schedule.number(position))]
    }

    override func loadOwn(_ tree: StateTree) {
        length = tree.real("T_i") ?? length
        position = tree.real("T_cur") ?? position
    }
}

extension Schedule {
    /// A whole number where it is one, as PyTorch has it.
    static func number(_ value: Double) -> Value { Int64(exactly: value).map { .integer($0) } ?? .real(value) }
}
