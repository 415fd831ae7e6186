import Steps

/// Losses of each element of a prediction, under PyTorch's names for sentences. Targets take the predictions' dtype.
extension Tensor {
    /// |prediction - target|, of equal shapes. With weights of the elements the mean is the weighted one.
    public static func absoluteError(
        _ prediction: Tensor, _ target: Tensor, weight: Tensor? = nil, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let distance = try differences(prediction, target, "l1_loss").absolute()
        return try reduced(distance, weight, reduction, "l1_loss")
    }

    /// (prediction - target)^2, with weights of the elements.
    public static func meanSquaredError(
        _ prediction: Tensor, _ target: Tensor, weight: Tensor, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        try reduced(differences(prediction, target, "mse_loss").square(), weight, reduction, "mse_loss")
    }

    /// d^2 / (2 beta) where d = |prediction - target| is below beta, else d - beta / 2. Girshick 2015.
    public static func smoothAbsoluteError(
        _ prediction: Tensor, _ target: Tensor, beta: Double = 1, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "smooth_l1_loss"
        guard beta >= 0 else {
            throw .argument(operation: name, "beta from 0 on is expected, but found \(beta)")
        }
        let z = try differences(prediction, target, name)
        let distance = try z.absolute()
        guard beta > 0 else { return try reduced(distance, nil, reduction, name) }
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: z) }
        let elements = try Node.select(
            distance.less(number(beta)), z.square() * number(0.5 / beta), distance - number(beta / 2))
        return try reduced(elements, nil, reduction, name)
    }

    /// d^2 / 2 where d = |prediction - target| is at most delta, else delta (d - delta / 2). Huber 1964. The mean is
    /// over the number of elements, also of weighed ones.
    public static func huber(
        _ prediction: Tensor, _ target: Tensor, delta: Double = 1, weight: Tensor? = nil,
        _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        guard delta > 0 else {
            throw .argument(operation: "huber_loss", "delta above 0 is expected, but found \(delta)")
        }
        let z = try differences(prediction, target, "huber_loss")
        let distance = try z.absolute()
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: z) }
        let elements = try Node.select(
            distance.lessEqual(number(delta)), z.square() * number(0.5),
            (distance - number(delta / 2)) * number(delta))
        guard let weight else { return try reduced(elements, nil, reduction, "huber_loss") }
        return try reduced(elements.weighed(weight, "huber_loss"), nil, reduction, "huber_loss")
    }

    /// t (log t - x) of logarithms x of probabilities; with `isLog` the targets are logarithms too. Where t is 0, so is
    /// the loss. Kullback and Leibler 1951.
    public static func divergence(
        _ prediction: Tensor, _ target: Tensor, isLog: Bool = false, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let (x, t) = try pair(prediction, target, "kl_div")
        guard !isLog else { return try reduced(t.exp() * (t - x), nil, reduction, "kl_div") }
        return try reduced(t.timesItsLogarithm() - t * x, nil, reduction, "kl_div")
    }

    /// exp(x) - t x of logarithms x of rates, or, without `isLog`, x - t log(x + eps) of rates x; with `isFull` plus
    /// Stirling's approximation of log t! for targets above 1.
    public static func poissonLikelihood(
        _ prediction: Tensor, _ target: Tensor, isLog: Bool = true, isFull: Bool = false, eps: Double = 1e-8,
        _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "poisson_nll_loss"
        let (x, t) = try pair(prediction, target, name)
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: x) }
        var elements = try isLog ? x.exp() - t * x : x - t * (x + number(eps)).log()
        if isFull {
            let isLarge = try t.greater(number(1))
            let large = try Node.select(isLarge, t, number(1))
            let stirling = try large * large.log() - large + (large * number(2 * .pi)).log() * number(0.5)
            elements = try elements + Node.select(isLarge, stirling, number(0))
        }
        return try reduced(elements, nil, reduction, name)
    }

    /// (log v + (x - t)^2 / v) / 2 for variances v, which are raised to eps; with `isFull` plus log(2 pi) / 2. There is
    /// a variance for each element, or one for all of an axis; the last one may then be missing. Nix and Weigend 1994.
    public static func gaussianLikelihood(
        _ prediction: Tensor, _ target: Tensor, variance: Tensor, isFull: Bool = false, eps: Double = 1e-6,
        _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "gaussian_nll_loss"
        let (x, t) = try pair(prediction, target, name)
        var v = try variance.node().cast(x.dtype)
        let rows = Array(x.shape.dropLast())
        if !x.shape.isEmpty, v.shape == rows, v.shape != x.shape { v = try v.reshape(rows + [1]) }
        let differing = v.shape.count == x.shape.count ? zip(v.shape, x.shape).filter { $0 != $1 }.map(\.0) : []
        guard v.shape == x.shape || v.shape.isEmpty || differing == [1] else {
            throw .shape(
                operation: name,
                "a variance of \(x.shape.text), without its last axis or with extent 1 along one, is expected, but it "
                    + "is \(variance.shape.text)")
        }
        // The derivative is as if nothing were raised.
        v = try v + (v.maximum(Node.scalar(eps, like: v)) - v).detached()
        let half = try Node.scalar(0.5, like: x)
        var elements = try half * (v.log() + (x - t).square() / v)
        if isFull { elements = try elements + Node.scalar(0.918_938_533_204_672_8, like: x) }
        return try reduced(elements, nil, reduction, name)
    }

    /// log(1 + exp(-t x)) for targets of 1 and -1.
    public static func softMargin(_ prediction: Tensor, _ target: Tensor, _ reduction: LossReduction = .mean)
        throws(Failure) -> Tensor
    {
        let (x, t) = try pair(prediction, target, "soft_margin_loss")
        return try reduced((-(t * x)).softplus(), nil, reduction, "soft_margin_loss")
    }

    /// x for targets of 1, max(0, margin - x) for targets of -1.
    public static func hingeEmbedding(
        _ prediction: Tensor, _ target: Tensor, margin: Double = 1, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "hinge_embedding_loss"
        let (x, t) = try pair(prediction, target, name)
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: x) }
        let apart = try Node.select(t.notEqual(number(1)), (number(margin) - x).relu(), number(0))
        let alike = try Node.select(t.notEqual(number(-1)), x, number(0))
        return try reduced(apart + alike, nil, reduction, name)
    }

    /// Binary cross-entropy of probabilities, each element times a weight.
    public static func binaryCrossEntropy(
        probabilities: Tensor, _ target: Tensor, weight: Tensor, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let elements = try binaryCrossEntropy(probabilities: probabilities, target, .none)
        return try reduced(
            elements.node().weighed(weight, "binary_cross_entropy"), nil, reduction, "binary_cross_entropy")
    }

    /// The same of logits, without overflow; targets of 1 count as much as their weight says.
    public static func binaryCrossEntropy(
        logits: Tensor, _ target: Tensor, weight: Tensor?, ofOnes: Tensor?, _ reduction: LossReduction = .mean
    ) throws(Failure) -> Tensor {
        let name = "binary_cross_entropy_with_logits"
        var elements: Node
        if let ofOnes {
            let (x, t) = try pair(logits, target, name)
            let one = try Node.scalar(1, like: x)
            let factor = try (t * (ofOnes.node().cast(x.dtype) - one)) + one
            elements = try (one - t) * x + factor.weighing((-x).softplus(), name)
        } else {
            elements = try binaryCrossEntropy(logits: logits, target, .none).node()
        }
        if let weight { elements = try elements.weighed(weight, name) }
        return try reduced(elements, nil, reduction, name)
    }

    // MARK: Parts of losses

    /// Predictions of floats and targets of their dtype, which broadcast together.
    static func pair(_ prediction: Tensor, _ target: Tensor, _ name: String) throws(Failure) -> (Node, Node) {
        let x = try prediction.node().ofFloats(name)
        let t = try target.node().cast(x.dtype)
        guard broadcastShape(x.shape, t.shape) != nil else {
            throw .shape(
                operation: name,
                "predictions are \(x.shape.text) and targets \(t.shape.text), which do not broadcast together")
        }
        return (x, t)
    }

    /// Their differences, where the shapes are equal.
    private static func differences(_ prediction: Tensor, _ target: Tensor, _ name: String) throws(Failure) -> Node {
        guard prediction.shape == target.shape else {
            throw .shape(
                operation: name,
                "predictions are \(prediction.shape.text), but targets are \(target.shape.text)")
        }
        let (x, t) = try pair(prediction, target, name)
        return try x - t
    }

    /// Losses of elements, or of examples, as a reduction wants them. With weights the mean is the weighted one.
    static func reduced(_ elements: Node, _ weight: Tensor? = nil, _ reduction: LossReduction, _ name: String)
        throws(Failure) -> Tensor
    {
        let axes = Array(elements.shape.indices)
        guard let weight else {
            switch reduction {
            case .none: return try Tensor(result: elements)
            case .sum: return try Tensor(result: elements.sum(axes, keepdims: false))
            case .mean:
                guard elements.count > 0 else {
                    throw .shape(operation: name, "the batch is empty: the losses are \(elements.shape.text)")
                }
                return try Tensor(result: elements.mean(axes, keepdims: false))
            }
        }
        let weighed = try elements.weighed(weight, name)
        guard reduction == .mean else { return try reduced(weighed, nil, reduction, name) }
        let weights = try weight.node().cast(elements.dtype).broadcast(to: elements.shape)
        let total = try weighed.sum(axes, keepdims: false)
        return try Tensor(result: total / weights.sum(axes, keepdims: false))
    }
}

extension Node {
    /// x log x, which is 0 at 0.
    fileprivate func timesItsLogarithm() throws(Failure) -> Node {
        let zero = try Node.scalar(0, like: self)
        let isZero = try equal(zero)
        return try Node.select(isZero, zero, self * Node.select(isZero, Node.scalar(1, like: self), self).log())
    }

    /// Times weights that broadcast to this shape.
    func weighed(_ weight: Tensor, _ name: String) throws(Failure) -> Node {
        try weight.node().cast(dtype).weighing(self, name)
    }

    fileprivate func weighing(_ elements: Node, _ name: String) throws(Failure) -> Node {
        guard broadcastShape(shape, elements.shape) == elements.shape else {
            throw .shape(
                operation: name,
                "weights that broadcast to \(elements.shape.text) are expected, but they are \(shape.text)")
        }
        return try elements * self
    }
}
