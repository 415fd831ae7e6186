import Engine
import Glibc

public final class SWALR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "SWALR",
        [
            .each("swa_lr", "the rate to end with"),
            Parameter("anneal_epochs", .integer, .integer(10), "epochs until then"),
            Parameter("anneal_strategy", .choice(["cos", "linear"]), .text("cos"), "how the rate gets there"),
            .lastEpoch,
        ], inputs: [], outputs: [],
        "From the rate that is there to a constant one, with which weights are averaged (Izmailov et al. 2018).")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        try require("anneal_epochs", integer("anneal_epochs") >= 0, "0 or more")
    }

    override func begin() throws(Failure) {
        for (group, rate) in try each("swa_lr").enumerated() {
            try optimizer.set("swa_lr", .real(rate), of: group)
        }
        try super.begin()
    }

    /// The share of the rate to end with, after `step` steps.
    private func share(_ step: Double) -> Double {
        let t = max(0, min(1, step / max(1, Double(integer("anneal_epochs")))))
        return arguments.optionalText("anneal_strategy") == "linear" ? t : (1 - cos(.pi * t)) / 2
    }

    override func next(_ rate: Double, _ group: Int) -> Double {
        var step = Double(stepCount - 1)
        if integer("anneal_epochs") == 0 { step = max(1, step) }
        let end = (try? optimizer.setting("swa_lr", of: group).real) ?? rate
        let (before, now) = (share(step - 1), share(step))
        let first = before == 1 ? end : (rate - before * end) / (1 - before)
        return end * now + first * (1 - now)
    }
}
