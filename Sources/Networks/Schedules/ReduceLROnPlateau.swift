import Engine

public final class ReduceLROnPlateau: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "ReduceLROnPlateau",
        [
            Parameter(
                "mode", .choice(["min", "max"]), .text("min"), "whether a lower metric is better, or a higher one"),
            Parameter("factor", .real, .real(0.1), "of the rate"),
            Parameter("patience", .integer, .integer(10), "epochs without a better metric that are let pass"),
            Parameter("threshold", .real, .real(1e-4), "how much counts as better"),
            Parameter(
                "threshold_mode", .choice(["rel", "abs"]), .text("rel"), "as a share of the best metric, or as it is"),
            Parameter("cooldown", .integer, .integer(0), "epochs after a reduction that do not count"),
            .each("min_lr", .real(0), "the smallest rate"),
            Parameter("eps", .real, .real(1e-8), "smaller changes of the rate are left out"),
        ], inputs: [], outputs: [],
        "The rate times factor when a metric has not become better for more than patience epochs. step takes it."
    )
    private var best = Double.infinity
    private var badEpochs = 0
    private var cooldownLeft = 0

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
        lastEpoch = 0
        best = isLower ? .infinity : -.infinity
    }

    override func checkArguments() throws(Failure) {
        try require("factor", real("factor") >= 0 && real("factor") < 1, "below 1")
    }

    private var isLower: Bool { arguments.optionalText("mode") == "min" }
    private var isRelative: Bool { arguments.optionalText("threshold_mode") == "rel" }

    override func begin() throws(Failure) {
        _ = try each("min_lr")
        initialRates = optimizer.groups.indices.map { optimizer.number(optimizer.rateName, $0) }
        lastRates = optimizer.groups.indices.map { optimizer.number(optimizer.rateName, $0) }
    }

    public override var takesMetric: Bool { true }

    public override func step(to epoch: Double?) throws(Failure) {
        throw .argument(operation: className, "step takes the metric to look at, but found none")
    }

    private func isBetter(_ value: Double) -> Bool {
        let threshold = real("threshold")
        if isLower { return value < (isRelative ? best * (1 - threshold) : best - threshold) }
        return value > (isRelative ? best * (threshold + 1) : best + threshold)
    }

    public override func step(metric: Double) throws(Failure) {
        try checkOutside()
        lastEpoch += 1
        if isBetter(metric) {
            (best, badEpochs) = (metric, 0)
        } else {
            badEpochs += 1
        }
        if cooldownLeft > 0 {
            cooldownLeft -= 1
            badEpochs = 0
        }
        if badEpochs > integer("patience") {
            let least = try each("min_lr")
            for group in optimizer.groups.indices {
                let rate = optimizer.number(optimizer.rateName, group)
                let lower = max(rate * real("factor"), least[group])
                if rate - lower > real("eps") {
                    try optimizer.setFromSchedule(optimizer.rateName, .real(lower), of: group)
                }
            }
            (cooldownLeft, badEpochs) = (integer("cooldown"), 0)
        }
        lastRates = optimizer.groups.indices.map { optimizer.number(optimizer.rateName, $0) }
    }

    override var ownState: [(name: String, value: Value)] {
        [
            ("best", .real(best)), ("num_bad_epochs", .integer(Int64(badEpochs))),
            ("cooldown_counter", .integer(Int64(cooldownLeft))),
        ]
    }

    override func loadOwn(_ tree: StateTree) {
        best = tree.real("best") ?? best
        func count(_ name: String) -> Int? { tree.integer(name).map { min(Schedule.most, max(0, Int($0))) } }
        badEpochs = count("num_bad_epochs") ?? badEpochs
        cooldownLeft = count("cooldown_counter") ?? cooldownLeft
    }
}
