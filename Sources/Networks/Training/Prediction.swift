import Engine

/// Calls `take` with a model's outputs for a source's rows from `first` on, batch after batch in their order, in
/// evaluation mode. Each output is dense, [rows, ...].
public func predict(
    _ model: Module, _ data: any RowSource, batchSize: Int, from first: Int = 0,
    _ take: (Tensor) throws(Failure) -> Void
) throws(Failure) {
    guard first < data.count else { return }
    let rest = first == 0 ? data : try PickedRows(data, .range(first: first, count: data.count - first, step: 1))
    let reader = BatchReader(
        try Batches(rest, batchSize: batchSize, shuffle: .none, seed: 0, epoch: 0, dropLast: false))
    let modes = model.modes
    model.setTraining(false)
    defer { model.restore(modes) }
    while let batch = try reader.next() {
        var inputs: [Tensor] = []
        for place in 0..<data.roles.inputs {
            let column = data.columns[place]
            inputs.append(
                try Tensor(dtype: column.dtype, shape: [batch.rows] + column.shape, buffer: batch.values[place]))
        }
        let output = try ThreadState.withGrad(false) { () throws(Failure) in try model.prediction(inputs) }
        guard output.shape.first == batch.rows else {
            throw .shape(
                operation: "predict",
                "the model gives \(output.shape) for \(batch.rows.counted("row")); its first axis must be the rows")
        }
        try take(output.detach())
        try LongRuns.pause()
    }
}
