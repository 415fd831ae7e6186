import Engine

/// What has a trainer write checkpoints as it trains: at the end of each epoch, and between.
public struct Checkpointing {
    /// Steps, in all, from one checkpoint inside of an epoch to the next; 0: none.
    public var everySteps: Int
    /// Saves the trainer as it is. The progress is that of an epoch that has ended; nil inside of one.
    public var save: (Trainer, Progress?) throws(Failure) -> Void
    /// Waits until what was saved is there.
    public var finish: () throws(Failure) -> Void

    public init(
        everySteps: Int, save: @escaping (Trainer, Progress?) throws(Failure) -> Void,
        finish: @escaping () throws(Failure) -> Void
    ) {
        (self.everySteps, self.save, self.finish) = (everySteps, save, finish)
    }
}

extension Trainer {
    /// What a report says under a name, "loss", "accuracy" or that of a metric; with "validation_" (or Keras's "val_")
    /// before it what the validation says. Throws where the trainer has nothing of that name.
    public func value(_ name: String, in progress: Progress) throws(Failure) -> Double {
        for prefix in ["validation_", "val_"] where name.hasPrefix(prefix) {
            let measured = String(name.dropFirst(prefix.count))
            if let value = value(
                measured, progress.validationLoss, progress.validationAccuracy, progress.validationMetrics)
            {
                return value
            }
        }
        if let value = value(name, progress.loss, progress.accuracy, progress.metrics) { return value }
        let names = ["loss", "accuracy"] + metrics.map(\.name)
        throw .argument(
            operation: "checkpoints",
            "there is no '\(name)' to judge checkpoints by; there are "
                + (names + names.map { "validation_" + $0 }).joined(separator: ", "))
    }

    private func value(_ name: String, _ loss: Double, _ accuracy: Double, _ values: [Double]) -> Double? {
        if let place = metrics.firstIndex(where: { $0.name == name }) {
            return place < values.count ? values[place] : .nan
        }
        return name == "loss" ? loss : name == "accuracy" ? accuracy : nil
    }
}
