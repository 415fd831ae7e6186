import Engine

/// Keras's losses of classes.
///
/// Where the probabilities are a softmax (or a sigmoid) that was recorded, its logits are what counts, as in Keras.
enum KerasClassLosses {
    private typealias Loss = KerasLoss

    /// The classes on the last axis.
    private static func lastAxis(_ x: Tensor, _ arguments: Arguments) throws(Failure) -> Tensor {
        let axis = arguments.optionalInteger("axis") ?? -1
        return axis == -1 || axis == x.shape.count - 1 ? x : try x.moveAxes([axis], [-1])
    }

    /// Binary cross-entropy of each element.
    private static func binary(_ x: Tensor, _ t: Tensor, fromLogits: Bool) throws(Failure) -> Tensor {
        let logits = try x.logitsOfSigmoid()
        if let logits = logits ?? (fromLogits ? x : nil) {
            return try Tensor.binaryCrossEntropy(logits: logits, targets: t)
        }
        let p = try Loss.clipped(x)
        return try (t * p.applying(.log) + (1 - t) * (1 - p).applying(.log)).applying(.negative)
    }

    /// The logits that predictions are or come from.
    private static func logits(_ x: Tensor, _ arguments: Arguments) throws(Failure) -> Tensor? {
        if let logits = try x.logitsOfSoftmax() { return logits }
        return try arguments.flag("from_logits") ? x : nil
    }

    static let kinds = [
        Loss.kind(
            "BinaryCrossentropy", takes: [Loss.fromLogits, Loss.smoothing, Loss.axis],
            """
            -(t log p + (1 - t) log(1 - p)) of probabilities p that are kept 1e-7 away from 0 and 1, or of \
            sigmoid(input) without overflow; the mean over an axis.
            """
        ) { (arguments, x, t) throws(Failure) in
            try Loss.checkSame(x, t, arguments)
            let t = try Loss.smoothed(Loss.target(t, like: x), arguments, classes: 2)
            let axis = try arguments.axis("axis")
            return Loss.Values(try binary(x, t, fromLogits: arguments.flag("from_logits")).mean([axis]))
        },
        Loss.kind(
            "BinaryFocalCrossentropy",
            takes: [
                Parameter(
                    "apply_class_balancing", .flag, .flag(false), "weighs targets of 1 by alpha, others by 1 - alpha"),
                Parameter("alpha", .real, .real(0.25), "the weight of targets of 1"),
                Parameter("gamma", .real, .real(2), "how little sure predictions count"), Loss.fromLogits,
                Loss.smoothing, Loss.axis,
            ],
            """
            (1 - q)^gamma times binary cross-entropy, where q is the probability of what is right; the mean over an \
            axis. Lin et al. 2017.
            """
        ) { (arguments, x, t) throws(Failure) in
            try Loss.checkSame(x, t, arguments)
            let t = try Loss.smoothed(Loss.target(t, like: x), arguments, classes: 2)
            let p = try arguments.flag("from_logits") ? x.applying(.sigmoid) : x
            let right = try t * p + (1 - t) * (1 - p)
            let factor = try (1 - right).applying(.power, arguments.real("gamma"))
            var losses = try factor * binary(p, t, fromLogits: false)
            if try arguments.flag("apply_class_balancing") {
                let alpha = try arguments.real("alpha")
                losses = try (t * alpha + (1 - t) * (1 - alpha)) * losses
            }
            return Loss.Values(try losses.mean([arguments.axis("axis")]))
        },
        Loss.kind(
            "CategoricalCrossentropy", takes: [Loss.fromLogits, Loss.smoothing, Loss.axis], hasClasses: true,
            """
            -sum t log p over the classes' axis, of probabilities that are divided by their sum and kept 1e-7 away \
            from 0 and 1, or of softmax(input). Targets are probabilities of the prediction's shape.
            """
        ) { (arguments, x, t) throws(Failure) in
            try Loss.checkSame(x, t, arguments)
            let x = try lastAxis(x, arguments)
            let t = try Loss.smoothed(
                lastAxis(Loss.target(t, like: x), arguments), arguments, classes: x.shape.last ?? 1)
            if let logits = try logits(x, arguments) {
                return Loss.Values(try Tensor.crossEntropy(logits: logits, distributions: t))
            }
            let p = try Loss.clipped(x / x.sum([-1], keepdims: true))
            return Loss.Values(try (t * p.applying(.log)).sum([-1]).applying(.negative))
        },
        Loss.kind(
            "CategoricalFocalCrossentropy",
            takes: [
                Parameter("alpha", .real, .real(0.25), "the weight of all"),
                Parameter("gamma", .real, .real(2), "how little sure predictions count"), Loss.fromLogits,
                Loss.smoothing, Loss.axis,
            ], hasClasses: true,
            """
            -alpha sum (1 - p)^gamma t log p over the classes' axis, of probabilities that are divided by their sum \
            and kept 1e-7 away from 0 and 1. Lin et al. 2017.
            """
        ) { (arguments, x, t) throws(Failure) in
            try Loss.checkSame(x, t, arguments)
            let x = try lastAxis(x, arguments)
            let t = try Loss.smoothed(
                lastAxis(Loss.target(t, like: x), arguments), arguments, classes: x.shape.last ?? 1)
            let given = try arguments.flag("from_logits") ? x.softmax(-1) : x
            let p = try Loss.clipped(given / given.sum([-1], keepdims: true))
            let factor = try (1 - p).applying(.power, arguments.real("gamma")) * arguments.real("alpha")
            return Loss.Values(try (factor * t * p.applying(.log)).sum([-1]).applying(.negative))
        },
        Loss.kind(
            "SparseCategoricalCrossentropy",
            takes: [
                Loss.fromLogits,
                Parameter("ignore_class", .optional(.integer), Value.none, "labels of this value count for nothing"),
                Loss.axis,
            ], reductionAt: 2, hasClasses: true,
            """
            -log p[label] over the classes' axis, of probabilities that are kept 1e-7 away from 0 and 1 and divided \
            by their sum, or of softmax(input). Labels have the prediction's shape without the axis, or with 1 there.
            """
        ) { (arguments, x, t) throws(Failure) in try sparse(arguments, x, t) },
        Loss.kind(
            "CategoricalGeneralizedCrossEntropy",
            takes: [Parameter("q", .real, .real(0.5), "between cross-entropy (towards 0) and absolute error (1)")],
            "(1 - p[label]^q) / q over the last axis. Zhang and Sabuncu 2018."
        ) { (arguments, x, t) throws(Failure) in
            let labels = try KerasClassLosses.labels(t, like: x, axis: -1)
            guard let classes = x.shape.last, classes > 0 else {
                throw .shape(operation: arguments.signature.name, "predictions [..., classes] are expected")
            }
            let q = try arguments.real("q")
            guard q > 0, q <= 1 else {
                throw .argument(
                    operation: arguments.signature.name, "q above 0 and at most 1 is expected, but found \(q)")
            }
            let p = try (x * Tensor.oneHot(labels, classes: classes, dtype: x.dtype)).sum([-1])
            return Loss.Values(try (1 - p.applying(.power, q)) * (1 / q))
        },
    ]

    /// Labels as whole numbers, without an axis of one element where the classes are.
    private static func labels(_ t: Tensor, like x: Tensor, axis: Int) throws(Failure) -> Tensor {
        var labels = t
        let place = axis < 0 ? axis + x.shape.count : axis
        if t.shape.count == x.shape.count, t.shape.indices.contains(place), t.shape[place] == 1 {
            labels = try t.squeeze([place])
        }
        return try labels.cast(.int64)
    }

    private static func sparse(_ arguments: Arguments, _ x: Tensor, _ t: Tensor) throws(Failure) -> Loss.Values {
        let name = arguments.signature.name
        var labels = try KerasClassLosses.labels(t, like: x, axis: arguments.optionalInteger("axis") ?? -1)
        var x = try lastAxis(x, arguments)
        guard let classes = x.shape.last, labels.shape == Array(x.shape.dropLast()) else {
            throw .shape(
                operation: name,
                "labels of the predictions' shape \(x.shape.description) without the classes are expected, but they "
                    + "are \(labels.shape.description)")
        }
        let logits = try logits(x, arguments)
        var counts: Tensor?
        if let ignored = arguments.optionalInteger("ignore_class") {
            let isValid = try labels.applying(.notEqual, Double(ignored))
            labels = try Tensor.choose(isValid, labels, Tensor.full([], whole: 0, .int64))
            counts = isValid
        }
        if let logits { x = logits } else { x = try Loss.clipped(x).applying(.log) }
        if let counts {
            x = try Tensor.choose(counts.unsqueeze(-1), x, Tensor.full([], 0, x.dtype))
        }
        let rows = try x.reshape([labels.count, classes])
        var losses = try Tensor.crossEntropy(logits: rows, labels: labels.reshape([labels.count])).reshape(labels.shape)
        if let counts { losses = try Tensor.choose(counts, losses, Tensor.full([], 0, losses.dtype)) }
        return Loss.Values(losses, counts: counts)
    }
}
