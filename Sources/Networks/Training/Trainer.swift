import Engine
import Glibc

/// Trains a model on a data set until a stopping condition: the loop that C and Python both call. Each batch size is
/// captured once as a program of forward, loss, backward and update.
public final class Trainer {
    public let model: Module
    /// A module of a prediction and a target that gives one number.
    public let loss: Module
    public let optimizer: Optimizer
    /// What is measured besides the loss, in training and in validation.
    public private(set) var metrics: [Metric] = []
    public var options = TrainingOptions()
    public var validation: (any RowSource)?
    /// How far training has come.
    public internal(set) var position = TrainingPosition()
    /// What was reported at the end of each epoch.
    public internal(set) var history: [Progress] = []
    /// Parameters and buffers at the lowest validation loss.
    public internal(set) var best: [(name: String, tensor: Tensor)] = []
    /// What sets the learning rates as training goes on.
    public private(set) var schedule: (schedule: Schedule, moment: ScheduleMoment)?
    /// What writes checkpoints as training goes on.
    public var checkpoints: Checkpointing?
    private var programs: [Int: StepProgram] = [:]
    private var isFitting = false

    public init(_ model: Module, _ loss: Module, _ optimizer: Optimizer) {
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
    }

    /// Adds a metric; training starts the epoch's means of metrics anew.
    public func add(_ metric: Metric) throws(Failure) {
        guard !isFitting else { throw .state(operation: "metric", "this trainer is training") }
        guard !metrics.contains(where: { $0.name == metric.name }) else {
            throw .argument(operation: "metric", "there is a metric '\(metric.name)' already")
        }
        metrics.append(metric)
    }

    /// Has training step a schedule of its optimiser.
    public func setSchedule(_ schedule: Schedule?, _ moment: ScheduleMoment) throws(Failure) {
        guard !isFitting else { throw .state(operation: "schedule", "this trainer is training") }
        guard let schedule else {
            self.schedule = nil
            return
        }
        guard schedule.optimizer === optimizer else {
            throw .argument(
                operation: schedule.className, "the schedule is one of another optimiser than the trainer's")
        }
        guard !schedule.takesMetric || moment == .epoch else {
            throw .argument(
                operation: schedule.className, "it looks at the loss of an epoch, and cannot step at each step")
        }
        self.schedule = (schedule, moment)
    }

    private func stepSchedule(_ moment: ScheduleMoment) throws(Failure) {
        guard let schedule, schedule.moment == moment else { return }
        if schedule.schedule.takesMetric {
            let loss = validation == nil ? position.means.loss : position.validationLoss
            try schedule.schedule.step(metric: loss)
        } else {
            try schedule.schedule.step()
        }
    }

    /// Goes on from `position`. `report` is called with numbers after steps and at the end of each epoch; true ends
    /// training, and so does what it throws.
    public func fit(_ data: any RowSource, report: ((Progress) throws(Failure) -> Bool)?) throws(Failure) -> StopReason
    {
        try LongRuns.during { () throws(Failure) in try train(data, report: report) }
    }

    private func train(_ data: any RowSource, report: ((Progress) throws(Failure) -> Bool)?) throws(Failure)
        -> StopReason
    {
        guard !isFitting else {
            throw .state(operation: "fit", "this trainer is training already, and its callback asks it to train")
        }
        isFitting = true
        defer { isFitting = false }
        let began = Trainer.now()
        programs = [:]
        model.setTraining(true)
        if validation == nil { position.forgetValidation() }
        let before = position.totalSteps
        do throws(Failure) {
            let reason = try train(data, began, report)
            try restoreBest(since: before)
            try checkpoints?.finish()
            return reason
        } catch {
            try? restoreBest(since: before)
            try? checkpoints?.finish()
            throw error
        }
    }

    private func train(_ data: any RowSource, _ began: Double, _ report: ((Progress) throws(Failure) -> Bool)?)
        throws(Failure) -> StopReason
    {
        let (sum, overflow) = position.totalSteps.addingReportingOverflow(options.maxSteps)
        let lastStep = options.maxSteps > 0 && !overflow ? sum : Int.max
        while position.epoch < options.epochs {
            let rows = try rows(of: data)
            let batches = try Batches(
                rows, batchSize: options.batchSize, order: rowOrder(of: rows), seed: options.seed,
                epoch: position.epoch, dropLast: options.dropLast)
            batches.seek(position.step)
            let reader = BatchReader(batches)
            while position.step < batches.count {
                if position.totalSteps >= lastStep { return .steps }
                guard let batch = try reader.next() else { break }
                try trainOn(batch, data)
                try LongRuns.pause()
                let isLast = position.step == batches.count
                if !isLast, let every = checkpoints?.everySteps, every > 0, position.totalSteps % every == 0 {
                    try checkpoints?.save(self, nil)
                }
                if !isLast, let report, position.totalSteps % options.reportEvery == 0 {
                    if try report(progress(batches.count, began)) { return .callback }
                }
            }
            let improved = try endEpoch()
            try stepSchedule(.epoch)
            var last = progress(batches.count, began)
            last.epochEnded = true
            last.improved = improved
            history.append(last)
            position.beginNextEpoch()
            try checkpoints?.save(self, last)
            let stops = try report?(last) ?? false
            let isPatienceOver =
                validation != nil && options.patience > 0 && position.epochsWithoutImprovement >= options.patience
            if stops { return .callback }
            if isPatienceOver { return .patience }
        }
        return .epochs
    }

    /// The rows of an epoch: those that are there when it begins, also where some have been added before it is resumed.
    private func rows(of data: any RowSource) throws(Failure) -> any RowSource {
        if position.step == 0 { try data.refresh() }
        guard position.step > 0, let known = position.rowOrder, known.rows < data.count else { return data }
        return try PickedRows(data, .range(first: 0, count: known.rows, step: 1))
    }

    /// The order of rows: the one that this training began with, as long as the same is asked for, so that a training
    /// that goes on elsewhere, where the data has another cache, sees the rows in the order in which it would have seen
    /// them.
    private func rowOrder(of data: any RowSource) -> RowOrder {
        if let known = position.rowOrder, known.rows == data.count, known.asked == options.shuffle {
            return known.order
        }
        let order = RowOrder(options.shuffle, over: data)
        position.rowOrder = (options.shuffle, data.count, order)
        return order
    }

    private func trainOn(_ batch: Batch, _ data: any RowSource) throws(Failure) {
        let result =
            Anomalies.areValuesWatched
            ? try StepProgram.result(self, data, batch)
            : try programs.run(batch) { () throws(Failure) in try StepProgram(self, data, rows: batch.rows) }
        position.step += 1
        position.totalSteps += 1
        if position.means.metricSums.count != metrics.count { position.means.beginMetrics(metrics.count) }
        position.means.add(result, rows: batch.rows)
        try stepSchedule(.step)
    }

    /// Evaluates on the validation data; whether its loss is the lowest so far.
    private func endEpoch() throws(Failure) -> Bool {
        guard let validation else { return false }
        let found = try evaluate(model, loss, validation, metrics: metrics, batchSize: max(options.batchSize, 256))
        let value = found.loss
        (position.validationLoss, position.validationAccuracy, position.validationMetrics) = (
            value, found.accuracy, found.metrics
        )
        guard value < position.bestLoss - options.minDelta else {
            position.epochsWithoutImprovement += 1
            return false
        }
        position.bestLoss = value
        position.epochsWithoutImprovement = 0
        if options.restoresBest {
            best = try (model.allParameters + model.allBuffers).map { (entry) throws(Failure) in
                (entry.name, try entry.tensor.detach())
            }
        }
        return true
    }

    /// However training ends; not where none was done.
    private func restoreBest(since before: Int) throws(Failure) {
        guard options.restoresBest, validation != nil, position.totalSteps > before else { return }
        let values = byName(best)
        for (name, tensor) in model.allParameters + model.allBuffers {
            if let value = values[name] { try tensor.become(value) }
        }
    }

    private func progress(_ steps: Int, _ began: Double) -> Progress {
        let none = metrics.map { _ in Double.nan }
        return Progress(
            epoch: position.epoch, epochs: options.epochs, step: position.step, stepsPerEpoch: steps,
            totalSteps: position.totalSteps,
            loss: position.means.rowCount == 0 ? 0 : position.means.loss,
            accuracy: loss.hasClasses ? position.means.accuracy : .nan,
            metrics: position.means.metricSums.count == metrics.count ? position.means.metrics : none,
            validationLoss: position.validationLoss,
            validationAccuracy: position.validationAccuracy,
            validationMetrics: position.validationMetrics.count == metrics.count ? position.validationMetrics : none,
            seconds: Trainer.now() - began)
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// What the caller of `fit` chooses.
public struct TrainingOptions {
    /// Epochs in all, those already done included.
    public var epochs = 1
    public var batchSize = 32
    public var shuffle = Shuffle.automatic
    public var seed: UInt64 = 0
    /// Epochs in a row without a lower validation loss before training stops; 0: never.
    public var patience = 0
    public var minDelta = 0.0
    public var checksFinite = false
    /// Steps from one report to the next.
    public var reportEvery = 1
    /// Steps after which `fit` returns; 0: no limit.
    public var maxSteps = 0
    public var restoresBest = false
    public var dropLast = false

    public init() {}
}

/// How far training has come: with the parameters, the optimiser's and the random state, all that resuming needs.
public struct TrainingPosition {
    public var epoch = 0
    /// Steps done inside this epoch.
    public var step = 0
    public var totalSteps = 0
    /// What was decided when training began, the kind of shuffle asked for then, and the number of rows.
    var rowOrder: (asked: Shuffle, rows: Int, order: RowOrder)?
    var means = Means(0)
    var bestLoss = Double.infinity
    var epochsWithoutImprovement = 0
    var validationLoss = Double.nan
    var validationAccuracy = Double.nan
    var validationMetrics: [Double] = []

    /// There is no last validation: what an earlier one found says nothing about what is trained now.
    mutating func forgetValidation() {
        (validationLoss, validationAccuracy, validationMetrics) = (.nan, .nan, [])
    }

    mutating func beginNextEpoch() {
        epoch += 1
        step = 0
        means = Means(means.metricSums.count)
    }
}

public struct Progress {
    public var epoch: Int
    public var epochs: Int
    public var step: Int
    public var stepsPerEpoch: Int
    public var totalSteps: Int
    public var loss: Double
    public var accuracy: Double
    /// In the order in which they were added.
    public var metrics: [Double]
    public var validationLoss: Double
    public var validationAccuracy: Double
    public var validationMetrics: [Double]
    public var seconds: Double
    public internal(set) var epochEnded = false
    public internal(set) var improved = false
}

/// When a schedule steps. Raw values are those of wb_schedule_when.
public enum ScheduleMoment: Int32 {
    case epoch, step
}

/// Raw values are those of wb_stop_reason.
public enum StopReason: Int32 {
    case epochs, patience, callback, steps
}
