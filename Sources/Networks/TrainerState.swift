import Engine

/// A trainer as a tree, and back: position, options, and the best parameters so far.
extension Trainer {
    public var tree: StateTree {
        var tree = StateTree()
        let p = position
        tree.attributes = [
            ("loss", .integer(Int64(loss.rawValue))), ("epoch", .integer(Int64(p.epoch))), ("step", .integer(Int64(p.step))),
            ("total_steps", .integer(Int64(p.totalSteps))), ("loss_sum", .real(p.lossSum)), ("right_count", .integer(Int64(p.rightCount))),
            ("row_count", .integer(Int64(p.rowCount))), ("best_loss", .real(p.bestLoss)),
            ("epochs_without_improvement", .integer(Int64(p.epochsWithoutImprovement))), ("validation_loss", .real(p.validationLoss)),
            ("validation_accuracy", .real(p.validationAccuracy)), ("batch_size", .integer(Int64(options.batchSize))),
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
        let counts = ["epoch", "step", "total_steps", "right_count", "row_count", "epochs_without_improvement"].map { ($0, 0) } + [("batch_size", 1)]
        for (name, least) in counts {
            guard let value = tree.integer(name), !(Int64(least)...1 << 60).contains(value) else { continue }
            throw .structure(operation: "load", "the checkpoint's trainer has the '\(name)' \(value), which no training can have")
        }
        if let shuffle = tree.integer("shuffle"), Int32(exactly: shuffle).flatMap(Shuffle.init) == nil {
            throw .structure(operation: "load", "the checkpoint's trainer has the 'shuffle' \(shuffle), which this library does not know")
        }
        if let kind = tree.integer("loss"), kind != Int64(loss.rawValue) {
            throw .structure(operation: "load", "the trainer's loss is \(loss), but the checkpoint's is number \(kind)")
        }
    }

    /// Takes over position and the order of data. The tree must have passed `check`.
    public func load(_ tree: StateTree) {
        func whole(_ name: String) -> Int { Int(tree.integer(name) ?? 0) }
        var p = TrainingPosition()
        (p.epoch, p.step, p.totalSteps) = (whole("epoch"), whole("step"), whole("total_steps"))
        (p.lossSum, p.rightCount, p.rowCount) = (tree.real("loss_sum") ?? 0, whole("right_count"), whole("row_count"))
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
