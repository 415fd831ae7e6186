import Engine

/// A trainer as a tree, and back: position, options, and the best parameters so far.
extension Trainer {
    public var tree: StateTree {
        var tree = StateTree()
        let p = position
        tree.attributes = [
            ("loss", .text(loss.identity)), ("epoch", .integer(Int64(p.epoch))), ("step", .integer(Int64(p.step))),
            ("total_steps", .integer(Int64(p.totalSteps))), ("loss_sum", .real(p.means.lossSum)),
            ("right_count", .integer(Int64(p.means.rightCount))),
            ("row_count", .integer(Int64(p.means.rowCount))), ("metrics", .list(metrics.map { .text($0.name) })),
            ("metric_sums", .list(p.means.metricSums.map { .real($0) })),
            ("metric_row_count", .integer(Int64(p.means.metricRowCount))),
            ("best_loss", .real(p.bestLoss)),
            ("epochs_without_improvement", .integer(Int64(p.epochsWithoutImprovement))),
            ("validation_loss", .real(p.validationLoss)),
            ("validation_accuracy", .real(p.validationAccuracy)),
            ("validation_metrics", .list(p.validationMetrics.map { .real($0) })),
            ("batch_size", .integer(Int64(options.batchSize))),
            ("shuffle", .integer(Int64(options.shuffle.rawValue))), ("seed", .integer(Int64(bitPattern: options.seed))),
            ("drop_last", .integer(options.dropLast ? 1 : 0)),
        ]
        if let known = p.rowOrder {
            tree.attributes += [
                ("order_shuffle", .integer(Int64(known.order.shuffle.rawValue))),
                ("order_run", .integer(Int64(known.order.run))),
                ("order_runs_in_window", .integer(Int64(known.order.runsInWindow))),
                ("order_rows", .integer(Int64(known.rows))),
            ]
        }
        var arrays = StateTree()
        arrays.arrays = best
        tree.children.append(("best", arrays))
        tree.children.append(("history", TrainerHistory.tree(history, metrics: metrics.count)))
        return tree
    }

    /// The same but for the arrays as one text, for a host that keeps a trainer elsewhere; the history's names have a
    /// prefix.
    public var text: String {
        let whole = tree
        let columns = (whole[child: "history"]?.attributes ?? []).map { (Trainer.historyPrefix + $0.name, $0.value) }
        return (whole.attributes + columns).map { "\($0.0)=\($0.1.literal)" }.joined(separator: ", ")
    }

    private static let historyPrefix = "history_"

    /// Takes over what `text` and `best` have said of another trainer, all or nothing.
    public func load(_ text: String, best: [(name: String, tensor: Tensor)]) throws(Failure) {
        var (whole, columns, arrays) = (StateTree(), StateTree(), StateTree())
        for item in try Reader.arguments(text, operation: "trainer_load_state") {
            guard let name = item.keyword, case .value(let value) = try item.constant("trainer_load_state").given else {
                continue
            }
            if name.hasPrefix(Trainer.historyPrefix) {
                columns.attributes.append((String(name.dropFirst(Trainer.historyPrefix.count)), value))
            } else {
                whole.attributes.append((name, value))
            }
        }
        arrays.arrays = try best.map { (entry) throws(Failure) in (entry.name, try entry.tensor.detach()) }
        whole.children = [("best", arrays), ("history", columns)]
        try check(whole)
        try load(whole)
    }

    /// A tree's position, or what is wrong with it.
    public func check(_ tree: StateTree) throws(Failure) {
        for name in ["epoch", "step", "total_steps", "batch_size", "shuffle", "seed"] where tree.integer(name) == nil {
            throw .structure(operation: "load", "the checkpoint's trainer lacks '\(name)'")
        }
        // Far from the ends of Int, so that counting on never overflows.
        let counts =
            [
                "epoch", "step", "total_steps", "right_count", "row_count", "metric_row_count",
                "epochs_without_improvement",
            ].map { ($0, 0) }
            + [("batch_size", 1)]
        for (name, least) in counts {
            guard let value = tree.integer(name), !(Int64(least)...1 << 60).contains(value) else { continue }
            throw .structure(
                operation: "load", "the checkpoint's trainer has the '\(name)' \(value), which no training can have")
        }
        if let shuffle = tree.integer("shuffle"), Int32(exactly: shuffle).flatMap(Shuffle.init) == nil {
            throw .structure(
                operation: "load",
                "the checkpoint's trainer has the 'shuffle' \(shuffle), which this library does not know")
        }
        if tree.integer("order_shuffle") != nil, Trainer.rowOrder(tree) == nil {
            throw .structure(
                operation: "load", "the checkpoint's trainer has an order of rows that no data set can have")
        }
        if let name = tree.text("loss"), name != loss.identity {
            throw .structure(
                operation: "load", "the trainer's loss is \(loss.identity), but the checkpoint's is \(name)")
        }
        _ = try history(tree)
    }

    /// Files of before have none.
    private func history(_ tree: StateTree) throws(Failure) -> [Progress] {
        let isSame = tree.list("metrics") == metrics.map { Value.text($0.name) }
        return try TrainerHistory.rows(tree[child: "history"] ?? StateTree(), metrics: isSame ? metrics.count : 0)
    }

    /// The order that a training began with; nil in files of versions that did not keep it, and where it makes no
    /// sense.
    private static func rowOrder(_ tree: StateTree) -> (rows: Int, order: RowOrder)? {
        guard let shuffle = tree.integer("order_shuffle").flatMap({ Int32(exactly: $0) }).flatMap(Shuffle.init),
            let run = tree.integer("order_run"),
            let runsInWindow = tree.integer("order_runs_in_window"), let rows = tree.integer("order_rows"), run >= 1,
            run <= rows, rows <= 1 << 60,
            let order = RowOrder(shuffle, run: Int(run), runsInWindow: Int(runsInWindow))
        else { return nil }
        return (Int(rows), order)
    }

    /// Takes over position and the order of data. The tree must have passed `check`.
    public func load(_ tree: StateTree) throws(Failure) {
        history = try history(tree)
        func whole(_ name: String) -> Int { Int(tree.integer(name) ?? 0) }
        var p = TrainingPosition()
        (p.epoch, p.step, p.totalSteps) = (whole("epoch"), whole("step"), whole("total_steps"))
        (p.means.lossSum, p.means.rightCount, p.means.rowCount) = (
            tree.real("loss_sum") ?? 0, whole("right_count"), whole("row_count")
        )
        // Other metrics begin anew.
        if tree.list("metrics") == metrics.map({ Value.text($0.name) }),
            tree.list("metric_sums")?.count == metrics.count
        {
            func reals(_ name: String) -> [Double] { (tree.list(name) ?? []).map { $0.real ?? .nan } }
            (p.means.metricSums, p.means.metricRowCount) = (reals("metric_sums"), whole("metric_row_count"))
            p.validationMetrics = reals("validation_metrics")
        }
        p.bestLoss = tree.real("best_loss") ?? .infinity
        p.epochsWithoutImprovement = whole("epochs_without_improvement")
        p.validationLoss = tree.real("validation_loss") ?? .nan
        p.validationAccuracy = tree.real("validation_accuracy") ?? .nan
        if let known = Trainer.rowOrder(tree) {
            p.rowOrder = (
                Shuffle(rawValue: Int32(truncatingIfNeeded: whole("shuffle"))) ?? .automatic, known.rows, known.order
            )
        }
        position = p
        options.batchSize = max(1, whole("batch_size"))
        options.shuffle = Shuffle(rawValue: Int32(truncatingIfNeeded: whole("shuffle"))) ?? .automatic
        options.seed = UInt64(bitPattern: tree.integer("seed") ?? 0)
        options.dropLast = whole("drop_last") != 0
        best = tree[child: "best"]?.arrays ?? []
    }
}
