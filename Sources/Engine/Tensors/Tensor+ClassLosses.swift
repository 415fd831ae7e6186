import Steps

/// Losses of predictions for each of a number of classes.
extension Tensor {
    /// What classes and labels count for.
    public struct ClassRule {
        /// One element for each class.
        public var weight: Tensor?
        /// Labels of this value count for nothing.
        public var ignored: Int?
        /// The share of each target that goes to all classes alike.
        public var smoothing: Double

        public init(weight: Tensor? = nil, ignored: Int? = nil, smoothing: Double = 0) {
            (self.weight, self.ignored, self.smoothing) = (weight, ignored, smoothing)
        }
    }

    /// -x[label] of logarithms x of probabilities, [n, classes, ...] with labels [n, ...]; the mean is weighted by the
    /// labels' weights. One example may come without its axis.
    public static func negativeLogLikelihood(
        _ prediction: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean, rule: ClassRule = ClassRule()
    ) throws(Failure) -> Tensor {
        let name = "nll_loss"
        let rows = try ClassRows(prediction.node().ofFloats(name), name)
        let labels = try Labels(target.node(), rows, rule, name)
        return try labels.reduced(labels.picked(from: rows.values), reduction, rows.shape, name)
    }

    /// -log softmax(x)[label] of logits x, [n, classes, ...] with labels [n, ...] of whole numbers, or with
    /// probabilities [n, classes, ...]. One example may come without its axis.
    public static func crossEntropy(
        logits: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean, rule: ClassRule = ClassRule()
    ) throws(Failure) -> Tensor {
        let name = "cross_entropy"
        guard (0...1).contains(rule.smoothing) else {
            throw .argument(
                operation: name, "label_smoothing from 0 to 1 is expected, but found \(rule.smoothing)")
        }
        guard logits.dtype.isFloat else {
            throw .dtype(operation: name, "predictions must be of a floating dtype, but are \(logits.dtype.name)")
        }
        let rows = try ClassRows(logits.node(), name)
        let (z, smoothing) = (rows.values, rule.smoothing)
        guard !target.dtype.isFloat else {
            guard target.shape == logits.shape else {
                throw .shape(
                    operation: name,
                    "targets that are probabilities need the predictions' shape \(logits.shape.text), but are "
                        + target.shape.text)
            }
            var t = try ClassRows(target.node().cast(z.dtype), name).values
            if smoothing > 0 {
                let share = try Node.scalar(smoothing / Double(max(rows.classes, 1)), like: t)
                t = try t * Node.scalar(1 - smoothing, like: t) + share
            }
            if let weight = try rule.weights(rows.classes, z, name) { t = try t * weight }
            return try reduced(z.crossEntropy(with: t).reshape(rows.shape), nil, reduction, name)
        }
        let labels = try Labels(target.node(), rows, rule, name)
        guard smoothing > 0 else {
            let losses = try CrossEntropy().record([z, labels.places])
            return try labels.reduced(labels.weighing(losses), reduction, rows.shape, name)
        }
        let logarithms = try z.logSoftmax(1)
        let sharp = try labels.picked(from: logarithms)
        let weighed = try rule.weights(rows.classes, z, name).map { (w) throws(Failure) in try logarithms * w }
        let smooth = try labels.masking(-(weighed ?? logarithms).sum([1], keepdims: false))
        let losses =
            try sharp * Node.scalar(1 - smoothing, like: z)
            + smooth * Node.scalar(smoothing / Double(max(rows.classes, 1)), like: z)
        return try labels.reduced(losses, reduction, rows.shape, name)
    }

    /// The mean over classes i other than the label y of max(0, margin - x[y] + x[i])^p, times the label's weight.
    public static func multiMargin(
        _ prediction: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil,
        _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "multi_margin_loss"
        guard p == 1 || p == 2 else { throw .argument(operation: name, "p is 1 or 2, but found \(p)") }
        let rows = try ClassRows(prediction.node().ofFloats(name), name, rank: 2)
        let x = rows.values
        let labels = try Labels(target.node(), rows, ClassRule(weight: weight), name)
        let own = try Node.select(labels.isOwn(rows.classes), x, Node.scalar(0, like: x)).sum([1], keepdims: true)
        let excess = try (Node.scalar(margin, like: x) - own + x).relu()
        let others = try Node.select(
            labels.isOwn(rows.classes), Node.scalar(0, like: x), p == 1 ? excess : excess.square())
        let losses = try others.sum([1], keepdims: false) / Node.scalar(Double(rows.classes), like: x)
        return try reduced(labels.weighing(losses).reshape(rows.shape), nil, reduction, name)
    }

    /// The mean over classes of the binary cross-entropy of logits, each class times its weight: [..., classes].
    public static func multiLabelSoftMargin(
        _ prediction: Tensor, _ target: Tensor, weight: Tensor? = nil, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "multilabel_soft_margin_loss"
        let (x, t) = try pair(prediction, target, name)
        guard !x.shape.isEmpty, x.shape == t.shape else {
            throw .shape(
                operation: name,
                "predictions and targets of one shape [..., classes] are expected, but they are \(x.shape.text) and "
                    + t.shape.text)
        }
        var elements = try BinaryCrossEntropyWithLogits().record([x, t])
        if let weight { elements = try elements.weighed(weight, name) }
        return try reduced(elements.mean([x.shape.count - 1], keepdims: false), nil, reduction, name)
    }

    /// The sum over labels j and classes i that are no labels of max(0, 1 - x[j] + x[i]), over the number of classes.
    /// The labels of an example stand before the first negative number: [n, classes] or [classes].
    public static func multiLabelMargin(_ prediction: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean)
        throws(Failure) -> Tensor
    {
        let name = "multilabel_margin_loss"
        let rows = try ClassRows(prediction.node().ofFloats(name), name, rank: 2)
        let (x, n, classes) = (rows.values, rows.values.shape[0], rows.classes)
        guard target.dtype.isInteger else {
            throw .dtype(operation: name, "labels must be whole numbers, but are \(target.dtype.name)")
        }
        guard target.shape == prediction.shape else {
            throw .shape(
                operation: name,
                "labels of \(prediction.shape.text) are expected, but they are \(target.shape.text)")
        }
        let t = try target.node().cast(.int64).reshape([n, classes])
        let zero = try Node.scalar(0, like: t)
        let isLabel = try t.less(zero).cast(.int64).cumulativeSum(1).equal(zero)  // [n, place]
        let labels = try Node.select(isLabel, t, zero)
        let hot = try OneHot(classes: classes, dtype: .bool).record([labels]).logicalAnd(
            isLabel.reshape([n, classes, 1]))  // [n, place, class]
        let isOther = try hot.any([1], keepdims: true).logicalNot()
        let none = try Node.scalar(0, like: x)
        let wide = try x.reshape([n, 1, classes])
        let own = try Node.select(hot, wide, none).sum([2], keepdims: true)
        let excess = try (Node.scalar(1, like: x) - own + wide).relu()
        let counts = try isOther.logicalAnd(isLabel.reshape([n, classes, 1]))
        let losses = try Node.select(counts, excess, none).sum([1, 2], keepdims: false)
        let mean = try losses / Node.scalar(Double(max(classes, 1)), like: x)
        return try reduced(mean.reshape(rows.shape), nil, reduction, name)
    }
}

extension Tensor.ClassRule {
    /// The weights of the classes, in the predictions' dtype.
    fileprivate func weights(_ classes: Int, _ x: Node, _ name: String) throws(Failure) -> Node? {
        guard let weight else { return nil }
        guard weight.shape == [classes] else {
            throw .shape(
                operation: name,
                "a weight for each class, [\(classes)], is expected, but their shape is \(weight.shape.text)")
        }
        return try weight.node().cast(x.dtype)
    }
}

/// Predictions with the classes along the last of two axes.
private struct ClassRows {
    let values: Node  // [rows, classes]
    /// The shape of one loss a row.
    let shape: Shape
    let predictions: Shape
    /// Whether the label of one example may be a vector of one.
    let allowsVector: Bool
    var classes: Int { values.shape[1] }

    /// Of [n, classes, ...] or [classes]; with `rank` of no more axes than that, and, as in PyTorch, of one number too.
    init(_ x: Node, _ name: String, rank: Int = mostAxes) throws(Failure) {
        guard !x.shape.isEmpty || rank == 2, x.shape.count <= rank else {
            throw .shape(
                operation: name,
                "predictions [n, classes\(rank == 2 ? "" : ", ...")] or [classes] are expected, but are "
                    + x.shape.text)
        }
        predictions = x.shape
        allowsVector = rank == 2 && x.shape.count <= 1
        if x.shape.count <= 1 {
            (values, shape) = (try x.reshape([1, x.count]), [])
        } else {
            shape = [x.shape[0]] + x.shape[2...]
            let order = [0] + Array(2..<x.shape.count) + [1]
            values = try x.permute(order).reshape([shape.elementCount, x.shape[1]])
        }
    }
}

/// A label for each row, and what it counts for.
private struct Labels {
    /// Ignored labels are 0.
    let places: Node  // [rows]
    private let isIgnored: Node?
    private let weights: Node?
    private let name: String

    init(_ t: Node, _ rows: ClassRows, _ rule: Tensor.ClassRule, _ name: String) throws(Failure) {
        self.name = name
        guard t.dtype.isInteger else {
            throw .dtype(operation: name, "labels must be whole numbers, but are \(t.dtype.name)")
        }
        // As in PyTorch, one example without its axis may have its label in a vector, for predictions of one axis only.
        guard t.shape == rows.shape || (rows.allowsVector && t.shape == [1]) else {
            throw .shape(
                operation: name,
                "labels of \(rows.shape.text) are expected for predictions of \(rows.predictions.text), but they are "
                    + t.shape.text)
        }
        let flat = try t.reshape([rows.values.shape[0]])
        if let ignored = rule.ignored {
            let wide = try flat.cast(.int64)
            let mark = try wide.equal(Tensor.full([], whole: Int64(ignored), .int64).node())
            (isIgnored, places) = (mark, try Node.select(mark, Node.scalar(0, like: wide), wide))
        } else {
            (isIgnored, places) = (nil, flat)
        }
        var own: Node?
        if let all = try rule.weights(rows.classes, rows.values, name) {
            own = try IndexSelect(axis: 0).record([all, places])
        }
        if let isIgnored {
            if own == nil { own = try Node.full(places.shape, 1, rows.values.dtype) }
            own = try own.map { (one) throws(Failure) in
                try Node.select(isIgnored, Node.scalar(0, like: one), one)
            }
        }
        weights = own
    }

    /// Whether a class is the row's label: bool [rows, classes].
    func isOwn(_ classes: Int) throws(Failure) -> Node { try OneHot(classes: classes, dtype: .bool).record([places]) }

    /// -x[label] of each row, times what it counts for.
    func picked(from x: Node) throws(Failure) -> Node {
        let own = try Node.select(isOwn(x.shape[1]), x, Node.scalar(0, like: x)).sum([1], keepdims: false)
        return try weighing(-own)
    }

    /// Losses of rows, where ignored ones are 0 also if they were infinite.
    func masking(_ losses: Node) throws(Failure) -> Node {
        guard let isIgnored else { return losses }
        return try Node.select(isIgnored, Node.scalar(0, like: losses), losses)
    }

    func weighing(_ losses: Node) throws(Failure) -> Node {
        let masked = try masking(losses)
        guard let weights else { return masked }
        return try masked * weights
    }

    /// Losses that are weighed already; their mean is over all weights.
    func reduced(_ losses: Node, _ reduction: LossReduction, _ shape: Shape, _ name: String) throws(Failure) -> Tensor {
        guard reduction == .mean, let weights, losses.count > 0 else {
            return try Tensor.reduced(losses.reshape(shape), nil, reduction, name)
        }
        return try Tensor(result: losses.sum([0], keepdims: false) / weights.sum([0], keepdims: false))
    }
}
