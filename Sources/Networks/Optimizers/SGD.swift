import Engine

public final class SGD: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "SGD",
        [
            Parameter("lr", .real, .real(1e-3), "learning rate"),
            Parameter("momentum", .real, .real(0), "share of the velocity that is kept"),
            Parameter("dampening", .real, .real(0), "share of the gradient that the velocity does not take"),
            Parameter("weight_decay", .real, .real(0), "added to the gradient, times the parameter"),
            Parameter("nesterov", .flag, .flag(false), "Nesterov's momentum"),
        ], inputs: [], outputs: [],
        """
        Stochastic gradient descent, as PyTorch's.

        g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at the parameter's first step v = g; p -= lr \
        (nesterov ? g + momentum v : v).
        Parameters without a gradient are left alone.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        guard try settings.flag("nesterov") else { return }
        guard try settings.real("momentum") > 0, try settings.real("dampening") == 0 else {
            throw .argument(operation: "SGD", "Nesterov's momentum needs a momentum above 0 and a dampening of 0")
        }
    }

    public override var stateNames: [String] { ["momentum_buffer"] }
    public override var countNames: [String] { ["step"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        [("undamped", 1 - (settings.value("dampening")?.real ?? 0))]
    }

    override func update(
        _ place: Int, _ group: Int, _ parameter: Tensor, _ gradient: Tensor
    ) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        let dtype = parameter.dtype
        var g = gradient
        if number("weight_decay", group) != 0 { g = try g + box("weight_decay", group, dtype) * parameter }
        let lr = try box("lr", group, dtype)
        guard number("momentum", group) != 0 else { return [(parameter, try parameter - lr * g)] }
        let momentum = try box("momentum", group, dtype)
        let isNew = !hasState("\(place).momentum_buffer")
        let old = try state("\(place).momentum_buffer", parameter.shape, dtype)
        var share = g
        var pairs: [(tensor: Tensor, value: Tensor)] = []
        if number("dampening", group) != 0 {
            // A buffer that was filled while there was no dampening has no count, but has had its first step.
            let steps = try state("\(place).step", [], .float64, initially: isNew ? 0 : 1)
            share =
                try g
                * Tensor.choose(steps.applying(.equal, 0), Tensor.full([], 1, dtype), box("undamped", group, dtype))
            pairs.append((steps, try steps + 1))
        }
        let velocity = try momentum * old + share
        let direction = try flag("nesterov", group) ? g + momentum * velocity : velocity
        return pairs + [(old, velocity), (parameter, try parameter - lr * direction)]
    }

    /// Checkpoints once had one count, "step", for all parameters, and have none where nothing was dampened.
    override func completed(_ arrays: [(name: String, tensor: Tensor)]) throws(Failure) -> [(
        name: String, tensor: Tensor
    )] {
        let names = Set(arrays.map { $0.name })
        let common = arrays.first { $0.name == "step" }?.tensor
        var result = arrays.filter { $0.name != "step" }
        for place in parameters.indices
        where names.contains("\(place).momentum_buffer") && !names.contains("\(place).step") {
            if let common {
                result.append(("\(place).step", try common.detach()))
            } else if hasState("\(place).step") {
                result.append(("\(place).step", try Tensor.full([], 1, .float64)))
            }
        }
        return result
    }
}
