import Engine

/// A trainer as a tree, and back: position, options, and the best parameters so far.
extension Trainer {
    public var tree: StateTree {
        var tree = StateTree()
        let p = position
        tree.attributes = [
            ("loss", .text(loss.identity)), ("epoch", .integer(Int64(p.epoch))), ("step", .integer(Int64(p.step))),
            ("total_steps", .integer(Int64(p.totalSteps))), ("loss_sum", .real(p.means.lossSum)), ("right_count", .integer(Int64(p.means.rightCount))),
            ("row_count", .integer(Int64(p.means.rowCount))), ("metrics", .list(metrics.map { .text($0.name) })),
            ("metric_sums", .list(p.means.metricSums.map { .real($0) })), ("metric_row_count", .integer(Int64(p.means.metricRowCount))),
            ("best_loss", .real(p.bestLoss)),
            ("epochs_without_improvement", .integer(Int64(p.epochsWithoutImprovement))), ("validation_loss", .real(p.validationLoss)),
            ("validation_accuracy", .real(p.validationAccuracy)), ("validation_metrics", .list(p.validationMetrics.map { .real($0) })),
            ("batch_size", .integer(Int64(options.batchSize))),
            ("shuffle", .integer(Int64(options.shuffle.rawValue))), ("seed", .integer(Int64(bitPattern: options.seed))),
            ("drop_last", .integer(options.dropLast ? 1 : 0)),
        ]
        var arrays = StateTree()
        arrays.arrays = best
        tree.children.append(("best", arrays))
        return tree
    }

    /// A tree's position, or what is wrong with it.
    public func check(_ tree: StateTree) throws(Failure) {
        for name in ["epoch", "step", "total_steps", "batch_size", "shuffle", "seed"] where tree.integer(name) == nil {
            throw .structure(operation: "load", "the checkpoint's trainer lacks '\(name)'")
        }
        // Far from the ends of Int, so that counting on never overflows.
        let counts = ["epoch", "step", "total_steps", "right_count", "row_count", "metric_row_count", "epochs_without_improvement"].map { ($0, 0) }
            + [("batch_size", 1)]
        for (name, least) in counts {
            guard let value = tree.integer(name), !(Int64(least)...1 << 60).contains(value) else { continue }
            throw .structure(operation: "load", "the checkpoint's trainer has the '\(name)' \(value), which no training can have")
        }
        if let shuffle = tree.integer("shuffle"), Int32(exactly: shuffle).flatMap(Shuffle.init) == nil {
            throw .structure(operation: "load", "the checkpoint's trainer has the 'shuffle' \(shuffle), which this library does not know")
        }
        if let name = tree.text("loss"), name != loss.identity {
            throw .structure(operation: "load", "the trainer's loss is \(loss.identity), but the checkpoint's is \(name)")
        }
    }

    /// Takes over position and the order of data. The tree must have passed `check`.
    public func load(_ tree: StateTree) {
        func whole(_ name: String) -> Int { Int(tree.integer(name) ?? 0) }
        var p = TrainingPosition()
        (p.epoch, p.step, p.totalSteps) = (whole("epoch"), whole("step"), whole("total_steps"))
        (p.means.lossSum, p.means.rightCount, p.means.rowCount) = (tree.real("loss_sum") ?? 0, whole("right_count"), whole("row_count"))
        // Other metrics begin anew.
        if tree.list("metrics") == metrics.map({ Value.text($0.name) }), tree.list("metric_sums")?.count == metrics.count {
            func reals(_ name: String) -> [Double] { (tree.list(name) ?? []).map { $0.real ?? .nan } }
            (p.means.metricSums, p.means.metricRowCount) = (reals("metric_sums"), whole("metric_row_count"))
            p.validationMetrics = reals("validation_metrics")
        }
        p.bestLoss = tree.real("best_loss") ?? .infinity
        p.epochsWithoutImprovement = whole("epochs_without_improvement")
        p.validationLoss = tree.real("validation_loss") ?? .nan
        p.validationAccuracy = tree.real("validation_accuracy") ?? .nan
        position = p
        options.batchSize = max(1, whole("batch_size"))
        options.shuffle = Shuffle(rawValue: Int32(truncatingIfNeeded: whole("shuffle"))) ?? .automatic
        options.seed = UInt64(bitPattern: tree.integer("seed") ?? 0)
        options.dropLast = whole("drop_last") != 0
        best = tree[child: "best"]?.arrays ?? []
    }
}
