import Engine

/// What the layers of encoder and decoder share: their arguments, a feed-forward part, and where they normalise.
public class TransformerLayer: Module {
    fileprivate let isNormFirst: Bool
    private let isGelu: Bool
    private let batchAxis: Int

    fileprivate static let parameters = [
        Parameter("d_model", .integer, "width of the input"),
        Parameter("nhead", .integer, "how many heads the attention has"),
        Parameter("dim_feedforward", .integer, .integer(2048), "width between the two linear layers"),
        Parameter("dropout", .real, .real(0.1), "the probability of dropout, in training"),
        Parameter("activation", .choice(["relu", "gelu"]), .text("relu"), "'relu' or 'gelu', between the two"),
        Parameter("layer_norm_eps", .real, .real(1e-5), "eps of the normalisations"),
        Parameter("batch_first", .flag, .flag(false), "whether input and output are [n, steps, d_model]"),
        Parameter(
            "norm_first", .flag, .flag(false), "whether each part normalises what it reads, not what it has added"),
        Parameter("bias", .flag, .flag(true), "whether linear layers and normalisations have biases"),
        .dtype,
    ]

    /// `attentions`: names of the children that attend, before the feed-forward part's.
    fileprivate init(_ arguments: Arguments, attentions: [String]) throws(Failure) {
        let (width, heads) = (try arguments.integer("d_model"), try arguments.integer("nhead"))
        let between = try arguments.integer("dim_feedforward")
        isNormFirst = try arguments.flag("norm_first")
        isGelu = try arguments.text("activation") == "gelu"
        let isBatchFirst = try arguments.flag("batch_first")
        batchAxis = isBatchFirst ? 0 : 1
        let (p, eps) = (try arguments.real("dropout"), try arguments.real("layer_norm_eps"))
        let (dtype, bias) = (try arguments.floats(), Value.flag(try arguments.flag("bias")).literal)
        super.init(arguments)
        let rest = "bias=\(bias), batch_first=\(Value.flag(isBatchFirst).literal)"
        for name in attentions {
            try add(name, "MultiheadAttention(\(width), \(heads), dropout=\(p), \(rest))", dtype)
        }
        try add("linear1", "Linear(\(width), \(between), bias=\(bias))", dtype)
        try add("dropout", "Dropout(\(p))", dtype)
        try add("linear2", "Linear(\(between), \(width), bias=\(bias))", dtype)
        for place in 1...attentions.count + 1 {
            try add("norm\(place)", "LayerNorm(\(width), eps=\(eps), bias=\(bias))", dtype)
        }
        for place in 1...attentions.count + 1 { try add("dropout\(place)", "Dropout(\(p))", dtype) }
    }

    /// As PyTorch prints it: its children say all.
    public override var summary: String { "" }

    fileprivate func attention(
        _ name: String, _ x: Tensor, _ memory: Tensor, _ mask: Tensor?, _ padding: Tensor?, isCausal: Bool,
        dropout: String
    ) throws(Failure) -> Tensor {
        let options = "need_weights=False" + (isCausal && mask != nil ? ", is_causal=True" : "")
        return try run(dropout, run(name, x, memory, memory, padding, mask, options: options))
    }

    fileprivate func feedForward(_ x: Tensor, dropout: String) throws(Failure) -> Tensor {
        let inner = try run("linear1", x).applying(isGelu ? .gelu : .relu)
        return try run(dropout, run("linear2", run("dropout", inner)))
    }

    /// x plus what `part` gives of it, normalised before or behind.
    fileprivate func adding(_ norm: String, to x: Tensor, _ part: (Tensor) throws(Failure) -> Tensor) throws(Failure)
        -> Tensor
    {
        isNormFirst ? try x + part(run(norm, x)) : try run(norm, x + part(x))
    }
}

public final class TransformerEncoderLayer: TransformerLayer, Registered {
    public static let signature = Signature(
        "TransformerEncoderLayer", TransformerLayer.parameters,
        inputs: [Input("src"), Input("src_mask", optional: true), Input("src_key_padding_mask", optional: true)],
        options: [Parameter("is_causal", .flag, .flag(false), "whether src_mask is the causal one")],
        """
        Self-attention and two linear layers, each added to its input and normalised (Vaswani et al. 2017).

        src [steps, n, d_model], or [n, steps, d_model] with batch_first, or [steps, d_model] -> the same. Masks are \
        as MultiheadAttention has them.
        """)

    public required init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, attentions: ["self_attn"])
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 3)
        guard let x = given[0] else { throw .internal(operation: className, "an input is expected") }
        let isCausal = try options?.flag("is_causal") ?? false
        let attended = try adding("norm1", to: x) { (x) throws(Failure) in
            try attention("self_attn", x, x, given[1], given[2], isCausal: isCausal, dropout: "dropout1")
        }
        return [
            try adding("norm2", to: attended) { (x) throws(Failure) in try feedForward(x, dropout: "dropout2") }
        ]
    }
}

public final class TransformerDecoderLayer: TransformerLayer, Registered {
    public static let signature = Signature(
        "TransformerDecoderLayer", TransformerLayer.parameters,
        inputs: [
            Input("tgt"), Input("memory"), Input("tgt_mask", optional: true), Input("memory_mask", optional: true),
            Input("tgt_key_padding_mask", optional: true), Input("memory_key_padding_mask", optional: true),
        ],
        options: [
            Parameter("tgt_is_causal", .flag, .flag(false), "whether tgt_mask is the causal one"),
            Parameter("memory_is_causal", .flag, .flag(false), "whether memory_mask is the causal one"),
        ],
        """
        Self-attention, attention to an encoder's output and two linear layers, each added to its input and \
        normalised (Vaswani et al. 2017).

        tgt [steps, n, d_model] and memory [keys, n, d_model], or with n first, or without n -> [steps, n, d_model]. \
        Masks are as MultiheadAttention has them.
        """)

    public required init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, attentions: ["self_attn", "multihead_attn"])
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 6)
        guard let x = given[0], let memory = given[1] else {
            throw .internal(operation: className, "an input and a memory are expected")
        }
        let isCausal = try options?.flag("tgt_is_causal") ?? false
        let isMemoryCausal = try options?.flag("memory_is_causal") ?? false
        let own = try adding("norm1", to: x) { (x) throws(Failure) in
            try attention("self_attn", x, x, given[2], given[4], isCausal: isCausal, dropout: "dropout1")
        }
        let attended = try adding("norm2", to: own) { (x) throws(Failure) in
            try attention(
                "multihead_attn", x, memory, given[3], given[5], isCausal: isMemoryCausal, dropout: "dropout2")
        }
        return [
            try adding("norm3", to: attended) { (x) throws(Failure) in try feedForward(x, dropout: "dropout3") }
        ]
    }
}

/// A number of layers that begin as copies of one, and a normalisation behind them.
public class TransformerStack: Module {
    fileprivate static func parameters(_ layer: String) -> [Parameter] {
        [
            Parameter(layer, .optional(.module), Value.none, "the layer of which all are copies"),
            Parameter("num_layers", .optional(.integer), Value.none, "how many there are"),
            Parameter("norm", .optional(.module), Value.none, "what follows the last layer"),
        ]
    }

    /// What takes the place of the layer: the children `layers` and `norm`, by name.
    fileprivate static let children = Parameter(
        "modules", .module, variadic: true, "in the place of the layer: layers=ModuleList(...), and norm in quotes")

    fileprivate init(_ arguments: Arguments, _ layer: String) throws(Failure) {
        super.init(try arguments.replacing(layer, .none).replacing("norm", .none))
        if let first = arguments.object(layer) as? Module {
            guard let count = arguments.optionalInteger("num_layers"), count >= 0 else {
                throw .argument(operation: arguments.signature.name, "a number of layers is expected as num_layers")
            }
            try add("layers", "ModuleList()", .float32)
            let list = try child("layers")
            for place in 0..<count { try list.add(first.copied(), as: String(place), isNew: true) }
            if let norm = arguments.object("norm") as? Module { try add(norm, as: "norm") }
        }
        try addChildren(arguments)
    }

    public override var summary: String { "" }

    /// x through all layers, each of which also takes `others`, and through the normalisation.
    fileprivate func run(_ x: Tensor, _ others: [Tensor?], _ options: [String]) throws(Failure) -> [Tensor?] {
        var x = x
        let layers = try child("layers")
        for (name, layer) in layers.children {
            do throws(Failure) {
                let text = options.isEmpty ? nil : options.joined(separator: ", ")
                guard let next = try layer.call([x] + others, options: text).first, let next else {
                    throw .argument(operation: layer.className, "one tensor is expected of it here, but it gives none")
                }
                x = next
            } catch {
                throw located(error, in: layer, "layers.\(name)")
            }
        }
        return [children.contains { $0.name == "norm" } ? try run("norm", x) : x]
    }
}

public final class TransformerEncoder: TransformerStack, Registered {
    public static let signature = Signature(
        "TransformerEncoder",
        TransformerStack.parameters("encoder_layer")
            + [
                Parameter(
                    "enable_nested_tensor", .flag, .flag(true), "taken as PyTorch takes it; it changes nothing here"),
                Parameter("mask_check", .flag, .flag(true), "taken as PyTorch takes it; it changes nothing here"),
                TransformerStack.children,
            ],
        inputs: [Input("src"), Input("mask", optional: true), Input("src_key_padding_mask", optional: true)],
        options: [Parameter("is_causal", .flag, .flag(false), "whether the mask is the causal one")],
        """
        Layers of an encoder one after the other, each with parameters of its own that start as copies of the first's.

        src -> the same shape, as TransformerEncoderLayer has it.
        """)

    public required init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, "encoder_layer") }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 3)
        guard let x = given[0] else { throw .internal(operation: className, "an input is expected") }
        let isCausal = try options?.flag("is_causal") ?? false
        return try run(x, [given[1], given[2]], isCausal ? ["is_causal=True"] : [])
    }
}

public final class TransformerDecoder: TransformerStack, Registered {
    public static let signature = Signature(
        "TransformerDecoder", TransformerStack.parameters("decoder_layer") + [TransformerStack.children],
        inputs: TransformerDecoderLayer.signature.inputs, options: TransformerDecoderLayer.signature.options,
        """
        Layers of a decoder one after the other, each with parameters of its own that start as copies of the first's.

        tgt and memory -> the shape of tgt, as TransformerDecoderLayer has it.
        """)

    public required init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, "decoder_layer") }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 6)
        guard let x = given[0], let memory = given[1] else {
            throw .internal(operation: className, "an input and a memory are expected")
        }
        var words: [String] = []
        for name in ["tgt_is_causal", "memory_is_causal"] where try options?.flag(name) == true {
            words.append("\(name)=True")
        }
        return try run(x, [memory] + given[2..<6], words)
    }
}

public final class Transformer: Module, Registered {
    public static let signature = Signature(
        "Transformer",
        [
            Parameter("d_model", .integer, .integer(512), "width of the inputs"),
            Parameter("nhead", .integer, .integer(8), "how many heads the attention has"),
            Parameter("num_encoder_layers", .integer, .integer(6), "how many layers the encoder has"),
            Parameter("num_decoder_layers", .integer, .integer(6), "how many layers the decoder has"),
            Parameter("dim_feedforward", .integer, .integer(2048), "width between the two linear layers"),
            Parameter("dropout", .real, .real(0.1), "the probability of dropout, in training"),
            Parameter("activation", .choice(["relu", "gelu"]), .text("relu"), "'relu' or 'gelu', between the two"),
            Parameter("custom_encoder", .optional(.module), Value.none, "an encoder in the place of the usual one"),
            Parameter("custom_decoder", .optional(.module), Value.none, "a decoder in the place of the usual one"),
            Parameter("layer_norm_eps", .real, .real(1e-5), "eps of the normalisations"),
            Parameter("batch_first", .flag, .flag(false), "whether inputs and output are [n, steps, d_model]"),
            Parameter(
                "norm_first", .flag, .flag(false), "whether each part normalises what it reads, not what it has added"),
            Parameter("bias", .flag, .flag(true), "whether linear layers and normalisations have biases"),
            .dtype,
            Parameter(
                "modules", .module, variadic: true,
                "encoder= and decoder=, in the place of custom_encoder and custom_decoder"),
        ],
        inputs: [
            Input("src"), Input("tgt"), Input("src_mask", optional: true), Input("tgt_mask", optional: true),
            Input("memory_mask", optional: true), Input("src_key_padding_mask", optional: true),
            Input("tgt_key_padding_mask", optional: true), Input("memory_key_padding_mask", optional: true),
        ],
        options: [
            Parameter("src_is_causal", .flag, .flag(false), "whether src_mask is the causal one"),
            Parameter("tgt_is_causal", .flag, .flag(false), "whether tgt_mask is the causal one"),
            Parameter("memory_is_causal", .flag, .flag(false), "whether memory_mask is the causal one"),
        ],
        """
        An encoder of src, and a decoder of tgt that attends to what the encoder gives (Vaswani et al. 2017).

        src [keys, n, d_model] and tgt [steps, n, d_model], or with n first, or without n -> [steps, n, d_model]. All \
        weights start in U(-k, k), k = sqrt(6 / (fan_in + fan_out)).
        """)
    private let width: Int
    /// The expressions of encoder and decoder that the arguments make.
    private var usual: [String: String] = [:]

    public init(_ arguments: Arguments) throws(Failure) {
        width = try arguments.integer("d_model")
        let given = Set(arguments.rest.compactMap(\.name))
        let dtype = try arguments.floats()
        let words = ["dim_feedforward", "dropout", "activation", "layer_norm_eps", "batch_first", "norm_first", "bias"]
        let layer = words.map { "\($0)=\((arguments.value($0) ?? .none).literal)" }.joined(separator: ", ")
        let norm =
            "LayerNorm(\(width), eps=\(try arguments.real("layer_norm_eps")), "
            + "bias=\(Value.flag(try arguments.flag("bias")).literal))"
        let heads = try arguments.integer("nhead")
        super.init(try arguments.replacing("custom_encoder", .none).replacing("custom_decoder", .none))
        for (name, kind) in [("encoder", "Encoder"), ("decoder", "Decoder")] {
            if given.contains(name) { continue }
            if let custom = arguments.object("custom_\(name)") as? Module {
                try add(custom, as: name)
                continue
            }
            let count = try arguments.integer("num_\(name)_layers")
            try add(
                name,
                "Transformer\(kind)(Transformer\(kind)Layer(\(width), \(heads), \(layer)), \(count), \(norm))", dtype)
            usual[name] = try child(name).expression()
        }
        try addChildren(arguments)
        for (_, tensor) in allParameters where tensor.shape.count > 1 {
            try Initializer.xavierUniform.fill(tensor, 1, 0)
        }
    }

    public override var summary: String { "" }
    public override var spellsChildren: Bool {
        children.count != usual.count || children.contains { (try? $0.module.expression()) != usual[$0.name] }
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 8)
        guard let source = given[0], let target = given[1] else {
            throw .internal(operation: className, "a source and a target are expected")
        }
        for x in [source, target] where x.shape.last != width {
            throw .shape(operation: className, "\(width) features are expected, but found \(x.shape.last ?? 0)")
        }
        let isCausal = try options?.flag("src_is_causal") ?? false
        let memory = try run(
            "encoder", source, given[2], given[5], options: isCausal ? "is_causal=True" : nil)
        var words: [String] = []
        for name in ["tgt_is_causal", "memory_is_causal"] where try options?.flag(name) == true {
            words.append("\(name)=True")
        }
        return [
            try run(
                "decoder", target, memory, given[3], given[4], given[6], given[7],
                options: words.isEmpty ? nil : words.joined(separator: ", "))
        ]
    }
}

extension Module {
    /// Another module of the same kind with the same values.
    fileprivate func copied() throws(Failure) -> Module {
        let twin = try Module.make(expression(), dtype: .float32)
        let pairs = zip(allParameters + allBuffers, twin.allParameters + twin.allBuffers)
        for (mine, other) in pairs {
            try ThreadState.withGrad(false) { () throws(Failure) in
                if mine.tensor.dtype != other.tensor.dtype { try other.tensor.become(mine.tensor) }
                try other.tensor.assign(mine.tensor)
            }
            if other.tensor.requiresGrad != mine.tensor.requiresGrad {
                try other.tensor.setRequiresGrad(mine.tensor.requiresGrad)
            }
        }
        twin.setTraining(isTraining)
        return twin
    }
}
