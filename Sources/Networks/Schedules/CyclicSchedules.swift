import Engine
import Glibc

/// Schedules that take the momentum along: high where the rate is low.
public class MomentumCycling: Schedule {
    /// Throws unless the optimiser has a momentum, or betas. Notes and sets what it begins with.
    func beginMomentum() throws(Failure) {
        guard flag("cycle_momentum") else { return }
        guard optimizer.momentumName != nil else {
            throw .argument(
                operation: className,
                "an optimiser with momentum or betas is expected where cycle_momentum is True, but "
                    + "\(optimizer.className) has neither")
        }
        guard lastEpoch == -1 else { return }
        let (low, high) = (try each("base_momentum"), try each("max_momentum"))
        for group in optimizer.groups.indices {
            try checkMomentum(low[group])
            try checkMomentum(high[group])
            try optimizer.setMomentum(high[group], of: group)
            try optimizer.set("max_momentum", .real(high[group]), of: group)
            try optimizer.set("base_momentum", .real(low[group]), of: group)
        }
    }

    private func checkMomentum(_ value: Double) throws(Failure) {
        guard (0..<1).contains(value) else {
            throw .argument(operation: className, "momenta must be in [0, 1), but one is \(value)")
        }
    }

    func noted(_ name: String, _ group: Int) -> Double { (try? optimizer.setting(name, of: group).real) ?? 0 }
}

public final class OneCycleLR: MomentumCycling, RegisteredSchedule {
    public static let signature = Signature(
        "OneCycleLR",
        [
            .each("max_lr", "the largest rate"),
            Parameter(
                "total_steps", .optional(.integer), Value.none, "steps in all; else epochs times steps_per_epoch"),
            Parameter("epochs", .optional(.integer), Value.none, "epochs of training"),
            Parameter("steps_per_epoch", .optional(.integer), Value.none, "steps of each"),
            Parameter("pct_start", .real, .real(0.3), "share of the steps in which the rate grows"),
            Parameter(
                "anneal_strategy", .choice(["cos", "linear"]), .text("cos"), "how values go from one to the next"),
            Parameter("cycle_momentum", .flag, .flag(true), "the momentum goes the other way"),
            .each("base_momentum", .real(0.85), "the smallest momentum"),
            .each("max_momentum", .real(0.95), "the largest momentum"),
            Parameter("div_factor", .real, .real(25), "the first rate is max_lr / div_factor"),
            Parameter("final_div_factor", .real, .real(1e4), "the last rate is the first one / final_div_factor"),
            Parameter("three_phase", .flag, .flag(false), "down to the first rate, and only then to the last"),
            .lastEpoch,
        ], inputs: [], outputs: [],
        """
        One cycle of rate and momentum (Smith and Topin 2019), as PyTorch's: up to max_lr, then down to almost \
        nothing. Stepped after every batch.
        """)

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    /// Steps in all; 0 where the arguments do not say how many.
    private var total: Int {
        if let total = arguments.optionalInteger("total_steps") { return total }
        let (total, overflow) = integer("epochs").multipliedReportingOverflow(by: integer("steps_per_epoch"))
        return overflow ? 0 : total
    }

    override func checkArguments() throws(Failure) {
        guard (1...Schedule.most).contains(total) else {
            throw .argument(
                operation: "OneCycleLR",
                "total_steps above 0 is expected, or epochs and steps_per_epoch, but found \(total)")
        }
        try require("pct_start", real("pct_start") >= 0 && real("pct_start") <= 1, "between 0 and 1")
    }

    override func begin() throws(Failure) {
        if lastEpoch == -1 {
            let largest = try each("max_lr")
            for group in optimizer.groups.indices {
                let first = largest[group] / real("div_factor")
                try optimizer.set("initial_lr", .real(first), of: group)
                try optimizer.set("max_lr", .real(largest[group]), of: group)
                try optimizer.set("min_lr", .real(first / real("final_div_factor")), of: group)
            }
        }
        try beginMomentum()
        try super.begin()
    }

    private struct Phase {
        let end: Double
        let rates: (String, String)
        let momenta: (String, String)
    }

    private var phases: [Phase] {
        let (up, last) = (real("pct_start") * Double(total), Double(total - 1))
        let first = Phase(end: up - 1, rates: ("initial_lr", "max_lr"), momenta: ("max_momentum", "base_momentum"))
        if flag("three_phase") {
            return [
                first,
                Phase(
                    end: 2 * real("pct_start") * Double(total) - 2, rates: ("max_lr", "initial_lr"),
                    momenta: ("base_momentum", "max_momentum")),
                Phase(end: last, rates: ("initial_lr", "min_lr"), momenta: ("max_momentum", "max_momentum")),
            ]
        }
        return [first, Phase(end: last, rates: ("max_lr", "min_lr"), momenta: ("base_momentum", "max_momentum"))]
    }

    private func between(_ start: Double, _ end: Double, _ share: Double) -> Double {
        if arguments.optionalText("anneal_strategy") == "linear" { return (end - start) * share + start }
        return end + (start - end) / 2 * (cos(.pi * share) + 1)
    }

    override func next(_ rate: Double, _ group: Int) throws(Failure) -> Double {
        guard lastEpoch <= total else {
            throw .argument(
                operation: "OneCycleLR", "\(total.counted("step")) were announced, but this is step \(lastEpoch)")
        }
        let (phases, step) = (phases, Double(lastEpoch))
        var start = 0.0
        for (place, phase) in phases.enumerated() {
            guard step <= phase.end || place == phases.count - 1 else {
                start = phase.end
                continue
            }
            let share = (step - start) / (phase.end - start)
            func value(_ names: (String, String)) -> Double {
                between(noted(names.0, group), noted(names.1, group), share)
            }
            if flag("cycle_momentum") { try optimizer.setMomentum(value(phase.momenta), of: group) }
            return value(phase.rates)
        }
        return rate
    }

    override var ownState: [(name: String, value: Value)] { [("total_steps", .integer(Int64(total)))] }
}

public final class CyclicLR: MomentumCycling, RegisteredSchedule {
    public static let signature = Signature(
        "CyclicLR",
        [
            .each("base_lr", "the smallest rate, with which it begins"), .each("max_lr", "the largest rate"),
            Parameter("step_size_up", .integer, .integer(2000), "steps in which the rate grows"),
            Parameter("step_size_down", .optional(.integer), Value.none, "steps in which it falls; None: as many"),
            Parameter(
                "mode", .choice(["triangular", "triangular2", "exp_range"]), .text("triangular"),
                "the height of cycle c, or at step i: 1, 1 / 2^(c - 1), gamma^i"),
            Parameter("gamma", .real, .real(1), "of mode 'exp_range'"),
            Parameter(
                "scale_fn", .optional(.function), Value.none, "the height in place of mode, of the cycle or of the step"
            ),
            Parameter(
                "scale_mode", .choice(["cycle", "iterations"]), .text("cycle"), "what scale_fn gets"),
            Parameter("cycle_momentum", .flag, .flag(true), "the momentum goes the other way"),
            .each("base_momentum", .real(0.8), "the smallest momentum"),
            .each("max_momentum", .real(0.9), "the largest momentum"), .lastEpoch,
        ], inputs: [], outputs: [],
        "Rate and momentum up and down in triangles (Smith 2017), as PyTorch's. Stepped after every batch.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("step_size_up", integer("step_size_up") >= 1, "1 or more")
        try require("step_size_down", (arguments.optionalInteger("step_size_down") ?? 1) >= 1, "1 or more")
    }

    override func begin() throws(Failure) {
        let low = try each("base_lr")
        _ = try each("max_lr")
        if lastEpoch == -1 {
            for group in optimizer.groups.indices {
                try optimizer.set(optimizer.rateName, .real(low[group]), of: group)
            }
        }
        try beginMomentum()
        try noteInitialRates()
        initialRates = low
        try stepFirst()
    }

    private func height(_ cycle: Double) throws(Failure) -> Double {
        if let function = arguments.object("scale_fn") as? FactorFunction {
            let isCycle = arguments.optionalText("scale_mode") == "cycle"
            return try function.value(0, isCycle ? Int(cycle) : lastEpoch)
        }
        switch arguments.optionalText("mode") {
        case "triangular2": return 1 / pow(2, cycle - 1)
        case "exp_range": return pow(real("gamma"), Double(lastEpoch))
        default: return 1
        }
    }

    override func next(_ rate: Double, _ group: Int) throws(Failure) -> Double {
        let up = Double(integer("step_size_up"))
        let whole = up + Double(arguments.optionalInteger("step_size_down") ?? integer("step_size_up"))
        let (ratio, epoch) = (up / whole, Double(lastEpoch))
        let cycle = (1 + epoch / whole).rounded(.down)
        let x = 1 + epoch / whole - cycle
        let scale = x <= ratio ? x / ratio : (x - 1) / (ratio - 1)
        let height = try height(cycle)
        if flag("cycle_momentum") {
            let (low, high) = (noted("base_momentum", group), noted("max_momentum", group))
            try optimizer.setMomentum(high - (high - low) * scale * height, of: group)
        }
        let (low, high) = (initialRates[group], try each("max_lr")[group])
        return low + (high - low) * scale * height
    }
}
