import Engine

public final class MultiheadAttention: Module, Registered {
    public static let signature = Signature(
        "MultiheadAttention",
        [
            Parameter("embed_dim", .integer, "width of the query and of the output"),
            Parameter("num_heads", .integer, "how many heads share that width; they divide it"),
            Parameter("dropout", .real, .real(0), "the probability of a weight of a head to be dropped, in training"),
            Parameter("bias", .flag, .flag(true), "whether the linear maps have biases"),
            Parameter(
                "add_bias_kv", .flag, .flag(false), "whether one more key and value, which are learnt, are there"),
            Parameter("add_zero_attn", .flag, .flag(false), "whether one more key and value of zeros are there"),
            Parameter("kdim", .optional(.integer), Value.none, "width of the key; None: embed_dim"),
            Parameter("vdim", .optional(.integer), Value.none, "width of the value; None: embed_dim"),
            Parameter("batch_first", .flag, .flag(false), "whether inputs and output are [n, steps, width]"),
            .dtype,
        ],
        inputs: [
            Input("query"), Input("key"), Input("value"), Input("key_padding_mask", optional: true),
            Input("attn_mask", optional: true),
        ],
        options: [
            Parameter("need_weights", .flag, .flag(true), "whether the weights are handed out as a second result"),
            Parameter("average_attn_weights", .flag, .flag(true), "whether these are the mean of all heads"),
            Parameter("is_causal", .flag, .flag(false), "whether attn_mask is the causal one, and need not be read"),
        ],
        outputs: ["output", "weights"],
        """
        softmax(Q K^T / sqrt(head width)) V in each head, between linear maps (Vaswani et al. 2017).

        query [steps, n, embed_dim], key [keys, n, kdim], value [keys, n, vdim], or with n first, or without n -> \
        output [steps, n, embed_dim] and, with need_weights, weights [n, steps, keys]. key_padding_mask [n, keys] and \
        attn_mask [steps, keys] or [n num_heads, steps, keys]: True where nobody looks, or floats that are added.

        in_proj_weight [3 embed_dim, embed_dim], or where key and value have other widths q_proj_weight, k_proj_weight \
        and v_proj_weight, start in U(-k, k), k = sqrt(6 / (fan_in + fan_out)); biases start as zeros.
        """)
    private let (embed, heads): (Int, Int)
    private let dropout: Double
    private let (addsZero, isBatchFirst): (Bool, Bool)

    public init(_ arguments: Arguments) throws(Failure) {
        (embed, heads) = (try arguments.integer("embed_dim"), try arguments.integer("num_heads"))
        let (key, value) = (
            arguments.optionalInteger("kdim") ?? embed, arguments.optionalInteger("vdim") ?? embed
        )
        guard embed > 0, heads > 0, key > 0, value > 0, embed % heads == 0 else {
            throw .argument(
                operation: "MultiheadAttention",
                "embed_dim must be positive and num_heads divide it, but they are \(embed) and \(heads), with kdim "
                    + "\(key) and vdim \(value)")
        }
        dropout = try arguments.real("dropout")
        guard (0...1).contains(dropout) else {
            throw .argument(operation: "MultiheadAttention", "dropout must be from 0 to 1, but is \(dropout)")
        }
        (addsZero, isBatchFirst) = (try arguments.flag("add_zero_attn"), try arguments.flag("batch_first"))
        let (dtype, bias) = (try arguments.floats(), try arguments.flag("bias"))
        super.init(arguments)
        var weights: [(String, Shape)] = [("in_proj_weight", [3 * embed, embed])]
        if key != embed || value != embed {
            weights = [
                ("q_proj_weight", [embed, embed]), ("k_proj_weight", [embed, key]), ("v_proj_weight", [embed, value]),
            ]
        }
        for (name, shape) in weights {
            try setParameter(name, Module.filled(shape, dtype, .xavierUniform, 1))
        }
        if bias { try setParameter("in_proj_bias", Tensor.full([3 * embed], 0, dtype)) }
        if try arguments.flag("add_bias_kv") {
            for name in ["bias_k", "bias_v"] {
                try setParameter(name, Module.filled([1, 1, embed], dtype, .xavierNormal, 1))
            }
        }
        try add("out_proj", "Linear(\(embed), \(embed), bias=\(Value.flag(bias).literal))", dtype)
        if let own = try child("out_proj").parameter("bias") {
            try Initializer.constant.fill(own, 0, 0)
        }
    }

    /// As PyTorch prints it.
    public override var summary: String { "" }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 5)
        guard let query = given[0], let key = given[1], let value = given[2] else {
            throw .internal(operation: className, "query, key and value are expected")
        }
        guard query.shape.last == embed else {
            throw .shape(
                operation: className, "\(embed) features of the query are expected, but found \(query.shape.last ?? 0)")
        }
        let out = try child("out_proj")
        guard let weight = out.parameter("weight") else {
            throw .state(operation: className, "the weight of its out_proj has been removed")
        }
        var weights = Tensor.AttentionWeights(output: weight)
        weights.outputBias = out.parameter("bias")
        weights.packed = parameter("in_proj_weight")
        weights.query = parameter("q_proj_weight")
        weights.key = parameter("k_proj_weight")
        weights.value = parameter("v_proj_weight")
        weights.bias = parameter("in_proj_bias")
        (weights.keyBias, weights.valueBias) = (parameter("bias_k"), parameter("bias_v"))
        var rule = Tensor.HeadsRule(heads: heads)
        (rule.padding, rule.mask) = (given[3], given[4])
        (rule.addsZero, rule.isBatchFirst) = (addsZero, isBatchFirst)
        rule.dropout = isTraining ? dropout : 0
        rule.needsWeights = try options?.flag("need_weights") ?? true
        rule.averagesWeights = try options?.flag("average_attn_weights") ?? true
        rule.isCausal = try options?.flag("is_causal") ?? false
        let found = try query.multiHeadAttention(key, value, weights, rule, className)
        return [found.output] + (found.weights.map { [$0] } ?? [])
    }
}

extension Module {
    /// A new parameter of an initialiser's values.
    static func filled(_ shape: Shape, _ dtype: DType, _ initializer: Initializer, _ a: Double) throws(Failure)
        -> Tensor
    {
        let tensor = try Tensor.full(shape, 0, dtype)
        try initializer.fill(tensor, a, 0)
        return tensor
    }

    /// Adds the module that an expression spells.
    func add(_ name: String, _ expression: String, _ dtype: DType) throws(Failure) {
        try add(Module.make(expression, dtype: dtype), as: name)
    }

    /// The child of a name, which somebody may have replaced.
    func child(_ name: String) throws(Failure) -> Module {
        guard let child = children.first(where: { $0.name == name })?.module else {
            throw .state(operation: className, "its \(name) has been removed")
        }
        return child
    }

    /// What a child gives for tensors; a failure says which child it was.
    func run(_ name: String, _ inputs: Tensor?..., options: String? = nil) throws(Failure) -> Tensor {
        let child = try child(name)
        do throws(Failure) {
            guard let result = try child.call(inputs, options: options).first, let result else {
                throw .argument(operation: child.className, "one tensor is expected of it here, but it gives none")
            }
            return result
        } catch {
            throw located(error, in: child, name)
        }
    }
}
