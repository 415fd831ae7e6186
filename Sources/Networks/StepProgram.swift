import Engine

/// One training step or one evaluation step for batches of a fixed size, captured.
final class StepProgram {
    private let program: Program
    private let x: Tensor
    private let y: Tensor
    private let results: UnsafeMutablePointer<Double>

    /// Forward, loss, backward, update.
    convenience init(_ trainer: Trainer, _ data: any RowSource, rows: Int) throws(Failure) {
        let checked = Tensor.checksFinite
        Tensor.checksFinite = checked || trainer.options.checksFinite
        defer { Tensor.checksFinite = checked }
        try self.init(data, rows: rows) { (x, y) throws(Failure) in
            try ThreadState.withGrad(true) { () throws(Failure) in
                let prediction = try trainer.model.forward(x)
                let loss = try trainer.loss(prediction, y)
                try trainer.optimizer.zeroGrad()
                try loss.backward()
                try trainer.optimizer.step()
                // Gradients are not asked for after the step: so they need no memory of their own.
                try trainer.optimizer.zeroGrad()
                return (loss, try StepProgram.rightCount(trainer.loss, prediction, y))
            }
        }
    }

    /// Forward and the sum of losses.
    convenience init(evaluating model: Module, _ loss: Loss, _ data: any RowSource, rows: Int) throws(Failure) {
        try self.init(data, rows: rows) { (x, y) throws(Failure) in
            try ThreadState.withGrad(false) { () throws(Failure) in
                let prediction = try model.forward(x)
                return (try loss(prediction, y), try StepProgram.rightCount(loss, prediction, y))
            }
        }
    }

    private init(
        _ data: any RowSource, rows: Int, body: (Tensor, Tensor) throws(Failure) -> (loss: Tensor, right: Tensor)
    ) throws(Failure) {
        guard let layout = data.y else { throw .argument(operation: "fit", "the data set has no y to compare predictions with") }
        let x = try Tensor.full([rows] + data.x.shape, 0, data.x.dtype)
        let y = try Tensor.full([rows] + layout.shape, 0, layout.dtype)
        (self.x, self.y) = (x, y)
        try Capture.begin([x, y])
        do throws(Failure) {
            let (loss, right) = try body(x, y)
            program = try Capture.end([loss.cast(.float64), right.cast(.float64)])
        } catch {
            try? Capture.cancel()
            throw error
        }
        results = .allocate(capacity: 2)
    }

    deinit { results.deallocate() }

    /// The mean loss over the batch, and how many of its rows are right.
    func run(_ batch: Batch) throws(Failure) -> (loss: Double, right: Int) {
        guard let y = batch.y else { throw .internal(operation: "fit", "a batch without y") }
        try program.run(
            arguments: { UnsafeRawPointer($0 == 0 ? batch.x.pointer : y.pointer) },
            results: { UnsafeMutableRawPointer(results + $0) })
        return (results[0], Int(results[1]))
    }

    /// How many rows of class scores have their largest where the target has it; 0 for losses without classes.
    private static func rightCount(_ loss: Loss, _ prediction: Tensor, _ target: Tensor) throws(Failure) -> Tensor {
        guard loss.hasClasses, prediction.shape.count == 2 else { return try Tensor.full([], 0, .float64) }
        let chosen = try prediction.detach().reduce(.argMaximum, [1])
        let wanted = try target.dtype.isFloat ? target.reduce(.argMaximum, [1]) : target
        return try Tensor.apply(.equal, chosen, wanted).sum()
    }
}

/// Mean loss and accuracy (NaN where the loss has no classes) over a data set, in evaluation mode.
public func evaluate(_ model: Module, _ loss: Loss, _ data: any RowSource, batchSize: Int) throws(Failure) -> (loss: Double, accuracy: Double) {
    let reader = BatchReader(try Batches(data, batchSize: batchSize, shuffle: .none, seed: 0, epoch: 0, dropLast: false))
    let wasTraining = model.isTraining
    model.setTraining(false)
    defer { model.setTraining(wasTraining) }
    var programs: [Int: StepProgram] = [:]
    var (sum, right) = (0.0, 0)
    while let batch = try reader.next() {
        let program: StepProgram
        if let known = programs[batch.rows] {
            program = known
        } else {
            program = try StepProgram(evaluating: model, loss, data, rows: batch.rows)
            programs[batch.rows] = program
        }
        let (value, hits) = try program.run(batch)
        sum += value * Double(batch.rows)
        right += hits
    }
    let count = Double(data.count)
    return (sum / count, loss.hasClasses ? Double(right) / count : .nan)
}
