import Engine

/// Adam and AdamW differ in where the decay goes.
public class MomentEstimating: Optimizer {
    fileprivate static func parameters(decay: Double, _ documentation: String) -> [Parameter] {
        [
            Parameter("lr", .real, .real(1e-3), "learning rate"),
            Parameter(
                "betas", .tuple(.real, count: 2), .list([.real(0.9), .real(0.999)]),
                "decays of the means of gradients and of their squares"),
            Parameter("eps", .real, .real(1e-8), "added to the root"),
            Parameter("weight_decay", .real, .real(decay), documentation),
        ]
    }

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    public override var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }

    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        func real(_ name: String) -> Double { settings.value(name)?.real ?? 0 }
        let betas = (try? settings.reals("betas")) ?? [0, 0]
        return [
            ("beta1", betas[0]), ("beta2", betas[1]), ("rest1", 1 - betas[0]), ("rest2", 1 - betas[1]),
            ("kept", 1 - real("lr") * real("weight_decay")),
        ]
    }

    /// lr / (1 - beta1^t) and 1 / sqrt(1 - beta2^t) of the step in progress.
    private var rates: [StepKind: (rate: Tensor, correction: Tensor)] = [:]

    override func prepare(_ kinds: [StepKind]) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let steps = try state("step", [], .float64)
        let t = try steps + 1
        for group in Set(kinds.map(\.group)).sorted() {
            func lost(_ beta: String) throws(Failure) -> Tensor {
                try 1 - Tensor.apply(.power, box(beta, group, .float64), t)
            }
            let rate = try box("lr", group, .float64) / lost("beta1")
            let correction = try lost("beta2").applying(.rsqrt)
            for kind in kinds where kind.group == group {
                rates[kind] = (try rate.cast(kind.dtype), try correction.cast(kind.dtype))
            }
        }
        return [(steps, t)]
    }

    /// The gradient and the parameter with their decay.
    fileprivate func decayed(_ parameter: Tensor, _ gradient: Tensor, _ group: Int) throws(Failure) -> (
        parameter: Tensor, gradient: Tensor
    ) {
        (parameter, gradient)
    }

    override func update(
        _ place: Int, _ group: Int, _ parameter: Tensor, _ gradient: Tensor
    ) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let dtype = parameter.dtype
        guard let (rate, correction) = rates[StepKind(group: group, dtype: dtype)] else {
            throw .internal(operation: className, "the step was not prepared")
        }
        let (p, g) =
            number("weight_decay", group) == 0 ? (parameter, gradient) : try decayed(parameter, gradient, group)
        let oldMean = try state("\(place).exp_avg", parameter.shape, dtype)
        let oldSquare = try state("\(place).exp_avg_sq", parameter.shape, dtype)
        let mean = try oldMean + box("rest1", group, dtype) * (g - oldMean)
        let square = try box("beta2", group, dtype) * oldSquare + box("rest2", group, dtype) * g.applying(.square)
        let scale = try square.applying(.sqrt) * correction + box("eps", group, dtype)
        return [(oldMean, mean), (oldSquare, square), (parameter, try p - rate * (mean / scale))]
    }

    override func record() throws(Failure) {
        defer { rates = [:] }
        try super.record()
    }
}

public final class Adam: MomentEstimating, RegisteredOptimizer {
    public static let signature = Signature(
        "Adam", parameters(decay: 0, "added to the gradient, times the parameter"), inputs: [], outputs: [],
        """
        Adam (Kingma and Ba 2015), eps outside the root as in PyTorch. All parameters count the same steps t.

        m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) \
        + eps).
        """)

    override func decayed(_ parameter: Tensor, _ gradient: Tensor, _ group: Int) throws(Failure) -> (
        parameter: Tensor, gradient: Tensor
    ) {
        (parameter, try gradient + box("weight_decay", group, parameter.dtype) * parameter)
    }
}

public final class AdamW: MomentEstimating, RegisteredOptimizer {
    public static let signature = Signature(
        "AdamW", parameters(decay: 0.01, "the parameter is first multiplied by 1 - lr weight_decay"), inputs: [],
        outputs: [],
        "Adam with decoupled decay (Loshchilov and Hutter 2019): p is first multiplied by 1 - lr weight_decay.")

    override func decayed(_ parameter: Tensor, _ gradient: Tensor, _ group: Int) throws(Failure) -> (
        parameter: Tensor, gradient: Tensor
    ) {
        (try parameter * box("kept", group, parameter.dtype), gradient)
    }
}
