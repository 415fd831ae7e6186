import Engine

public final class Muon: Optimizer, RegisteredOptimizer {
    public static let signature = Signature(
        "Muon",
        [
            Parameter("lr", .real, .real(1e-3), Parameter.rate),
            Parameter("weight_decay", .real, .real(0.1), Parameter.decoupledDecay),
            Parameter("momentum", .real, .real(0.95), "share of the mean of gradients that is kept"),
            Parameter("nesterov", .flag, .flag(true), "Nesterov's momentum"),
            Parameter(
                "ns_coefficients", .tuple(.real, count: 3), .list([.real(3.4445), .real(-4.7750), .real(2.0315)]),
                "a, b, c of the iteration"),
            Parameter("eps", .real, .real(1e-7), "the least norm to divide by"),
            Parameter("ns_steps", .integer, .integer(5), "how often the iteration runs"),
            Parameter(
                "adjust_lr_fn", .optional(.choice(["original", "match_rms_adamw", "spectral_unclamped"])), Value.none,
                "the rate for a matrix [A, B]: 'original' (None): lr sqrt(max(1, A / B)); 'match_rms_adamw': lr 0.2 "
                    + "sqrt(max(A, B)); 'spectral_unclamped': lr sqrt(A / B)"),
        ], inputs: [], outputs: [],
        """
        Momentum made orthogonal by the Newton-Schulz iteration, for matrices alone (Jordan et al. 2024), as PyTorch's.

        m += (1 - momentum)(g - m); u = nesterov ? g + momentum (m - g) : m; X = u / max(|u|, eps), ns_steps times X = \
        a X + (b G + c G^2) X with G = X X^T; p *= 1 - lr weight_decay; p -= rate X.
        The iteration is in the parameter's own dtype, where PyTorch's is in bfloat16.
        """)

    public required init(_ arguments: Arguments, _ parameters: [Tensor]) throws(Failure) {
        try super.init(settings: arguments, parameters)
    }

    override func check(_ parameter: Tensor, place: Int) throws(Failure) {
        guard parameter.shape.count == 2 else {
            throw .argument(
                operation: "Muon",
                "matrices are expected (give the rest to another optimiser), but parameter \(place) has shape "
                    + "\(parameter.shape)")
        }
    }

    override func check(_ settings: Arguments) throws(Failure) {
        try super.check(settings)
        let steps = try settings.integer("ns_steps")
        guard (0..<100).contains(steps) else {
            throw .argument(operation: "Muon", "ns_steps must be in [0, 100), but is \(steps)")
        }
    }

    public override var stateNames: [String] { ["momentum_buffer"] }
    override func derived(_ settings: Arguments) -> [(name: String, value: Double)] {
        let coefficients = (try? settings.reals("ns_coefficients")) ?? [0, 0, 0]
        return [
            settings.kept, ("rest", 1 - settings.realOrZero("momentum")), ("a", coefficients[0]),
            ("b", coefficients[1]),
            ("c", coefficients[2]),
        ]
    }

    override func update(_ stepping: Stepping) throws(Failure) -> [Change] {
        let (dtype, group) = (stepping.dtype, stepping.group)
        let g = stepping.gradient
        let old = try state(stepping, "momentum_buffer")
        let mean = try old + box("rest", group, dtype) * (g - old)
        let direction =
            flag("nesterov", group) ? try g + box("momentum", group, dtype) * (mean - g) : mean
        let (rows, columns) = (Double(stepping.parameter.shape[0]), Double(stepping.parameter.shape[1]))
        let adjusted: Double
        switch groups[group].arguments.optionalText("adjust_lr_fn") {
        case "match_rms_adamw": adjusted = 0.2 * max(rows, columns).squareRoot()
        case "spectral_unclamped": adjusted = (rows / columns).squareRoot()
        default: adjusted = max(1, rows / columns).squareRoot()
        }
        let rate = try box("lr", group, dtype) * adjusted
        let p = try decayed(stepping) - rate * orthogonal(direction, group)
        return [(old, mean), (stepping.parameter, p)]
    }

    /// The matrix with its singular values near 1.
    private func orthogonal(_ matrix: Tensor, _ group: Int) throws(Failure) -> Tensor {
        let dtype = matrix.dtype
        let norm = try matrix.applying(.square).sum().applying(.sqrt)
        let x = try matrix / Tensor.apply(.maximum, norm, box("eps", group, dtype))
        return try Muon.iterated(
            x, groups[group].arguments.integer("ns_steps"), box("a", group, dtype), box("b", group, dtype),
            box("c", group, dtype))
    }

    /// X = a X + (b G + c G^2) X with G = X X^T, so many times, on the shorter side of a matrix of norm 1.
    static func iterated(_ matrix: Tensor, _ steps: Int, _ a: Tensor, _ b: Tensor, _ c: Tensor) throws(Failure)
        -> Tensor
    {
        let isTall = matrix.shape[0] > matrix.shape[1]
        var x = isTall ? try matrix.transpose(0, 1) : matrix
        for _ in 0..<steps {
            let gram = try x.matmul(x.transpose(0, 1))
            let update = try b * gram + c * gram.matmul(gram)
            x = try a * x + update.matmul(x)
        }
        return isTall ? try x.transpose(0, 1) : x
    }
}
