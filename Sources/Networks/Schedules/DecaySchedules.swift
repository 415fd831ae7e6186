import Engine
import Glibc

public final class StepLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "StepLR",
        [
            Parameter("step_size", .integer, "epochs from one decay to the next"),
            Parameter("gamma", .real, .real(0.1), "factor of the rate"), .lastEpoch,
        ], inputs: [], outputs: [], "The rate times gamma every step_size epochs.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("step_size", integer("step_size") >= 1, "1 or more")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        lastEpoch == 0 || lastEpoch % integer("step_size") != 0 ? rate : rate * real("gamma")
    }

    override func closed(_ group: Int) -> Double? {
        initialRates[group] * pow(real("gamma"), Double(lastEpoch.floorDivided(by: integer("step_size"))))
    }
}

public final class MultiStepLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "MultiStepLR",
        [
            Parameter("milestones", .tuple(.integer, count: nil), "epochs at which the rate decays"),
            Parameter("gamma", .real, .real(0.1), "factor of the rate"), .lastEpoch,
        ], inputs: [], outputs: [], "The rate times gamma at each milestone.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    private var milestones: [Int] { arguments.optionalIntegers("milestones") ?? [] }

    override func next(_ rate: Double, _ group: Int) -> Double {
        let times = milestones.filter { $0 == lastEpoch }.count
        return times == 0 ? rate : rate * pow(real("gamma"), Double(times))
    }

    override func closed(_ group: Int) -> Double? {
        initialRates[group] * pow(real("gamma"), Double(milestones.filter { $0 <= lastEpoch }.count))
    }
}

public final class ExponentialLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "ExponentialLR",
        [Parameter("gamma", .real, "factor of the rate"), .lastEpoch], inputs: [], outputs: [],
        "The rate times gamma every epoch.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func next(_ rate: Double, _ group: Int) -> Double { isFirst ? rate : rate * real("gamma") }
    override func closed(_ group: Int) -> Double? { initialRates[group] * pow(real("gamma"), Double(lastEpoch)) }
}

public final class ConstantLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "ConstantLR",
        [
            Parameter("factor", .real, .real(1.0 / 3), "of the rate up to epoch total_iters"),
            Parameter("total_iters", .integer, .integer(5), "the epoch from which on it is the whole rate"), .lastEpoch,
        ], inputs: [], outputs: [], "A part of the rate up to epoch total_iters, then the whole rate.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("factor", real("factor") > 0 && real("factor") <= 1, "above 0 and up to 1")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        if lastEpoch == 0 { return rate * real("factor") }
        return lastEpoch == integer("total_iters") ? rate * (1 / real("factor")) : rate
    }

    override func closed(_ group: Int) -> Double? {
        let factor = real("factor")
        return initialRates[group] * (factor + (lastEpoch >= integer("total_iters") ? 1 : 0) * (1 - factor))
    }
}

public final class LinearLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "LinearLR",
        [
            Parameter("start_factor", .real, .real(1.0 / 3), "of the rate at first"),
            Parameter("end_factor", .real, .real(1), "of the rate from epoch total_iters on"),
            Parameter("total_iters", .integer, .integer(5), "epochs from the first factor to the last"), .lastEpoch,
        ], inputs: [], outputs: [],
        "A part of the rate that goes from start_factor to end_factor in equal steps: a warmup, or a decay.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("start_factor", real("start_factor") > 0 && real("start_factor") <= 1, "above 0 and up to 1")
        try require("end_factor", real("end_factor") >= 0 && real("end_factor") <= 1, "between 0 and 1")
        try require("total_iters", integer("total_iters") >= 0, "0 or more")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        let (start, end, total) = (real("start_factor"), real("end_factor"), Double(integer("total_iters")))
        if lastEpoch == 0 { return rate * start }
        if isFirst || Double(lastEpoch) > total { return rate }
        return rate * (1 + (end - start) / (total * start + Double(lastEpoch - 1) * (end - start)))
    }

    override func closed(_ group: Int) -> Double? {
        let (start, end, total) = (real("start_factor"), real("end_factor"), Double(integer("total_iters")))
        return initialRates[group] * (start + (end - start) * min(total, Double(lastEpoch)) / total)
    }
}

public final class PolynomialLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "PolynomialLR",
        [
            Parameter("total_iters", .integer, .integer(5), "epochs until the rate is 0"),
            Parameter("power", .real, .real(1), "of the polynomial"), .lastEpoch,
        ], inputs: [], outputs: [], "The rate times (1 - epoch / total_iters)^power, 0 from epoch total_iters on.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("total_iters", integer("total_iters") >= 1, "1 or more")
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        let (epoch, total) = (Double(lastEpoch), Double(integer("total_iters")))
        if isFirst || epoch > total { return rate }
        return rate * pow((1 - epoch / total) / (1 - (epoch - 1) / total), real("power"))
    }

    override func closed(_ group: Int) -> Double? {
        let total = Double(integer("total_iters"))
        return initialRates[group] * pow(1 - min(total, Double(lastEpoch)) / total, real("power"))
    }
}

extension Int {
    /// Towards minus infinity, as Python divides; `divisor` is above 0.
    func floorDivided(by divisor: Int) -> Int { (self - floorRemainder(by: divisor)) / divisor }

    func floorRemainder(by divisor: Int) -> Int {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
