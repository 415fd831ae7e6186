import Engine

public final class LambdaLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "LambdaLR",
        [
            Parameter("lr_lambda", .function, "factor of the initial rate at an epoch; in Python also a list of them"),
            .lastEpoch,
        ], inputs: [], outputs: [], "The initial rate times a function of the epoch.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        _ = try function("lr_lambda")
    }

    override func next(_ rate: Double, _ group: Int) throws(Failure) -> Double {
        try initialRates[group] * function("lr_lambda").value(group, lastEpoch)
    }
}

public final class MultiplicativeLR: Schedule, RegisteredSchedule {
    public static let signature = Signature(
        "MultiplicativeLR",
        [
            Parameter("lr_lambda", .function, "factor of the rate at an epoch; in Python also a list of them"),
            .lastEpoch,
        ], inputs: [], outputs: [], "The rate times a function of the epoch, from the second epoch on.")

    public required override init(_ arguments: Arguments, _ optimizer: Optimizer) throws(Failure) {
        try super.init(arguments, optimizer)
    }

    override func checkArguments() throws(Failure) {
        _ = try function("lr_lambda")
    }

    override func next(_ rate: Double, _ group: Int) throws(Failure) -> Double {
        try isFirst ? rate : rate * function("lr_lambda").value(group, lastEpoch)
    }
}
