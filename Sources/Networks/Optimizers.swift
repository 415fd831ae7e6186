import Engine

/// g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at the parameter's first step v = g; p -= lr (nesterov ? g + momentum v : v). As in
/// PyTorch.
public final class SGD: Optimizer {
    private let nesterov: Bool

    public init(
        _ parameters: [Tensor], lr: Double, momentum: Double, dampening: Double, weightDecay: Double, nesterov: Bool
    ) throws(Failure) {
        guard !nesterov || (momentum > 0 && dampening == 0) else {
            throw .argument(operation: "SGD", "Nesterov's momentum needs a momentum above 0 and a dampening of 0")
        }
        self.nesterov = nesterov
        try super.init(
            parameters, [("lr", lr), ("momentum", momentum), ("dampening", dampening), ("weight_decay", weightDecay)])
    }

    public override var className: String { "SGD" }
    public override var isNesterov: Bool { nesterov }
    public override var stateNames: [String] { ["momentum_buffer"] }
    public override var countNames: [String] { ["step"] }
    override func derived() -> [(name: String, value: Double)] { [("undamped", 1 - value("dampening"))] }

    override func update(_ place: Int, _ parameter: Tensor, _ gradient: Tensor) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let dtype = parameter.dtype
        var g = gradient
        if value("weight_decay") != 0 { g = try g + setting("weight_decay", dtype) * parameter }
        let lr = try setting("lr", dtype)
        guard value("momentum") != 0 else { return [(parameter, try parameter - lr * g)] }
        let momentum = try setting("momentum", dtype)
        let isNew = !hasState("\(place).momentum_buffer")
        let old = try state("\(place).momentum_buffer", parameter.shape, dtype)
        var share = g
        var pairs: [(tensor: Tensor, value: Tensor)] = []
        if value("dampening") != 0 {
            // A buffer that was filled while there was no dampening has no count, but has had its first step.
            let steps = try state("\(place).step", [], .float64, initially: isNew ? 0 : 1)
            share = try g * Tensor.choose(steps.applying(.equal, 0), Tensor.full([], 1, dtype), setting("undamped", dtype))
            pairs.append((steps, try steps + 1))
        }
        let velocity = try momentum * old + share
        let direction = try nesterov ? g + momentum * velocity : velocity
        return pairs + [(old, velocity), (parameter, try parameter - lr * direction)]
    }

    /// Checkpoints once had one count, "step", for all parameters, and have none where nothing was dampened.
    override func completed(_ arrays: [(name: String, tensor: Tensor)]) throws(Failure) -> [(name: String, tensor: Tensor)] {
        let names = Set(arrays.map { $0.name })
        let common = arrays.first { $0.name == "step" }?.tensor
        var result = arrays.filter { $0.name != "step" }
        for place in parameters.indices where names.contains("\(place).momentum_buffer") && !names.contains("\(place).step") {
            if let common {
                result.append(("\(place).step", try common.detach()))
            } else if hasState("\(place).step") {
                result.append(("\(place).step", try Tensor.full([], 1, .float64)))
            }
        }
        return result
    }
}

/// Adam (Kingma and Ba 2015): m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon). Decay
/// is added to the gradient, or, `decoupled` (AdamW, Loshchilov and Hutter 2019), p is first multiplied by 1 - lr weight_decay. All parameters count the
/// same steps.
public final class Adam: Optimizer {
    private let isDecoupled: Bool

    public init(
        _ parameters: [Tensor], lr: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, decoupled: Bool
    ) throws(Failure) {
        isDecoupled = decoupled
        try super.init(
            parameters, [("lr", lr), ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weightDecay)])
    }

    public override var className: String { isDecoupled ? "AdamW" : "Adam" }
    public override var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }

    override func derived() -> [(name: String, value: Double)] {
        [("rest1", 1 - value("beta1")), ("rest2", 1 - value("beta2")), ("kept", 1 - value("lr") * value("weight_decay"))]
    }

    /// lr / (1 - beta1^t) and 1 / sqrt(1 - beta2^t), by dtype, of the step in progress.
    private var rates: [DType: (rate: Tensor, correction: Tensor)] = [:]

    override func prepare(_ dtypes: Set<DType>) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let steps = try state("step", [], .float64)
        let t = try steps + 1
        func lost(_ beta: String) throws(Failure) -> Tensor { try 1 - Tensor.apply(.power, setting(beta, .float64), t) }
        let rate = try setting("lr", .float64) / lost("beta1")
        let correction = try lost("beta2").applying(.rsqrt)
        for dtype in dtypes { rates[dtype] = (try rate.cast(dtype), try correction.cast(dtype)) }
        return [(steps, t)]
    }

    override func update(_ place: Int, _ parameter: Tensor, _ gradient: Tensor) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let dtype = parameter.dtype
        guard let (rate, correction) = rates[dtype] else { throw .internal(operation: className, "the step was not prepared") }
        var (g, p) = (gradient, parameter)
        if value("weight_decay") != 0 {
            if isDecoupled {
                p = try p * setting("kept", dtype)
            } else {
                g = try g + setting("weight_decay", dtype) * p
            }
        }
        let oldMean = try state("\(place).exp_avg", parameter.shape, dtype)
        let oldSquare = try state("\(place).exp_avg_sq", parameter.shape, dtype)
        let mean = try oldMean + setting("rest1", dtype) * (g - oldMean)
        let square = try setting("beta2", dtype) * oldSquare + setting("rest2", dtype) * g.applying(.square)
        let scale = try square.applying(.sqrt) * correction + setting("epsilon", dtype)
        return [(oldMean, mean), (oldSquare, square), (parameter, try p - rate * (mean / scale))]
    }

    override func record() throws(Failure) {
        defer { rates = [:] }
        try super.record()
    }
}
