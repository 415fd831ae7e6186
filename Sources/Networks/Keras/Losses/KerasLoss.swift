import Engine

/// Losses as Keras 3 has them (keras.losses): one value for each example, times its weight, then reduced.
///
/// The first input is the prediction, as in all losses here; Python's classes take y_true first, as Keras's do.
final class KerasLoss: Module {
    /// Losses of examples, and (nil: all) which of them count.
    struct Values {
        var losses: Tensor
        var counts: Tensor?

        init(_ losses: Tensor, counts: Tensor? = nil) { (self.losses, self.counts) = (losses, counts) }
    }

    /// From arguments, prediction and target. The target has the prediction's dtype, unless it is labels.
    typealias Rule = (Arguments, Tensor, Tensor) throws(Failure) -> Values

    private let rule: Rule
    private let isOfClasses: Bool
    private let reduction: String
    private let given: Arguments

    init(_ arguments: Arguments, hasClasses: Bool, _ rule: @escaping Rule) throws(Failure) {
        (self.rule, isOfClasses, given) = (rule, hasClasses, arguments)
        reduction = arguments.optionalText("reduction") ?? "none"
        super.init(arguments)
    }

    override var hasClasses: Bool { isOfClasses }

    override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard inputs.count >= 2, let prediction = inputs[0], let target = inputs[1] else {
            throw .argument(operation: className, "a prediction and a target are expected")
        }
        let x =
            prediction.dtype.isFloat ? try prediction.cast(prediction.dtype.arithmetic) : try prediction.cast(.float32)
        let pair = try KerasLoss.aligned(x, target)
        var values = try rule(given, pair.0, pair.1)
        if inputs.count > 3, let mask = inputs[3] {
            let mask = try mask.cast(.bool)
            values.counts =
                try values.counts.map { (own) throws(Failure) in
                    try Tensor.apply(.logicalAnd, own, mask)
                } ?? mask
        }
        return [try reduced(values, inputs.count > 2 ? inputs[2] : nil)]
    }

    /// The two with equal numbers of axes, where one has a last axis of one element more.
    static func aligned(_ a: Tensor, _ b: Tensor) throws(Failure) -> (Tensor, Tensor) {
        let (ranks, lasts) = ((a.shape.count, b.shape.count), (a.shape.last, b.shape.last))
        if ranks.0 == ranks.1 + 1, lasts.0 == 1 {
            return ranks.1 == 1 ? (a, try b.unsqueeze(-1)) : (try a.squeeze([-1]), b)
        }
        if ranks.1 == ranks.0 + 1, lasts.1 == 1 {
            return ranks.0 == 1 ? (try a.unsqueeze(-1), b) : (a, try b.squeeze([-1]))
        }
        return (a, b)
    }

    /// Weighs the losses, and makes one of them. What does not count has a weight of 0; a mean is that of the others.
    private func reduced(_ values: Values, _ weight: Tensor?) throws(Failure) -> Tensor {
        var losses = values.losses
        let dtype = losses.dtype
        var weights = try weight?.cast(dtype)
        if let counts = values.counts {
            var shares = try counts.cast(dtype)
            if reduction == "mean" || reduction == "sum_over_batch_size" {
                let valid = try shares.sum()
                let isEmpty = try valid.applying(.equal, 0)
                let divisor = try Tensor.choose(isEmpty, Tensor.full([], 1, dtype), valid)
                shares = try shares * (Tensor.full([], Double(counts.count), dtype) / divisor)
            }
            if let given = weights {
                let (shares, given) = try KerasLoss.aligned(shares, given)
                weights = try given * shares
            } else {
                weights = shares
            }
        }
        if let given = weights {
            let pair = try KerasLoss.aligned(losses, given)
            losses = try pair.0 * pair.1
            weights = pair.1
        }
        guard reduction != "none", !losses.shape.isEmpty, losses.shape != [0] else { return losses }
        let sum = try losses.sum()
        guard reduction != "sum" else { return sum }
        guard reduction == "mean_with_sample_weight", let weights else {
            return try sum * (losses.count == 0 ? 0 : 1 / Double(losses.count))
        }
        let total = try weights.sum()
        let isEmpty = try total.applying(.equal, 0)
        let zero = try Tensor.full([], 0, dtype)
        return try Tensor.choose(isEmpty, zero, sum / Tensor.choose(isEmpty, zero + 1, total))
    }
}

/// What the losses are made of.
extension KerasLoss {
    /// What Keras keeps probabilities away from 0 and 1 by.
    static let epsilon = 1e-7

    static let reduction = Parameter(
        "reduction",
        .optional(.choice(["sum_over_batch_size", "sum", "mean", "none", "mean_with_sample_weight"])),
        .text("sum_over_batch_size"),
        "'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the sum of "
            + "the weights; 'sum'; 'none': one each")
    static let axis = Parameter("axis", .integer, .integer(-1), "the axis of the classes")
    static let fromLogits = Parameter(
        "from_logits", .flag, .flag(false), "whether predictions are logits, not probabilities")
    static let smoothing = Parameter(
        "label_smoothing", .real, .real(0), "the share of each target that goes to all classes alike, from 0 to 1")

    /// A line of the registry. Keras has the reduction behind a loss's own arguments, but for `before`.
    static func kind(
        _ name: String, takes parameters: [Parameter] = [], reductionAt place: Int? = nil, hasClasses: Bool = false,
        _ documentation: String, _ rule: @escaping Rule
    ) -> Kind {
        var all = parameters
        all.insert(reduction, at: place ?? parameters.count)
        let inputs = [
            Input("input"), Input("target"), Input("sample_weight", optional: true), Input("mask", optional: true),
        ]
        return Kind(Signature("keras.\(name)", all, inputs: inputs, documentation)) { (arguments) throws(Failure) in
            try KerasLoss(arguments, hasClasses: hasClasses, rule)
        }
    }

    /// The target in the prediction's dtype.
    static func target(_ t: Tensor, like x: Tensor) throws(Failure) -> Tensor { try t.cast(x.dtype) }

    static func checkSame(_ x: Tensor, _ t: Tensor, _ arguments: Arguments) throws(Failure) {
        guard x.shape == t.shape else {
            throw .shape(
                operation: arguments.signature.name,
                "predictions and targets of one shape are expected, but they are \(x.shape.description) and "
                    + t.shape.description)
        }
    }

    /// The target with a share of its weight spread over `classes` of them.
    static func smoothed(_ t: Tensor, _ arguments: Arguments, classes: Int) throws(Failure) -> Tensor {
        let share = arguments.optionalReal("label_smoothing") ?? 0
        guard share != 0 else { return t }
        guard (0...1).contains(share) else {
            throw .argument(
                operation: arguments.signature.name, "label_smoothing from 0 to 1 is expected, but found \(share)")
        }
        return try t * (1 - share) + share / Double(max(classes, 1))
    }

    /// Away from 0 and 1.
    static func clipped(_ p: Tensor) throws(Failure) -> Tensor { try p.clamped(epsilon, 1 - epsilon) }
}
