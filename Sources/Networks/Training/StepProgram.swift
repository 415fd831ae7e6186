import Engine
import Machine

/// One training step or one evaluation step for batches of a fixed size, captured.
final class StepProgram {
    private let program: Program
    private let results: UnsafeMutablePointer<Double>
    private let count: Int

    /// What a batch has given: the loss, how many of its rows are right, and the metrics.
    struct Result {
        let loss: Double
        let right: Int
        let metrics: [Double]
    }

    /// Forward, loss, backward, update.
    convenience init(_ trainer: Trainer, _ data: any RowSource, rows: Int) throws(Failure) {
        let checked = Tensor.checksFinite
        Tensor.checksFinite = checked || trainer.options.checksFinite
        defer { Tensor.checksFinite = checked }
        try self.init(trainer.loss, trainer.metrics, data, rows: rows) { (values) throws(Failure) in
            try StepProgram.step(trainer, values)
        }
    }

    private static func step(
        _ trainer: Trainer, _ values: RowValues
    ) throws(Failure) -> (prediction: [Tensor], loss: Tensor) {
        try ThreadState.withGrad(true) { () throws(Failure) in
            let prediction = try trainer.model.predictions(values)
            let loss = try trainer.loss.value(prediction, values)
            try trainer.optimizer.zeroGrad()
            try loss.backward()
            try trainer.optimizer.step()
            // Gradients are not asked for after the step: so they need no memory of their own.
            try trainer.optimizer.zeroGrad()
            return (prediction, loss)
        }
    }

    /// The same without a program, where each value is looked at.
    static func result(_ trainer: Trainer, _ data: any RowSource, _ batch: Batch) throws(Failure) -> Result {
        var tensors: [Tensor] = []
        for (column, buffer) in zip(data.columns, batch.values) {
            tensors.append(try Tensor(dtype: column.dtype, shape: [batch.rows] + column.shape, buffer: buffer))
        }
        let values = try RowValues(tensors, data.roles)
        let (prediction, loss) = try step(trainer, values)
        var found: [Double] = []
        for metric in trainer.metrics { found.append(try metric.value(prediction, values.targets).item()) }
        let right = try trainer.loss.rightCount(prediction, values.targets).item()
        return Result(loss: try loss.item(), right: Int(right), metrics: found)
    }

    /// Forward and the losses.
    convenience init(
        evaluating model: Module, _ loss: Module, _ metrics: [Metric], _ data: any RowSource, rows: Int
    ) throws(Failure) {
        try self.init(loss, metrics, data, rows: rows) { (values) throws(Failure) in
            try ThreadState.withGrad(false) { () throws(Failure) in
                let prediction = try model.predictions(values)
                return (prediction, try loss.value(prediction, values))
            }
        }
    }

    private init(
        _ loss: Module, _ metrics: [Metric], _ data: any RowSource, rows: Int,
        body: (RowValues) throws(Failure) -> (prediction: [Tensor], loss: Tensor)
    ) throws(Failure) {
        var tensors: [Tensor] = []
        for column in data.columns { tensors.append(try Tensor.full([rows] + column.shape, 0, column.dtype)) }
        let values = try RowValues(tensors, data.roles)
        count = 2 + metrics.count
        try Capture.begin(tensors)
        do throws(Failure) {
            let (prediction, value) = try body(values)
            var outputs = [
                try value.cast(.float64), try loss.rightCount(prediction, values.targets).cast(.float64),
            ]
            for metric in metrics { outputs.append(try metric.value(prediction, values.targets)) }
            program = try Capture.end(outputs)
        } catch {
            try? Capture.cancel()
            throw error
        }
        results = .allocate(capacity: count)
    }

    deinit { results.deallocate() }

    /// nil, and nothing has happened, if the model, the optimiser or which parameters require gradients is not what it
    /// was at capture.
    func runIfCurrent(_ batch: Batch) throws(Failure) -> Result? {
        let isCurrent = try program.runIfCurrent(
            arguments: arguments(batch), results: { UnsafeMutableRawPointer(results + $0) }, keepsResults: false)
        return isCurrent ? result : nil
    }

    func run(_ batch: Batch) throws(Failure) -> Result {
        try program.run(
            arguments: arguments(batch), results: { UnsafeMutableRawPointer(results + $0) }, keepsResults: false)
        return result
    }

    private func arguments(_ batch: Batch) -> (Int) -> UnsafeRawPointer? {
        { UnsafeRawPointer(batch.values[$0].pointer) }
    }

    private var result: Result {
        Result(loss: results[0], right: Int(results[1]), metrics: (2..<count).map { results[$0] })
    }
}

/// What a batch of rows is for the trainer.
struct RowValues {
    let inputs: [Tensor]
    let targets: [Tensor]
    /// [rows, ...] with one number for each row.
    let weight: Tensor?

    init(_ tensors: [Tensor], _ roles: RowRoles) throws(Failure) {
        guard roles.targets > 0 else {
            throw .argument(operation: "fit", "the data set has no y to compare predictions with")
        }
        inputs = Array(tensors[..<roles.inputs])
        targets = Array(tensors[roles.inputs..<roles.inputs + roles.targets])
        weight = roles.hasWeight ? tensors.last : nil
    }
}

extension Module {
    /// The output for one input or several.
    public func prediction(_ inputs: [Tensor]) throws(Failure) -> Tensor {
        if inputs.count == 1 { return try self(inputs[0]) }
        let outputs = try call(inputs)
        guard let output = outputs.first ?? nil else {
            throw .argument(operation: className, "its forward pass gives nothing")
        }
        return output
    }

    /// What a loss compares with the targets: the output, and with several targets all outputs.
    func predictions(_ values: RowValues) throws(Failure) -> [Tensor] {
        guard values.targets.count > 1 else { return [try prediction(values.inputs)] }
        let outputs = try call(values.inputs).compactMap { $0 }
        guard !outputs.isEmpty else {
            throw .argument(operation: className, "its forward pass gives nothing")
        }
        return outputs
    }

    /// The value as a loss: one number for a batch. With a weight for each row, the mean over the rows of weight times
    /// the row's loss, which is a mean over what the loss gives for the row.
    func value(_ prediction: [Tensor], _ values: RowValues) throws(Failure) -> Tensor {
        guard let weight = values.weight else { return try value(prediction, values.targets) }
        let outputs = try call(prediction + values.targets)
        let rows = prediction[0].shape.first ?? 0
        guard outputs.count == 1, let losses = outputs[0], losses.shape.first == rows else {
            throw .argument(
                operation: className,
                "with weights of the rows it must give a number for each row (reduction='none'), but gives "
                    + (outputs.first.flatMap { $0?.shape.description } ?? "nothing"))
        }
        let width = losses.count / max(rows, 1)
        let each = try losses.reshape([rows, width]).mean([1])
        return try Tensor.apply(.multiply, each, weight.reshape([rows]).cast(each.dtype)).mean()
    }

    /// The value of this module as a loss: one number for a batch.
    func value(_ prediction: [Tensor], _ targets: [Tensor]) throws(Failure) -> Tensor {
        let outputs = try call(prediction + targets)
        guard outputs.count == 1, let loss = outputs[0], loss.count == 1 else {
            let shape = outputs.first.flatMap { $0?.shape.description } ?? "nothing"
            throw .argument(
                operation: className,
                "as a loss it must give one number for a batch (reduction 'mean' or 'sum'), but gives \(shape)")
        }
        return try loss.reshape([])
    }

    /// How many rows of class scores have their largest where the target has it; 0 for losses without classes.
    fileprivate func rightCount(_ prediction: [Tensor], _ targets: [Tensor]) throws(Failure) -> Tensor {
        guard hasClasses, targets.count == 1, prediction[0].shape.count == 2 else {
            return try Tensor.full([], 0, .float64)
        }
        let target = targets[0]
        let chosen = try prediction[0].detach().reduce(.argMaximum, [1])
        let isLabels = !target.dtype.isFloat || target.count == chosen.count
        let wanted = try isLabels ? target.reshape(chosen.shape) : target.reduce(.argMaximum, [1])
        return try Tensor.apply(.equal, chosen, wanted).sum()
    }
}

/// What a batch is measured by besides the loss: a module of a prediction and a target that gives one number, the
/// batch's mean, or one for each row.
public struct Metric {
    public let name: String
    public let module: Module

    public init(_ name: String, _ module: Module) throws(Failure) {
        try Module.checkName(name, operation: "metric")
        (self.name, self.module) = (name, module)
    }

    func value(_ prediction: [Tensor], _ targets: [Tensor]) throws(Failure) -> Tensor {
        try ThreadState.withGrad(false) { () throws(Failure) in
            let outputs = try module.call(prediction.map { (tensor) throws(Failure) in try tensor.detach() } + targets)
            guard outputs.count == 1, let found = outputs[0],
                found.count == 1 || found.shape == [prediction[0].shape.first ?? 0]
            else {
                let shape = outputs.first.flatMap { $0?.shape.description } ?? "nothing"
                throw .argument(
                    operation: name,
                    "a metric must give one number for a batch, or one for each row, but gives \(shape)")
            }
            let values = try found.cast(.float64)
            return values.count == 1 ? try values.reshape([]) : try values.mean()
        }
    }
}

/// Means over a data set.
public struct Evaluation {
    public let loss: Double
    /// NaN where the loss has no classes.
    public let accuracy: Double
    public let metrics: [Double]
}

/// Mean loss, accuracy and metrics over a data set, in evaluation mode.
public func evaluate(
    _ model: Module, _ loss: Module, _ data: any RowSource, metrics: [Metric] = [], batchSize: Int
) throws(Failure) -> Evaluation {
    let reader = BatchReader(
        try Batches(data, batchSize: batchSize, shuffle: .none, seed: 0, epoch: 0, dropLast: false))
    let modes = model.modes
    model.setTraining(false)
    defer { model.restore(modes) }
    var programs: [Int: StepProgram] = [:]
    var means = Means(metrics.count)
    while let batch = try reader.next() {
        let result = try programs.run(batch) { () throws(Failure) in
            try StepProgram(evaluating: model, loss, metrics, data, rows: batch.rows)
        }
        means.add(result, rows: batch.rows)
        try LongRuns.pause()
    }
    return Evaluation(loss: means.loss, accuracy: loss.hasClasses ? means.accuracy : .nan, metrics: means.metrics)
}

extension [Int: StepProgram] {
    /// Runs the program for as many rows, made anew where there is none, or it is not current.
    mutating func run(_ batch: Batch, _ make: () throws(Failure) -> StepProgram) throws(Failure) -> StepProgram.Result {
        if let result = try self[batch.rows]?.runIfCurrent(batch) { return result }
        if !isEmpty { Log.note("a training or evaluation step is captured again, for batches of \(batch.rows) rows") }
        let program = try make()
        self[batch.rows] = program
        return try program.run(batch)
    }
}

/// Sums over batches, weighted by their rows.
struct Means: Equatable {
    var lossSum = 0.0
    var rightCount = 0
    var rowCount = 0
    var metricSums: [Double]
    /// Rows in these sums: a metric that was added in the middle of an epoch has seen fewer than the loss.
    var metricRowCount = 0

    init(_ metrics: Int) { metricSums = Array(repeating: 0, count: metrics) }

    mutating func add(_ result: StepProgram.Result, rows: Int) {
        lossSum += result.loss * Double(rows)
        rightCount += result.right
        rowCount += rows
        metricRowCount += rows
        for place in metricSums.indices { metricSums[place] += result.metrics[place] * Double(rows) }
    }

    mutating func beginMetrics(_ count: Int) { (metricSums, metricRowCount) = (Array(repeating: 0, count: count), 0) }

    private var rows: Double { Double(max(rowCount, 1)) }
    var loss: Double { rowCount == 0 ? .nan : lossSum / rows }
    var accuracy: Double { Double(rightCount) / rows }
    /// NaN before the first row.
    var metrics: [Double] { metricSums.map { $0 / Double(metricRowCount) } }
}
