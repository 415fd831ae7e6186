import Steps

/// Operations that pass their input through, and fail while the plan runs if its values do not do.

protocol Check: Operation {
    /// What the values have to be.
    func condition(_ type: TensorType) -> CheckStep.Condition
    /// What the sentence names.
    var subject: String { get }
}

extension Check {
    var subject: String { name }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [cotangent] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { tangents[0] }
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let type = lowering.type(index)
        let source = lowering.dense(lowering.inputs(index)[0])
        lowering.push(
            name,
            .check(
                CheckStep(
                    condition(type), operation: subject, dtype: type.dtype, count: type.count, source: source,
                    result: lowering.output(of: index))))
    }
}

/// Integers that are divided by.
struct CheckDivisor: Check {
    var name: String { "integer division" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .divisors }
}

/// Integers to whose powers integers are raised.
struct CheckExponent: Check {
    var name: String { "pow" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .exponents }
}

/// Probabilities of single events.
struct CheckProbability: Check {
    var name: String { "bernoulli" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .probabilities }
}

/// float64 weights [..., n] of which each row has `count` above 0 at least, and none below 0 or infinite.
struct CheckWeights: Check {
    var count: Int
    var name: String { "multinomial" }
    func encode(into key: inout KeyBuilder) { key.append(count) }
    func condition(_ type: TensorType) -> CheckStep.Condition { .weights(count: count, n: type.shape.last ?? 1) }
}

/// Sums of squares of windows that overlap, which are divided by.
struct CheckOverlap: Check {
    var name: String { "istft" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .overlap }
}

/// Integers of the loss of connectionist temporal classification, in a range.
struct CheckTemporal: Check {
    enum Quantity: Int {
        case inputLengths, targetLengths, labels

        var text: String {
            switch self {
            case .inputLengths: "input_lengths"
            case .targetLengths: "target_lengths"
            case .labels: "targets"
            }
        }
    }

    var quantity: Quantity
    var range: Range<Int>
    var name: String { "ctc_loss" }
    func encode(into key: inout KeyBuilder) { key.append([quantity.rawValue, range.lowerBound, range.upperBound]) }
    func condition(_ type: TensorType) -> CheckStep.Condition { .integers(quantity.text, range) }
}

/// A norm that is neither NaN nor infinite.
struct CheckNorm: Check {
    var name: String { "total_norm" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .finite }
}

/// A loss that is neither NaN nor infinite.
struct CheckFinite: Check {
    var name: String { "check_finite" }
    var subject: String { "loss" }
    func condition(_ type: TensorType) -> CheckStep.Condition { .finite }
}
