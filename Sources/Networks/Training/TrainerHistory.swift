import Engine

/// What was reported at the end of each epoch as lists, one a column, and back.
enum TrainerHistory {
    private static let counts: [(name: String, path: WritableKeyPath<Progress, Int>)] = [
        ("epoch", \.epoch), ("epochs", \.epochs), ("step", \.step), ("steps_per_epoch", \.stepsPerEpoch),
        ("total_steps", \.totalSteps),
    ]
    private static let numbers: [(name: String, path: WritableKeyPath<Progress, Double>)] = [
        ("loss", \.loss), ("accuracy", \.accuracy), ("validation_loss", \.validationLoss),
        ("validation_accuracy", \.validationAccuracy),
        ("seconds", \.seconds),
    ]
    /// With a column for each metric.
    private static let lists: [(name: String, path: WritableKeyPath<Progress, [Double]>)] = [
        ("metrics", \.metrics), ("validation_metrics", \.validationMetrics),
    ]

    static func tree(_ rows: [Progress], metrics: Int) -> StateTree {
        var tree = StateTree()
        for (name, path) in counts {
            tree.attributes.append((name, .list(rows.map { .integer(Int64($0[keyPath: path])) })))
        }
        for (name, path) in numbers { tree.attributes.append((name, .list(rows.map { .real($0[keyPath: path]) }))) }
        tree.attributes.append(("improved", .list(rows.map { .flag($0.improved) })))
        for (name, path) in lists {
            for place in 0..<metrics {
                // A metric that was added later has no value in the first epochs.
                let column = rows.map { row in
                    Value.real(place < row[keyPath: path].count ? row[keyPath: path][place] : .nan)
                }
                tree.attributes.append(("\(name)_\(place)", .list(column)))
            }
        }
        return tree
    }

    /// `metrics`: how many columns of metrics are read; 0 where they are those of other metrics.
    static func rows(_ tree: StateTree, metrics: Int) throws(Failure) -> [Progress] {
        guard let count = tree.list("epoch")?.count, count > 0 else { return [] }
        func column<Element>(_ name: String, _ element: (Value) -> Element?) throws(Failure) -> [Element] {
            guard let list = tree.list(name), case let found = list.compactMap(element), found.count == count else {
                throw .structure(
                    operation: "load", "the checkpoint's history lacks '\(name)' of each of its \(count) epochs")
            }
            return found
        }
        let blank = Progress(
            epoch: 0, epochs: 0, step: 0, stepsPerEpoch: 0, totalSteps: 0, loss: 0, accuracy: 0, metrics: [],
            validationLoss: 0, validationAccuracy: 0,
            validationMetrics: [], seconds: 0, epochEnded: true)
        var rows = Array(repeating: blank, count: count)
        for (name, path) in counts {
            for (place, value) in try column(name, \.integer).enumerated() { rows[place][keyPath: path] = Int(value) }
        }
        for (name, path) in numbers {
            for (place, value) in try column(name, \.real).enumerated() { rows[place][keyPath: path] = value }
        }
        for (place, value) in try column("improved", \.flag).enumerated() { rows[place].improved = value }
        for (name, path) in lists {
            for metric in 0..<metrics {
                for (place, value) in try column("\(name)_\(metric)", \.real).enumerated() {
                    rows[place][keyPath: path].append(value)
                }
            }
        }
        return rows
    }
}
